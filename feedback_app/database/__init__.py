"""The database: SQLite or PostgreSQL, behind one interface.

contract     the interface of both engines
sqlite_gaps  overwrites what SQLite leaves behind
sqlite       the default, with sqlite-utils
postgresql   for several machines, with psycopg 3
             (sqlite_copies and postgresql_copies: backups of each)
choose       opens the engine of a database URL, for use or for backups
migrate      runs the numbered SQL files in migrations/
lifetimes    personal data: purposes and retention periods
"""
