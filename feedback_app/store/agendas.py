"""Which answers a meeting can discuss and which it discussed; in a big week, only some of them.

A week may have thousands of answers, so pages read the listed ones and count the others.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from itertools import chain
from typing import NamedTuple

from feedback_app.database.contract import Database, Transaction
from feedback_app.store.annulments import ANNULMENT
from feedback_app.store.answers import IS_NEWEST, LOWEST
from feedback_app.store.rows import in_list

# How many answers of each kind an agenda lists, and how many that leads chose or noted.
MOST_OF_A_KIND, MOST_WANTED = 40, 100
# How many answers the minutes list.
MOST_DISCUSSED = 100
_COUNTS = f"{IS_NEWEST} AND NOT EXISTS {ANNULMENT.format(answer='newest')}"
_LISTED = f"""
    WITH answered AS (
        SELECT newest.invitation_id, answered_week, coalesce(comment, '') <> '' AS has_comment,
               {LOWEST} AS lowest,
               chosen = 1 OR EXISTS (SELECT 1 FROM notes
                                     WHERE notes.invitation_id = newest.invitation_id
                                       AND notes.text <> '') AS is_wanted
        FROM answers AS newest
        LEFT JOIN meeting_items ON meeting_items.invitation_id = newest.invitation_id
             AND meeting_items.week = :week
        WHERE (answered_week = :week OR newest.invitation_id IN ({{left_over}})) AND {_COUNTS}
    ), kinds AS (
        SELECT invitation_id, answered_week, lowest,
               CASE WHEN is_wanted THEN 'wanted'
                    WHEN NOT has_comment THEN
                        CASE WHEN lowest <= :low THEN 'silent low' ELSE 'silent' END
                    WHEN lowest <= :low THEN 'low'
                    WHEN lowest >= :praise THEN 'praise' ELSE 'other' END AS kind
        FROM answered
    )
    SELECT invitation_id, kind FROM kinds ORDER BY kind, lowest, answered_week, invitation_id
"""
# Without a saved agenda, the meeting discussed low answers and those with a comment.
_DISCUSSED = f"""
    SELECT newest.invitation_id FROM progress
    JOIN answers AS newest ON newest.invitation_id = progress.invitation_id
    LEFT JOIN meeting_items ON meeting_items.invitation_id = newest.invitation_id
         AND meeting_items.week = :week
    WHERE discussed_week = :week AND {_COUNTS}
      AND (meeting_items.text <> '' OR chosen = 1
           OR chosen IS NULL AND (comment <> '' OR {LOWEST} <= :low))
    ORDER BY CASE WHEN meeting_items.text <> '' THEN 0 ELSE 1 END, {LOWEST}, answered_at,
             newest.invitation_id
    LIMIT {MOST_DISCUSSED}
"""
_SILENT = """
    unread_revision IS NOT NULL AND answered_week = :week AND EXISTS (
        SELECT 1 FROM answers WHERE answers.invitation_id = open_answers.invitation_id
            AND revision = unread_revision AND coalesce(comment, '') = ''
            AND answered_at < :before)
"""


class Listed(NamedTuple):
    """The invitation ids of the answers to list, and how many others there are.

    `unlisted` has comments or low scores; `unlisted_silent` has neither note nor comment, and
    overlaps with it.
    """

    ids: list[str]
    unlisted: int
    unlisted_silent: int


def listed(
    database: Database,
    week: str,
    left_over: Collection[str],
    points: tuple[int, int],
    now: datetime,
) -> Listed:
    """Return the answers of `week`, and those `left_over`, that its agenda lists.

    These are the ones that leads chose or noted and, lowest first, some of each kind. `points` are
    the highest score that is low and the lowest one that is praise.
    """
    names, values = in_list("left", left_over)
    rows = database.ask(
        _LISTED.format(left_over=names),
        week=week,
        low=points[0],
        praise=points[1],
        as_of=now,
        **values,
    )
    # Numbering the rows of each kind in SQL takes longer than reading all of them.
    kinds: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows:
        kinds[row["kind"]].append(row["invitation_id"])
    listed = {
        kind: ids[: MOST_WANTED if kind == "wanted" else MOST_OF_A_KIND]
        for kind, ids in kinds.items()
    }
    others = {kind: len(ids) - len(listed[kind]) for kind, ids in kinds.items()}
    silent = sum(number for kind, number in others.items() if kind.startswith("silent"))
    unlisted = sum(number for kind, number in others.items() if kind != "silent")
    return Listed(list(chain.from_iterable(listed.values())), unlisted, silent)


def discussed(database: Database, week: str, low: int, now: datetime) -> list[str]:
    """Return the answers that the meeting of `week` discussed in detail.

    At most `MOST_DISCUSSED`: those with minutes first, then the lowest.
    """
    return database.column(_DISCUSSED, week=week, low=low, as_of=now)


def count_discussed(database: Database, week: str, now: datetime) -> int:
    """Return how many answers the meeting of `week` marked as discussed, without annulled ones."""
    annulment = ANNULMENT.format(answer="progress")
    sql = f"""SELECT count(*) FROM progress
              WHERE discussed_week = :week AND NOT EXISTS {annulment}"""
    return database.count(sql, week=week, as_of=now)


def mark_silent_read(tx: Transaction, week: str, before: datetime, now: datetime) -> None:
    """Mark the answers of `week` without a comment that arrived before this time as read."""
    sql = f"""INSERT INTO progress (invitation_id, read_at)
              SELECT invitation_id, :now FROM open_answers WHERE {_SILENT} ORDER BY invitation_id
              ON CONFLICT (invitation_id)
              DO UPDATE SET read_at = coalesce(progress.read_at, excluded.read_at)"""
    tx.run(sql, week=week, before=before, now=now)
    tx.run(
        f"UPDATE open_answers SET unread_revision = NULL WHERE {_SILENT}", week=week, before=before
    )
