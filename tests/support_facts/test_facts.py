"""What customers are told is complete in every language, and every mistake is named."""

import json
import re
import tomllib
from collections.abc import Iterator
from datetime import date
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from feedback_app.database.lifetimes import PERSONAL_DATA
from support_facts import FACTS_FILE, Facts, FactsError, Text, load_facts

SOURCE = FACTS_FILE.read_text(encoding="utf-8")
RAW = tomllib.loads(SOURCE)
FACTS = load_facts()
VALUES = FACTS.by_key

# Tables whose entries an operator may add and remove as they like.
OPEN = (
    "case_courses",
    "priorities",
    "escalation_statuses",
    "bug_ticket_statuses",
    "cloud_ticket_statuses",
    "categories",
    "pieces",
    "mail_subjects",
    "checks",
    "symptoms",
    "roles",
    "glossary",
    "changes",
)

Place = tuple[str | int, ...]

many_files = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def toml(value: Any) -> str:
    """Write a value as TOML, tables inline."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def places(value: Any, place: Place = ()) -> Iterator[Place]:
    """Yield where every table, list and value of a file stands."""
    if place:
        yield place
    if isinstance(value, dict | list):
        for name, child in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(child, (*place, name))


PLACES = list(places(RAW))


def at(raw: Any, place: Place) -> Any:
    for name in place:
        raw = raw[name]
    return raw


def dotted(place: Place) -> str:
    """Return the key as messages write it: entries of lists count from 1."""
    return ".".join(str(name + 1) if isinstance(name, int) else name for name in place)


def changed(place: Place, value: Any = None) -> dict[str, Any]:
    """Return the content of the shipped file with one value replaced or, by None, removed."""
    raw: dict[str, Any] = tomllib.loads(SOURCE)
    parent, name = at(raw, place[:-1]), place[-1]
    if value is None:
        del parent[name]
    else:
        parent[name] = value
    return raw


def load(folder: Path, raw: dict[str, Any]) -> Facts:
    path = folder / "other.toml"
    path.write_text("".join(f"{k} = {toml(v)}\n" for k, v in raw.items()), encoding="utf-8")
    return load_facts(path)


def faults(folder: Path, raw: dict[str, Any]) -> tuple[str, ...]:
    with pytest.raises(FactsError) as caught:
        load(folder, raw)
    return caught.value.faults


def is_required(place: Place) -> bool:
    """Say whether the file is wrong without it: no list or open table has it, and no default."""
    is_entry = isinstance(place[-1], int) or (len(place) == 2 and place[0] in OPEN)
    return not (is_entry or place in DEFAULTS or place[-1] == "target_percent")


def is_leaf(place: Place) -> bool:
    return not isinstance(at(RAW, place), dict | list)


# Settings that were added after the first version, and what applies without them.
DEFAULTS = {
    ("organisation", "holidays"): None,
    ("organisation", "working_hours_from"): 9,
    ("organisation", "working_hours_to"): 17,
    ("practice", "closure_email_replies"): None,
    ("practice", "follow_up"): None,
    ("practice", "weekly_meeting"): None,
    ("survey", "show_subject"): False,
    ("survey", "survey_delay_hours"): 0,
    ("survey", "sampling_percent"): 100,
    ("survey", "reminder_after_days"): 0,
    ("survey", "never_ask"): (),
    ("survey", "emails_per_contact"): 20,
    ("survey", "emails_per_import"): 500,
}
REQUIRED = [place for place in PLACES if is_required(place)]
RECORDS = [place for place in PLACES if isinstance(at(RAW, place), dict)]
LEAVES = [place for place in PLACES if is_leaf(place)]
WORDINGS = [place for place in LEAVES if place[-1] in FACTS.languages]


# The shipped file


def test_a_rewritten_file_has_the_same_facts(tmp_path: Path) -> None:
    assert load(tmp_path, RAW) == FACTS


def test_every_fact_can_be_shown_in_every_language_or_has_a_reason() -> None:
    for key in VALUES:
        for language in FACTS.languages:
            try:
                assert FACTS.value(key, language).strip() or VALUES[key] is None
            except FactsError as error:
                assert key in str(error)
                assert "true or false" in str(error)


def test_german_texts_are_not_copies_of_english_ones() -> None:
    copied = [
        key
        for key, value in VALUES.items()
        if isinstance(value, Text) and len(value["en"]) > 30 and value["en"] == value["de"]
    ]
    assert copied == []


def test_names_of_statuses_are_the_same_in_every_language() -> None:
    assert [status.name for status in FACTS.statuses] == [
        "Received",
        "Diagnosis",
        "Solution Proposed",
        "Closed",
    ]
    for language in FACTS.languages:
        assert FACTS.value("statuses.solution_proposed.name", language) == "Solution Proposed"


def test_every_case_can_reach_closed() -> None:
    reached = {FACTS.statuses[0].key}
    for _ in FACTS.statuses:
        reached |= {key for status in reached for key in FACTS.status(status).next}
    assert reached == {status.key for status in FACTS.statuses}
    assert FACTS.status("closed").next == ()


def test_there_are_exactly_two_questions_with_five_different_points() -> None:
    assert [question.key for question in FACTS.questions] == ["ease", "satisfaction"]
    for question in FACTS.questions:
        for language in FACTS.languages:
            assert len({point[language] for point in question.points}) == 5


def test_the_agreed_numbers_are_set() -> None:
    rules = FACTS.survey
    assert (rules.low_threshold, rules.link_lifetime_days, rules.edit_window_hours) == (2, 14, 24)
    assert (rules.asking_limit_days, rules.minimum_n, rules.share_minimum_n) == (14, 10, 30)
    assert FACTS.metric("first_response_time").target_seconds == 3600


def test_the_facts_have_no_measured_figures() -> None:
    measured = re.compile(r"\d\s*(%|percent|Prozent|minutes|Minuten)")
    assert [place for place in WORDINGS if measured.search(at(RAW, place))] == []


def test_facts_that_no_page_states_are_unset() -> None:
    assert FACTS.contacts.phone is None
    assert FACTS.contacts.service_status_url is None
    assert FACTS.organisation.site_url is None
    for name in ("closing_without_reply", "closure_email_replies", "follow_up"):
        assert getattr(FACTS.practice, name) is None
    assert FACTS.contacts.hours is None


def test_every_lifetime_of_a_column_is_a_retention_period() -> None:
    columns = [one for table in PERSONAL_DATA.values() for one in table.columns.values()]
    periods = {period.key for period in FACTS.retention}
    assert {column.lifetime for column in columns} - {None} == periods


def test_tables_are_in_the_order_of_the_file() -> None:
    for table in ("statuses", "metrics", "glossary", "pieces", "case_kinds", "retention"):
        assert [entry.key for entry in getattr(FACTS, table)] == list(RAW[table])


# Changing the file


@many_files
@given(place=st.sampled_from(WORDINGS))
def test_a_changed_wording_is_shown(tmp_path: Path, place: Place) -> None:
    facts = load(tmp_path, changed(place, "Something else"))
    key, language = dotted(place[:-1]), str(place[-1])
    assert facts.value(key, language) == "Something else" != FACTS.value(key, language)
    different = [one for one in VALUES if facts.by_key[one] != VALUES[one]]
    assert different == [key]


def test_a_changed_number_is_shown(tmp_path: Path) -> None:
    facts = load(tmp_path, changed(("survey", "link_lifetime_days"), 21))
    assert facts.survey.link_lifetime_days == 21
    assert facts.value("survey.link_lifetime_days", "de") == "21"


def test_domains_and_addresses_that_are_never_asked_are_read_in_ascii(tmp_path: Path) -> None:
    given = ["@Partner.example", "büro.example", "Kim@bÜro.example"]
    facts = load(tmp_path, changed(("survey", "never_ask"), given))
    expected = ("partner.example", "xn--bro-hoa.example", "kim@xn--bro-hoa.example")
    assert facts.survey.never_ask == expected
    assert load(tmp_path, changed(("survey", "never_ask"), [])).survey.never_ask == ()


def test_a_value_that_is_not_set_is_left_out(tmp_path: Path) -> None:
    assert FACTS.value("contacts.phone", "de") == ""
    facts = load(tmp_path, changed(("contacts", "phone"), "+49 30 1234567"))
    assert facts.value("contacts.phone", "de") == "+49 30 1234567"


@pytest.mark.parametrize("table", OPEN)
def test_an_entry_of_an_open_table_can_be_left_out(tmp_path: Path, table: str) -> None:
    raw = tomllib.loads(SOURCE)
    for key in list(raw[table])[1:]:
        del raw[table][key]
    if table == "escalation_statuses":
        raw[table]["started"]["next"] = []
    assert len(getattr(load(tmp_path, raw), table)) == 1


def test_a_further_status_and_case_kind_can_be_added(tmp_path: Path) -> None:
    raw = changed(("statuses", "closed", "next"), ["archived"])
    raw["statuses"]["archived"] = {**RAW["statuses"]["closed"], "name": "Archived"}
    raw["case_kinds"]["billing"] = RAW["case_kinds"]["other"]
    facts = load(tmp_path, raw)
    assert facts.status("archived").name == "Archived"
    assert facts.case_kind("billing").key == "billing"


def test_a_further_language_is_required_in_every_text(tmp_path: Path) -> None:
    found = faults(tmp_path, changed(("languages",), ["en", "de", "fr"]))
    assert len(found) == sum(isinstance(value, Text) for value in VALUES.values()) > 250
    assert all("lacks 'fr': add " in fault for fault in found)


def test_one_language_alone_is_enough(tmp_path: Path) -> None:
    english = without_german({**RAW, "languages": ["en"]})
    assert load(tmp_path, english).languages == ("en",)


def without_german(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_german(one) for name, one in value.items() if name != "de"}
    return [without_german(one) for one in value] if isinstance(value, list) else value


def test_facts_cannot_be_changed_by_the_program() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        FACTS.survey.low_threshold = 3  # type: ignore[misc]
    with pytest.raises(TypeError):
        FACTS.statuses[0].meaning["en"] = "x"  # type: ignore[index]
    assert hash(FACTS) == hash(load_facts())


@pytest.mark.parametrize("place", DEFAULTS, ids=dotted)
def test_a_file_of_an_earlier_version_needs_no_new_settings(tmp_path: Path, place: Place) -> None:
    table, name = place
    assert (
        getattr(getattr(load(tmp_path, changed(place)), str(table)), str(name)) == DEFAULTS[place]
    )


def test_a_metric_without_the_key_for_its_target_has_none(tmp_path: Path) -> None:
    facts = load(tmp_path, changed(("metrics", "ces", "target_percent")))
    assert facts.metric("ces").target_percent is None


# Mistakes


@many_files
@given(place=st.sampled_from(REQUIRED))
def test_a_missing_key_is_reported_with_its_fix(tmp_path: Path, place: Place) -> None:
    found = faults(tmp_path, changed(place))
    key, name = dotted(place), str(place[-1])
    if place in WORDINGS:
        wanted = f"{dotted(place[:-1])} lacks '{name}': add "
        assert any(wanted in fault and f'{name} = "…"' in fault for fault in found)
    else:
        assert any(key in fault and ": add " in fault for fault in found)
    assert all(str(tmp_path / "other.toml") in fault for fault in found)


@many_files
@given(place=st.sampled_from(LEAVES), wrong=st.sampled_from([3.5, [], {}, [[1]]]))
def test_a_wrong_type_is_reported_with_the_right_one(
    tmp_path: Path, place: Place, wrong: Any
) -> None:
    (fault, *_) = faults(tmp_path, changed(place, wrong))
    assert dotted(place) in fault
    assert re.search(r": (write|add|did you mean|remove) ?", fault)


@many_files
@given(place=st.sampled_from(RECORDS), name=st.sampled_from(["meaning_", "phon", "zzz", "fr"]))
def test_an_unknown_key_is_reported(tmp_path: Path, place: Place, name: str) -> None:
    found = faults(tmp_path, changed((*place, name), "x"))
    assert any(dotted((*place, name)) in fault for fault in found)


JSON = st.recursive(
    st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@many_files
@given(place=st.sampled_from(PLACES), value=JSON)
def test_any_content_is_facts_or_reported_faults(tmp_path: Path, place: Place, value: Any) -> None:
    value = json.loads(json.dumps(value).encode("utf-8", "replace"))
    try:
        load(tmp_path, changed(place, value))
    except FactsError as error:
        assert error.faults
        assert all(len(fault.splitlines()) == 1 for fault in error.faults)


MISTAKES: dict[str, tuple[str, str, str, str]] = {
    "day in quotation marks": (
        "day = 2025-06-13",
        'day = "2025-06-13"',
        'changes.vulnerability_programme.day is "2025-06-13"',
        "without quotation marks",
    ),
    "page that is none": (
        'page = "support-portal.md"',
        'page = "https://portal.example"',
        "changes.portal.page",
        'write a page like "case-status.md"',
    ),
    "misspelt key": (
        "low_threshold = 2",
        "low_treshold = 2",
        "survey.low_treshold",
        "did you mean low_threshold?",
    ),
    "unknown time zone": (
        '"Europe/Berlin"',
        '"Europe/Berlyn"',
        "organisation.time_zone",
        'like "Europe/Berlin"',
    ),
    "time zone as a path": (
        '"Europe/Berlin"',
        '"../etc/passwd"',
        "organisation.time_zone",
        'like "Europe/Berlin"',
    ),
    "number too large": (
        "low_threshold = 2",
        "low_threshold = 5",
        "survey.low_threshold is 5",
        "write a number from 1 to 4",
    ),
    "number too small": (
        "link_lifetime_days = 14",
        "link_lifetime_days = 0",
        "survey.link_lifetime_days is 0",
        "write a number from 1 to 3650",
    ),
    "comments too short": (
        "comment_limit = 4000",
        "comment_limit = 3999",
        "survey.comment_limit",
        "from 4000",
    ),
    "number as text": (
        "low_threshold = 2",
        'low_threshold = "2"',
        'survey.low_threshold is "2"',
        "write a whole number",
    ),
    "truth as number": (
        "low_threshold = 2",
        "low_threshold = true",
        "survey.low_threshold is true",
        "write a whole number",
    ),
    "number as truth": (
        "reason_required = false",
        "reason_required = 0",
        "survey.reason_required is 0",
        "write true or false",
    ),
    "date": (
        "wording_version = 1",
        "wording_version = 2026-11-24",
        "survey.wording_version is a date or time",
        "write a whole number",
    ),
    "status that leads nowhere": (
        'next = ["diagnosis"]',
        'next = ["diagnose"]',
        'statuses.received.next has "diagnose"',
        "write some of diagnosis, solution_proposed, closed",
    ),
    "status that follows itself": (
        'next = ["diagnosis"]',
        'next = ["received"]',
        'statuses.received.next has "received"',
        "write some of diagnosis",
    ),
    "escalation that leads nowhere": (
        'next = ["acknowledged", "cancelled"]',
        'next = ["gone"]',
        'escalation_statuses.started.next has "gone"',
        "write some of acknowledged",
    ),
    "point missing": (
        '    { en = "Very easy", de = "Sehr leicht" },\n',
        "",
        "questions.ease.points is a list of 4",
        "write exactly 5",
    ),
    "point in one language": (
        '{ en = "Very easy", de = "Sehr leicht" }',
        '{ en = "Very easy" }',
        "questions.ease.points.5 lacks 'de'",
        'add de = "…" to entry 5 of questions.ease.points',
    ),
    "point for all languages": (
        '{ en = "Very easy", de = "Sehr leicht" }',
        '"Very easy"',
        'questions.ease.points.5 is "Very easy"',
        "write it in every language",
    ),
    "question of no metric": (
        'metric = "ces"',
        'metric = "csat"',
        'questions.ease.metric is "csat"',
        "write one of first_response_time",
    ),
    "aim without seconds": (
        "target_seconds = 3600",
        'target_seconds = ""',
        "metrics.first_response_time.target and target_seconds",
        "set both, or neither",
    ),
    "third question": (
        "[questions.satisfaction]",
        "[questions.speed]",
        "questions.speed is unknown",
        "only ease, satisfaction",
    ),
    "share before a score": (
        "share_minimum_n = 30",
        "share_minimum_n = 9",
        "survey.share_minimum_n",
        "write 10 or more",
    ),
    "reminder after the link has expired": (
        "reminder_after_days = 0",
        "reminder_after_days = 14",
        "survey.reminder_after_days",
        "write 13 or less",
    ),
    "working hours end before they start": (
        "working_hours_to = 17",
        "working_hours_to = 9",
        "organisation.working_hours_to",
        "write 10 or more",
    ),
    "contacts end before links": (
        "days = 90",
        "days = 7",
        "retention.contact.days",
        "write 14 or more",
    ),
    "unknown actor": (
        'who = "devops"',
        'who = "ops"',
        'case_kinds.infrastructure.steps.4.who is "ops"',
        'write one of "customer"',
    ),
    "address without a host": (
        '"https://portal.spryker.com"',
        '"portal.spryker.com"',
        "contacts.portal_url",
        'like "https://support.example.org"',
    ),
    "address that runs a script": (
        '"https://portal.spryker.com"',
        '"javascript:alert(1)"',
        "contacts.portal_url",
        'like "https://support.example.org"',
    ),
    "address that cannot be read": (
        '"https://portal.spryker.com"',
        '"https://[portal"',
        "contacts.portal_url",
        'like "https://support.example.org"',
    ),
    "two email addresses": (
        '"support@spryker.com"',
        '"support@spryker.com, noreply@spryker.com"',
        "contacts.support_address",
        "one email address",
    ),
    "email address that no header can carry": (
        '"support@spryker.com"',
        '"a..b@spryker.com"',
        "contacts.support_address",
        "one email address",
    ),
    "email address without a domain": (
        '"support@spryker.com"',
        '"support@localhost"',
        "contacts.support_address",
        "one email address",
    ),
    "top-level domain that nobody is asked in": (
        '["spryker.com"]',
        '["com"]',
        "survey.never_ask",
        'write a domain like "customer.example"',
    ),
    "name among the domains": (
        '["spryker.com"]',
        '["partner.example", "Kim <kim@partner.example>"]',
        "survey.never_ask",
        'write a domain like "customer.example"',
    ),
    "telephone number in words": (
        'phone = ""',
        'phone = "ask"',
        "contacts.phone",
        "write digits and spaces",
    ),
    "line break": (
        'name = "Spryker Support"',
        'name = "Spryker\\nBcc: a@b.example"',
        "organisation.name",
        "line break",
    ),
    "space around it": (
        'name = "Spryker Support"',
        'name = " "',
        "organisation.name",
        "write a text without spaces around it",
    ),
    "empty": ('name = "Spryker Support"', 'name = ""', "organisation.name", "write a text"),
    "wording empty": (
        'case_language.en = "English"',
        'case_language.en = ""',
        "organisation.case_language.en",
        "write a text",
    ),
    "key in capitals": (
        "[glossary.paas]",
        "[glossary.PaaS]",
        "glossary.PaaS",
        "write the key in small letters",
    ),
    "language that is none": (
        'languages = ["en", "de"]',
        'languages = ["English"]',
        'languages.1 is "English"',
        'write a code like "en"',
    ),
    "no language": (
        'languages = ["en", "de"]',
        "languages = []",
        "languages is missing or empty",
        "add languages",
    ),
    "language twice": (
        'languages = ["en", "de"]',
        'languages = ["en", "en"]',
        "languages",
        "remove one",
    ),
    "language not listed": (
        'languages = ["en", "de"]',
        'languages = ["en"]',
        "organisation.case_language.de",
        "add it there or remove it",
    ),
    "no TOML": ("low_threshold = 2", "low_threshold = ", "is not valid TOML", "line "),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_fault_is_reported_with_file_key_and_fix(tmp_path: Path, mistake: str) -> None:
    before, after, key, mend = MISTAKES[mistake]
    path = tmp_path / "support.toml"
    assert before in SOURCE
    path.write_text(SOURCE.replace(before, after, 1), encoding="utf-8")
    assert len(list(unified_diff(SOURCE.splitlines(), path.read_text().splitlines(), n=0))) >= 4
    with pytest.raises(FactsError) as caught:
        load_facts(path)
    assert any(
        fault.startswith(f"{path}: ") and key in fault and mend in fault
        for fault in caught.value.faults
    ), caught.value


def test_all_faults_are_reported_together(tmp_path: Path) -> None:
    raw = changed(("survey", "low_threshold"), 9)
    del raw["practice"]["reopening"]["de"]
    del raw["organisation"]["name"]
    found = faults(tmp_path, raw)
    assert [fault.split(": ")[1].split()[0] for fault in found] == [
        "organisation.name",
        "practice.reopening",
        "survey.low_threshold",
    ]


def test_line_breaks_in_the_file_stay_inside_one_line_of_the_message(tmp_path: Path) -> None:
    raw = changed(("languages",), "a\r\u2028b")
    assert [len(fault.splitlines()) for fault in faults(tmp_path, raw)] == [1]
    raw = changed(("glossary", "a\nb"), {})
    assert all(len(fault.splitlines()) == 1 for fault in faults(tmp_path, raw))


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(FactsError, match=r"gone\.toml: no such file"):
        load_facts(tmp_path / "gone.toml")


def test_a_folder_instead_of_a_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(FactsError, match="cannot be read"):
        load_facts(tmp_path)


def test_a_file_in_another_encoding_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "latin.toml"
    path.write_bytes(SOURCE.encode("utf-16"))
    with pytest.raises(FactsError, match=r"latin\.toml: cannot be read as UTF-8"):
        load_facts(path)


def test_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "windows.toml"
    path.write_bytes(b"\xef\xbb\xbf" + SOURCE.replace("\n", "\r\n").encode())
    assert load_facts(path) == FACTS


# Asking for a fact


@pytest.mark.parametrize(
    ("key", "nearest"),
    [
        ("contacts.portal_nam", "contacts.portal_name"),
        ("survey.lowthreshold", "survey.low_threshold"),
        ("metrics.cse.name", "metrics.ces.name"),
        ("questions.ease.points.6", "questions.ease.points.5"),
    ],
)
def test_an_unknown_key_has_a_suggestion(key: str, nearest: str) -> None:
    with pytest.raises(FactsError) as caught:
        FACTS.value(key, "en")
    assert f'"{key}"' in str(caught.value)
    assert nearest in str(caught.value)


@pytest.mark.parametrize("key", ["contacts", "statuses.received", "", "x", "a.b.c", "__class__"])
def test_a_key_without_a_value_is_refused(key: str) -> None:
    with pytest.raises(FactsError, match="has no value"):
        FACTS.value(key, "en")


def test_a_page_cannot_show_a_switch() -> None:
    with pytest.raises(FactsError, match=r"survey\.reason_required is true or false"):
        FACTS.value("survey.reason_required", "en")


def test_an_unknown_language_is_reported() -> None:
    with pytest.raises(FactsError, match=r"practice\.reopening lacks 'fr'"):
        FACTS.value("practice.reopening", "fr")


@pytest.mark.parametrize("ask", ["metric", "question", "status", "case_kind"])
def test_an_unknown_entry_is_reported_with_the_existing_ones(ask: str) -> None:
    with pytest.raises(FactsError, match='has no "nonsense": there is [a-z]'):
        getattr(FACTS, ask)("nonsense")


def test_entries_are_found_by_key() -> None:
    assert FACTS.metric("css").short == "CSS"
    assert FACTS.question("ease").metric == "ces"
    assert FACTS.status("closed").name == "Closed"
    assert FACTS.case_kind("security").steps[0].who == "customer"
