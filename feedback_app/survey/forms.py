"""The survey's forms. WTForms validates them; the templates render them."""

from datetime import datetime
from typing import Any, cast

from wtforms import BooleanField, Field, Form, HiddenField, StringField, TextAreaField
from wtforms.validators import ValidationError

from feedback_app.base.links import BadLinkError, Links
from feedback_app.base.text import clean, has_unstorable
from support_facts import SurveyRules

SCORES = ("1", "2", "3", "4", "5")


def page_token(links: Links, invitation_id: str, wording_version: int) -> str:
    """Return the token of a page that shows this invitation's form in this wording."""
    return links.sign("page", f"{invitation_id}:{wording_version}")


def _one_score(form: Form, field: Field) -> None:
    """Accept only one of the texts '1' to '5', sent once."""
    values = field.raw_data or []
    if len(values) != 1 or values[0] not in SCORES:
        raise ValidationError("score")


class SurveyForm(Form):
    """A form with a page token, and a comment of at most `comment_limit` characters.

    The token in the page is bound to its link, so another site cannot send an answer (CSRF). It is
    signed with the time and has the version of the wording: `opened_at` and `shown_wording` are
    those of the submitted page, and None without a valid token.
    """

    class Meta:
        locales = False  # the error messages are in the template

    page = HiddenField()
    comment = TextAreaField()
    contact_welcome = BooleanField()

    def read(self, formdata: Any, links: Links, invitation_id: str, rules: SurveyRules) -> None:
        """Replace everything in this form by what was submitted for an invitation."""
        self.links, self.invitation_id, self.rules = links, invitation_id, rules
        self.opened_at: datetime | None = None
        self.shown_wording: int | None = None
        for field in self:
            field.errors = ()
        self.process(formdata)

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

    def validate_page(self, field: Field) -> None:
        try:
            token = self.links.read("page", field.data or "")
        except BadLinkError as error:
            raise ValidationError("page") from error
        invitation_id, _, version = token.subject.partition(":")
        if invitation_id != self.invitation_id or not version:
            raise ValidationError("page")
        self.opened_at, self.shown_wording = token.at, int(version)

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
