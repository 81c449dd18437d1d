"""The full-text index: which comments, leads' texts and customers contain words.

Triggers list every changed text in `search_changes` and remove its words from the index in the same
transaction (migration 23). The worker indexes them later, because that would make an answer slower.
Until then the search reads these texts themselves.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from feedback_app.base.search_words import contains, words_of
from feedback_app.database.contract import Database, Readable, Row, Transaction
from feedback_app.store.answers import IS_NEWEST
from feedback_app.store.rows import in_list

Kind = Literal["customer", "comment", "note", "result", "decision", "minutes"]
BATCH = 200
# More texts than this are not read by a search.
MOST_PENDING = 2000
# Texts by kind: notes and results by the answer they are about, minutes by week. Comments to handle
# with care are not indexed.
_TEXTS: dict[Kind, str] = {
    "customer": """SELECT customer AS key, customer AS text, max(closed_at) AS at FROM cases
                   WHERE customer IN ({keys}) GROUP BY customer""",
    "comment": f"""SELECT invitation_id AS key, comment AS text, answered_at AS at
                   FROM answers AS newest
                   WHERE invitation_id IN ({{keys}}) AND {IS_NEWEST}
                     AND NOT EXISTS (SELECT 1 FROM answer_marks
                                     WHERE answer_marks.invitation_id = newest.invitation_id
                                       AND care IS NOT NULL)""",
    "note": """SELECT invitation_id AS key, text, written_at AS at FROM notes
               WHERE invitation_id IN ({keys}) ORDER BY written_at, id""",
    "result": """SELECT invitation_id AS key, remark AS text, closed_at AS at FROM follow_ups
                 WHERE invitation_id IN ({keys}) ORDER BY number""",
    "decision": """SELECT id AS key, text, written_at AS at FROM decisions
                   WHERE id IN ({keys})""",
    "minutes": """SELECT week AS key, text, written_at AS at FROM meeting_items
                  WHERE week IN ({keys}) ORDER BY written_at, invitation_id""",
}
KINDS = tuple(_TEXTS)
# What follows SELECT for the texts with the words :match. All kinds but one have §kind as a word.
_MATCHING = {
    "sqlite": """FROM search_index JOIN search_texts ON search_texts.id = search_index.rowid
                 WHERE search_index MATCH :match""",
    "postgresql": """FROM search_texts
                     WHERE array_to_tsvector(string_to_array(words, ' ')) @@
                           CAST(:match AS tsquery)""",
}
# PostgreSQL would read the whole table by id if it expected many texts with a rare word: 2.5 s.
_AGE = {"sqlite": "search_index.rowid", "postgresql": "search_texts.id + 0"}
# The quotes of a word, and the signs for a prefix and for "and".
_QUERY = {"sqlite": ('"', "*", " AND "), "postgresql": ("'", ":*", " & ")}
# Two workers on PostgreSQL take different texts, and neither waits for a writer.
_FREE = {"sqlite": "", "postgresql": "FOR UPDATE SKIP LOCKED"}


class Hit(NamedTuple):
    """A text with the words. `key` is an invitation id, a week, a decision or the customer.

    `at` is the time of the newest part as UTC text; "" if unknown.
    """

    key: str
    text: str
    at: str


def hits(database: Database, kind: Kind, wanted: Sequence[str], limit: int) -> list[Hit]:
    """Return up to `limit` texts of a kind that contain all `wanted` words, newest first.

    `wanted` comes from `wanted_words`; without any word nothing is found.
    """
    if not wanted:
        return []
    waiting = pending(database, kind)
    found = [key for key, words in waiting.items() if contains(words, wanted)]
    sql = f"""SELECT key {_MATCHING[database.engine]}
              ORDER BY {_AGE[database.engine]} DESC LIMIT :limit"""
    rows = database.ask(sql, match=_query(database, kind, wanted), limit=limit)
    # A text may have changed since `pending` was read.
    keys = [*found, *(row["key"] for row in rows)][:limit]
    texts = _texts(database, kind, keys)
    known = [texts[key] for key in dict.fromkeys(keys) if key in texts]
    return sorted(known, key=lambda hit: hit.at, reverse=True)


def comments_with(database: Database, wanted: Sequence[str]) -> tuple[str, dict[str, object]]:
    """Return a condition, with its values, for the answers whose comment contains the words."""
    if not wanted:
        return "1 = 0", {}
    waiting = pending(database, "comment")
    names, values = in_list("w", [key for key, words in waiting.items() if contains(words, wanted)])
    sql = f"""(newest.invitation_id IN (SELECT key {_MATCHING[database.engine]})
               OR newest.invitation_id IN ({names}))"""
    return sql, {**values, "match": _query(database, "comment", wanted)}


def pending(database: Database, kind: Kind) -> dict[str, list[str]]:
    """Return the words of the texts of a kind that are not indexed yet, by key."""
    sql = "SELECT key FROM search_changes WHERE kind = :kind LIMIT :limit"
    rows = database.ask(sql, kind=kind, limit=MOST_PENDING)
    found: dict[str, list[str]] = {}
    for keys in _batches([row["key"] for row in rows]):
        found |= {key: words_of(hit.text) for key, hit in _texts(database, kind, keys).items()}
    return found


def is_behind(database: Database) -> bool:
    """Return whether so many texts are not indexed yet that a search may miss some."""
    sql = "SELECT 1 FROM search_changes LIMIT 1 OFFSET :most"
    return database.exists(sql, most=MOST_PENDING)


def catch_up(database: Database) -> int:
    """Index the changed texts, in transactions of less than 50 ms; return how many."""
    done = 0
    while count := _index_some(database):
        done += count
    return done


def _index_some(database: Database) -> int:
    if not database.ask("SELECT 1 FROM search_changes LIMIT 1"):
        return 0
    with database.write() as tx:
        sql = f"""DELETE FROM search_changes WHERE number IN (
                      SELECT number FROM search_changes ORDER BY number LIMIT {BATCH}
                      {_FREE[database.engine]})
                  RETURNING number, kind, key"""
        rows = tx.ask(sql)
        for kind in KINDS:
            changed = [row["key"] for row in _in_order(rows) if row["kind"] == kind]
            for keys in _batches(changed):
                _index(tx, kind, keys)
    return len(rows)


def _in_order(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: int(row["number"]))


def _index(tx: Transaction, kind: Kind, keys: Collection[str]) -> None:
    texts = _texts(tx, kind, keys)
    for key in keys:
        if key in texts:
            tx.run(
                """INSERT INTO search_texts (kind, key, words) VALUES (:kind, :key, :words)
                   ON CONFLICT (kind, key) DO UPDATE SET words = excluded.words""",
                kind=kind,
                key=key,
                words=" ".join((f"§{kind}", *words_of(texts[key].text))),
            )
        else:
            tx.run("DELETE FROM search_texts WHERE kind = :kind AND key = :key", kind=kind, key=key)


def _texts(source: Readable, kind: Kind, keys: Collection[str]) -> dict[str, Hit]:
    """Return the texts with these keys; those that were erased are left out."""
    names, values = in_list("key", keys)
    found: dict[str, Hit] = {}
    for row in source.ask(_TEXTS[kind].format(keys=names), **values):
        if row["text"]:
            before = found.get(row["key"])
            text = f"{before.text}\n{row['text']}" if before else row["text"]
            at = max(before.at if before else "", row["at"] or "")
            found[row["key"]] = Hit(row["key"], text, at)
    return found


def _query(database: Database, kind: Kind, wanted: Sequence[str]) -> str:
    """Return the query of the engine. Words have no quotes: they are letters and digits only."""
    quote, prefix, and_ = _QUERY[database.engine]
    words = [(f"§{kind}", ""), *((word, prefix if len(word) > 1 else "") for word in wanted)]
    return and_.join(f"{quote}{word}{quote}{sign}" for word, sign in words)


def _batches(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    yield from (keys[at : at + BATCH] for at in range(0, len(keys), BATCH))
