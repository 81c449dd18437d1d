"""The guide about backups is followed: each of its commands runs, in order."""

import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from feedback_app.base import times
from feedback_app.base.times import to_text
from feedback_app.cli import COMMANDS
from tests.support.server import environment, free_port

GUIDE = Path(__file__).parents[2] / "guides" / "backup.md"


def test_the_guide_is_followed_from_the_backup_to_the_release(tmp_path: Path) -> None:
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```$", GUIDE.read_text("utf-8"), re.M | re.S)
    back_up, restore, look, release = (re.sub(r"(?m)^ +", "", block) for block in blocks)
    env = environment(tmp_path, free_port()) | {
        "FEEDBACK_DATABASE": "sqlite:///var/feedback.sqlite",
        "FEEDBACK_MAILBOX": "var/mailbox",
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
    }

    def shell(script: str) -> str:
        done = subprocess.run(
            ["bash", "-eu", "-c", script],
            cwd=tmp_path,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def close(number: str) -> None:
        closed = to_text(times.now() - timedelta(hours=1))
        rows = f"case_number,closed_at,contact_email\n{number},{closed},{number}@b.example\n"
        (tmp_path / "cases.csv").write_text(rows)
        shell("feedback invite cases.csv")

    shell("feedback migrate")
    close("1")
    shell(back_up)
    env["BACKUP_TIME"] = to_text(times.now() + timedelta(seconds=1))
    assert (tmp_path / "backup/feedback.sqlite").stat().st_mode & 0o777 == 0o600
    assert "1 messages sent" in shell("feedback worker --once")
    shell(restore)
    refused = subprocess.run(
        ["feedback", "worker", "--once"], cwd=tmp_path, env=env, capture_output=True, text=True
    )
    assert refused.returncode == 1
    assert "'feedback outbox list'" in refused.stderr
    assert "closure  case 1" in shell(look)
    assert "1 counted as sent, 0 released" in shell(release)
    close("2")
    env["FEEDBACK_PUBLIC_URL"] = "https://moved.example"
    assert "1 messages sent" in shell("feedback worker --once")
    mails = [path.read_text() for path in (tmp_path / "var/mailbox").glob("*.eml")]
    assert sorted("To: 2@b.example" in mail for mail in mails) == [False, True]
    (moved,) = (mail for mail in mails if "To: 2@b.example" in mail)
    assert "https://moved.example/f/" in moved
    assert "127.0.0.1" not in moved


def test_the_commands_that_the_guide_names_exist() -> None:
    named = set(re.findall(r"`feedback ([a-z-]+)", GUIDE.read_text("utf-8")))
    assert {"serve", "worker", "erase", "reconcile", "outbox", "migrate"} <= named
    assert named <= COMMANDS.keys()
