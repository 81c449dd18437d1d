"""Digests of contact addresses that have expired, kept while texts of the answer are stored."""

from collections.abc import Sequence

from feedback_app.base.address_digests import AddressDigest, AddressDigests
from feedback_app.database.contract import Database, Transaction
from feedback_app.records import SAMPLE_SOURCE
from feedback_app.store.batches import delete_in_batches
from feedback_app.store.rows import in_list

_HAS_TEXT = """(
    EXISTS (SELECT 1 FROM answers WHERE answers.invitation_id = {id} AND comment <> '')
    OR EXISTS (SELECT 1 FROM notes WHERE notes.invitation_id = {id} AND text IS NOT NULL)
    OR EXISTS (SELECT 1 FROM decisions WHERE decisions.invitation_id = {id} AND text IS NOT NULL)
    OR EXISTS (SELECT 1 FROM meeting_items WHERE meeting_items.invitation_id = {id}
               AND text IS NOT NULL)
    OR EXISTS (SELECT 1 FROM follow_ups WHERE follow_ups.invitation_id = {id}
               AND remark IS NOT NULL))"""


def keep(
    tx: Transaction, digests: AddressDigests, condition: str, values: dict[str, object]
) -> None:
    """Store the digest of the address of each case that meets `condition` and has texts.

    Call this before the addresses are erased.
    """
    sql = f"""SELECT invitations.id, contact_email FROM cases
              JOIN invitations ON invitations.case_ref = cases.id
              WHERE {condition} AND contact_email IS NOT NULL
                AND {_HAS_TEXT.format(id="invitations.id")}"""
    rows = tx.ask(sql, **values)
    for row in rows:
        made = digests.newest(row["contact_email"])
        made_with = {"key_id": made.key_id, "contact_digest": made.digest}
        tx.insert_new("contact_digests", invitation_id=row["id"], **made_with)


def remove_unused(database: Database) -> None:
    """Delete the digests of answers that have no text any more."""
    has_text = _HAS_TEXT.format(id="contact_digests.invitation_id")
    delete_in_batches(database, "contact_digests", f"NOT {has_text}")


def invitations_of(source: Database, digests: Sequence[AddressDigest]) -> list[str]:
    """Return the invitations whose expired address has one of these digests."""
    names, values = in_list("digest", [one.digest for one in digests])
    sql = f"SELECT invitation_id FROM contact_digests WHERE contact_digest IN ({names})"
    return source.column(sql, **values)


def count_unsearchable(source: Database, key_ids: Sequence[str]) -> int:
    """Return how many answers with a comment cannot be found by any address.

    Their case has no address, or a digest made with a key that is not among `key_ids`.
    """
    names, values = in_list("key", key_ids)
    sql = f"""SELECT count(DISTINCT answers.invitation_id) FROM answers
              JOIN invitations ON invitations.id = answers.invitation_id
              JOIN cases ON cases.id = invitations.case_ref
              WHERE comment <> '' AND contact_email IS NULL AND source <> :sample_source
                AND NOT EXISTS (SELECT 1 FROM contact_digests AS known
                                WHERE known.invitation_id = answers.invitation_id
                                  AND known.key_id IN ({names}))"""
    return source.count(sql, **values, sample_source=SAMPLE_SOURCE)
