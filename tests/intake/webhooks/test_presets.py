"""Presets are checked at the start, and every fault is named."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from feedback_app.app import create_app
from feedback_app.base.times import to_text
from feedback_app.intake.mapping_file import MappingFileError
from feedback_app.intake.webhooks.presets import SHIPPED, Preset, load_presets
from feedback_app.records import ClosedCase
from feedback_app.settings import SettingsError
from tests.support.case_systems import SYSTEMS, SalesforceOutbound
from tests.support.office import NOW, Office
from tests.support.senders import with_settings
from tests.support.simulated_system import printed
from tests.support.some import some

WHOLE = """
title = "A desk of one's own"
[authentication]
kind = "header"
header = "X-Secret"
[where]
state = ["closed"]
[set]
source = "desk"
[map]
case_number = "number"
closed_at = "closed"
"""


def own(office: Office, folder: Path, **files: str) -> dict[str, Preset]:
    """Return all presets, with these files as the operator's own."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name.replace('_', '-')}.toml").write_text(text, encoding="utf-8")
    return load_presets(with_settings(office, presets=folder), NOW)


def faults(office: Office, folder: Path, text: str) -> tuple[str, ...]:
    with pytest.raises(MappingFileError) as caught:
        own(office, folder, desk=text)
    return caught.value.errors


def case_of(office: Office, preset: Preset, payload: dict[str, object]) -> ClosedCase:
    found = preset.delivery(payload, preset.reader(office.program.facts, office.program.zone, NOW))
    assert found
    return found.case


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "presets"


def test_the_shipped_presets_are_valid(sqlite_office: Office) -> None:
    found = load_presets(sqlite_office.program, NOW)
    assert set(found) == {path.stem for path in SHIPPED.glob("*.toml")}
    assert all(preset.title for preset in some(found.values()))


def test_no_shipped_preset_reads_the_name_of_an_agent(sqlite_office: Office) -> None:
    for preset in some(load_presets(sqlite_office.program, NOW).values()):
        for path in preset.paths:
            assert not {"assignee", "agent", "owner", "OwnerId"} & set(path.split("."))


def test_a_custom_preset_is_read(sqlite_office: Office, folder: Path) -> None:
    desk = own(sqlite_office, folder, desk=WHOLE)["desk"]
    closed = NOW - timedelta(hours=1)
    payload = {"number": "007", "closed": closed.isoformat(), "state": "closed"}
    case = case_of(sqlite_office, desk, payload)
    assert (case.source, case.case_number, case.closed_at) == ("desk", "007", closed)


def test_a_preset_leaves_out_merged_cases_and_test_cases(
    sqlite_office: Office, folder: Path
) -> None:
    text = WHOLE + '[where_not]\n"detail.tags" = ["closed_by_merge"]\n"parts[*].name" = ["Test*"]'
    desk = own(sqlite_office, folder, desk=text)["desk"]
    closed = {"number": "1", "closed": NOW.isoformat(), "state": "CLOSED"}
    merged = {**closed, "detail": {"tags": ["vip", "closed_by_merge"]}}
    test = {**closed, "parts": [{"name": "Shop"}, {"name": "testing"}]}
    reader = desk.reader(sqlite_office.program.facts, sqlite_office.program.zone, NOW)
    assert desk.delivery({**closed, "detail": {"tags": ["vip"]}}, reader)
    assert desk.delivery(merged, reader) is None
    assert desk.delivery(test, reader) is None
    assert desk.unmet(desk.row(merged))[0].startswith("detail.tags is 'vip\\n")


def test_a_preset_only_lists_differences_from_its_base(sqlite_office: Office, folder: Path) -> None:
    text = 'title = "Ours"\nlike = "desk"\n[map]\nteam = "team.name"\n[where]\nstate = ["done"]'
    ours = own(sqlite_office, folder, desk=WHOLE, ours=text)["ours"]
    payload = {"number": "1", "closed": NOW.isoformat(), "state": "done", "team": {"name": "B"}}
    case = case_of(sqlite_office, ours, payload)
    assert (case.case_number, case.team, case.source) == ("1", "B", "desk")
    assert ours.delivery({**payload, "state": "closed"}, _normal(sqlite_office, ours)) is None


def _normal(office: Office, preset: Preset):
    return preset.reader(office.program.facts, office.program.zone, NOW)


def test_a_custom_preset_can_replace_and_extend_a_shipped_one(
    sqlite_office: Office, folder: Path
) -> None:
    text = 'title = "Ours"\nlike = "jira"\n[set]\nteam = "A"'
    jira = own(sqlite_office, folder, jira=text)["jira"]
    assert jira.title == "Ours"
    assert jira.columns["case_number"] == "issue.key"
    assert jira.constants == {"source": "jira", "team": "A"}


def test_the_preset_in_the_guide_works(sqlite_office: Office, folder: Path) -> None:
    guide = (Path(__file__).parents[3] / "guides/README.md").read_text(encoding="utf-8")
    text = guide.split("```toml\n")[1].split("```")[0]
    ours = own(sqlite_office, folder, our_jira=text)["our-jira"]
    fields = {
        "customfield_10002": [{"name": "A customer"}],
        "resolution": {"name": "confirmed BY customer"},
        "issuetype": {"name": "Incident"},
        "statuscategorychangedate": NOW.isoformat(),
    }
    changelog = {"items": [{"field": "status", "toString": "Cancelled"}]}
    issue = {"id": "1", "key": "A-1", "fields": fields}
    payload = {"webhookEvent": "jira:issue_updated", "issue": issue, "changelog": changelog}
    case = case_of(sqlite_office, ours, payload)
    assert (case.customer, case.closure_reason) == ("A customer", "confirmed")
    assert case.case_kind == "infrastructure"


@pytest.mark.parametrize("name", [name for name, one in SYSTEMS.items() if not one.gaps])
def test_the_sample_in_each_guide_is_a_complete_closed_case(
    sqlite_office: Office, name: str
) -> None:
    system = SYSTEMS[name]
    kind = "xml" if isinstance(system, SalesforceOutbound) else "json"
    program = sqlite_office.program
    preset = load_presets(program, NOW)[name]
    (payload,) = preset.payloads(printed(kind, name).encode())
    later = NOW + timedelta(days=5)
    delivery = preset.delivery(payload, preset.reader(program.facts, program.zone, later))
    assert delivery and delivery.notes == ()
    case = delivery.case
    assert to_text(case.closed_at) == "2026-11-26T10:00:00Z"
    assert case.opened_at and to_text(case.opened_at) == "2026-11-20T08:15:00Z"
    assert case.contact_email == ("contact@customer.example" if system.says_address else None)


def test_chatwoot_without_signatures_is_connected_by_the_preset_in_its_guide(
    sqlite_office: Office, folder: Path
) -> None:
    ours = own(sqlite_office, folder, our_chatwoot=printed("toml", "chatwoot"))["our-chatwoot"]
    payload = {**json.loads(printed("json", "chatwoot")), "updated_at": NOW.timestamp()}
    assert ours.authentication.kind == "path"
    assert case_of(sqlite_office, ours, payload).case_number == "42"


def test_every_error_of_a_preset_is_reported(sqlite_office: Office, folder: Path) -> None:
    text = """
title = 7
colour = "red"
time_zone = "Mars/Olympus"
date_format = "%H:%M"
where = {}
[authentication]
kind = "hmac"
encoding = "rot13"
tolerance_seconds = 0
[map]
case_number = 5
"""
    said = "\n".join(faults(sqlite_office, folder, text))
    for place in (
        "title",
        "colour",
        "time_zone",
        "date_format",
        "where",
        "authentication.hmac.header",
        "authentication.hmac.encoding",
        "authentication.hmac.tolerance_seconds",
        "map.case_number",
    ):
        assert f"desk.toml: {place}: " in said, place


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            ('case_number = "number"', 'case_number = "a..b"'),
            "map.case_number: 'a..b' is not",
        ),
        (('state = ["closed"]', '"a[" = ["closed"]'), "where.a.: 'a.' is not a path"),
        (('["closed"]', '["/(/"]'), r"where.state: '/\(/' is not a valid regular expression"),
        (("[set]", '[where_not]\n"a[" = ["x"]\n[set]'), "where_not.a.: 'a.' is not a path"),
        (('case_number = "number"', 'case_nummer = "number"'), "did you mean case_number"),
        (('case_number = "number"', ""), "map.case_number: is missing"),
        (('source = "desk"', 'team = "A"'), "map.source: is missing"),
        (
            ('source = "desk"', 'source = "desk"\ncase_kind = "x"'),
            "set.case_kind: .*'x' is not",
        ),
        (("[map]", '[words.case_kind]\nBug = "x"\n[map]'), "words.case_kind.Bug: .*'x' is not"),
        (("[map]", '[words.colour]\nBug = "x"\n[map]'), "'colour' is not a field"),
        (('kind = "header"', 'kind = "magic"'), "authentication: "),
        (('kind = "header"', 'kind = "hmac"\nsigned = "{timestamp}.{body}"'), "timestamp_header"),
        (('kind = "header"', 'kind = "hmac"\ntimestamp_path = "a..b"'), "is not a path"),
        (
            ("[authentication]", 'like = "nothing"\n[authentication]'),
            "like: 'nothing' is not one",
        ),
        (("[authentication]", 'like = "desk"\n[authentication]'), "like: 'desk' is not one of"),
        (("[authentication]", 'send = "a..b"\n[authentication]'), "send: 'a..b' is not a path"),
        (("[map]", "[map"), "desk.toml is not valid TOML"),
        (("[map]", '[columns]\nteam = "x"\n[map]'), "columns: Extra inputs"),
        (
            ("[authentication]", 'secrets = ["x"]\n[authentication]'),
            "secrets: is not a key of a preset; secrets are in FEEDBACK_WEBHOOK_SECRETS",
        ),
    ],
)
def test_an_error_is_reported_with_file_and_key(
    sqlite_office: Office, folder: Path, changed: tuple[str, str], said: str
) -> None:
    assert changed[0] in WHOLE
    found = "\n".join(faults(sqlite_office, folder, WHOLE.replace(*changed)))
    assert re.search(said, found), found
    assert "desk.toml" in found


def test_errors_of_all_files_are_reported_together_and_stop_the_start(
    sqlite_office: Office, folder: Path
) -> None:
    with pytest.raises(MappingFileError):
        own(sqlite_office, folder, one="title = 1", two="x", three=WHOLE)
    with pytest.raises(SettingsError) as caught:
        create_app(parts=with_settings(sqlite_office, presets=folder))
    assert "one.toml: title" in str(caught.value) and "two.toml is not valid TOML" in str(
        caught.value
    )


def test_presets_based_on_each_other_are_refused(sqlite_office: Office, folder: Path) -> None:
    with pytest.raises(MappingFileError, match="like: 'one' is not one of"):
        own(sqlite_office, folder, one='like = "two"', two='like = "one"')
