"""What the feed tells of published figures: each period, each correction, each note."""

from collections.abc import Iterator

from knowledge_site.entry import Entry
from knowledge_site.results.notes import note_anchor, words_of
from knowledge_site.results.shown import Shown
from published_results import Result

_PAGE = "how-we-are-doing.html"


def news(shown: Shown) -> Iterator[Entry]:
    """Yield an entry for every published file."""
    for result in shown.published.results:
        yield Entry(
            key=result.file_name,
            day=result.approved.at.date(),
            title=_labelled(shown, _title(shown, result), result.sample),
            text=_text(shown, result),
            page=f"{_PAGE}#{_place(shown, result)}",
        )
    for note in shown.published.notes:
        yield Entry(
            key=note.file_name,
            day=note.approved.at.date(),
            title=_labelled(shown, shown.word("news_note"), note.sample),
            text=words_of(note, shown.language)[0],
            page=f"{_PAGE}#{note_anchor(note)}",
        )


def _place(shown: Shown, result: Result) -> str:
    """Return the anchor of the part of the page that shows this file's figures."""
    if result.correction:
        return "corrections"
    is_latest = shown.latest is not None and result.period == shown.latest.period
    return "latest" if is_latest else "history"


def _title(shown: Shown, result: Result) -> str:
    key = "news_correction" if result.correction else "news_figures"
    return shown.word(key, period=shown.span(result.period))


def _text(shown: Shown, result: Result) -> str:
    return result.correction.why if result.correction else shown.word("news_figures_text")


def _labelled(shown: Shown, title: str, sample: bool) -> str:
    return f"{shown.word('sample_data')} {title}" if sample else title
