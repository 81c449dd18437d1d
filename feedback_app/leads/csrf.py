"""CSRF protection: every form contains the token of its session, and each POST must include it."""

import secrets
from typing import Any

from flask import session
from markupsafe import Markup
from wtforms import Form
from wtforms.csrf.core import CSRF
from wtforms.validators import ValidationError

_FIELD = "csrf_token"


def csrf_token() -> str:
    """Return the token of this session. The first form of the session creates it."""
    if _FIELD not in session:
        session[_FIELD] = secrets.token_urlsafe(16)
    token: str = session[_FIELD]
    return token


def csrf_field() -> Markup:
    """Return the hidden input that every form contains."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(_FIELD, csrf_token())


class _SessionToken(CSRF):
    def generate_csrf_token(self, csrf_token_field: Any) -> str:
        return csrf_token()

    def validate_csrf_token(self, form: Any, field: Any) -> None:
        expected, given = session.get(_FIELD, ""), str(field.data or "")
        if not expected or not secrets.compare_digest(expected.encode(), given.encode()):
            raise ValidationError(_FIELD)


class LeadsForm(Form):
    """A form that is only valid with the session's CSRF token."""

    class Meta:
        csrf = True
        csrf_class = _SessionToken
        csrf_field_name = _FIELD
        locales = False  # the templates contain the error messages
