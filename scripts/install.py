"""Creates the virtual environment of the developer commands. Standard library only."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
RUN_LOCK, DEV_LOCK = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"
UV_LOCK = ROOT / "requirements-uv.lock"
STAMP = "installed"


class SetupError(RuntimeError):
    """A command cannot run. The message is one line and names the fix."""


def prepare(environment: Path, lock: Path) -> None:
    """Install what `lock` lists into `environment`, unless that was done before.

    The stamp is written last, so an interrupted installation starts again.
    """
    if is_made(environment, lock):
        return
    stamp = environment / STAMP
    print(f"setting up {environment.name} from {lock.name}, once ...", flush=True)
    stamp.unlink(missing_ok=True)
    uv = shutil.which("uv")
    if uv:
        _run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(environment)])
    else:
        uv = _own_uv(environment)
    install = [uv, "pip", "install", "--quiet", "--python", str(binary("python", environment))]
    _run([*install, "--require-hashes", "--only-binary", ":all:", "-r", str(lock)])
    # -e is not allowed together with --require-hashes; all its dependencies are installed by now.
    _run([*install, "--no-deps", "--no-build-isolation", "-e", str(ROOT)])
    stamp.write_text(_fingerprint(ROOT / lock.name), encoding="ascii")


def is_made(environment: Path, lock: Path) -> bool:
    """Return whether `environment` has a Python and everything that `lock` lists."""
    stamp = environment / STAMP
    wanted = [_fingerprint(ROOT / name) for name in _enough(lock)]
    made = stamp.exists() and stamp.read_text(encoding="ascii") in wanted
    return made and binary("python", environment).exists()


def _enough(lock: Path) -> list[str]:
    """Return the locks that include `lock`: the development lock includes the runtime lock."""
    return [DEV_LOCK.name, RUN_LOCK.name] if lock == RUN_LOCK else [DEV_LOCK.name]


def _fingerprint(lock: Path) -> str:
    version = ".".join(map(str, sys.version_info[:3]))
    return hashlib.sha256(lock.read_bytes() + version.encode()).hexdigest()


def _own_uv(environment: Path) -> str:
    """Create `environment` with the uv of UV_LOCK in it, and return the path of that uv."""
    if importlib.util.find_spec("ensurepip") is None:
        raise SetupError(
            "this Python cannot create virtual environments: install python3-venv or uv"
        )
    venv.create(environment, clear=True, with_pip=True)
    pip = [str(binary("python", environment)), "-m", "pip", "install", "--quiet"]
    _run([*pip, "--require-hashes", "--only-binary", ":all:", "-r", str(UV_LOCK)])
    return str(binary("uv", environment))


def _run(command: list[str]) -> None:
    if subprocess.run(command, check=False).returncode:
        raise SetupError("the packages could not be installed; see the error above")


def binary(name: str, environment: Path = ENVIRONMENT) -> Path:
    return environment / ("Scripts" if os.name == "nt" else "bin") / name
