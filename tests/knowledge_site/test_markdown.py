"""Facts and fillers inside pages, without any builder."""

import re
from xml.etree.ElementTree import tostring

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown import Markdown
from markdown.util import AtomicString
from pydantic import BaseModel

from knowledge_site.fill.placeholders import UnknownPlaceholder, fact, fill, is_fact, names
from knowledge_site.templating import anchor
from knowledge_site.wording import Plural, word
from support_facts import FACTS_FILE, FactsError, Text, load_facts

FACTS = load_facts()


def render(text: str, language: str = "en") -> str:
    """Convert one page text as a builder would."""
    md = Markdown(
        extensions=[
            "attr_list",
            "md_in_html",
            "tables",
            "toc",
            "knowledge_site.markdown",
        ],
        extension_configs={"knowledge_site.markdown": {"language": language}},
    )
    return md.convert(text)


def test_a_fact_is_inserted_into_a_sentence():
    assert render("Use {{ contacts.portal_name }} today.") == (
        f"<p>Use {FACTS.contacts.portal_name} today.</p>"
    )


def test_fact_can_be_the_text_and_the_target_of_a_link():
    html = render("[{{ contacts.security_address }}](mailto:{{ contacts.security_address }})")
    address = FACTS.contacts.security_address
    assert html == f'<p><a href="mailto:{address}">{address}</a></p>'


def test_fact_in_a_heading_reaches_the_table_of_contents():
    md = Markdown(extensions=["toc", "knowledge_site.markdown"])
    md.convert("# About {{ contacts.portal_name }}")
    assert md.toc_tokens[0]["name"] == f"About {FACTS.contacts.portal_name}"  # type: ignore[attr-defined]


def test_fact_follows_the_language_of_the_page():
    language = FACTS.organisation.case_language
    assert language["de"] in render("{{ organisation.case_language }}", "de")
    assert language["en"] in render("{{ organisation.case_language }}", "en")


@pytest.mark.parametrize("language", FACTS.languages)
def test_support_hours_are_shown_once_the_operator_has_set_them(language):
    hours = Text({"en": "Monday to Friday, 8:00–18:00", "de": "Montag bis Freitag, 8–18 Uhr"})
    told = FACTS.model_copy(update={"contacts": FACTS.contacts.model_copy(update={"hours": hours})})
    for name in ("contacts", "support_hours"):
        assert hours[language] in tostring(fill(name, told, language), encoding="unicode")
        silent = tostring(fill(name, FACTS, language), encoding="unicode")
        assert word("contact_hours", language) not in silent


@pytest.mark.parametrize("language", FACTS.languages)
def test_a_link_to_a_term_of_the_glossary_carries_its_meaning(language):
    html = render("See [ETA](glossary.md#eta) and [SLAs](slas.md#eta).", language)
    meaning = next(term.meaning[language] for term in FACTS.glossary if term.key == "eta")
    assert html.count("aria-description") == 1
    assert f'aria-description="{meaning}"' in html


def test_a_placeholder_in_code_is_unchanged():
    html = render("`{{ contacts.portal_name }}`\n\n    {{ table statuses }}\n")
    assert html.count("{{ ") == 2
    assert "<table" not in html


def test_markup_in_a_fact_is_escaped(tmp_path):
    shipped = FACTS.contacts.portal_name
    hostile = "**a** <script>alert(1)</script> & [b](c)"
    facts = changed_facts(tmp_path, shipped, hostile)
    md = Markdown(
        extensions=["knowledge_site.markdown"],
        extension_configs={"knowledge_site.markdown": {"facts": str(facts)}},
    )
    html = md.convert("Use {{ contacts.portal_name }}.\n\n{{ contacts }}")
    assert "<script" not in html
    assert "<strong>" not in html
    assert html.count("**a** &lt;script&gt;alert(1)&lt;/script&gt; &amp; [b](c)") == 2


def with_hostile_texts(value):
    """Return facts with markup in every text."""
    if isinstance(value, Text):
        return Text({language: f"{text} <u>&\"'*a*" for language, text in value.items()})
    if isinstance(value, tuple):
        return tuple(map(with_hostile_texts, value))
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        return value.model_copy(
            update={name: with_hostile_texts(getattr(value, name)) for name in fields}
        )
    return value


@pytest.mark.parametrize("language", FACTS.languages)
def test_markup_is_escaped_in_every_placeholder(language):
    hostile = with_hostile_texts(FACTS)
    for name in names(FACTS):
        found, shown = (fill(name, facts, language) for facts in (hostile, FACTS))
        assert [part.tag for part in found.iter()] == [part.tag for part in shown.iter()]
        assert [*map(type, found.itertext())] == [AtomicString] * len([*found.itertext()])
    assert "<u>&\"'*a*" in "".join(fill("table statuses", hostile, language).itertext())


def test_a_list_to_copy_without_entries_is_empty(tmp_path):
    toml = FACTS_FILE.read_text(encoding="utf-8")
    without = re.sub(r"(?ms)^\[pieces\..*?(?=^\[(?!pieces))", "", toml)
    facts = tmp_path / "support.toml"
    facts.write_text(f"{without}\n[pieces]\n", encoding="utf-8")
    assert load_facts(facts).pieces == ()
    md = Markdown(
        extensions=["knowledge_site.markdown"],
        extension_configs={"knowledge_site.markdown": {"facts": str(facts)}},
    )
    html = md.convert("{{ plain pieces }}")
    assert html.split(">")[2].strip() == "</code"


def test_an_unknown_fact_raises_an_error_with_its_key():
    with pytest.raises(FactsError, match=r"contacts\.portal_nam\b"):
        render("Use {{ contacts.portal_nam }}.")


def test_an_unknown_placeholder_raises_an_error_with_a_suggestion():
    with pytest.raises(UnknownPlaceholder, match="table statuses"):
        render("{{ table status }}")


def test_a_block_placeholder_inside_a_sentence_raises_an_error():
    with pytest.raises(ValueError, match="only text on its line"):
        render("See {{ table statuses }} for more.")


def test_an_unknown_language_raises_an_error():
    with pytest.raises(ValueError, match="'fr'"):
        render("text", "fr")


def test_status_table_has_a_row_and_an_anchor_for_each_status():
    html = render("{{ table statuses }}")
    for status in FACTS.statuses:
        assert f'<tr id="{anchor(status.key)}"><th scope="row">' in html.replace("\n", "")
        assert status.meaning["en"] in html
        assert status.who_acts["en"] in html
        assert status.you_can["en"] in html
    assert html.count('<th scope="col">') == 5
    assert "<caption>" in html


def test_status_names_on_the_german_page_are_marked_as_english():
    html = render("{{ table statuses }}", "de")
    for status in FACTS.statuses:
        assert f'<span lang="en">{status.name}</span>' in html
        assert status.meaning["de"] in html


def test_the_metric_table_has_definition_formula_and_exclusions():
    html = render("{{ table metrics }}", "de")
    for metric in FACTS.metrics:
        assert metric.name["de"] in html
        assert metric.definition["de"] in html
        assert metric.formula["de"] in html
        assert metric.excludes["de"] in html


def test_questions_show_all_points_in_order():
    html = render("{{ questions }}")
    for question in FACTS.questions:
        assert question.text["en"] in html
        points = [point["en"] for point in question.points]
        found = re.search(f'id="question-{question.key}".*?</ol>', html, re.DOTALL)
        assert found is not None
        assert re.findall(r"<li>(.*?)</li>", found.group(0)) == points


@pytest.mark.parametrize("language", FACTS.languages)
def test_each_step_names_the_actor(language):
    kind = FACTS.case_kind("software")
    actors = {actor.key: actor.name[language] for actor in FACTS.actors}
    html = render("{{ steps software }}", language)
    assert re.findall(r"<li><strong>(.*?):</strong> (.*?)<", html) == [
        (actors[step.who], step.text[language]) for step in kind.steps
    ]
    for step in kind.steps:
        assert step.faster is None or step.faster[language] in html


def test_every_placeholder_works_in_every_language():
    for language in FACTS.languages:
        for name in names(FACTS):
            # Results and support hours are tested where they are set; here there are none.
            least = 0 if name in {"results figures", "support_hours"} else 100
            assert len(render(f"{{{{ {name} }}}}", language)) > least


def test_every_wording_exists_in_every_language():
    from knowledge_site.wording import _catalogue

    for key in _catalogue():
        for language in FACTS.languages:
            assert word(key, language).strip()


def test_a_missing_wording_is_reported_with_key_and_language():
    with pytest.raises(LookupError, match=r"\[nonsense\]"):
        word("nonsense", "en")
    with pytest.raises(LookupError, match="'fr'"):
        word("status", "fr")


@pytest.mark.parametrize(
    ("language", "days", "shown"),
    [("en", 1, "1 day"), ("en", 14, "14 days"), ("de", 1, "1 Tag"), ("de", 14, "14 Tage")],
)
def test_a_number_of_days_has_its_singular_and_plural(tmp_path, language, days, shown):
    toml = FACTS_FILE.read_text(encoding="utf-8")
    path = tmp_path / "support.toml"
    path.write_text(toml.replace("link_lifetime_days = 14", f"link_lifetime_days = {days}"))
    words = {"en": "day|days", "de": "Tag|Tage"}[language]
    assert fact(f"survey.link_lifetime_days {words}", load_facts(path), language) == shown
    assert Plural(days).__format__(words) == shown


def test_a_number_of_days_can_be_used_in_a_sentence():
    assert "is valid for 14 days." in render(
        "is valid for {{ survey.link_lifetime_days day|days }}."
    )


@given(st.text(max_size=40))
def test_any_text_in_braces_is_a_fact_a_placeholder_or_a_reported_fault(text):
    if is_fact(text):
        assert "." in text
        return
    try:
        assert fill(text, FACTS, "en").tag
    except UnknownPlaceholder as error:
        assert "use one of" in str(error)


def changed_facts(folder, before, after):
    """Copy the shipped support.toml with one wording replaced."""
    source = FACTS_FILE.read_text(encoding="utf-8")
    assert f'"{before}"' in source
    path = folder / "support.toml"
    path.write_text(source.replace(f'"{before}"', f"'{after}'"), encoding="utf-8")
    return path
