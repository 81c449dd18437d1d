"""The counts behind published figures, against counting a random history case by case."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback_app.base.times import to_text
from feedback_app.database.contract import Database, Transaction
from feedback_app.records import CohortCounts, CohortWeeks
from feedback_app.store import cohorts
from tests.support.cohort_cases import RULES, CohortCase, counts_of

WEEKS = ("2026-W40", "2026-W41", "2026-W42")
START = datetime(2026, 9, 28, tzinfo=UTC)
_examples = count()

hours = st.integers(0, 900)
maybe = st.none() | hours
revisions = st.fixed_dictionaries(
    {
        "ease": st.integers(1, 5),
        "satisfaction": st.integers(1, 5),
        "wording_version": st.sampled_from([1, 1, 2]),
        "contact_welcome": st.booleans(),
        "flags": st.sampled_from(["", "", "at_once"]),
        "after": st.integers(0, 200),
    }
)
histories = st.fixed_dictionaries(
    {
        "week": st.sampled_from(WEEKS),
        "source": st.sampled_from(["crm", "crm", "sample"]),
        "received": hours,
        "created": hours,
        "expires": hours,
        "withheld_because": st.sampled_from([None, None, "opt_out", "reopened"]),
        "handed_over": maybe,
        "bounced": maybe,
        "superseded": maybe,
        "renewals": st.lists(st.tuples(hours, maybe), max_size=2),
        "answers": st.just([]) | st.lists(revisions, min_size=1, max_size=3),
        "annulments": st.lists(st.tuples(st.integers(0, 400), maybe), max_size=2),
        "read": maybe,
        "contacts": st.lists(hours, max_size=2),
        "kind": st.sampled_from(["software", "security", None]),
        "reason": st.sampled_from(["confirmed", "no_reply", None]),
        "opened": maybe,
        "response": maybe,
        "seconds": st.none() | st.integers(0, 9000),
        "resolution": st.none() | st.integers(0, 9000),
        "clock": st.sampled_from(["calendar", "business", None, ""]),
    }
)


def _at(after: int | None) -> datetime | None:
    return None if after is None else START + timedelta(hours=after)


def _insert(tx: Transaction, table: str, **values: object) -> None:
    marks = ", ".join(f":{name}" for name in values)
    tx.run(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", **values)


def _closed(one: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of the closed case."""
    return {
        "case_kind": one["kind"],
        "closure_reason": one["reason"],
        "opened_at": _at(one["opened"]),
        "first_response_at": _at(one["response"]),
        "first_response_seconds": one["seconds"],
        "resolution_seconds": one["resolution"],
        "duration_clock": one["clock"],
        "closed_at": START + timedelta(weeks=WEEKS.index(one["week"]), days=1),
        "closed_week": one["week"],
    }


def _store(tx: Transaction, key: str, one: dict[str, Any]) -> None:
    _insert(
        tx,
        "cases",
        id=key,
        source=one["source"],
        case_id=key,
        closure_key="1",
        case_number=key,
        **_closed(one),
        received_at=_at(one["received"]),
    )
    _insert(
        tx,
        "invitations",
        id=key,
        case_ref=key,
        created_at=_at(one["created"]),
        expires_at=_at(one["expires"]),
        withheld_because=one["withheld_because"],
        handed_over_at=_at(one["handed_over"]),
        bounced_at=_at(one["bounced"]),
        superseded_at=_at(one["superseded"]),
    )
    for number, (renewed, bounced) in enumerate(one["renewals"], 1):
        _insert(
            tx,
            "renewals",
            invitation_id=key,
            number=number,
            renewed_at=_at(renewed),
            asked_by="lead",
            bounced_at=_at(bounced),
        )
    if one["answers"]:
        _store_answers(tx, key, one)


def _store_answers(tx: Transaction, key: str, one: dict[str, Any]) -> None:
    for number, given_ in enumerate(one["answers"], 1):
        values = {name: value for name, value in given_.items() if name != "after"}
        _insert(
            tx,
            "answers",
            invitation_id=key,
            revision=number,
            language="en",
            answered_at=_answered_at(one, number),
            answered_week="2026-W43",
            **values,
        )
    for number, (annulled, restored) in enumerate(_annulments(one), 1):
        _insert(
            tx,
            "annulments",
            invitation_id=key,
            number=number,
            annulled_at=annulled,
            restored_at=restored,
        )
    if one["read"] is not None:
        _insert(tx, "progress", invitation_id=key, read_at=_at(one["read"]))
    for number, contacted in enumerate(one["contacts"], 1):
        _insert(
            tx,
            "follow_ups",
            invitation_id=key,
            number=number,
            opened_at=START,
            due_on="2026-12-01",
            closed_at=_at(contacted),
            outcome="contacted" if number % 2 else "no_reply",
        )


def _answered_at(one: dict[str, Any], revision: int) -> datetime:
    """Return when a revision arrived: after the case, and after the revision before it."""
    after = one["received"] + sum(given_["after"] for given_ in one["answers"][:revision])
    return START + timedelta(hours=after)


def _annulments(one: dict[str, Any]) -> list[tuple[datetime, datetime | None]]:
    """Return when the answer was annulled and restored; only the last one is not restored."""
    found: list[tuple[datetime, datetime | None]] = []
    begin = _answered_at(one, len(one["answers"]))
    for number, (after, restored) in enumerate(one["annulments"], 1):
        annulled = begin + timedelta(hours=after)
        is_last = number == len(one["annulments"])
        begin = annulled + timedelta(hours=restored or 0)
        found.append((annulled, None if is_last and restored is None else begin))
    return found


def _as_known(one: dict[str, Any], as_of: datetime) -> CohortCase | None:
    """Return a case as it was known at `as_of`; None if it was not known."""

    def known(after: int | None) -> datetime | None:
        moment = _at(after)
        return moment if moment and moment <= as_of else None

    if not known(one["received"]):
        return None
    given_ = [
        (_answered_at(one, number), revision)
        for number, revision in enumerate(one["answers"], 1)
        if _answered_at(one, number) <= as_of
    ]
    annulled = bool(one["answers"]) and any(
        begin <= as_of and (end is None or end > as_of) for begin, end in _annulments(one)
    )
    newest = given_[-1][1] if given_ and not annulled else None
    bounced = known(one["bounced"]) or any(
        known(before) and not known(renewed) for renewed, before in one["renewals"]
    )
    withheld = not known(one["created"]) or one["withheld_because"] not in (None, "reopened")
    superseded = known(one["superseded"])
    became: Any = "not_delivered"
    if newest or (known(one["handed_over"]) and not bounced):
        became = "reached"
    elif bounced:
        became = "bounced"
    elif withheld or superseded:
        became = "not_asked"
    is_open = became in ("reached", "not_delivered") and not superseded
    contacted = min((_at(one_) for one_ in one["contacts"][::2]), default=None)
    return CohortCase(
        **_closed(one),
        became=became,
        expires_at=_at(one["expires"]) if is_open else None,
        answered_at=given_[0][0] if newest else None,
        ease=newest and newest["ease"],
        satisfaction=newest and newest["satisfaction"],
        wording_version=newest and newest["wording_version"],
        flagged=bool(newest and newest["flags"]),
        annulled=annulled,
        contact_welcome=bool(newest and newest["contact_welcome"]),
        read_at=known(one["read"]) if one["answers"] else None,
        contacted_at=contacted if one["answers"] and contacted and contacted <= as_of else None,
    )


def _comparable(counts: CohortCounts) -> tuple[object, ...]:
    answers = Counter[tuple[object, ...]]()
    for one in counts.answers:
        answers[one[:-1]] += one.answers
    return (
        {name: number for name, number in counts.became.items() if number},
        answers,
        counts.annulled,
        sorted(counts.contacts),
        counts.durations,
        counts.changes_until,
    )


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(histories, min_size=1, max_size=6),
    st.integers(-10, 1500),
    st.sampled_from([WEEKS[:1], WEEKS[:2], WEEKS]),
    st.booleans(),
)
def test_the_counts_of_any_time_agree_with_counting_case_by_case(
    database: Database,
    history: list[dict[str, Any]],
    after: int,
    weeks: Sequence[str],
    sample: bool,
) -> None:
    example_ = next(_examples)
    with database.write() as tx:
        for table in ("renewals", "annulments", "progress", "follow_ups", "answers"):
            tx.run(f"DELETE FROM {table}")
        tx.run("DELETE FROM invitations")
        tx.run("DELETE FROM cases")
        for number, one in enumerate(history):
            _store(tx, f"{example_}-{number}", one)
    as_of = START + timedelta(hours=after)
    known = [
        case
        for one in history
        if one["week"] in weeks
        and (one["source"] == "sample") == sample
        and (case := _as_known(one, as_of))
    ]
    asked = CohortWeeks(weeks[0], weeks[-1], as_of, sample)
    found = cohorts.counts(
        database, asked, timedelta(days=RULES.read_within_days), RULES.low_threshold
    )
    assert _comparable(found) == _comparable(counts_of(known)), to_text(as_of)
