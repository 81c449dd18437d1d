"""The submitted forms of the survey, read and checked; the templates render them."""

from datetime import datetime
from typing import Any

from feedback_app.base.links import BadLinkError, Links
from feedback_app.base.text import clean, has_unstorable
from support_facts import SurveyRules

SCORES = ("1", "2", "3", "4", "5")


def page_token(links: Links, invitation_id: str, wording_version: int) -> str:
    """Return the token of a page that shows this invitation's form in this wording."""
    return links.sign("page", f"{invitation_id}:{wording_version}")


class SurveyForm:
    """The values submitted for an invitation: scores, a comment and a page token.

    The token in the page is bound to its link, so another site cannot send an answer (CSRF). It is
    signed with the time and has the version of the wording: `opened_at` and `shown_wording` are
    those of the submitted page, and None without a valid token.
    """

    # Without WTForms: see DECISIONS.md.
    questions: tuple[str, ...] = ()

    def __init__(
        self, sent: dict[str, list[str]], links: Links, invitation_id: str, rules: SurveyRules
    ) -> None:
        self._sent, self._links, self._rules = sent, links, rules
        self._invitation_id = invitation_id
        typed = self._first("comment")
        self.comment = clean(typed).strip()
        self.characters_removed = has_unstorable(typed)
        self.contact_welcome = self._first("contact_welcome") not in ("", "false")
        self.change = self._first("change")
        self.scores = {name: self._score(name) for name in self.questions}
        self.opened_at: datetime | None = None
        self.shown_wording: int | None = None
        self._read_page_token()

    def _first(self, name: str) -> str:
        return self._sent.get(name, [""])[0]

    def _score(self, question: str) -> int:
        """Return the score, or 0 unless one of the texts '1' to '5' was sent once."""
        values = self._sent.get(question, [])
        return int(values[0]) if len(values) == 1 and values[0] in SCORES else 0

    def _read_page_token(self) -> None:
        try:
            token = self._links.read("page", self._first("page"))
        except BadLinkError:
            return
        invitation_id, _, version = token.subject.partition(":")
        if invitation_id == self._invitation_id and version:
            self.opened_at, self.shown_wording = token.at, int(version)

    def submitted(self) -> dict[str, Any]:
        """Return the submitted values for the form to show, with a valid page token.

        Scores given to another wording are left out, because the form shows the current one.
        """
        names = ("page", "comment", "change", *self.questions)
        given: dict[str, Any] = {name: self._first(name) for name in names}
        given["contact_welcome"] = self.contact_welcome
        current = self._rules.wording_version
        if self.shown_wording != current:
            given["page"] = page_token(self._links, self._invitation_id, current)
        if self.shown_wording not in (None, current):
            given |= dict.fromkeys(self.questions, "")
        return given

    def faults(self) -> dict[str, str]:
        """Return the fault of each invalid field, in the order of the page."""
        found = {} if self.shown_wording else {"page": "page"}
        found |= {name: "score" for name, score in self.scores.items() if not score}
        if fault := self._comment_fault():
            found["comment"] = fault
        return found

    def _comment_fault(self) -> str:
        if len(self.comment) > self._rules.comment_limit or len(self._sent.get("comment", [])) > 1:
            return "too_long"
        is_low = any(0 < score <= self._rules.low_threshold for score in self.scores.values())
        return "reason" if self._rules.reason_required and is_low and not self.comment else ""


class AnswerForm(SurveyForm):
    """The two required questions, with a comment."""

    questions = ("ease", "satisfaction")


class ReasonForm(SurveyForm):
    """The reason for a low answer, asked for once after the answer was stored."""
