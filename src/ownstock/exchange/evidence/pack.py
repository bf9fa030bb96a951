"""The evidence pack: all files of a dossier in one ZIP, with a manifest of their hashes; and whether one is still whole."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from ownstock.base.errors import Refused
from ownstock.exchange.evidence import csv_files, epcis, epcis_reader
from ownstock.exchange.evidence.csv_files import moment
from ownstock.exchange.evidence.dossier import Dossier
from ownstock.exchange.evidence.epcis_reader import ToldMovement
from ownstock.exchange.evidence.names import Naming
from ownstock.exchange.rules import safe_cell

PDF, EPCIS, MANIFEST, MOVEMENTS = "trace.pdf", "epcis.jsonld", "manifest.json", "movements.csv"
MAX_FILES = 20
MAX_BYTES = 2 << 30
# ZIP's first day: the hour of making stands in the manifest, and the same content makes the same bytes.
FIRST_DAY = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class EvidencePack:
    """A pack as bytes, its name, and what its manifest says of each file (SHA-256, hex)."""

    name: str
    content: bytes
    hashes: Mapping[str, str]

    @property
    def sha256(self) -> str:
        """The hash of the whole, as the journal keeps it."""
        return sha256(self.content)


def sha256(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def render(dossier: Dossier, naming: Naming) -> EvidencePack:
    """Write every file of the pack; the same facts at the same moment give the same bytes.

    The PDF shows the hashes of the other files, the manifest those of all.
    """
    # Its library takes half a second to load: only who makes a pack should wait for it, not every command.
    from ownstock.exchange.evidence import trace_pdf

    files = {EPCIS: epcis.render(dossier, naming), **csv_files.render(dossier)}
    files = {PDF: trace_pdf.render(dossier, {name: sha256(content) for name, content in files.items()}), **files}
    hashes = {name: sha256(content) for name, content in files.items()}
    files[MANIFEST] = _manifest(dossier, files, hashes)
    return EvidencePack(f"{dossier.stem}.zip", _zip(files), hashes)


def _manifest(dossier: Dossier, files: Mapping[str, bytes], hashes: Mapping[str, str]) -> bytes:
    trace = dossier.trace
    told = {
        "question": dossier.question,
        "subject": dossier.subject,
        "asked_by": dossier.asked_by,
        "made_at": moment(dossier.made_at),
        "company": dossier.company,
        "as_of": None if trace.at is None else moment(trace.at),
        "adds_up": trace.is_closed,
        "files": [{"name": name, "bytes": len(files[name]), "sha256": hashes[name]} for name in sorted(hashes)],
    }
    return (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode()


def _zip(files: Mapping[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in sorted(files.items()):
            entry = zipfile.ZipInfo(name, FIRST_DAY)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            archive.writestr(entry, part)
    return content.getvalue()


def check(content: bytes) -> tuple[dict[str, Any], list[str]]:
    """What a pack's manifest says, and everything in the pack that does not agree with it, a sentence each.

    Files that are missing, altered or added; an EPCIS document that tells other movements than the table beside it.

    Raises:
        Refused: it is no evidence pack, or larger than any can be.
    """
    files = _unzip(content)
    try:
        manifest = json.loads(files.pop(MANIFEST))
        told = {entry["name"]: entry["sha256"] for entry in manifest["files"]}
    except (KeyError, TypeError, ValueError) as fault:
        raise _no_pack(fault) from fault
    findings = [f"{name} is missing." for name in sorted(told.keys() - files.keys())]
    findings += [f"{name} was added." for name in sorted(files.keys() - told.keys())]
    both = sorted(told.keys() & files.keys())
    findings += [f"{name} was altered." for name in both if sha256(files[name]) != told[name]]
    return manifest, findings or _tells_the_same(files)


def _unzip(content: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_FILES or sum(entry.file_size for entry in entries) > MAX_BYTES:
                raise Refused("This ZIP is larger than an evidence pack can be.", code="file_too_large")
            return {entry.filename: archive.read(entry) for entry in entries}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as fault:
        raise _no_pack(fault) from fault


def _no_pack(fault: Exception) -> Refused:
    return Refused(f"This is no evidence pack ({type(fault).__name__}: {fault}).", code="unreadable")


def _tells_the_same(files: Mapping[str, bytes]) -> list[str]:
    """Compare as the table has it: with its texts guarded."""
    told = {(m.posting, m.line): m for m in map(_guarded, epcis_reader.read(files[EPCIS]))}
    tabled = {(m.posting, m.line): m for m in _tabled(files[MOVEMENTS])}
    differing = sorted(key for key in told.keys() | tabled.keys() if told.get(key) != tabled.get(key))
    return [f"{EPCIS} and {MOVEMENTS} tell posting {key}, line {line}, differently." for key, line in differing]


def _guarded(movement: ToldMovement) -> ToldMovement:
    texts = ("posting", "sku", "lot", "source", "target", "reference")
    guarded: dict[str, Any] = {name: safe_cell(getattr(movement, name)) for name in texts}
    return replace(movement, **guarded)


def _tabled(content: bytes) -> Iterator[ToldMovement]:
    for row in csv.DictReader(io.StringIO(content.decode(), newline="")):
        yield ToldMovement(
            posting=row["posting"], line=int(row["line"]), kind=row["kind"], sku=row["sku"], lot=row["lot"],
            quantity=Decimal(row["quantity"]), source=row["source"], source_status=row["source_status"],
            target=row["target"], target_status=row["target_status"], moved_at=epcis.moment_of(row["moved_at"]),
            reference=row["reference"],
        )  # fmt: skip
