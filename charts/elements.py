"""One way to write an HTML element.

Elements go into Python-Markdown's own tree rather than into raw HTML, so that the
builder's link check knows their anchors and escaping is the serializer's work.
"""

from xml.etree.ElementTree import Element

from markdown.util import AtomicString

Child = Element | str


def element(tag: str, attributes: dict[str, str] | None = None, *children: Child) -> Element:
    """Return an element holding the children; text is taken literally, never as Markdown."""
    made = Element(tag, attributes or {})
    last: Element | None = None
    for child in children:
        if isinstance(child, Element):
            made.append(child)
            last = child
        elif last is None:
            made.text = AtomicString((made.text or "") + child)
        else:
            last.tail = AtomicString((last.tail or "") + child)
    return made


def english(text: str, language: str) -> Child:
    """Mark text that stays English on a page in another language."""
    return text if language == "en" else element("span", {"lang": "en"}, text)
