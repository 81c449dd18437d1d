"""Cohorts: the cases closed in some weeks, counted as they were known at a given time.

Published figures are calculated from these. Columns that erasure or retention empty are not read.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import get_args

from feedback_app.base.times import from_text
from feedback_app.database.contract import Database
from feedback_app.records import (
    SAMPLE_SOURCE,
    AnswerCount,
    Became,
    CohortCounts,
    CohortWeeks,
    Contact,
)
from feedback_app.store import durations
from feedback_app.store.annulments import ANNULMENT

_CLOSED = "closed_week BETWEEN :first AND :last"
_KNOWN = "received_at <= :as_of AND (source = :sample_source) = (:sample = 1)"
# Needed only if not all cases of the weeks are in the cohort.
_OF_KNOWN = f"""
    AND EXISTS (SELECT 1 FROM invitations AS known JOIN cases ON cases.id = known.case_ref
                WHERE known.id = {{invitation}} AND {_KNOWN})
"""
# What became of an invitation that was not answered. One that began again was withheld before, and
# one that was renewed later had bounced before.
_BECAME = """
    CASE WHEN bounced_at <= :as_of
           OR invitations.id IN (SELECT renewals.invitation_id FROM renewals
                                 WHERE renewals.bounced_at <= :as_of AND renewed_at > :as_of)
         THEN 'bounced'
         WHEN handed_over_at <= :as_of THEN 'reached'
         WHEN created_at > :as_of OR withheld_because <> 'reopened' OR superseded_at <= :as_of
         THEN 'not_asked' ELSE 'not_delivered' END AS became,
    CASE WHEN superseded_at <= :as_of THEN NULL ELSE expires_at END AS open_until
"""
_STATES = get_args(Became)
_NUMBERS = ", ".join(f"count(*) FILTER (WHERE became = '{one}') AS {one}" for one in _STATES)
# A customer who answered had the link, even if the email was reported as bounced. This is looked
# for only where it matters.
_INVITATIONS = f"""
    SELECT {_NUMBERS},
           max(open_until) FILTER (WHERE became IN ('reached', 'not_delivered')) AS open_until
    FROM (SELECT CASE WHEN became <> 'reached' AND EXISTS (
                     SELECT 1 FROM answers WHERE answers.invitation_id = invited.invitation_id
                         -- PostgreSQL reads the answers of these weeks, and without this, all.
                         AND cohort_week BETWEEN :first AND :last
                         AND revision = 1 AND answered_at <= :as_of
                         AND NOT EXISTS {ANNULMENT.format(answer="answers")})
                 THEN 'reached' ELSE became END AS became, open_until
          FROM (SELECT invitations.id AS invitation_id, {_BECAME} FROM invitations
                WHERE cohort_week BETWEEN :first AND :last {{of_known}}) AS invited
          -- Without a limit, SQLite evaluates the CASE again for every count.
          LIMIT {2**62}) AS decided
"""
_ANSWERED = f"""
    FROM (SELECT newest.ease, newest.satisfaction, newest.wording_version,
                 newest.contact_welcome, CASE WHEN newest.flags = '' THEN 0 ELSE 1 END AS flagged,
                 newest.invitation_id,
                 CASE WHEN newest.revision = 1 THEN newest.answered_at
                      ELSE (SELECT answered_at FROM answers AS original
                            WHERE original.invitation_id = newest.invitation_id
                              AND original.revision = 1) END AS first_answered_at
          FROM answers AS newest
          WHERE newest.cohort_week BETWEEN :first AND :last AND newest.answered_at <= :as_of
            AND NOT EXISTS {ANNULMENT.format(answer="newest")} {{of_known}}
            -- Few answers have a second revision, so it is not looked for in all of them.
            AND NOT (newest.invitation_id IN (SELECT changed.invitation_id FROM answers AS changed
                                              WHERE changed.cohort_week BETWEEN :first AND :last
                                                AND changed.revision > 1)
                     AND EXISTS (SELECT 1 FROM answers AS later
                                 WHERE later.invitation_id = newest.invitation_id
                                   AND later.revision > newest.revision
                                   AND later.answered_at <= :as_of))) AS answered
"""
_ANSWERS = f"""
    SELECT ease, satisfaction, wording_version, flagged, contact_welcome,
           CASE WHEN read_at <= :as_of AND {{read_after}} <= :read_within THEN 1 ELSE 0 END
               AS read_in_time,
           count(*) AS answers, max(first_answered_at) AS answered_at
    {_ANSWERED} LEFT JOIN progress ON progress.invitation_id = answered.invitation_id
    GROUP BY ease, satisfaction, wording_version, flagged, contact_welcome, read_in_time
"""
_CONTACTS = f"""
    SELECT wording_version, first_answered_at AS answered_at, min(closed_at) AS contacted_at
    {_ANSWERED} JOIN follow_ups ON follow_ups.invitation_id = answered.invitation_id
    WHERE outcome = 'contacted' AND contact_welcome = 1 AND flagged = 0
      AND (ease <= :low OR satisfaction <= :low)
    GROUP BY answered.invitation_id, wording_version, first_answered_at
    HAVING min(closed_at) <= :as_of
"""
# Starts with the few annulments: the weeks may have many cases.
_ANNULLED = """
    SELECT count(*) FROM annulments CROSS JOIN invitations
    WHERE invitations.id = annulments.invitation_id
      AND cohort_week BETWEEN :first AND :last AND annulled_at <= :as_of
      AND (restored_at IS NULL OR restored_at > :as_of) {of_known}
"""


def counts(
    database: Database, weeks: CohortWeeks, read_within: timedelta, low_threshold: int
) -> CohortCounts:
    """Return the counts of the cases closed in `weeks`.

    Answers are read in time if a lead read them within `read_within`; `low_threshold` is the
    highest score of a low answer.
    """
    values = _values(weeks)
    measured, known = durations.of_cases(database, f"{_CLOSED} AND {_KNOWN}", **values)
    all_ = database.count(f"SELECT count(*) FROM cases WHERE {_CLOSED}", **values)

    def among(invitation: str) -> str:
        return _OF_KNOWN.format(invitation=invitation) if known < all_ else ""

    (invited,) = database.ask(_INVITATIONS.format(of_known=among("invitations.id")), **values)
    of_known = among("newest.invitation_id")
    read_after = database.seconds("first_answered_at", "read_at")
    answered = database.ask(
        _ANSWERS.format(of_known=of_known, read_after=read_after),
        read_within=read_within.total_seconds(),
        **values,
    )
    ends = [invited["open_until"], *(row.pop("answered_at") for row in answered)]
    last = max(filter(None, ends), default=None)
    contacts = _CONTACTS.format(of_known=of_known)
    return CohortCounts(
        became=Counter({one: invited[one] for one in _STATES}),
        answers=[AnswerCount(**row) for row in answered],
        annulled=database.count(_ANNULLED.format(of_known=among("invitations.id")), **values),
        contacts=database.records(Contact, contacts, low=low_threshold, **values),
        durations=measured,
        changes_until=last and from_text(last),
        all_known=known == all_,
    )


def wording_counted(database: Database, invitation_id: str, as_of: datetime) -> int | None:
    """Return the wording of the answer that counts in scores of `as_of`; None if none does."""
    sql = f"""SELECT wording_version, flags FROM answers
              WHERE invitation_id = :id AND answered_at <= :as_of
                AND NOT EXISTS {ANNULMENT.format(answer="answers")}
              ORDER BY revision DESC LIMIT 1"""
    rows = database.ask(sql, id=invitation_id, as_of=as_of)
    return rows[0]["wording_version"] if rows and not rows[0]["flags"] else None


def closing_of(database: Database, invitation_id: str) -> tuple[str, bool] | None:
    """Return the week the case was closed in and whether it is sample data; None if not found."""
    sql = """SELECT closed_week, source FROM cases
             JOIN invitations ON invitations.case_ref = cases.id WHERE invitations.id = :id"""
    rows = database.ask(sql, id=invitation_id)
    return (rows[0]["closed_week"], rows[0]["source"] == SAMPLE_SOURCE) if rows else None


def first_week_asked(database: Database, sample: bool) -> str | None:
    """Return the earliest week with a closed case whose customer got the link; None if none."""
    sql = """SELECT closed_week FROM cases
             JOIN invitations ON invitations.case_ref = cases.id
             WHERE handed_over_at IS NOT NULL AND (source = :sample_source) = (:sample = 1)
             ORDER BY closed_week LIMIT 1"""
    return database.value(sql, sample=sample, sample_source=SAMPLE_SOURCE)


def arrived_later(database: Database, weeks: CohortWeeks, all_known: bool) -> tuple[int, int]:
    """Return how many cases of these weeks, and answers to them, arrived after `as_of`.

    If `all_known`, as in the counts of the weeks, the cases are not read again.
    """
    values, of_source = _values(weeks), "(source = :sample_source) = (:sample = 1)"
    return (
        0
        if all_known
        else database.count(
            f"""SELECT count(*) FROM cases
                WHERE {_CLOSED} AND {of_source} AND received_at > :as_of""",
            **values,
        ),
        database.count(
            f"""SELECT count(*) FROM answers
                JOIN invitations ON invitations.id = answers.invitation_id
                JOIN cases ON cases.id = case_ref
                WHERE answers.cohort_week BETWEEN :first AND :last AND revision = 1
                  AND answered_at > :as_of AND {of_source}""",
            **values,
        ),
    )


def _values(weeks: CohortWeeks) -> dict[str, object]:
    return {**weeks._asdict(), "sample_source": SAMPLE_SOURCE}
