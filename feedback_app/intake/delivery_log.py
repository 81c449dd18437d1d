"""Counts refused requests of the API and webhooks. Strangers cannot make it write often."""

import logging
import threading
from collections import Counter
from datetime import datetime, timedelta

from flask import Response, current_app, g, request

from feedback_app.database.contract import Database, DatabaseUnavailableError
from feedback_app.store import delivery_log
from feedback_app.web.request import now, program

EXTENSION = "refused_requests"
API = "api"
# How often a refusal of the same kind is written. In between, refusals are counted in memory.
INTERVAL = timedelta(seconds=10)
_BY_STATUS = {
    400: "unreadable",
    401: "secret",
    404: "unknown",
    409: "invalid",
    413: "too_large",
    415: "content_type",
    422: "invalid",
    429: "rate_limit",
}
OUTCOMES = {
    "new": "Stored",
    "known": "Duplicate, not stored again",
    "completed": "Duplicate that filled in what was missing",
    "reopened": "Reopened: survey withdrawn",
    "likely_duplicate": "Likely duplicate from another source, not stored",
    "ignored": "Ignored: does not close or reopen a case",
    "invalid": "Refused: a required field is invalid",
    "unreadable": "Refused: the content cannot be read",
    "secret": "Refused: wrong secret or signature",
    "time": "Refused: the signed time is too old or in the future",
    "sender": "Refused: the secret belongs to another sender",
    "disabled": "Refused: no secret in the settings",
    "unknown": "Refused: no such webhook",
    "too_large": "Refused: too large",
    "content_type": "Refused: the content type is not JSON",
    "rate_limit": "Refused: too many requests",
    "other": "Refused for another reason",
}
Key = tuple[str, str]
log = logging.getLogger(__name__)


class RefusedRequests:
    """Refused requests by preset and outcome that were not written to the database yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[Key] = Counter()
        self._written: dict[Key, datetime] = {}

    def add(self, database: Database, key: Key, now: datetime) -> None:
        """Count a refused request, and write all counts if this kind is due."""
        with self._lock:
            self._counts[key] += 1
            if key in self._written and abs(now - self._written[key]) < INTERVAL:
                return
            counts, self._counts = self._counts, Counter()
            self._written |= dict.fromkeys(counts, now)
        try:
            with database.write() as tx:
                for one, number in sorted(counts.items()):
                    delivery_log.add(tx, one, now, number)
        except DatabaseUnavailableError as error:
            log.warning("refused requests could not be counted: %s", error)
            with self._lock:
                self._counts.update(counts)


def count_refusal(response: Response, preset: str) -> Response:
    """Count this response if it refuses a delivery. Names that are not presets count together.

    `refused_as` sets another outcome than that of the status.
    """
    outcome = g.get("refused_as", _BY_STATUS.get(response.status_code, "other"))
    if request.method == "POST" and 400 <= response.status_code < 500 and outcome:
        refused: RefusedRequests = current_app.extensions[EXTENSION]
        known = preset == API or preset in current_app.extensions["webhooks"]
        refused.add(program().database, (preset if known else "", outcome), now())
    return response


def refused_as(outcome: str) -> None:
    """Set the outcome that this request counts as; "" if it was counted already."""
    g.refused_as = outcome
