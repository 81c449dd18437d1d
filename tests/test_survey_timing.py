"""When emails about a closed case leave, and to whom."""

from datetime import UTC, datetime, timedelta

import pytest

from feedback_app.commands.contacts import opt_out
from feedback_app.commands.outbox import outbox_group
from feedback_app.records import Reopening
from tests.support.office import NOW, Office, a_case

ADDRESS = "contact@customer.example"
# Tuesday, 24 November 2026, is `NOW`: 13:00 in Berlin. Six working hours later it is 11:00.
NEXT_DAY = datetime(2026, 11, 25, 10, tzinfo=UTC)


@pytest.fixture
def delayed(office: Office) -> Office:
    return office.ruled(survey_delay_hours=6)


def test_the_email_leaves_after_the_delay_in_working_hours(delayed: Office) -> None:
    delayed.receive(a_case())
    for moment in (NOW, NOW + timedelta(hours=6), NEXT_DAY - timedelta(seconds=1)):
        delayed.now = moment
        assert delayed.deliver() == 0
    delayed.now = NEXT_DAY
    assert delayed.deliver() == 1


def test_a_case_that_is_reopened_before_the_email_leaves_gets_none(delayed: Office) -> None:
    delayed.receive(a_case())
    delayed.wait(hours=2)
    with delayed.program.database.write() as tx:
        delayed.program.case_intake.reopen(tx, Reopening("tests", "00012345", delayed.now), NOW)
    delayed.now = NEXT_DAY
    assert delayed.deliver() == 0


def test_a_case_that_is_closed_again_gets_one_email_after_the_whole_delay(delayed: Office) -> None:
    first = delayed.receive(a_case())
    delayed.wait(hours=2)
    with delayed.program.database.write() as tx:
        delayed.program.case_intake.reopen(tx, Reopening("tests", "00012345", delayed.now), NOW)
    delayed.wait(hours=1)
    again = delayed.receive(a_case(closed_at=delayed.now))
    assert again.invitation_id == first.invitation_id
    delayed.now = NEXT_DAY
    assert delayed.deliver() == 0
    # Closed again at 16:00, so one hour passed on Tuesday and five on Wednesday.
    delayed.now = NEXT_DAY + timedelta(hours=3)
    assert delayed.deliver() == 1


def test_the_link_works_for_its_whole_lifetime_after_a_delayed_email(delayed: Office) -> None:
    result = delayed.receive(a_case())
    assert result.invitation_id
    lifetime = delayed.program.link_lifetime
    assert delayed.invitation(result.invitation_id).expires_at == NEXT_DAY + lifetime
    delayed.now = late = NEXT_DAY + timedelta(days=3)
    delayed.deliver()
    invitation = delayed.invitation(result.invitation_id)
    assert (invitation.handed_over_at, invitation.expires_at) == (late, late + lifetime)


def test_a_case_system_that_sends_the_link_itself_does_not_wait(delayed: Office) -> None:
    result = delayed.receive(a_case())
    assert result.invitation_id
    with delayed.program.database.write() as tx:
        delayed.program.case_intake.release_link(tx, result.invitation_id, NOW)
    invitation = delayed.invitation(result.invitation_id)
    assert invitation.expires_at == NOW + delayed.program.link_lifetime


def test_a_delayed_email_is_dated_when_it_was_due(delayed: Office) -> None:
    delayed.receive(a_case())
    (mail,) = delayed.mails()
    assert mail["Date"].datetime == NEXT_DAY


def test_a_customer_who_opts_out_during_the_delay_gets_the_email_without_the_survey(
    delayed: Office,
) -> None:
    result = delayed.receive(a_case())
    assert result.invitation_id
    assert delayed.run(opt_out, ADDRESS).exit_code == 0
    delayed.now = NEXT_DAY
    assert delayed.deliver() == 1
    (mail,) = delayed.mails()
    assert "/f/" not in str(mail)
    invitation = delayed.invitation(result.invitation_id)
    assert (invitation.state(NEXT_DAY), invitation.withheld_because) == ("withheld", "opt_out")


def test_the_list_of_waiting_emails_says_when_each_leaves(delayed: Office) -> None:
    delayed.receive(a_case())
    assert "leaves 2026-11-25 11:00" in delayed.run(outbox_group, "list").output


def test_after_a_restore_an_email_that_leaves_later_does_not_count_as_sent(
    delayed: Office,
) -> None:
    delayed.receive(a_case())
    delayed.wait(minutes=1)
    released = delayed.run(outbox_group, "release", "--sent-before", delayed.now.isoformat())
    assert released.output.startswith("0 counted as sent, 1 released")
