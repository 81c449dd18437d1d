"""Published results as JSON and CSV, in data/ of the built site."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from published_results import Figures, Portion, Published, PublishedSpread

# The first heading names the format and its version, because people keep downloads for years.
_COLUMNS = (
    "support-results-1:first_week",
    "last_week",
    "first_day",
    "last_day",
    "version",
    "is_newest",
    "is_sample",
    "as_of",
    "metric",
    "part",
    "figure",
    "value",
    "n",
)
# Metric, part of it, name of the figure, its value, and the number of cases or answers.
Line = tuple[str, str, str, float, int]


def write_downloads(site: Path, published: Published) -> None:
    """Write data/results.json and data/results.csv, which are empty if nothing is published."""
    folder = site / "data"
    folder.mkdir(exist_ok=True)
    text = json.dumps(as_json(published), indent=2, ensure_ascii=False)
    (folder / "results.json").write_text(text + "\n", encoding="utf-8")
    with (folder / "results.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\r\n")
        rows.writerow(_COLUMNS)
        rows.writerows(_rows(published))


def as_json(published: Published) -> dict[str, Any]:
    """Return every result and note, without the names of the people who approved them."""
    hidden = {"approved": {"by"}}
    return {
        "results": [
            {"file": one.file_name, **one.model_dump(mode="json", exclude=hidden)}
            for one in published.results
        ],
        "notes": [one.model_dump(mode="json", exclude=hidden) for one in published.notes],
    }


def _rows(published: Published) -> Iterator[list[object]]:
    newest = {result.file_name for result in published.newest}
    for result in published.results:
        period = result.period
        about = [
            period.first_week,
            period.last_week,
            period.first_day,
            period.last_day,
            result.version,
            int(result.file_name in newest),
            int(result.sample),
            f"{result.as_of:%Y-%m-%dT%H:%M:%SZ}",
        ]
        for line in _lines(result.figures):
            yield [*about, *line]


def _lines(figures: Figures) -> Iterator[Line]:
    if found := figures.participation:
        for name in ("closed", "not_asked", "not_delivered", "bounced", "reached", "answered"):
            yield "response_rate", "", name, getattr(found, name), found.closed
        if found.rate is not None:
            yield "response_rate", "", "rate", found.rate, found.reached
    yield from _scores(figures)
    for times in figures.times:
        for kinds, spread in (("", times.overall), *((_kinds(one), one) for one in times.groups)):
            yield from _spread(times.metric, f"{times.clock} {kinds}".strip(), spread)
    if conduct := figures.conduct:
        yield from _portion("conduct", "", "read_in_time", conduct.read)
        if conduct.contacted:
            yield from _portion("conduct", "", "contacted_in_time", conduct.contacted)


def _kinds(group: Any) -> str:
    return "+".join(kind or "none" for kind in group.kinds)


def _scores(figures: Figures) -> Iterator[Line]:
    for wording in figures.scores.wordings if figures.scores else ():
        part = f"wording {wording.version}"
        for answers in wording.answers:
            for point, count in enumerate(answers.counts, 1):
                yield answers.metric, part, f"answers_{point}", count, answers.n
            yield answers.metric, part, "mean", answers.mean, answers.n
            yield answers.metric, part, "median", answers.median, answers.n
            if share := answers.share:
                yield answers.metric, part, "share_4_or_5", share.value, answers.n
                yield answers.metric, part, "share_low", share.low, answers.n
                yield answers.metric, part, "share_high", share.high, answers.n


def _spread(metric: str, part: str, spread: PublishedSpread) -> Iterator[Line]:
    yield metric, part, "median_seconds", spread.median, spread.n
    if spread.percentile_90 is not None:
        yield metric, part, "percentile_90_seconds", spread.percentile_90, spread.n
    if spread.within_target:
        yield from _portion(metric, part, "within_target", spread.within_target)


def _portion(metric: str, part: str, name: str, portion: Portion) -> Iterator[Line]:
    yield metric, part, name, portion.count, portion.n
    if portion.share is not None:
        yield metric, part, f"{name}_share", portion.share, portion.n
