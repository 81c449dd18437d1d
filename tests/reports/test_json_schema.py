"""Every JSON export matches the published schema, which names each field."""

import json
from typing import Any

import jsonschema_rs
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.base.times import now
from feedback_app.commands.review import export
from feedback_app.records import CARE_REASONS
from feedback_app.reports.exports import FORMATS, Export
from feedback_app.reports.json_export import export_as_json
from feedback_app.reports.json_schema import export_schema
from tests.support.answered import FACTS, an_answer
from tests.support.office import Office
from tests.support.team import answered

VALIDATOR = jsonschema_rs.validator_for(export_schema(), validate_formats=True)
HEAD = {
    "first_week": "2026-W47",
    "last_week": "2026-W48",
    "as_of": "2026-11-24T12:00:00Z",
    "annulled": 0,
}
cases = st.builds(
    an_answer,
    st.integers(1, 5),
    st.integers(1, 5),
    st.none() | st.text(),
    customer=st.none() | st.text(),
    team=st.none() | st.text(),
    case_url=st.none() | st.text(),
    case_kind=st.none() | st.text(),
    language=st.sampled_from([None, "de"]),
    flags=st.sampled_from([(), ("at_once", "no_browser")]),
    themes=st.sampled_from([(), ("tone", "waiting")]),
    care=st.sampled_from([None, *CARE_REASONS]),
    contact_welcome=st.booleans(),
    wording_version=st.none() | st.integers(1, 9),
    revision=st.integers(1, 9),
)


@given(st.lists(cases, max_size=4))
def test_an_export_of_any_answers_matches_the_schema(answers: list[Any]) -> None:
    VALIDATOR.validate(json.loads("".join(export_as_json(answers, HEAD, FACTS))))


@pytest.mark.parametrize("last", ["2026-W47", "2026-W48"])
def test_an_export_of_stored_answers_matches_the_schema(office: Office, last: str) -> None:
    answered(office, "0001", 1, 2, comment="=1+1 <b>Slow</b>", contact_welcome=True)
    answered(office, "0002")
    wanted = Export(
        database=office.program.database,
        facts=FACTS,
        first="2026-W47",
        last=last,
        language="en",
        now=now(),
    )
    read = json.loads(b"".join(FORMATS["json"].write(wanted)))
    VALIDATOR.validate(read)
    assert len(read["answers"]) == (2 if last == "2026-W48" else 0)


def test_the_schema_describes_every_field_and_refuses_an_export_without_one() -> None:
    schema = export_schema()
    jsonschema_rs.meta.validate(schema)
    read = json.loads("".join(export_as_json([an_answer(1, 2)], HEAD, FACTS)))
    described = schema["properties"]["answers"]["items"]
    assert set(read) == set(schema["properties"]) == set(schema["required"])
    assert set(read["answers"][0]) == set(described["properties"]) == set(described["required"])
    for field in described["required"]:
        answer = {key: value for key, value in read["answers"][0].items() if key != field}
        assert not VALIDATOR.is_valid({**read, "answers": [answer]}), field


def test_the_command_prints_the_schema_without_a_database() -> None:
    result = CliRunner().invoke(export, ["--schema"])
    assert result.exit_code == 0
    assert json.loads(result.stdout) == export_schema()
