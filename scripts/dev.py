"""The developer commands: python3 scripts/dev.py COMMAND. Uses the standard library only.

run          build the site and serve it with the survey and sample data (--port N)
feedback     run a feedback command on the data of `run`, for example: feedback review
test         run the tests, or those in PATH; options such as --cov are passed to pytest
setup        install the dependencies into .venv, nothing else
check        check formatting, lint, types, phrases, reading grades and grammar
check-words  list phrases to avoid, with a suggestion for each
check-html   check the built site with the Nu HTML checker
site         preview the site and rebuild it at every change (--port N)
build-site   build the site into site/
release      build the wheel into dist/, install it in an empty environment and try it
benchmark    measure speed and memory of all parts, or of one: survey, site, publish, ...

"COMMAND --help" lists the options of a command.
"""

import sys

# No newer syntax or module above this check, so that an old Python can still name the requirement.
if sys.version_info < (3, 11):
    sys.exit("this needs Python 3.11 or newer, and this is %d.%d" % sys.version_info[:2])

import argparse
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from install import DEV_LOCK, ENVIRONMENT, ROOT, RUN_LOCK, SetupError, binary, prepare

STATE = ROOT / "var" / "dev"
FIRST_PORT = 8000
LEAD = "sample-lead"
CHECK_WORDS = "scripts/check_words.py"


def main(words: list[str]) -> int:
    """Run the command named by the first word and return its exit code."""
    name, rest = (words[0] if words else "--help"), words[1:]
    if name in ("-h", "--help"):
        print(__doc__)
        return 0
    if name not in COMMANDS:
        print(f"unknown command {name!r}; choose from {', '.join(COMMANDS)}", file=sys.stderr)
        return 2
    command = COMMANDS[name]
    try:
        options = rest if command.arguments is None else _parse(name, command.arguments, rest)
        prepare(ENVIRONMENT, command.lock)
        return command.work(options)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parse(name: str, arguments: "dict[str, dict[str, Any]]", rest: list[str]) -> Any:
    """Return the options; argparse ends the program with exit code 2 at an unknown word."""
    parser = argparse.ArgumentParser(prog=f"dev.py {name}", allow_abbrev=False)
    for flag, details in arguments.items():
        parser.add_argument(flag, **details)
    return parser.parse_args(rest)


def _python(*words: str, env: dict[str, str] | None = None) -> int:
    return subprocess.run([binary("python"), *words], cwd=ROOT, env=env, check=False).returncode


def run(options: argparse.Namespace) -> int:
    """Serve site and survey with sample data until Ctrl-C or SIGTERM."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    port = _port_to_use(options.port)
    env = settings(port)
    if _feedback(["migrate", "--stopped"], env) or _feedback(["sample", "--publish"], env):
        return 1
    site = STATE / "site"
    with ThreadPoolExecutor() as both:
        password = both.submit(lead_password, STATE / "lead_password", env)
        if _feedback(["site", "build", "--out", str(site)], env):
            return 1
    # Again, because another program may have taken the port during the build.
    port = _port_to_use(options.port)
    env = {"FEEDBACK_SITE": str(site), **settings(port)}
    return _serve(port, env, password.result())


def _port_to_use(wanted: "int | None") -> int:
    """Return the port given on the command line, or a free one."""
    if wanted is None:
        return free_port(FIRST_PORT)
    if not is_free(wanted):
        raise SetupError(f"port {wanted} is in use: choose another one with --port")
    return wanted


def _serve(port: int, env: dict[str, str], password: str) -> int:
    """Run the server and the worker; the port is stored while they run."""
    commands = (["serve", "--port", str(port)], ["worker"])
    processes = [
        subprocess.Popen([str(binary("feedback")), *words], cwd=ROOT, env=env) for words in commands
    ]
    try:
        mint = [str(binary("feedback")), "mint", "1"]
        link = subprocess.check_output(mint, cwd=ROOT, env=env, text=True)
        _wait_until_alive(f"http://127.0.0.1:{port}/healthz", processes[0])
        _port_file().write_text(str(port), encoding="ascii")
        print(f"\nsite    http://127.0.0.1:{port}/\nsurvey  {link.strip()}")
        print(f"figures http://127.0.0.1:{port}/how-we-are-doing.html (sample data)")
        print(f"leads   http://127.0.0.1:{port}/review/  {LEAD}, {password}")
        print(f"emails  {env['FEEDBACK_MAILBOX']}\n\nPress Ctrl-C to stop.", flush=True)
        return processes[0].wait()
    except KeyboardInterrupt:
        return 0
    finally:
        _port_file().unlink(missing_ok=True)
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait()


def _port_file() -> Path:
    return STATE / "port"


def running_port() -> int:
    """Return the port of the running instance, or the first port if none runs."""
    try:
        port = int(_port_file().read_text(encoding="ascii"))
    except (OSError, ValueError):
        return FIRST_PORT
    # The file is left over if `run` was killed.
    return FIRST_PORT if is_free(port) else port


def settings(port: int) -> dict[str, str]:
    """Return the environment variables for `run`; variables that are set already take precedence.

    Data is stored in var/dev/, so it never mixes with a real installation, which uses var/.
    """
    STATE.parent.mkdir(exist_ok=True)
    STATE.mkdir(mode=0o700, exist_ok=True)
    STATE.chmod(0o700)
    return {
        "FEEDBACK_SECRET_KEYS": secret_key(STATE / "secret_key"),
        "FEEDBACK_DATABASE": f"sqlite:///{STATE}/feedback.sqlite",
        "FEEDBACK_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "FEEDBACK_MAILBOX": str(STATE / "mailbox"),
        "FEEDBACK_RESULTS": str(STATE / "results"),
        **os.environ,
    }


def secret_key(path: Path) -> str:
    """Return the key stored in `path`; the first call creates it, readable by its owner only."""
    return _stored_secret(path, secrets.token_hex)


def _stored_secret(path: Path, new: Callable[[], str]) -> str:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(new(), encoding="ascii")
    return path.read_text(encoding="ascii")


def lead_password(path: Path, env: dict[str, str]) -> str:
    """Return the password of the sample lead; the first call creates account and password."""
    lead = [str(binary("feedback")), "lead"]
    if not path.exists():
        # The account may still exist although its password file was deleted.
        subprocess.run([*lead, "remove", LEAD], env=env, capture_output=True, check=False)
    password = _stored_secret(path, lambda: secrets.token_urlsafe(12))
    add = [*lead, "add", LEAD, "--role", "admin", "--if-missing", "--password-stdin"]
    subprocess.run(add, env=env, check=True, input=password, text=True, stdout=subprocess.DEVNULL)
    return password


def free_port(first: int) -> int:
    """Return the first free port, starting at `first`."""
    for port in range(first, first + 100):
        if is_free(port):
            return port
    raise SetupError(f"no port from {first} to {first + 99} is free: stop one of the servers there")


def is_free(port: int) -> bool:
    """Return whether a server could listen on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _wait_until_alive(address: str, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(address, timeout=1).close()
            return
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.1)
    raise SetupError("the server did not start; see the error above")


def test(rest: list[str]) -> int:
    """Run the tests on every core. Other words go to pytest: a path, -k WORDS, --cov."""
    return _python("-m", "pytest", "-n", "auto", "--dist", "worksteal", "--durations=25", *rest)


def benchmark(options: argparse.Namespace) -> int:
    """Run all benchmarks, or only the named one."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}  # our tests, not those that textstat installs
    env |= {"BENCHMARK_BASE": options.base} if options.base else {}
    names = [options.name] if options.name else BENCHMARKS
    return max(_python(f"scripts/benchmark_{name}.py", env=env) for name in names)


def check(_options: argparse.Namespace) -> int:
    """Run every check, then fail if one failed."""
    checks = (
        ("-m", "ruff", "format", "--check", "."),
        ("-m", "ruff", "check", "."),
        ("-m", "mypy"),
        ("-m", "mypy", "scripts"),
        (CHECK_WORDS,),
        ("scripts/reading_grade.py",),
    )
    return max(*(_python(*words) for words in checks), _grammar())


def _grammar() -> int:
    """Check the English documents with Harper, if it is installed."""
    folder = ROOT / "tests" / "harper"
    if (folder / "node_modules").exists() and shutil.which("node"):
        return subprocess.run(["node", str(folder / "check.mjs")], cwd=ROOT, check=False).returncode
    print("grammar not checked: install Node.js, then run npm ci --prefix tests/harper")
    return int(os.environ.get("FEEDBACK_REQUIRE_REAL_PARTS") == "1")


def feedback(rest: list[str]) -> int:
    """Run a `feedback` command on the data that `run` serves."""
    return _feedback(rest, settings(running_port()))


def _feedback(words: list[str], env: dict[str, str] | None) -> int:
    return subprocess.run([binary("feedback"), *words], cwd=ROOT, env=env, check=False).returncode


class Command(NamedTuple):
    """What a command needs installed, what it does, and its arguments for argparse.

    Without arguments (None) all words are passed on, and the program called checks them.
    """

    lock: Path
    work: Callable[[Any], int]
    arguments: "dict[str, dict[str, Any]] | None"


BENCHMARKS = sorted(path.stem[10:] for path in ROOT.glob("scripts/benchmark_*.py"))
PORT = {"type": int, "metavar": "N", "help": f"instead of a free port from {FIRST_PORT}"}
COMMANDS = {
    "run": Command(RUN_LOCK, run, {"--port": PORT}),
    "feedback": Command(RUN_LOCK, feedback, None),
    "test": Command(DEV_LOCK, test, None),
    "setup": Command(DEV_LOCK, lambda _: 0, {}),
    "check": Command(DEV_LOCK, check, {}),
    "check-words": Command(DEV_LOCK, lambda _: _python(CHECK_WORDS), {}),
    "check-html": Command(
        DEV_LOCK,
        lambda options: _python("tests/support/html_check.py", options.folder),
        {"folder": {"nargs": "?", "default": "site", "help": "folder of the built site"}},
    ),
    "site": Command(RUN_LOCK, lambda rest: _feedback(["site", "serve", *rest], None), None),
    "build-site": Command(RUN_LOCK, lambda rest: _feedback(["site", "build", *rest], None), None),
    "release": Command(DEV_LOCK, lambda _: _python("scripts/release.py"), {}),
    "benchmark": Command(
        DEV_LOCK,
        benchmark,
        {"name": {"nargs": "?", "choices": BENCHMARKS}, "--base": {"help": "compare with it"}},
    ),
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
