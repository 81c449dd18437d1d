"""What `invite` prints: a preview of the import, warnings, and how to take it back."""

from datetime import timedelta

import pytest
from click.testing import CliRunner, Result

from feedback_app.base.times import to_text
from feedback_app.commands.uninvite import uninvite
from feedback_app.store import deliveries, outbox
from support_facts import FACTS_FILE
from tests.support.importing import Desk
from tests.support.office import NOW, a_case

NUMBERS = ("--map", "case_number=number", "--map", "closed_at=closed")
TODAY = to_text(NOW - timedelta(hours=2))


def _table(*rows: str, head: str = "number,closed,contact_email") -> str:
    return "\n".join([head, *rows]) + "\n"


def _us_dates(*days: str) -> str:
    return _table(*(f"T{at},11/{day}/2026 09:00,c{at}@b.example" for at, day in enumerate(days)))


def _report(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_dry_run_shows_the_first_cases_and_the_span_of_closing_times(desk: Desk) -> None:
    formats = ("--date-format", "%m/%d/%Y %H:%M")
    report = _report(desk.invite(_us_dates("02", "03", "13"), *NUMBERS, *formats, "--dry-run"))
    assert "  line 2: case T0, closed 2026-11-02 09:00 CET, c0@b.example" in report
    assert "  line 4: case T2, closed 2026-11-13 09:00 CET, c2@b.example" in report
    assert "  first  2026-11-02 09:00 CET\n  last   2026-11-13 09:00 CET" in report
    assert "day and month swapped" not in report
    assert report == _report(
        desk.invite(desk.folder / "cases.csv", *NUMBERS, *formats, "--dry-run")
    )


def test_the_dry_run_says_how_many_are_new_known_repeated_not_asked_and_emailed(
    desk: Desk,
) -> None:
    row = f"1,{TODAY},a@b.example"
    desk.invite(_table(row), *NUMBERS)
    content = _table(row, f"2,{TODAY},c@b.example", f"2,{TODAY},c@b.example", f"3,{TODAY},")
    report = _report(desk.invite(content, *NUMBERS, "--dry-run"))
    assert "       2  new cases, 1 of them with a survey" in report
    assert "       1    not asked: no email address" in report
    assert "       1  emails, which leave immediately\n       1  cases already known" in report
    assert "       1  cases already known\n       1  repeats" in report


@pytest.mark.parametrize(("first", "other"), [("%d/%m/%Y", "%m/%d/%Y"), ("%m/%d/%Y", "%d/%m/%Y")])
def test_a_column_that_fits_both_orders_is_pointed_out(desk: Desk, first: str, other: str) -> None:
    options = (*NUMBERS, "--date-format", f"{first} %H:%M", "--dry-run")
    report = " ".join(_report(desk.invite(_us_dates("02", "03", "11"), *options)).split())
    assert f"Warning: all dates also fit {other} %H:%M, with day and month swapped" in report


def test_an_ambiguous_order_is_never_guessed_and_a_clear_one_is_detected(desk: Desk) -> None:
    for options in ((), ("--dry-run",)):
        refused = desk.invite(_us_dates("02", "03", "11"), *NUMBERS, *options)
        assert refused.exit_code == 2
        assert "can be read with the day or the month first" in refused.stderr
        assert "'%d/%m/%Y %H:%M' or --date-format '%m/%d/%Y %H:%M'" in refused.stderr
    assert desk.numbers() == []
    clear = _report(desk.invite(_us_dates("02", "03", "25"), *NUMBERS))
    assert "closed_at is read as %m/%d/%Y %H:%M, such as 11/02/2026 09:00" in clear
    assert {row["closed_at"][:7] for row in desk.office.rows("cases")} == {"2026-11"}


def test_the_day_never_follows_the_year(desk: Desk) -> None:
    content = _table("1,2026/11/5 9:05,", "2,2026/11/6 10:05,")
    report = _report(desk.invite(content, *NUMBERS))
    assert "closed_at is read as %Y/%m/%d %H:%M, such as 2026/11/5 9:05" in report


def test_addresses_and_options_stay_whole_in_the_report(desk: Desk) -> None:
    address = "a-rather-long-name.with-hyphens@customer-with-hyphens.example"
    report = _report(desk.invite(_table(f"1,{TODAY},{address}"), *NUMBERS, "--dry-run"))
    assert address[:60] in report


def test_the_formats_of_other_dates_are_detected_too(desk: Desk) -> None:
    rows = [
        f"{at},2026-11-{at}T09:00:00Z,11/{at - 9}/2026 10:00,{at - 9}.11.2026"
        for at in range(21, 24)
    ]
    content = _table(*rows, head="number,closed,opened_at,first_response_at")
    report = _report(desk.invite(content, *NUMBERS))
    assert "opened_at is read as %m/%d/%Y %H:%M, such as 11/12/2026 10:00" in report
    assert "left out of line 2: first_response_at" in report, "it fits both orders"
    assert {row["opened_at"][:7] for row in desk.office.rows("cases")} == {"2026-11"}


def test_the_values_of_the_columns_that_choose_rows_are_listed(desk: Desk) -> None:
    states = ("Closed", "closed", "Open", "Open", "Open")
    rows = [f"{at},{TODAY},{state}" for at, state in enumerate(states)]
    content = _table(*rows, head="number,closed,state")
    report = _report(desk.invite(content, *NUMBERS, "--where", "state=CLOSED", "--dry-run"))
    assert "       3  Open - not imported\n       1  Closed - imported\n" in report
    assert "2 new closed cases" in report
    none = _report(desk.invite(content, *NUMBERS, "--where", "state=Done", "--dry-run"))
    assert "Warning: no row meets the conditions" in none
    assert "       3  Open - not imported" in none
    assert "       3  Open - not imported" in _report(
        desk.invite(content, *NUMBERS, "--where", "state=Done")
    )


def test_conditions_leave_out_rows_with_wildcards_and_patterns(desk: Desk) -> None:
    subjects = ("Test 1", "a test", "spam!", "spammer", "late")
    rows = [f"{at},{TODAY},{text},Closed" for at, text in enumerate(subjects)]
    content = _table(*rows, head="number,closed,subject,state")
    conditions = ("--where-not", "subject=Test*", "--where-not", r"subject=/\bspam\b/")
    report = _report(desk.invite(content, *NUMBERS, *conditions, "--dry-run"))
    assert "       1  Test 1 - not imported" in report
    assert "       1  spammer - imported" in report
    desk.invite(content, *NUMBERS, *conditions, "--where", "state=clo*")
    assert desk.numbers() == ["1", "3", "4"]
    refused = desk.invite(content, *NUMBERS, "--where-not", "subject=/(/")
    assert refused.exit_code == 2
    assert "where_not.subject: '/(/' is not a valid regular expression" in refused.stderr


@pytest.mark.parametrize(
    ("rows", "warning"),
    [
        (["1,2026-11-20,"], "1 closing time has only a date"),
        ([f"1,{to_text(NOW + timedelta(hours=3))},"], "1 case closes in the future"),
        (["1,2020-11-20T10:00,"], "1 case closed more than a year ago"),
        ([f"7,2026-11-{day}T10:00," for day in range(10, 20)], "10 rows have only 1 different"),
        ([f"1,{TODAY},", f"2026113000000000,{TODAY},"], "1 case number ends in zeros after 15"),
    ],
)
def test_what_looks_wrong_is_a_warning(desk: Desk, rows: list[str], warning: str) -> None:
    report = " ".join(_report(desk.invite(_table(*rows), *NUMBERS, "--dry-run")).split())
    assert f"Warning: {warning}" in report
    right = _report(desk.invite(_table(f"1,{TODAY},"), *NUMBERS, "--dry-run"))
    assert "Warning" not in right


def test_rounded_numbers_are_refused(desk: Desk) -> None:
    rows = (f"2.02611E+15,{TODAY},", f"7,{TODAY},")
    result = desk.invite(_table(*rows), *NUMBERS, "--dry-run")
    assert result.exit_code == 1
    assert "line 2: case_number: '2.02611E+15' is a number that a spreadsheet" in result.stdout
    assert "Warning: a spreadsheet rounded 1 case number:" in result.stdout
    every = [f"20261130000{at:02}000,{TODAY}," for at in range(5)]
    refused = desk.invite(_table(*every), *NUMBERS)
    assert refused.exit_code == 2
    assert "every number in 'number' ends in zeros after 15 digits" in refused.stderr
    assert desk.numbers() == []


def test_every_line_of_the_preview_fits_80_columns(desk: Desk) -> None:
    long = "x" * 190
    rows = [f"{long},2026-11-20,{'a' * 50}@b.example,{long} {long}"]
    content = _table(*rows, head="number,closed,contact_email,state")
    report = _report(desk.invite(content, *NUMBERS, "--where", f"state={long} {long}", "--dry-run"))
    lines = report[report.index("First cases") :].splitlines()[:-2]
    assert len(lines) > 10
    assert max(map(len, lines)) <= 80


def _undo(run: str, *options: str) -> Result:
    return CliRunner().invoke(uninvite, [run, *options])


def test_the_last_line_takes_the_import_back(desk: Desk) -> None:
    desk.invite(_table(f"0,{TODAY},old@b.example"), *NUMBERS, "--set", "source=earlier")
    office = desk.office
    before = office.everything()
    rows = [f"{at},{TODAY},c{at}@b.example" for at in range(1, 250)]
    last = desk.invite(_table(*rows), *NUMBERS).stdout.splitlines()[-1]
    assert last.startswith("to undo what was not sent yet: feedback uninvite ")
    run = last.split()[-1]
    after = office.everything()
    for refused in (_undo(run), _undo("none"), _undo("2026-11-24T12:00:00Z", "--yes")):
        assert refused.exit_code != 0
        assert office.everything() == after
    result = _undo(run, "--yes")
    assert f"Import {run} of 2026-11-24 13:00 CET, 249 cases: 249 can be removed." in result.stdout
    assert result.stdout.endswith("Removed 249 cases; 0 cases of this import stay.\n")
    (logged,) = office.rows("lead_actions")
    assert (logged["lead_name"], logged["action"]) == ("command line", "import undone")
    assert logged["subject"] == f"import {run}, 249 cases"
    untouched = office.everything()
    for table in ("lead_actions", "import_runs"):
        untouched[table] = before[table]
    assert untouched == before


def test_the_last_imports_are_listed(desk: Desk) -> None:
    assert CliRunner().invoke(uninvite).stdout == "There are no imports.\n"
    run = desk.invite(_table(f"1,{TODAY},a@b.example"), *NUMBERS).stdout.split()[-1]
    listed = CliRunner().invoke(uninvite).stdout
    assert listed == f"Import {run} of 2026-11-24 13:00 CET, 1 case\n"


def test_cases_whose_email_was_sent_stay(desk: Desk) -> None:
    result = desk.invite(_table(f"1,{TODAY},a@b.example", f"2,{TODAY},c@b.example"), *NUMBERS)
    (first, *_) = desk.office.rows("outbox")
    with desk.office.program.database.write() as tx:
        outbox.mark_sent(tx, [first["id"]], desk.office.now)
    run = result.stdout.split()[-1]
    assert "Removed 1 case; 1 case of this import stays." in _undo(run, "--yes").stdout
    assert len(desk.numbers()) == 1
    again = _undo(run, "--yes")
    assert (again.exit_code, len(desk.numbers())) == (1, 1)
    assert "Nothing was removed" in again.stderr


def test_cases_of_other_imports_and_of_the_api_in_the_same_second_stay(desk: Desk) -> None:
    run = desk.invite(_table(f"1,{TODAY},a@b.example"), *NUMBERS).stdout.split()[-1]
    desk.invite(_table(f"2,{TODAY},c@b.example"), *NUMBERS)
    desk.office.receive(a_case("3"))
    assert "Removed 1 case;" in _undo(run, "--yes").stdout
    assert desk.numbers() == ["2", "3"]


def test_a_case_that_a_webhook_sent_too_stays(desk: Desk) -> None:
    run = desk.invite(_table(f"1,{TODAY},a@b.example"), *NUMBERS).stdout.split()[-1]
    (case,) = desk.office.rows("cases")
    with desk.office.program.database.write() as tx:
        deliveries.add_all(tx, "csv", {"a-delivery": case["id"]}, NOW)
    assert _undo(run, "--yes").exit_code == 1
    assert desk.numbers() == ["1"]


def _busy(count: int) -> str:
    return _table(*(f"{at},{TODAY},c{at % 2}@b.example" for at in range(count)))


def test_an_import_of_many_emails_needs_a_confirmation(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = desk.write(_busy(7))
    facts = FACTS_FILE.read_text(encoding="utf-8")
    facts = facts.replace("emails_per_import = 500", "emails_per_import = 5")
    facts = facts.replace("emails_per_contact = 20", "emails_per_contact = 3")
    monkeypatch.setenv("FEEDBACK_FACTS", str(desk.write(facts, "support.toml")))
    shown = " ".join(_report(desk.invite(path, *NUMBERS, "--dry-run")).split())
    assert "7 emails are more than survey.emails_per_import (5)" in shown
    assert "c0@b.example would get 4 emails: those beyond 3 a day are held" in shown
    assert "c1@b.example" not in shown.partition("Warning: c0")[2]
    for options in ((), ("--max-emails", "6")):
        refused = desk.invite(path, *NUMBERS, *options)
        assert refused.exit_code == 2
        assert "Nothing was imported. Check it with --dry-run, then add --max-emails 7." in (
            refused.stderr
        )
        assert desk.office.rows("cases") == desk.office.rows("outbox") == []
    assert desk.invite(path, *NUMBERS, "--max-emails", "7").exit_code == 0
    assert len(desk.office.rows("outbox")) == 7
    assert [row["number"] for row in outbox.held(desk.office.program.database)] == [1]
    again = desk.invite(path, *NUMBERS)
    assert again.exit_code == 0, "known cases get no emails, so nothing needs a confirmation"


def test_the_dry_run_says_when_the_emails_leave_and_how_many_are_not_in_the_sample(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = FACTS_FILE.read_text(encoding="utf-8")
    facts = facts.replace("survey_delay_hours = 0", "survey_delay_hours = 6")
    facts = facts.replace("sampling_percent = 100", "sampling_percent = 1")
    monkeypatch.setenv("FEEDBACK_FACTS", str(desk.write(facts, "support.toml")))
    rows = [f"case {at},{TODAY},c{at}@b.example" for at in range(50)]
    report = _report(desk.invite(_table(*rows), *NUMBERS, "--dry-run"))
    (line,) = (line for line in report.splitlines() if "not in the random sample" in line)
    assert 40 < int(line.split()[0]) <= 50
    assert "      50  emails, which leave on 2026-11-25 11:00 CET" in report
