"""You said, we did: a note in the leads' own words, that gives no customer away."""

from pathlib import Path

import pytest

from feedback_app import sample
from feedback_app.commands.note import note
from feedback_app.commands.sample import sample_command
from published_results import LONGEST_NOTE, read_folder
from tests.support.office import Office
from tests.support.published_office import START, Run, answer, close, run

__all__ = ["run"]
WORDS = ("--text", "en", "We answer on Saturdays now.", "--by", "A lead for tests")


def test_a_note_is_written_to_a_file_of_its_meeting(
    office: Office, run: Run, tmp_path: Path
) -> None:
    done = run(note, "2026-W47", *WORDS, "--text", "de", "Wir antworten jetzt auch samstags.")
    assert done.exit_code == 0, done.output
    run(note, "2026-W47", *WORDS)
    assert "this note is already published" in run(note, "2026-W47", *WORDS).output
    first, second = read_folder(tmp_path / "results").notes
    assert (first.week, first.number, second.number) == ("2026-W47", 1, 2)
    assert first.text == {
        "en": "We answer on Saturdays now.",
        "de": "Wir antworten jetzt auch samstags.",
    }
    assert (first.approved.by, first.approved.at) == ("A lead for tests", office.now)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("W47", *WORDS), "such as 2026-W47"),
        (("2026-W47", "--text", "fr", "Bonjour", "--by", "x"), "use one of en, de"),
        (("2026-W47", *WORDS, "--text", "en", "Again."), "en is given twice"),
        (("2026-W47", "--text", "en", " \n ", "--by", "x"), "has no text"),
        (("2026-W47", "--text", "en", "x" * (LONGEST_NOTE + 1), "--by", "x"), "601 characters"),
        (("2026-W47", "--text", "en", "Words.", "--by", " "), "must not be empty"),
    ],
)
def test_an_invalid_note_is_refused_with_one_line(
    run: Run, tmp_path: Path, words: tuple[str, ...], complaint: str
) -> None:
    done = run(note, *words)
    assert done.exit_code == 2
    assert complaint in " ".join(done.output.split())
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(
    "text",
    [
        "Because of case c00042 we changed the form.",
        "A CUSTOMER FOR TESTS told us so.",
        "Ask contact@customer.example about it.",
        'One of you wrote: "a comment for TESTS."',
    ],
)
def test_a_note_that_names_a_case_or_repeats_a_comment_is_refused(
    office: Office, run: Run, tmp_path: Path, text: str
) -> None:
    with office.program.database.write() as tx:
        answer(office, tx, close(office, tx, 42, START), 1, 1, START)
    words = ("2026-W47", "--text", "en", text, "--by", "A lead for tests")
    done = run(note, *words)
    assert done.exit_code == 1
    assert "details of case C00042; remove them" in done.output
    assert not (tmp_path / "results").exists()
    assert run(note, *words, "--anyway").exit_code == 0


@pytest.mark.parametrize(
    "text",
    [
        "Die MÜLLER & SÖHNE GMBH wollte es so.",
        "Die Mu\u0308ller & So\u0308hne GmbH wollte es so.",
        "Case É-42_A told us.",
        "You wrote: 100 % of it was slow, and SO WAS _THE REST_.",
    ],
)
def test_a_case_is_recognised_in_any_case_and_across_line_breaks(
    office: Office, run: Run, text: str
) -> None:
    named = {"case_number": "é-42_a", "customer": "Müller & Söhne GmbH"}
    with office.program.database.write() as tx:
        case_id = close(office, tx, 42, START, **named)
        comment = "100 % of it was slow,\nand so was _the rest_."
        answer(office, tx, case_id, 1, 1, START, comment=comment)
    done = run(note, "2026-W47", "--text", "de", text, "--by", "A lead for tests")
    assert done.exit_code == 1
    assert "details of case é-42_a; remove them" in done.output


def test_special_characters_in_a_name_are_literal(office: Office, run: Run) -> None:
    with office.program.database.write() as tx:
        named = {"case_number": "A_%_", "customer": "_%_"}
        answer(office, tx, close(office, tx, 42, START, **named), 1, 1, START)
    assert run(note, "2026-W47", *WORDS).exit_code == 0


def test_sample_figures_and_notes_are_not_mixed_with_real_ones(
    office: Office, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEEDBACK_RESULTS", "results")
    refused = run(sample_command, "--publish")
    assert refused.exit_code == 1
    assert "results is for real figures; set FEEDBACK_RESULTS to another folder" in refused.output
    assert not (tmp_path / "results").exists()
    monkeypatch.setenv("FEEDBACK_RESULTS", "var/results")
    done = run(sample_command, "--publish")
    assert done.exit_code == 0, done.output
    published = read_folder(tmp_path / "var/results")
    assert len(published.results) >= 4
    assert all(result.sample for result in published.results)
    assert [one.text for one in published.notes] == [sample.NOTE]
    again = run(sample_command, "--publish")
    assert again.stdout == (
        "There are sample cases already, from this command or from 'feedback mint', so none "
        "were loaded.\nNo more sample figures to publish yet.\n"
    )
    assert run(note, "2026-W47", *WORDS).exit_code == 1, "a real note has no place among samples"


def test_a_note_loses_characters_that_reorder_the_text_around_it(run: Run, tmp_path: Path) -> None:
    text = "Now\u202e backwards\u2066,\u0007 {{ name }}\n---\n**bold** <b>"
    assert run(note, "2026-W47", "--text", "en", text, "--by", "A lead").exit_code == 0
    (made,) = read_folder(tmp_path / "results").notes
    assert made.text["en"] == "Now backwards, {{ name }} --- **bold** <b>"
