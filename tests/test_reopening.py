"""Cases that are reopened, closed again, or completed by a later delivery."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback_app.commands.contacts import opt_out
from feedback_app.commands.links import link
from feedback_app.invitations import IntakeResult
from feedback_app.mail.closure import CLOSURE
from feedback_app.records import Reopening
from feedback_app.reports.weeks import review_week
from tests.support.cohort_cases import became
from tests.support.office import NOW, Customer, Office, a_case

NUMBER = "00012345"
ADDRESS = "contact@customer.example"
_examples = count()


def reopen(office: Office, number: str = NUMBER, **changes: Any) -> int:
    with office.program.database.write() as tx:
        reopening = Reopening("tests", number, changes.get("at", office.now))
        return office.program.case_intake.reopen(tx, reopening, office.now)


def invitation(office: Office, result: IntakeResult) -> Any:
    assert result.invitation_id
    return office.invitation(result.invitation_id)


def waiting(office: Office) -> list[str]:
    """Return the recipients of the closure emails that would be sent now."""
    return [
        row["recipient"]
        for row in office.rows("outbox")
        if not row["sent_at"] and not row["refused_at"] and row["kind"] == CLOSURE
    ]


# Completing a closing


def test_a_later_delivery_fills_in_what_the_earlier_one_lacked(office: Office) -> None:
    opened = NOW - timedelta(days=2)
    office.receive(a_case(customer=None))
    more = {"language": "de", "team": "A", "case_kind": "software", "opened_at": opened}
    assert office.receive(a_case(**more)).outcome == "completed"
    (case,) = office.rows("cases")
    assert (case["language"], case["team"], case["case_kind"]) == ("de", "A", "software")
    assert case["customer"] == "A customer for tests"
    assert case["opened_at"] == "2026-11-22T12:00:00Z"
    assert office.receive(a_case(**more)).outcome == "known"
    assert len(office.mails()) == 1


def test_a_later_delivery_overwrites_nothing_and_names_what_differs(office: Office) -> None:
    office.receive(a_case(language="de"))
    again = a_case(contact_email="other@customer.example", language="en", team="A")
    result = office.receive(again)
    assert (result.outcome, result.differing) == ("completed", ("language", "contact_email"))
    (case,) = office.rows("cases")
    assert (case["language"], case["contact_email"]) == ("de", ADDRESS)


def test_times_and_durations_that_contradict_known_ones_are_not_filled_in(office: Office) -> None:
    office.receive(a_case(resolution_seconds=60, duration_clock="business"))
    later = NOW - timedelta(minutes=30)
    office.receive(
        a_case(
            closed_at=NOW,
            first_response_at=later,
            first_response_seconds=7,
            duration_clock="calendar",
        )
    )
    (case,) = office.rows("cases")
    assert case["first_response_at"] is None, "it is after the stored closing time"
    assert case["first_response_seconds"] is None, "it counts other hours"
    assert case["duration_clock"] == "business"


def test_the_survey_goes_out_when_the_address_arrives(office: Office) -> None:
    first = office.receive(a_case(contact_email=None))
    office.wait(days=3)
    again = office.receive(a_case())
    assert (again.outcome, again.withheld_because) == ("completed", None)
    assert waiting(office) == [ADDRESS]
    lifetime = timedelta(days=office.program.facts.survey.link_lifetime_days)
    assert invitation(office, first).expires_at == office.now + lifetime
    office.deliver()
    assert invitation(office, first).state(office.now) == "handed_over"
    assert office.receive(a_case()).outcome == "known"
    assert waiting(office) == []


def _opted_out(office: Office) -> None:
    assert office.run(opt_out, ADDRESS).exit_code == 0


def _asked_recently(office: Office) -> None:
    office.invite("another")


def _closed_again(office: Office) -> None:
    office.receive(a_case(closed_at=NOW + timedelta(days=2)))


def _time_passes(office: Office) -> None:
    office.wait(days=office.program.facts.survey.asking_limit_days)


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        (_opted_out, "opt_out"),
        (_asked_recently, "quiet_period"),
        (_closed_again, "superseded"),
        (_time_passes, "too_old"),
    ],
)
def test_all_rules_apply_when_the_address_arrives(
    office: Office, before: Callable[[Office], None], reason: str
) -> None:
    office = office.ruled(quiet_period_days=30)
    office.receive(a_case(contact_email=None))
    before(office)
    expected = waiting(office)
    assert office.receive(a_case()).withheld_because == reason
    assert waiting(office) == expected


def test_a_customer_who_answered_without_an_address_is_not_asked_again(office: Office) -> None:
    first = office.receive(a_case(contact_email=None))
    assert first.invitation_id
    assert office.run(link, NUMBER).exit_code == 0
    assert Customer(office, first.invitation_id).send(ease="4", satisfaction="5").status_code == 303
    assert office.receive(a_case()).outcome == "completed"
    assert waiting(office) == []


def test_personal_data_that_was_erased_is_not_filled_in_again(office: Office) -> None:
    office.receive(a_case())
    office.erase(case_number=NUMBER)
    assert office.receive(a_case(team="A")).outcome == "known"
    (case,) = office.rows("cases")
    assert (case["contact_email"], case["customer"], case["team"]) == (None, None, None)


def test_a_closing_is_not_completed_after_the_shortest_retention_period(office: Office) -> None:
    office.receive(a_case(customer=None))
    office.wait(days=office.program.facts.period("subject").days)
    assert office.receive(a_case()).outcome == "known"
    assert office.rows("cases")[0]["customer"] is None


def test_figures_of_the_past_do_not_change_when_an_address_arrives(office: Office) -> None:
    first = office.receive(a_case(contact_email=None))
    office.wait(days=1)
    office.receive(a_case())
    database = office.program.database
    assert first.invitation_id
    assert [became(database, at) for at in (NOW, office.now)] == [["not_asked"], ["not_delivered"]]


# Reopening a case


def test_a_reopened_case_gets_no_survey(office: Office) -> None:
    result = office.receive(a_case())
    assert reopen(office) == 1
    assert (waiting(office), office.deliver()) == ([], 0)
    assert invitation(office, result).state(office.now) == "withheld"
    assert reopen(office) == 0, "a repeated report changes nothing"


def test_a_case_that_is_closed_again_within_a_day_gets_its_survey_once(office: Office) -> None:
    first = office.receive(a_case())
    reopen(office)
    office.wait(hours=3)
    for _ in range(2):
        office.receive(a_case(closed_at=office.now))
    assert waiting(office) == [ADDRESS]
    assert office.deliver() == 1
    assert invitation(office, first).state(office.now) == "handed_over"
    assert len(office.rows("cases")) == 1


def test_a_case_that_is_closed_again_later_gets_a_new_survey(office: Office) -> None:
    first = office.invite(closed_at=office.now)
    reopen(office)
    office.wait(days=2)
    second = office.receive(a_case(closed_at=office.now))
    assert (second.outcome, waiting(office)) == ("new", [ADDRESS])
    page = Customer(office, first).open()
    assert page.status_code == 410
    assert "use the link in our newer email" in " ".join(page.text.split())


def test_an_unanswered_link_says_that_the_case_is_open_again(office: Office) -> None:
    customer = Customer(office, office.invite(closed_at=office.now))
    reopen(office)
    page = customer.open()
    assert page.status_code == 410
    text = "is open again. We will send you a new survey when it is closed."
    assert text in " ".join(page.text.split())
    german = " ".join(customer.open("?lang=de").text.split())
    assert "Sobald er geschlossen ist, senden wir Ihnen eine neue Umfrage." in german
    assert customer.send(ease="4", satisfaction="5", comment="typed").status_code == 410
    assert customer.answers == []
    refused = office.run(link, NUMBER)
    assert (refused.exit_code, "no longer accepts an answer" in refused.output) == (1, True)
    office.wait(hours=2)
    office.receive(a_case(closed_at=office.now))
    assert office.deliver() == 1, "the announced survey comes, within a day with the same link"
    assert customer.send(ease="4", satisfaction="5").status_code == 303


def test_an_answer_stays_when_the_case_is_reopened(office: Office) -> None:
    customer = Customer(office, office.invite(closed_at=office.now))
    customer.send(ease="1", satisfaction="1")
    assert reopen(office) == 0
    assert office.invitation(customer.invitation_id).state(office.now) == "answered"
    office.wait(hours=3)
    assert office.receive(a_case(closed_at=office.now)).outcome == "known"
    office.wait(days=2)
    assert office.receive(a_case(closed_at=office.now)).outcome == "new"


def test_a_reopening_before_the_closing_changes_nothing(office: Office) -> None:
    office.receive(a_case())
    assert reopen(office, at=NOW - timedelta(hours=2)) == 0
    assert waiting(office) == [ADDRESS]


def test_a_reopening_that_arrives_before_its_closing_withholds_the_survey(office: Office) -> None:
    assert reopen(office) == 0
    assert office.receive(a_case()).withheld_because == "reopened"
    assert waiting(office) == []
    office.wait(hours=3)
    office.receive(a_case(closed_at=office.now))
    assert waiting(office) == [ADDRESS]


def test_another_case_stays_as_it_is(office: Office) -> None:
    office.receive(a_case("1"))
    office.receive(a_case("2", source="another"))
    assert reopen(office, "2") == 0
    assert len(waiting(office)) == 2


def test_who_opted_out_meanwhile_gets_no_survey_when_the_case_is_closed_again(
    office: Office,
) -> None:
    office.receive(a_case())
    reopen(office)
    _opted_out(office)
    office.wait(hours=3)
    assert office.receive(a_case(closed_at=office.now)).withheld_because == "opt_out"
    assert waiting(office) == []


def test_a_survey_whose_email_bounced_is_not_sent_to_that_address_again(office: Office) -> None:
    result = office.receive(a_case())
    office.deliver()
    with office.program.database.write() as tx:
        tx.run("UPDATE invitations SET bounced_at = :now", now=office.now)
    assert reopen(office) == 0
    office.wait(hours=3)
    office.receive(a_case(closed_at=office.now))
    assert waiting(office) == []
    assert invitation(office, result).state(office.now) == "bounced"


def test_the_response_rate_leaves_reopened_cases_out_unless_the_survey_was_sent(
    office: Office,
) -> None:
    office.receive(a_case("unsent"))
    reopen(office, "unsent")
    office.invite("sent", closed_at=office.now)
    reopen(office, "sent")
    program = office.program
    cohort = review_week(program.database, "2026-W48", program.facts, office.now).cohort
    assert (cohort.closed, cohort.reached, cohort.withheld) == (2, 1, (("reopened", 1),))
    assert became(program.database, office.now) == ["not_asked", "reached"]


# Any order

# Two closings within a day are one; those of different groups are days apart.
EVENT = st.tuples(
    st.sampled_from(["close", "close without address", "reopen"]),
    st.sampled_from([0, 2, 4, 6, 100, 102, 104, 106, 200, 203, 206]),
)


def _apply(office: Office, number: str, kind: str, hours: int) -> None:
    at = NOW - timedelta(days=12) + timedelta(hours=hours)
    if kind == "reopen":
        reopen(office, number, at=at + timedelta(hours=1))
        return
    address = None if kind == "close without address" else f"{number}@customer.example"
    office.receive(a_case(number, closed_at=at, contact_email=address))


def _result(office: Office, number: str) -> Any:
    """Return the state of each closing, the newest one's reason, and the waiting emails."""
    ask = office.program.database.ask
    rows = ask(
        """SELECT withheld_because, superseded_at, contact_email FROM cases
           JOIN invitations ON case_ref = cases.id WHERE case_id = :number ORDER BY closed_at""",
        number=number,
    )
    asked = [not (row["withheld_because"] or row["superseded_at"]) for row in rows]
    emails = [one for one in waiting(office) if one == f"{number}@customer.example"]
    addresses = [row["contact_email"] is not None for row in rows]
    return asked, rows and rows[-1]["withheld_because"], addresses, len(emails)


@given(events=st.lists(EVENT, max_size=8), data=st.data())
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_events_in_any_order_and_repeated_lead_to_the_same_state(
    sqlite_office: Office, events: list[tuple[str, int]], data: Any
) -> None:
    office = sqlite_office
    # Each group of closings has an address in the end.
    groups = {hours // 100 * 100 for kind, hours in events if kind != "reopen"}
    events = [*events, *(("close", hours) for hours in groups)]
    repeated = data.draw(st.lists(st.sampled_from(events), max_size=3)) if events else []
    shuffled = data.draw(st.permutations([*events, *repeated]))
    ordered, mixed = f"o{next(_examples)}", f"m{next(_examples)}"
    for kind, hours in sorted(events, key=lambda one: (one[1], one[0] == "reopen")):
        _apply(office, ordered, kind, hours)
    for kind, hours in shuffled:
        _apply(office, mixed, kind, hours)
    assert _result(office, mixed) == _result(office, ordered)
    last = max(events, key=lambda one: (one[1], one[0] == "reopen"), default=None)
    is_asked = bool(groups) and last is not None and last[0] != "reopen"
    assert _result(office, mixed)[3] == is_asked


def test_closing_reopening_and_completing_at_the_same_time_is_safe(office: Office) -> None:
    def act(at: int) -> None:
        number, kind = str(at % 8), at // 8
        if kind == 0:
            office.receive(a_case(number, contact_email=None))
        elif kind == 1:
            reopen(office, number)
        elif kind == 2:
            office.receive(a_case(number))
        else:
            office.receive(a_case(number, closed_at=NOW + timedelta(hours=int(number) - 4)))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(act, [*range(32), *range(32)]))
    reasons = {
        row["case_number"]: row["withheld_because"]
        for row in office.program.database.ask(
            """SELECT case_number, withheld_because FROM cases
               JOIN invitations ON case_ref = cases.id"""
        )
    }
    # The last closing of the cases 5 to 7 is after their reopening.
    expected = {str(at): None if at > 4 else "reopened" for at in range(8)}
    assert reasons == expected
    assert len(waiting(office)) == 3
