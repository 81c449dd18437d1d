"""You said, we did: a lead tells customers what the meeting decided, and gives nobody away."""

import re
from dataclasses import replace
from html import escape, unescape
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import tostring

import pytest

from feedback_app.store import decisions
from knowledge_site.fill.placeholders import fill
from knowledge_site.results.downloads import write_downloads
from published_results import LONGEST_NOTE, Published, read_folder
from tests.support.office import Office
from tests.support.team import Somebody, answered, publish_note, words

WEEK = "2026-W48"
NOTE = f"/review/{WEEK}/note"


@pytest.fixture
def lena(team_office: Office) -> Somebody:
    return Somebody(team_office, "lead", "lena")


def _folder(somebody: Somebody) -> Path:
    return somebody.office.program.settings.results


def test_a_note_is_written_next_to_the_decisions_and_becomes_a_file(lena: Somebody) -> None:
    office = lena.office
    with office.program.database.write() as tx:
        decisions.add(tx, WEEK, None, "Answer on Saturdays <b>too</b>.", office.now)
    assert "/review/2026-W48/note" in lena.get(f"/review/{WEEK}/minutes").text
    page = lena.get(NOTE).text
    assert "Answer on Saturdays &lt;b&gt;too&lt;/b&gt;." in page
    done = publish_note(lena, NOTE, **{"text-en": "We answer on <Saturdays>.", "text-de": " "})
    assert done.status_code == 303
    page = lena.get(done.location).text
    assert "The note is published." in page
    assert '<p lang="en">We answer on &lt;Saturdays&gt;.</p>' in page
    again = lena.post(NOTE, **{"text-en": "We answer on <Saturdays>."})
    assert again.location == done.location, "sending it twice publishes it once"
    (note,) = read_folder(_folder(lena)).notes
    assert (note.week, note.text) == (WEEK, {"en": "We answer on <Saturdays>."})
    assert (note.approved.by, note.approved.at, note.sample) == ("lena", office.now, False)
    assert ("note published", WEEK) in [
        (row["action"], row["subject"]) for row in office.rows("lead_actions")
    ]


def test_a_note_that_identifies_a_case_needs_a_confirmation(lena: Somebody) -> None:
    answered(lena.office, "0004711", 1, 1, comment="It took four weeks to get a reply.")
    for text in ("About case 0004711.", "You wrote: it took four weeks to get a reply."):
        refused = publish_note(lena, NOTE, **{"text-en": text})
        assert refused.status_code == 422
        assert "it names case 0004711" in refused.text
        assert text in refused.text, "what was typed is kept"
    assert read_folder(_folder(lena)).notes == ()
    given = {"anyway": "y", "text-en": "About case 0004711."}
    assert publish_note(lena, NOTE, **given).status_code == 303
    assert len(read_folder(_folder(lena)).notes) == 1


@pytest.mark.parametrize("text", ["", " \n ", "x" * (LONGEST_NOTE + 1)])
def test_an_empty_or_too_long_note_is_refused(lena: Somebody, text: str) -> None:
    refused = publish_note(lena, NOTE, **{"text-en": text})
    assert refused.status_code == 422
    assert "write something in at least one language" in refused.text
    assert not _folder(lena).exists()


def test_a_folder_that_cannot_be_written_is_reported_and_the_text_kept(lena: Somebody) -> None:
    _folder(lena).write_text("no folder")
    refused = publish_note(lena, NOTE, **{"text-en": "We answer on Saturdays."})
    assert refused.status_code == 503
    assert "cannot write to" in " ".join(refused.text.split())
    assert "We answer on Saturdays." in refused.text


def test_readers_may_not_publish(team_office: Office) -> None:
    reader = Somebody(team_office, "reader", "rita")
    assert reader.get(NOTE).status_code == 403
    assert reader.post(NOTE, **{"text-en": "Words."}).status_code == 403
    assert "/note" not in reader.get(f"/review/{WEEK}/minutes").text
    assert not _folder(reader).exists()


# --- preview and taking back -----------------------------------------------------------------

TEXTS = {"text-en": "We answer on <Saturdays>.", "text-de": "Wir antworten & zwar samstags."}


def _take_back(somebody: Somebody) -> Any:
    """Press the first button "Take back" of the page."""
    form = somebody.get(NOTE).text.split(f'action="{NOTE}/take-back"')[1].split("</form>")[0]
    fields = dict(re.findall(r'name="(number|text-\w+)" value="([^"]*)"', form))
    return somebody.post(f"{NOTE}/take-back", **{k: unescape(v) for k, v in fields.items()})


def test_the_preview_is_the_note_as_the_site_shows_it_in_each_language(lena: Somebody) -> None:
    page = lena.post(NOTE, step="preview", **TEXTS)
    assert page.status_code == 200
    assert "Nothing is published yet." in page.text
    assert not _folder(lena).exists()
    publish_note(lena, NOTE, **TEXTS)
    facts, published = lena.office.program.facts, read_folder(_folder(lena))
    for language in facts.languages:
        site = tostring(fill("results figures", facts, language, published), "unicode")
        (note,) = re.findall(r'<div class="said".*?</div>', site)
        note = re.sub(r' id="[^"]*"', "", note)
        assert note in page.text
    assert "Wir antworten &amp; zwar samstags." in page.text


def test_a_text_that_was_not_previewed_is_previewed_instead_of_published(lena: Somebody) -> None:
    shown = lena.post(NOTE, step="preview", **TEXTS)
    seen = re.findall(r'name="seen" value="(\w+)"', shown.text)[0]
    for fields in ({}, {"step": "publish"}, {"step": "publish", "seen": seen}):
        other = lena.post(NOTE, **{**TEXTS, "text-en": "Another text."}, **fields)
        assert other.status_code == 200
        assert "Nothing is published yet." in other.text
        assert ">\nAnother text.</textarea>" in other.text
    assert not _folder(lena).exists()


def test_a_note_that_was_taken_back_is_removed_and_its_text_returned(lena: Somebody) -> None:
    publish_note(lena, NOTE, **TEXTS)
    page = lena.get(NOTE)
    assert "Published by lena on 24 Nov 2026, 13:00 CET." in words(page)
    done = _take_back(lena)
    assert "The note is taken back. Its text is in the form below." in words(done)
    for text in TEXTS.values():
        assert f">\n{escape(text)}</textarea>" in done.text
    assert read_folder(_folder(lena)).notes == ()
    log = [(row["action"], row["subject"]) for row in lena.office.rows("lead_actions")]
    assert sorted(log) == [("note published", WEEK), ("note taken back", WEEK)]
    assert (
        "Note to customers taken back"
        in Somebody(lena.office, "admin").get("/review/audit-log").text
    )


def test_taking_back_twice_is_a_success_and_removes_no_other_note(lena: Somebody) -> None:
    publish_note(lena, NOTE, **TEXTS)
    page = lena.get(NOTE)
    assert _take_back(lena).status_code == 200
    publish_note(lena, NOTE, **{"text-en": "The corrected note."})
    again = lena.post(f"{NOTE}/take-back", number="1", **TEXTS)
    assert (page.status_code, again.status_code) == (200, 200)
    (note,) = read_folder(_folder(lena)).notes
    assert note.text == {"en": "The corrected note."}


@pytest.mark.parametrize(
    ("built", "before", "after"),
    [
        (None, "The site shows it after its next build.", "If the site was built in the meantime"),
        (False, "The site does not show it yet.", "The site does not show it."),
        (True, "The site shows it. If you take it back", "The site still shows it. The next build"),
    ],
)
def test_the_page_says_whether_customers_see_the_note(
    lena: Somebody, tmp_path: Path, built: bool | None, before: str, after: str
) -> None:
    site = None if built is None else tmp_path / "site"
    program = lena.office.program
    settings = program.settings.model_copy(update={"site": site})
    lena.browser.application.config["PROGRAM"] = replace(program, settings=settings)
    publish_note(lena, NOTE, **TEXTS)
    if site:
        site.mkdir()
        write_downloads(site, read_folder(_folder(lena)) if built else Published())
    assert before in words(lena.get(NOTE))
    assert after in words(_take_back(lena))


def test_a_note_that_cannot_be_deleted_stays_published(
    lena: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_note(lena, NOTE, **TEXTS)

    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    refused = _take_back(lena)
    monkeypatch.undo()
    assert refused.status_code == 503
    assert "The note was not taken back" in words(refused)
    assert len(read_folder(_folder(lena)).notes) == 1
    assert "note taken back" not in {row["action"] for row in lena.office.rows("lead_actions")}
