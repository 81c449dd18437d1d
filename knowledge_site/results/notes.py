"""Published notes: what the meetings decided, as the leads wrote it."""

from collections.abc import Iterator
from datetime import date
from xml.etree.ElementTree import Element

from charts import element
from knowledge_site.results.view import ResultsView, as_written
from published_results import PublishedNote

# The others are folded.
_OPEN = 3


def notes(view: ResultsView) -> Iterator[Element]:
    """Yield all notes, newest first."""
    found = sorted(
        view.published.notes,
        key=lambda note: (note.approved.at, note.week, note.number),
        reverse=True,
    )
    yield from (_with_anchor(view, note) for note in found[:_OPEN])
    if older := found[_OPEN:]:
        summary = element("summary", None, view.word("older_notes", count=len(older)))
        yield element("details", None, summary, *(_with_anchor(view, note) for note in older))


def words_of(note: PublishedNote, language: str) -> tuple[str, str]:
    """Return the text of a note and its language, which may differ from `language`."""
    chosen = language if language in note.text else next(iter(note.text))
    return note.text[chosen], chosen


def note_anchor(note: PublishedNote) -> str:
    """Return the anchor of a note on its page."""
    return note.name.replace("_", "-").lower()


def note_as_shown(view: ResultsView, note: PublishedNote) -> Element:
    """Return a note as the site shows it, without its anchor."""
    text, language = words_of(note, view.language)
    other = {} if language == view.language else {"lang": language}
    year, week = map(int, note.week.split("-W"))
    monday = view.day(date.fromisocalendar(year, week, 1))
    about = view.word("note_about", monday=monday, published=view.day(note.approved.at))
    return element(
        "div",
        {"class": "said"},
        element("p", other, as_written(text)),
        element("p", {"class": "note", "title": note.week}, about),
    )


def _with_anchor(view: ResultsView, note: PublishedNote) -> Element:
    made = note_as_shown(view, note)
    made.set("id", note_anchor(note))
    return made
