"""The pictures of a case's way and of an escalation say the same as the facts."""

import re
from xml.etree.ElementTree import fromstring, tostring

import pytest

from knowledge_site.fill.placeholders import fill
from knowledge_site.templating import anchor
from support_facts import load_facts
from tests.support.some import some

FACTS = load_facts()


def drawings(facts=FACTS, language="en"):
    return fill("picture lifecycle", facts, language).findall("svg")


def test_there_is_a_graph_for_wide_and_one_for_narrow_screens():
    wide, tall = drawings()
    wide_width, wide_height = map(float, wide.attrib["viewBox"].split()[2:])
    tall_width, tall_height = map(float, tall.attrib["viewBox"].split()[2:])
    assert wide_width > wide_height
    assert tall_height > tall_width
    assert tall_width <= 320


def test_each_graph_has_its_own_title_and_description():
    for drawing in some(drawings()):
        title, text = drawing.find("title"), drawing.find("desc")
        assert title is not None and text is not None
        assert title.text and text.text
        assert drawing.attrib["aria-labelledby"] == title.attrib["id"]
        assert drawing.attrib["aria-describedby"] == text.attrib["id"]
    identities = [child.attrib["id"] for svg in drawings() for child in svg if "id" in child.attrib]
    assert len(set(identities)) == len(identities) == 4


def described(facts=FACTS, language="en") -> str:
    return drawings(facts, language)[0].findtext("desc") or ""


def test_each_box_shows_a_status_and_links_to_its_row():
    for drawing in some(drawings()):
        boxes = {link.attrib["href"]: link.findtext("text") for link in drawing.findall("a")}
        assert boxes == {
            f"case-status.md#{anchor(status.key)}": status.name for status in FACTS.statuses
        }


def test_there_is_one_arrow_for_each_status_that_can_follow():
    ways = sum(len(status.next) for status in FACTS.statuses)
    for drawing in some(drawings()):
        assert len(drawing.findall("g")) == ways


@pytest.mark.parametrize("language", FACTS.languages)
def test_description_names_every_status_and_what_can_follow(language):
    text = described(FACTS, language)
    for status in FACTS.statuses:
        assert status.name in text
    assert len(re.findall(r"\. |\.$", text)) == len(FACTS.statuses)


def test_every_shape_is_inside_the_graph():
    for drawing in some(drawings()):
        width, height = map(float, drawing.attrib["viewBox"].split()[2:])
        for path in some(drawing.iter("path")):
            numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", path.attrib["d"])]
            assert all(0 <= x <= width for x in numbers[::2])
            assert all(0 <= y <= height for y in numbers[1::2])


def test_one_more_status_makes_the_graph_longer():
    last = FACTS.statuses[-1]
    longer = FACTS.model_copy(
        update={
            "statuses": (
                *FACTS.statuses,
                last.model_copy(update={"key": "archived", "name": "Archived"}),
            )
        }
    )
    before = float(drawings()[0].attrib["viewBox"].split()[2])
    after = float(drawings(longer)[0].attrib["viewBox"].split()[2])
    assert after > before
    assert "Archived" in described(longer)


@pytest.mark.parametrize("language", FACTS.languages)
def test_the_escalation_graph_has_its_own_statuses(language):
    for drawing in some(fill("picture escalation", FACTS, language).findall("svg")):
        boxes = {
            link.attrib["href"]: "".join(link.itertext()).strip() for link in drawing.findall("a")
        }
        assert boxes == {
            f"escalations.md#{anchor(status.key)}": status.name
            for status in FACTS.escalation_statuses
        }
        text = drawing.findtext("desc") or ""
        assert all(status.name in text for status in FACTS.escalation_statuses)
        assert len(drawing.findall("g")) == sum(len(s.next) for s in FACTS.escalation_statuses)


def test_the_graph_is_well_formed_and_has_no_inline_style():
    text = tostring(fill("picture lifecycle", FACTS, "de"), encoding="unicode")
    fromstring(text)
    assert "style=" not in text
    assert "#000" not in text
