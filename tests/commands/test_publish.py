"""Figures are previewed, approved, published, checked and corrected, on rows of both engines."""

import json
import os
import re
from datetime import timedelta
from pathlib import Path

import pytest

from feedback_app.base.working_days import due_on
from feedback_app.commands.publish import publish, verify
from feedback_app.jobs.retention import end_lifetimes
from feedback_app.publish.drafts import Draft, NothingToPublishError, correction
from feedback_app.records import FollowUpOutcome
from feedback_app.store import follow_ups, progress
from published_results import ResultsError, read_folder
from tests.support.office import Office, a_case
from tests.support.published_office import (
    OVER,
    PERIOD,
    START,
    Run,
    a_period,
    answer,
    close,
    code_of_preview,
    publish_period,
    run,
)
from tests.support.some import some

__all__ = ["run"]


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "results").glob("*"))


def _lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines()]


def test_a_preview_shows_every_figure_and_writes_nothing(
    office: Office, run: Run, tmp_path: Path
) -> None:
    a_period(office)
    text = run(publish).stdout
    lines = _lines(text)
    assert "2026-W40 to 2026-W43 (28 September 2026 – 25 October 2026), version 1" in lines
    assert "First period: nothing before it." in lines
    for figure in (
        "Figure Before Now Change",
        "Cases closed – 40",
        "Not asked – 0",
        "Link not delivered – 0",
        "Bounced – 0",
        "Received the link – 40",
        "Response rate – 34 of 40 (85%)",
        "Answers that we read within 7 days – 34 of 34 (100%)",
    ):
        assert figure in lines
    ces = lines.index("Customer Effort Score (CES), wording 1")
    assert lines[ces + 1 : ces + 6] == [
        "Answers – 34",
        "Answers with 1 / 2 / 3 / 4 / 5 – 7 / 7 / 7 / 7 / 6",
        "Mean – 2.9",
        "Median – 3",
        "Share of 4 and 5, with 95% range – 13 of 34 (38%), 24–55%",
    ]
    out = lines.index("Answers left out of the scores")
    assert lines[out + 1 : out + 4] == [
        "Flagged: they seem automated – 0",
        "Annulled by us – 0",
        "To another wording, with too few answers – 0",
    ]
    first = lines.index("First response time, calendar time")
    assert lines[first + 1 : first + 5] == [
        "All kinds: Cases – 40",
        "All kinds: Median – 29 min",
        "All kinds: 90% took at most – 45 min",
        "All kinds: Within our aim – 40 of 40 (100%)",
    ]
    assert "How soon we contacted customers with a low score: With fewer than 10 cases " in text
    assert not (tmp_path / "results").exists()


def test_an_approval_writes_one_dated_file_with_who_and_when(
    office: Office, run: Run, tmp_path: Path
) -> None:
    a_period(office)
    publish_period(run)
    assert _files(tmp_path) == [f"{PERIOD}_v1_2026-11-22.json"]
    (result,) = read_folder(tmp_path / "results").results
    assert (result.approved.by, result.approved.at) == ("A lead for tests", OVER)
    assert (result.as_of, result.sample) == (OVER, False)
    assert result.rules.minimum_n == 10
    assert {one.metric for one in result.definitions} >= {"ces", "css", "response_rate"}
    assert result.questions[0].text["de"]
    assert run(publish).stdout.startswith("Nothing to publish yet: 2026-W44 to 2026-W47 can change")


def test_the_file_has_no_data_of_a_customer_or_case(
    office: Office, run: Run, tmp_path: Path
) -> None:
    a_period(office)
    publish_period(run)
    text = next((tmp_path / "results").iterdir()).read_text()
    for secret in ("C31", "A comment", "customer.example", "A customer for tests", '"team"'):
        assert secret not in text
    assert '"sample": false' in text


def test_an_approval_covers_only_the_figures_that_were_shown(
    office: Office, run: Run, tmp_path: Path
) -> None:
    a_period(office)
    code = code_of_preview(run(publish).stdout)
    with office.program.database.write() as tx:
        late = close(office, tx, 999, START + timedelta(days=3))
        answer(office, tx, late, 1, 1, START + timedelta(days=4))
    refused = run(publish, "--approve", code, "--by", "A lead for tests")
    assert refused.exit_code == 1
    assert "check the new preview" in refused.output
    assert not (tmp_path / "results").exists()


def test_an_interrupted_batch_lists_the_published_files(
    office: Office, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_period(office)
    a_period(office, start=START + timedelta(weeks=4))
    code = code_of_preview(run(publish).stdout)
    link, room = os.link, [1, 0]

    def fills_up(source: str, target: Path) -> None:
        if not room.pop(0):
            raise OSError(28, "No space left on device")
        link(source, target)

    with monkeypatch.context() as disk:
        disk.setattr(os, "link", fills_up)
        broken = run(publish, "--approve", code, "--by", "A lead for tests")
    (written,) = _files(tmp_path)
    assert written.startswith(f"{PERIOD}_v1")
    assert f"No space left on device; already published and valid: {written}" in broken.output
    # What is left is previewed and published as ever.
    office.wait(minutes=1)
    assert "published: " in publish_period(run)
    assert len(read_folder(tmp_path / "results").results) == 2


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--approve", "x"), "--by NAME"),
        (("--approve", "x", "--by", "  "), "--by NAME"),
        (("--correct", "2026-W40"), "both --correct WEEK and --why TEXT"),
        (("--why", "because"), "both --correct WEEK and --why TEXT"),
        (("--correct", "W36", "--why", "because"), "such as 2026-W47"),
        (("--correct", "2026-W40", "--why", "because"), "no published period contains 2026-W40"),
    ],
)
def test_half_an_approval_or_correction_is_refused(
    office: Office, run: Run, words: tuple[str, ...], complaint: str
) -> None:
    a_period(office)
    done = run(publish, *words)
    assert done.exit_code != 0
    assert complaint in done.output


def test_nothing_is_published_while_an_answer_can_still_change(office: Office, run: Run) -> None:
    a_period(office)
    office.now = START + timedelta(days=28 + 14 + 6)
    assert (
        "Nothing to publish yet: 2026-W40 to 2026-W43 can change until 16 November 2026, 01:00"
        in (run(publish).stdout)
    )


def test_a_link_given_out_late_keeps_its_period_open(office: Office, run: Run) -> None:
    a_period(office)
    with office.program.database.write() as tx:
        late = close(office, tx, 777, START + timedelta(days=5))
        tx.run(
            "UPDATE invitations SET expires_at = :later WHERE id = :id",
            later=OVER + timedelta(days=9),
            id=late,
        )
    assert "can change until 8 December 2026, 14:00" in run(publish).stdout


def test_a_preview_compares_a_period_with_the_one_before(office: Office, run: Run) -> None:
    a_period(office)
    publish_period(run)
    a_period(office, answered=39, start=START + timedelta(weeks=4))
    text = run(publish).stdout
    lines = _lines(text)
    assert "Before: 2026-W40_2026-W43_v1" in lines
    assert "Response rate 34 of 40 (85%) 39 of 40 (98%)" in lines
    ces = lines.index("Customer Effort Score (CES), wording 1")
    assert lines[ces + 5].endswith(" 13 of 34 (38%), 24–55% 15 of 39 (38%), 25–54% no clear change")
    first = lines.index("First response time, calendar time")
    assert lines[first + 2] == "All kinds: Median 29 min 29 min"


def test_several_periods_are_approved_together(office: Office, run: Run, tmp_path: Path) -> None:
    a_period(office, answered=32)
    a_period(office, answered=12, start=START + timedelta(weeks=4))
    text = run(publish).stdout
    assert "First period: nothing before it." in text
    assert "Before: 2026-W40_2026-W43" in text
    assert re.search(r"Share of 4 and 5.* too few answers to compare", text)
    publish_period(run)
    assert len(read_folder(tmp_path / "results").results) == 2
    assert run(verify).exit_code == 0


def test_without_a_case_there_is_nothing_topublish_period(run: Run) -> None:
    done = run(publish)
    assert (done.exit_code, done.stdout) == (
        0,
        "Nothing to publish yet: no survey has been sent for a real case.\n",
    )
    assert run(verify).stdout == "Nothing has been published yet.\n"


def test_a_small_period_joins_the_next(office: Office, run: Run, tmp_path: Path) -> None:
    a_period(office, cases=12, answered=9)
    assert "Nothing to publish yet" in run(publish).stdout
    a_period(office, cases=12, answered=9, start=START + timedelta(weeks=4))
    publish_period(run)
    assert _files(tmp_path) == ["2026-W40_2026-W47_v1_2026-12-20.json"]


# --- verify ----------------------------------------------------------------------------------


@pytest.fixture
def published(office: Office, run: Run) -> Office:
    """An office with one published period."""
    a_period(office)
    publish_period(run)
    office.wait(days=3)
    return office


def _change(office: Office, sql: str, **values: object) -> None:
    with office.program.database.write() as tx:
        assert tx.run(sql, **values)


def test_verify_confirms_published_figures_and_lists_its_limits(
    published: Office, run: Run
) -> None:
    done = run(verify)
    assert done.exit_code == 0
    assert f"{PERIOD}_v1_2026-11-22.json: matches, as of 22 November 2026, 13:00 CET" in done.stdout
    assert "This cannot prove:" in done.stdout
    assert "could have changed it" in done.stdout
    assert "rules, definitions, reason and approver" in done.stdout
    assert "or a note" in done.stdout


def test_a_changed_answer_is_reported(published: Office, run: Run) -> None:
    first = published.rows("answers")[0]["invitation_id"]
    _change(published, "UPDATE answers SET ease = 5 WHERE invitation_id = :id", id=first)
    done = run(verify)
    assert done.exit_code == 1
    assert "scores.wordings.1.answers.ease ces.counts.1: 7 -> 6" in done.stdout
    assert "scores.wordings.1.answers.ease ces.counts.5: 6 -> 7" in done.stdout
    assert "satisfaction" not in done.stdout
    assert "1 of 1 periods differ from the database" in done.output


def test_a_deleted_answer_is_reported(published: Office, run: Run) -> None:
    first = published.rows("answers")[0]["invitation_id"]
    _change(published, "DELETE FROM progress WHERE invitation_id = :id", id=first)
    _change(published, "DELETE FROM answers WHERE invitation_id = :id", id=first)
    done = run(verify)
    assert done.exit_code == 1
    assert "participation.answered: 34 -> 33" in done.stdout
    assert "scores.wordings.1.n: 34 -> 33" in done.stdout
    assert "conduct.read.count: 34 -> 33" in done.stdout


def _unanswered(office: Office) -> str:
    return next(row["id"] for row in office.rows("invitations") if not office.answers(row["id"]))


def test_an_answer_added_later_with_an_old_date_is_reported(published: Office, run: Run) -> None:
    forged = _unanswered(published)
    with published.program.database.write() as tx:
        answer(published, tx, forged, 1, 1, START + timedelta(days=20))
    done = run(verify)
    assert done.exit_code == 1
    assert "participation.answered: 34 -> 35" in done.stdout


def test_a_removed_case_and_a_changed_time_are_reported(published: Office, run: Run) -> None:
    case = published.rows("cases")[0]["id"]
    _change(published, "UPDATE cases SET first_response_at = closed_at WHERE id = :id", id=case)
    assert "first_response_time calendar.overall.median" in run(verify).stdout
    _change(published, "UPDATE cases SET closed_week = '2026-W30' WHERE id = :id", id=case)
    assert "participation.closed: 40 -> 39" in run(verify).stdout


def test_later_cases_and_answers_are_counted_and_are_no_difference(
    published: Office, run: Run
) -> None:
    late = _unanswered(published)
    with published.program.database.write() as tx:
        answer(published, tx, late, 1, 1, published.now)
    published.receive(a_case("late", closed_at=START + timedelta(days=1)))
    done = run(verify)
    assert done.exit_code == 0
    assert "arrived later, not counted: 1 cases, 1 answers" in done.stdout


def test_erasure_and_retention_change_no_published_figure(published: Office, run: Run) -> None:
    program = published.program
    published.erase(email="contact@customer.example")
    assert run(verify).exit_code == 0
    published.wait(days=4000)
    end_lifetimes(program, published.now)
    assert all(row["comment"] is None for row in some(published.rows("answers")))
    assert run(verify).exit_code == 0


def test_reading_an_answer_long_afterwards_changes_nothing(published: Office, run: Run) -> None:
    _change(published, "DELETE FROM progress")
    for row in published.rows("answers"):
        with published.program.database.write() as tx:
            progress.mark_read(tx, row["invitation_id"], published.now)
    assert "conduct.read.count: 34 -> 0" in run(verify).stdout


@pytest.mark.parametrize("harm", ["renamed", "broken"])
def test_a_changed_file_is_reported(published: Office, run: Run, tmp_path: Path, harm: str) -> None:
    (path,) = (tmp_path / "results").iterdir()
    if harm == "renamed":
        path.rename(path.with_name("2026-W01_2026-W04_v1_2026-11-22.json"))
    else:
        path.write_text(path.read_text().replace('"closed": 40', '"closed": 41'))
    done = run(verify)
    assert done.exit_code == 1
    assert {
        "renamed": f"rename it to {path.name}",
        "broken": f"{path.name}: figures.participation: Value error, the parts do not add up",
    }[harm] in done.output
    assert run(publish).exit_code == 1


def test_a_changed_figure_in_a_file_is_reported(
    published: Office, run: Run, tmp_path: Path
) -> None:
    (path,) = (tmp_path / "results").iterdir()
    a_period(published, start=START + timedelta(weeks=4))
    publish_period(run)
    path.write_text(path.read_text().replace('"mean": 2.9412', '"mean": 4.9412'))
    done = run(verify)
    assert done.exit_code == 1
    assert f"{path.name}: differs" in done.stdout
    assert "scores.wordings.1.answers.ease ces.mean: 4.9412 -> 2.9412" in done.stdout
    assert "1 of 2 periods" in done.output


def test_a_removed_file_is_reported(published: Office, run: Run, tmp_path: Path) -> None:
    for weeks in (4, 8):
        a_period(published, start=START + timedelta(weeks=weeks))
        published.wait(days=20)
        publish_period(run)
    (path,) = (tmp_path / "results").glob("2026-W44_*")
    path.unlink()
    assert "the period from 2026-10-26 on is missing; restore the file" in run(verify).output
    assert run(publish).exit_code == 1


def test_a_clock_that_was_set_back_prevents_publishing(
    published: Office, run: Run, tmp_path: Path
) -> None:
    _late_answers(published, 12)
    published.now = OVER - timedelta(hours=2)
    words = ("--correct", "2026-W41", "--why", "Twelve cases came in late.")
    code = code_of_preview(run(publish, *words).stdout)
    refused = run(publish, *words, "--approve", code, "--by", "A lead for tests")
    assert refused.exit_code == 1
    assert "was published on 22 November 2026, 13:00 CET, but this machine's clock shows" in (
        refused.output
    )
    assert _files(tmp_path) == [f"{PERIOD}_v1_2026-11-22.json"]


# --- corrections -----------------------------------------------------------------------------


def _late_answers(office: Office, count: int) -> None:
    with office.program.database.write() as tx:
        for number in range(count):
            at = START + timedelta(days=2, minutes=number)
            answer(office, tx, close(office, tx, 500 + number, at), 1, 5, at + timedelta(days=1))


def test_a_correction_is_a_new_file_with_its_changes_and_reason(
    published: Office, run: Run, tmp_path: Path
) -> None:
    _late_answers(published, 12)
    words = ("--correct", "2026-W41", "--why", "Twelve cases came in late.")
    preview = run(publish, *words).stdout
    assert "version 2" in preview
    assert "Reason: Twelve cases came in late." in preview
    assert "Changes participation.answered: 34 -> 46" in preview
    (old,) = (tmp_path / "results").iterdir()
    before = old.read_bytes()
    publish_period(run, *words)
    assert old.read_bytes() == before
    assert _files(tmp_path) == [
        f"{PERIOD}_v1_2026-11-22.json",
        f"{PERIOD}_v2_2026-11-25.json",
    ]
    published_now = read_folder(tmp_path / "results")
    assert [result.version for result in published_now.newest] == [2]
    newest = published_now.newest[0]
    assert newest.correction
    assert newest.correction.why == "Twelve cases came in late."
    assert "participation.answered: 34 -> 46" in newest.correction.changes
    done = run(verify)
    assert done.exit_code == 0, done.output
    assert "earlier versions, replaced by this one: 1" in done.stdout


def test_a_correction_of_few_cases_withholds_the_figures(
    published: Office, run: Run, tmp_path: Path
) -> None:
    _late_answers(published, 3)
    words = ("--correct", "2026-W41", "--why", "Three cases came in late.")
    text = run(publish, *words).stdout
    assert "  Scores: A correction changed so few cases that" in text
    assert "  Response rate: A correction changed so few cases that" in text
    lines = _lines(text)
    ces = lines.index("Customer Effort Score (CES), wording 1")
    assert lines[ces + 1] == "Answers 34 –"
    assert all(line.endswith(" –") for line in lines[ces + 1 : ces + 6])
    publish_period(run, *words)
    newest = read_folder(tmp_path / "results").newest[0]
    assert (newest.figures.scores, newest.figures.participation) == (None, None)
    assert newest.figures.withheld["scores"] == "small_change"
    assert run(verify).exit_code == 0


def test_the_reason_of_a_correction_must_not_identify_a_case(published: Office, run: Run) -> None:
    done = run(publish, "--correct", "2026-W41", "--why", "Case C28000 was counted twice.")
    assert done.exit_code == 2
    assert "contains details of case C28000" in " ".join(done.output.split())


def test_correct_figures_cannot_be_corrected(published: Office, run: Run) -> None:
    done = run(publish, "--correct", "2026-W40", "--why", "To be sure.")
    assert done.exit_code == 1
    assert "has not changed" in done.output


def test_a_correction_uses_the_rules_of_its_period(published: Office, tmp_path: Path) -> None:
    files = read_folder(tmp_path / "results")
    (first,) = files.results
    facts = published.program.facts
    stricter = facts.model_copy(
        update={
            "survey": facts.survey.model_copy(
                update={
                    "minimum_n": 35,
                    "share_minimum_n": 39,
                    "read_within_days": 1,
                    "follow_up_working_days": 9,
                }
            ),
            "metrics": tuple(
                one.model_copy(update={"target_seconds": None, "target_clock": None})
                for one in facts.metrics
            ),
        }
    )
    database = published.program.database

    def again() -> Draft:
        return correction(database, stricter, files, "2026-W41", "To be sure.", published.now)

    with pytest.raises(NothingToPublishError, match="has not changed"):
        again()
    _late_answers(published, 12)
    assert again().rules == first.rules


# --- sample data -----------------------------------------------------------------------------


def test_sample_data_is_published_separately_and_labelled(
    published: Office, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = run(publish, "--sample")
    assert refused.exit_code == 1
    assert "results is for real figures; set FEEDBACK_RESULTS to another folder" in refused.output
    monkeypatch.setenv("FEEDBACK_RESULTS", str(tmp_path / "other"))
    assert "no survey has been sent for a sample case" in run(publish, "--sample").stdout
    _change(published, "UPDATE cases SET source = 'sample'")
    assert "SAMPLE DATA" in run(publish, "--sample").stdout
    publish_period(run, "--sample")
    (path,) = (tmp_path / "other").iterdir()
    assert json.loads(path.read_text())["sample"] is True
    assert run(verify).exit_code == 0
    mixed = run(publish)
    assert mixed.exit_code == 1
    assert "holds sample data; set FEEDBACK_RESULTS to another folder" in mixed.output
    real = tmp_path / "results" / f"{PERIOD}_v1_2026-11-22.json"
    (tmp_path / "other" / real.name).write_bytes(real.read_bytes())
    with pytest.raises(ResultsError, match="holds sample data and real figures"):
        read_folder(tmp_path / "other")


def test_without_a_setting_and_a_folder_nothing_is_written_here(
    office: Office, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_period(office)
    monkeypatch.delenv("FEEDBACK_RESULTS")
    refused = run(publish)
    assert refused.exit_code == 1
    assert "results does not exist; set FEEDBACK_RESULTS to the folder that the site reads" in (
        refused.output
    )
    (tmp_path / "results").mkdir()
    assert run(publish).exit_code == 0


def test_the_command_line_is_in_the_audit_log(published: Office) -> None:
    (entry,) = published.rows("lead_actions")
    assert (entry["lead_name"], entry["action"]) == ("command line", "figures published")
    assert entry["subject"] == f"{PERIOD}_v1"


def test_the_repository_contains_no_sample_results() -> None:
    assert not read_folder(Path(__file__).parents[2] / "results").is_sample


def test_requested_contacts_are_counted_by_their_follow_ups(
    office: Office, run: Run, tmp_path: Path
) -> None:
    with office.program.database.write() as tx:
        for number in range(12):
            invitation_id = close(office, tx, number, START)
            # A Tuesday, so there is time until the end of Thursday.
            at = START + timedelta(days=1)
            answer(office, tx, invitation_id, 1, 3, at, contact_welcome=True)
            due = due_on(at, 2, office.program.zone, None)
            assert follow_ups.open_for(tx, invitation_id, at, due)
            if number < 7:
                done = at + timedelta(days=2 if number < 5 else 3)
                outcome: FollowUpOutcome = "not_reached" if number == 0 else "contacted"
                follow_ups.close(tx, invitation_id, 1, outcome, "A remark for tests.", done)
    office.now = OVER
    contacted = "whom we contacted within 2 working days – 4 of 12"
    assert contacted in " ".join(run(publish).stdout.split())
    publish_period(run)
    database = office.program.database
    with database.write() as tx:
        for row in some(office.rows("follow_ups")):
            if row["outcome"]:
                assert follow_ups.open_for(tx, row["invitation_id"], office.now, due)
    assert run(verify).exit_code == 0, "another follow-up takes no contact back"
    with database.write() as tx:
        for row in office.rows("follow_ups"):
            follow_ups.close(tx, row["invitation_id"], 1, "contacted", "", office.now)
    assert run(verify).exit_code == 0, "and a later one makes none"
    office.wait(days=4000)
    end_lifetimes(office.program, office.now)
    assert all(row["remark"] is None for row in some(office.rows("follow_ups")))
    assert run(verify).exit_code == 0
