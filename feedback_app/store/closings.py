"""Closings with their invitations, as shown to the case system that sent them."""

from collections.abc import Iterable

from feedback_app.base.times import from_text
from feedback_app.database.contract import Readable, Row
from feedback_app.records import Closing
from feedback_app.store import invitations
from feedback_app.store.rows import in_list

_SELECT = f"""SELECT case_id, closure_key, closed_at, {invitations.COLUMNS} {invitations.TABLES}"""


def find(source: Readable, case_ref: str) -> Closing:
    """Return the closing with this key, which must exist."""
    return find_all(source, [case_ref])[case_ref]


def find_all(source: Readable, case_refs: Iterable[str]) -> dict[str, Closing]:
    """Return the closings with these keys."""
    names, values = in_list("id", set(case_refs))
    rows = source.ask(f"{_SELECT} WHERE cases.id IN ({names})", **values) if values else ()
    return {row["case_ref"]: _closing(row) for row in rows}


def of_case(
    source: Readable, sender: str, case_id: str, closure_key: str | None = None
) -> Closing | None:
    """Return the closing with this key, or the newest one of this sender's case; None if none."""
    rows = source.ask(
        f"""{_SELECT} WHERE source = :sender AND case_id = :case_id
            AND (closure_key = :closure_key OR :any_closing = 1)
            ORDER BY closed_at DESC LIMIT 1""",
        sender=sender,
        case_id=case_id,
        closure_key=closure_key or "",
        any_closing=closure_key is None,
    )
    return _closing(rows[0]) if rows else None


def _closing(row: Row) -> Closing:
    return Closing(
        case_id=row.pop("case_id"),
        closure_key=row.pop("closure_key"),
        closed_at=from_text(row.pop("closed_at")),
        invitation=invitations.from_row(row),
    )
