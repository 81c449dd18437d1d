"""Another builder, Zensical, builds the same sources without warnings."""

import importlib.util
import os
import shutil
import subprocess
import sys

import pytest

from knowledge_site.after.built_pages import read_site
from knowledge_site.build import ROOT
from support_facts import load_facts
from tests.support.addresses import ADDRESSES
from tests.support.real_parts import real_part_missing


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The site as Zensical alone builds it, without our steps before and after."""
    if importlib.util.find_spec("zensical") is None:
        real_part_missing("Zensical", "python3 scripts/dev.py setup")
    folder = tmp_path_factory.mktemp("zensical")
    for name in ("mkdocs.yml", "mkdocs.de.yml"):
        shutil.copy(ROOT / name, folder)
    for name in ("docs", "knowledge_site/theme"):
        shutil.copytree(ROOT / name, folder / name)
    for config in ("mkdocs.yml", "mkdocs.de.yml"):
        done = subprocess.run(
            [sys.executable, "-m", "zensical", "build", "--strict", "--config-file", config],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    return folder / "site"


def test_every_page_exists(built):
    assert [name for name in ADDRESSES if not (built / name).is_file()] == []


@pytest.mark.parametrize("folder", ["", "de/"])
def test_every_status_name_is_on_its_page(built, folder):
    html = (built / folder / "case-status.html").read_text(encoding="utf-8")
    for status in load_facts().statuses:
        assert f">{status.name}<" in html
        assert f'id="{status.key.replace("_", "-")}"' in html


def test_no_placeholder_is_left_unfilled(built):
    pages = read_site(built).values()
    assert [str(page.path) for page in pages if page.left_over] == []
