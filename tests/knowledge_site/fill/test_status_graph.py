"""Boxes and arrows are inside the graph and legible."""

import re

import pytest

from knowledge_site.fill.placeholders import fill
from knowledge_site.fill.status_graph import Layout
from support_facts import Status, load_facts

FACTS = load_facts()


def stage(key: str, name: str, *following: str) -> Status:
    return FACTS.statuses[0].model_copy(update={"key": key, "name": name, "next": following})


def drawings(*stages: Status):
    facts = FACTS.model_copy(update={"statuses": stages})
    return fill("picture lifecycle", facts, "en").findall("svg")


def wide(*stages: Status):
    return drawings(*stages)[0]


def test_space_for_curved_arrows_is_only_reserved_if_needed():
    straight = Layout(True, 3, ((0, 1), (1, 2)), 190)
    bent = Layout(True, 3, ((0, 1), (0, 2), (2, 1)), 190)
    assert straight.size[0] == bent.size[0]
    assert straight.size[1] < bent.size[1]


@pytest.mark.parametrize("name", ["Short", "Solution Proposed", "Unbreakablewordbeyondanybox"])
def test_a_short_name_is_on_one_line(name):
    box = wide(stage("a", name)).find("a")
    assert box is not None
    assert box.findtext("text") == name
    assert box.find("text/tspan") is None


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("SOLUTION PROPOSED", ["SOLUTION", "PROPOSED"]),
        ("Requirements Clarification", ["Requirements", "Clarification"]),
    ],
)
def test_a_long_name_is_wrapped_and_read_as_one_by_screen_readers(name, lines):
    text = wide(stage("a", name)).find("a/text")
    assert text is not None
    assert [line.text or "" for line in text.findall("tspan")] == lines
    assert "".join(text.itertext()).strip() == name


def test_a_box_is_as_wide_as_the_longest_name():
    def width(name):
        box = wide(stage("a", "A"), stage("b", name)).find("a/rect")
        return float(box.attrib["width"]) if box is not None else 0

    assert width("CLOSED") < width("ACKNOWLEDGED") < width("Unbreakablewordbeyondanybox")
    assert width("SOLUTION PROPOSED") < width("SOLUTIONPROPOSED")


def test_both_graphs_have_unique_ids():
    found = [
        element.attrib["id"]
        for drawing in drawings(stage("a", "A", "b"), stage("b", "B"))
        for element in drawing
        if "id" in element.attrib
    ]
    assert len(set(found)) == len(found) == 4


def test_arrows_back_are_below_and_skipping_arrows_above():
    drawing = wide(stage("a", "A", "b", "c"), stage("b", "B"), stage("c", "C", "b"))
    height = float(drawing.attrib["viewBox"].split()[3])
    box = drawing.find("a/rect")
    assert box is not None
    top, bottom = float(box.attrib["y"]), float(box.attrib["y"]) + float(box.attrib["height"])
    ways = [path.attrib["d"] for path in drawing.iter("path") if "way" in path.attrib["class"]]
    heights = [[float(y) for y in re.findall(r"[\d.]+ ([\d.]+)", way)] for way in ways]
    assert min(heights[1]) < top
    assert bottom < max(heights[2]) <= height
