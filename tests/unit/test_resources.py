"""Schemas, templates and fixtures, in a checkout and in a wheel."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from drplan import resources
from drplan.errors import RunFailed


def test_every_schema_is_json() -> None:
    """Each published schema parses, and says which JSON Schema it speaks."""
    names = resources.schema_names()

    assert {"event", "inventory", "mapping", "plan", "report"} <= set(names)
    for name in names:
        assert "2020-12" in json.loads(resources.schema_text(name))["$schema"]


def test_the_fixture_of_the_demo_is_found() -> None:
    """The demo's fixture is a folder with a mapping."""
    assert (resources.fixture_folder("two-site") / "mapping.yml").is_file()


def test_templates_are_found() -> None:
    """The folder of templates exists where drplan runs from."""
    assert resources.template_folder().is_dir()


def test_an_unknown_fixture_is_named() -> None:
    """A fixture that is not there is said so."""
    with pytest.raises(RunFailed, match="no fixture called nothing"):
        resources.fixture_folder("nothing")


def test_in_a_wheel_the_data_lie_in_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The installed copy wins over what stands beside the package."""
    for folder in (tmp_path / "drplan" / "_data" / "templates", tmp_path / "templates"):
        folder.mkdir(parents=True)
        (folder / "plan.txt").write_text(str(folder))
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "drplan")

    assert resources.template_text("plan.txt").endswith("_data/templates")


def test_a_damaged_installation_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without data, the operator is told to install again."""
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "drplan")

    with pytest.raises(RunFailed, match="damaged") as caught:
        resources.schema_names()

    assert caught.value.next_step == "install drplan again"
