"""A writer sees every change at once, and a mistake keeps the last good page."""

import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from knowledge_site.build import ROOT
from support_facts import FACTS_FILE

sys.path.insert(0, str(ROOT / "scripts"))


@pytest.fixture
def preview(tmp_path):
    """`dev.py site` on a copy of the facts and pages; yields the folder and the address."""
    import dev

    facts, docs, log = tmp_path / "support.toml", tmp_path / "docs", tmp_path / "log"
    shutil.copy(FACTS_FILE, facts)
    shutil.copytree(ROOT / "docs", docs)
    port = dev.free_port(8700)
    words = ["site", "serve", "--port", str(port), "--facts", str(facts), "--docs", str(docs)]
    with log.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "feedback_app.cli", *words, "--out", str(tmp_path / "site")],
            cwd=ROOT,
            stdout=file,
            stderr=file,
        )
    yield tmp_path, f"http://127.0.0.1:{port}/"
    process.terminate()
    process.wait()


def shows(address: str, text: str) -> bool:
    """Say whether the page shows the text before long."""
    for _ in range(240):
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                if text in answer.read().decode():
                    return True
        except OSError:
            pass
        time.sleep(0.25)
    return False


def replace(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_the_preview_follows_changes_and_survives_a_fault(preview):
    folder, address = preview
    page = f"{address}case-status.html"
    assert shows(page, "Solution Proposed")
    # The page asks for news of a change, so that the browser loads it anew by itself.
    assert shows(page, "livereload")
    replace(folder / "support.toml", 'name = "Solution Proposed"', 'name = "Remedy Offered"')
    assert shows(page, "Remedy Offered")
    source = folder / "docs/en/case-status.md"
    replace(source, "each time the status", "at every turn of the status")
    assert shows(page, "at every turn of the status")
    replace(source, "{{ table statuses }}", "{{ table statusses }}")
    for _ in range(240):
        if "statusses" in (folder / "log").read_text(encoding="utf-8"):
            break
        time.sleep(0.25)
    assert "case-status.md:18: {{ table statusses }}" in (folder / "log").read_text("utf-8")
    assert shows(page, "at every turn of the status")
