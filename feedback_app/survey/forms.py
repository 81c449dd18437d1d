"""The form of the two questions: WTForms validates, the template draws."""

from datetime import datetime
from typing import Any, cast

from wtforms import BooleanField, Field, Form, HiddenField, StringField, TextAreaField
from wtforms.csrf.core import CSRF
from wtforms.validators import ValidationError

from feedback_app.base.links import BadLinkError, Links
from feedback_app.base.text import clean

SCORES = ("1", "2", "3", "4", "5")


class PageValue(CSRF):
    """A value minted when the page is rendered, bound to its link: a POST must bring it back.

    It keeps its time, which tells how long the page was open.
    """

    def setup_form(self, form: Any) -> Any:
        self.links: Links
        self.invitation_id: str
        self.links, self.invitation_id = form.meta.csrf_context
        return super().setup_form(form)

    def generate_csrf_token(self, csrf_token_field: Any) -> str:
        # Asked for with every form that is read, but few are drawn again: see `given`.
        return ""

    def validate_csrf_token(self, form: Any, field: Any) -> None:
        try:
            minted = self.links.read("page", field.data or "")
        except BadLinkError as error:
            raise ValidationError("page") from error
        if minted.subject != self.invitation_id:
            raise ValidationError("page")
        form.opened_at = minted.at


def _one_score(form: Form, field: Field) -> None:
    """Refuse anything but one of the exact texts '1' to '5', given once."""
    given = field.raw_data or []
    if len(given) != 1 or given[0] not in SCORES:
        raise ValidationError("score")


class _LinkBoundForm(Form):
    """A form whose page value is checked, and whose comment has a limit in characters."""

    opened_at: datetime | None = None

    class Meta:
        csrf = True
        csrf_class = PageValue
        csrf_field_name = "page"
        locales = False  # the words of a fault are in the template

    comment = TextAreaField()
    contact_welcome = BooleanField()

    def __init__(
        self, formdata: Any, *, links: Links, invitation_id: str, comment_limit: int
    ) -> None:
        super().__init__(formdata, meta={"csrf_context": (links, invitation_id)})
        self.links, self.invitation_id = links, invitation_id
        self.comment_limit = comment_limit

    @property
    def comment_text(self) -> str:
        """Return the comment as it may be stored."""
        return clean(self.comment.data or "").strip()

    @property
    def characters_removed(self) -> bool:
        """Return whether the comment held characters that cannot be stored."""
        typed = (self.comment.data or "").replace("\r\n", "\n").replace("\r", "\n")
        return clean(typed) != typed

    def given(self) -> dict[str, Any]:
        """Return what to draw again, with a page value that is good or was good."""
        data: dict[str, Any] = self.data
        if not self.opened_at:
            data["page"] = self.links.sign("page", self.invitation_id)
        return data

    def faults(self) -> dict[str, str]:
        """Return the name of each wrong field with its fault, in the order of the page."""
        order = ("page", "ease", "satisfaction", "comment")
        errors = cast(dict[str, list[str]], self.errors)
        return {name: errors[name][0] for name in order if name in errors}

    def validate_comment(self, field: Field) -> None:
        if len(field.raw_data or []) > 1 or len(self.comment_text) > self.comment_limit:
            raise ValidationError("too_long")


class AnswerForm(_LinkBoundForm):
    """Two required questions, and why."""

    # The template draws the radio buttons; a field with choices would only cost time.
    ease = StringField(validators=[_one_score])
    satisfaction = StringField(validators=[_one_score])
    change = HiddenField()

    def __init__(self, formdata: Any, *, reason_below: int = 0, **context: Any) -> None:
        super().__init__(formdata, **context)
        self.reason_below = reason_below

    def validate_comment(self, field: Field) -> None:
        super().validate_comment(field)
        scores = [given for given in (self.ease.data, self.satisfaction.data) if given in SCORES]
        if any(int(score) <= self.reason_below for score in scores) and not self.comment_text:
            raise ValidationError("reason")


class ReasonForm(_LinkBoundForm):
    """Why a low answer was low, asked once after it was stored."""
