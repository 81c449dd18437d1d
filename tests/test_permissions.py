"""Everything a running installation writes is private, except published results."""

import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from feedback_app.commands.invite import invite
from feedback_app.commands.preview import preview_mail
from feedback_app.commands.review import export
from feedback_app.program import open_program
from published_results import NOTE_FORMAT, Approval, PublishedNote, add
from tests.support.office import NOW, Office


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("open_umask")
def test_every_file_is_0600_in_a_folder_0700(sqlite_office: Office, tmp_path: Path) -> None:
    office = sqlite_office
    office.invite()
    exported, cases, preview = (tmp_path / name for name in ("week.csv", "cases.csv", "preview"))
    cases.write_text("case_number,closed_at\n1,never\n")
    assert office.run(invite, str(cases)).exit_code == 1
    cases.unlink()
    words = ("2026-W47", "--format", "csv", "--output", str(exported))
    assert office.run(export, *words).exit_code == 0
    assert office.run(preview_mail, "--output", str(preview)).exit_code == 0
    written = [*tmp_path.rglob("*")]
    assert {path.name for path in written} >= {"cases.rejected.csv", "week.csv", "preview"}
    assert {path.suffix for path in written} >= {".eml", ".sqlite", ".sqlite-wal", ".sqlite-shm"}
    modes = {path: oct(stat.S_IMODE(path.stat().st_mode)) for path in written}
    assert modes == {path: "0o700" if path.is_dir() else "0o600" for path in written}


def test_unsafe_permissions_are_reported_when_the_program_opens(
    sqlite_office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    settings = sqlite_office.program.settings
    settings.mailbox.mkdir(parents=True, exist_ok=True)
    settings.mailbox.chmod(0o755)
    with caplog.at_level(logging.WARNING):
        open_program(settings).database.close()
    assert f"run: chmod 700 {settings.mailbox}" in caplog.text


def test_published_results_are_readable_by_everybody_whatever_the_umask(tmp_path: Path) -> None:
    note = PublishedNote(
        format=NOTE_FORMAT,
        week="2026-W47",
        number=1,
        sample=True,
        approved=Approval(by="a lead", at=NOW),
        text={"en": "We answer on Saturdays now."},
    )
    before = os.umask(0o077)
    try:
        (path,) = add(tmp_path / "results", [note])
    finally:
        os.umask(before)
    assert [stat.S_IMODE(one.stat().st_mode) for one in (path.parent, path)] == [0o755, 0o644]


def test_the_built_site_is_readable_by_everybody_whatever_the_umask(site: Path) -> None:
    modes = {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in site.rglob("*")}
    assert modes == {(True, 0o755), (False, 0o644)}
