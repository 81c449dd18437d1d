"""The Jinja environment: templates of pages, emails and reports, one environment per language."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from feedback_app.base.language import catalogue

TEMPLATES = Path(__file__).parents[1] / "templates"
_ESCAPED = ("html", "mjml", "xml")


@cache
def template(language: str, name: str) -> Template:
    """Return the template `templates/NAME`, whose texts are translated into `language`."""
    return _environment(language).get_template(name)


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(_ESCAPED),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(catalogue(language), newstyle=True)  # type: ignore[attr-defined]
    # Line breaks in {% trans %} blocks do not change their msgid.
    environment.policies["ext.i18n.trimmed"] = True
    environment.globals |= {"language": language, "url_for": _url_for}
    return environment


def _url_for(endpoint: str, **values: Any) -> str:
    """Return the path of a page, in a request only; emails get the addresses of their links."""
    # Importing Flask takes a third of the time in which a command starts.
    from flask import url_for

    return url_for(endpoint, **values)
