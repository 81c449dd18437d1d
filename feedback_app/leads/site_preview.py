"""Parts of the public figures page, made by the site's own functions, on a leads' page."""

from xml.etree.ElementTree import Element, tostring

from markupsafe import Markup

from feedback_app.web.request import program
from knowledge_site.fill.rendering import render
from knowledge_site.results.view import ResultsView
from published_results import Published, PublishedNote


def figures_page(published: Published, language: str) -> Markup:
    """Return the figures page of the site with these files."""
    made = render("results figures", ResultsView(published, program().facts, language))
    for heading in made.iter("h2"):
        heading.tag = "h3"  # The leads' page has a heading above the preview.
    for link in made.iter("a"):
        page = link.get("href", "").replace(".md", ".html")
        link.set("href", program().mail_context.site_page(page, language))
    return _html(made)


def note_by_language(note: PublishedNote) -> dict[str, Markup]:
    """Return the note as the site shows it, by language."""
    facts = program().facts
    views = {language: ResultsView(Published(), facts, language) for language in facts.languages}
    return {language: _html(render("_note", view, note)) for language, view in views.items()}


def _html(made: Element) -> Markup:
    return Markup(tostring(made, encoding="unicode", short_empty_elements=False))
