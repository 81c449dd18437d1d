"""Numbered migrations: a step is never changed once it was released, the next one is appended."""

from datetime import datetime

from feedback_app.database.contract import Database, Transaction
from feedback_app.database.review_tables import (
    FOLLOW_UPS_AGAIN,
    MEETINGS_AND_ALERTS,
    RECORD_ENDS,
    REVIEW,
    SAMPLE_WEEKS,
)

_FIRST = (
    """CREATE TABLE cases (
        id TEXT NOT NULL PRIMARY KEY,
        source TEXT NOT NULL,
        case_id TEXT NOT NULL,
        closure_key TEXT NOT NULL,
        case_number TEXT NOT NULL,
        case_kind TEXT,
        case_url TEXT,
        customer TEXT,
        team TEXT,
        contact_email TEXT,
        language TEXT,
        closure_reason TEXT,
        opened_at TEXT,
        first_response_at TEXT,
        solution_proposed_at TEXT,
        closed_at TEXT NOT NULL,
        first_response_seconds INTEGER CHECK (first_response_seconds >= 0),
        resolution_seconds INTEGER CHECK (resolution_seconds >= 0),
        duration_clock TEXT,
        closed_week TEXT NOT NULL,
        received_at TEXT NOT NULL,
        UNIQUE (source, case_id, closure_key)
    )""",
    """CREATE TABLE invitations (
        id TEXT NOT NULL PRIMARY KEY,
        case_ref TEXT NOT NULL UNIQUE REFERENCES cases (id),
        created_at TEXT NOT NULL,
        expires_at TEXT NOT NULL,
        withheld_because TEXT,
        handed_over_at TEXT,
        bounced_at TEXT,
        superseded_at TEXT
    )""",
    """CREATE TABLE answers (
        invitation_id TEXT NOT NULL REFERENCES invitations (id),
        revision INTEGER NOT NULL CHECK (revision >= 1),
        ease INTEGER NOT NULL CHECK (ease BETWEEN 1 AND 5),
        satisfaction INTEGER NOT NULL CHECK (satisfaction BETWEEN 1 AND 5),
        comment TEXT,
        contact_welcome INTEGER NOT NULL CHECK (contact_welcome IN (0, 1)),
        wording_version INTEGER NOT NULL,
        language TEXT NOT NULL,
        answered_at TEXT NOT NULL,
        answered_week TEXT NOT NULL,
        flags TEXT NOT NULL,
        PRIMARY KEY (invitation_id, revision)
    )""",
    """CREATE TABLE outbox (
        id TEXT NOT NULL PRIMARY KEY,
        kind TEXT NOT NULL,
        invitation_id TEXT REFERENCES invitations (id),
        recipient TEXT,
        message TEXT,
        created_at TEXT NOT NULL,
        due_at TEXT NOT NULL,
        claimed_until TEXT,
        attempts INTEGER NOT NULL DEFAULT 0,
        sent_at TEXT,
        refused_at TEXT,
        last_error TEXT
    )""",
    """CREATE TABLE rejected_files (
        path TEXT NOT NULL PRIMARY KEY,
        written_at TEXT NOT NULL
    )""",
    "CREATE INDEX cases_by_week ON cases (closed_week)",
    "CREATE INDEX cases_by_closing ON cases (source, case_id, closed_at)",
    "CREATE INDEX cases_by_number ON cases (case_number)",
    "CREATE INDEX cases_by_contact ON cases (lower(contact_email))",
    "CREATE INDEX answers_by_week ON answers (answered_week)",
    "CREATE INDEX outbox_due ON outbox (due_at) WHERE sent_at IS NULL AND refused_at IS NULL",
    "CREATE INDEX outbox_by_invitation ON outbox (invitation_id)",
)
_OPT_OUTS_AND_PROGRESS = (
    """CREATE TABLE opt_outs (
        contact_digest TEXT NOT NULL PRIMARY KEY,
        since TEXT NOT NULL
    )""",
    """CREATE TABLE progress (
        invitation_id TEXT NOT NULL PRIMARY KEY REFERENCES invitations (id),
        read_at TEXT,
        discussed_at TEXT,
        discussed_week TEXT,
        handled_at TEXT
    )""",
)
_CONTESTS = (
    """CREATE TABLE contests (
        invitation_id TEXT NOT NULL,
        revision INTEGER NOT NULL,
        since TEXT NOT NULL,
        times INTEGER NOT NULL,
        PRIMARY KEY (invitation_id, revision),
        FOREIGN KEY (invitation_id, revision) REFERENCES answers (invitation_id, revision)
    )""",
)
_SENDERS = (
    """CREATE TABLE sender_keys (
        id TEXT NOT NULL PRIMARY KEY,
        source TEXT NOT NULL,
        key_digest TEXT NOT NULL,
        created_at TEXT NOT NULL,
        revoked_at TEXT
    )""",
    """CREATE TABLE deliveries (
        source TEXT NOT NULL,
        delivery_digest TEXT NOT NULL,
        case_ref TEXT NOT NULL REFERENCES cases (id),
        received_at TEXT NOT NULL,
        PRIMARY KEY (source, delivery_digest)
    )""",
)
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    _FIRST,
    _OPT_OUTS_AND_PROGRESS,
    _CONTESTS,
    _SENDERS,
    REVIEW,
    MEETINGS_AND_ALERTS,
    FOLLOW_UPS_AGAIN,
    RECORD_ENDS,
    SAMPLE_WEEKS,
)

_VERSIONS = """CREATE TABLE IF NOT EXISTS schema_versions (
    version INTEGER NOT NULL PRIMARY KEY,
    applied_at TEXT NOT NULL
)"""


class SchemaError(RuntimeError):
    """The database is of another version than this program. The message says what to do."""


def migrate(database: Database, now: datetime) -> list[int]:
    """Bring the tables up to date and return the numbers of the migrations that ran.

    Several processes may call this at once: each step runs in exactly one of them.
    Raises SchemaError for a database written by a newer program.
    """
    with database.migrating() as tx:
        tx.run(database.create_table(_VERSIONS))
        version = _version(tx)
        _refuse_future(version)
        applied = list(range(version + 1, len(MIGRATIONS) + 1))
        for number in applied:
            for statement in MIGRATIONS[number - 1]:
                is_table = statement.startswith("CREATE TABLE")
                tx.run(database.create_table(statement) if is_table else statement)
            tx.run(
                "INSERT INTO schema_versions (version, applied_at) VALUES (:version, :now)",
                version=number,
                now=now,
            )
    return applied


def require_current(database: Database) -> None:
    """Raise SchemaError unless the tables are of this program's version."""
    if "schema_versions" not in database.columns():
        raise SchemaError("the database is empty: run 'feedback migrate' first")
    version = _version(database)
    _refuse_future(version)
    if version < len(MIGRATIONS):
        raise SchemaError(
            f"the database is at version {version}, this program needs {len(MIGRATIONS)}: "
            "run 'feedback migrate' first"
        )


def _version(source: Database | Transaction) -> int:
    newest: int | None = source.ask("SELECT max(version) AS newest FROM schema_versions")[0][
        "newest"
    ]
    return newest or 0


def _refuse_future(version: int) -> None:
    if version > len(MIGRATIONS):
        raise SchemaError(
            f"the database is at version {version}, this program knows only {len(MIGRATIONS)}: "
            "install the newer program again, or restore a backup from before its migration"
        )
