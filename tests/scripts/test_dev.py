"""The developer commands: a fresh machine, an interrupted installation, a busy port."""

import argparse
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
import install
import pytest

from feedback_app.settings import Settings

SCRIPT = Path(dev.__file__)


@pytest.fixture
def installs(monkeypatch, tmp_path):
    """Collect the commands that would install packages, instead of running them."""
    commands: list[list[str]] = []
    monkeypatch.setattr(install, "_run", commands.append)
    monkeypatch.setattr(install.shutil, "which", lambda name: None)
    monkeypatch.setattr(
        install.venv, "create", lambda folder, **_: _empty_environment(Path(folder))
    )
    return commands


def _empty_environment(folder: Path) -> None:
    python = install.binary("python", folder)
    python.parent.mkdir(parents=True, exist_ok=True)
    python.touch()


def test_an_old_python_can_parse_the_script_up_to_the_version_message() -> None:
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 7))
    check = next(at for at, node in enumerate(tree.body) if isinstance(node, ast.If))
    before = [node for node in tree.body[:check] if isinstance(node, ast.Import | ast.ImportFrom)]
    assert [alias.name for node in before for alias in node.names] == ["sys"]


def test_only_the_standard_library_is_imported() -> None:
    ours = ("dev", "install")
    for script in (SCRIPT.with_name(f"{name}.py") for name in ours):
        tree = ast.parse(script.read_text(encoding="utf-8"))
        names = {
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import)
            for alias in node.names
        }
        names |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert {name.partition(".")[0] for name in names} <= {*sys.stdlib_module_names, *ours}


def test_an_environment_is_created_once_and_only_from_hashed_wheels(installs, tmp_path) -> None:
    install.prepare(tmp_path / ".venv", dev.DEV_LOCK)
    uv, packages, project = installs
    assert uv[1:4] == ["-m", "pip", "install"], "a machine with only Python has no uv yet"
    assert {"--require-hashes", "--only-binary", str(install.UV_LOCK)} <= set(uv)
    assert packages[0] == project[0] == str(install.binary("uv", tmp_path / ".venv"))
    assert {"--require-hashes", "--only-binary", str(dev.DEV_LOCK)} <= set(packages)
    assert {"--no-deps", "--no-build-isolation", "-e", str(dev.ROOT)} <= set(project)
    install.prepare(tmp_path / ".venv", dev.DEV_LOCK)
    assert len(installs) == 3


def test_a_uv_on_the_path_is_used_without_installing_another(
    installs, monkeypatch, tmp_path
) -> None:
    monkeypatch.setattr(install.shutil, "which", lambda name: f"/usr/bin/{name}")
    _empty_environment(tmp_path / ".venv")
    install.prepare(tmp_path / ".venv", dev.RUN_LOCK)
    assert [command[0] for command in installs] == ["/usr/bin/uv"] * 3
    assert installs[0][1] == "venv"


def test_the_development_environment_is_enough_for_the_program(installs, tmp_path) -> None:
    install.prepare(tmp_path / ".venv", dev.DEV_LOCK)
    install.prepare(tmp_path / ".venv", dev.RUN_LOCK)
    assert len(installs) == 3


def test_an_interrupted_installation_starts_again(installs, monkeypatch, tmp_path) -> None:
    def broken(command: list[str]) -> None:
        raise dev.SetupError("the connection broke")

    with monkeypatch.context() as patch, pytest.raises(dev.SetupError):
        patch.setattr(install, "_run", broken)
        install.prepare(tmp_path / ".venv", dev.RUN_LOCK)
    install.prepare(tmp_path / ".venv", dev.RUN_LOCK)
    assert len(installs) == 3


def test_an_environment_without_its_python_is_created_again(installs, tmp_path) -> None:
    install.prepare(tmp_path / ".venv", dev.RUN_LOCK)
    install.binary("python", tmp_path / ".venv").unlink()
    install.prepare(tmp_path / ".venv", dev.RUN_LOCK)
    assert len(installs) == 6


def test_sample_data_is_never_stored_in_a_real_installation(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(dev, "STATE", tmp_path / "dev")
    monkeypatch.delenv("FEEDBACK_DATABASE", raising=False)
    ours = Settings.model_fields["database"].default.get_secret_value()
    assert dev.settings(8000)["FEEDBACK_DATABASE"] == f"sqlite:///{tmp_path}/dev/feedback.sqlite"
    assert ours == "sqlite:///var/feedback.sqlite"


def test_a_changed_lock_file_updates_the_environment(installs, monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(install, "ROOT", tmp_path)
    for lock in (dev.RUN_LOCK, dev.DEV_LOCK):
        (tmp_path / lock.name).write_text("one", encoding="utf-8")
    install.prepare(tmp_path / ".venv", dev.DEV_LOCK)
    (tmp_path / dev.DEV_LOCK.name).write_text("two", encoding="utf-8")
    install.prepare(tmp_path / ".venv", dev.DEV_LOCK)
    assert len(installs) == 6


def test_without_ensurepip_the_message_names_the_package_to_install(
    monkeypatch, capsys, tmp_path
) -> None:
    monkeypatch.setattr(dev, "ENVIRONMENT", tmp_path / ".venv")
    monkeypatch.setattr(install.shutil, "which", lambda name: None)
    monkeypatch.setattr(install.importlib.util, "find_spec", lambda name: None)
    assert dev.main(["run"]) == 1
    output = capsys.readouterr().err.strip()
    assert output == "this Python cannot create virtual environments: install python3-venv or uv"


def test_an_unknown_command_lists_the_known_ones(capsys) -> None:
    assert dev.main(["tset"]) == 2
    output = capsys.readouterr().err
    assert all(command in output for command in dev.COMMANDS)


@pytest.mark.parametrize(
    "words",
    [
        ["run", "8111"],
        ["run", "--prt", "8111"],
        ["run", "--port", "none"],
        ["setup", "now"],
        ["check", "--fix"],
        ["check-words", "README.md"],
        ["check-html", "site", "more"],
        ["benchmark", "servey"],
    ],
)
def test_unknown_words_are_refused_before_anything_runs(words, installs, capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        dev.main(words)
    assert ended.value.code == 2
    assert words[-1] in capsys.readouterr().err
    assert installs == []


@pytest.mark.parametrize("command", ["site", "build-site"])
def test_the_site_commands_refuse_unknown_words_too(command, monkeypatch, capfd) -> None:
    monkeypatch.setattr(dev, "prepare", lambda *_: None)
    monkeypatch.setattr(dev, "binary", lambda name: Path(sys.executable).with_name(name))
    assert dev.main([command, "--prt", "1"]) == 2
    assert "--prt" in capfd.readouterr().err.splitlines()[-1]


def test_a_busy_port_given_by_the_user_is_an_error() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        with pytest.raises(dev.SetupError, match=f"port {port} is in use"):
            dev._port_to_use(port)
    assert dev._port_to_use(port) == port


def test_feedback_uses_the_port_of_the_running_instance(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(dev, "STATE", tmp_path)
    assert dev.running_port() == dev.FIRST_PORT
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        (tmp_path / "port").write_text(str(port), encoding="ascii")
        assert dev.running_port() == port
        assert dev.settings(dev.running_port())["FEEDBACK_PUBLIC_URL"].endswith(f":{port}")
    assert dev.running_port() == dev.FIRST_PORT


def test_a_busy_port_is_skipped() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        taken = busy.getsockname()[1]
        assert dev.free_port(taken) > taken


def test_the_secret_key_is_created_once_and_readable_only_by_its_owner(tmp_path) -> None:
    key = dev.secret_key(tmp_path / "key")
    assert len(key) >= 32
    assert dev.secret_key(tmp_path / "key") == key
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_run_serves_site_and_survey_and_stops_all_processes(tmp_path) -> None:
    if not install.is_made(dev.ENVIRONMENT, dev.RUN_LOCK):
        pytest.skip("these tests do not run in the environment that dev.py creates")
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
        output = _read_until(process, "Ctrl-C")
        site = re.search(r"^site +(\S+)$", output, re.M)[1]
        survey = re.search(r"^survey +(\S+)$", output, re.M)[1]
        leads = re.search(r"^leads +(\S+) +sample-lead, (\S{16})$", output, re.M)
        assert "Spryker Support" in _text(site)
        assert "Sample data" in _text(survey)
        for page in ("how-we-are-doing.html", "de/how-we-are-doing.html"):
            figures = _text(site + page)
            assert re.search(r'class="sample"><strong>(Sample data|Beispieldaten)', figures)
            assert re.search(r"(Aim met|Ziel erreicht): ", figures)
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


def test_benchmarks_find_the_tests_of_the_project(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environments: list[dict[str, str]] = []

    def note(*_words: str, env: dict[str, str]) -> int:
        environments.append(env)
        return 0

    monkeypatch.setattr(dev, "_python", note)
    assert dev.benchmark(argparse.Namespace(name="survey", base=None)) == 0
    words = [sys.executable, "-c", "import tests.support.server"]
    subprocess.run(words, env=environments[0], cwd=tmp_path, check=True)
