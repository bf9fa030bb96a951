"""Pure decisions about channels: what each kind needs to know, what it may carry, and what must be kept secret."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from ownstock.base.errors import OwnstockError, Refused
from ownstock.exchange import partners
from ownstock.exchange.channels.addresses import check_host, https_address
from ownstock.exchange.partners import Conventions, ProfileSetting, profile_of

NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
MAX_SETTING_LENGTH = 2_000
MAX_SECRET_LENGTH = 20_000
MAX_LANE_LENGTH = 100
# Standard Webhooks: a secret has 24 to 64 bytes, written in Base64 behind this mark.
WEBHOOK_SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{32,88}={0,2}")


class ChannelKind(StrEnum):
    """By which way messages go and come."""

    MAIL = "mail"
    SFTP = "sftp"
    WEBHOOK = "webhook"
    FOLDER = "folder"
    PORTAL = "portal"


class MessageFormat(StrEnum):
    """How messages are written."""

    MAIL_PDF_CSV = "mail_pdf_csv"
    CSV = "csv"
    X12 = "x12"
    JSON = "json"


class Content(StrEnum):
    """What a channel carries: orders to the supplier, with their changes; answers, notices and invoices from it."""

    ORDERS = "orders"
    ANSWERS = "answers"
    NOTICES = "notices"
    INVOICES = "invoices"


class SecretName(StrEnum):
    """What must be kept secret of a channel."""

    PASSWORD = "password"
    PRIVATE_KEY = "private_key"
    WEBHOOK_SECRET = "webhook_secret"


INBOUND = frozenset(Content) - {Content.ORDERS}
FILES = frozenset({MessageFormat.CSV, MessageFormat.X12, MessageFormat.JSON})
FORMATS: Mapping[ChannelKind, frozenset[MessageFormat]] = {
    ChannelKind.MAIL: frozenset({MessageFormat.MAIL_PDF_CSV}),
    ChannelKind.SFTP: FILES,
    ChannelKind.WEBHOOK: FILES,
    ChannelKind.FOLDER: FILES,
    ChannelKind.PORTAL: frozenset({MessageFormat.MAIL_PDF_CSV}),
}
# Mail is read by people, and the portal is a page: nothing comes from them by itself.
READ_BY_ITSELF = frozenset({ChannelKind.SFTP, ChannelKind.WEBHOOK, ChannelKind.FOLDER})
POLLED = frozenset({ChannelKind.SFTP, ChannelKind.FOLDER})
SECRETS: Mapping[ChannelKind, frozenset[SecretName]] = {
    ChannelKind.MAIL: frozenset(),
    ChannelKind.SFTP: frozenset({SecretName.PASSWORD, SecretName.PRIVATE_KEY}),
    ChannelKind.WEBHOOK: frozenset({SecretName.WEBHOOK_SECRET}),
    ChannelKind.FOLDER: frozenset(),
    ChannelKind.PORTAL: frozenset(),
}
Value = str | int | bool


@dataclass(frozen=True, slots=True)
class ChannelSetting:
    """One thing that a kind of channel, or a format, needs to know. `read` raises Refused or ValueError with a sentence."""

    name: str
    meaning: str
    read: Callable[[str], Value]
    default: Value | None = None
    needed_for: frozenset[Content] = frozenset()


@dataclass(frozen=True, slots=True)
class ChannelDraft:
    """A channel as somebody wants it: settings are texts, as they were typed."""

    name: str
    supplier: str
    kind: ChannelKind
    format: MessageFormat
    contents: tuple[Content, ...]
    settings: Mapping[str, str]


def _text(text: str) -> str:
    if not text or len(text) > MAX_SETTING_LENGTH or not text.isprintable():
        raise ValueError(f"has to be 1 to {MAX_SETTING_LENGTH:,} printable characters")
    return text


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65_535):
        raise ValueError("has to be a number from 1 to 65535")
    return int(text)


def _host_key(text: str) -> str:
    kind, _, rest = _text(text).partition(" ")
    if not re.fullmatch(r"(ssh|ecdsa|rsa|sk)-[a-z0-9@.-]+", kind) or not re.match(r"[A-Za-z0-9+/]{40,}", rest):
        raise ValueError("has to look like ssh-ed25519 AAAA…; the supplier tells it, and ssh-keyscan shows it")
    return " ".join(text.split()[:2])


def _folder_there(text: str) -> str:
    if "\\" in _text(text) or ".." in text.split("/"):
        raise ValueError("is a folder such as in/orders, without .. and \\")
    return text.rstrip("/") or "/"


def _folder_here(text: str) -> str:
    if text.startswith(("/", "~")):
        raise ValueError("is a folder within the folder of channels (OWNSTOCK_CHANNELS), such as alpha/out")
    return _folder_there(text)


def _of_partner(setting: ProfileSetting) -> ChannelSetting:
    """A setting of how a partner speaks; it is kept as it was typed, once it can be read."""

    def read(text: str) -> str:
        setting.read(text)
        return text

    needed = frozenset(Content) if setting.is_needed else frozenset[Content]()
    return ChannelSetting(setting.name, setting.meaning, read, needed_for=needed)


SENDS = frozenset({Content.ORDERS})
OF_KIND: Mapping[ChannelKind, tuple[ChannelSetting, ...]] = {
    ChannelKind.MAIL: (ChannelSetting("address", "Where mail goes; without it, the supplier's own address.", _text),),
    ChannelKind.SFTP: (
        ChannelSetting("host", "The server's name.", check_host, needed_for=frozenset(Content)),
        ChannelSetting("port", "Its port.", _port, default=22),
        ChannelSetting("user", "The account there.", _text, needed_for=frozenset(Content)),
        ChannelSetting(
            "host_key", "The server's public key; no other is trusted.", _host_key, None, frozenset(Content)
        ),
        ChannelSetting("out_folder", "Where we put orders.", _folder_there, needed_for=SENDS),
        ChannelSetting("in_folder", "Where we find what is for us.", _folder_there, needed_for=INBOUND),
        ChannelSetting("done_folder", "Where we move what we have taken.", _folder_there, needed_for=INBOUND),
    ),
    ChannelKind.WEBHOOK: (ChannelSetting("url", "Where we post orders: https.", https_address, needed_for=SENDS),),
    ChannelKind.FOLDER: (
        ChannelSetting("out_folder", "Where we put orders.", _folder_here, needed_for=SENDS),
        ChannelSetting("in_folder", "Where we look for what is for us.", _folder_here, needed_for=INBOUND),
        ChannelSetting("done_folder", "Where we move what we have taken.", _folder_here, needed_for=INBOUND),
    ),
    ChannelKind.PORTAL: (),
}
# What a partner's words mean whatever the format; the rest of a profile is of X12 alone.
CONVENTIONS = frozenset({"line_numbers", "units", "days", "transit_days"})
OF_FORMAT: Mapping[MessageFormat, tuple[ChannelSetting, ...]] = {
    MessageFormat.X12: tuple(map(_of_partner, partners.SETTINGS)),
    **{
        written: tuple(_of_partner(setting) for setting in partners.SETTINGS if setting.name in CONVENTIONS)
        for written in (MessageFormat.CSV, MessageFormat.JSON)
    },
}


def settings_of(kind: ChannelKind, written: MessageFormat) -> tuple[ChannelSetting, ...]:
    """What may be set of a channel."""
    return (*OF_KIND[kind], *OF_FORMAT.get(written, ()))


def check_draft(draft: ChannelDraft) -> dict[str, Value]:
    """The settings of a channel as they are kept, with what is left out filled in.

    Raises:
        Refused: the name, the format, what it carries or a setting is wrong; all that is wrong is told at once.
    """
    faults = [*_faults_of_the_whole(draft)]
    known = {setting.name: setting for setting in settings_of(draft.kind, draft.format)}
    unknown = sorted(set(draft.settings) - set(known))
    faults += [f"{name}: a {draft.kind} channel with {draft.format} has no such setting" for name in unknown]
    kept: dict[str, Value] = {}
    for setting in known.values():
        value, fault = _read(setting, draft)
        faults += [fault] if fault else []
        if value is not None:
            kept[setting.name] = value
    if faults:
        raise Refused(
            f"The channel {draft.name} cannot be set so. {'; '.join(faults)}.", code="bad_channel", faults=faults
        )
    return kept


def conventions_of(settings: Mapping[str, Value]) -> Conventions:
    """What a partner's words mean, whatever the format of its channel."""
    nobody = {"our_id": "ZZ:WE", "their_id": "ZZ:THEY"}
    return profile_of({**nobody, **settings}).conventions


def with_own_units(conventions: Conventions, units: Collection[str]) -> Conventions:
    """The same, where a partner may also call units as we do: in formats of our own."""
    return replace(conventions, units={unit: (*conventions.codes_of(unit), unit.upper()) for unit in units})


def _faults_of_the_whole(draft: ChannelDraft) -> list[str]:
    faults = []
    if not NAME.fullmatch(draft.name):
        faults.append("its name has 1 to 40 small letters, digits and dashes")
    if draft.format not in FORMATS[draft.kind]:
        faults.append(f"{draft.kind} carries {' or '.join(sorted(FORMATS[draft.kind]))}, not {draft.format}")
    if not draft.contents:
        faults.append(f"say what it carries: {', '.join(Content)}")
    if draft.kind not in READ_BY_ITSELF and INBOUND & set(draft.contents):
        faults.append(f"nothing comes in by {draft.kind}; it carries orders")
    return faults


def _read(setting: ChannelSetting, draft: ChannelDraft) -> tuple[Value | None, str]:
    """(the value, what is wrong with it)."""
    text = draft.settings.get(setting.name, "").strip()
    if not text:
        is_needed = bool(setting.needed_for & set(draft.contents))
        return setting.default, f"{setting.name} is missing: {setting.meaning}" if is_needed else ""
    try:
        return setting.read(text), ""
    except (ValueError, OwnstockError) as fault:
        return None, f"{setting.name} {fault}"


def check_secret(kind: ChannelKind, name: str, value: str) -> SecretName:
    """Refuse a secret that such a channel does not use or that cannot be one. The secret itself stands in no sentence.

    Raises:
        Refused: see above.
    """
    if name not in SECRETS[kind]:
        wanted = ", ".join(sorted(SECRETS[kind])) or "none"
        raise Refused(f"A {kind} channel keeps no {name}; it keeps: {wanted}.", code="bad_secret", secret=name)
    if not value or len(value) > MAX_SECRET_LENGTH:
        raise Refused(f"{name} has to have 1 to {MAX_SECRET_LENGTH:,} characters.", code="bad_secret", secret=name)
    if name == SecretName.WEBHOOK_SECRET and not WEBHOOK_SECRET.fullmatch(value):
        raise Refused(
            "webhook_secret has to be whsec_ and 24 to 64 bytes in Base64; leave it out to have one made.",
            code="bad_secret",
            secret=name,
        )
    return SecretName(name)


def missing_secrets(kind: ChannelKind, held: Collection[str]) -> str:
    """What a channel still needs before it works, in words; empty when it has all."""
    wanted = SECRETS[kind]
    return " or ".join(sorted(wanted)) if wanted and not wanted & set(held) else ""


class Way(Protocol):
    """A channel, as far as the way matters."""

    @property
    def kind(self) -> str:
        """Of which sort it is."""

    @property
    def settings(self) -> Mapping[str, Value]:
        """Where it leads."""


def queue_of(way: Way | None) -> str:
    """What a channel shares with others that wait for the same server: of a queue one message is told at a time."""
    if way is None:
        return ChannelKind.MAIL
    where = {ChannelKind.SFTP: way.settings.get("host"), ChannelKind.WEBHOOK: way.settings.get("url")}
    said = where.get(ChannelKind(way.kind))
    return f"{way.kind}:{said}"[:MAX_LANE_LENGTH] if said else str(way.kind)
