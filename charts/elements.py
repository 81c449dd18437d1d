"""HTML elements.

Elements are added to the tree of Python-Markdown instead of raw HTML, so that MkDocs finds their
anchors when it checks links, and the serializer escapes their text.
"""

from xml.etree.ElementTree import Element

from markdown.util import AtomicString

Child = Element | str


def element(tag: str, attributes: dict[str, str] | None = None, *children: Child) -> Element:
    """Return an element with these children; strings are text, never Markdown."""
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
