"""You said, we did: a lead tells customers what the meeting decided, and gives nobody away."""

from pathlib import Path

import pytest

from feedback_app.store import decisions
from published_results import LONGEST_NOTE, read_folder
from tests.support.office import Office
from tests.support.team import Somebody, answered

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
    done = lena.post(NOTE, **{"text-en": "We answer on <Saturdays>.", "text-de": " "})
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
        refused = lena.post(NOTE, **{"text-en": text})
        assert refused.status_code == 422
        assert "it names case 0004711" in refused.text
        assert text in refused.text, "what was typed is kept"
    assert read_folder(_folder(lena)).notes == ()
    assert lena.post(NOTE, anyway="y", **{"text-en": "About case 0004711."}).status_code == 303
    assert len(read_folder(_folder(lena)).notes) == 1


@pytest.mark.parametrize("text", ["", " \n ", "x" * (LONGEST_NOTE + 1)])
def test_an_empty_or_too_long_note_is_refused(lena: Somebody, text: str) -> None:
    refused = lena.post(NOTE, **{"text-en": text})
    assert refused.status_code == 422
    assert "write something in at least one language" in refused.text
    assert not _folder(lena).exists()


def test_a_folder_that_cannot_be_written_is_reported_and_the_text_kept(lena: Somebody) -> None:
    _folder(lena).write_text("no folder")
    refused = lena.post(NOTE, **{"text-en": "We answer on Saturdays."})
    assert refused.status_code == 503
    assert "cannot write to" in " ".join(refused.text.split())
    assert "We answer on Saturdays." in refused.text


def test_readers_may_not_publish(team_office: Office) -> None:
    reader = Somebody(team_office, "reader", "rita")
    assert reader.get(NOTE).status_code == 403
    assert reader.post(NOTE, **{"text-en": "Words."}).status_code == 403
    assert "/note" not in reader.get(f"/review/{WEEK}/minutes").text
    assert not _folder(reader).exists()
