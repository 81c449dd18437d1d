"""The counts of one or more weeks, and of the answers by team, kind, language or customer.

The database counts, so that a page costs what its weeks contain and not what the history does.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal

from feedback_app.base.times import from_text
from feedback_app.database.contract import Database, Row
from feedback_app.records import SAMPLE_SOURCE, WeekTotals
from feedback_app.store import week_scores
from feedback_app.store.annulments import ANNULMENT
from feedback_app.store.answers import IS_NEWEST
from feedback_app.store.durations import FIRST_RESPONSE
from support_facts import Facts

Counted = Literal["all", "rate", "answers"]
_ANSWERS = """
    SELECT count(*) AS answers, count(CASE WHEN newest.comment <> '' THEN 1 END) AS comments,
           count(CASE WHEN newest.flags <> '' OR EXISTS (
               SELECT 1 FROM contests WHERE contests.invitation_id = newest.invitation_id
                   AND contests.revision = newest.revision) THEN 1 END) AS flagged,
           count(CASE WHEN {read_after} <= :read_within THEN 1 END) AS read_in_time,
           count(CASE WHEN read_at IS NULL AND original.answered_at > :unread_since THEN 1 END)
               AS read_pending,
           {of_sample} AS of_sample
    FROM answers AS original
    {joined}
    JOIN answers AS newest ON newest.invitation_id = original.invitation_id
         AND newest.revision = (SELECT max(revision) FROM answers AS counted
                                WHERE counted.invitation_id = original.invitation_id)
    LEFT JOIN progress ON progress.invitation_id = original.invitation_id
    WHERE original.revision = 1 AND original.answered_week BETWEEN :first AND :last
      AND NOT EXISTS {annulment}
"""
# The reasons are those of `Invitation.state`: a customer who answered had the survey, even if the
# email was reported as bounced.
_CASES = """
    SELECT count(*) AS closed, count(answers.invitation_id) AS answered,
           count(CASE WHEN answers.invitation_id IS NOT NULL
                        OR handed_over_at IS NOT NULL AND bounced_at IS NULL THEN 1 END) AS reached,
           max(CASE WHEN answers.invitation_id IS NULL AND bounced_at IS NULL
                     AND superseded_at IS NULL AND expires_at > :as_of
                     AND (withheld_because IS NULL OR handed_over_at IS NOT NULL)
                    THEN expires_at END) AS open_until,
           {measured},
           count(CASE WHEN source = :sample_source THEN 1 END) AS of_sample
    FROM cases
    JOIN invitations ON invitations.case_ref = cases.id
    LEFT JOIN answers ON answers.invitation_id = invitations.id AND answers.revision = 1
         AND NOT EXISTS {annulment}
    WHERE closed_week BETWEEN :first AND :last
"""
_CASE_OF_ANSWER = """JOIN invitations ON invitations.id = original.invitation_id
                     JOIN cases ON cases.id = case_ref"""
_NO_CASES: Row = {
    "open_until": None,
    **dict.fromkeys(("closed", "answered", "reached", "measured", "in_target", "of_sample"), 0),
}
_BY = """
    SELECT {columns}, ease, satisfaction, count(*) AS answers
    FROM answers AS newest
    JOIN invitations ON invitations.id = newest.invitation_id
    JOIN cases ON cases.id = case_ref
    WHERE answered_week BETWEEN :first AND :last AND wording_version = :wording_version
      AND {newest} AND NOT EXISTS {annulment}
    GROUP BY {columns}, ease, satisfaction
"""


def of_weeks(
    database: Database,
    weeks: tuple[str, str],
    facts: Facts,
    now: datetime,
    counted: Counted = "all",
) -> WeekTotals:
    """Return the counts from the first to the last of `weeks` as stored at `now`.

    What is not `counted` is 0: "rate" leaves out the first responses, "answers" all closed cases.
    """
    arrived = _arrived(database, weeks, facts, now)
    closed = _NO_CASES if counted == "answers" else _closed(database, weeks, facts, now, counted)
    until = closed["open_until"]
    of_sample = arrived["of_sample"] + closed["of_sample"]
    return WeekTotals(
        **{**arrived, **closed, "of_sample": of_sample, "open_until": until and from_text(until)},
    )


def _arrived(database: Database, weeks: tuple[str, str], facts: Facts, now: datetime) -> Row:
    has_sample = week_scores.include_sample(database, *weeks)
    within = timedelta(days=facts.survey.read_within_days)
    sql = _ANSWERS.format(
        of_sample=f"count(CASE WHEN source = '{SAMPLE_SOURCE}' THEN 1 END)" if has_sample else "0",
        joined=_CASE_OF_ANSWER if has_sample else "",
        read_after=database.seconds("original.answered_at", "read_at"),
        annulment=ANNULMENT.format(answer="original"),
    )
    (row,) = database.ask(
        sql,
        first=weeks[0],
        last=weeks[1],
        as_of=now,
        read_within=within.total_seconds(),
        unread_since=now - within,
    )
    return row


def _closed(
    database: Database, weeks: tuple[str, str], facts: Facts, now: datetime, counted: Counted
) -> Row:
    is_measured = counted == "all"
    sql = _CASES.format(
        measured=_measured(database) if is_measured else "0 AS measured, 0 AS in_target",
        annulment=ANNULMENT.format(answer="answers"),
    )
    (row,) = database.ask(
        sql,
        first=weeks[0],
        last=weeks[1],
        as_of=now,
        sample_source=SAMPLE_SOURCE,
        **(_target(facts) if is_measured else {}),
    )
    return row


def _measured(database: Database) -> str:
    """Return SQL for the first responses on the clock of the target, and those within it."""

    def on_clock(seconds: str) -> str:
        return f"CASE WHEN {FIRST_RESPONSE.clock} = :clock THEN {seconds} END"

    # A number instead of the time between two events is enough to count, and cheaper.
    is_measured = on_clock(FIRST_RESPONSE.seconds("1"))
    seconds = on_clock(FIRST_RESPONSE.seconds_in(database))
    return f"""count({is_measured}) AS measured,
               count(CASE WHEN {seconds} <= :target THEN 1 END) AS in_target"""


def _target(facts: Facts) -> dict[str, object]:
    metric = facts.metric("first_response_time")
    return {"clock": metric.target_clock or "none", "target": metric.target_seconds or 0}


def scores_by(
    database: Database,
    columns: Sequence[str],
    weeks: tuple[str, str],
    wording_version: int,
    now: datetime,
) -> Iterator[Row]:
    """Yield the number of answers for each pair of scores and each value of `columns` of cases.

    Counted are the answers to one wording that arrived from the first to the last of `weeks`.
    """
    names = ", ".join(f"cases.{column}" for column in columns)
    annulment = ANNULMENT.format(answer="newest")
    sql = _BY.format(columns=names, newest=IS_NEWEST, annulment=annulment)
    return database.stream(
        sql, first=weeks[0], last=weeks[1], wording_version=wording_version, as_of=now
    )
