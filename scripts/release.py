"""Build the wheel into dist/, check it, install it in an empty environment and try it there.

    python3 scripts/dev.py release

It ends with the files to publish, or with every fault.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from install import ROOT, binary
from wheel_files import CONSTRAINTS

PACKAGES = ("support_facts", "published_results", "charts", "knowledge_site", "feedback_app")
EXTRAS = "postgres,proxy"
_START_SECONDS = 60


class ReleaseError(RuntimeError):
    """The wheel cannot be published. The message names each reason."""


def build(out: Path) -> Path:
    """Build the wheel into `out`, with constraints.txt next to it, and return its path."""
    words = ("-m", "hatchling", "build", "-t", "wheel", "-d", str(out))
    _run(*words, program=Path(sys.executable), cwd=ROOT)
    return out / f"shared_view-{version()}-py3-none-any.whl"


def version() -> str:
    """Return the version in pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def faults(wheel: Path) -> list[str]:
    """Return the faults of the wheel and of its section in the changelog."""
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    with zipfile.ZipFile(wheel) as files:
        packed = {name: files.read(name) for name in files.namelist()}
    found = [f"{name} is missing" for name in sorted(_expected() - packed.keys())]
    found += [
        f"{name} contains the path of the checkout, {ROOT}"
        for name, content in packed.items()
        if str(ROOT).encode() in content
    ]
    if not re.search(rf"^## {re.escape(version())} \(\d{{4}}-\d\d-\d\d\)$", changelog, re.M):
        found.append(f"CHANGELOG.md has no section '## {version()} (YEAR-MONTH-DAY)'")
    return found


def _expected() -> set[str]:
    """Return the paths that the wheel needs: each tracked file of the packages and the site."""
    names = (*PACKAGES, "docs", "guides", "deploy", "mkdocs.yml", "mkdocs.de.yml", ".env.example")
    listed = subprocess.check_output(["git", "ls-files", "-z", *names], cwd=ROOT, text=True)
    ours = (*(f"{name}/" for name in PACKAGES),)
    return {f"shared_view/{CONSTRAINTS}", "shared_view/CHANGELOG.md"} | {
        name
        if name.startswith(ours) and not name.startswith("knowledge_site/theme/")
        else f"shared_view/{name}"
        for name in listed.split("\0")
        if name
    }


def first_run(commands: Path, folder: Path) -> None:
    """Follow what `feedback init` prints in the new `folder`, and open each part.

    `commands` is the folder with the program `feedback`. Raises ReleaseError.
    """
    feedback = commands / "feedback"
    printed = _run("init", folder.name, program=feedback, cwd=folder.parent)
    steps = re.findall(r"(?m)^  feedback (.+)$", printed)
    if steps[-1:] != ["serve"]:
        raise ReleaseError(f"'feedback init' prints no 'feedback serve':\n{printed}")
    for step in steps[:-1]:
        _run(*step.split(), program=feedback, cwd=folder)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    here = f"http://127.0.0.1:{port}"
    settings = {"FEEDBACK_PUBLIC_URL": here}
    survey = _run("mint", "1", program=feedback, cwd=folder, settings=settings).strip()
    with _serving(feedback, folder, port, settings):
        search = json.loads(_page(f"{here}/search/search_index.json"))
        for address, text in (
            (f"{here}/", "<title>"),
            (f"{here}/de/how-we-are-doing.html", 'lang="de"'),
            (survey, "Spryker Support"),
            (f"{here}/review/", 'name="password"'),
            (f"{here}/readyz", "ready"),
        ):
            if text not in _page(address):
                raise ReleaseError(f"{address} does not contain {text!r}")
        if not search:
            raise ReleaseError("the search index is empty")


@contextmanager
def _serving(feedback: Path, folder: Path, port: int, settings: dict[str, str]) -> Iterator[None]:
    words = [str(feedback), "serve", "--port", str(port)]
    process = subprocess.Popen(words, cwd=folder, env=_environment(settings))
    try:
        for _ in range(_START_SECONDS * 10):
            time.sleep(0.1)
            if process.poll() is not None:
                raise ReleaseError("'feedback serve' did not start; see the error above")
            try:
                _page(f"http://127.0.0.1:{port}/healthz")
                break
            except OSError:
                continue
        yield
    finally:
        process.terminate()
        process.wait()


def _page(address: str) -> str:
    """Return the page. Raises OSError unless it is there."""
    with urllib.request.urlopen(address, timeout=10) as response:
        return str(response.read().decode())


def _environment(settings: dict[str, str]) -> dict[str, str]:
    """Return the environment without the settings and modules of the checkout."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("FEEDBACK_", "PYTHON"))
    }
    return kept | settings


def _run(*words: str, program: Path, cwd: Path, settings: dict[str, str] | None = None) -> str:
    """Run the program and return its output. Raises ReleaseError if it fails."""
    done = subprocess.run(
        [program, *words],
        cwd=cwd,
        env=_environment(settings or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ReleaseError(f"{program.name} {' '.join(words)}:\n{done.stdout}{done.stderr}")
    return done.stdout


def _install(wheel: Path, environment: Path) -> Path:
    """Install the wheel as operators do, and return the folder of its commands."""
    venv.create(environment, with_pip=True)
    pinned = ["-c", str(wheel.with_name(CONSTRAINTS)), f"{wheel}[{EXTRAS}]"]
    python = binary("python", environment)
    _run(*["-m", "pip", "install", "--quiet", *pinned], program=python, cwd=environment)
    return python.parent


def main() -> int:
    """Return 1 if the wheel cannot be published."""
    dist = ROOT / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    try:
        wheel = build(dist)
        if found := faults(wheel):
            raise ReleaseError("\n".join(found))
        with tempfile.TemporaryDirectory() as name:
            print(f"installing {wheel.name} in an empty environment ...", flush=True)
            first_run(_install(wheel, Path(name) / "environment"), Path(name) / "shared-view")
    except ReleaseError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Publish these files, and tag the commit v{version()}:\n  {wheel}")
    print(f"  {wheel.with_name(CONSTRAINTS)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
