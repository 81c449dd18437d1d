"""Who is asked, when, and why not."""

from datetime import timedelta

import pytest
from office import NOW, Office, a_case


def _withheld(office: Office) -> list[str | None]:
    return [row["withheld_because"] for row in office.rows("invitations")]


def test_a_closed_case_gets_one_invitation_and_one_mail(office: Office) -> None:
    receipt = office.receive(a_case())
    assert (receipt.outcome, receipt.withheld_because) == ("new", None)
    assert [row["case_number"] for row in office.rows("cases")] == ["00012345"]
    assert [mail["To"] for mail in office.mails()] == ["contact@customer.example"]


def test_the_same_closing_again_changes_nothing(office: Office) -> None:
    office.receive(a_case())
    assert office.receive(a_case()).outcome == "known"
    assert len(office.rows("cases")) == len(office.rows("invitations")) == len(office.mails()) == 1


@pytest.mark.parametrize("hours", [-23.9, 0.1, 23.9])
def test_closing_again_within_a_day_is_the_same_closing(office: Office, hours: float) -> None:
    office.receive(a_case())
    again = a_case(closed_at=NOW - timedelta(hours=1) + timedelta(hours=hours))
    assert office.receive(again).outcome == "known"
    assert len(office.rows("invitations")) == 1


def test_closing_again_later_supersedes_an_unanswered_invitation(office: Office) -> None:
    first = office.receive(a_case(closed_at=NOW - timedelta(days=3))).invitation_id
    second = office.receive(a_case()).invitation_id
    assert first and second
    assert office.invitation(first).state(NOW) == "withheld"
    assert office.invitation(second).state(NOW) == "waiting"


def test_closing_again_later_keeps_an_answered_invitation(office: Office) -> None:
    first = office.invite(closed_at=NOW - timedelta(days=3))
    office.wait(minutes=5)
    page = office.client().get(office.path(first))
    value = page.text.split('name="page" value="')[1].split('"')[0]
    office.wait(seconds=20)
    sent = {"page": value, "ease": "4", "satisfaction": "5", "comment": ""}
    assert office.client().post(office.path(first), data=sent).status_code == 303
    office.receive(a_case())
    assert office.invitation(first).state(office.now) == "answered"
    assert office.invitation(first).superseded_at is None
    assert [answer.ease for answer in office.answers(first)] == [4]


def test_an_older_closing_that_comes_in_late_is_not_asked_about(office: Office) -> None:
    office.receive(a_case())
    late = office.receive(a_case(closed_at=NOW - timedelta(days=3)))
    assert late.withheld_because == "superseded"
    assert len(office.mails()) == 1


def test_a_case_closed_longer_ago_than_the_limit_is_kept_but_not_asked(office: Office) -> None:
    old = NOW - timedelta(days=office.wiring.facts.survey.asking_limit_days, hours=1)
    receipt = office.receive(a_case(closed_at=old))
    assert receipt.withheld_because == "too_old"
    assert len(office.rows("cases")) == 1
    assert office.mails() == []


def test_an_old_case_is_asked_when_told_so(office: Office) -> None:
    old = NOW - timedelta(days=400)
    assert office.receive(a_case(closed_at=old), ask_anyway=True).withheld_because is None
    assert len(office.mails()) == 1


def test_a_case_without_address_is_kept_for_a_link_by_hand(office: Office) -> None:
    assert office.receive(a_case(contact_email=None)).withheld_because == "no_address"
    assert _withheld(office) == ["no_address"]
    assert office.mails() == []


def test_the_cohort_is_the_week_of_closing_where_the_team_works(office: Office) -> None:
    sunday_night_in_utc = NOW.replace(day=22, hour=23, minute=30)
    office.receive(a_case(closed_at=sunday_night_in_utc))
    assert [row["closed_week"] for row in office.rows("cases")] == ["2026-W48"]


def test_the_same_number_in_two_case_systems_is_two_cases(office: Office) -> None:
    office.receive(a_case())
    assert office.receive(a_case(source="another")).outcome == "new"
    assert len(office.rows("cases")) == 2
