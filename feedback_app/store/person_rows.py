"""The rows of all tables that belong to a person's cases."""

from collections.abc import Iterable

from feedback_app.database.contract import Database, Row
from feedback_app.store.cases import StoredClosing
from feedback_app.store.rows import in_list


def of_case(database: Database, closing: StoredClosing) -> dict[str, list[Row]]:
    """Return the rows about a closing, by table; tables without any are left out.

    A table belongs to a case if it has the key of the case, of its invitation, or its number at
    the case system, so tables that are added later are included.
    """
    keys = {"id": closing.invitation_id, "case_ref": closing.case_ref}
    found: dict[str, list[Row]] = {}
    for table, columns in sorted(database.columns().items()):
        if condition := _condition(table, columns):
            sql = f"SELECT {', '.join(sorted(columns))} FROM {table} WHERE {condition}"
            rows = database.ask(sql, **keys)
            found |= {table: rows} if rows else {}
    return found


def other_emails(
    database: Database, addresses: Iterable[str], invitation_ids: set[str]
) -> list[Row]:
    """Return the messages to these addresses, in lower case, that are about no such invitation."""
    names, values = in_list("address", addresses)
    columns = ", ".join(sorted(database.columns()["outbox"]))
    sql = f"SELECT {columns} FROM outbox WHERE lower(recipient) IN ({names})"
    rows = database.ask(sql, **values)
    return [row for row in rows if row["invitation_id"] not in invitation_ids]


def account(database: Database, addresses: Iterable[str]) -> Row | None:
    """Return the account that has one of these addresses, or is called like one."""
    names, values = in_list("address", addresses)
    sql = f"""SELECT name, role, email, added_at, signed_in_at FROM leads
              WHERE name IN ({names}) OR lower(email) IN ({names}) ORDER BY name"""
    rows = database.ask(sql, **values)
    return rows[0] if rows else None


def _condition(table: str, columns: set[str]) -> str | None:
    if table == "cases":
        return "id = :case_ref"
    if table == "invitations":
        return "id = :id"
    if "invitation_id" in columns:
        return "invitation_id = :id"
    if "case_ref" in columns:
        return "case_ref = :case_ref"
    if {"source", "case_id"} <= columns:
        of_case = f"cases.source = {table}.source AND cases.case_id = {table}.case_id"
        return f"EXISTS (SELECT 1 FROM cases WHERE cases.id = :case_ref AND {of_case})"
    return None
