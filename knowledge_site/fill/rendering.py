"""The HTML templates of the placeholders, rendered as elements.

Elements are added to the tree of Python-Markdown instead of raw HTML, so that MkDocs finds their
anchors when it checks links.
"""

from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

from markdown.util import AtomicString
from markupsafe import escape

from charts.layout import BAR, LETTER, WIDTH
from knowledge_site.fill.status_graph import HEIGHT, LETTERS, status_graphs
from knowledge_site.results.history import history
from knowledge_site.results.metrics import measured
from knowledge_site.results.scores import scores
from knowledge_site.results.tiles import tiles
from knowledge_site.results.times import times
from knowledge_site.results.view import ResultsView
from knowledge_site.templating import render as fill_template
from knowledge_site.wording import Plural, word

TEMPLATES = Path(__file__).with_name("templates")
# What the page of published figures shows.
FIGURES = {
    "history": history,
    "measured": measured,
    "scores": scores,
    "tiles": tiles,
    "times": times,
}


def template_names() -> tuple[str, ...]:
    """Return the names of the templates, such as "table statuses"; "-" in file names is a space."""
    found = sorted(path.stem for path in TEMPLATES.glob("[!_]*.html"))
    return tuple(name.replace("-", " ") for name in found)


def render(name: str, results: ResultsView, argument: object = "") -> Element:
    """Return the filled template; `argument` is what follows the name in the placeholder."""
    html = fill_template(
        f"{name.replace(' ', '-')}.html",
        facts=results.facts,
        language=results.language,
        results=results,
        word=lambda key, **values: escape(word(key, results.language)).format(**values),
        argument=argument,
        figures=FIGURES,
        plural=Plural,
        status_graphs=status_graphs,
        bar_height=BAR,
        box_height=HEIGHT,
        chart_width=WIDTH,
        font_size=LETTERS,
        letter=LETTER,
    )
    root = fromstring(html)
    for part in root.iter():
        part.text, part.tail = _as_text(part.text), _as_text(part.tail)
    return root


def _as_text(text: str | None) -> str:
    """Return text that is never read as Markdown, without the indentation of a template."""
    return AtomicString(text if text and (text.strip() or "\n" not in text) else "")
