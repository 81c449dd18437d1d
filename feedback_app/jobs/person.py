"""Everything that is stored about an email address, for the person it belongs to."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from feedback_app.base.addresses import spellings
from feedback_app.base.times import to_text
from feedback_app.jobs.erasure import ErasureScope, ErasureTarget, find
from feedback_app.program import Program
from feedback_app.store import leads, opt_outs, person_rows

FORMAT = "feedback-person-1"


class Person(NamedTuple):
    """What is stored about an address: as JSON values, and as what an erasure would reach."""

    data: dict[str, Any]
    found: ErasureScope

    @property
    def is_known(self) -> bool:
        """Return whether anything is stored."""
        names = ("opted_out_since", "cases", "other_emails", "account")
        return not self.found.is_empty or any(self.data[name] for name in names)


def person(program: Program, address: str, now: datetime) -> Person:
    """Return everything that is stored about `address`, in any of its spellings.

    The rows of a case are those of all tables. Comments of other customers that mention the
    address are not included, only the numbers of their cases.
    """
    database = program.database
    found = find(program, ErasureTarget(email=address))
    names = spellings(address)
    since = opt_outs.opted_out_since(database, address)
    data = {
        "format": FORMAT,
        "address": address,
        "spellings": list(names),
        "as_of": to_text(now),
        "opted_out_since": since and to_text(since),
        "cases": [
            {
                "case_number": one.case_number,
                "source": one.source,
                **person_rows.of_case(database, one),
            }
            for one in found.closings
        ],
        "other_emails": person_rows.other_emails(
            database, names, {one.invitation_id for one in found.closings}
        ),
        "account": person_rows.account(database, names),
        "emails_in_mailbox_folder": [str(path) for path in found.files],
        "mentions_in_other_texts": [one._asdict() for one in found.mentions],
        "other_cases_whose_comment_mentions_the_address": found.comments_elsewhere,
        "rejected_rows": [
            {"file": str(path), "rows": rows} for path, rows in found.rejected.rows.items()
        ],
        "files_that_could_not_be_read": [str(path) for path in found.rejected.unreadable],
        "audit_log": list(_audit_entries(program, found)),
        "answers_that_no_address_finds": found.unsearchable,
    }
    return Person(data, found)


def record(program: Program, found: ErasureScope, action: str, by: str, now: datetime) -> None:
    """Add to the audit log what was done with a person's data, by case numbers, not by address."""
    with program.database.write() as tx:
        leads.record_action(tx, by, action, found.subject, now)


def set_opted_out(program: Program, address: str, opted_out: bool, by: str, now: datetime) -> None:
    """Opt an address out of surveys, or in again, and add that to the audit log."""
    found = find(program, ErasureTarget(email=address))
    with program.database.write() as tx:
        if opted_out:
            opt_outs.add(tx, address, now)
        else:
            opt_outs.remove(tx, address)
        action = "opted out" if opted_out else "opted in again"
        leads.record_action(tx, by, action, found.subject, now)


def as_lines(value: object, name: str = "", indent: str = "") -> Iterator[str]:
    """Yield JSON values as lines of text, without empty ones."""
    label = f"{indent}{name.replace('_', ' ')}"
    if isinstance(value, dict):
        yield from [label] if name else []
        for key, one in value.items():
            yield from as_lines(one, key, f"{indent}  " if name else indent)
    elif isinstance(value, list):
        for number, one in enumerate(value, 1):
            yield from as_lines(one, f"{name} {number}" if len(value) > 1 else name, indent)
    elif value not in (None, ""):
        yield f"{label}: {value}"


def _audit_entries(program: Program, found: ErasureScope) -> Iterator[dict[str, str | None]]:
    numbers = {one.case_number for one in found.closings}
    named = numbers | {f"{one.source} {one.case_number}" for one in found.closings}
    for entry in leads.actions_with_subject(program.database):
        if named & set((entry.subject or "").split(", ")):
            yield {
                "done_at": to_text(entry.done_at),
                "by": entry.lead,
                "action": entry.action,
                "subject": entry.subject,
            }
