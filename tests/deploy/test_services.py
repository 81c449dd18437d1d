"""The units for systemd and the files for containers, tried without either of them."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from install import ROOT, binary

from support_facts import FACTS_FILE
from tests.support.office import KEY
from tests.support.real_parts import real_part_missing
from tests.support.server import free_port
from tests.support.some import some

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
# Of ten; services of Debian without hardening have 9.6.
MOST_EXPOSURE = 2.0
CONTAINERFILE = (DEPLOY / "Containerfile").read_text(encoding="utf-8").replace("\\\n", "")
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
PROGRAM = ("prepare", "app1", "app2", "worker")


def systemd_analyze(*words: str, folder: Path) -> str:
    """Return the messages of systemd-analyze."""
    if not shutil.which("systemd-analyze"):
        real_part_missing("systemd-analyze", "apt-get install systemd")
    done = subprocess.run(
        ["systemd-analyze", *words], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stderr


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """A folder with the units, which run the program of this environment."""
    for path in (DEPLOY / "systemd").glob("*.*"):
        text = path.read_text(encoding="utf-8")
        feedback = str(binary("feedback", Path(sys.prefix)))
        text = text.replace("/opt/shared-view/bin/feedback", feedback)
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    return tmp_path


def test_systemd_accepts_every_unit(units: Path) -> None:
    names = [path.name.replace("@.", "@8001.") for path in some(units.iterdir())]
    assert (
        systemd_analyze("verify", "--man=no", *(f"./{name}" for name in names), folder=units) == ""
    )


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_no_service_may_do_more_than_it_needs(unit: Path, units: Path) -> None:
    limit = f"--threshold={MOST_EXPOSURE * 10:.0f}"
    systemd_analyze("security", "--offline=yes", limit, f"./{unit.name}", folder=units)
    text = unit.read_text(encoding="utf-8")
    if unit.name == "shared-view-site.service":
        # nginx cannot read what a DynamicUser stores.
        assert "\nCapabilityBoundingSet=CAP_DAC_READ_SEARCH\n" in text
        assert "\nReadWritePaths=/srv/shared-view\n" in text
    else:
        assert "DynamicUser=yes" in text
        assert "\nCapabilityBoundingSet=\n" in text


def test_the_site_is_built_from_the_folder_that_the_guide_sets_for_published_figures() -> None:
    watched = re.findall(
        r"^PathChanged=(.*)$", (DEPLOY / "systemd/shared-view-site.path").read_text("utf-8"), re.M
    )
    readme = (DEPLOY / "README.md").read_text("utf-8")
    assert watched == re.findall(r"^ *FEEDBACK_RESULTS=(.*)$", readme, re.M)
    for unit in some((DEPLOY / "systemd").glob("shared-view*[!e]")):
        name = unit.name.replace("@.", "@8001.")
        if "[Install]" in unit.read_text("utf-8"):
            assert f" {name}" in readme


def test_the_command_says_if_there_is_no_installation_to_run_it_in() -> None:
    done = subprocess.run(
        ["sh", str(DEPLOY / "systemd/shared-view"), "status"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("cannot read /etc/shared-view/.env: run this as root")


def test_the_image_has_fixed_versions_a_user_without_rights_and_a_health_check() -> None:
    images = re.findall(r"^FROM (\S+)", CONTAINERFILE, re.M)
    images += [service["image"] for service in SERVICES.values()]
    for image in some(images):
        assert re.fullmatch(r"[\w./-]+:\d[\w.-]*", image), f"{image} has no version"
    assert re.findall(r"^USER (.*)", CONTAINERFILE, re.M) == ["10001"]
    assert "-c /wheel/constraints.txt" in CONTAINERFILE
    assert "--only-binary=:all:" in CONTAINERFILE
    assert "ADD " not in CONTAINERFILE
    assert "/healthz" in " ".join(command("HEALTHCHECK"))


def command(instruction: str) -> list[str]:
    """Return the words of CMD or HEALTHCHECK; the last one counts."""
    words: list[str] = json.loads(
        re.findall(rf"^{instruction}.*?(\[.*\])$", CONTAINERFILE, re.M)[-1]
    )
    return words


def test_the_containers_have_no_rights_and_write_to_volumes_only() -> None:
    for name, service in some(SERVICES.items()):
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "privileged" not in service
        own = [str(volume).split(":")[0] for volume in service["volumes"]]
        named = [volume for volume in own if not volume.startswith((".", "/"))]
        assert set(named) <= COMPOSE["volumes"].keys(), name
        assert "healthcheck" in service or service["image"] == SERVICES["app1"]["image"]
    text = (DEPLOY / "compose.yml").read_text(encoding="utf-8")
    assert not re.search(r"PASSWORD|SECRET", text), "secrets belong in the env files"


def test_the_program_trusts_nginx_alone_and_nginx_knows_both_processes() -> None:
    networks = {name: service["networks"] for name, service in SERVICES.items()}
    nginx = networks["nginx"]["internal"]["ipv4_address"]
    for name in PROGRAM:
        assert SERVICES[name]["environment"]["FEEDBACK_TRUSTED_PROXIES"] == nginx
    apps = [networks[name]["internal"]["ipv4_address"] for name in ("app1", "app2")]
    assert re.findall(r"--app ([\d.]+):8000", SERVICES["prepare"]["command"][2]) == apps
    public = [name for name, service in SERVICES.items() if "ports" in service]
    assert public == ["nginx"]


@pytest.fixture
def volume() -> Iterator[Path]:
    """A folder that another account can write to. pytest's own folders are closed to it."""
    with tempfile.TemporaryDirectory(prefix="volume-", dir="/var/tmp") as name:
        folder = Path(name)
        (folder / "docs").mkdir()
        for path in (folder, folder / "docs"):
            path.chmod(0o755)
            os.chown(path, 10001, 10001)
        yield folder


def contained(volume: Path, *words: str) -> list[str]:
    """Return a command that runs `words` as in the container: user, rights, read-only files.

    The right to read all folders is kept, because the Python of this environment may be in the
    home of another account.
    """
    script = (
        f'mount --bind "{volume}" "{volume}" && mount --bind / / && mount -o remount,bind,ro / '
        f'&& mount --bind "{volume}" "{volume}" && mount -t tmpfs tmpfs /tmp && cd "{volume}" '
        "&& exec setpriv --reuid=10001 --regid=10001 --clear-groups --no-new-privs "
        '--bounding-set="$0" --inh-caps="$0" --ambient-caps=+dac_read_search "$@"'
    )
    return ["unshare", "--mount", "sh", "-c", script, "-all,+dac_read_search", *words]


def test_the_program_runs_without_rights_on_a_read_only_file_system(volume: Path) -> None:
    if os.geteuid() or subprocess.run(contained(volume, "true"), check=False).returncode:
        real_part_missing("the right to mount (root)", "run this test as root")
    wrong = subprocess.run(contained(volume, "touch", str(ROOT / "x")), capture_output=True)
    assert b"Read-only file system" in wrong.stderr
    settings = {
        "PATH": f"{binary('feedback', Path(sys.prefix)).parent}:{os.environ['PATH']}",
        "FEEDBACK_SECRET_KEYS": KEY,
        "FEEDBACK_FACTS": str(FACTS_FILE),
        "FEEDBACK_SITE": str(volume / "site"),
        "FEEDBACK_TRUSTED_PROXIES": "127.0.0.1",
    }
    script = SERVICES["prepare"]["command"][2]
    script = script.replace("/srv/shared-view", str(volume)).replace(
        "/etc/shared-view", str(volume)
    )
    subprocess.run(contained(volume, "sh", "-euc", script), env=settings, check=True)
    assert "upstream shared_view" in (volume / "nginx.conf").read_text(encoding="utf-8")
    port = str(free_port())
    probe = [word.replace("8000", port) for word in command("HEALTHCHECK")]
    assert subprocess.run(contained(volume, *probe), env=settings, capture_output=True).returncode
    with _running(contained(volume, *command("CMD"), "--port", port), settings) as process:
        for _ in range(300):
            time.sleep(0.1)
            if not subprocess.run(probe, capture_output=True, check=False).returncode:
                break
        else:
            pytest.fail("the health check never succeeds")
        assert Path(f"/proc/{process.pid}/status").read_text().count("\t10001") >= 8
    subprocess.run(contained(volume, "feedback", "worker", "--once"), env=settings, check=True)


@contextmanager
def _running(words: list[str], settings: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(words, env=settings)
    try:
        yield process
    finally:
        process.terminate()
        assert process.wait(30) == 0
