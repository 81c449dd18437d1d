"""The survey's forms. WTForms validates them; the templates render them."""

from datetime import datetime
from typing import Any, cast

from wtforms import BooleanField, Field, Form, HiddenField, StringField, TextAreaField
from wtforms.csrf.core import CSRF
from wtforms.validators import ValidationError

from feedback_app.base.links import BadLinkError, Links
from feedback_app.base.text import clean, has_unstorable
from support_facts import SurveyRules

SCORES = ("1", "2", "3", "4", "5")


def page_token(links: Links, invitation_id: str, wording_version: int) -> str:
    """Return the token of a page that shows this invitation's form in this wording."""
    return links.sign("page", f"{invitation_id}:{wording_version}")


class PageToken(CSRF):
    """A token in the rendered page, bound to its link, which every POST must contain.

    It is signed with the time, so we know how long the page was open, and it has the version of
    the wording that the page shows.
    """

    def setup_form(self, form: Any) -> Any:
        self.links: Links
        self.invitation_id: str
        self.links, self.invitation_id = form.meta.csrf_context
        return super().setup_form(form)

    def generate_csrf_token(self, csrf_token_field: Any) -> str:
        # WTForms calls this for every form, but few are rendered again: see `submitted`.
        return ""

    def validate_csrf_token(self, form: Any, field: Any) -> None:
        try:
            token = self.links.read("page", field.data or "")
        except BadLinkError as error:
            raise ValidationError("page") from error
        invitation_id, _, version = token.subject.partition(":")
        if invitation_id != self.invitation_id or not version:
            raise ValidationError("page")
        form.opened_at, form.shown_wording = token.at, int(version)


def _one_score(form: Form, field: Field) -> None:
    """Accept only one of the texts '1' to '5', sent once."""
    values = field.raw_data or []
    if len(values) != 1 or values[0] not in SCORES:
        raise ValidationError("score")


class SurveyForm(Form):
    """A form with a page token, and a comment of at most `comment_limit` characters.

    `opened_at` and `shown_wording` are those of the submitted page; None without a valid token.
    """

    opened_at: datetime | None = None
    shown_wording: int | None = None

    class Meta:
        csrf = True
        csrf_class = PageToken
        csrf_field_name = "page"
        locales = False  # the error messages are in the template

    comment = TextAreaField()
    contact_welcome = BooleanField()

    def __init__(
        self, formdata: Any, *, links: Links, invitation_id: str, rules: SurveyRules
    ) -> None:
        super().__init__(formdata, meta={"csrf_context": (links, invitation_id)})
        self.links, self.invitation_id, self.rules = links, invitation_id, rules

    @property
    def comment_text(self) -> str:
        """Return the comment to store."""
        return clean(self.comment.data or "").strip()

    @property
    def characters_removed(self) -> bool:
        """Return whether the comment contained characters that cannot be stored."""
        return has_unstorable(self.comment.data or "")

    def submitted(self) -> dict[str, Any]:
        """Return the submitted values for the form to show, with a valid page token.

        Scores given to another wording are left out, because the form shows the current one.
        """
        data: dict[str, Any] = self.data
        current = self.rules.wording_version
        if self.shown_wording != current:
            data["page"] = page_token(self.links, self.invitation_id, current)
        if self.shown_wording not in (None, current):
            data |= {"ease": "", "satisfaction": ""}
        return data

    def faults(self) -> dict[str, str]:
        """Return the error of each invalid field, in the order of the page."""
        order = ("page", "ease", "satisfaction", "comment")
        errors = cast(dict[str, list[str]], self.errors)
        return {name: errors[name][0] for name in order if name in errors}

    def validate_comment(self, field: Field) -> None:
        if len(field.raw_data or []) > 1 or len(self.comment_text) > self.rules.comment_limit:
            raise ValidationError("too_long")


class AnswerForm(SurveyForm):
    """The two required questions, with a comment."""

    # The template renders the radio buttons, so fields with choices would only cost time.
    ease = StringField(validators=[_one_score])
    satisfaction = StringField(validators=[_one_score])
    change = HiddenField()

    def validate_comment(self, field: Field) -> None:
        super().validate_comment(field)
        scores = [data for data in (self.ease.data, self.satisfaction.data) if data in SCORES]
        is_low = any(int(score) <= self.rules.low_threshold for score in scores)
        if self.rules.reason_required and is_low and not self.comment_text:
            raise ValidationError("reason")


class ReasonForm(SurveyForm):
    """The reason for a low answer, asked for once after the answer was stored."""
