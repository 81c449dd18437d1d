"""A new installation: its folder, and our pages with those of the operator."""

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from dotenv import dotenv_values

from feedback_app.cli import main
from feedback_app.settings import read_settings
from support_facts import FACTS_FILE, load_facts

PAGE = """---
title: {title}
description: {title}, a page of this installation that the program does not have, for a test.
last_updated: 2026-11-01
last_reviewed: 2026-11-01
---

# {title} {{ #top }}

{text}
"""


def run(*words: str) -> Result:
    return CliRunner().invoke(main, words)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a new installation."""
    monkeypatch.chdir(tmp_path)
    done = run("init", "new")
    assert done.exit_code == 0, done.output
    assert "  cd new\n  feedback migrate\n  feedback site build\n  feedback serve\n" in done.output
    monkeypatch.chdir(tmp_path / "new")
    return tmp_path / "new"


def test_a_new_installation_has_a_key_of_its_own_and_a_copy_of_the_facts(folder: Path) -> None:
    assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600
    settings = read_settings()
    assert (settings.facts, settings.site) == (Path("support.toml"), Path("site"))
    assert (folder / "support.toml").read_bytes() == FACTS_FILE.read_bytes()
    assert load_facts(settings.facts)
    assert (folder / "deploy/README.md").is_file()
    run("init", "other")
    one, other = (dotenv_values(path / ".env") for path in (folder, folder / "other"))
    assert one.pop("FEEDBACK_SECRET_KEYS") != other.pop("FEEDBACK_SECRET_KEYS")
    assert one == other


def test_nothing_is_overwritten(folder: Path) -> None:
    before = (folder / ".env").read_bytes()
    done = run("init", str(folder))
    assert done.exit_code == 1
    assert "is not empty: choose a new folder" in done.output
    assert (folder / ".env").read_bytes() == before


def write(path: Path, title: str, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(PAGE.format(title=title, text=text), encoding="utf-8")


def test_own_pages_replace_ours_and_new_ones_are_in_the_menu(folder: Path) -> None:
    write(folder / "docs/en/our-teams.md", "Our teams", "We are {{ organisation.nme }}.")
    done = run("site", "build")
    assert done.exit_code == 1
    own = folder / "docs/en/our-teams.md"
    assert f"{own}:1: our-teams.md is missing in 'de' (it is in 'en')" in done.output
    assert f"{own}:10: {{{{ organisation.nme }}}}: support.toml has no value" in done.output
    write(own, "Our teams", "We are {{ organisation.name }}, see [SLAs](slas.md#nowhere).")
    write(folder / "docs/de/our-teams.md", "Unsere Teams", "Wir sind {{ organisation.name }}.")
    write(folder / "docs/de/imprint.md", "Unser Impressum", "Hier steht unser Impressum.")
    facts = (folder / "support.toml").read_text(encoding="utf-8")
    changed = facts.replace('name = "Spryker Support"', 'name = "Our Support"')
    (folder / "support.toml").write_text(changed, encoding="utf-8")
    done = run("site", "build")
    assert f"{own}:10: link" in done.output
    write(own, "Our teams", "We are {{ organisation.name }}.")
    done = run("site", "build")
    assert done.exit_code == 0, done.output
    assert "We are Our Support." in (folder / "site/our-teams.html").read_text(encoding="utf-8")
    for language in ("", "de/"):
        menu = (folder / "site" / language / "privacy.html").read_text(encoding="utf-8")
        assert 'href="our-teams.html"' in menu
    imprint = (folder / "site/de/imprint.html").read_text(encoding="utf-8")
    assert "Hier steht unser Impressum." in imprint
