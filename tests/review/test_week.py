"""The week in numbers, against a naive calculation and by hand."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.records import SAMPLE_SOURCE, AnsweredCase
from feedback_app.review.week import WeekReview, summarise_week
from tests.support.answered import FACTS, IN_WEEK, NOW, WEEK, a_case, an_answer, closed_week


def summed(
    answered: Sequence[AnsweredCase] = (), cohort: Sequence[AnsweredCase] = (), now: datetime = NOW
) -> WeekReview:
    return summarise_week(WEEK, iter(answered), closed_week(cohort), FACTS, now)


points = st.integers(1, 5)
given_answers = st.builds(
    an_answer,
    points,
    points,
    st.sampled_from(["", "Why"]),
    flags=st.sampled_from([(), ("at_once",), ("at_once", "no_browser")]),
)


@given(st.lists(given_answers, max_size=70))
def test_scores_agree_with_counting_by_hand(answered: list[AnsweredCase]) -> None:
    review = summed(answered)
    for scores, name in zip(review.scores, ("ease", "satisfaction"), strict=True):
        given = [getattr(case, name) for case in answered]
        assert scores.question.key == name
        assert scores.counts == tuple(given.count(point) for point in (1, 2, 3, 4, 5))
        assert scores.n == len(given)
        assert scores.mean == (pytest.approx(sum(given) / len(given)) if given else None)
        if len(given) < 30:
            assert scores.share is None
        else:
            assert scores.share
            assert scores.share.best == sum(1 for point in given if point >= 4)
            assert scores.share.n == len(given)
    assert review.answers == len(answered)
    assert review.comments == len([case for case in answered if case.comment == "Why"])
    assert review.flagged == len([case for case in answered if case.flags])
    for flag, count in review.flags:
        assert count == len([case for case in answered if flag in case.flags])


@given(st.lists(given_answers, max_size=20))
def test_each_low_or_commented_answer_is_listed_once(answered: list[AnsweredCase]) -> None:
    answered = [replace(case, case_number=str(index)) for index, case in enumerate(answered)]
    review = summed(answered)
    low = {case.case_number for case in answered if 1 in _pair(case) or 2 in _pair(case)}
    assert sorted(case.case_number for case in review.low) == sorted(low)
    lowest = [min(_pair(case)) for case in review.low]
    assert lowest == sorted(lowest)
    assert [case.case_number for case in review.remarks] == [
        case.case_number for case in answered if case.comment and case.case_number not in low
    ]


def _pair(case: AnsweredCase) -> tuple[int, int]:
    assert case.ease
    assert case.satisfaction
    return case.ease, case.satisfaction


def test_a_share_is_given_from_thirty_answers_on() -> None:
    assert summed([an_answer(5, 1)] * 29).scores[0].share is None
    ease, satisfaction = (scores.share for scores in summed([an_answer(5, 1)] * 30).scores)
    assert ease
    assert satisfaction
    assert (ease.best, satisfaction.best) == (30, 0)
    assert ease.interval.high == 1
    assert satisfaction.interval.low == 0


def test_an_empty_week_has_no_mean_no_share_and_no_rate() -> None:
    review = summed()
    assert [scores.mean for scores in review.scores] == [None, None]
    assert [scores.n for scores in review.scores] == [0, 0]
    assert review.cohort.response_rate is None
    assert (review.first_response, review.resolution) == ((), ())
    assert (review.sample, review.low, review.remarks) == ("none", (), ())


def test_the_week_begins_and_ends_at_the_teams_midnight() -> None:
    review = summed()
    assert review.starts_at == datetime(2026, 11, 15, 23, tzinfo=UTC)
    assert review.ends_at == datetime(2026, 11, 22, 23, tzinfo=UTC)


def test_an_invalid_week_is_refused() -> None:
    with pytest.raises(ValueError, match="such as 2026-W47"):
        summarise_week("last week", [], closed_week([]), FACTS, NOW)


WITHHELD = {"invitation_state": "withheld", "handed_over": False}


def test_the_response_rate_excludes_customers_without_a_delivered_link() -> None:
    cohort = summed(
        cohort=[
            an_answer(1, 1),
            a_case(),
            a_case(invitation_state="expired"),
            a_case(invitation_state="bounced"),
            a_case(invitation_state="waiting", handed_over=False),
            a_case(**WITHHELD, withheld_because="no_address"),
            a_case(**WITHHELD, withheld_because="no_address"),
            a_case(**WITHHELD, withheld_because="too_old"),
            a_case(**WITHHELD),
        ]
    ).cohort
    assert (cohort.closed, cohort.handed_over, cohort.bounced, cohort.waiting) == (9, 4, 1, 1)
    assert cohort.withheld == (("no_address", 2), ("superseded", 1), ("too_old", 1))
    assert (cohort.answered, cohort.reached) == (1, 3)
    assert cohort.response_rate == pytest.approx(1 / 3)


def test_a_link_given_out_by_hand_counts_although_no_email_was_sent() -> None:
    cohort = summed(cohort=[a_case(withheld_because="no_address")]).cohort
    assert (cohort.reached, cohort.withheld) == (1, ())


def test_a_superseded_invitation_counts_if_its_link_was_sent() -> None:
    cohort = summed(cohort=[a_case(invitation_state="withheld")]).cohort
    assert (cohort.reached, cohort.withheld) == (1, ())


def test_answers_about_cases_of_other_weeks_do_not_change_the_rate() -> None:
    earlier = an_answer(5, 5, closed_week="2026-W45")
    cohort = summed([earlier, earlier], [a_case()]).cohort
    assert (cohort.answered, cohort.reached, cohort.response_rate) == (0, 1, 0)


cases = st.one_of(
    st.builds(an_answer, points, points, handed_over=st.booleans()),
    st.builds(
        a_case,
        invitation_state=st.sampled_from(
            ["handed_over", "bounced", "expired", "withheld", "waiting"]
        ),
        handed_over=st.booleans(),
        withheld_because=st.sampled_from([None, "too_old", "no_address"]),
    ),
)


@given(st.lists(cases, max_size=30))
def test_every_case_of_the_cohort_is_counted_once(cohort: list[AnsweredCase]) -> None:
    told = summed(cohort=cohort).cohort
    withheld = sum(count for _, count in told.withheld)
    assert told.closed == len(cohort) == told.handed_over + told.waiting + withheld
    assert 0 <= told.answered <= told.reached <= told.handed_over
    assert told.response_rate is None or 0 <= told.response_rate <= 1


def test_the_rate_is_open_until_the_last_link_has_expired() -> None:
    first, last = NOW + timedelta(days=2), NOW + timedelta(days=3)
    cohort = [a_case(expires_at=last), a_case(expires_at=first)]
    assert summed(cohort=cohort).cohort.open_until == last
    assert summed(cohort=cohort, now=first).cohort.open_until == last
    assert summed(cohort=cohort, now=last).cohort.open_until is None


@pytest.mark.parametrize("state", ["answered", "bounced", "withheld", "expired"])
def test_an_invitation_without_a_valid_link_does_not_keep_the_rate_open(state: str) -> None:
    case = a_case(invitation_state=state, expires_at=NOW + timedelta(days=3))
    assert summed(cohort=[case]).cohort.open_until is None


def test_a_running_week_is_open_as_long_as_a_case_closed_at_its_end_would_be() -> None:
    running = IN_WEEK
    open_until = summed(now=running).cohort.open_until
    days = FACTS.survey.link_lifetime_days
    assert open_until == summed().ends_at + timedelta(days=days)


def times(**of: Any) -> AnsweredCase:
    return a_case(opened_at=IN_WEEK - timedelta(hours=10), **of)


def test_without_a_measurement_durations_are_calendar_times() -> None:
    review = summed(cohort=[times(first_response_at=IN_WEEK - timedelta(hours=9))])
    (first,), (resolution,) = review.first_response, review.resolution
    assert (first.clock, first.overall.median) == ("calendar", 3600)
    assert (resolution.clock, resolution.overall.median) == ("calendar", 36000)


def test_durations_of_different_clocks_are_never_mixed() -> None:
    review = summed(
        cohort=[
            a_case(resolution_seconds=100, duration_clock="business"),
            a_case(resolution_seconds=300, duration_clock="calendar"),
            a_case(resolution_seconds=900),
            times(),
        ]
    )
    assert {one.clock: (one.overall.n, one.overall.median) for one in review.resolution} == {
        "business": (1, 100),
        "calendar": (2, (300 + 36000) / 2),
        "unnamed": (1, 900),
    }


@pytest.mark.parametrize("reason", ["no_reply", "other", None])
def test_resolution_time_counts_confirmed_closings_only(reason: str | None) -> None:
    review = summed(
        cohort=[times(closure_reason=reason, resolution_seconds=60, first_response_at=IN_WEEK)]
    )
    assert review.resolution == ()
    assert review.first_response[0].overall.n == 1


def test_an_end_before_the_start_gives_no_duration() -> None:
    assert summed(cohort=[a_case(opened_at=IN_WEEK + timedelta(hours=1))]).resolution == ()


def test_kinds_are_in_the_order_of_the_facts_with_unknown_and_missing_ones_last() -> None:
    known = [kind.key for kind in FACTS.case_kinds]
    wanted = [*known, "hardware", "network", None]
    cohort = [times(case_kind=kind) for kind in reversed(wanted)]
    (resolution,) = summed(cohort=cohort).resolution
    assert [kind for kind, _ in resolution.by_kind] == wanted
    assert {spread.n for _, spread in resolution.by_kind} == {1}


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=80))
def test_median_and_percentile_agree_with_their_definitions(seconds: list[int]) -> None:
    cohort = [a_case(resolution_seconds=one, duration_clock="business") for one in seconds]
    (resolution,) = summed(cohort=cohort).resolution
    spread, n = resolution.overall, len(seconds)
    assert spread.n == n
    below = sum(one < spread.median for one in seconds)
    above = sum(one > spread.median for one in seconds)
    assert max(below, above) <= n / 2
    if n < 30:
        assert spread.percentile_90 is None
    else:
        # Nearest rank: the smallest measurement that at least nine tenths do not exceed.
        enough = [one for one in seconds if sum(o <= one for o in seconds) >= math.ceil(9 * n / 10)]
        assert spread.percentile_90 == min(enough)


def test_sample_data_is_detected_alone_and_mixed() -> None:
    unreal = an_answer(5, 5, source=SAMPLE_SOURCE)
    assert summed([unreal], [unreal]).sample == "all"
    assert summed([an_answer(5, 5)], [unreal]).sample == "some"
    assert summed([an_answer(5, 5)], [a_case()]).sample == "none"


def test_an_answer_without_scores_raises_an_error_with_its_case() -> None:
    with pytest.raises(ValueError, match="case 00012345 has no answer"):
        summed([a_case()])


def test_answers_to_different_wordings_are_never_pooled() -> None:
    present = FACTS.survey.wording_version
    review = summed(
        [
            an_answer(5, 5, wording_version=present),
            an_answer(1, 2, wording_version=present + 1),
            an_answer(3, 4, wording_version=present + 2),
            an_answer(2, 4, wording_version=present + 2),
        ]
    )
    assert [scores.counts for scores in review.scores] == [(0, 0, 0, 0, 1)] * 2
    assert [(one.version, one.n) for one in review.other_wordings] == [
        (present + 2, 2),
        (present + 1, 1),
    ]
    assert [scores.mean for scores in review.other_wordings[0].scores] == [2.5, 4]
    assert review.answers == 4


def test_a_week_with_only_another_wording_has_its_figures() -> None:
    review = summed([an_answer(4, 4, wording_version=FACTS.survey.wording_version + 1)] * 3)
    assert [scores.n for scores in review.scores] == [0, 0]
    assert [scores.counts for scores in review.other_wordings[0].scores] == [(0, 0, 0, 3, 0)] * 2


def test_a_closing_whose_email_was_withdrawn_does_not_count_as_asked() -> None:
    withdrawn = a_case(invitation_state="withheld", handed_over=False)
    cohort = summed([], [withdrawn, a_case()]).cohort
    assert (cohort.reached, cohort.withheld) == (1, (("superseded", 1),))
