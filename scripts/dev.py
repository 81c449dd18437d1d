"""The whole developer interface: python3 scripts/dev.py COMMAND. Standard library only.

run         build the site and serve it with the survey and sample data, on one port
test        run the tests with coverage; further words go to pytest
setup       make the environment only
feedback    a feedback command on the data of `run`, such as: feedback review
check       format, lint and types
site        preview the site, rebuilt at every change
build-site  build the site into site/
check-html  what the Nu HTML checker rejects in the built site
benchmark   what requests, exports and a build of the site cost, beside yardsticks of the same run
"""

import sys

# No newer syntax or module above this check, so that an old Python can still say what is missing.
if sys.version_info < (3, 11):
    sys.exit("this needs Python 3.11 or newer, and this is %d.%d" % sys.version_info[:2])

import hashlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
import venv
from pathlib import Path

from kept import LEAD, lead_password, secret_key

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
STATE = ROOT / "var" / "dev"
RUN_LOCK, DEV_LOCK = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"
STAMP = "installed"
FIRST_PORT = 8000


def main(words: list[str]) -> int:
    """Run the command that `words` name and return its exit code."""
    command, rest = (words[0] if words else "--help"), words[1:]
    if command in ("-h", "--help"):
        print(__doc__)
        return 0
    if command not in COMMANDS:
        print(f"there is no command {command!r}: there are {', '.join(COMMANDS)}", file=sys.stderr)
        return 2
    lock, work = COMMANDS[command]
    try:
        prepare(ENVIRONMENT, lock)
        return work(rest)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


class SetupError(RuntimeError):
    """The environment cannot be made. The message is one line and says what to install."""


def prepare(environment: Path, lock: Path) -> None:
    """Make the environment hold what `lock` names, unless it does already.

    The stamp is written last, so that a half-made environment is made again.
    """
    if is_made(environment, lock):
        return
    stamp = environment / STAMP
    print(f"setting up {environment.name} from {lock.name}, once ...", flush=True)
    stamp.unlink(missing_ok=True)
    uv = shutil.which("uv")
    install = _with_uv(uv, environment) if uv else _with_pip(environment)
    _run([*install, "--require-hashes", "--only-binary", ":all:", "-r", str(lock)])
    # pip refuses -e . beside --require-hashes; everything it needs is there by now.
    _run([*install, "--no-deps", "--no-build-isolation", "-e", str(ROOT)])
    stamp.write_text(_fingerprint(ROOT / lock.name), encoding="ascii")


def is_made(environment: Path, lock: Path) -> bool:
    """Say whether the environment holds what `lock` names, and has its Python still."""
    stamp = environment / STAMP
    wanted = [_fingerprint(ROOT / name) for name in _enough(lock)]
    made = stamp.exists() and stamp.read_text(encoding="ascii") in wanted
    return made and _binary("python", environment).exists()


def _enough(lock: Path) -> list[str]:
    """Return the locks that satisfy a wish for `lock`: the tests' one holds the program's too."""
    return [DEV_LOCK.name, RUN_LOCK.name] if lock == RUN_LOCK else [DEV_LOCK.name]


def _fingerprint(lock: Path) -> str:
    version = ".".join(map(str, sys.version_info[:3]))
    return hashlib.sha256(lock.read_bytes() + version.encode()).hexdigest()


def _with_uv(uv: str, environment: Path) -> list[str]:
    _run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(environment)])
    return [uv, "pip", "install", "--quiet", "--python", str(_binary("python", environment))]


def _with_pip(environment: Path) -> list[str]:
    if importlib.util.find_spec("ensurepip") is None:
        raise SetupError("this Python cannot make environments: install python3-venv, or uv")
    venv.create(environment, clear=True, with_pip=True)
    return [str(_binary("python", environment)), "-m", "pip", "install", "--quiet"]


def _run(command: list[str]) -> None:
    if subprocess.run(command, check=False).returncode:
        raise SetupError("the packages could not be installed; the lines above say why")


def _binary(name: str, environment: Path = ENVIRONMENT) -> Path:
    return environment / ("Scripts" if os.name == "nt" else "bin") / name


def _python(*words: str, env: dict[str, str] | None = None) -> int:
    return subprocess.run([_binary("python"), *words], cwd=ROOT, env=env, check=False).returncode


def run(_rest: list[str]) -> int:
    """Serve site and survey with sample data until Ctrl-C or SIGTERM."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    env = settings(FIRST_PORT)
    for words in (["migrate"], ["sample", "--publish"]):
        if subprocess.run([_binary("feedback"), *words], cwd=ROOT, env=env, check=False).returncode:
            return 1
    password = lead_password(STATE / "lead_password", _binary("feedback"), env)
    site = STATE / "site"
    if _python("scripts/build_site.py", "--out", str(site), env=env):
        return 1
    # Only now, because a port that is free at the start may be taken by the end of the build.
    port = free_port(FIRST_PORT)
    env = {"FEEDBACK_SITE": str(site), **settings(port)}
    commands = (["serve", "--port", str(port)], ["worker"])
    processes = [
        subprocess.Popen([str(_binary("feedback")), *words], cwd=ROOT, env=env)
        for words in commands
    ]
    try:
        _wait_until_alive(f"http://127.0.0.1:{port}/healthz", processes[0])
        link = subprocess.run(
            [_binary("feedback"), "mint", "1"],
            cwd=ROOT,
            env=env,
            check=True,
            capture_output=True,
            text=True,
        )
        print(f"\nsite    http://127.0.0.1:{port}/\nsurvey  {link.stdout.strip()}")
        print(f"figures http://127.0.0.1:{port}/how-we-are-doing.html (sample data)")
        print(f"leads   http://127.0.0.1:{port}/review/  {LEAD}, {password}")
        print(f"mails   {env['FEEDBACK_MAILBOX']}\n\nCtrl-C stops it.", flush=True)
        return processes[0].wait()
    except KeyboardInterrupt:
        return 0
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait()


def settings(port: int) -> dict[str, str]:
    """Return the environment of a program that keeps its state in var/dev/; what is set wins.

    A real installation keeps its own in var/, so the two never share a database.
    """
    STATE.mkdir(parents=True, exist_ok=True)
    return {
        "FEEDBACK_SECRET_KEYS": secret_key(STATE / "secret_key"),
        "FEEDBACK_DATABASE": f"sqlite:///{STATE}/feedback.sqlite",
        "FEEDBACK_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "FEEDBACK_MAILBOX": str(STATE / "mailbox"),
        "FEEDBACK_RESULTS": str(STATE / "results"),
        **os.environ,
    }


def free_port(first: int) -> int:
    """Return `first`, or the next port nobody listens on."""
    for port in range(first, first + 100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise SetupError(f"no port from {first} to {first + 99} is free: stop one of the servers there")


def _wait_until_alive(address: str, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(address, timeout=1).close()
            return
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.1)
    raise SetupError("the server did not start; the lines above say why")


def test(rest: list[str]) -> int:
    """Run the tests on every core, a file each at a time, with coverage, and show it."""
    return _python("-m", "pytest", "-n", "auto", "--dist", "loadfile", "--cov", *rest)


def benchmark(rest: list[str]) -> int:
    """Measure survey, site, review and exports, or the one that is named."""
    scripts = {
        "survey": "scripts/benchmark.py",
        "site": "scripts/benchmark_site.py",
        "review": "scripts/benchmark_review.py",
        "exports": "scripts/benchmark_exports.py",
    }
    return max(_python(scripts[name]) for name in rest or scripts)


def check(_rest: list[str]) -> int:
    """Check format, lint and types; run all three before failing."""
    checks = (
        ("ruff", "format", "--check", "."),
        ("ruff", "check", "."),
        ("mypy",),
        ("mypy", "scripts"),
    )
    return max(_python("-m", *words) for words in checks)


def feedback(rest: list[str]) -> int:
    """Run a `feedback` command on the data that `run` serves."""
    command = [str(_binary("feedback")), *rest]
    return subprocess.run(command, cwd=ROOT, env=settings(FIRST_PORT), check=False).returncode


COMMANDS = {
    "run": (RUN_LOCK, run),
    "feedback": (RUN_LOCK, feedback),
    "test": (DEV_LOCK, test),
    "setup": (DEV_LOCK, lambda _rest: 0),
    "check": (DEV_LOCK, check),
    "site": (RUN_LOCK, lambda rest: _python("scripts/build_site.py", "--serve", *rest)),
    "build-site": (RUN_LOCK, lambda rest: _python("scripts/build_site.py", *rest)),
    "check-html": (DEV_LOCK, lambda rest: _python("scripts/html_check.py", *rest)),
    "benchmark": (DEV_LOCK, benchmark),
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
