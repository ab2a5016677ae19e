"""``schemas/mapping.schema.json`` says what the reader reads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from drplan import resources
from drplan.documents.mapping import keys
from drplan.documents.mapping_file import read_mapping
from drplan.model.drplan_section import GATE_POINTS, PLAN_MODES
from drplan.model.mapping import SITE_ROLES, STORAGE_TYPES

SCHEMA: dict[str, Any] = json.loads(resources.schema_text("mapping"))
DEFS: dict[str, Any] = SCHEMA["$defs"]
CASES = Path(__file__).parents[2] / "goldens" / "mapping"
ENVIRON = {"AMS_PASSWORD": "x", "DRPLAN_TEST_URL": "https://e2.example.com/ovirt-engine/api"}

# Where the file alone contradicts itself, which a schema cannot see.
BEYOND_A_SCHEMA = {"duplicates"}

SECTIONS = {
    "top level": (SCHEMA, keys.TOP_LEVEL),
    "storage": (DEFS["storage"], keys.STORAGE),
    "name": (DEFS["nameMapping"], keys.NAME | set(keys.NAME_OLD_SPELLINGS)),
    "network": (DEFS["networkMapping"], keys.NETWORK),
    "lun": (DEFS["lunMapping"], keys.LUN),
    "drplan": (DEFS["drplan"], keys.DRPLAN),
    "sites": (DEFS["drplan"]["properties"]["sites"], keys.SITES),
    "test": (DEFS["testRules"], keys.TEST),
    "test profile": (DEFS["testRules"]["properties"]["profiles"]["items"], keys.TEST_PROFILE),
    "profile": (DEFS["profile"], keys.PROFILE),
    "start": (DEFS["startRules"], keys.START),
    "group": (DEFS["vmGroup"], keys.VM_GROUP),
    "exclude": (DEFS["excludeRules"], keys.EXCLUDE),
    "gate": (DEFS["gate"], keys.GATE),
    "notify": (DEFS["notifyRules"], keys.NOTIFY),
    "unexpected": (DEFS["unexpected"]["anyOf"][1], keys.UNEXPECTED),
    "limits": (DEFS["limits"], keys.LIMITS),
    **{
        f"site {role}": (DEFS["drplan"]["properties"]["sites"]["properties"][role], keys.SITE)
        for role in SITE_ROLES
    },
}


class Loader(yaml.SafeLoader):
    """YAML as a program reads it, with Ansible's tags, and dates as JSON has them: as text."""


for tag in ("!vault", "!unsafe", "tag:yaml.org,2002:timestamp"):
    Loader.add_constructor(tag, lambda _loader, node: node.value)


@pytest.mark.parametrize("section", SECTIONS)
def test_schema_and_reader_know_the_same_keys(section: str) -> None:
    """A key that one of them gains, the other must gain too."""
    schema, known = SECTIONS[section]

    assert set(schema["properties"]) == set(known)


def test_every_key_set_is_compared() -> None:
    """No section of the reader is left out of the comparison above."""
    compared = [known for _, known in SECTIONS.values()]
    declared = {
        name: value
        for name, value in vars(keys).items()
        if isinstance(value, frozenset) and name not in {"ALL", "LUN_IGNORED", "NAME"}
    }

    assert [name for name, value in declared.items() if value not in compared] == []


def test_only_the_top_level_may_hold_other_keys() -> None:
    """Var files hold what a playbook needs; everywhere else an editor marks unknown keys."""
    closed = [
        name
        for name, (schema, _) in SECTIONS.items()
        if schema.get("additionalProperties") is not False
    ]

    assert closed == ["top level"]


def _properties(schema: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {}).items()
        for name, part in schema.items():
            if name not in {"if", "then", "anyOf", "examples"} or name == "anyOf":
                yield from _properties(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _properties(part)


def test_every_key_is_explained() -> None:
    """An editor shows what a key means."""
    bare = [
        name
        for name, part in _properties(SCHEMA)
        if "description" not in part and "$ref" not in part and "not" not in part
    ]

    assert bare == []


def test_examples_fit_what_they_are_examples_of() -> None:
    """Whoever copies one gets something that works."""
    for name, part in DEFS.items():
        validator = jsonschema.Draft202012Validator({**part, "$defs": DEFS})
        for example in part.get("examples", ()):
            assert list(validator.iter_errors(example)) == [], name


def test_closed_sets_of_words_are_the_models() -> None:
    """Types, modes and gate points are listed once, in the model."""
    assert DEFS["storage"]["properties"]["dr_domain_type"]["enum"] == list(STORAGE_TYPES)
    assert DEFS["mode"]["enum"] == list(PLAN_MODES)
    assert DEFS["gate"]["properties"]["before"]["enum"] == list(GATE_POINTS)


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir() if path.is_dir()))
def test_schema_and_reader_agree_on_whole_files(case: str) -> None:
    """What the reader takes, the schema takes, and the other way round."""
    path = CASES / case / "mapping.yml"
    reading = read_mapping(path, ENVIRON)
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader)
    except yaml.YAMLError:
        assert reading.mapping is None
        return

    errors = list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(document))

    if case not in BEYOND_A_SCHEMA:
        assert (not errors) == (reading.mapping is not None), errors
