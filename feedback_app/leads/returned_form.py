"""The form of a refused request, so that the next page can return its text to the lead.

The page contains it as a form. It is sent again only if the lead presses its button.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from flask import current_app, request
from pydantic import TypeAdapter, ValidationError
from werkzeug.exceptions import HTTPException

FIELD = "returned_form"
SIGN_IN = "leads.sign_in_with_password"
# Leaves room for name and password in a form of `limits.FORM_BYTES` bytes, where each byte of the
# text is percent-encoded with up to three.
_LARGEST = 20 * 1024
_SECRET = ("csrf_token", "password", "new_password", "repeated", "username", FIELD)
# Fields that nobody types. The page shows all others, so that the text of a new field is not lost.
_NOT_TYPED = (
    *("answer", "anyway", "back", "code", "confirm", "decision", "delete", "follow_ups", "form"),
    *("go", "invitation", "kind", "listed", "notes", "number", "outcome", "period", "pick"),
    *("reopen", "revision", "role", "seen", "show", "step", "tomorrow", "was", "was_kind"),
    "was_team",
)

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ReturnedForm:
    """The address and the fields of a form, without CSRF token and password."""

    action: str
    fields: Fields

    @property
    def typed(self) -> Fields:
        """Return the fields with text that a lead typed."""
        return tuple(field for field in self.fields if _is_typed(field))

    @property
    def hidden(self) -> Fields:
        """Return the fields that the page sends along without showing them."""
        return tuple(field for field in self.fields if not _is_typed(field))

    def with_values(self, values: dict[str, str]) -> "ReturnedForm":
        """Return the form with these values in place of those it has."""
        kept = tuple(field for field in self.fields if field[0] not in values)
        return replace(self, fields=(*kept, *values.items()))

    def packed(self) -> str:
        """Return the form as the text of a hidden field, or "" if it is too large for one."""
        text = _PACKED.dump_json(self).decode()
        return text if len(text.encode()) <= _LARGEST else ""


_PACKED = TypeAdapter(ReturnedForm)


def returned_form() -> ReturnedForm | None:
    """Return the form that the request sent, or the one that a sign-in carries along.

    None if there is nothing to return, or if the form came from a page of another site.
    """
    if request.method != "POST" or request.headers.get("Sec-Fetch-Site") == "cross-site":
        return None
    try:
        if request.endpoint == SIGN_IN:
            return _unpacked(request.form.get(FIELD, ""))
        fields = _without_secrets(request.form.items(multi=True))
    except HTTPException:  # the body is too large to be read
        return None
    return ReturnedForm(request.path, fields) if fields else None


def _unpacked(text: str) -> ReturnedForm | None:
    try:
        form = _PACKED.validate_json(text)
        endpoint, _ = current_app.url_map.bind("").match(form.action, method="POST")
    except (ValidationError, HTTPException):
        return None
    # "//review/…" matches too, but a browser would send the form to the host "review".
    is_ours = endpoint.startswith("leads.") and form.action.startswith("/review/")
    if endpoint == SIGN_IN or not is_ours:
        return None
    return replace(form, fields=_without_secrets(form.fields))


def _is_typed(field: tuple[str, str]) -> bool:
    name, text = field
    return bool(text) and name not in _NOT_TYPED


def _without_secrets(fields: Iterable[tuple[str, str]]) -> Fields:
    return tuple(field for field in fields if field[0] not in _SECRET)
