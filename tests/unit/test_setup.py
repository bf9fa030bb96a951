"""Set-up from a bare clone: what is done when, what a failed step says, and what the locks promise."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from dataclasses import replace
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from ownstock.__main__ import EXTRA
from tools.bench import benchmarks
from tools.nightly import Profile, chosen, run_profiles
from tools.setup import LEVELS, Plan, Stamp, plan

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("engine", "build", "app", "dev", "bench")
NOW = Stamp(root="/clone", python="CPython 3.12.1", locks={"build": "b1", "app": "a1", "dev": "d1"}, project="p1")
REBUILD = Plan(rebuild=True, packages=True, project=True)
NOTHING = Plan(rebuild=False, packages=False, project=False)

# A project without requirements and with a build backend of its own, so that set-up is tried without network.
PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""
BACKEND = """
import zipfile
def build_editable(folder, config_settings=None, metadata_directory=None):
    info, wheel = "ownstock-1.dist-info", "ownstock-1-py3-none-any.whl"
    with zipfile.ZipFile(f"{folder}/{wheel}", "w") as out:
        out.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: ownstock\\nVersion: 1\\n")
        out.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        out.writestr(f"{info}/entry_points.txt", "[console_scripts]\\nownstock = this:main\\n")
        out.writestr(f"{info}/RECORD", "")
    return wheel
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone with the real tools around a project that needs no network."""
    root = tmp_path / "a clone"
    shutil.copytree(ROOT / "tools", root / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    for name, text in {"pyproject.toml": PYPROJECT, "backend.py": BACKEND, "src/ownstock/__init__.py": ""}.items():
        _write(root / name, text)
    for name in LOCKS:
        _write(root / "requirements" / f"{name}.txt", "# nothing\n")
    return root


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _run(root: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHON": sys.executable} | settings
    return subprocess.run(
        ["/bin/sh", "tools/python.sh", *words], cwd=root, env=environment, capture_output=True, text=True, check=False
    )


def _steps(done: subprocess.CompletedProcess[str]) -> list[str]:
    return [line.split()[0] for line in done.stdout.splitlines()]


def test_an_environment_made_from_this_checkout_needs_nothing() -> None:
    assert plan(NOW, NOW, "dev") == NOTHING


def test_an_environment_without_a_stamp_is_made_anew() -> None:
    assert plan(None, NOW, "build") == REBUILD


@pytest.mark.parametrize(
    "found",
    [
        replace(NOW, root="/moved"),
        replace(NOW, python="CPython 3.11.7"),
        replace(NOW, locks=NOW.locks | {"app": "a0"}),
        replace(NOW, locks=NOW.locks | {"dropped": "x"}),
    ],
    ids=["moved checkout", "another Python", "changed lock", "dropped lock"],
)
def test_an_environment_made_from_anything_else_is_made_anew(found: Stamp) -> None:
    assert plan(found, NOW, "app") == REBUILD


@pytest.mark.parametrize(
    ("held", "level", "packages"),
    [("build", "app", True), ("app", "dev", True), ("dev", "app", False), ("dev", "build", False)],
)
def test_a_higher_level_adds_packages_and_holds_all_lower_ones(held: str, level: str, packages: bool) -> None:
    found = replace(NOW, locks={name: NOW.locks[name] for name in LEVELS[held]})
    assert plan(found, NOW, level) == Plan(rebuild=False, packages=packages, project=False)


def test_changed_metadata_only_installs_the_project_again() -> None:
    assert plan(replace(NOW, project="p0"), NOW, "dev") == Plan(rebuild=False, packages=False, project=True)


@pytest.mark.slow
def test_set_up_again_does_nothing_and_a_set_up_that_failed_half_way_is_made_anew(clone: Path) -> None:
    assert _steps(_run(clone, "-m", "tools.setup", "build")) == ["environment", "packages", "ownstock"]

    started = time.monotonic()
    again = _run(clone, "-m", "tools.setup", "build")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert time.monotonic() - started < 15

    _write(clone / "requirements/app.txt", "this is no requirement\n")
    failed = _run(clone, "-m", "tools.setup", "app")
    assert failed.returncode == 1
    assert "Set-up failed at the packages. A lock file is broken: restore it" in failed.stderr
    assert "this is no requirement" in failed.stderr

    _write(clone / "requirements/app.txt", "# nothing\n")
    assert _steps(_run(clone, "-m", "tools.setup", "app")) == ["environment", "packages", "ownstock"]


def test_a_lock_file_that_is_gone_is_named_with_the_way_to_restore_it(clone: Path) -> None:
    (clone / "requirements/app.txt").unlink()
    failed = _run(clone, "-m", "tools.setup", "app")
    assert failed.returncode == 1
    assert "restore it (git checkout -- requirements/app.txt)" in failed.stderr


def test_a_second_set_up_waits_for_the_first(clone: Path) -> None:
    (clone / "requirements/app.txt").unlink()
    (clone / ".cache").mkdir()
    with (clone / ".cache/setup.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        command = [sys.executable, "-m", "tools.setup", "app"]
        with subprocess.Popen(command, cwd=clone, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as second:
            assert second.stdout is not None
            assert second.stdout.readline().startswith("Another command is setting up this checkout")
            assert second.poll() is None
            fcntl.flock(held, fcntl.LOCK_UN)
            _, errors = second.communicate(timeout=30)
    assert "requirements/app.txt" in errors


def test_without_a_fit_python_the_command_says_what_to_install(clone: Path) -> None:
    _write(clone / "bin/python3", "#!/bin/sh\nexit 1\n")
    (clone / "bin/python3").chmod(0o755)
    (clone / "bin/cat").symlink_to(shutil.which("cat") or "/bin/cat")
    failed = _run(clone, "-m", "tools.setup", "app", PYTHON="", PATH=f"{clone}/bin")
    assert failed.returncode == 1
    assert "apt-get install python3 python3-venv" in failed.stderr


def test_a_browser_that_does_not_start_is_refused_by_name(clone: Path) -> None:
    failed = _run(clone, "-m", "tools.browser", OWNSTOCK_BROWSER="/bin/false")
    assert failed.returncode == 1
    assert "OWNSTOCK_BROWSER names /bin/false, which does not start as a Chromium" in failed.stderr


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_pins_every_package_with_hashes_and_names_no_host(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[a-z0-9])", "\n".join(line for line in text.splitlines() if not _is_comment(line)))
    assert all("==" in entry and "--hash=sha256:" in entry for entry in entries)
    assert "://" not in text
    assert "--index-url" not in text


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def _pins(name: str) -> set[str]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    return {line.partition(";")[0].rstrip(" \\") for line in text.splitlines() if "==" in line.partition(";")[0]}


@pytest.mark.parametrize("name", ["engine", "build", "app"])
def test_the_development_lock_holds_every_other_one(name: str) -> None:
    assert _pins(name) <= _pins("dev") <= _pins("bench")


def test_what_builds_the_package_is_locked_as_it_is_required() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(project["build-system"]["requires"]) <= set(project["dependency-groups"]["build"])


def test_every_module_of_the_application_extra_is_known_to_the_command() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    required = {_plain(entry) for entry in project["project"]["optional-dependencies"]["app"]}
    brought = {name for name, owners in packages_distributions().items() if required & {_plain(o) for o in owners}}
    assert {name for name in brought if name.isidentifier()} <= EXTRA


def _plain(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9_.-]", requirement)[0].lower().replace("_", "-")


ENGINE_ALONE = """
import sys
from ownstock import __main__
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {absent!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Absent())
__main__.main()
"""


def _command_without(*absent: str) -> subprocess.CompletedProcess[str]:
    program = ENGINE_ALONE.format(absent=absent)
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    return subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)


def test_the_engine_alone_tells_how_to_get_the_application() -> None:
    done = _command_without(*EXTRA)
    assert done.returncode == 2
    assert "pip install 'ownstock[app]'" in done.stderr


def test_a_missing_module_of_our_own_is_never_taken_for_a_missing_extra() -> None:
    done = _command_without("ownstock.site", "ownstock")
    assert done.returncode == 1
    assert "ModuleNotFoundError" in done.stderr


def test_a_nightly_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    record, mark = tmp_path / "commit.json", tmp_path / "mark"
    first = Profile("first", ("sh", "-c", f"echo once >> {mark}; echo 3 passed"), {}, 60)
    second = Profile("second", ("sh", "-c", f"test -e {tmp_path}/mended"), {}, 60)
    assert not run_profiles((first, second), record, at_once=2)
    (tmp_path / "mended").touch()
    assert run_profiles((first, second), record, at_once=2)
    assert mark.read_text() == "once\n"
    profiles = json.loads(record.read_text())["profiles"]
    assert profiles["first"]["closing_line"] == "3 passed"
    assert profiles["second"]["passed"]


def test_a_nightly_profile_is_ended_at_its_limit(tmp_path: Path) -> None:
    endless = Profile("endless", ("sleep", "60"), {}, 1)
    started = time.monotonic()
    assert not run_profiles((endless,), tmp_path / "commit.json", at_once=1)
    assert time.monotonic() - started < 30


def test_a_nightly_profile_that_takes_too_much_memory_has_failed(tmp_path: Path) -> None:
    # In a process of its own: what a program begins with counts what the one that started it held.
    run = f"""
from pathlib import Path
from tools.nightly import Profile, run_profiles
words = ("{sys.executable}", "-c", "print(len(b'x' * (100 << 20)))")
profiles = [Profile(f"within {{limit}}", words, {{}}, 60, limit_mib=limit) for limit in (300, 90)]
assert not run_profiles(profiles, Path("{tmp_path}/c.json"), at_once=1)
"""
    done = subprocess.run([sys.executable, "-c", run], cwd=ROOT, capture_output=True, text=True, check=True)
    profiles = json.loads((tmp_path / "c.json").read_text())["profiles"]
    assert [profiles[f"within {limit}"]["passed"] for limit in (300, 90)] == [True, False]
    assert 100 < profiles["within 300"]["peak_mib"] < 200
    assert re.search(r"within 90: FAILED at .* s, 1\d\d of 90 MiB \(104857600\)", done.stdout)


def test_nightly_profiles_run_side_by_side_each_with_its_log(tmp_path: Path) -> None:
    meet = 'echo I am $0; cd "$2"; touch $0; for i in $(seq 300); do test -e $1 && exit; sleep 0.1; done; exit 1'
    pairs = (("left", "right"), ("right", "left"))
    profiles = [Profile(mine, ("sh", "-c", meet, mine, other, str(tmp_path)), {}, 60) for mine, other in pairs]
    assert run_profiles(profiles, tmp_path / "commit.json", at_once=2)
    assert (tmp_path / "commit" / "left.log").read_text() == "I am left\n"


def test_a_nightly_run_that_is_stopped_ends_its_profiles_and_records_what_had_passed(tmp_path: Path) -> None:
    run = f"""
import signal, sys
from pathlib import Path
from tools.nightly import Profile, chosen, run_profiles
signal.signal(signal.SIGTERM, signal.default_int_handler)
names = ("short", "echo passed"), ("long", "echo $$; exec sleep 60"), ("later", "touch {tmp_path}/later")
run_profiles([Profile(name, ("sh", "-c", words), {{}}, 60) for name, words in names], Path("{tmp_path}/c.json"), at_once=1)
"""
    with subprocess.Popen([sys.executable, "-c", run], cwd=ROOT, stderr=subprocess.DEVNULL) as running:
        log, deadline = tmp_path / "c" / "long.log", time.monotonic() + 30
        while not (log.exists() and log.read_text()) and time.monotonic() < deadline:
            time.sleep(0.05)
        running.terminate()
    assert list(json.loads((tmp_path / "c.json").read_text())["profiles"]) == ["short"]
    assert not (tmp_path / "later").exists()
    with pytest.raises(ProcessLookupError):
        os.kill(int(log.read_text()), 0)


def test_nightly_profiles_are_chosen_by_the_beginning_of_their_names() -> None:
    assert {p.name.rsplit(" ", 1)[0] for p in chosen(["ledger model", "faults"])} == {"ledger model", "faults"}
    assert len(chosen([])) > len(chosen(["ledger"]))
    with pytest.raises(SystemExit, match="ledger model 1"):
        chosen(["nothing"])


def test_a_benchmark_is_a_module_with_a_main(tmp_path: Path) -> None:
    _write(tmp_path / "__init__.py", "")
    _write(tmp_path / "shared_part.py", "def figures(): ...\n")
    _write(tmp_path / "posting.py", "def main(): ...\n")
    assert benchmarks(tmp_path) == ["posting"]
