"""The guide about backups is followed: each of its commands runs, in order."""

import configparser
import re
import shlex
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from feedback_app.app import create_app
from feedback_app.base import times
from feedback_app.base.times import to_text
from feedback_app.cli import COMMANDS, main
from feedback_app.program import open_program
from feedback_app.settings import read_settings
from tests.support.office import KEY

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "guides" / "backup.md").read_text("utf-8")
BLOCKS = re.findall(r"^ *```sh\n(.*?)^ *```$", GUIDE, re.M | re.S)


def feedback(*words: str) -> Result:
    return CliRunner().invoke(main, words)


class Operator:
    """Runs the commands of the guide in the current folder, with values for its capital words."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    def follow(self, block: str) -> str:
        printed = ""
        for line in block.splitlines():
            program, *words = (self.values.get(word, word) for word in shlex.split(line))
            assert program == "feedback"
            done = feedback(*words)
            assert done.exit_code == 0, done.output
            printed += done.output
        if found := re.search(r"^(\S+/shared-view-\S+Z): ", printed, re.M):
            self.values["BACKUP"] = str(Path(found[1]).absolute())
        if found := re.search(r"--sent-before (\S+)", printed):
            self.values["TIME"] = found[1]
        return printed


@pytest.fixture
def operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Operator:
    """An operator in the folder of an installation."""
    monkeypatch.chdir(tmp_path)
    assert feedback("init", "installation").exit_code == 0
    monkeypatch.chdir("installation")
    assert feedback("migrate").exit_code == 0
    return Operator()


def close(number: str) -> None:
    closed = to_text(times.now() - timedelta(hours=1))
    rows = f"case_number,closed_at,contact_email\n{number},{closed},{number}@b.example\n"
    Path("cases.csv").write_text(rows)
    assert feedback("invite", "cases.csv").exit_code == 0


def emails() -> list[str]:
    return [path.read_text() for path in Path("var/mailbox").glob("*.eml")]


def test_the_guide_is_followed_from_the_backup_to_another_machine(
    operator: Operator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up, restore, look, move, arrive = (re.sub(r"(?m)^ +", "", block) for block in BLOCKS)
    close("1")
    operator.follow(back_up)
    assert "1 messages sent" in feedback("worker", "--once").output
    refused = feedback("restore", operator.values["BACKUP"])
    assert "add --replace" in refused.output
    operator.follow(restore.replace("restore", "restore --replace"))
    refused = feedback("worker", "--once")
    assert refused.exit_code == 1
    assert "'feedback outbox list'" in refused.output
    printed = operator.follow(look)
    assert "closure  case 1" in printed
    assert "1 counted as sent, 0 released" in printed
    assert "0 messages sent" in feedback("worker", "--once").output

    close("2")
    operator.follow(move)
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / ".env").write_bytes(Path(".env").read_bytes())
    monkeypatch.chdir(tmp_path / "new")
    printed = operator.follow(arrive)
    assert "1 released" in printed
    assert "If you stopped it before the backup, for example to move it, nothing" in printed
    monkeypatch.setenv("FEEDBACK_PUBLIC_URL", "https://moved.example")
    assert "1 messages sent" in feedback("worker", "--once").output
    (moved,) = (email for email in emails() if "To: 2@b.example" in email)
    assert "https://moved.example/f/" in moved
    assert "127.0.0.1" not in moved
    assert len(emails()) == 2
    assert Path("support.toml").exists() and Path("docs/README.md").exists()


def test_a_link_that_was_signed_with_a_leaked_key_stops_and_a_new_one_works(
    operator: Operator,
) -> None:
    close("1")
    before = feedback("link", "1").output
    settings = Path(".env")
    found = re.sub(r"(?m)^(FEEDBACK_SECRET_KEYS)=.*$", rf"\1={KEY}", settings.read_text())
    settings.write_text(found.replace("FEEDBACK_SITE=", "#FEEDBACK_SITE="))
    after = feedback("link", "1").output
    assert before != after
    program = open_program(read_settings())
    client = create_app(parts=program).test_client()
    statuses = [client.get(link.strip()).status_code for link in (before, after)]
    program.database.close()
    assert statuses == [404, 200]


def test_the_commands_that_the_guide_names_exist() -> None:
    named = set(re.findall(r"`?feedback ([a-z-]+)", GUIDE))
    assert {"serve", "worker", "erase", "reconcile", "outbox", "backup", "restore"} <= named
    assert named <= COMMANDS.keys()


def test_the_timer_runs_the_backup_of_the_guide() -> None:
    def read(name: str) -> configparser.ConfigParser:
        unit = configparser.ConfigParser(strict=False, interpolation=None)
        unit.optionxform = str  # type: ignore[assignment,method-assign]
        unit.read(ROOT / "deploy" / "systemd" / f"shared-view-backup.{name}")
        return unit

    assert read("service")["Service"]["ExecStart"].endswith(f"/{BLOCKS[0].strip()}")
    assert read("service")["Service"]["DynamicUser"] == "yes"
    assert read("timer")["Timer"]["Persistent"] == "true"
