"""The generated pages of the reference are what the sources say now."""

from __future__ import annotations

import pytest

from tools.reference import PAGES, is_out_of_date


@pytest.mark.parametrize("name", PAGES)
def test_the_committed_page_is_up_to_date(name: str) -> None:
    assert not is_out_of_date(name), "run: .venv/bin/python -m tools.reference"
