"""\"You said, we did\": tell customers what the meeting decided, after a preview."""

from flask import Response, abort, current_app, request, url_for
from wtforms import StringField

from feedback_app.base.text import clean
from feedback_app.leads.blueprint import leads_pages
from feedback_app.leads.csrf import LeadsForm
from feedback_app.leads.forms import checked, fingerprint, seen_count
from feedback_app.leads.pages import page
from feedback_app.leads.permissions import requires
from feedback_app.leads.refusals import ConflictError
from feedback_app.leads.sessions import lead_name
from feedback_app.leads.site_preview import note_by_language
from feedback_app.publish.notes import (
    NamesCaseError,
    NoteDraft,
    NoteFaultError,
    PublishedAlreadyError,
    new_note,
)
from feedback_app.publish.publication import (
    folder_fault,
    is_on_site,
    publishes_sample,
    take_back,
    write_file,
)
from feedback_app.store import meetings
from feedback_app.web.pages import see_other
from feedback_app.web.request import now, program
from published_results import LONGEST_NOTE, Published, PublishedNote, ResultsError, read_folder


class _NoteForm(LeadsForm):
    """What the page showed: the number of published notes, and a hash of the previewed text."""

    notes = seen_count()
    seen = StringField()
    step = StringField()


class _TakeBackForm(LeadsForm):
    number = seen_count()


@leads_pages.get("/<week:week>/note")
@requires("lead")
def show_note(week: str) -> Response:
    """Show the decisions of the meeting and a form with one text field per language."""
    return _page(week, _published(), done="done" in request.args)


@leads_pages.post("/<week:week>/note")
def publish_note(week: str) -> Response:
    """Publish the note as a separate file if this text was previewed; else show the preview."""
    published, form, given = _published(), checked(_NoteForm(request.form)), _given()
    is_sample = publishes_sample(program(), published)
    if folder_fault(program().settings, published, is_sample):
        return _page(week, published, 409, given=given, fault="setting")
    anyway = "anyway" in request.form
    draft = NoteDraft(week=week, texts=given, by=lead_name(), sample=is_sample, anyway=anyway)
    try:
        note = new_note(program().database, published, draft, now())
        if form.step.data != "publish" or form.seen.data != fingerprint(note.text):
            return _page(week, published, given=given, preview=note, anyway=anyway)
        _check_notes(week, published, form.notes.data or 0)
        write_file(program(), note, note.approved.by, now())
    except PublishedAlreadyError:
        # The form was sent twice, and the first request published the note.
        return _done(week)
    except NamesCaseError as error:
        return _page(week, published, 422, given=given, named=error.case_number)
    except NoteFaultError:
        return _page(week, published, 422, given=given, fault="length")
    except FileExistsError:
        # A colleague published one in the same moment.
        _check_notes(week, _published(), form.notes.data or 0)
        abort(503)
    except OSError as error:
        current_app.logger.error("a note cannot be published: %s", error)
        return _page(week, published, 503, given=given, fault="folder")
    return _done(week)


@leads_pages.post("/<week:week>/note/take-back")
def take_back_note(week: str) -> Response:
    """Delete the file of a note, and return its text to the form."""
    number, given = checked(_TakeBackForm(request.form)).number.data, _given()
    shown = {language: text for language, text in given.items() if text}
    on_site: bool | None = False
    for note in _notes_of(week, _published()):
        # A note that was taken back and replaced has the same number, but another text.
        if (note.number, note.text) == (number, shown):
            on_site = is_on_site(program().settings, note)
            try:
                take_back(program(), note, lead_name(), now())
            except OSError as error:
                current_app.logger.error("a note cannot be taken back: %s", error)
                return _page(week, _published(), 503, given=given, fault="delete")
    return _page(week, _published(), given=given, taken_back=True, was_on_site=on_site)


def _check_notes(week: str, published: Published, seen: int) -> None:
    """Raise ConflictError if the week has notes that the page did not show."""
    notes = _notes_of(week, published)
    if len(notes) > seen:
        raise ConflictError(
            "customer-notes",
            url_for("leads.show_note", week=week),
            newer={"notes": len(notes)},
            theirs=[text for note in notes[seen:] for text in note.text.values()],
        )


def _given() -> dict[str, str]:
    return {
        language: clean(request.form.get(f"text-{language}", ""))
        for language in program().facts.languages
    }


def _notes_of(week: str, published: Published) -> list[PublishedNote]:
    return [note for note in published.notes if note.week == week]


def _done(week: str) -> Response:
    return see_other(url_for("leads.show_note", week=week, done=1))


def _published() -> Published:
    try:
        return read_folder(program().settings.results)
    except ResultsError as error:
        current_app.logger.error("%s", error)
        abort(503)


def _page(
    week: str,
    published: Published,
    status: int = 200,
    preview: PublishedNote | None = None,
    **values: object,
) -> Response:
    shown = {"given": {}, "named": "", "fault": "", "done": False, "anyway": False}
    shown |= {"taken_back": False, "was_on_site": False}
    settings = program().settings
    return page(
        "customer-note",
        status,
        week=week,
        meeting=meetings.of_week(program().database, week),
        notes=[(note, is_on_site(settings, note)) for note in _notes_of(week, published)],
        longest=LONGEST_NOTE,
        preview=note_by_language(preview) if preview else {},
        seen=fingerprint(preview.text) if preview else "",
        **shown | values,
    )
