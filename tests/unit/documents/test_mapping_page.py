"""The examples of ``docs/mapping.md``."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from drplan.documents.mapping import keys
from tests.unit.documents.mapping_samples import findings, valid, with_text

PAGE = (Path(__file__).parents[3] / "docs" / "mapping.md").read_text(encoding="utf-8")
LEAST, EXTRAS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def test_the_least_that_works_has_no_finding() -> None:
    """People begin with a copy of it."""
    assert findings(LEAST) == []
    assert len(valid(LEAST).storages) == 1


def test_the_section_that_drplan_adds_has_no_finding() -> None:
    """It shows every key that there is."""
    assert findings(with_text(EXTRAS)) == []
    assert [key for key in sorted(keys.DRPLAN) if f"\n  {key}:" not in EXTRAS] == []


@pytest.mark.parametrize("key", [*keys.NAME_LISTS, *keys.ROLE_VARIABLES])
def test_the_page_names_every_list_and_variable(key: str) -> None:
    """Nothing has to be looked up elsewhere."""
    assert f"`{key}`" in PAGE
