"""What other programs read says the same as the pages, and follows its schema."""

import json
import re

import jsonschema_rs
import pytest

from knowledge_site.after import built_pages
from knowledge_site.after.data import FILES, VERSION, content, schema, write_data
from support_facts import load_facts

FACTS = load_facts()


@pytest.mark.parametrize("name", FILES)
def test_each_data_file_matches_its_schema(site, name):
    folder = site / "data"
    data = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    shape = json.loads((folder / data["$schema"]).read_text(encoding="utf-8"))
    jsonschema_rs.meta.validate(shape)
    jsonschema_rs.validate(shape, data)
    assert data["version"] == VERSION
    assert len(data[name]) == len(getattr(FACTS, name))


@pytest.mark.parametrize("name", FILES)
def test_the_schema_requires_every_field_and_language(name):
    shape = schema(name, FACTS.languages)
    validator = jsonschema_rs.validator_for(shape)
    data = content(name, FACTS)
    assert validator.is_valid(data)
    texts = [key for key, value in data[name][0].items() if isinstance(value, dict)]
    assert texts
    for field in data[name][0]:
        lacking = [{key: value for key, value in data[name][0].items() if key != field}]
        assert not validator.is_valid({**data, name: lacking}), field
    for field in texts:
        one_language = [{**data[name][0], field: {"en": "x"}}]
        assert not validator.is_valid({**data, name: one_language}), field
    assert not validator.is_valid({**data, "version": VERSION + 1})


@pytest.mark.parametrize("name", FILES)
def test_every_entry_links_to_its_section_of_a_page(site, name):
    for entry in json.loads((site / "data" / f"{name}.json").read_text(encoding="utf-8"))[name]:
        page, anchor = entry["page"].split("#")
        for folder in ("", "de/"):
            built = built_pages.BuiltPage(site / folder / page)
            assert anchor in {found for _, found in built.anchors}, entry["page"]


def test_data_files_and_pages_have_the_same_wording(site):
    text = re.sub(r"<[^>]+>", "", (site / "de/case-status.html").read_text(encoding="utf-8"))
    data = json.loads((site / "data/statuses.json").read_text(encoding="utf-8"))
    for status in data["statuses"]:
        assert status["name"] in text
        assert status["meaning"]["de"] in text


def test_a_further_language_is_in_file_and_schema(tmp_path):
    assert set(schema("metrics", ["en", "fr"])["$defs"]["text"]["properties"]) == {"en", "fr"}
    write_data(tmp_path, FACTS.model_copy(update={"languages": ("en",)}))
    data = json.loads((tmp_path / "data/statuses.json").read_text(encoding="utf-8"))
    assert data["languages"] == ["en"]
