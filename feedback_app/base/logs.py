"""The format of log lines, the id of a request in each of them, and repeated failures."""

import json
import logging
import re
import threading
import time
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import NamedTuple

# The id of the request that this thread handles, or "".
request_id: ContextVar[str] = ContextVar("request_id", default="")

REPEAT_SECONDS = 60
_MOST_FAILURES = 200
_MOST_CHARACTERS = 500
_VARYING = re.compile(r"\b(?!\d{3}\b)\S*\d\S*|\S{20,}")


class _Lines(logging.Formatter):
    """Cuts long lines: a message or traceback may quote a value of a request."""

    def format(self, record: logging.LogRecord) -> str:
        found = request_id.get()
        request = f" [{found}]" if found else ""
        text = f"{record.levelname}{request} {record.name} {record.getMessage()}"
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return "\n".join(map(_cut, f"{_time_of(record)} {text}".splitlines()))


class _JSONLines(logging.Formatter):
    """One JSON object for each record, with the same cuts."""

    def format(self, record: logging.LogRecord) -> str:
        failure = self.formatException(record.exc_info) if record.exc_info else ""
        values = {
            "time": _time_of(record),
            "level": record.levelname,
            "logger": record.name,
            "request_id": request_id.get(),
            "message": _cut(record.getMessage()),
            "exception": "\n".join(map(_cut, failure.splitlines())),
            **getattr(record, "values", {}),
        }
        return json.dumps({name: value for name, value in values.items() if value != ""})


def _time_of(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _cut(line: str) -> str:
    return f"{line[:_MOST_CHARACTERS]}…" if len(line) > _MOST_CHARACTERS else line


class _Failure(NamedTuple):
    name: str
    level: int
    text: str
    since: float
    repetitions: int = 0


class Repetitions(logging.Filter):
    """Logs a failure once, and counts the same ones of the next `REPEAT_SECONDS`.

    Two warnings or errors are the same if their texts are, without words that contain digits (but
    reply codes such as 550) and very long words: they name the message or request. The number is
    logged before the first record after that time.
    """

    def __init__(self, handler: logging.Handler) -> None:
        super().__init__()
        self._handler, self._lock = handler, threading.Lock()
        self._failures: dict[tuple[str, str], _Failure] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING and not self._failures:
            return True
        now = time.monotonic()
        with self._lock:
            is_new = record.levelno < logging.WARNING or self._is_new(record, now)
            over = self._take_over(now)
        for failure in over:
            self._handler.emit(_summary(failure))
        return is_new

    def _is_new(self, record: logging.LogRecord, now: float) -> bool:
        text = _cut(record.getMessage())
        key = (record.name, _VARYING.sub("#", text))
        known = self._failures.get(key)
        if known and now < known.since + REPEAT_SECONDS:
            self._failures[key] = known._replace(repetitions=known.repetitions + 1)
            return False
        if known is None and len(self._failures) < _MOST_FAILURES:
            self._failures[key] = _Failure(record.name, record.levelno, text, now)
        return True

    def _take_over(self, now: float) -> list[_Failure]:
        over = [key for key, one in self._failures.items() if now >= one.since + REPEAT_SECONDS]
        found = [self._failures.pop(key) for key in over]
        return [failure for failure in found if failure.repetitions]


def _summary(failure: _Failure) -> logging.LogRecord:
    values = (failure.text, f"{failure.repetitions:,}", REPEAT_SECONDS)
    return logging.LogRecord(
        failure.name, failure.level, "", 0, "%s (and %s more in %d s)", values, None
    )


def log_to_stderr(level: str, form: str) -> None:
    """Log to standard error from this level, as "text" or "json", unless logging is set up."""
    # No line contains these (https://docs.python.org/3/howto/logging.html#optimization).
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    # Short queues are normal under load.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    handler = logging.StreamHandler()
    handler.setFormatter(_JSONLines() if form == "json" else _Lines())
    handler.addFilter(Repetitions(handler))
    logging.basicConfig(level=level.upper(), handlers=[handler])
