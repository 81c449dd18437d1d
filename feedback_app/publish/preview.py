"""A draft as a person reads it before approving: every figure, what is withheld, what changes."""

from collections.abc import Iterator

from charts import duration, mean, percent, percent_range
from feedback_app.publish.drafts import Draft
from feedback_app.review.intervals import newcombe
from published_results import (
    Answers,
    Figures,
    Portion,
    PublishedSpread,
    PublishedTimes,
    Reason,
    Result,
)

_REASONS: dict[Reason, str] = {
    "too_few": "too few, single answers or cases could be guessed",
    "small_change": "differs by so few that both versions together would give single ones away",
}


def draft_lines(draft: Draft, before: Draft | Result | None) -> Iterator[str]:
    """Yield the lines of a draft, set beside the period `before` it, if there is one."""
    period = draft.period
    yield (
        f"{period.first_week} to {period.last_week} ({period.first_day} to {period.last_day}), "
        f"version {draft.version}{', SAMPLE DATA' if draft.sample else ''}"
    )
    for line in figure_lines(draft.figures):
        yield f"  {line}"
    for name, reason in sorted(draft.figures.withheld.items()):
        yield f"  withheld: {name}: {_REASONS[reason]}"
    if draft.correction:
        yield f"  why: {draft.correction.why}"
        for change in draft.correction.changes:
            yield f"  changes {change}"
    elif before:
        for line in _beside(draft.figures, before):
            yield f"  {line}"
    else:
        yield "  nothing is public yet to set it beside"


def figure_lines(figures: Figures) -> Iterator[str]:
    """Yield a line for each figure, with the number it rests on."""
    if part := figures.participation:
        yield (
            f"{part.closed} cases closed: {part.not_asked} not asked, {part.not_delivered} not "
            f"delivered, {part.bounced} bounced, {part.reached} reached"
        )
        yield f"response rate: {_portion(part.answered, part.reached, part.rate)}"
    if scores := figures.scores:
        yield (
            f"left out of the scores: {scores.flagged} flagged answers, "
            f"{scores.other_wording} to a wording with too few"
        )
        for wording in scores.wordings:
            for answers in wording.answers:
                yield f"{answers.metric}, wording {wording.version}: {_answers(answers)}"
    for times in figures.times:
        yield from _times(times)
    if conduct := figures.conduct:
        yield f"answers read in time: {_of(conduct.read)}"
        if conduct.contacted:
            yield f"wished-for contacts made in time: {_of(conduct.contacted)}"


def _answers(answers: Answers) -> str:
    counts = ", ".join(f"{point}: {count}" for point, count in enumerate(answers.counts, 1))
    text = f"n {answers.n}; {counts}; mean {mean(answers.mean)}, median {answers.median:g}"
    if share := answers.share:
        interval = percent_range(share.low, share.high)
        text += f"; 4 or 5: {percent(share.value)} ({interval}, chance variation only)"
    return text


def _times(times: PublishedTimes) -> Iterator[str]:
    name = f"{times.metric}, {times.clock} clock"
    yield f"{name}: {_spread(times.overall, times.clock)}"
    for group in times.groups:
        kinds = " and ".join(kind or "no kind" for kind in group.kinds)
        yield f"{name}, {kinds}: {_spread(group, times.clock)}"


def _spread(spread: PublishedSpread, clock: str) -> str:
    text = f"n {spread.n}; median {duration(spread.median, clock)}"
    if spread.percentile_90 is not None:
        text += f"; 90th percentile {duration(spread.percentile_90, clock)}"
    if spread.within_target:
        text += f"; within the target: {_of(spread.within_target)}"
    return text


def _of(portion: Portion) -> str:
    return _portion(portion.count, portion.n, portion.share)


def _portion(count: int, n: int, share: float | None) -> str:
    return f"{count} of {n}" + ("" if share is None else f", {percent(share)}")


def _beside(figures: Figures, before: Draft | Result) -> Iterator[str]:
    """Say what was stated for the period before, and no change of a score that chance explains."""
    yield f"beside {before.period.name}; this adds a file and changes none:"
    for line in (*_rates_beside(figures, before.figures), *_scores_beside(figures, before.figures)):
        yield f"  {line}"


def _rates_beside(figures: Figures, before: Figures) -> Iterator[str]:
    now, old = figures.participation, before.participation
    if now and old:
        said, earlier = (_portion(one.answered, one.reached, one.rate) for one in (now, old))
        yield f"response rate: {said}; before {earlier}"
    stated = {(one.metric, one.clock): one for one in before.times}
    for times in figures.times:
        if known := stated.get((times.metric, times.clock)):
            median, earlier = (duration(one.overall.median, one.clock) for one in (times, known))
            yield f"{times.metric}, {times.clock} clock: median {median}; before {earlier}"


def _scores_beside(figures: Figures, before: Figures) -> Iterator[str]:
    if not (figures.scores and before.scores):
        return
    stated = {
        (one.version, two.question): two for one in before.scores.wordings for two in one.answers
    }
    for wording in figures.scores.wordings:
        for answers in wording.answers:
            if earlier := stated.get((wording.version, answers.question)):
                yield f"{answers.metric}, wording {wording.version}: {_change(earlier, answers)}"


def _change(before: Answers, after: Answers) -> str:
    if not (before.share and after.share):
        return "too few answers to speak of a change"
    change = newcombe(before.share.best, before.share.n, after.share.best, after.share.n)
    if not change.excludes_zero():
        return "no change that chance would not explain"
    way = "rise" if change.low > 0 else "fall"
    return f"{way} from {percent(before.share.value)} to {percent(after.share.value)}"
