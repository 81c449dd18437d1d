"""/healthz and /readyz: whether the process runs, and whether it can store."""

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta

from flask import Flask, Response, current_app, jsonify

from feedback_app.database.contract import Database, DatabaseUnavailableError
from feedback_app.database.health import require_storing
from feedback_app.database.migrate import SchemaError
from feedback_app.web.request import now, program

EXTENSION = "readiness"
# So many probes cost next to nothing, however many balancers and strangers ask.
FRESH = timedelta(seconds=2)
WAIT_SECONDS = 4.0


class Readiness:
    """Tries whether a database can store, at most every `FRESH`.

    The attempt runs in a separate thread, because the time-outs of a database are longer than
    the time that a load balancer waits, and a disk that hangs has none.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread = ThreadPoolExecutor(1, "readiness")
        self._attempt: Future[str] | None = None
        self._started_at = datetime.min
        self._wait_until = 0.0

    def fault(self, database: Database, now: datetime) -> str:
        """Return why the database cannot store, or "". Takes at most `WAIT_SECONDS`."""
        with self._lock:
            if self._attempt is None or (
                self._attempt.done() and abs(now - self._started_at) >= FRESH
            ):
                self._started_at = now
                self._wait_until = time.monotonic() + WAIT_SECONDS
                self._attempt = self._thread.submit(_fault, database)
            attempt = self._attempt
        try:
            return attempt.result(max(0, self._wait_until - time.monotonic()))
        except TimeoutError:
            return f"the database did not store anything within {WAIT_SECONDS:.0f} s"


def _fault(database: Database) -> str:
    try:
        require_storing(database)
    except (DatabaseUnavailableError, SchemaError) as error:
        return str(error)
    return ""


def add_probes(app: Flask) -> None:
    """Add /healthz and /readyz to `app`."""
    app.extensions[EXTENSION] = Readiness()
    app.add_url_rule("/healthz", view_func=_alive)
    app.add_url_rule("/readyz", view_func=_ready)


def _alive() -> Response:
    """Report that the process runs. It never waits for the database."""
    return jsonify(status="alive")


def _ready() -> tuple[Response, int]:
    """Report whether the program can store."""
    readiness: Readiness = current_app.extensions[EXTENSION]
    if fault := readiness.fault(program().database, now()):
        # The reason may contain a host or path, so it is only logged.
        current_app.logger.warning("not ready: %s", fault)
        return jsonify(status="not ready"), 503
    return jsonify(status="ready"), 200
