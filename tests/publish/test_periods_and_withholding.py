"""Which weeks are published together, and what of their figures is withheld."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charts import wilson
from feedback_app.base.weeks import week_bounds, weeks_back
from feedback_app.publish.difference import differences
from feedback_app.publish.periods import PendingPeriod, PeriodCounts, due
from feedback_app.publish.rules import rules_of
from feedback_app.publish.times import split_kinds
from feedback_app.records import CohortCounts
from published_results import PublishedTimes
from tests.support.cohort_cases import (
    FACTS,
    FIRST,
    LONG_AFTER,
    RULES,
    ZONE,
    CohortCase,
    a_case,
    a_response,
    an_answer,
    counts_of,
    figures,
)

LONGEST_HISTORY = "2026-W26"


def _periods(answers: dict[str, int], now: datetime = LONG_AFTER) -> list[tuple[str, str, int]]:
    """Return first week, last week and cases of what is due when a week had so many answers."""
    cases = [an_answer(week=week) for week, count in answers.items() for _ in range(count)]

    def read(first: str, last: str) -> CohortCounts:
        return counts_of([case for case in cases if first <= case.closed_week <= last])

    found = []
    for one in due(FIRST, read, FACTS, now):
        if isinstance(one, PendingPeriod) or one.first > LONGEST_HISTORY:
            break
        found.append((one.first, one.last, sum(one.counts.became.values())))
    return found


# --- Periods ---------------------------------------------------------------------------------


def test_a_quarter_is_published_as_four_four_and_five_weeks() -> None:
    weeks = weeks_back("2026-W13", 13)
    assert _periods(dict.fromkeys(weeks, 5)) == [
        ("2026-W01", "2026-W04", 20),
        ("2026-W05", "2026-W08", 20),
        ("2026-W09", "2026-W13", 25),
    ]


def test_a_period_with_nine_answers_joins_the_next() -> None:
    found = _periods({"2026-W02": 9, "2026-W07": 1, "2026-W09": 10})
    assert found == [("2026-W01", "2026-W08", 10), ("2026-W09", "2026-W13", 10)]


@given(st.dictionaries(st.sampled_from(weeks_back("2026-W26", 26)), st.integers(0, 12)))
def test_periods_are_disjoint_without_gaps_and_each_has_enough(answers: dict[str, int]) -> None:
    found = _periods(answers)
    expected = FIRST
    for first, last, count in found:
        assert first == expected
        assert count >= RULES.minimum_n
        expected = weeks_back(last, 1)[0]
        expected = f"{expected[:6]}{int(expected[6:]) + 1:02d}"
    held = sum(count for week, count in answers.items() if week >= expected)
    assert held < RULES.minimum_n * 7, "a group with enough answers is left over at most once"


def test_flagged_answers_and_other_wordings_do_not_make_a_period_large_enough() -> None:
    cases = [
        *(an_answer() for _ in range(9)),
        *(an_answer(flagged=True) for _ in range(30)),
        *(an_answer(wording_version=2) for _ in range(9)),
    ]
    found = due(
        FIRST, lambda first, _: counts_of(cases if first == FIRST else []), FACTS, LONG_AFTER
    )
    assert isinstance(next(found), PendingPeriod)


def test_a_period_waits_for_links_edits_reading_and_contacts() -> None:
    cases = [an_answer(week="2026-W04") for _ in range(10)]
    _, end = week_bounds("2026-W04", ZONE)
    over = end + timedelta(days=14 + 7, hours=1)
    for now, expected in ((over - timedelta(seconds=1), PendingPeriod), (over, PeriodCounts)):
        found = next(due(FIRST, lambda *_: counts_of(cases), FACTS, now))
        assert isinstance(found, expected)
    late = [*cases, a_case("2026-W04", expires_at=over)]
    waits = next(due(FIRST, lambda *_: counts_of(late), FACTS, over + timedelta(days=7)))
    assert waits == PendingPeriod(FIRST, "2026-W04", over + timedelta(days=7, hours=1))


# --- Scores ----------------------------------------------------------------------------------


def test_scores_agree_with_counting_by_hand() -> None:
    points = [1, 2, 4, 5, 5, 5, 3, 4, 5, 5, 4]
    scores = figures([an_answer(point, 6 - point) for point in points]).scores
    assert scores
    (wording,) = scores.wordings
    ease, satisfaction = wording.answers
    assert (ease.question, ease.metric, satisfaction.metric) == ("ease", "ces", "css")
    assert ease.counts == (1, 1, 1, 3, 5)
    assert satisfaction.counts == (5, 3, 1, 1, 1)
    assert (ease.mean, ease.median, ease.share) == (3.9091, 4.0, None)


def test_a_share_is_published_from_thirty_answers_on_with_its_interval() -> None:
    below = figures([an_answer(5, 1)] * 29).scores
    above = figures([an_answer(5, 1)] * 27 + [an_answer(1, 1)] * 3).scores
    assert below and above
    assert [one.share for one in below.wordings[0].answers] == [None, None]
    share = above.wordings[0].answers[0].share
    assert share
    low, high = wilson(27, 30)
    assert (share.best, share.n, share.value) == (27, 30, 0.9)
    assert (share.low, share.high) == (round(low, 4), round(high, 4))


def test_wordings_are_never_mixed_and_small_ones_left_out_and_counted() -> None:
    scores = figures(
        [an_answer(5, 5)] * 11
        + [an_answer(1, 1, wording_version=2)] * 12
        + [an_answer(3, 3, wording_version=3)] * 4
        + [an_answer(2, 2, flagged=True)] * 5
    ).scores
    assert scores
    assert [(one.version, one.n) for one in scores.wordings] == [(1, 11), (2, 12)]
    assert scores.wordings[0].answers[0].counts == (0, 0, 0, 0, 11)
    assert (scores.flagged, scores.other_wording) == (5, 4)


def test_nine_answers_have_no_scores_but_a_reason() -> None:
    found = figures([an_answer()] * 9)
    assert found.scores is None
    assert found.withheld["scores"] == "too_few"


# --- Participation and conduct ---------------------------------------------------------------


def test_the_response_rate_is_published_with_all_its_parts() -> None:
    cases = [
        *[an_answer()] * 12,
        *[a_case()] * 28,
        *[a_case(became="bounced")] * 3,
        *[a_case(became="not_asked")] * 4,
        *[a_case(became="not_delivered")] * 2,
    ]
    part = figures(cases).participation
    assert part
    assert (part.closed, part.not_asked, part.not_delivered) == (49, 4, 2)
    assert (part.bounced, part.reached, part.answered, part.rate) == (3, 40, 12, 0.3)


def test_answers_read_in_seven_days_and_contacts_in_two_working_days_are_counted() -> None:
    case = an_answer()
    assert case.answered_at
    wish = {"contact_welcome": True, "ease": 2}
    cases = [
        *[replace(case, read_at=case.answered_at + timedelta(days=7))] * 10,
        *[replace(case, read_at=case.answered_at + timedelta(days=7, seconds=1))] * 9,
        *[replace(case, contacted_at=datetime(2026, 1, 2, 12, tzinfo=UTC))] * 6,
        *[replace(case, contacted_at=datetime(2026, 1, 2, 12, tzinfo=UTC), ease=2)] * 3,
        *[replace(case, contact_welcome=True)] * 5,
        *[replace(case, contacted_at=datetime(2026, 1, 5, 22, 59, 59, tzinfo=UTC), **wish)] * 7,
        *[replace(case, contacted_at=datetime(2026, 1, 5, 23, tzinfo=UTC), **wish)] * 4,
    ]
    conduct = figures(cases).conduct
    assert conduct and conduct.contacted
    assert (conduct.read.count, conduct.read.n) == (10, 44)
    # Answered on a Thursday, so there is time until the end of Monday where the team works.
    assert (conduct.contacted.count, conduct.contacted.n) == (7, 11)
    assert conduct.contacted.share is None
    few = figures(cases[:-2])
    assert few.conduct and few.conduct.contacted is None
    assert few.withheld["conduct.contacted"] == "too_few"


# --- Times -----------------------------------------------------------------------------------


def _first_responses(cases: list[CohortCase]) -> PublishedTimes:
    return next(one for one in figures(cases).times if one.metric == "first_response_time")


def test_a_clock_with_too_few_cases_is_listed_as_withheld() -> None:
    calendar = [a_response(60)] * 10
    business = [a_response(60, duration_clock="business")] * 9
    found = figures([*calendar, *business])
    assert [(one.clock, one.overall.n) for one in found.times] == [("calendar", 10)]
    named = {name for name in found.withheld if name.startswith("times.")}
    assert named == {"times.first_response_time.business", "times.resolution_time"}
    assert found.withheld["times.first_response_time.business"] == "too_few"
    few = figures([*calendar[:9], *business])
    assert "times.first_response_time" in few.withheld
    enough = figures([*calendar, *business, business[0]])
    assert not any(name.startswith("times.first_response_time") for name in enough.withheld)


def test_times_have_median_percentile_and_the_share_within_the_target() -> None:
    times = _first_responses([a_response(minute * 120) for minute in range(1, 41)])
    assert (times.clock, times.overall.n, times.overall.median) == ("calendar", 40, 2460.0)
    assert times.overall.percentile_90 == 36 * 120
    within = times.overall.within_target
    assert within
    assert (within.count, within.n, within.share) == (30, 40, 0.75)
    few = _first_responses([a_response(60)] * 29).overall
    assert few.percentile_90 is None
    assert few.within_target and few.within_target.share is None


def test_another_clock_is_separate_and_has_no_target() -> None:
    cases = [*[a_response(60)] * 12, *[a_response(60, duration_clock="business")] * 11]
    found = [one for one in figures(cases).times if one.metric == "first_response_time"]
    assert [(one.clock, one.overall.n) for one in found] == [("business", 11), ("calendar", 12)]
    assert [one.overall.within_target is None for one in found] == [True, False]


def test_resolution_counts_confirmed_closings_only() -> None:
    values = {"resolution_seconds": 60, "duration_clock": "calendar"}
    cases = [
        *[a_case(**values)] * 10,
        *[a_case(**values, closure_reason="no_reply")] * 30,
    ]
    (times,) = figures(cases).times
    assert (times.metric, times.overall.n) == ("resolution_time", 10)


@pytest.mark.parametrize(
    ("counts", "groups"),
    [
        ({"a": 12, "b": 10}, (("a",), ("b",))),
        ({"a": 30, "b": 12, "c": 6, "d": 4}, (("a",), ("b",), ("c", "d"))),
        ({"a": 30, "b": 12, "c": 3}, (("a",), ("b", "c"))),
        ({"a": 30, "c": 3}, ()),
        ({"a": 9, "b": 9}, ()),
        ({"a": 40}, ()),
        ({}, ()),
    ],
)
def test_small_kinds_are_pooled_until_every_group_is_large_enough(
    counts: dict[str, int], groups: tuple[tuple[str, ...], ...]
) -> None:
    assert split_kinds(Counter(counts), 10) == groups


@given(st.dictionaries(st.sampled_from("abcde"), st.integers(1, 40)), st.integers(5, 15))
def test_every_kind_is_in_exactly_one_group_that_is_large_enough(
    counts: dict[str, int], minimum: int
) -> None:
    groups = split_kinds(Counter(counts), minimum)
    assert len(groups) != 1
    if groups:
        assert sorted(kind for kinds in groups for kind in kinds) == sorted(counts)
        assert all(sum(counts[kind] for kind in kinds) >= minimum for kinds in groups)


def test_cases_without_a_kind_are_a_separate_kind() -> None:
    times = _first_responses([*[a_response(60)] * 10, *[a_response(60, None)] * 11])
    assert [(group.kinds, group.n) for group in times.groups] == [(("",), 11), (("software",), 10)]


# --- Later versions --------------------------------------------------------------------------


def test_a_later_version_has_unchanged_and_sufficiently_changed_figures() -> None:
    cases = [an_answer(4, 4)] * 20
    first = figures(cases)
    assert figures(cases, first) == first
    second = figures([*cases, *[an_answer(5, 1)] * 10], first)
    assert second.scores
    assert second.scores.wordings[0].answers[0].counts == (0, 0, 0, 20, 10)


def test_a_later_version_withholds_figures_that_few_cases_changed() -> None:
    cases = [an_answer(4, 4)] * 20
    first = figures(cases)
    second = figures([*cases, *[an_answer(5, 1)] * 9], first)
    assert (second.scores, second.participation, second.conduct) == (None, None, None)
    assert second.withheld["scores"] == "small_change"
    third = figures([*cases, *[an_answer(5, 1)] * 10], first, second)
    assert third.scores, "it is far enough from the version that stated it"


def test_a_median_that_changes_alone_is_withheld() -> None:
    cases = [a_response(seconds) for seconds in range(1, 31)]
    first = figures(cases)
    moved = [*cases[:-1], a_response(600)]
    second = figures([*moved[:14], a_response(15), *moved[15:]], first)
    assert second.times == first.times, "nothing that is stated moved"
    third = figures([*cases[:14], a_response(1000), *cases[15:]], first)
    assert third.withheld["times.first_response_time.calendar"] == "small_change"


def test_a_target_that_was_added_or_removed_withholds_nothing() -> None:
    cases = [a_response(seconds) for seconds in range(1, 31)]
    aimless = RULES.model_copy(update={"targets": ()})
    with_aim = figures(cases)
    without = figures(cases, rules=aimless)
    assert figures(cases, with_aim, rules=aimless) == without
    assert figures(cases, without) == with_aim
    one_more = figures([*cases, a_response(5)], without)
    assert one_more.withheld["times.first_response_time.calendar"] == "small_change"


def test_groups_are_the_same_in_every_version_or_left_out() -> None:
    cases = [*[a_response(60, "software")] * 12, *[a_response(60, "security")] * 8]
    first = figures(cases)
    assert first.times[0].groups == ()
    second = figures([*cases, *[a_response(90, "security")] * 12], first)
    assert second.times[0].overall.n == 32
    assert second.times[0].groups == ()


def test_differences_give_the_path_of_each_figure() -> None:
    before = figures([an_answer(4, 4)] * 10)
    after = figures([an_answer(4, 5)] * 10)
    assert differences(before, before) == ()
    assert differences(before, after) == (
        "scores.wordings.1.answers.satisfaction css.counts.4: 10 -> 0",
        "scores.wordings.1.answers.satisfaction css.counts.5: 0 -> 10",
        "scores.wordings.1.answers.satisfaction css.mean: 4.0 -> 5.0",
        "scores.wordings.1.answers.satisfaction css.median: 4.0 -> 5.0",
    )


def test_the_rules_come_from_the_facts() -> None:
    rules = rules_of(FACTS)
    assert (rules.minimum_n, rules.share_minimum_n) == (10, 30)
    (target,) = rules.targets
    assert (target.metric, target.seconds, target.clock) == (
        "first_response_time",
        3600,
        "calendar",
    )
    stricter = rules.model_copy(update={"minimum_n": 21})
    assert figures([an_answer()] * 20, rules=stricter).scores is None
