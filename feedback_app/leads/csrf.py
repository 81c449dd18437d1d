"""A value in every form, bound to the session: a POST must bring it back (CSRF)."""

import secrets
from typing import Any

from flask import session
from wtforms import Form
from wtforms.csrf.core import CSRF
from wtforms.validators import ValidationError


def page_value() -> str:
    """Return the value of this session, made when the first page asks for it."""
    if "page" not in session:
        session["page"] = secrets.token_urlsafe(16)
    value: str = session["page"]
    return value


class _SessionValue(CSRF):
    def generate_csrf_token(self, csrf_token_field: Any) -> str:
        return page_value()

    def validate_csrf_token(self, form: Any, field: Any) -> None:
        known, given = session.get("page", ""), str(field.data or "")
        if not known or not secrets.compare_digest(known.encode(), given.encode()):
            raise ValidationError("page")


class LeadsForm(Form):
    """A form whose page value is checked."""

    class Meta:
        csrf = True
        csrf_class = _SessionValue
        csrf_field_name = "page"
        locales = False  # the words of a fault are in the template
