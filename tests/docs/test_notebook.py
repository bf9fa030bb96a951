"""The notebook of the engine runs from its first cell to its last, with nothing but what the engine needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import pytest

from tests.docs.sources import ROOT

NOTEBOOK = ROOT / "docs" / "tutorial" / "engine.ipynb"
LOCK = ROOT / "requirements" / "engine.txt"
HUNG_AFTER_SECONDS = 600

# What a notebook does with its cells: one after another, in one namespace. Arguments: the notebook, modules not to be there.
CELLS_IN_ORDER = """
import importlib.util, json, sys
path, *absent = sys.argv[1:]
assert [name for name in absent if importlib.util.find_spec(name)] == []
names = {"__name__": "__main__"}
for cell in json.load(open(path, encoding="utf-8"))["cells"]:
    if cell["cell_type"] == "code":
        exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
costs = names["costs"]
assert costs["method"].to_list() == ["min-max", "engine"], costs
assert costs["difference"][1] < -2 * costs["standard_error"][1], costs
"""


def cells() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    return found


def run(python: Path, folder: Path, *absent: str) -> None:
    """Run all cells in a process of its own, in a folder of its own."""
    done = subprocess.run(
        [python, "-W", "error:::ownstock", "-c", CELLS_IN_ORDER, NOTEBOOK, *absent],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        timeout=HUNG_AFTER_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_notebook_is_stored_without_what_it_printed() -> None:
    code = [cell for cell in cells() if cell["cell_type"] == "code"]
    assert code
    assert [cell["id"] for cell in code if cell["outputs"] or cell["execution_count"]] == []


def test_every_link_of_the_notebook_leads_somewhere() -> None:
    from tests.docs.test_documented import LINK

    text = "\n".join("".join(cell["source"]) for cell in cells() if cell["cell_type"] == "markdown")
    links = LINK.findall(text)
    assert links
    assert [link for link in links if not (NOTEBOOK.parent / link).is_file()] == []


@pytest.mark.slow
def test_the_notebook_runs_to_its_end_with_nothing_but_the_engine(tmp_path: Path) -> None:
    venv.create(tmp_path / "alone")
    python = tmp_path / "alone" / "bin" / "python"
    # Bytecode is made of what is imported only: that of all installed takes longer than the notebook.
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-compile"]
    install = [*pip, "--only-binary", ":all:", "--require-hashes", "-r", LOCK]
    subprocess.run(install, check=True, capture_output=True)
    run(python, tmp_path, "django", "click", "psycopg", "matplotlib")
