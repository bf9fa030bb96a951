"""What pages load is what was built of the sources, and nothing is built twice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ownstock.base.errors import Unavailable
from ownstock.web.templatetags.assets import asset, entry_of, manifest
from tools.pages import STAMP, is_built, is_fit, source_hash


def _sources(folder: Path) -> Path:
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "main.js").write_text("start();", encoding="utf-8")
    (folder / "node_modules").mkdir()
    return folder


def test_a_page_loads_a_script_and_its_style_sheets_by_the_names_of_the_build() -> None:
    elements = asset("grid.js")
    assert '<script type="module" src="/static/web/built/assets/grid-' in elements
    assert '<link rel="stylesheet" href="/static/web/built/assets/grid-' in elements
    assert asset("styles/main.css").startswith('<link rel="stylesheet" href="/static/web/built/assets/styles/main-')


def test_pages_that_are_not_built_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="The pages are not built: run `make serve`"):
        manifest(tmp_path)


def test_a_file_that_no_page_can_load_is_named_with_those_that_there_are() -> None:
    found = {"src/main.js": {"isEntry": True, "file": "x.js"}, "_told.js": {"file": "y.js"}}
    with pytest.raises(Unavailable, match=r"No page can load told.js: the front end has main.js\."):
        entry_of(found, "told.js")


def test_changed_added_and_renamed_sources_are_built_anew_and_fetched_packages_are_not_sources(tmp_path: Path) -> None:
    folder = _sources(tmp_path / "frontend")
    first = source_hash(folder)
    (folder / "node_modules" / "other.js").write_text("1", encoding="utf-8")
    assert source_hash(folder) == first
    (folder / "src" / "main.js").rename(folder / "src" / "other.js")
    renamed = source_hash(folder)
    (folder / "src" / "other.js").write_text("stop();", encoding="utf-8")
    assert len({first, renamed, source_hash(folder)}) == 3


def test_a_build_that_did_not_come_to_its_end_is_done_again(tmp_path: Path) -> None:
    assert not is_built(tmp_path, "a")
    (tmp_path / "manifest.json").write_text(json.dumps({}), encoding="utf-8")
    assert not is_built(tmp_path, "a")
    (tmp_path / STAMP).write_text("a", encoding="utf-8")
    assert is_built(tmp_path, "a")
    assert not is_built(tmp_path, "b")


@pytest.mark.parametrize(
    ("version", "fit"),
    [("v20.19.0\n", True), ("v20.18.9", False), ("v21.7.0", False), ("v22.12.0", True), ("v22.11.0", False),
     ("v24.1.0", True), ("v18.20.0", False), ("", False)],
)  # fmt: skip
def test_a_node_is_taken_when_it_is_new_enough(version: str, fit: bool) -> None:
    assert is_fit(version) is fit
