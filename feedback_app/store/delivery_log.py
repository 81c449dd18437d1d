"""Counts of deliveries by day, preset and outcome, with the shapes of the last payloads."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter

from feedback_app.base.times import from_text, to_text
from feedback_app.database.contract import Database, Row, Transaction

RETENTION = timedelta(days=30)
SAMPLES = 3


@dataclass(frozen=True)
class PayloadSample:
    """The paths and types of a payload, and which conditions or fields decided its outcome."""

    shape: tuple[str, ...]
    because: tuple[str, ...] = ()


@dataclass(frozen=True)
class LoggedOutcome:
    """How many deliveries of a preset had an outcome, with up to `SAMPLES` different payloads."""

    preset: str
    outcome: str
    deliveries: int
    last_at: datetime
    samples: tuple[PayloadSample, ...]


def add(
    tx: Transaction,
    key: tuple[str, str],
    now: datetime,
    deliveries: int = 1,
    samples: Iterable[PayloadSample] = (),
) -> None:
    """Count deliveries of a preset with an outcome, and keep the newest different samples."""
    values = {"day": _day(now), "preset": key[0], "outcome": key[1]}
    sql = """INSERT INTO delivery_log (day, preset, outcome, deliveries, last_at, samples)
             VALUES (:day, :preset, :outcome, :deliveries, :now, '[]')
             ON CONFLICT (day, preset, outcome) DO UPDATE SET
                 deliveries = delivery_log.deliveries + :deliveries, last_at = :now
             RETURNING samples"""
    rows = tx.ask(sql, deliveries=deliveries, now=now, **values)
    new = list(samples)
    if new:
        kept = _newest([*reversed(new), *_samples(rows[0])])
        tx.run(
            """UPDATE delivery_log SET samples = :samples
               WHERE day = :day AND preset = :preset AND outcome = :outcome""",
            samples=json.dumps([asdict(one) for one in kept]),
            **values,
        )


def since(source: Database, moment: datetime) -> list[LoggedOutcome]:
    """Return the outcomes since the day of `moment` (UTC), by preset, the most frequent first.

    Unknown presets are last.
    """
    sql = """SELECT preset, outcome, deliveries, last_at, samples FROM delivery_log
             WHERE day >= :day ORDER BY preset, outcome, day DESC"""
    rows = source.ask(sql, day=_day(moment))
    groups = [list(group) for _, group in groupby(rows, itemgetter("preset", "outcome"))]
    return sorted(
        map(_outcome, groups), key=lambda one: (not one.preset, one.preset, -one.deliveries)
    )


def remove_before(tx: Transaction, moment: datetime) -> int:
    """Delete the counts of days before that of `moment` (UTC); return how many."""
    return tx.run("DELETE FROM delivery_log WHERE day < :day", day=_day(moment))


def _day(moment: datetime) -> str:
    return to_text(moment)[:10]


def _outcome(days: list[Row]) -> LoggedOutcome:
    """Return the sum of the days of one preset and outcome, newest first."""
    return LoggedOutcome(
        preset=days[0]["preset"],
        outcome=days[0]["outcome"],
        deliveries=sum(row["deliveries"] for row in days),
        last_at=from_text(days[0]["last_at"]),
        samples=tuple(_newest(sample for row in days for sample in _samples(row))),
    )


def _samples(row: Row) -> list[PayloadSample]:
    return [
        PayloadSample(tuple(one["shape"]), tuple(one["because"]))
        for one in json.loads(row["samples"])
    ]


def _newest(samples: Iterable[PayloadSample]) -> list[PayloadSample]:
    return list(dict.fromkeys(samples))[:SAMPLES]
