"""Sample data says that it is sample data, names nobody, and is loaded once."""

from urllib.parse import urlsplit

from feedback_app import sample
from feedback_app.base import times
from feedback_app.base.weeks import weeks_back
from feedback_app.records import SAMPLE_SOURCE
from tests.support.office import Office
from tests.support.some import some


def test_sample_data_is_loaded_once(office: Office) -> None:
    count = sample.load(office.program, office.now)
    assert count > 0
    assert len(office.rows("cases")) == len(office.rows("invitations")) == count
    assert sample.load(office.program, office.now) == 0
    assert len(office.rows("cases")) == count


def test_sample_data_names_no_person_and_is_labelled(office: Office) -> None:
    sample.load(office.program, office.now)
    for case in some(office.rows("cases")):
        assert case["source"] == SAMPLE_SOURCE
        assert case["case_number"].startswith("SAMPLE-")
        assert (case["customer"], case["contact_email"]) == (None, None)
    comments = [answer["comment"] for answer in office.rows("answers") if answer["comment"]]
    assert comments
    assert all(comment.startswith("Sample comment:") for comment in comments)


def test_sample_data_sends_no_email(office: Office) -> None:
    sample.load(office.program, office.now)
    sample.mint(office.program, 3, office.now)
    assert office.rows("outbox") == []


def test_sample_answers_are_in_the_past(office: Office) -> None:
    sample.load(office.program, office.now)
    invited = {row["id"]: row["created_at"] for row in office.rows("invitations")}
    for answer in some(office.rows("answers")):
        assert invited[answer["invitation_id"]] < answer["answered_at"]


def test_a_minted_link_opens_a_survey_marked_as_sample(office: Office) -> None:
    first, second = sample.mint(office.program, 2, office.now)
    assert first != second
    page = office.client().get(urlsplit(first).path)
    assert page.status_code == 200
    assert "Sample data: this case does not exist." in page.text


def test_the_sample_data_leaves_the_last_weeks_unread(
    sqlite_office: Office,
) -> None:
    office = sqlite_office
    sample.load(office.program, office.now)
    unread = office.unread()
    first_of_arrival = {
        row["invitation_id"]: row["answered_week"] for row in office.rows("answers")
    }
    assert unread
    assert {week for _, week in unread} <= set(weeks_back("2026-W48", 3))
    assert len(unread) < len(first_of_arrival) / 5


def test_every_sample_answer_was_read_before_it_was_discussed(sqlite_office: Office) -> None:
    office = sqlite_office
    sample.load(office.program, office.now)
    steps = [row for row in office.rows("progress") if row["discussed_at"]]
    assert steps
    assert all(row["read_at"] <= row["discussed_at"] for row in steps)


def test_the_sample_data_has_closed_and_open_follow_ups(sqlite_office: Office) -> None:
    office = sqlite_office
    sample.load(office.program, office.now)
    closed = [row["closed_at"] for row in office.rows("follow_ups")]
    assert any(closed)
    assert None in closed
    assert all(one is None or one < times.to_text(office.now) for one in closed)
