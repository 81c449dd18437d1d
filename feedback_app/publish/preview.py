"""A draft as text, for the person who approves it: all figures, and the change since last time."""

from collections.abc import Iterable, Iterator, Sequence

from charts import duration, mean, percent, percent_range
from feedback_app.publish.drafts import Draft
from feedback_app.review.intervals import newcombe
from published_results import (
    Answers,
    Figures,
    Participation,
    Portion,
    PublishedSpread,
    Result,
    WithheldReason,
)
from support_facts import Facts

_REASONS: dict[WithheldReason, str] = {
    "too_few": "too few; single answers or cases could be guessed",
    "small_change": "few cases changed; comparing both versions would reveal them",
}
_SCORE_HEADINGS = ("Score", "Wording", "n", *"12345", "Mean", "Median", "4 or 5 (95% range)")
_TIME_HEADINGS = ("Duration", "Clock", "Case kind", "n", "Median", "90th percentile", "In target")


def draft_lines(draft: Draft, before: Draft | Result | None, facts: Facts) -> Iterator[str]:
    """Yield the lines of a draft, compared with the period `before` it if there is one."""
    period = draft.period
    yield (
        f"{period.first_week} to {period.last_week} ({period.first_day} to {period.last_day}), "
        f"version {draft.version}{', SAMPLE DATA' if draft.sample else ''}"
    )
    for line in (*_figure_lines(draft.figures, facts), *_comparison(draft, before, facts)):
        yield f"  {line}".rstrip()


def _figure_lines(figures: Figures, facts: Facts) -> Iterator[str]:
    if part := figures.participation:
        yield (
            f"{part.closed} closed cases: {part.not_asked} not asked, {part.not_delivered} not "
            f"delivered, {part.bounced} bounced, {part.reached} reached"
        )
        yield f"Response rate: {_rate(part)}"
    if conduct := figures.conduct:
        yield f"Answers read in time: {_portion(conduct.read)}"
        if conduct.contacted:
            yield f"Requested contacts made in time: {_portion(conduct.contacted)}"
    if scores := figures.scores:
        yield (
            f"Excluded: {scores.flagged} flagged, {scores.annulled} annulled, "
            f"{scores.other_wording} older wording"
        )
        yield from _table(_SCORE_HEADINGS, _score_rows(figures, facts))
    if figures.times:
        yield from _table(_TIME_HEADINGS, _time_rows(figures, facts))
    for name, reason in sorted(figures.withheld.items()):
        yield f"Withheld: {name}: {_REASONS[reason]}"


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the rows with aligned columns, between empty lines."""
    lines = [headings, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    yield ""
    for line in lines:
        yield "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
    yield ""


def _score_rows(figures: Figures, facts: Facts) -> Iterator[tuple[str, ...]]:
    for (wording, _), answers in _answers(figures).items():
        share = answers.share
        yield (
            facts.metric(answers.metric).short,
            str(wording),
            str(answers.n),
            *map(str, answers.counts),
            mean(answers.mean),
            f"{answers.median:g}",
            f"{percent(share.value)} ({percent_range(share.low, share.high)})" if share else "–",
        )


def _time_rows(figures: Figures, facts: Facts) -> Iterator[tuple[str, ...]]:
    names = {kind.key: kind.name["en"] for kind in facts.case_kinds} | {"": "kind not given"}
    for times in figures.times:
        spreads: list[tuple[str, PublishedSpread]] = [("all", times.overall)]
        for group in times.groups:
            spreads.append((" and ".join(names.get(kind, kind) for kind in group.kinds), group))
        for kinds, spread in spreads:
            metric = facts.metric(times.metric).name["en"]
            yield metric, times.clock, kinds, *_spread_cells(spread, times.clock)


def _spread_cells(spread: PublishedSpread, clock: str) -> tuple[str, ...]:
    high, within = spread.percentile_90, spread.within_target
    return (
        str(spread.n),
        duration(spread.median, clock),
        "–" if high is None else duration(high, clock),
        _portion(within) if within else "–",
    )


def _comparison(draft: Draft, before: Draft | Result | None, facts: Facts) -> Iterator[str]:
    if draft.correction:
        yield f"Reason: {draft.correction.why}"
        for change in draft.correction.changes:
            yield f"Changes {change}"
    elif before:
        yield f"Compared with {before.period.name}, which stays published:"
        for line in _changes(draft.figures, before.figures, facts):
            yield f"  {line}"
    else:
        yield "First period: nothing earlier to compare with."


def _changes(figures: Figures, before: Figures, facts: Facts) -> Iterator[str]:
    if figures.participation and before.participation:
        rates = _rate(figures.participation), _rate(before.participation)
        yield f"Response rate: {rates[0]} (before: {rates[1]})"
    earlier = _answers(before)
    for place, answers in _answers(figures).items():
        if place in earlier:
            short = facts.metric(answers.metric).short
            yield f"{short}, wording {place[0]}: {_change(earlier[place], answers)}"
    medians = {(one.metric, one.clock): one.overall.median for one in before.times}
    for times in figures.times:
        if (old := medians.get((times.metric, times.clock))) is not None:
            name = f"{facts.metric(times.metric).name['en']}, {times.clock} clock"
            new = duration(times.overall.median, times.clock)
            yield f"{name}: median {new} (before: {duration(old, times.clock)})"


def _change(before: Answers, after: Answers) -> str:
    if not (before.share and after.share):
        return "too few answers to compare"
    change = newcombe(before.share.best, before.share.n, after.share.best, after.share.n)
    if not change.excludes_zero():
        return "no clear change"
    direction = "rise" if change.low > 0 else "fall"
    return f"{direction} from {percent(before.share.value)} to {percent(after.share.value)}"


def _answers(figures: Figures) -> dict[tuple[int, str], Answers]:
    """Return the answers by wording version and question."""
    wordings = figures.scores.wordings if figures.scores else ()
    return {(one.version, two.question): two for one in wordings for two in one.answers}


def _rate(part: Participation) -> str:
    return _portion(Portion(count=part.answered, n=part.reached, share=part.rate))


def _portion(portion: Portion) -> str:
    share = "" if portion.share is None else f", {percent(portion.share)}"
    return f"{portion.count} of {portion.n}{share}"
