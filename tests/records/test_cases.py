"""One table describes the fields of a closed case; everything else follows from it."""

import csv
import json
import tomllib
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from feedback_app.base.times import to_text
from feedback_app.database.contract import Database
from feedback_app.intake.api.openapi import openapi_document
from feedback_app.intake.mapping import FIELDS
from feedback_app.intake.webhooks import presets
from feedback_app.records import (
    CASE_FIELDS,
    EXPORTED_CASE_FIELDS,
    REQUIRED_CASE_FIELDS,
    CaseDetails,
    ClosedCase,
    FieldKind,
)
from feedback_app.reports.csv_export import COLUMNS, week_as_csv
from feedback_app.reports.json_export import export_as_json
from feedback_app.store import cases
from support_facts import load_facts
from tests.support.answered import an_answer
from tests.support.office import NOW
from tests.support.some import some

FACTS = load_facts()
MESSAGE = openapi_document(FACTS, "https://survey.example")["components"]["schemas"][
    "ClosedCaseMessage"
]
GENERIC = Path(presets.__file__).with_name("generic.toml")


VALUES: dict[FieldKind, Any] = {
    "text": "Text",
    "time": NOW,
    "seconds": 60,
    "email": "name@customer.example",
    "language": "de",
    "url": "https://desk.example/12",
    "case_kind": "software",
    "closure_reason": "confirmed",
    "clock": "business",
    "subject": "Checkout fails",
}


def test_the_table_describes_every_field_of_the_data_class() -> None:
    assert set(CASE_FIELDS) == {field.name for field in fields(ClosedCase)}
    assert all(field.description for field in some(CASE_FIELDS.values()))


@pytest.mark.parametrize("name", CASE_FIELDS)
def test_a_field_is_in_the_api_in_mappings_and_in_the_generic_preset(name: str) -> None:
    assert MESSAGE["properties"][name]["description"] == CASE_FIELDS[name].description
    assert (name in MESSAGE["required"]) == (name in REQUIRED_CASE_FIELDS)
    assert name in FIELDS
    preset = tomllib.loads(GENERIC.read_text())
    assert name in {**preset["map"], **preset["set"]}


def test_every_field_is_stored(database: Database) -> None:
    values = {name: VALUES[field.kind] for name, field in CASE_FIELDS.items()}
    with database.write() as tx:
        cases.add(tx, ClosedCase(**values), "2026-W48", NOW)
    (row,) = database.ask("SELECT * FROM cases")
    for name, value in some(values.items()):
        assert row[name] == (to_text(value) if isinstance(value, datetime) else value)


def test_exported_fields_are_in_every_export_and_address_and_subject_in_none() -> None:
    assert set(EXPORTED_CASE_FIELDS) <= {field.name for field in fields(CaseDetails)}
    values = {name: VALUES[CASE_FIELDS[name].kind] for name in EXPORTED_CASE_FIELDS}
    case = an_answer(4, 5, "said", **values)
    (row,) = csv.DictReader("".join(week_as_csv([case])).splitlines()[1:], COLUMNS)
    exported = "".join(export_as_json([case], {}, FACTS))
    (answer,) = json.loads(exported)["answers"]
    for name in EXPORTED_CASE_FIELDS:
        assert row[name]
        assert answer[name] == row[name]
    assert not {"contact_email", "subject"} & {*row, *answer}
