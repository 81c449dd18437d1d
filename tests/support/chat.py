"""A chat on this machine that accepts JSON, as Apprise sends it."""

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Chat:
    """A chat with two addresses; it refuses the next `refuses` messages."""

    url: str

    def __init__(self) -> None:
        self.received: list[dict[str, str]] = []
        self.refuses = 0

    @property
    def other(self) -> str:
        """Return the URL of another channel."""
        return f"{self.url}/other"


@contextmanager
def open_chat() -> Iterator[Chat]:
    """Yield a chat that accepts messages until the block ends."""
    chat = Chat()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # noqa: N802
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if chat.refuses:
                chat.refuses -= 1
                self.send_response(500)
            else:
                chat.received.append(json.loads(body))
                self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Keep quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    chat.url = f"json://127.0.0.1:{server.server_port}/secret-path"
    yield chat
    server.shutdown()
    server.server_close()
