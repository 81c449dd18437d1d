"""The JSON Schema of JSON exports (2020-12), from the fields that are exported."""

from typing import Any

from feedback_app.records import CARE_REASONS, CASE_FIELDS, REQUIRED_CASE_FIELDS
from feedback_app.reports.json_export import FIELDS, FORMAT

_WEEK = {"type": "string", "pattern": "^[0-9]{4}-W[0-9]{2}$"}
_TIME = {"type": "string", "pattern": "^[0-9-]{10}T[0-9:]{8}Z$", "format": "date-time"}
_POINT = {"type": "integer", "minimum": 1, "maximum": 5}
_COUNT = {"type": "integer", "minimum": 0}
_WORDS = {"type": "array", "items": {"type": "string"}, "uniqueItems": True}
_TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
_ANSWER = {
    "week": _WEEK | {"description": "The week of the first version of the answer."},
    "closed_week": _WEEK | {"description": "The week in which the case was closed."},
    "answered_at": _TIME,
    "ease": _POINT | {"description": "CES, 5 is very easy."},
    "satisfaction": _POINT | {"description": "CSS, 5 is very satisfied."},
    "comment": {
        "type": ["string", "null"],
        "description": "Null without a comment, or while it is to be handled with care.",
    },
    "contact_welcome": {"type": "boolean"},
    "flags": _WORDS | {"description": "Why the answer may be automated."},
    "themes": _WORDS,
    "care": {"enum": [*CARE_REASONS, None]},
    "revision": {"type": "integer", "minimum": 1},
    "wording_version": {"type": ["integer", "null"]},
}


def export_schema() -> dict[str, Any]:
    """Return the schema. Later versions of the format may have more fields."""
    answer = {name: _ANSWER.get(name) or _case_field(name) for name in ("week", *FIELDS)}
    definition = dict.fromkeys(("name", "definition", "formula", "direction"), _TEXTS)
    head = {
        "format": {"const": FORMAT},
        "first_week": _WEEK,
        "last_week": _WEEK,
        "as_of": _TIME,
        "annulled": _COUNT | {"description": "How many answers are left out."},
        "definitions": _list_of({"short": {"type": "string"}, **definition}),
        "answers": _list_of(answer),
    }
    dialect = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": dialect, "title": FORMAT, **_object(head)}


def _case_field(name: str) -> dict[str, Any]:
    field = CASE_FIELDS[name]
    described = {"description": field.description}
    if field.kind == "time":
        return _TIME | described
    known = name in REQUIRED_CASE_FIELDS or name == "source"
    return {"type": "string" if known else ["string", "null"]} | described


def _list_of(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": _object(properties)}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}
