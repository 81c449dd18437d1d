"""Simulated case systems: they speak real HTTP to a real server of ours."""

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.server import create_server

from feedback_app.intake.api.keys import new_key
from feedback_app.program import Program
from feedback_app.store import sender_keys
from tests.support.office import Office


@dataclass(frozen=True)
class Reply:
    """What the server answered."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def fields(self) -> list[str]:
        """Return the fields that problem details name."""
        assert self.headers["Content-Type"] == "application/problem+json", self.body
        return [error["pointer"].removeprefix("#/") for error in self.json["errors"]]


@dataclass(frozen=True)
class Wire:
    """A way to a running server, with the headers that every request carries."""

    port: int
    headers: dict[str, str]

    def send(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Reply:
        """Send a request; a body that is no bytes is sent as JSON."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        kind = {} if body is None else {"Content-Type": "application/json"}
        content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        try:
            connection.request(method, path, content, {**kind, **self.headers, **(headers or {})})
            answer = connection.getresponse()
            return Reply(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get(self, path: str) -> Reply:
        return self.send("GET", path)

    def post(self, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Reply:
        return self.send("POST", path, body, headers)


@contextmanager
def serving(app: Flask, threads: int = 8) -> Iterator[int]:
    """Serve `app` by the real server until the block ends; yield the port."""
    server = create_server(app, host="127.0.0.1", port=0, threads=threads, ident="")
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server.effective_port
    finally:
        open_sockets: dict[int, Any] = {}

        def stop() -> None:
            # Its loop ends when it has nothing left to wait for.
            open_sockets.update(server._map)
            server._map.clear()

        server.trigger.pull_trigger(stop)
        thread.join(timeout=20)
        server.task_dispatcher.shutdown()
        wasyncore.close_all(open_sockets, ignore_all=True)


def key_for(office: Office, source: str) -> str:
    """Make a key for a case system, as `feedback key add` does, and return it."""
    key, text = new_key(source, office.now)
    with office.program.database.write() as tx:
        sender_keys.add(tx, key)
    return text


def with_settings(office: Office, **changes: Any) -> Program:
    """Return the program of this office with other settings."""
    return replace(office.program, settings=office.program.settings.model_copy(update=changes))
