"""Which encoding a text file has: told by its marks and its bytes, never by chance.

UTF-8 is proved by decoding: text in another encoding is hardly ever valid UTF-8. Windows-1252 is what Excel of western
Europe writes; every byte means something in it, so it is taken only where all of them make letters and signs as they stand
in western words, and it is told. All else must be named.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from ownstock.base.errors import Refused

LETTERS = "À-ÖØ-öø-ÿ"
SIGNS = "\u00a0€£§©®°±²³µ·¼½¾«»\u2013—\u2018\u2019“”…•™ªº\u00b4¿¡"
NOT_WESTERN = re.compile(f"[^\x00-\x7f{LETTERS}{SIGNS}]")
LETTERS_IN_A_ROW = re.compile(f"[{LETTERS}]{{3}}")
SIGN_INSIDE_A_WORD = re.compile(f"[A-Za-z{LETTERS}][\u00a0€£§©®±¼½¾«»“”…•™¿¡¹³²][a-z{LETTERS}]")
WORD_WITH_LETTER = re.compile(rf"\w*[{LETTERS}{SIGNS[1:]}]\w*")
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What proves that a file is UTF-8 with something broken in it.
UTF_8_LETTER = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")
SAMPLE_BYTES = 4_096
NULS_SHARE = 0.3


def read_text(path: Path, encoding: str = "") -> tuple[str, tuple[str, ...]]:
    """The text of a file, and a sentence where its encoding was found out.

    Raises:
        Refused: not text in the encoding that it bears or was said to have, or in one that must be named.
    """
    raw = path.read_bytes()
    if encoding:
        return _decoded(path.name, raw, _known(encoding)), ()
    found = _by_mark(raw)
    if found:
        return _decoded(path.name, raw, found), (f"Read as {found.upper().removesuffix('-SIG')}.",)
    try:
        return raw.decode("utf-8"), ()
    except UnicodeDecodeError as fault:
        return _western(path.name, raw, fault.start)


def _known(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError as fault:
        raise Refused(f"{encoding!r} is no encoding; cp1252 and utf-8 are some.", code="unknown_encoding") from fault


def _by_mark(raw: bytes) -> str:
    for mark, name in MARKS:
        if raw.startswith(mark):
            return name
    sample = raw[:SAMPLE_BYTES]
    half = len(sample) // 2
    if half and sample[1::2].count(0) > NULS_SHARE * half and not sample[::2].count(0):
        return "utf-16-le"
    if half and sample[::2].count(0) > NULS_SHARE * half and not sample[1::2].count(0):
        return "utf-16-be"
    return ""


def _decoded(name: str, raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except (UnicodeError, ValueError) as fault:
        raise Refused(f"{name} is not {encoding.upper()} text; it may be cut off.", code="unreadable") from fault
    except (LookupError, AttributeError, TypeError) as fault:
        raise Refused(f"{encoding!r} is no encoding of text.", code="unknown_encoding") from fault


def _western(name: str, raw: bytes, start: int) -> tuple[str, tuple[str, ...]]:
    """The text as Windows-1252, where it can be nothing worse."""
    text = raw.decode("cp1252", errors="replace")
    doubts = (NOT_WESTERN, LETTERS_IN_A_ROW, SIGN_INSIDE_A_WORD)
    if UTF_8_LETTER.search(raw) or any(doubt.search(text) for doubt in doubts):
        row = raw[:start].count(b"\n") + 1
        raise Refused(
            f"{name}, row {row}: not UTF-8 text. Save the file as UTF-8, or name its encoding with --encoding.",
            code="unreadable",
            row=row,
        )
    sample = WORD_WITH_LETTER.search(text)
    such_as = f" (such as {sample[0]!r})" if sample else ""
    return text, (f"Read as Windows-1252{such_as}; if that is not how it is written, say --encoding.",)
