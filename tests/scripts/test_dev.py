"""The two commands of the README: a fresh machine, a half-made environment, a busy port."""

import ast
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import urllib.request
from pathlib import Path

import dev
import pytest

from feedback_app.settings import Settings

SCRIPT = Path(dev.__file__)


@pytest.fixture
def installs(monkeypatch, tmp_path):
    """Commands that would install packages, written down instead of run."""
    commands: list[list[str]] = []
    monkeypatch.setattr(dev, "_run", commands.append)
    monkeypatch.setattr(dev.shutil, "which", lambda name: None)
    monkeypatch.setattr(dev.venv, "create", lambda folder, **_: _empty_environment(Path(folder)))
    return commands


def _empty_environment(folder: Path) -> None:
    python = dev._binary("python", folder)
    python.parent.mkdir(parents=True, exist_ok=True)
    python.touch()


def test_an_old_python_can_read_the_script_as_far_as_its_own_message() -> None:
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 7))
    check = next(at for at, node in enumerate(tree.body) if isinstance(node, ast.If))
    before = [node for node in tree.body[:check] if isinstance(node, ast.Import | ast.ImportFrom)]
    assert [alias.name for node in before for alias in node.names] == ["sys"]


def test_it_imports_the_standard_library_only() -> None:
    for script in (SCRIPT, SCRIPT.with_name("kept.py")):
        tree = ast.parse(script.read_text(encoding="utf-8"))
        names = {
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import)
            for alias in node.names
        }
        names |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert {name.partition(".")[0] for name in names} <= {*sys.stdlib_module_names, "kept"}


def test_an_environment_is_made_once_and_only_from_hashed_wheels(installs, tmp_path) -> None:
    dev.prepare(tmp_path / ".venv", dev.DEV_LOCK)
    packages, project = installs
    assert {"--require-hashes", "--only-binary", str(dev.DEV_LOCK)} <= set(packages)
    assert {"--no-deps", "--no-build-isolation", "-e", str(dev.ROOT)} <= set(project)
    dev.prepare(tmp_path / ".venv", dev.DEV_LOCK)
    assert len(installs) == 2


def test_the_tests_environment_serves_the_program_too(installs, tmp_path) -> None:
    dev.prepare(tmp_path / ".venv", dev.DEV_LOCK)
    dev.prepare(tmp_path / ".venv", dev.RUN_LOCK)
    assert len(installs) == 2


def test_a_half_made_environment_is_made_again(installs, monkeypatch, tmp_path) -> None:
    def broken(command: list[str]) -> None:
        raise dev.SetupError("the connection broke")

    with monkeypatch.context() as patch, pytest.raises(dev.SetupError):
        patch.setattr(dev, "_run", broken)
        dev.prepare(tmp_path / ".venv", dev.RUN_LOCK)
    dev.prepare(tmp_path / ".venv", dev.RUN_LOCK)
    assert len(installs) == 2


def test_an_environment_that_lost_its_python_is_made_again(installs, tmp_path) -> None:
    dev.prepare(tmp_path / ".venv", dev.RUN_LOCK)
    dev._binary("python", tmp_path / ".venv").unlink()
    dev.prepare(tmp_path / ".venv", dev.RUN_LOCK)
    assert len(installs) == 4


def test_trying_out_never_touches_the_data_of_a_real_installation(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(dev, "STATE", tmp_path / "dev")
    monkeypatch.delenv("FEEDBACK_DATABASE", raising=False)
    ours = Settings.model_fields["database"].default.get_secret_value()
    assert dev.settings(8000)["FEEDBACK_DATABASE"] == f"sqlite:///{tmp_path}/dev/feedback.sqlite"
    assert ours == "sqlite:///var/feedback.sqlite"


def test_a_changed_lock_makes_the_environment_again(installs, monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    for lock in (dev.RUN_LOCK, dev.DEV_LOCK):
        (tmp_path / lock.name).write_text("one", encoding="utf-8")
    dev.prepare(tmp_path / ".venv", dev.DEV_LOCK)
    (tmp_path / dev.DEV_LOCK.name).write_text("two", encoding="utf-8")
    dev.prepare(tmp_path / ".venv", dev.DEV_LOCK)
    assert len(installs) == 4


def test_a_python_without_ensurepip_is_told_what_to_install(monkeypatch, capsys, tmp_path) -> None:
    monkeypatch.setattr(dev, "ENVIRONMENT", tmp_path / ".venv")
    monkeypatch.setattr(dev.shutil, "which", lambda name: None)
    monkeypatch.setattr(dev.importlib.util, "find_spec", lambda name: None)
    assert dev.main(["run"]) == 1
    said = capsys.readouterr().err.strip()
    assert said == "this Python cannot make environments: install python3-venv, or uv"


def test_an_unknown_command_names_the_known_ones(capsys) -> None:
    assert dev.main(["tset"]) == 2
    said = capsys.readouterr().err
    assert all(command in said for command in dev.COMMANDS)


def test_a_busy_port_is_passed_over() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        taken = busy.getsockname()[1]
        assert dev.free_port(taken) > taken


def test_the_secret_key_is_made_once_and_only_its_owner_reads_it(tmp_path) -> None:
    key = dev.secret_key(tmp_path / "key")
    assert len(key) >= 32
    assert dev.secret_key(tmp_path / "key") == key
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_run_serves_site_and_survey_and_leaves_nobody_behind(tmp_path) -> None:
    if not dev.is_made(dev.ENVIRONMENT, dev.RUN_LOCK):
        pytest.skip("these tests run in another environment than dev.py makes")
    env = {
        **os.environ,
        "FEEDBACK_DATABASE": f"sqlite:///{tmp_path}/feedback.sqlite",
        "FEEDBACK_MAILBOX": str(tmp_path / "mailbox"),
        "FEEDBACK_RESULTS": str(tmp_path / "results"),
    }
    process = subprocess.Popen(
        [sys.executable, str(SCRIPT), "run"],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        said = _read_until(process, "Ctrl-C")
        site = re.search(r"^site +(\S+)$", said, re.M)[1]
        survey = re.search(r"^survey +(\S+)$", said, re.M)[1]
        leads = re.search(r"^leads +(\S+) +sample-lead, (\S{16})$", said, re.M)
        assert "Spryker Support" in _text(site)
        assert "Sample data" in _text(survey)
        for page in ("how-we-are-doing.html", "de/how-we-are-doing.html"):
            figures = _text(site + page)
            assert re.search(r'class="sample"><strong>(Sample data|Beispieldaten)', figures)
            assert re.search(r"(Aim met|Ziel erreicht)\.", figures)
            assert re.search(r"(Sample note|Beispielnotiz): ", figures)
        assert 'name="password"' in _text(leads[1])
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
        process.stdout.close()
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def _read_until(process, mark: str) -> str:
    lines = []
    for line in process.stdout:
        lines.append(line)
        if mark in line:
            return "".join(lines)
    raise AssertionError("it ended early: " + "".join(lines))


def _text(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as response:
        return response.read().decode()
