"""Closed cases by the week they were closed in, as they were known at a given time.

Published figures are calculated from these. Columns that erasure or retention empty are not read.
"""

from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime

from feedback_app.base.times import from_text
from feedback_app.database.contract import Database, Row
from feedback_app.records import (
    CASE_FIELDS,
    SAMPLE_SOURCE,
    Became,
    CohortCase,
    MeasuredCase,
)
from feedback_app.store.annulments import ANNULMENT
from feedback_app.store.renewals import BOUNCED_BEFORE
from feedback_app.store.rows import times_in

_COHORT = """
    FROM cases JOIN invitations ON invitations.case_ref = cases.id
    WHERE closed_week BETWEEN :first AND :last AND (source = :sample_source) = (:sample = 1)
"""
_ONE = """
    FROM cases JOIN invitations ON invitations.case_ref = cases.id WHERE invitations.id = :id
"""
_SELECT = """
    SELECT {measured}, closed_week, withheld_because, handed_over_at,
           coalesce({bounced_before}, bounced_at) AS bounced_at, superseded_at, expires_at,
           original.answered_at, newest.ease, newest.satisfaction, newest.wording_version,
           newest.flags, newest.contact_welcome, progress.read_at,
           EXISTS {annulment} AS annulled,
           (SELECT min(follow_ups.closed_at) FROM follow_ups
            WHERE follow_ups.invitation_id = cohort.invitation_id
              AND outcome = 'contacted') AS contacted_at
    FROM (SELECT cases.*, invitations.id AS invitation_id, handed_over_at,
                 -- An invitation that began again was withheld before.
                 CASE WHEN created_at > :as_of THEN 'reopened'
                      ELSE nullif(withheld_because, 'reopened') END AS withheld_because,
                 bounced_at, superseded_at, expires_at
          {cohort} AND received_at <= :as_of) AS cohort
    LEFT JOIN answers AS original ON original.invitation_id = cohort.invitation_id
         AND original.revision = 1 AND original.answered_at <= :as_of
         AND NOT EXISTS {annulment}
    LEFT JOIN answers AS newest ON newest.invitation_id = cohort.invitation_id
         AND newest.revision = (SELECT max(revision) FROM answers AS counted
                                WHERE counted.invitation_id = cohort.invitation_id
                                  AND counted.answered_at <= :as_of)
         AND NOT EXISTS {annulment}
    LEFT JOIN progress ON progress.invitation_id = cohort.invitation_id
"""
_MEASURED = tuple(field.name for field in fields(MeasuredCase))
_TIMES = (
    *(name for name in _MEASURED if CASE_FIELDS[name].kind == "time"),
    "expires_at",
    "answered_at",
)
_LATER = ("handed_over_at", "bounced_at", "superseded_at", "read_at", "contacted_at")


def closed_between(
    database: Database, first: str, last: str, as_of: datetime, sample: bool
) -> Iterator[CohortCase]:
    """Yield the cases closed in the weeks `first` to `last` as they were known at `as_of`.

    Either only sample data or only real cases, depending on `sample`.
    """
    sql = _select(_COHORT)
    rows = database.stream(
        sql, first=first, last=last, as_of=as_of, sample=sample, sample_source=SAMPLE_SOURCE
    )
    return (_case(row, as_of) for row in rows)


def case_of(database: Database, invitation_id: str, as_of: datetime) -> CohortCase | None:
    """Return the case of an invitation as it was known at `as_of`; None if it was not known."""
    rows = database.ask(_select(_ONE), id=invitation_id, as_of=as_of)
    return _case(rows[0], as_of) if rows else None


def closing_of(database: Database, invitation_id: str) -> tuple[str, bool] | None:
    """Return the week the case was closed in and whether it is sample data; None if not found."""
    rows = database.ask(f"SELECT closed_week, source {_ONE}", id=invitation_id)
    return (rows[0]["closed_week"], rows[0]["source"] == SAMPLE_SOURCE) if rows else None


def first_week_asked(database: Database, sample: bool) -> str | None:
    """Return the earliest week with a closed case whose customer got the link; None if none."""
    rows = database.ask(
        """SELECT min(closed_week) AS week FROM cases
           JOIN invitations ON invitations.case_ref = cases.id
           WHERE handed_over_at IS NOT NULL AND (source = :sample_source) = (:sample = 1)""",
        sample=sample,
        sample_source=SAMPLE_SOURCE,
    )
    week: str | None = rows[0]["week"]
    return week


def arrived_later(
    database: Database, first: str, last: str, as_of: datetime, sample: bool
) -> tuple[int, int]:
    """Return how many cases of these weeks, and answers to them, arrived after `as_of`."""
    rows = database.ask(
        f"""SELECT count(CASE WHEN received_at > :as_of THEN 1 END) AS cases,
                   count((SELECT 1 FROM answers WHERE revision = 1 AND answered_at > :as_of
                          AND answers.invitation_id = invitations.id)) AS answers {_COHORT}""",
        first=first,
        last=last,
        as_of=as_of,
        sample=sample,
        sample_source=SAMPLE_SOURCE,
    )
    return rows[0]["cases"], rows[0]["answers"]


def _select(cohort: str) -> str:
    measured = ", ".join(f"cohort.{name}" for name in _MEASURED)
    bounced = BOUNCED_BEFORE.format(invitation="cohort")
    annulment = ANNULMENT.format(answer="cohort")
    return _SELECT.format(
        measured=measured, cohort=cohort, annulment=annulment, bounced_before=bounced
    )


def _case(row: Row, as_of: datetime) -> CohortCase:
    at = times_in(row, *_TIMES)
    since = {name: _moment_by(row[name], as_of) for name in _LATER}
    answered = at["answered_at"] is not None
    became = _became(row, since, answered)
    takes_answers = became in ("reached", "not_delivered") and not since["superseded_at"]
    return CohortCase(
        **{name: at[name] if name in at else row[name] for name in _MEASURED},
        closed_week=row["closed_week"],
        became=became,
        expires_at=at["expires_at"] if takes_answers else None,
        answered_at=at["answered_at"],
        ease=row["ease"],
        satisfaction=row["satisfaction"],
        wording_version=row["wording_version"],
        flagged=bool(row["flags"]),
        annulled=bool(row["annulled"]),
        contact_welcome=bool(row["contact_welcome"]),
        read_at=since["read_at"],
        contacted_at=since["contacted_at"],
    )


def _became(row: Row, since: dict[str, datetime | None], answered: bool) -> Became:
    # A customer who answered had the link, even if the email was reported as bounced.
    if answered:
        return "reached"
    if since["bounced_at"]:
        return "bounced"
    if since["handed_over_at"]:
        return "reached"
    return "not_asked" if row["withheld_because"] or since["superseded_at"] else "not_delivered"


def _moment_by(text: str | None, as_of: datetime) -> datetime | None:
    """Return the time, or None if it is after `as_of`."""
    moment = from_text(text) if text else None
    return moment if moment and moment <= as_of else None
