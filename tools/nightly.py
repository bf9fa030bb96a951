"""The long profiles: `python -m tools.nightly`, or some by how their names begin: `python -m tools.nightly "ledger model"`.

As many run side by side as the machine has cores. Each one that passes is recorded, so a rerun goes on where it stopped. The
record is .cache/nightly/<commit>.json, with a log of each profile in the folder beside it; with uncommitted changes their
digest is part of the name, so that what passed on other sources is never taken for passed.

Whatever is read, memory stays within bounds: a profile whose largest process took more than its limit has failed.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from tools.setup import VENV
from tools.steps import ROOT, clean_environment, say

FOLDER = ROOT / ".cache" / "nightly"
# A profile that is stopped ends what it started before it is killed.
LAST_WORDS_SECONDS = 60.0
PAUSE_SECONDS = 0.2
# macOS counts in bytes, Linux in KiB.
MAXRSS_IN_A_MIB = 2**20 if sys.platform == "darwin" else 2**10


# So much may one process of a profile hold; one that only reads what suppliers send, less.
MOST_MIB, READERS_MIB = 3_072, 768
READERS = ("test_documents", "test_files_of_suppliers", "test_understanding", "test_x12")


@dataclass(frozen=True)
class Profile:
    """A long run with a name: the words of its command, settings, and its limits of time and of any one process's memory."""

    name: str
    command: tuple[str, ...]
    settings: dict[str, str]
    limit_seconds: int
    limit_mib: int = MOST_MIB


@dataclass(frozen=True)
class Outcome:
    """How a profile ended; `peak_mib` is the most that one of its processes held, `closing_line` its last words."""

    passed: bool
    seconds: float
    finished_at: str
    closing_line: str
    peak_mib: int
    limit_mib: int


PYTEST = (str(VENV / "bin" / "python"), "-m", "pytest", "--color=no")
MORE_EXAMPLES = {"HYPOTHESIS_PROFILE": "nightly"}
FAULT_ROUNDS = 10
KILL_SEEDS, KILLS_OF_A_SEED = 10, 50
MODEL_SEEDS, MODEL_RUNS_OF_A_SEED = 8, 250
LEDGER_KILLED, LEDGER_MODEL = "tests/faults/test_ledger_killed.py", "tests/property/test_ledger_model.py"


def kill_settings(seed: int) -> dict[str, str]:
    """Of the rounds in which the ledger's programs are killed."""
    return {"OWNSTOCK_KILL_SEED": str(seed), "OWNSTOCK_KILL_ROUNDS": str(KILLS_OF_A_SEED)}


def model_settings(seed: int) -> dict[str, str]:
    """Of the runs that compare the ledger with a plain model of it."""
    return {**MORE_EXAMPLES, "OWNSTOCK_MODEL_SEED": str(seed), "OWNSTOCK_MODEL_RUNS": str(MODEL_RUNS_OF_A_SEED)}


PROFILES = (
    # First what cannot be divided: one of these files takes longer than any other profile.
    *(
        Profile(
            f"properties {file.stem.removeprefix('test_')}",
            (*PYTEST, str(file)),
            MORE_EXAMPLES,
            7200,
            READERS_MIB if file.stem in READERS else MOST_MIB,
        )
        for file in sorted((ROOT / "tests" / "property").glob("test_*.py"))
        if file != ROOT / LEDGER_MODEL
    ),
    Profile("long tests", (*PYTEST, "-m", "nightly"), {}, 3600),
    *(
        Profile(f"ledger killed {seed}", (*PYTEST, LEDGER_KILLED), kill_settings(seed), 3600)
        for seed in range(1, KILL_SEEDS + 1)
    ),
    *(
        Profile(f"ledger model {seed}", (*PYTEST, LEDGER_MODEL), model_settings(seed), 7200)
        for seed in range(1, MODEL_SEEDS + 1)
    ),
    # Crashes hit another moment in every round.
    *(
        Profile(f"faults {n}", (*PYTEST, "tests/faults", f"--ignore={LEDGER_KILLED}"), {}, 1800)
        for n in range(1, FAULT_ROUNDS + 1)
    ),
)


def source_name() -> str:
    """The commit, with a digest of what differs from it."""
    changed = _git("diff", "HEAD", "--binary")
    for name in _git("ls-files", "--others", "--exclude-standard", "-z").split("\0")[:-1]:
        changed += name + hashlib.sha256((ROOT / name).read_bytes()).hexdigest()
    commit = _git("rev-parse", "HEAD").strip()
    return f"{commit}-{hashlib.sha256(changed.encode()).hexdigest()[:12]}" if changed else commit


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        sys.exit(f"The nightly run records what it tested by its commit, and git says: {done.stderr.strip()}")
    return done.stdout


def read_record(record: Path) -> dict[str, Outcome]:
    """The outcomes so far; none when the file is absent."""
    if not record.exists():
        return {}
    written = json.loads(record.read_text(encoding="utf-8"))
    return {name: Outcome(**outcome) for name, outcome in written["profiles"].items()}


def write_record(record: Path, outcomes: dict[str, Outcome]) -> None:
    """Replace the record in one step: a run that is killed leaves the former one."""
    record.parent.mkdir(parents=True, exist_ok=True)
    written = {"sources": record.stem, "profiles": {name: asdict(outcome) for name, outcome in outcomes.items()}}
    new = record.with_suffix(".new")
    new.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    new.replace(record)


def carry_out(profile: Profile, log: Path, stop: Event) -> Outcome:
    """Run a profile, its output going to its log; it is ended at its limit, or when `stop` is set."""
    started = time.monotonic()
    log.parent.mkdir(parents=True, exist_ok=True)
    # In a session of its own no key reaches it but through here, once.
    with (
        log.open("wb") as output,
        subprocess.Popen(
            profile.command,
            cwd=ROOT,
            env=clean_environment(profile.settings),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as running,
    ):
        while (usage := _usage_if_ended(running)) is None:
            if stop.wait(PAUSE_SECONDS) or time.monotonic() - started > profile.limit_seconds:
                usage = _end(running)
                break
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines()]
    peak_mib = usage.ru_maxrss // MAXRSS_IN_A_MIB
    return Outcome(
        passed=running.returncode == 0 and peak_mib <= profile.limit_mib,
        seconds=round(time.monotonic() - started, 1),
        finished_at=datetime.now(UTC).isoformat(timespec="seconds"),
        closing_line=next(filter(None, reversed(lines)), ""),
        peak_mib=peak_mib,
        limit_mib=profile.limit_mib,
    )


def _usage_if_ended(running: subprocess.Popen[bytes]) -> resource.struct_rusage | None:
    """What a process and those it waited for used; None while it runs. It is for nobody else to ask whether it has ended."""
    pid, status, usage = os.wait4(running.pid, os.WNOHANG)
    if not pid:
        return None
    running.returncode = os.waitstatus_to_exitcode(status)
    return usage


def _end(running: subprocess.Popen[bytes]) -> resource.struct_rusage:
    os.kill(running.pid, signal.SIGINT)
    asked = time.monotonic()
    while (usage := _usage_if_ended(running)) is None:
        if time.monotonic() - asked > LAST_WORDS_SECONDS:
            os.kill(running.pid, signal.SIGKILL)
        time.sleep(PAUSE_SECONDS)
    return usage


def run_profiles(profiles: Sequence[Profile], record: Path, *, at_once: int) -> bool:
    """Run what has not passed yet, so many at once, recording each as it ends; True when all have passed."""
    outcomes = read_record(record)
    due = [profile for profile in profiles if not _has_passed(profile, outcomes)]
    stop = Event()
    with ThreadPoolExecutor(at_once) as pool:
        running = {pool.submit(carry_out, p, record.with_suffix("") / f"{p.name}.log", stop): p.name for p in due}
        try:
            for done in as_completed(running):
                name = running[done]
                outcomes[name] = done.result()
                write_record(record, outcomes)
                say(_sentence(name, outcomes[name]))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            stop.set()
            raise
    return all(outcomes[profile.name].passed for profile in profiles)


def _has_passed(profile: Profile, outcomes: dict[str, Outcome]) -> bool:
    outcome = outcomes.get(profile.name)
    if outcome is None or not outcome.passed:
        return False
    say(_sentence(profile.name, outcome))
    return True


def _sentence(name: str, outcome: Outcome) -> str:
    word = "passed" if outcome.passed else "FAILED"
    memory = f"{outcome.peak_mib:,} of {outcome.limit_mib:,} MiB"
    return f"{name}: {word} at {outcome.finished_at} in {outcome.seconds} s, {memory} ({outcome.closing_line})"


def chosen(beginnings: Sequence[str]) -> list[Profile]:
    """The profiles whose name begins with one of these; all where none is given."""
    found = [profile for profile in PROFILES if profile.name.startswith(tuple(beginnings) or "")]
    return found or sys.exit(f"No profile begins so; there are: {', '.join(profile.name for profile in PROFILES)}.")


def main(beginnings: Sequence[str]) -> int:
    """Run the profiles that these sources have not passed yet, and print where the result is."""
    profiles = chosen(beginnings)
    record = FOLDER / f"{source_name()}.json"
    # Started in the background by a shell, this process would ignore the first, and all that it starts with it.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    say(f"nightly: {len(profiles)} profiles, their logs in {record.with_suffix('').relative_to(ROOT)}/")
    try:
        passed = run_profiles(profiles, record, at_once=os.cpu_count() or 1)
    except KeyboardInterrupt:
        say("nightly: stopped; the same command goes on from here.")
        return 130
    say(f"nightly: {'passed' if passed else 'FAILED'}; the result is {record.relative_to(ROOT)}")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
