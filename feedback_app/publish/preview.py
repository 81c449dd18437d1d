"""The figures of a period next to those of the period before, for the person who approves them.

Numbers are written as on the site.
"""

from collections.abc import Iterator
from typing import NamedTuple

from charts import newcombe, percent_range
from knowledge_site.results.view import ResultsView
from knowledge_site.wording import Plural
from published_results import Answers, Figures, Published, PublishedSpread, Result

_NONE = "–"
# Section and name of a figure.
_Place = tuple[str, str]


class FigureRow(NamedTuple):
    """A figure before and now, as text; "–" if a period does not have it.

    `change` tells for a share of 4 and 5 whether it rose or fell by more than chance explains.
    """

    figure: str
    before: str
    now: str
    change: str


_HEADINGS = FigureRow("Figure", "Before", "Now", "Change")


def result_before(published: Published, result: Result) -> Result | None:
    """Return the version that `result` corrects, or else the result of the period before it."""
    corrected = [
        one for one in published.versions(result.period.name) if one.version < result.version
    ]
    earlier = [one for one in published.newest if one.period.last_week < result.period.first_week]
    return next(reversed(corrected or earlier), None)


def comparison(
    view: ResultsView, result: Result, before: Result | None
) -> dict[str, list[FigureRow]]:
    """Return a row for every figure of `result` or `before`, by section."""
    now, old = dict(_figures(view, result)), dict(_figures(view, before) if before else ())
    changes = dict(_changes(view, result.figures, before.figures)) if before else {}
    sections: dict[str, list[FigureRow]] = {}
    for place in now | old:
        section, figure = place
        values = old.get(place, _NONE), now.get(place, _NONE), changes.get(place, "")
        sections.setdefault(section, []).append(FigureRow(figure, *values))
    return sections


def withheld(view: ResultsView, result: Result) -> list[tuple[str, str]]:
    """Return the name of each withheld figure and the reason, as the site words it."""
    return [
        (view.figure_name(name), view.reason(result, name))
        for name in sorted(result.figures.withheld)
    ]


def preview_lines(view: ResultsView, result: Result, before: Result | None) -> Iterator[str]:
    """Yield the comparison and what is withheld as lines of text."""
    period = result.period
    yield (
        f"{period.first_week} to {period.last_week} ({view.date_range(period)}), "
        f"version {result.version}{', SAMPLE DATA' if result.sample else ''}"
    )
    if result.correction:
        yield f"  Reason: {result.correction.why}"
        yield from (f"  Changes {change}" for change in result.correction.changes)
    yield f"  Before: {before.name}" if before else "  First period: nothing before it."
    sections = {"": [_HEADINGS], **comparison(view, result, before)}
    every = [row for rows in sections.values() for row in rows]
    widths = [max(map(len, column)) for column in zip(*every, strict=True)]
    for section, rows in sections.items():
        yield f"  {section}".rstrip()
        for row in rows:
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            yield f"    {'  '.join(cells)}".rstrip()
    for name, reason in withheld(view, result):
        yield f"  {name}: {reason}"


def _figures(view: ResultsView, result: Result) -> Iterator[tuple[_Place, str]]:
    yield from _participation(view, result)
    yield from _conduct(view, result)
    for section, answers in _answers(view, result.figures).items():
        yield (section, view.word("answers")), view.number(answers.n)
        counts = " / ".join(map(view.number, answers.counts))
        yield (section, view.word("each_point")), counts
        yield (section, view.word("mean")), view.number(answers.mean, 1)
        yield (section, view.word("median")), view.number(answers.median, answers.median % 1 > 0)
        yield (section, view.word("share_and_range")), _share(view, answers)
    if scores := result.figures.scores:
        for name in ("flagged", "annulled", "other_wording"):
            yield (view.word("left_out"), view.word(f"left_out_{name}")), str(getattr(scores, name))
    yield from _times(view, result.figures)


def _participation(view: ResultsView, result: Result) -> Iterator[tuple[_Place, str]]:
    if part := result.figures.participation:
        section = view.word("participation_caption")
        for name in ("closed", "not_asked", "not_delivered", "bounced", "reached"):
            figure, _, _ = view.word(f"part_{name}").partition(":")
            yield (section, figure), view.number(getattr(part, name))
        rate = view.count_of(part.answered, part.reached, part.rate)
        yield (section, view.facts.metric("response_rate").name[view.language]), rate


def _conduct(view: ResultsView, result: Result) -> Iterator[tuple[_Place, str]]:
    if conduct := result.figures.conduct:
        section = view.word("figure_conduct")
        read = view.word("conduct_read", days=Plural(result.rules.read_within_days))
        yield (section, read), view.portion(conduct.read)
        if conduct.contacted:
            yield (section, _contacted(view, result)), view.portion(conduct.contacted)


def _contacted(view: ResultsView, result: Result) -> str:
    days = Plural(result.rules.contact_within_working_days)
    return view.word("conduct_contacted", days=days)


def _answers(view: ResultsView, figures: Figures) -> dict[str, Answers]:
    """Return the answers to each question and wording, by the section of their figures."""
    return {
        f"{view.metric_name(two.metric)}, {view.word('wording', version=one.version)}": two
        for one in (figures.scores.wordings if figures.scores else ())
        for two in one.answers
    }


def _share(view: ResultsView, answers: Answers) -> str:
    share = answers.share
    if share is None:
        return view.count_of(sum(answers.counts[-2:]), answers.n, None)
    likely = percent_range(share.low, share.high, view.language)
    return f"{view.count_of(share.best, share.n, share.value)}, {likely}"


def _times(view: ResultsView, figures: Figures) -> Iterator[tuple[_Place, str]]:
    for one in figures.times:
        section = view.clocked(one.metric, one.clock)
        spreads = [(view.word("all_kinds"), one.overall)]
        spreads += [(view.kind_names(group.kinds), group) for group in one.groups]
        for kinds, spread in spreads:
            for figure, text in _spread(view, spread, one.clock):
                yield (section, f"{kinds}: {figure}"), text


def _spread(view: ResultsView, spread: PublishedSpread, clock: str) -> Iterator[tuple[str, str]]:
    yield view.word("cases"), view.number(spread.n)
    yield view.word("median"), view.duration(spread.median, clock)
    if spread.percentile_90 is not None:
        yield view.word("percentile_90"), view.duration(spread.percentile_90, clock)
    if spread.within_target:
        yield view.word("within_aim"), view.portion(spread.within_target)


def _changes(view: ResultsView, now: Figures, before: Figures) -> Iterator[tuple[_Place, str]]:
    earlier = _answers(view, before)
    for section, answers in _answers(view, now).items():
        if section in earlier:
            word = view.word(f"change_{_change(earlier[section], answers)}")
            yield (section, view.word("share_and_range")), word


def _change(before: Answers, after: Answers) -> str:
    if not (before.share and after.share):
        return "unknown"
    change = newcombe(before.share.best, before.share.n, after.share.best, after.share.n)
    if not change.excludes_zero():
        return "none"
    return "rise" if change.low > 0 else "fall"
