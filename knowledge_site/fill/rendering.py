"""The HTML templates of the placeholders, rendered as elements.

Elements are added to the tree of Python-Markdown instead of raw HTML, so that MkDocs finds their
anchors when it checks links.
"""

import re
from functools import cache
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring, tostring

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown.util import AtomicString
from markupsafe import Markup, escape

from charts import anchor
from knowledge_site.fill.status_graph import HEIGHT, LETTERS, status_graphs
from knowledge_site.results.history import history
from knowledge_site.results.metrics import measured
from knowledge_site.results.scores import scores
from knowledge_site.results.tiles import tiles
from knowledge_site.results.times import times
from knowledge_site.results.view import ResultsView
from knowledge_site.wording import Plural, word

TEMPLATES = Path(__file__).with_name("templates")
# Published notes may contain them.
NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def template_names() -> tuple[str, ...]:
    """Return the names of the templates, such as "table statuses"; "-" in file names is a space."""
    found = sorted(path.stem for path in TEMPLATES.glob("[!_]*.html"))
    return tuple(name.replace("-", " ") for name in found)


def render(name: str, results: ResultsView, argument: object = "") -> Element:
    """Return the filled template; `argument` is what follows the name in the placeholder."""
    template = _environment().get_template(f"{name.replace(' ', '-')}.html")
    html = template.render(
        facts=results.facts,
        language=results.language,
        results=results,
        word=lambda key, **values: escape(word(key, results.language)).format(**values),
        argument=argument,
    )
    root = fromstring(NOT_IN_XML.sub("", html))
    for part in root.iter():
        part.text, part.tail = _as_text(part.text), _as_text(part.tail)
    return root


def _as_text(text: str | None) -> str | None:
    """Return text that is never read as Markdown; None for the indentation of a template."""
    return AtomicString(text) if text and (text.strip() or "\n" not in text) else None


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        extensions=["jinja2.ext.do"],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "anchor": anchor,
        "by_key": lambda entries, key: next(one for one in entries if one.key == key),
        "as_html": lambda element: Markup(tostring(element, encoding="unicode")),
        "compact": "{:g}".format,
    }
    environment.globals |= {
        "box_height": HEIGHT,
        "figures": {
            "history": history,
            "measured": measured,
            "scores": scores,
            "tiles": tiles,
            "times": times,
        },
        "font_size": LETTERS,
        "plural": Plural,
        "status_graphs": status_graphs,
    }
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    return environment
