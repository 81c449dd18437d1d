"""The program as its next release could be: with one more migration, which adds to every table.

python -m tests.support.next_release migrate
"""

import re

from feedback_app.cli import main
from feedback_app.database import migrate

_STATEMENTS = [one for number in migrate.MIGRATIONS for one in number]
_STATEMENTS += [one for number in migrate._OF_ENGINE.values() for one in number]
TABLES = sorted(set(re.findall(r"^CREATE TABLE (\w+)", "\n".join(_STATEMENTS), re.MULTILINE)))
ADDITIONS = (
    *(f"ALTER TABLE {table} ADD COLUMN added TEXT NOT NULL DEFAULT 'new'" for table in TABLES),
    "CREATE TABLE added (invitation_id TEXT REFERENCES invitations (id) ON DELETE CASCADE)",
)

if __name__ == "__main__":
    migrate.MIGRATIONS = (*migrate.MIGRATIONS, ADDITIONS)
    main()
