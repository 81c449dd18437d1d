"""Published notes: what the meetings decided, as the leads wrote it."""

from xml.etree.ElementTree import Element

from charts import element
from knowledge_site.results.view import ResultsView, as_written, paragraph, section
from published_results import PublishedNote


def notes(view: ResultsView) -> Element:
    """`{{ results notes }}`: all notes, newest first."""
    found = sorted(
        view.published.notes, key=lambda note: (note.approved.at, note.week, note.number)
    )
    if not found:
        return section("notes", paragraph(view.word("no_notes")))
    return section("notes", *(_note(view, note) for note in reversed(found)))


def words_of(note: PublishedNote, language: str) -> tuple[str, str]:
    """Return the text of a note and its language, which may differ from `language`."""
    chosen = language if language in note.text else next(iter(note.text))
    return note.text[chosen], chosen


def note_anchor(note: PublishedNote) -> str:
    """Return the anchor of a note on its page."""
    return note.name.replace("_", "-").lower()


def _note(view: ResultsView, note: PublishedNote) -> Element:
    text, language = words_of(note, view.language)
    other = {} if language == view.language else {"lang": language}
    about = view.word("note_about", week=note.week, published=view.day(note.approved.at))
    return element(
        "div",
        {"class": "said", "id": note_anchor(note)},
        element("p", other, as_written(text)),
        element("p", {"class": "note"}, about),
    )
