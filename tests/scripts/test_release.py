"""The wheel works without the checkout: it is installed and tried in another folder."""

import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest
import release
from install import ROOT, binary
from packaging.requirements import Requirement


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return release.build(tmp_path_factory.mktemp("dist"))


def test_the_wheel_contains_every_file_and_no_path_of_this_machine(wheel: Path) -> None:
    assert release.faults(wheel) == []
    with zipfile.ZipFile(wheel) as files:
        packed = files.read("shared_view/constraints.txt").decode()
    assert packed == (wheel.parent / "constraints.txt").read_text(encoding="utf-8")


def test_a_missing_file_a_path_and_a_missing_section_are_named(
    wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / wheel.name
    with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            if name != "shared_view/docs/en/slas.md":
                new.writestr(name, old.read(name))
        new.writestr("here.py", f"HERE = '{ROOT}'")
    monkeypatch.setattr(release, "version", lambda: "9.9.9")
    assert release.faults(broken) == [
        "shared_view/docs/en/slas.md is missing",
        f"here.py contains the path of the checkout, {ROOT}",
        "CHANGELOG.md has no section '## 9.9.9 (YEAR-MONTH-DAY)'",
    ]


def test_the_constraints_pin_every_package_that_the_wheel_installs(wheel: Path) -> None:
    lines = (wheel.parent / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = {
        pin.name: str(pin.specifier)
        for pin in map(Requirement, (line for line in lines if line[0] != "#"))
        if not pin.marker or pin.marker.evaluate()
    }
    installed = _installed("shared-view", frozenset(release.EXTRAS.split(",")))
    assert {name: pins.get(name) for name in installed} == installed
    assert "psycopg-binary" in installed
    assert "granian" in installed


def _installed(name: str, extras: frozenset[str]) -> dict[str, str]:
    """Return the name and version of every package that `name` needs here."""
    found: dict[str, str] = {}
    waiting = [(name, extras)]
    while waiting:
        package, wanted = waiting.pop()
        for text in distribution(package).requires or ():
            need = Requirement(text)
            key = re.sub(r"[-_.]+", "-", need.name).lower()
            contexts = [{"extra": extra} for extra in ("", *wanted)]
            needed = not need.marker or any(map(need.marker.evaluate, contexts))
            if needed and (key not in found or need.extras):
                found[key] = f"=={distribution(key).version}"
                waiting.append((key, frozenset(need.extras)))
    return found


@pytest.fixture(scope="module")
def commands(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands of an environment with the wheel, and with the packages of this one."""
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment)
    python = binary("python", environment)
    (packages,) = environment.glob("lib/*/site-packages")
    # Python does not follow the .pth files of this folder, so the checkout is not importable.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    subprocess.run([*pip, "--no-deps", "--no-index", str(wheel)], check=True)
    return python.parent


def test_the_first_run_works_as_printed_in_an_empty_folder(commands: Path, tmp_path: Path) -> None:
    release.first_run(commands, tmp_path / "shared-view")
    where = "import knowledge_site, feedback_app; print(feedback_app, knowledge_site)"
    found = subprocess.check_output(
        [commands / "python", "-c", where], cwd=tmp_path, text=True, env={}
    )
    assert found.count(str(commands.parent)) == 2
    found = subprocess.check_output([commands / "feedback", "--version"], text=True, env={})
    assert release.version() in found


def test_sample_figures_are_on_the_site_of_an_installation(commands: Path, tmp_path: Path) -> None:
    for words in ("init .", "migrate", "sample --publish", "site build"):
        done = subprocess.run(
            [commands / "feedback", *words.split()],
            cwd=tmp_path,
            capture_output=True,
            env={"FEEDBACK_RESULTS": "sample"},
        )
        assert done.returncode == 0, done.stderr
    for language, mark in (("", "Sample data"), ("de", "Beispieldaten")):
        page = (tmp_path / "site" / language / "how-we-are-doing.html").read_text(encoding="utf-8")
        assert f'class="sample"><strong>{mark}' in page


def test_the_guide_installs_this_version_with_its_constraints() -> None:
    guide = (ROOT / "guides/upgrade.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```$", guide, re.M | re.S)
    install, start, upgrade = (re.sub(r"(?m)^ +", "", block) for block in blocks)
    assert f'-c constraints.txt "./shared_view-{release.version()}-py3-none-any.whl[' in install
    assert f"[{release.EXTRAS}]" in install
    assert start == "feedback init shared-view\n"
    assert upgrade.split("\n")[:2] == [
        "feedback migrate --stopped",
        "feedback site build",
    ]
