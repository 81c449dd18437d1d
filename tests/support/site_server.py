"""Serve a built site as a web server does: compressed, with its headers, 404.html for the rest.

    python tests/support/site_server.py [FOLDER] [--port P]

For measuring and for tests; customers are served by a web server of the operator.
"""

import argparse
import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

COMPRESSED = {".html", ".css", ".js", ".json", ".svg", ".xml", ".txt"}


@cache
def compressed(path: Path, _changed: int) -> bytes:
    """Return the file's bytes with gzip, as most web servers do by default."""
    return gzip.compress(path.read_bytes(), 6, mtime=0)


class SiteHandler(SimpleHTTPRequestHandler):
    """Answers GET from the folder it is given."""

    protocol_version = "HTTP/1.1"

    def handle(self) -> None:
        """Answer until the browser leaves, which it may do at any time."""
        with suppress(ConnectionError):
            super().handle()

    def do_GET(self) -> None:  # noqa: N802
        """Send the file or the page that says it is not here."""
        folder = Path(self.directory)
        name = unquote(urlsplit(self.path).path).lstrip("/")
        file = (folder / name).resolve()
        file = file / "index.html" if file.is_dir() else file
        status = HTTPStatus.OK
        if not file.is_file() or not file.is_relative_to(folder.resolve()):
            file, status = folder / "404.html", HTTPStatus.NOT_FOUND
        small = file.suffix in COMPRESSED and "gzip" in self.headers.get("Accept-Encoding", "")
        body = compressed(file, file.stat().st_mtime_ns) if small else file.read_bytes()
        self.send_response(status)
        self.send_header("Content-Type", self.guess_type(str(file)))
        self.send_header("Content-Length", str(len(body)))
        if small:
            self.send_header("Content-Encoding", "gzip")
        told = json.loads((folder / "headers.json").read_text(encoding="utf-8"))
        for header, value in {**told["/*"], **told.get(f"/{name}", {})}.items():
            self.send_header(header, value)
        self.end_headers()
        self.wfile.write(body)

    def guess_type(self, path: str) -> str:  # type: ignore[override]
        """Return the media type; what is text is UTF-8."""
        kind: str = super().guess_type(path)
        return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@contextmanager
def serving(folder: Path, port: int = 0) -> Iterator[str]:
    """Serve the folder until the block ends; yields the address, ending in a slash."""

    def handler(*args: object) -> SiteHandler:
        return SiteHandler(*args, directory=str(folder))  # type: ignore[arg-type]

    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(description="Serve a built site, compressed.")
    parser.add_argument("folder", type=Path, nargs="?", default=Path("site"))
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    with serving(options.folder, options.port) as address:
        print(f"{address} (Ctrl-C stops it)")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
