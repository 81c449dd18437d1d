"""The survey's pages: one small document each, with no script, cookie or further request."""

from datetime import date, datetime
from typing import Any, Literal, TypeVar
from urllib.parse import quote

from flask import Response, current_app, request
from markupsafe import escape

from charts import date_and_time, date_with_weekday, long_date
from feedback_app.base.links import BadLinkError, tidy
from feedback_app.base.text import isolated
from feedback_app.records import SAMPLE_SOURCE, Invitation
from feedback_app.survey import renewals
from feedback_app.survey.forms import SurveyForm, page_token
from feedback_app.web import pages
from feedback_app.web.request import link_fault, now, program, query_value

RevisionPurpose = Literal["why", "change", "thanks"]
Form = TypeVar("Form", bound=SurveyForm)

# No rendered value can contain this character, so it separates a rendered page from its gaps.
_GAP = "\x00"
# The values of an empty form.
BLANK = {
    "page": "",
    "ease": "",
    "satisfaction": "",
    "comment": "",
    "contact_welcome": False,
    "change": "",
}


def page(
    name: str,
    invitation: Invitation | None = None,
    status: int = 200,
    *,
    token: str = "",
    **values: Any,
) -> Response:
    """Return the page `templates/survey/NAME.html` in the customer's language."""
    language = page_language(invitation)
    return pages.page(
        f"survey/{name}",
        status,
        language,
        case_number=isolated(invitation.case_number) if invitation else "",
        is_sample=invitation is not None and invitation.source == SAMPLE_SOURCE,
        path=survey_path(token),
        day=lambda when: long_date(_team_date(when), language),
        weekday=lambda when: date_with_weekday(when, language),
        moment=lambda when: date_and_time(when, language, program().zone),
        **values,
    )


def _team_date(when: date) -> date:
    """Return the date of a time in the team's time zone; a date stays as it is."""
    return when.astimezone(program().zone).date() if isinstance(when, datetime) else when


def blank_form(invitation: Invitation, ease: str) -> Response:
    """Return the two questions with the score `ease` selected; "" selects none.

    Most requests ask for this page, so it is rendered once per language and score, with gaps.
    """
    values = {
        "case_number": isolated(invitation.case_number),
        "page": new_page_token(invitation),
    }
    pieces = _pieces(page_language(invitation), ease, invitation.source == SAMPLE_SOURCE)
    text = "".join(str(escape(values[piece])) if gap else piece for gap, piece in pieces)
    return Response(text, content_type="text/html; charset=utf-8")


def new_page_token(invitation: Invitation) -> str:
    """Return the token for a page that shows the form in the current wording."""
    version = program().facts.survey.wording_version
    return page_token(program().links, invitation.id, version)


def submitted_form(form: type[Form], invitation_id: str = "") -> Form:
    """Return the form of the request; without `invitation_id` its page token is not valid."""
    ours = program()
    sent = request.form.to_dict(flat=False)
    return form(sent, ours.links, invitation_id, ours.facts.survey)


def sign_revision(purpose: RevisionPurpose, invitation: Invitation, revision: int) -> str:
    """Return a token for the page that is about this revision of the answer."""
    return program().links.sign(purpose, f"{invitation.id}:{revision}")


def read_revision(purpose: RevisionPurpose, invitation: Invitation, token: str) -> int | None:
    """Return the revision that `sign_revision` was given; None if the token is not valid."""
    if not token:
        return None
    try:
        subject = program().links.read(purpose, token).subject
    except BadLinkError:
        return None
    invitation_id, _, revision = subject.partition(":")
    return int(revision) if invitation_id == invitation.id else None


def page_language(invitation: Invitation | None) -> str:
    """Return the language chosen on the page, else the case's, else the browser's."""
    return pages.page_language(invitation.language if invitation else None)


def invalid_link_page(token: str, comment: str = "") -> Response:
    """Explain why the link does not work, and show the submitted `comment`."""
    state = link_fault(token)
    status = 404 if state in ("cut", "unknown") else 410
    return page("link", status=status, state=state, opting_out=False, comment=comment)


def closed_link_page(invitation: Invitation, token: str, comment: str = "") -> Response:
    """Explain why the survey takes no answer any more, and show the submitted `comment`.

    If it expired, offer to send a new link.
    """
    state = _closed_state(invitation)
    refused = None
    if state == "expired":
        refused = renewals.request_refusal(program(), program().database, invitation, now())
    return page(
        "link",
        invitation,
        410,
        state=state,
        expires_at=invitation.expires_at,
        renewed_at=invitation.renewed_at,
        refused=refused,
        renew=survey_path(token, "renew"),
        opting_out=False,
        comment=comment,
    )


def _closed_state(invitation: Invitation) -> str:
    if invitation.withheld_because == "reopened":
        return "reopened"
    if invitation.superseded_at:
        return "superseded"
    is_replaced = invitation.link_replaced and now() < invitation.expires_at
    return "replaced" if is_replaced else "expired"


def survey_path(token: str, *steps: str, **query: str) -> str:
    """Return the path of a survey page, which keeps the language chosen on the current page.

    `query` has tokens and numbers of ours, which need no encoding.
    """
    if chosen := query_value("lang"):
        query["lang"] = quote(chosen, safe="")
    pairs = "&".join(f"{name}={value}" for name, value in query.items())
    return "/".join(("/f", quote(tidy(token)), *steps)) + (f"?{pairs}" if pairs else "")


def switches_language() -> bool:
    """Return whether a button for another language was pressed: then nothing is stored."""
    return "lang" in request.form


def _pieces(language: str, ease: str, is_sample: bool) -> list[tuple[bool, str]]:
    """Return the blank form as pairs of "is this a gap?" and the text, or the gap's name."""
    rendered: dict[tuple[str, str, bool], list[tuple[bool, str]]]
    rendered = current_app.extensions.setdefault("blank_forms", {})
    key = (language, ease, is_sample)
    if key not in rendered:
        text = pages.render(
            "survey/form.html",
            language,
            css=pages.stylesheet(),
            is_sample=is_sample,
            path="",
            faults={},
            given={**BLANK, "ease": ease, "page": f"{_GAP}page{_GAP}"},
            case_number=f"{_GAP}case_number{_GAP}",
        )
        rendered[key] = [(bool(at % 2), piece) for at, piece in enumerate(text.split(_GAP))]
    return rendered[key]
