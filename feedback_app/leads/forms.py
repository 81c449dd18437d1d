"""Fields and checks that the forms of several pages share."""

import hashlib
from collections.abc import Sequence
from typing import Any, TypeVar

from flask import abort, request
from wtforms import IntegerField, TextAreaField
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from feedback_app.base.text import clean, one_line
from feedback_app.leads.csrf import LeadsForm
from feedback_app.leads.refusals import refuse

Form = TypeVar("Form", bound=LeadsForm)

LONGEST_TEXT = 2000
LONGEST_NUMBER = 7
_LONGEST_NAME = 100
_HIGHEST = 10**LONGEST_NUMBER - 1


def stripped(sent: str | None) -> str:
    """Return a submitted text without characters that cannot be stored, and surrounding space."""
    return clean(sent or "").strip()


class TypedText(TextAreaField):
    """A text of `shortest` to `longest` characters; `data` is without surrounding space."""

    def __init__(self, *, shortest: int = 1, longest: int = LONGEST_TEXT, **options: Any) -> None:
        super().__init__(**options)
        self.shortest, self.longest = shortest, longest

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = stripped(valuelist[0] if valuelist else None)

    def pre_validate(self, form: Any) -> None:
        # What is deleted needs no text.
        shortest = 0 if "delete" in request.form else self.shortest
        if not shortest <= len(self.data or "") <= self.longest:
            raise ValidationError("length")


class TypedLine(TypedText):
    """A text on one line."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = one_line(valuelist[0] if valuelist else "")


class OwnerField(TypedLine):
    """The name of the person who does something; may be empty."""

    def __init__(self, **options: Any) -> None:
        super().__init__(shortest=0, longest=_LONGEST_NAME, **options)


def fingerprint(*values: object) -> str:
    """Return a short hash, so that a form identifies what its page showed."""
    return hashlib.sha256(repr(values).encode()).hexdigest()[:16]


def required_version() -> IntegerField:
    """Return a hidden number: which version the page showed."""
    return IntegerField(validators=[InputRequired(), NumberRange(1, _HIGHEST)])


def seen_count() -> IntegerField:
    """Return a hidden number: how many of something the page showed. Missing means 0."""
    return IntegerField(default=0, validators=[Optional(), NumberRange(0, _HIGHEST)])


def checked(form: Form) -> Form:
    """Return `form` if it is valid. Else abort with a page that names the fields to correct.

    For a text that is too short or too long, the page states the permitted length.
    """
    if not form.validate():
        faulty = [field for field in form if field.errors]
        for field in faulty:
            if isinstance(field, TypedText):
                limits = {"shortest": field.shortest, "longest": field.longest}
                abort(refuse(422, "length", length=len(field.data or ""), **limits))
        abort(refuse(400, "fields", names=[field.name for field in faulty]))
    return form
