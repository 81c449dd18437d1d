"""An operator who runs commands, and the real sample file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from feedback_app.program import register_wording
from tests.support.importing import SAMPLE, Desk
from tests.support.office import KEY, NOW, Office


@pytest.fixture
def desk(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    # Every command does this first, so what a command stores can be compared without it.
    register_wording(office.program, NOW)
    running = office.program.settings
    monkeypatch.setenv("FEEDBACK_DATABASE", running.database.get_secret_value())
    monkeypatch.setenv("FEEDBACK_SECRET_KEYS", KEY.replace(" ", "-").replace(",", "-"))
    monkeypatch.setenv("FEEDBACK_MAILBOX", str(running.mailbox))
    folder = tmp_path / "desk"
    folder.mkdir()
    monkeypatch.chdir(folder)
    yield Desk(office, folder)


@pytest.fixture
def sample() -> Path:
    if not SAMPLE.exists():
        pytest.skip(f"the real sample is not at {SAMPLE}")
    return SAMPLE
