"""When emails about a closed case leave, and to whom."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from feedback_app.commands.contacts import opt_out
from feedback_app.commands.outbox import outbox_group
from feedback_app.intake.deliveries import CaseDelivery, accept_all
from feedback_app.invitations import Sampling
from feedback_app.records import ClosedCase, Reopening
from feedback_app.reports.markdown_export import week_as_markdown
from feedback_app.reports.weeks import review_week
from feedback_app.survey.renewals import renew
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
        delayed.program.case_intake.release_links(tx, [result.invitation_id], NOW)
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


def now_never_asked(office: Office, *listed: str) -> Office:
    """Return the office after a start with more addresses that are not asked."""
    restarted = office.ruled(never_ask=listed)
    settings = office.program.settings.model_copy(update={"reply_to": "own@customer.example"})
    restarted.program = replace(restarted.program, settings=settings)
    return restarted


def test_a_contact_who_is_listed_during_the_delay_gets_the_email_without_the_survey(
    delayed: Office,
) -> None:
    result = delayed.receive(a_case())
    assert result.invitation_id
    delayed.now = NEXT_DAY
    assert now_never_asked(delayed, "customer.example").deliver() == 1
    (mail,) = delayed.mails()
    assert "/f/" not in str(mail)
    assert delayed.invitation(result.invitation_id).withheld_because == "excluded"


def test_an_address_that_became_ours_during_the_delay_gets_no_email(delayed: Office) -> None:
    result = delayed.receive(a_case(contact_email="own@customer.example"))
    assert result.invitation_id
    delayed.now = NEXT_DAY
    assert now_never_asked(delayed).deliver() == 0
    assert delayed.deliver() == 0, "the email was withdrawn"
    assert delayed.invitation(result.invitation_id).withheld_because == "own_address"


def test_a_survey_that_is_sent_again_is_withdrawn_if_its_contact_opts_out_first(
    office: Office,
) -> None:
    invitation_id = office.invite()
    office.wait(days=1)
    with office.program.database.write() as tx:
        renew(office.program, tx, invitation_id, "lead", office.now)
    assert office.run(opt_out, ADDRESS).exit_code == 0
    assert office.deliver() == 0
    assert office.invitation(invitation_id).withheld_because is None, "the survey was sent before"


def test_a_lead_may_send_the_survey_to_a_listed_contact(office: Office) -> None:
    listed = office.ruled(never_ask=("customer.example",))
    result = listed.receive(a_case())
    assert result.withheld_because == "excluded"
    with listed.program.database.write() as tx:
        renew(listed.program, tx, result.invitation_id or "", "lead", listed.now)
    assert listed.deliver() == 1
    assert any("/f/" in str(mail) for mail in listed.mails())


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


# Asking about a share of the cases


def sampled(office: Office, percent: int) -> set[str]:
    """Return the numbers of 400 cases that are asked about."""
    sampling = office.ruled(sampling_percent=percent).program.case_intake.sampling
    cases = [a_case(str(number)) for number in range(400)]
    return {case.case_number for case in cases if sampling.includes(case)}


def one_case(office: Office, is_asked: bool) -> ClosedCase:
    """Return a case that is asked about, or one that is not."""
    sampling = office.program.case_intake.sampling
    cases = (a_case(str(number), language="en") for number in count())
    return next(case for case in cases if sampling.includes(case) == is_asked)


@pytest.fixture
def sampling(office: Office) -> Office:
    return office.ruled(sampling_percent=50)


def test_about_the_stated_share_is_asked_and_a_larger_share_asks_the_same_ones_too(
    sqlite_office: Office,
) -> None:
    asked = {percent: sampled(sqlite_office, percent) for percent in (1, 10, 50, 90, 100)}
    assert len(asked[100]) == 400
    assert 160 < len(asked[50]) < 240
    assert asked[1] <= asked[10] <= asked[50] <= asked[90] <= asked[100]


def test_the_sample_depends_on_the_secret_key_and_on_the_source() -> None:
    cases = [a_case(str(number)) for number in range(100)]
    ours, theirs = Sampling(50, "one key"), Sampling(50, "another key")
    elsewhere = [replace(case, source="elsewhere") for case in cases]
    assert [*map(ours.includes, cases)] != [*map(theirs.includes, cases)]
    assert [*map(ours.includes, cases)] != [*map(ours.includes, elsewhere)]


def test_a_customer_who_is_not_in_the_sample_gets_the_email_without_the_survey(
    sampling: Office,
) -> None:
    assert sampling.receive(one_case(sampling, False)).withheld_because == "not_sampled"
    assert sampling.deliver() == 1
    (mail,) = sampling.mails()
    assert "is closed" in mail["Subject"]
    assert "/f/" not in str(mail)


def test_a_closing_that_is_sent_again_later_gets_the_same_decision(sampling: Office) -> None:
    for is_asked in (True, False):
        case = one_case(sampling, is_asked)
        sampling.receive(case)
        sampling.wait(days=1)
        assert sampling.receive(case).outcome == "known"
        later = replace(case, closed_at=sampling.now, closure_key="")
        assert (sampling.receive(later).withheld_because is None) == is_asked


def test_a_case_without_an_address_is_in_the_sample_or_not(sampling: Office) -> None:
    asked, other = (replace(one_case(sampling, one), contact_email=None) for one in (True, False))
    assert sampling.receive(asked).withheld_because == "no_address"
    assert sampling.receive(other).withheld_because == "not_sampled"
    again = sampling.receive(replace(other, contact_email=ADDRESS))
    assert (again.outcome, again.withheld_because) == ("completed", "not_sampled")
    assert sampling.deliver() == 1, "the closure email follows without the survey"


def test_a_case_system_gets_no_link_of_a_case_that_is_not_in_the_sample(sampling: Office) -> None:
    for is_asked in (True, False):
        case = replace(one_case(sampling, is_asked), contact_email=None)
        with sampling.program.database.write() as tx:
            (message,) = accept_all(
                tx, sampling.program, [CaseDelivery(case=case, send=False)], NOW
            )
        assert bool(message.survey_link) == is_asked


def test_ask_anyway_asks_about_a_case_that_is_not_in_the_sample(sampling: Office) -> None:
    case = one_case(sampling, False)
    assert sampling.receive(case, ask_anyway=True).withheld_because is None
    other = replace(case, case_id=f"0{case.case_id}")
    while sampling.program.case_intake.sampling.includes(other):
        other = replace(other, case_id=f"0{other.case_id}")
    result = sampling.receive(other)
    assert result.withheld_because == "not_sampled"
    with sampling.program.database.write() as tx:
        renew(sampling.program, tx, result.invitation_id or "", "lead", NOW)
    sampling.deliver()
    assert sampling.invitation(result.invitation_id or "").state(NOW) == "handed_over"


def test_the_response_rate_ignores_cases_that_are_not_in_the_sample(sampling: Office) -> None:
    for is_asked in (True, False):
        sampling.receive(one_case(sampling, is_asked))
    sampling.deliver()
    cohort = review_week(sampling.program.database, "2026-W48", sampling.program.facts, NOW).cohort
    assert (cohort.closed, cohort.reached) == (2, 1)
    assert cohort.withheld == (("not_sampled", 1),)


def test_the_week_names_the_sampled_share(sampling: Office) -> None:
    sampling.receive(one_case(sampling, True))
    sampling.deliver()
    review = review_week(sampling.program.database, "2026-W48", sampling.program.facts, NOW)
    text = week_as_markdown(review, sampling.program.facts)
    assert "We ask about 50% of the closed cases, chosen at random." in " ".join(text.split())
