"""The counts that the database makes, against counting record by record, on both engines."""

import random
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from feedback_app.base.times import from_text
from feedback_app.base.weeks import week_bounds, weeks_back
from feedback_app.records import Answer, ClosedWeek, WeekTotals
from feedback_app.reports.weeks import review_week
from feedback_app.review.groups import sum_groups
from feedback_app.store import (
    annulments,
    answered_cases,
    answers,
    closed_cases,
    final_weeks,
    progress,
    week_scores,
    week_totals,
)
from tests.support.answered import closed_in, closed_week
from tests.support.durations import first_response
from tests.support.office import Office

WEEK = "2026-W46"
KINDS = ("software", "security", None)
TEAMS = ("Blue", "red", None)


@pytest.fixture
def filled(team_office: Office) -> Office:
    """Return an office with 150 cases of all states, closed and answered around WEEK."""
    rng = random.Random(46)
    for number in range(150):
        _add_case(team_office, rng, number)
    return team_office


def _add_case(office: Office, rng: random.Random, number: int) -> None:
    zone, invitation_id = office.program.zone, f"invitation-{number:04}"
    week = rng.choice(weeks_back("2026-W47", 3))
    start, _ = week_bounds(week, zone)
    opened = start + timedelta(hours=rng.randrange(30))
    closed = opened + timedelta(hours=rng.randrange(1, 130))
    clock = rng.choice(["calendar", "business", None])
    with office.program.database.write() as tx:
        tx.run(
            """INSERT INTO cases (id, source, case_id, closure_key, case_number, case_kind, team,
                   customer, language, closure_reason, opened_at, first_response_at, closed_at,
                   first_response_seconds, duration_clock, closed_week, received_at)
               VALUES (:id, :source, :id, '1', :id, :kind, :team, :customer, :language, :reason,
                   :opened, :response, :closed, :seconds, :clock, :week, :closed)""",
            id=f"case-{number}",
            source=rng.choice(["sample", "crm"]),
            kind=rng.choice(KINDS),
            reason=rng.choice(["confirmed", "confirmed", "no_reply", None]),
            team=rng.choice(TEAMS),
            customer=rng.choice(["Acme", None]),
            language=rng.choice(["en", "de"]),
            opened=rng.choice([opened, None]),
            response=rng.choice([opened + timedelta(minutes=rng.randrange(-20, 130)), None]),
            closed=closed,
            seconds=rng.choice([None, rng.randrange(7200)]) if clock else None,
            clock=clock,
            week=week,
        )
        tx.run(
            """INSERT INTO invitations (id, case_ref, created_at, expires_at, withheld_because,
                   handed_over_at, bounced_at, superseded_at, reminded_at)
               VALUES (:id, :case, :closed, :expires, :withheld, :sent, :bounced, :superseded,
                   :reminded)""",
            id=invitation_id,
            case=f"case-{number}",
            closed=closed,
            expires=closed + timedelta(days=rng.choice([3, 14])),
            withheld=rng.choice([None, None, "opt_out"]),
            sent=rng.choice([None, closed, closed]),
            bounced=rng.choice([None, None, closed]),
            superseded=rng.choice([None, None, None, closed]),
            reminded=rng.choice([None, closed + timedelta(days=rng.randrange(9))]),
        )
    if rng.random() < 0.6:
        _answer(office, rng, invitation_id)


def _answer(office: Office, rng: random.Random, invitation_id: str) -> None:
    week = rng.choice(weeks_back("2026-W47", 2))
    start, _ = week_bounds(week, office.program.zone)
    at = start + timedelta(hours=rng.randrange(160))
    with office.program.database.write() as tx:
        for revision in range(1, rng.choice([2, 3])):
            answer = Answer(
                invitation_id=invitation_id,
                revision=revision,
                ease=rng.randrange(1, 6),
                satisfaction=rng.randrange(1, 6),
                comment=rng.choice(["", "Words"]),
                contact_welcome=False,
                wording_version=rng.choice([1, 1, 1, 2]),
                language="en",
                answered_at=at + timedelta(hours=revision),
                answered_week=week,
                flags=rng.choice([(), (), ("at_once",)]),
            )
            answers.append(tx, answer)
            week_scores.count(tx, answer)
            week_scores.mark_sample(tx, week)
        if rng.random() < 0.6:
            # The limit is 7 days, to the second.
            late = rng.choice([timedelta(), timedelta(seconds=1), timedelta(days=-3)])
            progress.mark_read(tx, invitation_id, at + timedelta(days=7, hours=1) + late)
    if rng.random() < 0.1:
        with office.program.database.write() as tx:
            annulments.annul(tx, invitation_id, at + timedelta(days=2))


def test_the_totals_agree_with_counting_record_by_record(filled: Office) -> None:
    facts, database = filled.program.facts, filled.program.database
    now = from_text("2026-11-19T12:00:00Z")
    answered = list(answered_cases.answered_between(database, WEEK, WEEK, now))
    closed = list(closed_in(database, WEEK, now))
    review = review_week(database, WEEK, facts, now, answered)
    read = {row["invitation_id"]: row["read_at"] for row in filled.rows("progress")}
    limit = timedelta(days=facts.survey.read_within_days)
    in_time = pending = 0
    for case in answered:
        assert case.answered_at
        read_at = read.get(case.invitation_id)
        in_time += bool(read_at) and from_text(read_at) <= case.answered_at + limit
        pending += not read_at and case.answered_at + limit > now
    responses = [first_response(case) for case in closed]
    seconds = [one[1] for one in responses if one and one[0] == "calendar"]
    assert week_totals.of_weeks(database, (WEEK, WEEK), facts, now) == WeekTotals(
        answers=review.answers,
        comments=review.comments,
        flagged=review.flagged,
        read_in_time=in_time,
        read_pending=pending,
        closed=review.cohort.closed,
        reached=review.cohort.reached,
        answered=review.cohort.answered,
        open_until=max(
            (
                case.expires_at
                for case in closed
                if case.invitation_state in ("handed_over", "waiting") and case.expires_at > now
            ),
            default=None,
        ),
        measured=len(seconds),
        in_target=sum(one <= 3600 for one in seconds),
        of_sample=sum(case.source == "sample" for case in (*answered, *closed)),
    )
    assert min(review.answers, pending, in_time, review.flagged, len(seconds)) > 3
    assert review.annulled > 0


def _without_order(closed: ClosedWeek) -> tuple[dict[object, tuple[object, ...]], object]:
    """Return the counts added up by what the cases have in common, and the sorted durations."""
    added: dict[object, tuple[object, ...]] = {}
    for one in closed.counts:
        same = (one.case_kind, one.closure_reason, one.state, one.withheld_because, one.handed_over)
        known: Any = added.get(same, (0, one.expires_at, 0, 0, 0))
        added[same] = (
            known[0] + one.cases,
            max(known[1], one.expires_at),
            known[2] + one.reminded,
            known[3] + one.answered_after_reminder,
            known[4] + one.of_sample,
        )
    return added, {key: sorted(seconds) for key, seconds in closed.durations.items()}


def test_the_closed_cases_agree_with_counting_record_by_record(filled: Office) -> None:
    database, now = filled.program.database, from_text("2026-11-19T12:00:00Z")
    after_reminder = 0
    for week in weeks_back("2026-W47", 3):
        one_by_one = closed_week(closed_in(database, week, now))
        expected = _without_order(one_by_one)
        assert _without_order(closed_cases.of_week(database, week, now)) == expected
        assert len(expected[0]) > 10
        assert len(expected[1]) > 5
        after_reminder += sum(one.answered_after_reminder for one in one_by_one.counts)
    assert after_reminder > 0


@pytest.mark.parametrize("first", ["2026-W46", "2026-W47"])
def test_the_groups_agree_with_counting_record_by_record(filled: Office, first: str) -> None:
    facts, database = filled.program.facts, filled.program.database
    columns = ("case_kind", "team", "language", "customer")
    scored = week_totals.scores(database, (first, "2026-W47"), 1, filled.now)
    cases = answered_cases.answered_between(database, first, "2026-W47", filled.now)
    counted = [case for case in cases if case.wording_version == 1]
    assert {len(values) for values in scored.values()} == {len(counted)}
    assert len(counted) > 20
    for column in columns:
        groups = sum_groups(scored, column, facts)
        of_key = {
            key: [case for case in counted if getattr(case, column) == key]
            for key in {getattr(case, column) for case in counted}
        }
        shown = {key: some for key, some in of_key.items() if len(some) >= 10}
        assert {group.key for group in groups.shown} == set(shown)
        assert groups.hidden == len(of_key) - len(shown)
        for group in groups.shown:
            for place, question in enumerate(("ease", "satisfaction")):
                given = [getattr(case, question) for case in shown[group.key]]
                counts = tuple(given.count(point) for point in range(1, 6))
                assert group.scores[place].counts == counts


@pytest.mark.parametrize(
    "filters", [{}, {"comment": "yes"}, {"score": "1"}, {"kind": "software"}], ids=str
)
def test_pages_of_answers_contain_each_answer_once_and_the_lowest_first(
    filled: Office, filters: Mapping[str, str]
) -> None:
    database, weeks, now = filled.program.database, ("2026-W46", "2026-W47"), filled.now
    pages = [
        answered_cases.matching(database, filters, weeks, now, 7, offset)
        for offset in range(0, 400, 7)
    ]
    found = [case for page in pages for case in page]
    cases = answered_cases.answered_between(database, *weeks, now)
    expected = {
        "comment": lambda case: bool(case.comment),
        "score": lambda case: min(case.ease, case.satisfaction) == 1,
        "kind": lambda case: case.case_kind == "software",
    }
    wanted = [case for case in cases if all(expected[name](case) for name in filters)]
    assert found == sorted(
        wanted,
        key=lambda case: (
            *(min(case.ease, case.satisfaction), case.ease + case.satisfaction),
            *(case.answered_at, case.case_number, case.invitation_id),
        ),
    )
    assert len(found) > 5
    assert answered_cases.count_matching(database, filters, weeks, now) == len(found)


def test_groups_have_a_fixed_order(filled: Office) -> None:
    answers = [
        answer
        for answer in (
            ("zebra", "other", 5, 5),
            (None, None, 1, 1),
            ("Alpha", "software", 1, 1),
            ("beta", "odd", 3, 3),
        )
        for _ in range(10)
    ]
    names = ("team", "case_kind", "ease", "satisfaction")
    given = dict(zip(names, zip(*answers, strict=True), strict=True))
    facts = filled.program.facts
    assert [one.key for one in sum_groups(given, "team", facts).shown] == [
        *("Alpha", "beta", "zebra"),
        None,
    ]
    kinds = [one.key for one in sum_groups(given, "case_kind", facts).shown]
    assert kinds == ["software", "other", "odd", None]


def compared(office: Office) -> Mapping[str, int]:
    """Return the counts with which WEEK is compared."""
    database, facts, now = office.program.database, office.program.facts, office.now
    last = weeks_back(WEEK, 2)[0]
    return final_weeks.sums(database, (LONG_AGO, last), facts, now)


LONG_AGO = "2026-W35"
CHANGES = {
    "a case arrives": """INSERT INTO cases (id, source, case_id, closure_key, case_number,
                             closed_at, closed_week, received_at)
                         VALUES ('late', 'crm', 'late', '1', 'late', :now, '2026-W40', :now)""",
    "a duration is corrected": """UPDATE cases SET duration_clock = 'calendar',
                                      first_response_seconds = 1
                                  WHERE closed_week = '2026-W45'""",
    "a case is deleted": "DELETE FROM cases WHERE id = 'alone'",
    "emails bounce": "UPDATE invitations SET bounced_at = :now",
    "answers are annulled": """INSERT INTO annulments (invitation_id, number, annulled_at)
                               SELECT invitation_id, 7, '2026-11-01T00:00:00Z' FROM answers
                               WHERE revision = 1""",
    "annulled answers count again": "UPDATE annulments SET restored_at = annulled_at",
}


@pytest.mark.parametrize("change", CHANGES)
def test_stored_counts_of_past_weeks_are_right_after_any_change(
    filled: Office, change: str
) -> None:
    filled.now += timedelta(days=60)
    database, facts = filled.program.database, filled.program.facts
    with database.write() as tx:
        tx.run(
            """INSERT INTO cases (id, source, case_id, closure_key, case_number, closed_at,
                   closed_week, received_at)
               VALUES ('alone', 'crm', 'x', '1', 'x', :now, '2026-W40', :now)""",
            now=filled.now,
        )
    span = (LONG_AGO, "2026-W45")
    before = week_totals.of_weeks(database, span, facts, filled.now)
    assert final_weeks.calculate(database, span, facts, filled.now) == 11
    assert final_weeks.calculate(database, span, facts, filled.now) == 0, "all are stored"
    assert compared(filled) == {name: getattr(before, name) for name in final_weeks.COLUMNS}
    with database.write() as tx:
        tx.run(CHANGES[change], **({"now": filled.now} if ":now" in CHANGES[change] else {}))
    after = week_totals.of_weeks(database, span, facts, filled.now)
    assert compared(filled) == {name: getattr(after, name) for name in final_weeks.COLUMNS}
    assert final_weeks.calculate(database, span, facts, filled.now) > 0
    assert compared(filled) == {name: getattr(after, name) for name in final_weeks.COLUMNS}


def test_a_week_whose_links_are_open_is_never_stored(filled: Office) -> None:
    database, facts = filled.program.database, filled.program.facts
    now = from_text("2026-11-19T12:00:00Z")
    final_weeks.calculate(database, ("2026-W45", WEEK), facts, now)
    assert [row for row in filled.rows("week_totals") if row["answers"] is not None] == []
