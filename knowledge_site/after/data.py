"""Facts for other programs: data/*.json, each with a version and a JSON Schema.

The fields are described at their types in support_facts. Increase VERSION for changes that can
break readers; a new field does not need it.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from knowledge_site.templating import anchor
from support_facts import Facts, Metric, Priority, Question, Status, Text

VERSION = 1
DIALECT = "https://json-schema.org/draft/2020-12/schema"

Kind = type[Status] | type[Priority] | type[Metric] | type[Question]

# The type of the entries of each file, and the page and anchor that describe them.
FILES: dict[str, tuple[Kind, str]] = {
    "statuses": (Status, "case-status.html#{anchor}"),
    "priorities": (Priority, "priorities.html#{anchor}"),
    "metrics": (Metric, "metrics.html#metric-{anchor}"),
    "questions": (Question, "your-feedback.html#question-{anchor}"),
}


def write_data(site: Path, facts: Facts) -> None:
    """Write every file and its schema below data/."""
    folder = site / "data"
    folder.mkdir(exist_ok=True)
    for name in FILES:
        _write(folder / f"{name}.json", content(name, facts))
        _write(folder / f"{name}.schema.json", schema(name, facts.languages))


def content(name: str, facts: Facts) -> dict[str, Any]:
    """Return the content of a file; entries are in the order of display."""
    _, page = FILES[name]
    return {
        "$schema": f"{name}.schema.json",
        "version": VERSION,
        "languages": list(facts.languages),
        name: [
            {**entry.model_dump(mode="json"), "page": page.format(anchor=anchor(entry.key))}
            for entry in getattr(facts, name)
        ],
    }


def schema(name: str, languages: Sequence[str]) -> dict[str, Any]:
    """Return the JSON Schema of a file, derived from the type of its entries."""
    kind, _ = FILES[name]
    shapes = {key: _shape(field.annotation) for key, field in kind.model_fields.items()}
    entry = _object({**shapes, "page": {"type": "string"}})
    top = {
        "$schema": {"const": f"{name}.schema.json"},
        "version": {"const": VERSION},
        "languages": {"type": "array", "items": {"type": "string"}},
        name: {"type": "array", "items": entry},
    }
    text = _object({language: {"type": "string"} for language in languages})
    return {"$schema": DIALECT, "title": name, **_object(top), "$defs": {"text": text}}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _shape(hint: Any) -> dict[str, Any]:
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _shape(args[0])
    if origin in (Union, UnionType):
        return {"anyOf": [_shape(one) for one in args]}
    if origin is Literal:
        return {"enum": list(args)}
    if origin is tuple:
        return {"type": "array", "items": _shape(args[0])}
    if hint is Text:
        return {"$ref": "#/$defs/text"}
    return {"type": {str: "string", int: "integer", bool: "boolean"}.get(hint, "null")}


def _write(path: Path, data: dict[str, Any]) -> None:
    text = json.dumps(data, ensure_ascii=False, indent=2)
    path.write_text(text + "\n", encoding="utf-8")
