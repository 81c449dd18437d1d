"""The command that creates the folder of an installation."""

import re
import secrets
import shutil
from pathlib import Path

import click

from feedback_app.base.files import write_private_file
from feedback_app.commands.terminal import text_of
from feedback_app.settings import ENV_FILE
from knowledge_site.build import ROOT
from support_facts import FACTS_FILE


@click.command("init")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    """Create the folder DIR for a new installation, with support.toml, .env, docs/ and results/.

    DIR must be new or empty. The file .env contains a new secret key. The folder deploy/ has files
    to run the program with systemd or in containers.
    """
    try:
        if folder.exists() and any(folder.iterdir()):
            raise click.ClickException(f"{folder} is not empty: choose a new folder")
        for name in ("docs", "results"):
            (folder / name).mkdir(parents=True)
        write_private_file(folder / ENV_FILE, _settings().encode())
        (folder / "support.toml").write_bytes(FACTS_FILE.read_bytes())
        shutil.copytree(ROOT / "deploy", folder / "deploy")
        readme = text_of("init-pages", docs=ROOT / "docs")
        (folder / "docs" / "README.md").write_text(f"{readme}\n", encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"cannot create {folder}: {error.strerror or error}") from error
    click.echo(text_of("init-next", folder=folder, guides=ROOT / "guides"))


def _settings() -> str:
    """Return the example of the settings with a secret key, and with the files of the folder."""
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    values = {"SECRET_KEYS": secrets.token_hex(), "FACTS": "support.toml", "SITE": "site"}
    for name, value in values.items():
        text = re.sub(rf"(?m)^#?FEEDBACK_{name}=.*$", f"FEEDBACK_{name}={value}", text)
    return text
