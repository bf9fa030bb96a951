"""The three ways of not being root: PostgreSQL refuses to run as root, and wants an account with a name.

    as_is       an ordinary account: nothing to do
    namespace   a user namespace, in which the caller goes by the name of an ordinary account; outside it nothing
                changes: same files, same rights, no copy of anything
    setuid      root starts the server under an ordinary account, in a folder of its own

Containers that filter system calls refuse `namespace`, containers without real root refuse `setuid`: each way works
where the other fails. Setting OWNSTOCK_PG_PRIVILEGES: `auto` (default), `namespace`, `setuid`.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

from ownstock.base.errors import Refused

SETTING = "OWNSTOCK_PG_PRIVILEGES"
# The first that exists lends its name; `ownstock` or `postgres` are better than `nobody`, who may have other tenants.
ACCOUNTS = ("ownstock", "postgres", "nobody", "daemon")
_CLONE_NEWUSER = 0x10000000


class Way(StrEnum):
    """How the server is kept from being root."""

    AS_IS = "as_is"
    NAMESPACE = "namespace"
    SETUID = "setuid"


@dataclass(frozen=True)
class Account:
    """An account that is not root and has a name."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Standing:
    """The way taken, and in the way `setuid` the account that serves."""

    way: Way
    account: Account | None = None

    def popen_arguments(self) -> dict[str, Any]:
        """Give what `subprocess` needs to start a program that is not root."""
        if self.account is None:
            return {}
        return {"user": self.account.uid, "group": self.account.gid, "extra_groups": []}

    def give(self, path: Path) -> None:
        """Make a file or folder belong to the account that serves."""
        if self.account is not None:
            os.chown(path, self.account.uid, self.account.gid, follow_symlinks=False)


def choose(made_in: Way | None, folder: Path, program: Path) -> Way:
    """Choose the way that works here and fits the data already made (None: no data yet).

    In a namespace root has lost its right to what belongs to others: there `folder` must still be writable and
    `program` runnable. Raises Refused when no way works, or only one that cannot reach the data.
    """
    in_namespace = partial(_try_namespace, folder, program)
    way = _wished(in_namespace) or _found(made_in, in_namespace)
    if made_in is not None and (way is Way.SETUID) != (made_in is Way.SETUID):
        raise Refused(
            f"The data was made in the way `{made_in}`, and here the way is `{way}`, which cannot reach it. "
            f"Allow the way `{made_in}` again (see {SETTING}), or move the data by backup and restore.",
            code="database_way_differs",
            made_in=str(made_in),
            way=str(way),
        )
    return way


def enter(way: Way, served: Path) -> Standing:
    """Leave root behind for good, where the way asks for it. The caller must have a single thread.

    `served` is the data folder: what exists already goes on being served by the account that owns it.
    """
    if way is Way.NAMESPACE:
        _enter_namespace(ordinary_account())
    if way is not Way.SETUID:
        return Standing(way)
    if served.exists():
        found = served.stat()
        return Standing(way, Account(found.st_uid, found.st_gid))
    return Standing(way, ordinary_account())


def ordinary_account() -> Account:
    """Find an account that is not root and has a name."""
    for name in ACCOUNTS:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(found.pw_uid, found.pw_gid)
    for found in pwd.getpwall():
        if found.pw_uid != 0:
            return Account(found.pw_uid, found.pw_gid)
    raise _no_way("this machine knows no account but root")


def _wished(in_namespace: Callable[[], None]) -> Way | None:
    wish = os.environ.get(SETTING) or "auto"
    if wish == "auto":
        return None
    if wish not in (Way.NAMESPACE, Way.SETUID):
        raise Refused(
            f"{SETTING} is `{wish}`; it may be `auto`, `namespace` or `setuid`.", code="setting_unknown", value=wish
        )
    if not _succeeds(in_namespace if wish == Way.NAMESPACE else _try_setuid):
        raise _no_way(f"{SETTING} asks for `{wish}`, which is not allowed here")
    return Way(wish)


def _found(made_in: Way | None, in_namespace: Callable[[], None]) -> Way:
    is_root = os.geteuid() == 0
    if not is_root and _has_name(os.geteuid()):
        return Way.AS_IS
    if made_in is not Way.SETUID and _succeeds(in_namespace):
        return Way.NAMESPACE
    if is_root and _succeeds(_try_setuid):
        return Way.SETUID
    raise _no_way("neither a user namespace nor a change of account is allowed here")


def _no_way(reason: str) -> Refused:
    who = "root" if os.geteuid() == 0 else f"account {os.geteuid()}"
    return Refused(
        f"PostgreSQL cannot be started by {who}: {reason}. Run Ownstock as an ordinary account with an entry in "
        f"/etc/passwd, or set DATABASE_URL to a server that runs already.",
        code="database_needs_ordinary_account",
        uid=os.geteuid(),
    )


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _succeeds(attempt: Callable[[], None]) -> bool:
    """Try in a forked child: a half-made namespace cannot be undone."""
    child = os.fork()
    if child == 0:
        try:
            attempt()
        except BaseException as refusal:
            os.write(2, f"a way of not being root is closed: {refusal}\n".encode())
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _try_namespace(folder: Path, program: Path) -> None:
    _enter_namespace(ordinary_account())
    for path, rights in ((folder, os.W_OK | os.X_OK), (program, os.X_OK)):
        if not os.access(path, rights):
            raise PermissionError(f"in a user namespace {path} is out of reach")


def _try_setuid() -> None:
    account = ordinary_account()
    os.setgroups([])
    os.setgid(account.gid)
    os.setuid(account.uid)


def _enter_namespace(account: Account) -> None:
    if sys.platform != "linux":
        raise OSError("user namespaces exist on Linux only")
    uid, gid = os.geteuid(), os.getegid()
    # Root of a namespace that gave up changing its groups keeps them, and may go on.
    with contextlib.suppress(PermissionError):
        os.setgroups([])
    if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare(CLONE_NEWUSER) was refused")
    # The kernel lets an account map its own group only after it gave up changing its groups.
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{account.uid} {uid} 1\n", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{account.gid} {gid} 1\n", encoding="ascii")
    if os.geteuid() != account.uid:
        raise OSError("the user namespace did not take the name")
