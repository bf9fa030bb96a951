"""Files that people bring to a page: of which kind and how large they may be, and a name of our own for each."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile

from ownstock.base.errors import Refused
from ownstock.exchange.confirmations.sheets import ENDINGS, MAX_FILE_BYTES


@contextmanager
def kept_for_now(upload: UploadedFile | None) -> Iterator[Path]:
    """A sheet that somebody brings as a file under a name of ours, until it is read.

    Raises:
        Refused: there is none, it is too large, or of a kind that is not read.
    """
    if upload is None:
        raise Refused("Choose a file first.", code="no_file")
    ending = Path(upload.name or "").suffix.lower()
    if ending not in ENDINGS:
        raise Refused(f"The file is none of {', '.join(ENDINGS)}; save it as one.", code="unknown_format")
    if upload.size is None or upload.size > MAX_FILE_BYTES:
        raise Refused(f"The file is larger than {MAX_FILE_BYTES >> 20} MiB; split it.", code="file_too_large")
    with tempfile.TemporaryDirectory(prefix="ownstock-") as folder:
        path = Path(folder) / f"sheet{ending}"
        with path.open("xb") as file:
            file.writelines(upload.chunks())
        yield path
