"""Copies of a PostgreSQL database with the programs pg_dump and pg_restore."""

import os
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Literal

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from feedback_app.base.files import make_private_file
from feedback_app.base.text import one_line
from feedback_app.database.contract import BackupError, Engine
from feedback_app.database.migrate import created

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
# In text format, each row is one line.
_STARTS = re.compile(rb'COPY (?:"[^"]+"|\w+)\."?(\w+)"? ')
_OF_SCHEMA = re.compile(r" SCHEMA - | - SCHEMA ")
_ENDS = b"\\.\n"


class PostgreSQLCopies:
    """Copies of the database at a URL, in the custom format of pg_dump."""

    engine: Engine = "postgresql"
    file = "database.dump"

    def __init__(self, url: str) -> None:
        self._url = url
        values = conninfo_to_dict(url)
        # Every account of the machine can see the arguments of a program.
        password = {"PGPASSWORD": str(values.pop("password"))} if values.get("password") else {}
        self._environment = {**os.environ, **password}
        self._database = make_conninfo("", **values)

    def write(self, copy: Path) -> dict[str, int]:
        make_private_file(copy)
        try:
            with psycopg.connect(self._url) as connection:
                self._require("pg_dump", connection.info.server_version // 10000)
                connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                connection.read_only = True
                # The counts and the copy are of the same moment.
                snapshot, schema = _row(connection, "SELECT pg_export_snapshot(), current_schema()")
                rows = _rows(connection)
                self._run(
                    *("pg_dump", "--format=custom", "--no-owner", "--no-privileges"),
                    # Three times faster than the default; 160 MB got 3% larger.
                    "--compress=1",
                    *(f"--schema={schema}", f"--snapshot={snapshot}", f"--file={copy}"),
                    f"--dbname={self._database}",
                )
                return rows
        except psycopg.Error as error:
            raise BackupError(f"cannot copy the PostgreSQL database: {error}") from error

    def rows(self, copy: Path) -> dict[str, int]:
        self._require("pg_restore", 0)
        rows: dict[str, int] = {}
        table = None
        command = ["pg_restore", "--file=-", str(copy)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as reading:
            assert reading.stdout and reading.stderr
            for line in reading.stdout:
                if table is None and (found := _STARTS.match(line)):
                    table = found[1].decode()
                    rows[table] = 0
                elif line == _ENDS:
                    table = None
                elif table is not None:
                    rows[table] += 1
            errors = reading.stderr.read().decode(errors="replace")
        if reading.returncode:
            raise BackupError(f"{copy} is damaged: {one_line(errors)}")
        return dict(sorted(rows.items()))

    def refuse_if_used(self) -> None:
        try:
            with psycopg.connect(self._url) as connection:
                (others,) = _row(
                    connection,
                    """SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid()
                       AND datname = current_database() AND backend_type = 'client backend'""",
                )
        except psycopg.Error as error:
            raise BackupError(f"PostgreSQL is not available: {error}") from error
        if others:
            raise BackupError(
                f"the database has {others} other connections: stop 'feedback serve' and "
                "'feedback worker' on all machines first"
            )

    def restore(self, copy: Path) -> None:
        listed = self._run("pg_restore", "--list", str(copy)).splitlines()
        try:
            with psycopg.connect(self._url) as connection:
                self._require("pg_restore", connection.info.server_version // 10000)
                _drop_later(connection, "\n".join(listed))
        except psycopg.Error as error:
            raise BackupError(f"PostgreSQL is not available: {error}") from error
        with tempfile.NamedTemporaryFile("w", suffix=".list") as chosen:
            # The schema exists. Only its owner could create it again.
            chosen.writelines(f"{line}\n" for line in listed if not _OF_SCHEMA.search(line))
            chosen.flush()
            self._run(
                *("pg_restore", "--clean", "--if-exists", "--single-transaction", "--no-owner"),
                *("--no-privileges", f"--use-list={chosen.name}"),
                *(f"--dbname={self._database}", str(copy)),
            )

    def _require(self, program: str, version: int) -> None:
        """Raise BackupError unless the program is installed and at least as new as the server."""
        found = re.search(r"\) (\d+)", self._run(program, "--version"))
        if found and int(found[1]) < version:
            raise BackupError(
                f"{program} has version {found[1]}, but the server has version {version}: install "
                f"the PostgreSQL client of version {version} or newer"
            )

    def _run(self, *command: str) -> str:
        try:
            done = subprocess.run(command, env=self._environment, capture_output=True, text=True)
        except FileNotFoundError as error:
            raise BackupError(
                f"{command[0]} is not installed: install the PostgreSQL client, for example with "
                "'apt install postgresql-client'"
            ) from error
        if done.returncode:
            raise BackupError(f"{command[0]} failed: {one_line(done.stderr)}")
        return done.stdout


def _drop_later(connection: psycopg.Connection, listed: str) -> None:
    """Drop the tables and functions of later migrations, which pg_restore does not know."""
    drop: tuple[tuple[Literal["TABLE", "FUNCTION"], sql.SQL], ...] = (
        ("TABLE", sql.SQL("DROP TABLE IF EXISTS {} CASCADE")),
        ("FUNCTION", sql.SQL("DROP FUNCTION IF EXISTS {} CASCADE")),
    )
    for kind, query in drop:
        for name in created(kind):
            if not re.search(rf" {kind} \S+ {name}\b", listed):
                connection.execute(query.format(sql.Identifier(name)))


def _row(connection: psycopg.Connection, query: str | sql.Composed) -> tuple[Any, ...]:
    (row,) = connection.execute(query).fetchall()
    return row


def _rows(connection: psycopg.Connection) -> dict[str, int]:
    names = sorted(name for (name,) in connection.execute(_TABLES).fetchall())
    count = sql.SQL("SELECT count(*) FROM {}")
    return {name: _row(connection, count.format(sql.Identifier(name)))[0] for name in names}
