"""Closed cases from a CSV file, as an operator takes them in."""

import csv
import io
import re
import threading
import time
import tracemalloc
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback_app.base.links import new_id
from feedback_app.base.times import to_text
from feedback_app.commands.invite import invite
from feedback_app.intake.closed_case import CaseReader
from feedback_app.intake.csv import importing
from feedback_app.intake.csv.file import CSVRow, opened
from feedback_app.intake.csv.importing import BATCH_ROWS, Batch, Import, ImportCounts
from feedback_app.intake.csv.preview import Preview
from feedback_app.intake.csv.row_reader import RowReader
from feedback_app.intake.dates import DateReader
from feedback_app.intake.errors import CSVFileError
from feedback_app.intake.mapping_file import CaseMapping
from feedback_app.reports.weeks import review_week
from feedback_app.store import opt_outs, rejected_files
from tests.support.importing import SAMPLE_OPTIONS, Desk
from tests.support.office import NOW, Office, a_case

TODAY = to_text(NOW - timedelta(hours=2))
LAST_LINE = re.compile(
    r"\d+ rows read: \d+ new closed cases \(\d+ withheld(: \d+ [a-z_]+(, \d+ [a-z_]+)*)?\), "
    r"\d+ duplicates, \d+ repeated, \d+ rejected, \d+ filtered out, \d+ completed"
)


def _last(result: Result) -> str:
    """Return the line with the counts, which is the last one but for the way back."""
    lines = result.stdout.splitlines()
    (line,) = (one for one in lines[-2:] if LAST_LINE.fullmatch(one))
    return line


def _csv(*rows: tuple[str, ...]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _some(count: int, start: int = 0) -> str:
    rows = [(f"{number:05d}", TODAY) for number in range(start, start + count)]
    return _csv(("case_number", "closed_at"), *rows)


def test_the_real_export_is_imported_without_surveys_about_2016(desk: Desk, sample: Path) -> None:
    first = desk.invite(sample, *SAMPLE_OPTIONS)
    assert first.exit_code == 0
    assert _last(first) == (
        "198 rows read: 31 new closed cases (31 withheld: 31 too_old), "
        "0 duplicates, 0 repeated, 0 rejected, 167 filtered out, 0 completed"
    )
    assert len(desk.numbers()) == 31
    assert desk.office.mails() == []
    case = desk.office.program.database.ask("SELECT * FROM cases WHERE case_number = 'INC0000045'")[
        0
    ]
    assert (case["source"], case["case_id"], case["case_kind"]) == (
        "servicenow",
        "INC0000045",
        "software",
    )
    assert case["opened_at"] == "2016-02-29T01:16:00Z"
    assert case["closed_at"] == case["closure_key"] == "2016-03-05T12:00:00Z"
    assert "Resolved by" not in str(desk.office.everything())


def test_the_real_export_again_changes_nothing(desk: Desk, sample: Path) -> None:
    desk.invite(sample, *SAMPLE_OPTIONS)
    before = desk.office.everything()
    again = desk.invite(sample, *SAMPLE_OPTIONS)
    assert again.exit_code == 0
    assert "0 new closed cases (0 withheld), 31 duplicates, 0 repeated, 0 rejected" in _last(again)
    assert desk.office.everything() == before


def test_a_case_that_closed_today_gets_its_email(desk: Desk) -> None:
    result = desk.invite(
        _csv(
            ("number", "closed", "email", "language"),
            ("00012345", TODAY, "contact@customer.example", "DE"),
        ),
        *("--map", "case_number=number", "--map", "closed_at=closed"),
        *("--map", "contact_email=email"),
    )
    assert (result.exit_code, result.stderr) == (0, "")
    assert "1 new closed cases (0 withheld), 0 duplicates" in _last(result)
    assert [mail["To"] for mail in desk.office.mails()] == ["contact@customer.example"]
    assert desk.numbers() == ["00012345"]
    assert [row["source"] for row in desk.office.rows("cases")] == ["csv"]


def test_why_customers_were_not_asked_is_counted_by_reason(desk: Desk) -> None:
    rows = [
        ("1", "2020-01-01T00:00Z", "a@b.example"),
        ("2", TODAY, ""),
        ("3", TODAY, "a@b.example"),
    ]
    content = _csv(("case_number", "closed_at", "contact_email"), *rows)
    assert "3 new closed cases (2 withheld: 1 too_old, 1 no_address)" in _last(desk.invite(content))


def test_old_cases_are_asked_about_if_requested(desk: Desk) -> None:
    content = _csv(
        ("case_number", "closed_at", "contact_email"), ("1", "2020-01-01T00:00Z", "a@b.example")
    )
    assert "(0 withheld)" in _last(desk.invite(content, "--ask-anyway"))
    assert len(desk.office.mails()) == 1


def test_a_dry_run_counts_the_same_and_leaves_nothing(desk: Desk) -> None:
    row = ("1", TODAY, "a@b.example")
    content = _csv(
        ("case_number", "closed_at", "contact_email"),
        row,
        ("2", "2026-02-30", ""),
        *((f"x{number}", TODAY, "") for number in range(BATCH_ROWS)),
        row,
    )
    before = desk.office.everything()
    dry = desk.invite(content, "--dry-run")
    assert "dry run: nothing was stored or sent" in dry.stdout
    assert desk.office.everything() == before
    assert [path.name for path in desk.folder.iterdir()] == ["cases.csv"]
    real = desk.invite(content)
    assert _last(dry) == _last(real)
    assert f"{BATCH_ROWS + 1} new closed cases" in _last(dry)
    assert "0 duplicates, 1 repeated, 1 rejected" in _last(dry)
    assert dry.exit_code == real.exit_code == 1


def test_invalid_rows_are_listed_and_written_and_valid_ones_imported(desk: Desk) -> None:
    result = desk.invite(
        "case_number;closed_at;customer;contact_email\r\n"
        f'0001;{TODAY};"two\r\nlines";a@b.example\r\n'
        f"0002;30/2/2016;=1+1;\r\n"
        f"0003;{TODAY};;a@b.example,c@d.example\r\n"
        f"0004;{TODAY}\r\n"
        f";{TODAY};;\r\n"
        f"0005;{TODAY};;\r\n"
    )
    assert result.exit_code == 1
    assert "6 rows read: 3 new closed cases (1 withheld: 1 no_address), 0 duplicates" in _last(
        result
    )
    assert desk.numbers() == ["0001", "0003", "0005"]
    lines = result.stdout.splitlines()
    assert any(
        line.startswith("line 4: closed_at: '30/2/2016' is not an ISO 8601 date") for line in lines
    )
    assert "c@d.example" not in str(desk.office.everything())
    assert "line 6: has 2 cells, but the first row has 4" in lines
    assert "line 7: case_number: is empty" in lines
    head, *rows = list(csv.reader(desk.rejected.read_text("utf-8").splitlines()))
    assert head == ["case_number", "closed_at", "customer", "contact_email", "line", "reason"]
    assert [row[0] for row in rows] == ["0002", "0004", ""]
    assert rows[0][2:5] == ["'=1+1", "", "4"]
    assert rejected_files.all_paths(desk.office.program.database) == [desk.rejected]


def test_an_address_that_no_header_carries_is_left_out_and_listed(desk: Desk) -> None:
    columns = ("case_number", "closed_at", "contact_email")
    rows = ("1", TODAY, "a@b.example"), ("2", TODAY, "=?utf-8?q?a?=@b.example")
    result = desk.invite(_csv(columns, *rows))
    assert result.exit_code == 0
    assert "2 new closed cases (1 withheld: 1 no_address)" in _last(result)
    addresses = {row["case_number"]: row["contact_email"] for row in desk.office.rows("cases")}
    assert addresses == {"1": "a@b.example", "2": None}
    assert [mail["To"] for mail in desk.office.mails()] == ["a@b.example"]
    assert "left out of line 3: contact_email: " in result.stdout
    assert "is not a plain email address" in result.stdout


def test_corrected_rows_are_imported_from_the_file_of_rejected_rows(desk: Desk) -> None:
    desk.invite(_csv(("case_number", "closed_at", "customer"), ("=1", "30.2.2026", "-A")))
    mended = desk.rejected.read_text("utf-8").replace("30.2.2026", TODAY)
    result = desk.invite(desk.write(mended, "cases.rejected.csv"))
    assert result.exit_code == 0
    assert desk.numbers() == ["=1"]
    assert [row["customer"] for row in desk.office.rows("cases")] == ["-A"]


def test_a_later_run_that_rejects_nothing_removes_the_rejected_rows(desk: Desk) -> None:
    desk.invite(_csv(("case_number", "closed_at"), ("1", "never")))
    assert desk.rejected.exists()
    assert desk.invite(_csv(("case_number", "closed_at"), ("1", TODAY))).exit_code == 0
    assert not desk.rejected.exists()
    assert rejected_files.all_paths(desk.office.program.database) == []


def test_a_later_run_overwrites_the_rejected_rows(desk: Desk) -> None:
    desk.invite(_csv(("case_number", "closed_at"), ("1", "never"), ("2", "never")))
    desk.invite(_csv(("case_number", "closed_at"), ("3", "never")))
    assert [row[0] for row in csv.reader(desk.rejected.read_text().splitlines())] == [
        "case_number",
        "3",
    ]


def test_twenty_rejected_rows_are_listed_and_the_rest_counted(desk: Desk) -> None:
    rows = [(str(number), "never") for number in range(BATCH_ROWS + 30)]
    result = desk.invite(_csv(("case_number", "closed_at"), *rows))
    assert sum(line.startswith("line ") for line in result.stdout.splitlines()) == 20
    assert f"and {BATCH_ROWS + 10} more" in result.stdout
    assert f"all rejected rows are in {desk.rejected}" in result.stdout
    assert len(desk.rejected.read_text().splitlines()) == BATCH_ROWS + 31


def test_an_unrelated_rejected_file_stops_the_import_before_any_row(desk: Desk) -> None:
    desk.rejected.write_text("my own notes")
    result = desk.invite(_some(2))
    assert result.exit_code == 2
    assert "was not written by an import. Move it" in result.stderr
    assert desk.rejected.read_text() == "my own notes"
    assert desk.numbers() == []


def test_duplicate_rows_and_a_closing_moved_by_hours_are_one_case(desk: Desk) -> None:
    moved = to_text(NOW - timedelta(hours=20))
    content = _csv(("case_number", "closed_at"), ("1", TODAY), ("1", TODAY), ("1", moved))
    assert (
        "3 rows read: 1 new closed cases (1 withheld: 1 no_address), 0 duplicates, 2 repeated"
        in _last(desk.invite(content))
    )
    assert len(desk.office.rows("invitations")) == 1


def test_a_case_that_closed_again_later_supersedes_its_first_invitation(desk: Desk) -> None:
    first = to_text(NOW - timedelta(days=3))
    head = ("case_number", "closed_at", "contact_email")
    for closed_at in (first, TODAY):
        desk.invite(_csv(head, ("1", closed_at, "a@b.example")))
    states = [row["superseded_at"] for row in desk.office.rows("invitations")]
    assert len(states) == 2
    assert states.count(None) == 1


def test_two_closings_in_one_file_send_one_email_and_ask_once(desk: Desk) -> None:
    first = to_text(NOW - timedelta(hours=30))
    rows = [("1", closed_at, "a@b.example") for closed_at in (first, TODAY)]
    desk.invite(_csv(COLUMNS, *rows))
    office = desk.office
    assert office.deliver() == 1
    assert len(list(office.mailbox.iterdir())) == 1
    week = office.rows("cases")[0]["closed_week"]
    program = office.program
    cohort = review_week(program.database, week, program.facts, office.now).cohort
    assert (cohort.closed, cohort.reached) == (2, 1)
    assert cohort.withheld == (("superseded", 1),)


def test_dates_without_an_offset_are_in_the_teams_time_zone_with_one_notice(desk: Desk) -> None:
    team = desk.office.program.facts.organisation.time_zone
    content = _csv(
        ("case_number", "closed_at"), ("1", "2026-11-24 09:00"), ("2", "2026-11-24 10:00")
    )
    result = desk.invite(content)
    assert result.stdout.count(f"are read as {team}") == 1
    local = NOW.replace(hour=9).replace(tzinfo=ZoneInfo(team))
    assert to_text(local) in {row["closed_at"] for row in desk.office.rows("cases")}
    assert team not in desk.invite(content, "--timezone", "Asia/Tokyo").stdout


def test_encoding_and_delimiter_are_printed(desk: Desk) -> None:
    text = f"case_number\tclosed_at\tcustomer\n1\t{TODAY}\tMüller\n"
    for content, said in (
        (text.encode("utf-16"), "cases.csv: utf-16, cells separated by tab"),
        (text.encode("cp1252"), "cases.csv: cp1252, cells separated by tab"),
    ):
        assert said in desk.invite(content).stdout
    assert [row["customer"] for row in desk.office.rows("cases")] == ["Müller"]


def test_undecodable_bytes_are_rejected(desk: Desk) -> None:
    content = f"case_number,closed_at,customer\n1,{TODAY},M\xfcller\n2,{TODAY},x\n".encode("latin1")
    result = desk.invite(content, "--encoding", "utf-8")
    assert "line 2: customer: contains bytes that do not match the encoding" in result.stdout
    assert desk.numbers() == ["2"]


def test_characters_that_cannot_be_stored_are_removed_and_reported(desk: Desk) -> None:
    content = f"case_number,closed_at,customer\n1,{TODAY},a\x00b\n2,{TODAY},c\n"
    result = desk.invite(content)
    assert "1 row had characters that cannot be stored" in result.stdout
    assert {row["customer"] for row in desk.office.rows("cases")} == {"ab", "c"}


def test_a_megabyte_is_left_out_of_a_field_and_ignored_elsewhere(desk: Desk) -> None:
    big = "x" * 1_000_000
    head = ("case_number", "closed_at", "customer", "notes")
    result = desk.invite(_csv(head, ("1", TODAY, "a", big), ("2", TODAY, big, "")))
    assert "left out of line 3: customer: has 1000000 characters" in result.stdout
    assert desk.numbers() == ["1", "2"]
    assert len(result.stdout) < 2000


def test_control_characters_of_a_file_never_reach_the_terminal(desk: Desk) -> None:
    hostile = "\x1b]0;owned\x07\u202e"
    content = _csv(("case_number", "closed_at", f"case_kind{hostile}"), (hostile, hostile, hostile))
    for options in (("--map", "case_kind=nowhere"), ("--map", f"case_kind={'case_kind]0;owned'}")):
        result = desk.invite(content, *options)
        assert not {"\x1b", "\x07"} & set(result.output)
    assert "\u202e" not in desk.invite(_csv(("case_number", "closed_at"), ("1", hostile))).output


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--map", "case_nummer=number"), "not a field of a closed case"),
        (("--map", "case_number=nummer"), "the columns are case_number, closed_at"),
        (("--map", "case_number"), "is not of the form FIELD=COLUMN"),
        (("--set", "agent=x"), "not a field of a closed case"),
        (("--set", "case_kind=sofware"), "is not one of software"),
        (("--set", "closure_reason=solved"), "confirmed, no_reply, other"),
        (("--where", "state=Closed"), "no column 'state'"),
        (("--date-format", "dd/mm/yyyy"), "not a valid date format"),
        (("--timezone", "Lisbon"), "write one such as Europe/Berlin"),
        (("--timezone", "../../etc/passwd"), "write one such as Europe/Berlin"),
        (("--encoding", "utf-9"), "is not known"),
        (("--encoding", "base64"), "is not known"),
        (("--encoding", "undefined"), "is not known"),
        (("--encoding", "a\x00b"), "is not known"),
        (("--delimiter", ", "), "write one character"),
        (("--delimiter", '"'), "write one character"),
    ],
)
def test_a_wrong_option_is_reported_before_any_row(
    desk: Desk, options: tuple[str, ...], said: str
) -> None:
    result = desk.invite(_some(1), *options)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())
    assert desk.numbers() == []


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff"])
def test_an_empty_file_is_refused(desk: Desk, content: str) -> None:
    result = desk.invite(content)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "the first row must name the columns" in result.stderr


def test_a_file_with_only_column_names_imports_nothing(desk: Desk) -> None:
    result = desk.invite("case_number,closed_at\n")
    assert result.exit_code == 0
    assert _last(result).startswith("0 rows read: 0 new closed cases (0 withheld), 0 duplicates")


def test_the_help_lists_every_field_and_explains_clock_changes() -> None:
    said = " ".join(CliRunner().invoke(invite, ["--help"]).stdout.split())
    assert "duration_clock" in said
    assert "When clocks go back, the first of the two hours counts" in said
    assert "times that clocks skip are read with the offset before the change" in said


COLUMNS = ("case_number", "closed_at", "contact_email")


def _import(office: Office, columns: Sequence[str] = COLUMNS, source: str = "csv") -> Import:
    reader = CaseReader(
        case_kinds=("software",),
        closure_reasons=("other",),
        dates=DateReader(ZoneInfo("UTC")),
        now=NOW,
    )
    mapping = CaseMapping().for_columns(columns, source)
    return Import(
        case_intake=office.program.case_intake, row_reader=RowReader(mapping, reader, columns)
    )


def test_an_interrupted_import_continues_at_the_next_run(desk: Desk) -> None:
    path = desk.write(_some(2 * BATCH_ROWS + 50))
    with opened(path) as table:
        batches = _import(desk.office, table.columns).run(
            desk.office.program.database, table.rows()
        )
        assert next(batches).counts.new == BATCH_ROWS
        batches.close()
    assert len(desk.numbers()) == BATCH_ROWS
    assert f"{BATCH_ROWS + 50} new closed cases" in _last(desk.invite(path))
    assert len(desk.numbers()) == len(set(desk.numbers())) == 2 * BATCH_ROWS + 50


def test_an_interrupted_dry_run_stores_nothing(desk: Desk) -> None:
    path = desk.write(_some(BATCH_ROWS + 50))
    database = desk.office.program.database
    with opened(path) as table:
        batches = _import(desk.office, table.columns).dry_run(database, table.rows())
        assert next(batches).counts.new == BATCH_ROWS
        batches.close()
    assert desk.numbers() == []


def test_a_dry_run_blocks_no_other_writer(desk: Desk) -> None:
    path = desk.write(_some(BATCH_ROWS + 50))
    with opened(path) as table:
        rehearsed = _import(desk.office, table.columns).dry_run(
            desk.office.program.database, table.rows()
        )
        next(rehearsed)
        desk.office.receive(a_case("answered meanwhile"))
        assert next(rehearsed).counts.new == 50
    assert desk.numbers() == ["answered meanwhile"]


def test_customers_can_answer_during_an_import(sqlite_office: Office) -> None:
    office, database = sqlite_office, sqlite_office.program.database
    seen: list[int] = []

    def write_in_between() -> None:
        while not database.ask("SELECT 1 FROM cases LIMIT 1"):
            time.sleep(0.005)
        with database.write() as tx:
            seen.append(tx.ask("SELECT count(*) AS cases FROM cases")[0]["cases"])

    customer = threading.Thread(target=write_in_between)
    total = 5 * BATCH_ROWS
    rows = [CSVRow(at + 2, (str(at), TODAY, f"a{at}@b.example")) for at in range(total)]
    customer.start()
    batches = [*_import(office).run(database, rows)]
    customer.join()
    assert sum(batch.counts.new for batch in batches) == total
    assert seen[0] < total


HOURS_AGO = st.sampled_from([1, 20, 26, 60, 24 * 20])
ADDRESS = st.sampled_from(
    [
        "one-MARK@b.example",
        "ONE-MARK@B.example",
        "two-MARK@b.example",
        "opted-out-MARK@b.example",
        "not an address",
        "",
    ]
)
CLOSING = st.tuples(st.sampled_from(["1", "2"]), HOURS_AGO, ADDRESS)


@given(
    st.lists(CLOSING, max_size=8),
    st.lists(CLOSING, max_size=4),
    st.sampled_from(["csv", "desk"]),
    st.sampled_from([0, 7]),
    st.sampled_from([1, 2, BATCH_ROWS]),
)
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_dry_run_reports_what_the_import_then_does(
    sqlite_office: Office,
    rows: list[tuple],
    kept: list[tuple],
    kept_source: str,
    quiet_days: int,
    batch_rows: int,
) -> None:
    office, mark = sqlite_office, new_id()
    database = office.program.database
    case_intake = office.ruled(quiet_period_days=quiet_days).program.case_intake
    job = replace(_import(office), case_intake=case_intake)

    def as_rows(closings: list[tuple]) -> list[CSVRow]:
        cells = [
            (
                f"{number}-{mark}",
                to_text(NOW - timedelta(hours=hours)),
                address.replace("MARK", mark),
            )
            for number, hours, address in closings
        ]
        return [CSVRow(at, row) for at, row in enumerate(cells, start=2)]

    with database.write() as tx:
        opt_outs.add(tx, f"opted-out-{mark}@b.example", NOW)
    before = replace(_import(office, source=kept_source), case_intake=case_intake)
    list(before.run(database, as_rows(kept)))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(importing, "BATCH_ROWS", batch_rows)
        foreseen = [batch.counts for batch in job.dry_run(database, as_rows(rows))]
        assert foreseen == [batch.counts for batch in job.run(database, as_rows(rows))]


def test_a_dry_run_needs_little_memory_for_a_row(sqlite_office: Office) -> None:
    office = sqlite_office.ruled(quiet_period_days=7)

    def rows(count: int) -> Iterator[CSVRow]:
        for at in range(count):
            yield CSVRow(at, (f"INC{at:07}", TODAY, f"person{at}@customer{at % 90}.example"))

    def peak(count: int) -> int:
        preview = Preview(
            now=NOW,
            emails_due=NOW,
            closed_at=1,
            case_number=0,
            where={},
            emails_per_import=500,
            emails_per_contact=20,
        )
        job = replace(_import(office), case_intake=office.program.case_intake)
        tracemalloc.start()
        for batch in job.dry_run(office.program.database, preview.watched(rows(count))):
            preview.add(batch)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(200)
    # Hash tables double, so single rows take more.
    assert peak(5000) - peak(1000) < 4000 * 500


@pytest.mark.parametrize("dry", [True, False])
def test_likely_duplicates_of_another_source_are_named_and_not_asked(desk: Desk, dry: bool) -> None:
    desk.office.receive(a_case("1", source="desk"))
    desk.office.receive(a_case("2", source="desk"))
    closed = to_text(NOW - timedelta(hours=1))
    table = _csv(
        ("case_number", "closed_at", "contact_email"),
        ("1", closed, "contact@customer.example"),
        ("2", closed, ""),
        ("3", closed, "contact@customer.example"),
    )
    mails, words = len(desk.office.mails()), ("--dry-run",) if dry else ()
    result = desk.invite(table, *words)
    assert "2 rows: likely duplicates of cases from source desk" in result.stdout
    assert "Import with --set source=desk to match them, or with --ask-anyway" in result.stdout
    assert "1 new closed cases (0 withheld), 2 duplicates" in _last(result)
    assert len(desk.office.mails()) == mails + (0 if dry else 1)
    matched = desk.invite(table, *words, "--set", "source=desk")
    assert "of cases from source desk" not in matched.stdout
    asked = desk.invite(table, *words, "--ask-anyway")
    assert "likely duplicate" not in asked.stdout
    assert f"{3 if dry else 2} new closed cases" in _last(asked)


CELL = st.one_of(
    st.text(st.characters(codec="utf-8")),
    st.sampled_from([TODAY, "1", "007", "30/2/2016", '"', "'=x", "a,b", "\r\n", "\x00", "?"]),
)


@given(st.lists(st.tuples(CELL, CELL), max_size=8), st.sampled_from(['"', ""]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_row_is_imported_rejected_or_filtered_out_whatever_it_contains(
    sqlite_office: Office, tmp_path: Path, rows: list[tuple[str, str]], quote: str
) -> None:
    office = sqlite_office
    path = tmp_path / "cases.csv"
    lines = [",".join(f"{quote}{cell}{quote}" for cell in row) for row in rows]
    path.write_text("\n".join(["case_number,closed_at", *lines]), "utf-8", newline="")
    kept_before = len(office.rows("cases"))
    counts, batches = ImportCounts(), list[Batch]()
    with opened(path, encoding="utf-8", delimiter=",") as table:
        imported = _import(office, table.columns).run(office.program.database, table.rows())
        try:
            for batch in imported:
                batches.append(batch)
                counts.add(batch.counts)
        except CSVFileError as error:
            assert re.match(r"cases\.csv, line \d+: ", str(error))
    assert counts.read == (
        counts.new + counts.known + counts.repeated + counts.rejected + counts.not_matching
    )
    assert len(office.rows("cases")) == kept_before + counts.new
    assert counts.rejected == sum(len(batch.rejected) for batch in batches)
    assert all(row.errors for batch in batches for row in batch.rejected)


@pytest.mark.parametrize("dry", [True, False])
def test_rows_of_one_case_complete_each_other(desk: Desk, dry: bool) -> None:
    closed = to_text(NOW - timedelta(hours=1))
    table = _csv(
        ("case_number", "closed_at", "contact_email", "team"),
        ("1", closed, "", "A"),
        ("1", closed, "contact@customer.example", ""),
        ("1", closed, "contact@customer.example", "A"),
    )
    shown = desk.invite(table, *(("--dry-run",) if dry else ()))
    assert "1 new closed cases (1 withheld: 1 no_address)" in _last(shown)
    assert "1 repeated, 0 rejected, 0 filtered out, 1 completed" in _last(shown)
    assert ("1  known cases completed, 1 with a survey" in shown.stdout) == dry
    assert len(desk.office.mails()) == (0 if dry else 1)


def test_an_export_completes_what_a_webhook_left_out(desk: Desk) -> None:
    desk.office.receive(a_case("1", source="csv", contact_email=None))
    table = _csv(
        ("case_number", "closed_at", "contact_email"),
        ("1", to_text(NOW - timedelta(hours=2)), "contact@customer.example"),
    )
    assert "0 duplicates, 0 repeated, 0 rejected, 0 filtered out, 1 completed" in _last(
        desk.invite(table)
    )
    assert [mail["To"] for mail in desk.office.mails()] == ["contact@customer.example"]
