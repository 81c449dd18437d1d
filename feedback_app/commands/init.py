"""The command that creates the folder of an installation."""

import re
import secrets
import shutil
from pathlib import Path

import click

from feedback_app.base.files import write_private_file
from feedback_app.settings import ENV_FILE
from knowledge_site.build import ROOT
from support_facts import FACTS_FILE

_PAGES = """# Your own pages

`feedback site build` uses the pages that come with the program. A file in this folder replaces the
one with the same path: `en/imprint.md` replaces the English imprint. Our pages are in

    {docs}

Copy one from there to change it. A page that we do not have is added to the end of the menu. It
needs a file in every language, such as `en/our-teams.md` and `de/our-teams.md`. Names, numbers and
addresses on the pages come from `../support.toml`, so change them there.
"""
_NEXT = """Created {folder} with support.toml, .env, docs/, results/ and deploy/. Next:

  cd {folder}
  feedback migrate
  feedback site build
  feedback serve

Then open http://127.0.0.1:8000/. Run 'feedback worker' in another terminal to send emails, and
create an account for the review with 'feedback lead add NAME --role admin'. Before you send real
surveys, set who you are in support.toml, and the public URL and the mail server in .env.
deploy/README.md explains how to run it with systemd or in containers.
The guides for operators are in {guides}"""


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
        readme = _PAGES.format(docs=ROOT / "docs")
        (folder / "docs" / "README.md").write_text(readme, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"cannot create {folder}: {error.strerror or error}") from error
    click.echo(_NEXT.format(folder=folder, guides=ROOT / "guides"))


def _settings() -> str:
    """Return the example of the settings with a secret key, and with the files of the folder."""
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    values = {"SECRET_KEYS": secrets.token_hex(), "FACTS": "support.toml", "SITE": "site"}
    for name, value in values.items():
        text = re.sub(rf"(?m)^#?FEEDBACK_{name}=.*$", f"FEEDBACK_{name}={value}", text)
    return text
