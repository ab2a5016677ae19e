"""The published JSON Schemas."""

from __future__ import annotations

import json

import jsonschema
import msgspec
import pytest

from drplan import resources
from drplan.documents import plan_file, schemas
from tests.unit.report import samples


@pytest.mark.parametrize("name", sorted(schemas.GENERATED))
def test_the_published_schema_is_that_of_the_type(name: str) -> None:
    """Run ``python -m drplan.documents.schemas schemas`` after changing a type."""
    assert resources.schema_text(name) == schemas.generate(name)


@pytest.mark.parametrize("name", resources.schema_names())
def test_a_published_schema_is_a_valid_schema(name: str) -> None:
    """JSON Schema 2020-12, with an id and a description."""
    schema = json.loads(resources.schema_text(name))

    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:drplan:schema:{name}"
    assert schema["description"]


def test_a_plan_as_written_fits_its_schema() -> None:
    """What drplan writes is what it publishes."""
    validator = jsonschema.Draft202012Validator(json.loads(resources.schema_text("plan")))

    assert list(validator.iter_errors(json.loads(plan_file.encode(samples.plan())))) == []


def test_a_report_as_written_fits_its_schema() -> None:
    """The same for the report of a run."""
    validator = jsonschema.Draft202012Validator(json.loads(resources.schema_text("report")))

    assert list(validator.iter_errors(json.loads(msgspec.json.encode(samples.report())))) == []
