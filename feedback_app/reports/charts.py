"""The charts of the review as SVG, each with a table of its data."""

from collections.abc import Sequence

from markupsafe import Markup

from charts import Labels, Mark, bars, html, intervals, percent, percent_range
from feedback_app.review.scores import Scores
from feedback_app.review.trend import TrendPeriod


def of_counts(
    scores: Scores, key: str, language: str, title: str, description: str, headings: tuple[str, str]
) -> Markup:
    """Return a chart of the answers per point, worst first; `key` makes its ids unique."""
    marks = [
        Mark(label=f"{point} {name[language]}", value=count, text=str(count), cells=(str(count),))
        for point, (name, count) in enumerate(
            zip(scores.question.points, scores.counts, strict=True), 1
        )
    ]
    labels = Labels(key=key, title=title, description=description, headings=headings)
    return Markup(html(bars(labels, marks)))


def of_shares(
    periods: Sequence[TrendPeriod],
    place: int,
    title: str,
    description: str,
    headings: tuple[str, ...],
    too_few: str,
) -> Markup:
    """Return a chart of the share per period for the question at `place`, with its interval.

    Periods with too few answers are labelled `too_few`.
    """
    labels = Labels(key=f"share-{place}", title=title, description=description, headings=headings)
    marks = [_share(period, period.scores[place], too_few) for period in periods]
    return Markup(html(intervals(labels, marks)))


def of_weeks(
    weeks: Sequence[TrendPeriod],
    means: Sequence[Sequence[str]],
    title: str,
    description: str,
    headings: tuple[str, ...],
) -> Markup:
    """Return a chart of the answers per week; `means` are further cells of each table row."""
    labels = Labels(key="weeks", title=title, description=description, headings=headings)
    marks = [
        Mark(
            label=week.first,
            value=week.answers,
            text=str(week.answers),
            cells=(str(week.answers), *cells),
        )
        for week, cells in zip(weeks, means, strict=True)
    ]
    return Markup(html(bars(labels, marks)))


def _share(period: TrendPeriod, scores: Scores, too_few: str) -> Mark:
    label = f"{period.first[2:]} – {period.last[2:]}"
    counted = str(scores.n)
    if not scores.share:
        return Mark(label=label, value=None, text=too_few, cells=(counted, too_few, "–"))
    share, (low, high) = scores.share.best / scores.share.n, scores.share.interval
    return Mark(
        label=label,
        value=share,
        low=low,
        high=high,
        text=percent(share),
        cells=(
            counted,
            f"{scores.share.best} ({percent(share)})".replace(" ", "\u00a0"),
            percent_range(scores.share.interval.low, scores.share.interval.high),
        ),
    )
