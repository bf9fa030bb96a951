"""Build what the pages run in the browser from frontend/ into the package: `python -m tools.pages`; set-up and wheel call it.

Node is the system's where it is new enough, else the one that requirements/build.txt brings. A stamp among the built files,
written last, tells what they were made from: nothing to do takes a few milliseconds.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import ssl
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tools.steps import ROOT, StepFailed, alone, closing, run, step

SOURCE = ROOT / "frontend"
BUILT = ROOT / "src" / "ownstock" / "web" / "static" / "web" / "built"
STAMP = "made-from.txt"
MODULES = SOURCE / "node_modules"
FETCHED = MODULES / "ownstock-lock.txt"
NEW = ROOT / ".cache" / "pages"
# Where systems keep whom they trust: Debian, Fedora, macOS.
BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")
LOG = ROOT / ".cache" / "pages.log"
LOCK = ROOT / ".cache" / "setup.lock"
# What Vite asks for.
LEAST, LEAST_OF_20 = (22, 12), (20, 19)
FETCH_LIMIT_SECONDS, BUILD_LIMIT_SECONDS = 900, 300
AGAIN = "then run the same command again."
CURES = {
    "EINTEGRITY": "A download differs from its locked hash and was not used: if frontend/package-lock.json is unchanged, "
    f"suspect the npm registry, {AGAIN}",
    "can only install packages when your package.json and package-lock.json": "frontend/package.json and "
    f"package-lock.json differ: run npm install in frontend/, {AGAIN}",
    "ENOSPC": f"The disk is full: free about 1 GB, {AGAIN}",
    "EACCES": f"Files under frontend/node_modules belong to somebody else: remove that folder, {AGAIN}",
}


def source_hash(folder: Path) -> str:
    """What the built files are made from, as one hash: names and contents of all sources, and of the lock file."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and MODULES.name not in path.relative_to(folder).parts:
            total.update(f"{path.relative_to(folder)}\n".encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def is_built(built: Path, wanted: str) -> bool:
    """Whether the built files were made, to the end, from these sources."""
    try:
        return (built / STAMP).read_text(encoding="utf-8") == wanted and (built / "manifest.json").exists()
    except OSError:
        return False


def is_fit(version: str) -> bool:
    """Whether a Node that calls itself so (`v20.19.1`) can build."""
    found = re.match(r"v(\d+)\.(\d+)", version)
    if found is None:
        return False
    number = int(found[1]), int(found[2])
    return number >= LEAST or LEAST_OF_20 <= number < (21, 0)


def build() -> None:
    """Build the pages, unless they are built of these sources. The caller holds the lock of set-up.

    Raises:
        StepFailed: without Node, without the packages, or where the sources cannot be built.
    """
    if not (SOURCE / "package.json").exists():
        return
    wanted = source_hash(SOURCE)
    if is_built(BUILT, wanted):
        return
    LOG.unlink(missing_ok=True)
    environment = _node_environment()
    _fetch(environment)
    with step("pages", "frontend/ built into the package"):
        run(
            ["node", str(MODULES / "vite" / "bin" / "vite.js"), "build", str(SOURCE)],
            log=LOG,
            sentence=f"The pages could not be built: mend frontend/ as said above, {AGAIN}",
            limit_seconds=BUILD_LIMIT_SECONDS,
            extra={**environment, "OWNSTOCK_PAGES_FOLDER": str(NEW)},
        )
        (NEW / STAMP).write_text(wanted, encoding="utf-8")
        _put_in_place()


def _fetch(environment: Mapping[str, str]) -> None:
    """The locked packages, fetched anew where the lock has changed or a former fetch was interrupted."""
    lock = hashlib.sha256((SOURCE / "package-lock.json").read_bytes()).hexdigest()
    if FETCHED.exists() and FETCHED.read_text(encoding="utf-8") == lock:
        return
    with step("npm", "frontend/package-lock.json"):
        command = ["npm", "ci", "--prefix", str(SOURCE), "--no-audit", "--no-fund", "--ignore-scripts"]
        try:
            run(command, log=LOG, sentence="", limit_seconds=FETCH_LIMIT_SECONDS, extra=environment)
        except StepFailed as failure:
            raise StepFailed(
                f"Set-up failed at the packages of the pages. {_cure(failure)}", failure.shown
            ) from failure
        FETCHED.write_text(lock, encoding="utf-8")


def _cure(failure: StepFailed) -> str:
    for sign, sentence in CURES.items():
        if sign in failure.shown:
            return sentence
    return f"Check the network, and the registry that npm is set to (npm config get registry), {AGAIN}"


def _node_environment() -> dict[str, str]:
    """The PATH under which `node` and `npm` are fit: the system's, else those of this environment.

    Raises:
        StepFailed: where neither starts.
    """
    path, own = os.environ.get("PATH", ""), str(Path(sys.executable).parent)
    # The packages of the environment may lie before another Python's; its own folder last is the system first.
    for tried in (path, f"{ROOT / '.venv' / 'bin'}{os.pathsep}{own}{os.pathsep}{path}"):
        if _starts(tried):
            return {"PATH": tried, "npm_config_update_notifier": "false", **_trusted()}
    raise StepFailed(
        "No Node builds the pages: the system has none of version 20.19, or 22.12 or newer, and the one of "
        f"requirements/build.txt does not start here. Install Node 22 with npm, {AGAIN}"
    )


def _trusted() -> dict[str, str]:
    """Have Node trust whom this machine trusts, as pip does: by itself it knows its own list alone."""
    if "NODE_EXTRA_CA_CERTS" in os.environ:
        return {}
    known = (os.environ.get("SSL_CERT_FILE"), ssl.get_default_verify_paths().cafile, *BUNDLES)
    found = next((path for path in known if path and Path(path).is_file()), None)
    return {"NODE_EXTRA_CA_CERTS": found} if found else {}


def _starts(path: str) -> bool:
    node, npm = shutil.which("node", path=path), shutil.which("npm", path=path)
    if node is None or npm is None:
        return False
    try:
        asked = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0 and is_fit(asked.stdout)


def _put_in_place() -> None:
    """Exchange the built files for the new ones; whoever reads meanwhile finds the old or the new."""
    old = NEW.with_suffix(".old")
    shutil.rmtree(old, ignore_errors=True)
    BUILT.parent.mkdir(parents=True, exist_ok=True)
    if BUILT.exists():
        shutil.move(BUILT, old)
    shutil.move(NEW, BUILT)
    shutil.rmtree(old, ignore_errors=True)


def main() -> int:
    """Build the pages, alone in this checkout."""

    def built() -> None:
        with alone(LOCK):
            build()

    return closing(built, log=LOG)


if __name__ == "__main__":
    sys.exit(main())
