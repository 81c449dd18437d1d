"""The files that cross to the site: written once, read whole, every fault named."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.publish.drafts import ClockSetBackError, code_of
from published_results import (
    LONGEST_NOTE,
    Correction,
    Published,
    ResultsError,
    add,
    as_text,
    read_folder,
    remove,
)
from tests.support.cohort_cases import an_answer, figures
from tests.support.published_drafts import NOW, a_draft, a_note, results


def test_written_files_are_read_back_unchanged(tmp_path: Path) -> None:
    files = results(a_draft(0), a_draft(1))
    note = a_note({"en": "We answer sooner.", "de": "Wir antworten früher."})
    paths = add(tmp_path, [*files, note])
    assert [path.name for path in paths] == [
        "2026-W01_2026-W04_v1_2026-03-01.json",
        "2026-W05_2026-W08_v1_2026-03-01.json",
        "note_2026-W09_1_2026-03-01.json",
    ]
    published = read_folder(tmp_path)
    assert published.results == tuple(files)
    assert published.notes == (note,)
    assert published.newest == tuple(files)
    assert json.loads(paths[0].read_text())["format"] == "support-results-1"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_without_a_folder_nothing_is_published(tmp_path: Path) -> None:
    assert read_folder(tmp_path / "nowhere") == Published()


def test_a_file_is_never_overwritten(tmp_path: Path) -> None:
    (file,) = results(a_draft())
    (path,) = add(tmp_path, [file])
    before = path.read_bytes()
    with pytest.raises(FileExistsError):
        add(tmp_path, results(a_draft(figures=a_draft(1).figures)))
    with pytest.raises(FileExistsError):
        add(tmp_path, results(a_draft(), at=NOW + timedelta(days=1)))
    assert path.read_bytes() == before
    assert len(read_folder(tmp_path).results) == 1


def test_a_note_can_be_removed_once(tmp_path: Path) -> None:
    note = a_note({"en": "We answer on Saturdays."})
    add(tmp_path, [note, *results(a_draft())])
    assert remove(tmp_path, note)
    assert not remove(tmp_path, note)
    assert (read_folder(tmp_path).notes, len(read_folder(tmp_path).results)) == ((), 1)


def test_the_newest_version_counts_and_the_old_one_stays(tmp_path: Path) -> None:
    add(tmp_path, results(a_draft(0), a_draft(1)))
    first = read_folder(tmp_path)
    fixed = a_draft(0, version=2, correction=Correction(why="A reason.", changes=("a: 1 -> 2",)))
    add(tmp_path, results(fixed, published=first, at=NOW + timedelta(days=1)))
    published = read_folder(tmp_path)
    assert [(one.period.first_week, one.version) for one in published.newest] == [
        ("2026-W01", 2),
        ("2026-W05", 1),
    ]
    assert [one.version for one in published.versions("2026-W01_2026-W04")] == [1, 2]
    assert published.last
    assert published.last.file_name == "2026-W01_2026-W04_v2_2026-03-02.json"


def _faults(folder: Path) -> str:
    with pytest.raises(ResultsError) as raised:
        read_folder(folder)
    return str(raised.value)


def test_an_overlap_and_a_missing_version_are_reported(tmp_path: Path) -> None:
    wide = a_draft(0).period.model_copy(
        update={"last_week": "2026-W06", "last_day": date(2026, 2, 8)}
    )
    add(tmp_path, results(a_draft(0, period=wide), a_draft(1)))
    assert "2026-W05_2026-W08_v1_2026-03-01.json: overlaps 2026-W01_2026-W06" in _faults(tmp_path)
    other = tmp_path / "other"
    fixed = a_draft(0, version=3, correction=Correction(why="A reason.", changes=()))
    add(other, results(a_draft(0), fixed))
    assert "version 2 of its period is missing" in _faults(other)


@pytest.mark.parametrize("previous", [None, {"file": "2025-W49_2026-W01.json", "sha256": "0" * 64}])
def test_files_with_the_digest_of_the_file_before_them_are_still_read(
    tmp_path: Path, previous: object
) -> None:
    (file,) = results(a_draft())
    (path,) = add(tmp_path, [file])
    assert "previous" not in json.loads(path.read_text())
    path.write_text(json.dumps({**json.loads(path.read_text()), "previous": previous}))
    (read,) = read_folder(tmp_path).results
    assert as_text(read) == as_text(file)


@pytest.mark.parametrize("late", [timedelta(0), timedelta(hours=3)])
def test_an_approval_must_be_later_than_the_last_one(tmp_path: Path, late: timedelta) -> None:
    add(tmp_path, results(a_draft(0)))
    published = read_folder(tmp_path)
    with pytest.raises(ClockSetBackError, match=r"on 1 March 2026, 10:00 CET.*correct the clock"):
        results(a_draft(1), published=published, at=NOW - late)
    assert results(a_draft(1), published=published, at=NOW + timedelta(seconds=1))


def test_a_missing_period_is_reported(tmp_path: Path) -> None:
    paths = add(tmp_path, results(a_draft(0), a_draft(1), a_draft(2)))
    paths[1].unlink()
    assert (
        "2026-W09_2026-W12_v1_2026-03-01.json: the period from 2026-01-26 on is missing; "
        "restore the file"
    ) in _faults(tmp_path)


@pytest.mark.parametrize(
    ("place", "value", "fault"),
    [
        (("figures", "scores", "wordings", 0, "n"), 13, "do not add up to n"),
        (("figures", "conduct", "read", "count"), 99, "99 of 12: count must not exceed n"),
        (("figures", "participation", "closed"), -1, "greater than or equal to 0"),
        (("figures", "scores", "flagged"), "1", "valid integer"),
        (("format",), "support-results-2", "support-results-1"),
        (("period", "first_week"), "2026-W09", "ends before it starts"),
        (("secret",), "a name", "Extra inputs are not permitted"),
        (("version",), 2, "every later version needs one"),
    ],
)
def test_a_broken_file_is_reported_with_the_field(
    tmp_path: Path, place: tuple[Any, ...], value: object, fault: str
) -> None:
    (path,) = add(tmp_path, results(a_draft()))
    text = json.loads(path.read_text())
    inner = text
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    path.write_text(json.dumps(text))
    message = _faults(tmp_path)
    assert path.name in message
    assert fault in message
    assert "restore the published version" in message


@given(st.binary(max_size=60))
def test_any_bytes_are_a_reported_fault_and_not_a_crash(
    tmp_path_factory: Any, content: bytes
) -> None:
    folder = tmp_path_factory.mktemp("results")
    (folder / "2026-W01_2026-W04_v1_2026-03-01.json").write_bytes(content)
    assert "2026-W01_2026-W04_v1_2026-03-01.json" in _faults(folder)


def test_the_code_of_a_preview_changes_with_any_figure() -> None:
    draft = a_draft()
    other = figures([an_answer(5)] * 12)
    codes = {
        code_of([draft]),
        code_of([a_draft(1)]),
        code_of([draft, a_draft(1)]),
        code_of([a_draft(figures=other)]),
        code_of([a_draft(sample=True)]),
    }
    assert len(codes) == 5
    assert code_of([draft]) == code_of([a_draft()])


@pytest.mark.parametrize("text", [{}, {"en": " "}, {"en": ""}, {"en": "x" * (LONGEST_NOTE + 1)}])
def test_a_note_must_not_be_empty_or_too_long(text: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="validation error for PublishedNote"):
        a_note(text)


def test_the_same_content_gives_the_same_text() -> None:
    one, other = results(a_draft()), results(a_draft())
    assert as_text(one[0]) == as_text(other[0])
