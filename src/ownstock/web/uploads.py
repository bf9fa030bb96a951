"""Files that people bring to a page: of which kind and how large, what is wrong with them, and what was seen of them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.signing import BadSignature, dumps, loads
from django.http import HttpRequest
from django.utils.translation import gettext as _

from ownstock.base.errors import OwnstockError, Refused
from ownstock.exchange.confirmations.sheets import ENDINGS, MAX_FILE_BYTES

FAULTS_SHOWN = 50
HOLDS_SECONDS = 3_600
MAX_NAME = 60


@contextmanager
def kept_for_now(
    request: HttpRequest, box: str, *, endings: Sequence[str] = ENDINGS, has_own_name: bool = False
) -> Iterator[Path]:
    """The file that somebody brings in a box of a form, until it is read; strangers' files have a name of ours.

    Raises:
        Refused: there is none, it is too large, or of a kind that is not read.
    """
    upload = request.FILES.get(box)
    if not isinstance(upload, UploadedFile):
        raise Refused("Choose a file first.", code="no_file")
    name = Path(upload.name or "")
    ending = name.suffix.lower()
    if ending not in endings:
        raise Refused(f"The file is none of {', '.join(endings)}; save it as one.", code="unknown_format")
    if upload.size is None or upload.size > MAX_FILE_BYTES:
        raise Refused(f"The file is larger than {MAX_FILE_BYTES >> 20} MiB; split it.", code="file_too_large")
    with tempfile.TemporaryDirectory(prefix="ownstock-") as folder:
        path = Path(folder) / f"{name.stem[:MAX_NAME] if has_own_name else 'sheet'}{ending}"
        with path.open("xb") as file:
            file.writelines(upload.chunks())
        yield path


def told_faults(refusal: OwnstockError) -> dict[str, Any]:
    """What `includes/file_faults.html` shows of a refused file: the sentence, the first rows at fault, how many there are."""
    faults: Any = refusal.facts.get("faults", [])
    return {"refusal": refusal, "faults": faults[:FAULTS_SHOWN], "fault_count": refusal.facts.get("fault_count", 0)}


def signed(kept: Any, *, of: str) -> str:
    """What somebody was shown, signed for the page `of`, so that a form brings back that and nothing else."""
    return dumps(kept, salt=f"ownstock.{of}", compress=True)


def as_shown(said: str, *, of: str) -> Any:
    """What `signed` made, while it holds.

    Raises:
        Refused: it was not made here, or more than an hour ago.
    """
    try:
        return loads(said, salt=f"ownstock.{of}", max_age=HOLDS_SECONDS)
    except BadSignature as fault:
        raise Refused(_("What was shown is too old. Bring the file again."), code="not_readable") from fault
