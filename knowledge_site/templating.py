"""Jinja templates of tables, lists and files, in fill/templates and after/templates."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

FOLDERS = [Path(__file__).with_name(part) / "templates" for part in ("fill", "after")]

# Published notes may contain them.
NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def anchor(key: str) -> str:
    """Return the anchor for a key: "solution-proposed" for "solution_proposed"."""
    return key.replace("_", "-")


def render(name: str, /, **values: object) -> str:
    """Return the filled template; in HTML and XML, values are escaped."""
    return NOT_IN_XML.sub("", _environment().get_template(name).render(values))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDERS),
        extensions=["jinja2.ext.do"],
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "anchor": anchor,
        "by_key": _by_key,
        "compact": lambda value: f"{round(value, 1):g}",
    }
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    return environment


def _by_key(entries: Iterable[Any], key: str) -> Any:
    return next(entry for entry in entries if entry.key == key)
