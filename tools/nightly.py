"""The long profiles: `python -m tools.nightly`. Each one that passes is recorded, so a rerun goes on where it stopped.

The record is .cache/nightly/<commit>.json; with uncommitted changes their digest is part of its name, so that
what passed on other sources is never taken for passed.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Timer

from tools.setup import VENV
from tools.steps import ROOT, clean_environment, say

FOLDER = ROOT / ".cache" / "nightly"


@dataclass(frozen=True)
class Profile:
    """A long run with a name: the words of its command, settings, and its limit."""

    name: str
    command: tuple[str, ...]
    settings: dict[str, str]
    limit_seconds: int


@dataclass(frozen=True)
class Outcome:
    """How a profile ended; `closing_line` is the last thing it printed."""

    passed: bool
    seconds: float
    finished_at: str
    closing_line: str


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
    Profile("properties", (*PYTEST, "tests/property", f"--ignore={LEDGER_MODEL}"), MORE_EXAMPLES, 7200),
    *(
        Profile(f"ledger model {seed}", (*PYTEST, LEDGER_MODEL), model_settings(seed), 7200)
        for seed in range(1, MODEL_SEEDS + 1)
    ),
    *(
        Profile(f"ledger killed {seed}", (*PYTEST, LEDGER_KILLED), kill_settings(seed), 3600)
        for seed in range(1, KILL_SEEDS + 1)
    ),
    # Crashes hit another moment in every round.
    *(Profile(f"faults {n}", (*PYTEST, "tests/faults"), {}, 1800) for n in range(1, FAULT_ROUNDS + 1)),
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


def carry_out(profile: Profile) -> Outcome:
    """Run a profile, its output passing through to the screen; at its limit it is ended."""
    started = time.monotonic()
    closing_line = ""
    with subprocess.Popen(
        profile.command,
        cwd=ROOT,
        env=clean_environment(profile.settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        limit = Timer(profile.limit_seconds, running.terminate)
        limit.start()
        assert running.stdout is not None
        for line in running.stdout:
            say(line.rstrip())
            closing_line = line.strip() or closing_line
        limit.cancel()
    return Outcome(
        passed=running.returncode == 0,
        seconds=round(time.monotonic() - started, 1),
        finished_at=datetime.now(UTC).isoformat(timespec="seconds"),
        closing_line=closing_line,
    )


def run_profiles(profiles: tuple[Profile, ...], record: Path) -> bool:
    """Run what has not passed yet, recording each as it ends; True when all have passed."""
    outcomes = read_record(record)
    for profile in profiles:
        done = outcomes.get(profile.name)
        if done is not None and done.passed:
            say(f"{profile.name}: passed at {done.finished_at} in {done.seconds} s ({done.closing_line})")
            continue
        say(f"{profile.name}: started")
        outcomes[profile.name] = carry_out(profile)
        write_record(record, outcomes)
    return all(outcomes[profile.name].passed for profile in profiles)


def main() -> int:
    """Run the profiles that these sources have not passed yet, and print where the result is."""
    record = FOLDER / f"{source_name()}.json"
    passed = run_profiles(PROFILES, record)
    say(f"nightly: {'passed' if passed else 'FAILED'}; the result is {record.relative_to(ROOT)}")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
