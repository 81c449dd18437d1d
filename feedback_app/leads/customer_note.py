"""\"You said, we did\": tell customers what the meeting decided."""

from flask import Response, abort, current_app, request, url_for

from feedback_app.base.text import clean
from feedback_app.leads.audit_log import log_action
from feedback_app.leads.blueprint import leads_pages
from feedback_app.leads.csrf import LeadsForm
from feedback_app.leads.forms import checked, seen_count
from feedback_app.leads.pages import page
from feedback_app.leads.permissions import requires
from feedback_app.leads.refusals import ConflictError
from feedback_app.leads.sessions import lead
from feedback_app.publish.notes import (
    NamesCaseError,
    NoteDraft,
    NoteFaultError,
    PublishedAlreadyError,
    new_note,
)
from feedback_app.store import meetings
from feedback_app.web.pages import see_other
from feedback_app.web.request import now, program
from published_results import (
    LONGEST_NOTE,
    Published,
    PublishedNote,
    ResultsError,
    add,
    read_folder,
)


class _NoteForm(LeadsForm):
    """`notes` is the number of published notes that the page showed."""

    notes = seen_count()


@leads_pages.get("/<week:week>/note")
@requires("lead")
def show_note(week: str) -> Response:
    """Show the decisions of the meeting and a form with one text field per language."""
    return _page(week, _published(), done="done" in request.args)


@leads_pages.post("/<week:week>/note")
def publish_note(week: str) -> Response:
    """Publish the note as a separate file. The next build of the site shows it."""
    who, published = lead() or abort(401), _published()
    seen = checked(_NoteForm(request.form)).notes.data or 0
    given = {
        language: clean(request.form.get(f"text-{language}", ""))
        for language in program().facts.languages
    }
    anyway = "anyway" in request.form
    try:
        draft = NoteDraft(
            week=week, texts=given, by=who.name, sample=published.is_sample, anyway=anyway
        )
        note = new_note(program().database, published, draft, now())
        _check_notes(week, published, seen)
        add(program().settings.results, [note])
    except PublishedAlreadyError:
        # The form was sent twice, and the first request published the note.
        return _done(week)
    except NamesCaseError as error:
        return _page(week, published, 422, given=given, named=error.case_number)
    except NoteFaultError:
        return _page(week, published, 422, given=given, fault="length")
    except FileExistsError:
        # A colleague published one in the same moment.
        _check_notes(week, _published(), seen)
        abort(503)
    except OSError as error:
        current_app.logger.error("a note cannot be published: %s", error)
        return _page(week, published, 503, given=given, fault="folder")
    with program().database.write() as tx:
        log_action(tx, "note published", week)
    return _done(week)


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


def _page(week: str, published: Published, status: int = 200, **values: object) -> Response:
    shown = {"given": {}, "named": "", "fault": "", "done": False, **values}
    return page(
        "customer-note",
        status,
        week=week,
        meeting=meetings.of_week(program().database, week),
        notes=_notes_of(week, published),
        longest=LONGEST_NOTE,
        **shown,
    )
