"""Erases the personal data of a case or person on request: first shown, then removed."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from feedback_app.base.addresses import mentions_address, spellings
from feedback_app.base.text import folded
from feedback_app.database.contract import Database
from feedback_app.intake.csv.rejected_search import RowSearch, RowsFound, search_rows
from feedback_app.mail.mailbox import files_of
from feedback_app.program import Program
from feedback_app.store import cases, contact_digests, erasure, leads, search_index
from feedback_app.store.batches import in_batches
from feedback_app.store.cases import StoredClosing
from feedback_app.store.erasure import CaseTexts, Mention

# Erasing a case takes ten statements.
_CASES = 20
# Shorter case numbers occur in texts by chance.
_SHORTEST_NUMBER = 4


@dataclass(frozen=True)
class ErasureTarget:
    """What to erase: the cases with a number, of one source if that is given, or of an address."""

    case_number: str | None = None
    source: str | None = None
    email: str | None = None


@dataclass(frozen=True, kw_only=True)
class ErasureScope:
    """Everything about a target that is stored and will be erased.

    `comments_elsewhere` are the numbers of other cases whose comments mention the address; they
    are not erased. `unsearchable` counts the answers with a comment that no address can find.
    """

    target: ErasureTarget
    closings: list[StoredClosing]
    texts: CaseTexts
    files: list[Path]
    mentions: list[Mention]
    wanted: RowSearch
    rejected: RowsFound
    comments_elsewhere: list[str]
    unsearchable: int

    @property
    def sources(self) -> list[str]:
        """Return the sources of the cases, sorted."""
        return sorted({one.source for one in self.closings})

    @property
    def subject(self) -> str:
        """Return the cases for the audit log, which must not contain the address."""
        numbers = sorted({f"{one.source} {one.case_number}" for one in self.closings})
        return ", ".join(numbers) or "no stored case"

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to erase."""
        return not (self.closings or self.files or self.mentions or self.rejected.count)


def find(program: Program, target: ErasureTarget) -> ErasureScope:
    """Return the data that is stored about the target."""
    database = program.database
    closings = _closings(program, target)
    ids = {one.invitation_id for one in closings}
    messages = [one for key in sorted(ids) for one in erasure.messages_of(database, key)]
    paths = [path for one in messages for path in files_of(program.settings.mailbox, one)]
    wanted = _row_search(database, target, closings)
    by_address = target.email is not None
    return ErasureScope(
        target=target,
        closings=closings,
        texts=erasure.texts_of(database, ids),
        files=[path for path in paths if path.exists()],
        mentions=erasure.mentions(database, _mention_of(wanted), ids),
        wanted=wanted,
        rejected=search_rows(database, wanted),
        comments_elsewhere=erasure.comments_mentioning(
            database, partial(mentions_address, address=target.email or ""), ids
        )
        if by_address
        else [],
        unsearchable=contact_digests.count_unsearchable(database, program.address_digests.key_ids)
        if by_address
        else 0,
    )


def erase(program: Program, found: ErasureScope, by: str, now: datetime) -> RowsFound:
    """Erase what was found; see `erase_all`. Returns the rejected rows that were removed."""
    return erase_all(program, [found], by, now)[0]


def erase_all(
    program: Program, found: Sequence[ErasureScope], by: str, now: datetime
) -> list[RowsFound]:
    """Erase contact, comment, customer and leads' texts of what was found; keep the scores.

    This covers the tables, the messages in the outbox, the mailbox and files of rejected rows. It
    returns the rejected rows that were removed and the files that could not be searched, for each
    target. Afterwards the files of SQLite no longer contain the text; SECURITY.md lists what
    remains in those of PostgreSQL. The audit log records the case numbers and `by`, but no address.
    All transactions are short; if one of them fails, repeat the erasure.
    """
    database = program.database
    for one in found:
        _erase_mentions(database, one, by, now)
    try:
        for batch in in_batches([closing for one in found for closing in one.closings], _CASES):
            with database.write() as tx:
                for closing in batch:
                    erasure.erase_case(tx, closing.case_ref, closing.invitation_id, now)
        # Before the files, so that an unreadable file does not prevent it.
        search_index.catch_up(database)
        database.scrub()
    finally:
        # Now, because a repeated erasure finds no files of the cases that are erased already.
        for one in found:
            for path in one.files:
                path.unlink(missing_ok=True)
        removed = [search_rows(database, one.wanted, remove=True) for one in found]
    return removed


def _erase_mentions(database: Database, found: ErasureScope, by: str, now: datetime) -> None:
    """Record the erasure in the audit log, and erase the leads' texts about other cases."""
    # Before the transaction, because it reads all texts of leads.
    mentions = erasure.mentions(database, _mention_of(found.wanted))
    with database.write() as tx:
        leads.record_action(tx, by, "personal data erased", found.subject, now)
        erasure.erase_mentions(tx, mentions)


def _closings(program: Program, target: ErasureTarget) -> list[StoredClosing]:
    database = program.database
    if target.case_number is not None:
        return cases.closings_of_number(database, target.case_number, target.source)
    address = target.email or ""
    expired = contact_digests.invitations_of(database, program.address_digests.each(address))
    return cases.closings_of_contact(database, spellings(address), expired)


def _row_search(
    database: Database, target: ErasureTarget, closings: list[StoredClosing]
) -> RowSearch:
    numbers = {one.case_number for one in closings} | {target.case_number or ""} - {""}
    sources = {one.source for one in closings} | {target.source or ""} - {""}
    shared = {
        number
        for number in numbers
        if sources and {one.source for one in cases.closings_of_number(database, number)} - sources
    }
    return RowSearch(target.email, frozenset(numbers), frozenset(shared), frozenset(sources))


def _mention_of(wanted: RowSearch) -> Callable[[str], bool]:
    """Return a function that tells whether a text names the address or an unshared number."""
    numbers = [one for one in wanted.case_numbers - wanted.shared if len(one) >= _SHORTEST_NUMBER]
    patterns = [re.compile(rf"(?<!\w){re.escape(folded(one))}(?!\w)") for one in numbers]

    def is_mention(text: str) -> bool:
        if wanted.email and mentions_address(text, wanted.email):
            return True
        return any(pattern.search(folded(text)) for pattern in patterns)

    return is_mention
