"""Closed cases with their invitation and newest answer, as review and export read them."""

from collections.abc import Generator, Iterator
from dataclasses import fields
from datetime import datetime

from feedback_app.base.text import clean
from feedback_app.base.times import from_text
from feedback_app.database.contract import Database, Row
from feedback_app.records import CASE_FIELDS, AnsweredCase, CaseDetails, Invitation

_CASE_FIELDS = tuple(field.name for field in fields(CaseDetails))
_SELECT = f"""
    SELECT {", ".join(f"cases.{name}" for name in _CASE_FIELDS)}, case_ref, closed_week,
           invitations.id AS invitation_id, invitations.created_at, expires_at, withheld_because,
           handed_over_at, bounced_at, superseded_at,
           newest.revision, newest.ease, newest.satisfaction, newest.comment,
           newest.contact_welcome, newest.flags, newest.answered_week, newest.wording_version,
           EXISTS (SELECT 1 FROM contests WHERE contests.invitation_id = newest.invitation_id
                   AND contests.revision = newest.revision) AS is_contested,
           (SELECT answered_at FROM answers AS first
            WHERE first.invitation_id = invitations.id AND first.revision = 1) AS answered_at
    FROM cases
    JOIN invitations ON invitations.case_ref = cases.id
    LEFT JOIN answers AS newest ON newest.invitation_id = invitations.id
         AND NOT EXISTS (SELECT 1 FROM answers AS later
                         WHERE later.invitation_id = newest.invitation_id
                           AND later.revision > newest.revision)
"""
_TIMES = (
    *(name for name in _CASE_FIELDS if CASE_FIELDS[name].kind == "time"),
    "created_at",
    "expires_at",
    "handed_over_at",
    "bounced_at",
    "superseded_at",
    "answered_at",
)


def answered_in(database: Database, week: str, now: datetime) -> Iterator[AnsweredCase]:
    """Yield the cases whose first answer arrived in `week`, in the order of arrival."""
    return _read(
        database,
        f"{_SELECT} WHERE newest.answered_week = :week ORDER BY answered_at, case_number",
        now,
        week=week,
    )


def closed_in(database: Database, week: str, now: datetime) -> Iterator[AnsweredCase]:
    """Yield the cohort: the cases closed in `week`, answered or not."""
    return _read(
        database,
        f"{_SELECT} WHERE closed_week = :week ORDER BY closed_at, case_number",
        now,
        week=week,
    )


def answered(database: Database, now: datetime) -> Iterator[AnsweredCase]:
    """Yield every case that has an answer, in the order of arrival."""
    return _read(
        database,
        f"{_SELECT} WHERE newest.revision IS NOT NULL ORDER BY answered_at, case_number",
        now,
    )


def answered_between(
    database: Database, first: str, last: str, now: datetime
) -> Generator[AnsweredCase, None, None]:
    """Yield the cases whose first answer arrived in the weeks `first` to `last`, by arrival."""
    return _read(
        database,
        f"""{_SELECT} WHERE newest.answered_week BETWEEN :first AND :last
            ORDER BY answered_at, case_number""",
        now,
        first=first,
        last=last,
    )


def count_between(database: Database, first: str, last: str) -> int:
    """Return how many first answers arrived in the weeks `first` to `last`."""
    rows = database.ask(
        """SELECT count(*) AS answers FROM answers
           WHERE answered_week BETWEEN :first AND :last AND revision = 1""",
        first=first,
        last=last,
    )
    count: int = rows[0]["answers"]
    return count


def discussed_in(database: Database, week: str, now: datetime) -> Iterator[AnsweredCase]:
    """Yield the answers that the meeting of `week` discussed, in the order of arrival."""
    return _read(
        database,
        f"""{_SELECT} JOIN progress ON progress.invitation_id = newest.invitation_id
            WHERE progress.discussed_week = :week ORDER BY answered_at, case_number""",
        now,
        week=week,
    )


def find(database: Database, invitation_id: str, now: datetime) -> AnsweredCase | None:
    """Return the answered case of this invitation; None if it has no answer."""
    # The id may come from a form, and PostgreSQL does not even look for one with NUL in it.
    known = clean(invitation_id)
    found = _read(database, f"{_SELECT} WHERE newest.invitation_id = :id", now, id=known)
    return next(found, None)


def search(
    database: Database, words: str, first: str, last: str, limit: int, now: datetime
) -> list[AnsweredCase]:
    """Return up to `limit` answers of these weeks whose comment holds `words`, the newest first.

    Capital letters make no difference. SQLite knows that of the letters a to z only, so words are
    also looked for in small letters, in capitals and with a capital at their start.
    """
    spellings = {
        f"word_{number}": f"%{_literally(spelling)}%"
        for number, spelling in enumerate(
            (words, words.lower(), words.upper(), words[:1].upper() + words[1:].lower())
        )
    }
    matches = " OR ".join(
        f"lower(newest.comment) LIKE lower(:{name}) ESCAPE '!'" for name in spellings
    )
    return list(
        _read(
            database,
            f"""{_SELECT} WHERE newest.answered_week BETWEEN :first AND :last AND ({matches})
                ORDER BY answered_at DESC, case_number LIMIT :limit""",
            now,
            first=first,
            last=last,
            limit=limit,
            **spellings,
        )
    )


def _literally(words: str) -> str:
    """Return `words` with the signs that LIKE would take for something else made plain."""
    return words.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _read(
    database: Database, sql: str, now: datetime, **values: object
) -> Generator[AnsweredCase, None, None]:
    return (_answered_case(row, now) for row in database.stream(sql, **values))


def _answered_case(row: Row, now: datetime) -> AnsweredCase:
    at: Row = {name: row[name] and from_text(row[name]) for name in _TIMES}
    invitation = Invitation(
        id=row["invitation_id"],
        case_ref=row["case_ref"],
        source=row["source"],
        case_number=row["case_number"],
        language=row["language"],
        contact_email=None,
        created_at=at["created_at"],
        expires_at=at["expires_at"],
        withheld_because=row["withheld_because"],
        handed_over_at=at["handed_over_at"],
        bounced_at=at["bounced_at"],
        superseded_at=at["superseded_at"],
        answered_at=at["answered_at"],
    )
    answered = row["revision"] is not None
    return AnsweredCase(
        invitation_id=invitation.id,
        **{name: at[name] if name in at else row[name] for name in _CASE_FIELDS},
        closed_week=row["closed_week"],
        invitation_state=invitation.state(now),
        withheld_because=row["withheld_because"],
        handed_over=invitation.handed_over_at is not None,
        expires_at=at["expires_at"],
        answered_at=at["answered_at"],
        answered_week=row["answered_week"],
        revision=row["revision"],
        ease=row["ease"],
        satisfaction=row["satisfaction"],
        comment=(row["comment"] or "") if answered else None,
        contact_welcome=bool(row["contact_welcome"]) if answered else None,
        flags=_flags(row) if answered else (),
        wording_version=row["wording_version"],
    )


def _flags(row: Row) -> tuple[str, ...]:
    """Return the flags of the newest revision, also one that came up after it was stored."""
    return (*row["flags"].split(), *(("other_values",) if row["is_contested"] else ()))
