"""Tell refusals of our sender from refusals of a recipient or message, by what they have in common.

A reply such as "550 5.7.1 relaying denied" can be about us or about one recipient. If all emails
get the same one, it is about us.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from feedback_app.database.contract import Row
from feedback_app.store.outbox_claims import domain_of

ENOUGH = 3
# Ends the reply to an email that was refused, tried once more and refused again.
AGAIN = " (refused again)"
_REPLY = re.compile(r"(5\d\d) (?:(5\.\d{1,3}\.\d{1,3})\b)?")
# RFC 3463: 5.7 is security or policy, 5.1.7 and 5.1.8 are the address of the sender.
_ABOUT_SENDER = re.compile(r"5\.7\.|5\.1\.[78]$")


class Reply(NamedTuple):
    """The code of a refusal and, if the server gave one, its enhanced status code (RFC 3463)."""

    code: str
    status: str | None

    @classmethod
    def of(cls, error: str) -> "Reply | None":
        """Return the reply in an error, or None if it is not about our sender."""
        found = _REPLY.match(error)
        if not found or error.endswith(AGAIN) or (found[2] and not _ABOUT_SENDER.match(found[2])):
            return None
        return cls(found[1], found[2])


def about_us(refused: Sequence[Row]) -> list[str]:
    """Return the ids of refused messages if their reply is about our sender, else nothing.

    `refused` has id, recipient and last_error of all since the last accepted email, the newest
    last. The newest reply must be given to `ENOUGH` recipients. Without a status code, they must
    be of as many domains, because "550" alone often means that there is no such mailbox.
    """
    reply = Reply.of(refused[-1]["last_error"]) if refused else None
    same = [row for row in refused if reply and Reply.of(row["last_error"]) == reply]
    recipients = {row["recipient"].lower() for row in same}
    different = recipients if reply and reply.status else set(map(domain_of, recipients))
    return [row["id"] for row in same] if len(different) >= ENOUGH else []
