"""Closed cases with their invitation and newest answer, for the review and exports.

Annulled answers are left out, as if their customers had not answered. Comments that a lead marked
as "handle with care" are left out too, so that no page, export or minutes shows them by oversight.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import datetime
from types import MappingProxyType
from typing import Any

from feedback_app.base.search_words import wanted_words
from feedback_app.base.text import clean
from feedback_app.database.contract import Database, Row
from feedback_app.records import CASE_FIELDS, AnsweredCase, CaseDetails
from feedback_app.store import search_index
from feedback_app.store.annulments import ANNULMENT
from feedback_app.store.answers import FIRST_ANSWERED_AT, IS_NEWEST, LOWEST, NEWEST_OF_WEEKS
from feedback_app.store.rows import in_list, times_in

_CASE_FIELDS = tuple(field.name for field in fields(CaseDetails))
_ANNULMENT = ANNULMENT.format(answer="newest")
# The only condition for reading a comment. Only `find` can set :care_too.
_COMMENT = "CASE WHEN care IS NULL OR :care_too = 1 THEN newest.comment END AS comment"
# No annulled answer is read, unless :annulled_too is 1.
_SELECT = f"""
    SELECT {", ".join(f"cases.{name}" for name in _CASE_FIELDS)}, closed_week,
           invitations.id AS invitation_id,
           newest.revision, newest.ease, newest.satisfaction, {_COMMENT}, themes, care,
           newest.contact_welcome, newest.flags, newest.answered_week, newest.wording_version,
           EXISTS (SELECT 1 FROM contests WHERE contests.invitation_id = newest.invitation_id
                   AND contests.revision = newest.revision) AS is_contested,
           {_ANNULMENT} AS annulled_at,
           {FIRST_ANSWERED_AT} AS answered_at
"""
_FROM = f"""
    FROM cases
    JOIN invitations ON invitations.case_ref = cases.id
    LEFT JOIN answers AS newest ON newest.invitation_id = invitations.id
         AND {IS_NEWEST}
         AND (:annulled_too = 1 OR NOT EXISTS {_ANNULMENT})
    LEFT JOIN answer_marks ON answer_marks.invitation_id = newest.invitation_id
"""
_IN_WEEKS = "WHERE newest.answered_week BETWEEN :first AND :last"
_SCORES = f"{LOWEST}, newest.ease + newest.satisfaction"
LOWEST_FIRST = f"{_SCORES}, answered_at, case_number, newest.invitation_id"
SCORE_FILTERS = {
    "ease": "newest.ease = CAST(:ease AS integer)",
    "satisfaction": "newest.satisfaction = CAST(:satisfaction AS integer)",
    "score": f"{LOWEST} = CAST(:score AS integer)",
}
# Each filter by which answers can be chosen, with its condition.
FILTERS = {
    "kind": "case_kind = :kind",
    "team": "team = :team",
    "language": "cases.language = :language",
    "customer": "customer = :customer",
    **SCORE_FILTERS,
    "theme": "' ' || themes || ' ' LIKE :theme ESCAPE '!'",
    "comment": "(coalesce(newest.comment, '') <> '') = (CAST(:comment AS text) = 'yes')",
    "words": "{words}",
}
# Filters for which no case has to be read.
_OF_ANSWERS = {*SCORE_FILTERS, "comment"}
_CASE_TIMES = (name for name in _CASE_FIELDS if CASE_FIELDS[name].kind == "time")
_TIMES = (*_CASE_TIMES, "answered_at", "annulled_at")


def answered(database: Database, now: datetime) -> Iterator[AnsweredCase]:
    """Yield every answered case, ordered by arrival."""
    return read(database, now, "WHERE newest.revision IS NOT NULL")


def answered_between(
    database: Database, first: str, last: str, now: datetime
) -> Generator[AnsweredCase, None, None]:
    """Yield the cases first answered in the weeks `first` to `last`, ordered by arrival."""
    return read(database, now, _IN_WEEKS, values={"first": first, "last": last})


def count_between(database: Database, first: str, last: str) -> int:
    """Return how many first answers arrived in the weeks `first` to `last`."""
    sql = """SELECT count(*) FROM answers
             WHERE answered_week BETWEEN :first AND :last AND revision = 1"""
    return database.count(sql, first=first, last=last)


def unread_in(
    database: Database, week: str, now: datetime, limit: int
) -> Generator[AnsweredCase, None, None]:
    """Yield up to `limit` unread answers of a week, lowest scores first."""
    unread = """JOIN open_answers ON open_answers.invitation_id = newest.invitation_id
                WHERE open_answers.answered_week = :week AND unread_revision IS NOT NULL"""
    return read(database, now, unread, f"{LOWEST_FIRST} LIMIT {limit}", values={"week": week})


def with_ids(database: Database, ids: Iterable[str], now: datetime) -> dict[str, AnsweredCase]:
    """Return those of these answers that exist, annulled or not, by invitation id."""
    names, values = in_list("id", ids)
    condition = f"WHERE invitations.id IN ({names}) AND newest.revision IS NOT NULL"
    found = read(database, now, condition, values=values, annulled_too=True)
    return {case.invitation_id: case for case in found}


def find(
    database: Database, invitation_id: str, now: datetime, *, care_too: bool = False
) -> AnsweredCase | None:
    """Return the answered case of this invitation, annulled or not; None if it has no answer.

    With `care_too`, a comment that needs care is included.
    """
    # The id may come from a form, and PostgreSQL raises an error for text with NUL.
    known = clean(invitation_id)
    condition = "WHERE newest.invitation_id = :id"
    values = {"id": known}
    found = read(database, now, condition, values=values, annulled_too=True, care_too=care_too)
    return next(found, None)


def matching(
    database: Database,
    filters: Mapping[str, str],
    weeks: tuple[str, str],
    now: datetime,
    limit: int,
    offset: int,
) -> list[AnsweredCase]:
    """Return up to `limit` answers that arrived from the first to the last of `weeks`.

    `filters` are values by names of FILTERS: scores are digits, and `comment` is "yes" for answers
    with a comment. Ordered by the lower score, lowest first.
    """
    condition, values = _chosen(database, filters, weeks)
    if filters.keys() <= _OF_ANSWERS:
        last = database.ask(
            f"""SELECT {LOWEST} AS lowest, newest.ease + newest.satisfaction AS total,
                       {FIRST_ANSWERED_AT} AS arrived {_source(filters, condition)}
                ORDER BY lowest, total, arrived LIMIT 1 OFFSET {offset + limit - 1}""",
            as_of=now,
            **values,
        )
        # Cases are read only for the answers up to the last one of the page.
        if last:
            condition += f" AND ({_SCORES}, {FIRST_ANSWERED_AT}) <= (:lowest, :total, :arrived)"
            values |= last[0]
    order = f"{LOWEST_FIRST} LIMIT {limit} OFFSET {offset}"
    return list(read(database, now, condition, order, values=values))


def count_matching(
    database: Database, filters: Mapping[str, str], weeks: tuple[str, str], now: datetime
) -> int:
    """Return how many answers `matching` finds."""
    condition, values = _chosen(database, filters, weeks)
    sql = f"SELECT count(*) {_source(filters, condition)}"
    return database.count(sql, annulled_too=False, as_of=now, **values)


def _source(filters: Mapping[str, str], condition: str) -> str:
    """Return FROM and WHERE for the answers that meet the condition for these filters."""
    if filters.keys() <= _OF_ANSWERS:
        counted = f"{NEWEST_OF_WEEKS} AND NOT EXISTS {_ANNULMENT}"
        return f"FROM answers AS newest {condition} AND {counted}"
    return f"{_FROM} {condition}"


def filter_options(database: Database, weeks: tuple[str, str]) -> dict[str, list[str]]:
    """Return the kinds, teams and languages of the cases answered in these weeks, sorted."""
    sql = """SELECT DISTINCT case_kind AS kind, team, cases.language
             FROM answers
             JOIN invitations ON invitations.id = invitation_id
             JOIN cases ON cases.id = case_ref
             WHERE answered_week BETWEEN :first AND :last"""
    rows = database.ask(sql, first=weeks[0], last=weeks[1])
    names = ("kind", "team", "language")
    return {name: sorted({row[name] for row in rows if row[name]}) for name in names}


def _chosen(
    database: Database, filters: Mapping[str, str], weeks: tuple[str, str]
) -> tuple[str, dict[str, Any]]:
    """Return the condition for these filters, and its values."""
    condition = " AND ".join((_IN_WEEKS, *(FILTERS[name] for name in filters)))
    values: dict[str, Any] = {"first": weeks[0], "last": weeks[1], **filters}
    if "words" in filters:
        wanted = wanted_words(values.pop("words"))
        containing, matched = search_index.comments_with(database, wanted)
        condition = condition.replace("{words}", containing)
        values |= matched
    if "theme" in filters:
        values["theme"] = f"% {_literally(filters['theme'])} %"
    return condition, values


def _literally(words: str) -> str:
    """Return `words` with the wildcards of LIKE escaped."""
    return words.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def read(
    database: Database,
    now: datetime,
    condition: str,
    order: str = "answered_at, case_number",
    *,
    values: Mapping[str, object] = MappingProxyType({}),
    annulled_too: bool = False,
    care_too: bool = False,
) -> Generator[AnsweredCase, None, None]:
    """Yield the cases for this condition with its values; for other modules of the store."""
    sql = f"{_SELECT} {_FROM} {condition} ORDER BY {order}"
    found = database.stream(sql, annulled_too=annulled_too, care_too=care_too, as_of=now, **values)
    return (_answered_case(row) for row in found)


def _answered_case(row: Row) -> AnsweredCase:
    # A revision may get this flag after it was stored.
    contested = ["other_values"] if row.pop("is_contested") else []
    values = row | times_in(row, *_TIMES)
    values["flags"] = (*(row["flags"] or "").split(), *contested)
    values["themes"] = tuple((row["themes"] or "").split())
    if row["revision"] is not None:
        values["comment"] = row["comment"] or ""
        values["contact_welcome"] = bool(row["contact_welcome"])
    return AnsweredCase(**values)
