"""The newest reopening of each case. It is kept even if no closing of the case is known yet."""

from feedback_app.database.contract import Transaction
from feedback_app.records import Reopening


def add(tx: Transaction, reopening: Reopening) -> None:
    """Store a reopening unless a newer one of the same case is stored."""
    sql = """INSERT INTO reopenings (source, case_id, reopened_at)
             VALUES (:source, :case_id, :reopened_at)
             ON CONFLICT (source, case_id) DO UPDATE SET reopened_at = excluded.reopened_at
             WHERE excluded.reopened_at > reopenings.reopened_at"""
    tx.run(sql, **vars(reopening))
