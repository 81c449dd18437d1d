"""What a program of one's own keeps between runs: made once, readable by its owner only."""

import secrets
import subprocess
from pathlib import Path

LEAD = "sample-lead"


def secret_key(path: Path) -> str:
    """Return the key kept in `path`, made at the first call and readable by its owner only."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(), encoding="ascii")
    return path.read_text(encoding="ascii")


def lead_password(path: Path, feedback: Path, env: dict[str, str]) -> str:
    """Return the password of the sample lead, who is added with a random one at the first run.

    `feedback` is the command, `env` its settings.
    """
    command = [str(feedback), "lead"]
    if not path.exists():
        # The account may be left from a password that was thrown away.
        subprocess.run([*command, "remove", LEAD], env=env, capture_output=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(12), encoding="ascii")
    password = path.read_text(encoding="ascii")
    add = [*command, "add", LEAD, "--role", "admin", "--if-missing", "--password-stdin"]
    subprocess.run(add, env=env, check=True, input=password, text=True, stdout=subprocess.DEVNULL)
    return password
