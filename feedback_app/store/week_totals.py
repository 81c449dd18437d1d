"""The counts of one or more weeks, and of the answers by team, kind, language or customer.

The database counts, so that a page costs what its weeks contain and not what the history does.
"""

from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic_core import from_json

from feedback_app.base.times import from_text
from feedback_app.database.contract import Database, Row
from feedback_app.records import SAMPLE_SOURCE, WeekTotals
from feedback_app.store import week_scores
from feedback_app.store.annulments import ANNULMENT
from feedback_app.store.answers import FIRST_ANSWERED_AT, NEWEST_OF_WEEKS
from feedback_app.store.durations import FIRST_RESPONSE
from support_facts import Facts

Counted = Literal["all", "rate", "answers"]
_ANSWERS = f"""
    SELECT count(*) AS answers, count(CASE WHEN newest.comment <> '' THEN 1 END) AS comments,
           count({{flagged}}) AS flagged, count({{read_in_time}}) AS read_in_time,
           count({{read_pending}}) AS read_pending, count({{of_sample}}) AS of_sample
    FROM answers AS newest
    {{joined}}
    WHERE newest.answered_week BETWEEN :first AND :last AND {NEWEST_OF_WEEKS}
      AND NOT EXISTS {ANNULMENT.format(answer="newest")}
"""
_FLAGGED = """CASE WHEN newest.flags <> '' OR EXISTS (
    SELECT 1 FROM contests WHERE contests.invitation_id = newest.invitation_id
        AND contests.revision = newest.revision) THEN 1 END"""
# The reasons are those of `Invitation.state`: a customer who answered had the survey, even if the
# email was reported as bounced.
_INVITED = f"""
    SELECT count(*) AS closed, count(answers.invitation_id) AS answered,
           count(CASE WHEN answers.invitation_id IS NOT NULL
                        OR handed_over_at IS NOT NULL AND bounced_at IS NULL THEN 1 END) AS reached,
           max(CASE WHEN answers.invitation_id IS NULL AND bounced_at IS NULL
                     AND superseded_at IS NULL AND expires_at > :as_of
                     AND (withheld_because IS NULL OR handed_over_at IS NOT NULL)
                    THEN expires_at END) AS open_until
    FROM invitations
    LEFT JOIN answers ON answers.invitation_id = invitations.id AND answers.revision = 1
         AND NOT EXISTS {ANNULMENT.format(answer="answers")}
    WHERE invitations.cohort_week BETWEEN :first AND :last
"""
_OF_SAMPLE = "CASE WHEN source = :sample_source THEN 1 END"
_CASES = f"""
    SELECT {{measured}}, count({_OF_SAMPLE}) AS of_sample
    FROM cases WHERE closed_week BETWEEN :first AND :last
"""
_CASE_OF_ANSWER = """JOIN invitations ON invitations.id = newest.invitation_id
                     JOIN cases ON cases.id = case_ref"""
_PROGRESS = "LEFT JOIN progress ON progress.invitation_id = newest.invitation_id"
_HAS_SAMPLE = "SELECT 1 FROM cases WHERE source = :sample_source LIMIT 1"
_NO_CASES: Row = {
    "open_until": None,
    **dict.fromkeys(("closed", "answered", "reached", "measured", "in_target", "of_sample"), 0),
}
# Counting in SQL would sort all answers.
_SCORES = f"""
    SELECT {{lists}}
    FROM answers AS newest
    JOIN invitations ON invitations.id = newest.invitation_id
    JOIN cases ON cases.id = case_ref
    WHERE answered_week BETWEEN :first AND :last AND wording_version = :wording_version
      AND {NEWEST_OF_WEEKS} AND NOT EXISTS {ANNULMENT.format(answer="newest")}
"""
_SCORED = {
    **{name: f"cases.{name}" for name in ("case_kind", "team", "language", "customer")},
    **{name: f"newest.{name}" for name in ("ease", "satisfaction")},
}


def of_weeks(
    database: Database,
    weeks: tuple[str, str],
    facts: Facts,
    now: datetime,
    counted: Counted = "all",
) -> WeekTotals:
    """Return the counts from the first to the last of `weeks` as stored at `now`.

    What is not `counted` is 0: "rate" leaves out reading and first responses, "answers" also flags
    and all closed cases.
    """
    values = {"first": weeks[0], "last": weeks[1], "as_of": now, "sample_source": SAMPLE_SOURCE}
    arrived = _arrived(database, facts, counted, values)
    closed = _NO_CASES if counted == "answers" else _closed(database, facts, counted, values)
    until = closed["open_until"]
    of_sample = arrived["of_sample"] + closed["of_sample"]
    return WeekTotals(
        **{**arrived, **closed, "of_sample": of_sample, "open_until": until and from_text(until)},
    )


def _arrived(database: Database, facts: Facts, counted: Counted, values: Row) -> Row:
    has_sample = week_scores.include_sample(database, values["first"], values["last"])
    within = timedelta(days=facts.survey.read_within_days)
    read_after = database.seconds(FIRST_ANSWERED_AT, "read_at")
    is_pending = f"read_at IS NULL AND {FIRST_ANSWERED_AT} > :unread_since"
    is_all = counted == "all"
    joined = (_CASE_OF_ANSWER if has_sample else "", _PROGRESS if is_all else "")
    sql = _ANSWERS.format(
        flagged="NULL" if counted == "answers" else _FLAGGED,
        read_in_time=f"CASE WHEN {read_after} <= :read_within THEN 1 END" if is_all else "NULL",
        read_pending=f"CASE WHEN {is_pending} THEN 1 END" if is_all else "NULL",
        of_sample=_OF_SAMPLE if has_sample else "NULL",
        joined=" ".join(joined),
    )
    unread_since = values["as_of"] - within
    (row,) = database.ask(
        sql, read_within=within.total_seconds(), unread_since=unread_since, **values
    )
    return row


def _closed(database: Database, facts: Facts, counted: Counted, values: Row) -> Row:
    (invited,) = database.ask(_INVITED, **values)
    if counted == "all":
        sql = _CASES.format(measured=_measured(database))
        (cases,) = database.ask(sql, **_target(facts), **values)
    elif database.exists(_HAS_SAMPLE, **values):
        (cases,) = database.ask(_CASES.format(measured="0 AS measured, 0 AS in_target"), **values)
    else:
        cases = _NO_CASES
    return {**cases, **invited}


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


def scores(
    database: Database, weeks: tuple[str, str], wording_version: int, now: datetime
) -> dict[str, list[Any]]:
    """Return kind, team, language and customer of the cases, and both scores, as lists.

    Each list has one value per answer to the wording that arrived from the first to the last of
    `weeks`, in the same order.
    """
    lists = ", ".join(f"{database.listed(column)} AS {name}" for name, column in _SCORED.items())
    (row,) = database.ask(
        _SCORES.format(lists=lists),
        first=weeks[0],
        last=weeks[1],
        wording_version=wording_version,
        as_of=now,
    )
    return {name: from_json(text) for name, text in row.items()}
