"""Withheld figures cannot be computed from published ones: generated histories are attacked.

The attacker knows more than any reader, namely which cases are behind every published number of
every version of every period, but not their values. Four attacks:

- Sums. Published numbers are sums of values over known sets of cases. Every linear combination of
  them must cover no case or at least `minimum_n` cases. The rank of the sets decides this exactly.
- Two versions. The cases added to or removed from any count must be none or at least `minimum_n`.
- Another history. For each withheld figure, a second history with other values behind this figure
  gives exactly the same files. So no calculation can tell the two apart, not even one that uses
  medians and percentiles.
- Inequalities. No published count exceeds a published count that it is part of.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from itertools import combinations
from random import Random

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from feedback_app.base.weeks import weeks_back
from feedback_app.publish.periods import PeriodCounts, due
from feedback_app.records import CohortCounts
from published_results import (
    Answers,
    Figures,
    Participation,
    Portion,
    PublishedSpread,
    PublishedWording,
)
from tests.support.cohort_cases import (
    FACTS,
    FIRST,
    LONG_AFTER,
    RULES,
    CohortCase,
    a_case,
    an_answer,
    counted,
    counts_of,
    figures,
)
from tests.support.durations import METRICS

LAST = "2026-W17"
WEEKS = weeks_back(LAST, 17)
KINDS = ("software", "infrastructure", "security", "other", None)
Sets = set[frozenset[int]]


@dataclass
class Version:
    """One published file, and the cases behind it by a number that changes with their values."""

    cases: dict[int, CohortCase]
    figures: Figures


class History:
    """Closed cases, and everything that was published about them, period by period."""

    def __init__(self, random: Random, weights: list[int]) -> None:
        self.random, self.weights = random, weights
        self.versions: list[list[Version]] = []
        self.count = 0

    def new_case(self, weeks: list[str]) -> tuple[int, CohortCase]:
        self.count += 1
        return self.count, _made_up(self.random, self.random.choice(weeks), self.weights)

    @property
    def files(self) -> list[Figures]:
        return [version.figures for versions in self.versions for version in versions]


def _made_up(random: Random, week: str, weights: list[int]) -> CohortCase:
    case = a_case(week)
    answered = random.random() < 0.6
    return replace(
        case,
        case_kind=random.choices(KINDS, weights)[0],
        closure_reason=random.choice(("confirmed", "no_reply")),
        first_response_seconds=random.choice((None, random.randrange(1, 7200))),
        resolution_seconds=random.choice((None, random.randrange(7200, 900_000))),
        duration_clock=random.choices(("calendar", "business"), (4, 1))[0],
        became="reached" if answered else random.choice(("reached", "bounced", "not_asked")),
        answered_at=case.closed_at + timedelta(days=1) if answered else None,
        ease=random.randrange(1, 6) if answered else None,
        satisfaction=random.randrange(1, 6) if answered else None,
        wording_version=random.choices((1, 2), (5, 1))[0] if answered else None,
        flagged=random.random() < 0.1,
        contact_welcome=random.random() < 0.4,
        read_at=case.closed_at + timedelta(days=random.randrange(1, 20)),
        contacted_at=case.closed_at + timedelta(days=random.randrange(1, 9)),
    )


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Make a quarter and a month up, publish them, and correct them up to three times."""
    weights = draw(st.lists(st.integers(0, 9), min_size=len(KINDS), max_size=len(KINDS)))
    history = History(Random(draw(st.integers(0, 2**32))), [1, *weights[1:]])
    many = draw(st.integers(0, 12))
    quiet = draw(st.integers(0, 12))
    cases: dict[int, CohortCase] = {}
    for number, week in enumerate(WEEKS):
        for _ in range(quiet if number % 13 < 8 else many):
            key, case = history.new_case([week])
            cases[key] = case
    for cohort in _due(cases):
        history.versions.append([_version(cohort.first, cohort.last, cases, [])])
    for _ in range(draw(st.integers(0, 3))):
        for versions in history.versions:
            _correct(
                history,
                versions,
                *draw(st.tuples(*[st.sampled_from([0, 0, 0, 1, 3, 9, 12, 40])] * 3)),
            )
    return history


def _due(cases: dict[int, CohortCase]) -> Iterator[PeriodCounts]:
    def read(first: str, last: str) -> CohortCounts:
        return counts_of([case for case in cases.values() if first <= case.closed_week <= last])

    for found in due(FIRST, read, FACTS, LONG_AFTER):
        if not isinstance(found, PeriodCounts) or found.first > LAST:
            return
        yield found


def _version(
    first: str, last: str, cases: dict[int, CohortCase], earlier: list[Version]
) -> Version:
    held = {key: case for key, case in cases.items() if first <= case.closed_week <= last}
    return Version(held, figures(list(held.values()), *(version.figures for version in earlier)))


def _correct(history: History, versions: list[Version], add: int, drop: int, change: int) -> None:
    """Publish a later version after so many cases were added, removed and changed."""
    cases = dict(versions[-1].cases)
    weeks = sorted({case.closed_week for case in versions[0].cases.values()})
    for key in history.random.sample(sorted(cases), min(len(cases), drop)):
        del cases[key]
    for key in history.random.sample(sorted(cases), min(len(cases), change)):
        del cases[key]
        add += 1
    cases.update(history.new_case(weeks) for _ in range(add))
    versions.append(_version(weeks[0], weeks[-1], cases, versions))


# --- What an attacker reads, as sets of cases ------------------------------------------------


def _published_sets(version: Version) -> Iterator[tuple[Hashable, Hashable, frozenset[int]]]:
    """Yield what each published number is about, the number itself, and the cases behind it."""
    found, cases = version.figures, version.cases
    if found.participation:
        yield "participation", found.participation, frozenset(cases)
    if found.scores:
        for wording in found.scores.wordings:
            behind = _answers(cases, wording.version)
            for answers in wording.answers:
                yield (answers.question, wording.version), answers, behind
    for times in found.times:
        measured = _measured(cases, times.metric, times.clock)
        yield (times.metric, times.clock), times.overall, frozenset(measured)
        for group in times.groups:
            behind = frozenset(key for key, kind in measured.items() if (kind or "") in group.kinds)
            yield (times.metric, times.clock), group, behind
    if found.conduct:
        answered = frozenset(key for key, case in cases.items() if case.answered_at)
        yield "read", found.conduct.read, answered
        if found.conduct.contacted:
            yield "contacted", found.conduct.contacted, _wished(version)


def _wished(version: Version) -> frozenset[int]:
    """Return the low answers in the published scores whose customers welcome contact.

    A version that withholds the scores as a small change still counts the same answers.
    """
    minimum, cases = RULES.minimum_n, version.cases
    behind = [_answers(cases, wording) for wording in (1, 2)]
    in_scores = frozenset().union(*(keys for keys in behind if len(keys) >= minimum))
    return frozenset(
        key
        for key in in_scores
        if cases[key].contact_welcome
        and min(cases[key].ease or 5, cases[key].satisfaction or 5) <= RULES.low_threshold
    )


def _answers(cases: dict[int, CohortCase], wording: int) -> frozenset[int]:
    by_object = {id(case): key for key, case in cases.items()}
    found = (case for case in counted(cases.values()) if case.wording_version == wording)
    return frozenset(by_object[id(case)] for case in found)


def _measured(cases: dict[int, CohortCase], metric: str, clock: str) -> dict[int, str | None]:
    found = {}
    for key, case in cases.items():
        measured = METRICS[metric](case)
        if measured and measured[0] == clock:
            found[key] = case.case_kind
    return found


def _knowledge(history: History) -> dict[Hashable, Sets]:
    """Return the sets whose sums of a value are known, by value. What is repeated tells nothing."""
    known: dict[Hashable, Sets] = {}
    for versions in history.versions:
        said: set[tuple[Hashable, Hashable]] = set()
        for version in versions:
            for about, number, behind in _published_sets(version):
                if (about, number) not in said:
                    said.add((about, number))
                    known.setdefault(about, set()).add(behind)
    return known


# --- First attack: sums ----------------------------------------------------------------------


def smallest_support(sets: Sets, below: int) -> int | None:
    """Return the size of the smallest group below `below` whose sum a combination of sets gives.

    Cases in the same sets cannot be told apart, so combinations are constant on such classes. One
    is about the classes U alone exactly if the sets have a smaller rank outside of U.
    """
    ordered = sorted(sets, key=sorted)
    signatures = Counter(
        tuple(key in one for one in ordered) for key in frozenset[int]().union(*ordered)
    )
    classes = [signature for signature, size in signatures.items() if size < below]
    full = _rank(signatures)
    found = [
        size
        for count in range(1, len(classes) + 1)
        for some in combinations(classes, count)
        if (size := sum(signatures[one] for one in some)) < below
        and _rank(one for one in signatures if one not in some) < full
    ]
    return min(found, default=None)


def _rank(columns: Iterable[tuple[bool, ...]]) -> int:
    rows = [[Fraction(cell) for cell in column] for column in columns]
    rank = 0
    for place in range(len(rows[0]) if rows else 0):
        pivot = next((row for row in rows[rank:] if row[place]), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        rows.insert(rank, pivot)
        for other in rows[rank + 1 :]:
            factor = other[place] / pivot[place]
            for at in range(place, len(other)):
                other[at] -= factor * pivot[at]
        rank += 1
    return rank


def test_the_attack_finds_what_subtracting_gives_away() -> None:
    total, part = frozenset(range(30)), frozenset(range(25))
    assert smallest_support({total, part}, 10) == 5
    assert smallest_support({total, frozenset(range(20))}, 10) is None
    thirds = {frozenset(range(start, start + 12)) for start in (0, 12, 24)}
    assert smallest_support({*thirds, frozenset(range(33))}, 10) == 3
    assert smallest_support({*thirds, frozenset(range(36))}, 10) is None


def _assert_sums_are_about_nobody_or_enough(history: History) -> None:
    event(f"{len(history.versions)} periods")
    for about, sets in _knowledge(history).items():
        event(f"{about} restated: {len(sets) > len(history.versions)}")
        assert smallest_support(sets, RULES.minimum_n) is None, about


# --- Second attack: two versions --------------------------------------------------------------


def test_sums_and_differences_cover_no_case_or_enough_cases() -> None:
    """The first two attacks, on the same histories because making them takes most of the time."""
    versions: list[int] = []

    @settings(max_examples=300)
    @given(histories())
    def attack(history: History) -> None:
        versions.append(len(history.files))
        _assert_sums_are_about_nobody_or_enough(history)
        _assert_changes_are_about_nobody_or_enough(history)

    attack()
    assert sum(count > 1 for count in versions) > 100, "there was something to attack"


def _assert_changes_are_about_nobody_or_enough(history: History) -> None:
    for versions in history.versions:
        stated: dict[Hashable, list[tuple[object, list[int]]]] = {}
        for version in versions:
            for about, number, _ in _published_sets(version):
                place = (about, getattr(number, "kinds", ""))
                stated.setdefault(place, []).append((number, _counts(number)))
        for place, numbers in stated.items():
            for (one, before), (other, after) in combinations(numbers, 2):
                steps = [new - old for old, new in zip(before, after, strict=True)]
                grown = sum(step for step in steps if step > 0)
                shrunk = -sum(step for step in steps if step < 0)
                assert one == other or grown or shrunk, place
                assert not 0 < grown < RULES.minimum_n, place
                assert not 0 < shrunk < RULES.minimum_n, place


def _counts(number: object) -> list[int]:
    """Return a published number as counts of disjoint groups of cases."""
    if isinstance(number, Answers):
        return list(number.counts)
    if isinstance(number, Participation):
        asked = [number.answered, number.reached - number.answered, number.bounced]
        return [*asked, number.not_delivered, number.not_asked]
    portion = number.within_target if isinstance(number, PublishedSpread) else number
    if isinstance(portion, Portion):
        return [portion.count, portion.n - portion.count]
    assert isinstance(number, PublishedSpread)
    return [number.n]


# --- Third attack: another history ----------------------------------------------------------

# A contact is wished for with a low answer, so an answer is swapped whole.
ANSWER = ("ease", "satisfaction", "contact_welcome", "contacted_at")
VALUES = {
    "ease": ANSWER,
    "satisfaction": ANSWER,
    "first_response_time": ("first_response_seconds",),
    "resolution_time": ("resolution_seconds",),
    "read": ("read_at",),
    "contacted": ("contacted_at",),
}


@given(histories(), st.integers(0, 2**32))
def test_a_different_history_can_have_the_same_files(history: History, seed: int) -> None:
    random = Random(seed)
    known = _knowledge(history)
    for about, sets in known.items():
        name = about[0] if isinstance(about, tuple) else about
        if name == "participation":
            continue
        pairs, names = _alike(sets, random)[:5], VALUES[str(name)]
        other = _another(history, pairs, names)
        changed = other.versions != history.versions
        event(f"{about} has another history: {changed}")
        assert changed == any(_differ(history, one, two, names) for one, two in pairs), about
        assert other.files == history.files, about


def test_the_attack_really_swaps_the_values_behind_every_figure() -> None:
    history = History(Random(1), [1] * len(KINDS))
    cases = dict(history.new_case([week]) for week in WEEKS for _ in range(30))
    for cohort in _due(cases):
        history.versions.append([_version(cohort.first, cohort.last, cases, [])])
    known = _knowledge(history)
    swapped = set()
    for about, sets in known.items():
        name = str(about[0] if isinstance(about, tuple) else about)
        if name in VALUES:
            pairs = _alike(sets, Random(2))[:5]
            other = _another(history, pairs, VALUES[name])
            assert other.files == history.files, about
            swapped |= {name} if other.versions != history.versions else set()
    assert swapped == set(VALUES)


def _another(history: History, pairs: list[tuple[int, int]], names: tuple[str, ...]) -> History:
    """Return a copy of `history` in which each pair of cases has swapped these values."""
    other = History(history.random, history.weights)
    other.versions = [list(versions) for versions in history.versions]
    for one, two in pairs:
        _swap(other, one, two, names)
    return other


def _differ(history: History, one: int, two: int, names: tuple[str, ...]) -> bool:
    """Return whether swapping these values changes the two cases in any version."""
    return any(
        _with(cases[one], cases[two], names) != cases[one]
        for versions in history.versions
        for cases in (version.cases for version in versions)
        if one in cases and two in cases
    )


def _alike(sets: Sets, random: Random) -> list[tuple[int, int]]:
    """Return pairs of cases that are in the same published sets; no case is in two pairs."""
    classes: dict[tuple[bool, ...], list[int]] = {}
    ordered = sorted(sets, key=sorted)
    for key in sorted(frozenset[int]().union(*ordered)):
        classes.setdefault(tuple(key in one for one in ordered), []).append(key)
    pairs = []
    for keys in classes.values():
        random.shuffle(keys)
        pairs += list(zip(keys[::2], keys[1::2], strict=False))
    random.shuffle(pairs)
    return pairs


def _swap(history: History, one: int, two: int, names: tuple[str, ...]) -> None:
    """Give two cases each other's values in every version, and publish all of it again."""
    for versions in history.versions:
        again: list[Version] = []
        for version in versions:
            cases = dict(version.cases)
            if one in cases and two in cases:
                for key, other in ((one, two), (two, one)):
                    cases[key] = _with(version.cases[key], version.cases[other], names)
            earlier = [before.figures for before in again]
            again.append(Version(cases, figures(list(cases.values()), *earlier)))
        versions[:] = again


def _with(case: CohortCase, other: CohortCase, names: tuple[str, ...]) -> CohortCase:
    """Return `case` with the values that `other` has; moments are as long after the answer."""
    values = {name: getattr(other, name) for name in names}
    for name, value in values.items():
        if name.endswith("_at") and case.answered_at and other.answered_at:
            values[name] = case.answered_at + (value - other.answered_at)
    return replace(case, **values)


# --- Fourth attack: inequalities ------------------------------------------------------------

# What every reader knows: each block is inside the next one. A block that is larger than the next
# one contains answers that are withheld from it, and what they have in common is known.
Block = tuple[str, int]


def _nested(figures: Figures) -> Iterator[tuple[Block, Block]]:
    """Yield every pair of published counts of which the first must not exceed the second."""
    participation, scores, conduct = figures.participation, figures.scores, figures.conduct
    counted_n = sum(wording.n for wording in scores.wordings) if scores else None
    if scores and counted_n is not None:
        everybody = counted_n + scores.flagged + scores.other_wording
        lows = [_most_low(wording) for wording in scores.wordings]
        if conduct:
            yield ("counted", counted_n), ("read", conduct.read.n)
            yield ("all answers", everybody), ("read", conduct.read.n)
            yield ("read", conduct.read.n), ("all answers", everybody)
            if conduct.contacted:
                yield ("contacted", conduct.contacted.n), ("low and counted", sum(lows))
                yield ("contacted in time", conduct.contacted.count), ("low", sum(lows))
        if participation:
            yield ("all answers", everybody), ("answered", participation.answered)
            yield ("answered", participation.answered), ("all answers", everybody)
    if participation:
        yield ("answered", participation.answered), ("reached", participation.reached)
        yield ("reached", participation.reached), ("closed", participation.closed)
        if conduct:
            yield ("read", conduct.read.n), ("answered", participation.answered)
            yield ("answered", participation.answered), ("read", conduct.read.n)
        for metric in {times.metric for times in figures.times}:
            measured = sum(times.overall.n for times in figures.times if times.metric == metric)
            yield (metric, measured), ("closed", participation.closed)
    for times in figures.times:
        groups = sum(group.n for group in times.groups)
        yield (f"groups of {times.metric}", groups), (times.metric, times.overall.n)


def _most_low(wording: PublishedWording) -> int:
    """Return how many answers to this wording can have a score up to the threshold at most."""
    lows = (sum(answers.counts[: RULES.low_threshold]) for answers in wording.answers)
    return min(wording.n, sum(lows))


def _surplus(figures: Figures) -> list[tuple[Block, Block]]:
    """Return the pairs whose first count exceeds the second."""
    return [(inner, outer) for inner, outer in _nested(figures) if inner[1] > outer[1]]


def _many_low_answers(random: Random) -> list[CohortCase]:
    """Return answers of dissatisfied customers, and up to three that are withheld."""
    held = [
        an_answer(random.choice((1, 2)), random.choice((3, 4, 5)), contact_welcome=True)
        for _ in range(random.randint(9, 30))
    ]
    held += [an_answer(5, 5) for _ in range(random.randint(0, 5))]
    for _ in range(random.randint(1, 3)):
        withheld = random.choice(({"wording_version": 2}, {"flagged": True}))
        held.append(an_answer(1, 4, contact_welcome=True, **withheld))
    return held


def test_no_published_count_exceeds_the_count_that_it_is_part_of() -> None:
    random = Random(7)
    published = [figures(_many_low_answers(random)) for _ in range(500)]
    stated = [one for one in published if one.conduct and one.conduct.contacted]
    assert len(stated) > 300
    assert not [surplus for one in published if (surplus := _surplus(one))]


@given(histories())
def test_no_count_of_a_generated_history_exceeds_the_count_that_it_is_part_of(
    history: History,
) -> None:
    for one in history.files:
        assert not _surplus(one)


def test_the_inequalities_reveal_low_answers_if_contacts_count_withheld_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def all_wordings(_scores: object) -> set[int]:
        return {1, 2}

    monkeypatch.setattr("feedback_app.publish.sums.wordings_in", all_wordings)
    withheld = an_answer(2, 2, contact_welcome=True, wording_version=2)
    held = [an_answer(1, 4, contact_welcome=True)] * 9 + [an_answer(5, 5)] * 5 + [withheld]
    assert _surplus(figures(held)) == [(("contacted", 10), ("low and counted", 9))]
    random = Random(7)
    assert sum(bool(_surplus(figures(_many_low_answers(random)))) for _ in range(500)) > 100
