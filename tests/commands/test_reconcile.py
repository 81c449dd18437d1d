"""The command `reconcile`, mapping files, and the real sample by CSV and by HTTP."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from feedback_app.app import create_app
from feedback_app.base.times import to_text
from feedback_app.commands.reconcile import reconcile
from feedback_app.intake.api.messages import MAX_CASES
from feedback_app.intake.csv.file import opened
from feedback_app.intake.mapping_file import CaseMapping
from tests.support.importing import SAMPLE_OPTIONS, Desk
from tests.support.office import NOW, Office, a_case
from tests.support.senders import Wire, key_for, serving

TODAY = to_text(NOW - timedelta(hours=2))


@pytest.fixture
def compare(desk: Desk) -> Any:
    def compare(content: str | Path, *options: str) -> Any:
        path = content if isinstance(content, Path) else desk.write(content)
        before = desk.office.everything()
        result = CliRunner().invoke(reconcile, [str(path), *options])
        assert desk.office.everything() == before, "comparing stores nothing"
        return result

    return compare


def test_cases_that_were_never_received_are_listed(desk: Desk, compare: Any) -> None:
    desk.office.receive(a_case("001", source="jira", closed_at=NOW - timedelta(hours=2)))
    rows = f"case_number,closed_at\n001,{TODAY}\n002,{TODAY}\n01,{TODAY}\n"
    result = compare(rows, "--set", "source=jira")
    assert result.exit_code == 1
    assert f"missing: 002 closed {TODAY}" in result.output
    assert f"missing: 01 closed {TODAY}" in result.output
    assert result.output.splitlines()[-1] == (
        "3 rows read: 3 closed cases, 1 received, 2 missing, 0 rejected, 0 filtered out"
    )


def test_missing_cases_are_imported_with_the_same_options(
    desk: Desk,
    compare: Any,
) -> None:
    rows = f"number,closed,state\n007,{TODAY},Closed\n008,{TODAY},Open\n"
    options = ["--map", "case_number=number", "--map", "closed_at=closed"]
    options += ["--where", "state=Closed", "--set", "source=jira"]
    assert "1 missing" in compare(rows, *options).output
    desk.invite(rows, *options)
    result = compare(rows, *options)
    assert result.exit_code == 0
    assert "1 received, 0 missing, 0 rejected, 1 filtered out" in result.output


def test_a_case_is_found_by_its_number_where_the_export_has_no_id(
    desk: Desk,
    compare: Any,
) -> None:
    closed = NOW - timedelta(hours=2)
    desk.office.receive(a_case("SUP-1", source="jira", case_id="10001", closed_at=closed))
    rows = f"case_number,closed_at\nSUP-1,{to_text(closed + timedelta(minutes=3))}\n"
    assert compare(rows, "--set", "source=jira").exit_code == 0


def test_a_missing_later_closing_of_a_known_case_is_listed(
    desk: Desk,
    compare: Any,
) -> None:
    desk.office.receive(a_case("1", source="csv", closed_at=NOW - timedelta(days=5)))
    result = compare(f"case_number,closed_at\n1,{TODAY}\n")
    assert "1 missing" in result.output


@pytest.mark.parametrize("written", ['"=""52267"""', "52267.0", "'52267", "52\u202f267", "52 267"])
def test_a_number_that_a_spreadsheet_changed_is_found(
    desk: Desk, compare: Any, written: str
) -> None:
    desk.office.receive(a_case("52267", source="jira", closed_at=NOW - timedelta(hours=2)))
    result = compare(f"case_number,closed_at\n{written},{TODAY}\n", "--set", "source=jira")
    assert "1 received, 0 missing" in result.output
    assert result.exit_code == 0


def test_a_source_without_any_case_is_pointed_out(compare: Any) -> None:
    result = compare(f"case_number,closed_at\n1,{TODAY}\n", "--set", "source=yira")
    assert "no case was ever received from yira" in result.output


def test_rows_that_cannot_be_read_are_listed(compare: Any) -> None:
    result = compare("case_number,closed_at\n1,yesterday\n")
    assert result.exit_code == 1
    assert "line 2: closed_at: 'yesterday' is not an ISO 8601 date" in result.output
    assert "1 rejected" in result.output


def test_a_wrong_option_ends_with_2(compare: Any) -> None:
    assert compare("a,b\n1,2\n").exit_code == 2
    assert compare("").exit_code == 2


MAPPING = """
missing = ["?"]
date_format = "%d/%m/%Y %H:%M"
time_zone = "Europe/Lisbon"
[map]
case_number = "number"
closed_at = "closed"
team = "group"
case_kind = "kind"
[set]
source = "desk"
[where]
state = ["Closed"]
[words.case_kind]
Net = "infrastructure"
"*" = "other"
"""
ROWS = "number,closed,group,kind,state\n01,24/11/2026 10:00,?,net,Closed\n02,x,A,B,Open\n"


def test_a_mapping_file_can_replace_options(desk: Desk) -> None:
    mapping = desk.write(MAPPING, "desk.toml")
    result = desk.invite(ROWS, "--mapping", str(mapping))
    assert result.exit_code == 0, result.output
    (case,) = desk.office.rows("cases")
    assert (case["source"], case["case_kind"], case["team"]) == ("desk", "infrastructure", None)
    assert case["closed_at"] == "2026-11-24T10:00:00Z"
    assert "team's time zone" not in result.output


def test_options_take_precedence_over_the_mapping_file(desk: Desk) -> None:
    mapping = desk.write(MAPPING, "desk.toml")
    options = ["--set", "team=B", "--map", "source=kind", "--timezone", "Europe/Berlin"]
    desk.invite(ROWS, "--mapping", str(mapping), *options)
    (case,) = desk.office.rows("cases")
    assert (case["source"], case["team"]) == ("net", "B")
    assert case["closed_at"] == "2026-11-24T09:00:00Z"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[map", "desk.toml is not valid TOML"),
        ('colour = "red"', "desk.toml: colour: "),
        ('time_zone = "Mars"', "desk.toml: time_zone: 'Mars' is not a known time zone"),
        ('date_format = "%H"', "desk.toml: date_format: "),
        ('[words.case_kind]\nx = "y"', "words.case_kind.x: case_kind: 'y' is not one of"),
        ('[set]\ncase_kind = "y"', "set.case_kind: case_kind: 'y' is not one of"),
        ('[map]\ncase_nummer = "x"', "did you mean case_number"),
    ],
)
def test_an_invalid_mapping_file_is_refused_with_its_name(
    desk: Desk,
    text: str,
    said: str,
) -> None:
    result = desk.invite(ROWS, "--mapping", str(desk.write(text, "desk.toml")))
    assert result.exit_code == 2
    assert said in result.stderr
    assert desk.office.rows("cases") == []


@pytest.fixture
def port(office: Office) -> Iterator[int]:
    with serving(create_app(parts=office.program)) as port:
        yield port


def _kept(office: Office) -> list[tuple[Any, ...]]:
    """Return the stored cases and their invitations, without random keys."""
    withheld = {row["case_ref"]: row["withheld_because"] for row in office.rows("invitations")}
    rows = [(withheld[row["id"]], {**row, "id": None}) for row in office.rows("cases")]
    return sorted(rows, key=lambda row: str(row[1]["case_id"]))


def test_the_real_export_gives_the_same_rows_by_csv_and_by_http(
    desk: Desk,
    sample: Path,
    port: int,
    compare: Any,
) -> None:
    office = desk.office
    assert "31 missing" in compare(sample, *SAMPLE_OPTIONS).output
    desk.invite(sample, *SAMPLE_OPTIONS)
    by_csv = _kept(office)
    assert len(by_csv) == 31
    open_program = Wire(port, {"Authorization": f"Bearer {key_for(office, 'servicenow')}"})
    messages = list(_messages(sample))
    assert len(messages) == 31 <= MAX_CASES
    known = open_program.post("/api/v1/closed-cases", messages)
    assert {told["outcome"] for told in known.json} == {"known"}
    assert _kept(office) == by_csv

    with office.program.database.write() as tx:
        for table in ("imported_cases", "deliveries", "outbox", "invitations", "cases"):
            tx.run(f"DELETE FROM {table}")
    assert open_program.post("/api/v1/closed-cases", messages).status == 201
    assert _kept(office) == by_csv
    assert compare(sample, *SAMPLE_OPTIONS).exit_code == 0


def _messages(path: Path) -> Iterator[dict[str, str]]:
    """Yield the closed cases of the export as an integration would send them."""
    mapping = CaseMapping(
        columns={
            "case_number": "number",
            "closed_at": "closed_at",
            "opened_at": "opened_at",
            "team": "assignment_group",
        },
        constants={"case_kind": "software"},
        where={"incident_state": ["Closed"]},
        missing=["?"],
        date_format="%d/%m/%Y %H:%M",
        time_zone="Europe/Lisbon",
    )
    moments = mapping.dates(ZoneInfo("UTC"))
    with opened(path) as table:
        for row in table.rows():
            named = dict(zip(table.columns, row.cells, strict=True))
            if mapping.matches(named):
                values = mapping.values(named)
                for name in ("closed_at", "opened_at"):
                    if name in values:
                        values[name] = moments.read(values[name]).isoformat()
                yield values
