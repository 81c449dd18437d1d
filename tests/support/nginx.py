"""nginx with the configuration of `feedback site nginx`."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.real_parts import real_part_missing

_START_SECONDS = 20
# What Debian's nginx.conf has around our file. As root, nginx would give up the right to read
# temporary folders.
_MAIN = """
user root;
daemon off;
pid {folder}/pid;
error_log {folder}/main.log;
events {{ worker_connections 512; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/shared-view.conf;
}}
"""


def write_configuration(folder: Path, shared_view: str) -> list[str]:
    """Write the configuration, with all its files in `folder`, and return the command of nginx.

    Raises CalledProcessError if nginx does not accept it.
    """
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if not program:
        real_part_missing("nginx", "apt-get install nginx-light")
    text = shared_view.replace("/var/log/nginx", str(folder)).replace("/etc/nginx", str(folder))
    (folder / "shared-view.conf").write_text(text, encoding="utf-8")
    main = _MAIN if os.geteuid() == 0 else _MAIN.replace("user root;", "")
    (folder / "nginx.conf").write_text(main.format(folder=folder), encoding="utf-8")
    command = [program, "-p", str(folder), "-e", f"{folder}/main.log", "-c", f"{folder}/nginx.conf"]
    subprocess.run([*command, "-t", "-q"], check=True)
    return command


@contextmanager
def running_nginx(folder: Path, shared_view: str) -> Iterator[None]:
    """Run nginx until the block ends. Its access log is `access.log` in `folder`."""
    command = write_configuration(folder, shared_view)
    (folder / "pid").unlink(missing_ok=True)  # checking the configuration creates it
    process = subprocess.Popen(command)
    try:
        deadline = time.monotonic() + _START_SECONDS
        while not (folder / "pid").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        yield
    finally:
        process.terminate()
        process.wait(20)
