"""Cases that arrive together are stored as if they had come one by one."""

import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback_app.base.links import new_id
from feedback_app.intake.deliveries import CaseDelivery, accept_all
from feedback_app.intake.errors import InvalidCaseError
from feedback_app.invitations import CaseIntake
from feedback_app.records import ClosedCase, Reopening
from feedback_app.store import cases, invitations, opt_outs
from tests.support.office import NOW, Office, a_case

ADDRESSES = ("one-MARK@b.example", "ONE-MARK@b.example", "two-MARK@b.example", "out-MARK@b.example")
CASES = st.builds(
    lambda number, hours, address, source, customer, reason: a_case(
        f"{number}-MARK",
        source=f"{source}-MARK",
        closed_at=NOW - timedelta(hours=hours),
        contact_email=address,
        customer=customer,
        closure_reason=reason,
    ),
    st.sampled_from(["1", "2", "3"]),
    st.sampled_from([1, 2, 26, 60, 24 * 20]),
    st.sampled_from([*ADDRESSES, None]),
    st.sampled_from(["desk", "desk", "other"]),
    st.sampled_from(["A customer", None]),
    st.sampled_from(["confirmed", None]),
)
RULES = st.fixed_dictionaries(
    {"quiet_period_days": st.sampled_from([0, 7]), "emails_per_contact": st.sampled_from([1, 2])}
)
ALIKE = ("cases", "invitations", "outbox")


def _marked(case: ClosedCase, mark: str) -> ClosedCase:
    values = {name: value.replace("MARK", mark) for name, value in vars(case).items() if _is(value)}
    return replace(case, **values)


def _is(value: object) -> bool:
    return isinstance(value, str) and "MARK" in value


class _Stored:
    """What a test stored under a mark, to compare it with what is stored under another one."""

    def __init__(self, office: Office) -> None:
        self.office, self.mark = office, new_id()
        self.before = {table: len(office.rows(table)) for table in ALIKE}
        with office.program.database.write() as tx:
            opt_outs.add(tx, f"out-{self.mark}@b.example", NOW)

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """Return the new rows, in the order in which they were stored, with numbers for keys."""
        keys: dict[str, str] = {}
        found = {}
        for table in ALIKE:
            new = self.office.rows(table)[self.before[table] :]
            for row in new:
                keys[row["id"]] = f"{table} {len(keys)}"
            found[table] = [
                {name: self._plain(keys.get(value, value)) for name, value in row.items()}
                for row in new
            ]
        return found

    def _plain(self, value: Any) -> Any:
        return value.replace(self.mark, "MARK") if isinstance(value, str) else value


def _reopen(office: Office, intake: CaseIntake, mark: str) -> None:
    with office.program.database.write() as tx:
        reopening = Reopening(f"desk-{mark}", f"1-{mark}", NOW - timedelta(hours=30))
        intake.reopen(tx, reopening, NOW)


@given(st.lists(CASES, max_size=3), st.booleans(), st.lists(CASES, max_size=8), RULES)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_batch_of_cases_is_stored_as_if_they_came_one_by_one(
    sqlite_office: Office,
    earlier: list[ClosedCase],
    reopened: bool,
    closed: list[ClosedCase],
    rules: dict[str, int],
) -> None:
    office, intake = sqlite_office, sqlite_office.ruled(**rules).program.case_intake
    outcomes, rows = [], []
    for together in (True, False):
        stored, results = _Stored(office), []
        for part in (earlier, closed):
            marked = [_marked(case, stored.mark) for case in part]
            parts = [marked] if together else [[case] for case in marked]
            for some in parts:
                with office.program.database.write() as tx:
                    results += intake.store_all(tx, some, NOW)
            if reopened:
                _reopen(office, intake, stored.mark)
        outcomes.append(
            [(one.outcome, one.withheld_because, one.differing, one.decides) for one in results]
        )
        rows.append(stored.rows())
    assert outcomes[0] == outcomes[1]
    assert rows[0] == rows[1]


DELIVERIES = st.builds(
    lambda case, delivery_id, send: CaseDelivery(case=case, delivery_id=delivery_id, send=send),
    CASES,
    st.sampled_from(["a", "b", "c", None]),
    st.booleans(),
)


@given(st.lists(DELIVERIES, max_size=7))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_list_of_deliveries_is_answered_as_if_they_came_one_by_one(
    sqlite_office: Office, delivered: list[CaseDelivery]
) -> None:
    program, found, rows = sqlite_office.program, [], []
    for together in (True, False):
        stored = _Stored(sqlite_office)
        marked = [replace(one, case=_marked(one.case, stored.mark)) for one in delivered]
        responses = []
        for some in [marked] if together else [[one] for one in marked]:
            with program.database.write() as tx:
                responses += accept_all(tx, program, some, NOW)
        found.append(
            [
                one.errors
                if isinstance(one, InvalidCaseError)
                else (one.outcome, one.state, one.notes, bool(one.survey_link))
                for one in responses
            ]
        )
        rows.append(stored.rows())
    assert found[0] == found[1]
    assert rows[0] == rows[1]


def test_a_batch_of_cases_is_stored_alike_on_both_engines(office: Office) -> None:
    closed = [a_case(str(at), contact_email=f"c{at % 40}@b.example") for at in range(100)]
    with office.program.database.write() as tx:
        results = office.program.case_intake.store_all(tx, [*closed, *closed], NOW)
    assert [one.outcome for one in results] == ["new"] * 100 + ["known"] * 100
    assert [one.case_ref for one in results[:100]] == [one.case_ref for one in results[100:]]
    assert len(office.rows("cases")) == len(office.rows("invitations")) == 100
    assert len(office.rows("outbox")) == 100


@pytest.mark.parametrize("send", [True, False])
def test_a_list_of_deliveries_is_answered_alike_on_both_engines(office: Office, send: bool) -> None:
    delivered = [
        CaseDelivery(case=a_case(str(at)), delivery_id=f"d{at}", send=send) for at in range(30)
    ]
    for outcome in ("new", "known"):
        with office.program.database.write() as tx:
            responses = accept_all(tx, office.program, delivered, NOW)
        assert [one.outcome for one in responses] == [outcome] * 30
        assert {one.state for one in responses} == {"waiting" if send else "handed_over"}


def test_earlier_closings_of_many_cases_are_found_by_index(office: Office) -> None:
    closed = [
        replace(a_case(str(at // 2)), closed_at=NOW - timedelta(days=at % 2)) for at in range(5_000)
    ]
    with office.program.database.write() as tx:
        rows = [(new_id(), replace(one, closure_key=one.key), "2026-W48") for one in closed]
        cases.add_all(tx, rows, NOW)
        ids = invitations.add_all(tx, {key: None for key, _, _ in rows}, NOW, NOW)
    started = time.perf_counter()
    found = invitations.with_earlier(office.program.database, ids[:200])
    assert time.perf_counter() - started < 1
    assert set(found) == set(ids[:200:2])
