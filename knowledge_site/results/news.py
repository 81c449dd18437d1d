"""Feed entries for published results: one for each period, correction and note."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from knowledge_site.results.view import ResultsView
from published_results import Result

_PAGE = "how-we-are-doing.html"


@dataclass(frozen=True)
class FeedEntry:
    """An entry of the feed; `key` never changes, `page` is relative to the feed."""

    key: str
    day: date
    title: str
    text: str
    page: str


def news(view: ResultsView) -> Iterator[FeedEntry]:
    """Yield an entry for every published result and note."""
    for result in view.published.results:
        yield FeedEntry(
            key=result.file_name,
            day=view.local_date(result.approved.at),
            title=_labelled(view, _title(view, result), result.sample),
            text=_text(view, result),
            page=f"{_PAGE}#{_place(view, result)}",
        )
    for note in view.published.notes:
        yield FeedEntry(
            key=note.file_name,
            day=view.local_date(note.approved.at),
            title=_labelled(view, view.word("news_note"), note.sample),
            text=view.in_language(note.text),
            page=f"{_PAGE}#{note.anchor}",
        )


def _place(view: ResultsView, result: Result) -> str:
    """Return the anchor of the section that shows the figures of this file."""
    if result.correction:
        return "corrections"
    is_latest = view.latest is not None and result.period == view.latest.period
    return "latest" if is_latest else "history"


def _title(view: ResultsView, result: Result) -> str:
    key = "news_correction" if result.correction else "news_figures"
    return view.word(key, period=view.date_range(result.period))


def _text(view: ResultsView, result: Result) -> str:
    return result.correction.why if result.correction else view.word("news_figures_text")


def _labelled(view: ResultsView, title: str, sample: bool) -> str:
    return f"{view.word('sample_data')} {title}" if sample else title
