"""A PostgreSQL server for tests, and a migrated database in it that is emptied after each test."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from psycopg import sql

from tests.support.real_parts import real_part_missing

# Nothing has to survive a power cut, and no statistics are worth a process in the background.
_OPTIONS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")


class Cluster:
    """A PostgreSQL server on a socket in its folder, where anybody can sign in as postgres."""

    def __init__(self, folder: Path, options: Sequence[str] = ()) -> None:
        self.folder, self._options, self._binaries = folder, options, _binaries()
        # The server refuses to run as root.
        self._account = "postgres" if os.geteuid() == 0 else None
        if self._account:
            entry = pwd.getpwnam(self._account)
            os.chown(folder, entry.pw_uid, entry.pw_gid)

    def run(self, program: str, *words: str) -> None:
        """Run a program of PostgreSQL for the data of this server."""
        path, data = self._binaries / program, self.folder / "data"
        subprocess.run(
            [path, "-D", data, *words],
            user=self._account,
            cwd=self.folder,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def start(self) -> None:
        """Start the server and wait until it accepts connections."""
        places = ("listen_addresses=''", f"unix_socket_directories={self.folder}")
        options = " ".join(f"-c {option}" for option in (*places, *self._options))
        self.run("pg_ctl", "-l", str(self.folder / "log"), "-o", options, "-w", "start")

    def kill(self) -> None:
        """Kill all processes of the server with SIGKILL, if it runs."""
        with suppress(FileNotFoundError):
            for process in processes(self.folder):
                os.kill(process, signal.SIGKILL)

    def start_again(self) -> None:
        """Start the server unless it runs, as a service manager does."""
        try:
            self.run("pg_ctl", "status")
        except subprocess.CalledProcessError:
            self.start()


@contextmanager
def running_server(*options: str) -> Iterator[str]:
    """Start a server on a socket in a temporary folder and yield that folder."""
    # Not in pytest's own folder, because other accounts cannot open it.
    folder = Path(tempfile.mkdtemp(prefix="feedback-postgresql-"))
    cluster = Cluster(folder, (*_OPTIONS, *options))
    cluster.run("initdb", "-U", "postgres", "-A", "trust", "--no-sync")
    cluster.start()
    yield str(folder)
    cluster.run("pg_ctl", "-m", "immediate", "-w", "stop")
    shutil.rmtree(folder)


def _binaries() -> Path:
    found = shutil.which("initdb") or next(
        map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)), None
    )
    if not found:
        real_part_missing("PostgreSQL", "apt-get install postgresql")
    return Path(found).resolve().parent


def processes(server: str | Path) -> list[int]:
    """Return the ids of the processes of a server, its main process first."""
    parent = int((Path(server) / "data" / "postmaster.pid").read_text().split()[0])
    listing = Path(f"/proc/{parent}/task/{parent}/children").read_text()
    return [parent, *map(int, listing.split())]


@contextmanager
def frozen(server: str | Path) -> Iterator[None]:
    """Stop all processes of the server, as if the machine had no processor time for them."""
    stopped = processes(server)
    for process in stopped:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in reversed(stopped):
            os.kill(process, signal.SIGCONT)


def url_of(server: str, name: str) -> str:
    """Return the address of a database of the server."""
    return f"postgresql://postgres@/{name}?host={server}"


def create_database(server: str) -> str:
    """Create an empty database and return its name."""
    name = f"test_{uuid.uuid4().hex}"
    with _connected(server, "postgres") as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} STRATEGY file_copy").format(sql.Identifier(name))
        )
    return name


def drop_database(server: str, name: str) -> None:
    """Drop a database, even when a test left connections to it open."""
    with _connected(server, "postgres") as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def remember_versions(server: str, name: str) -> None:
    """Copy the applied migrations, for `reset_rows` to restore."""
    with _connected(server, name) as connection:
        connection.execute("CREATE SCHEMA kept")
        connection.execute("CREATE TABLE kept.schema_versions AS TABLE schema_versions")


def reset_rows(server: str, name: str) -> None:
    """Delete all rows except the applied migrations, and end all other connections.

    Deleting takes 1 ms; CREATE DATABASE with a template takes 50 ms in memory, 1.5 s on a disk.
    Deleted rows keep their space, because nothing runs VACUUM, so large tables are truncated.
    """
    with _connected(server, name) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        tables = connection.execute(
            """SELECT tablename, pg_total_relation_size(quote_ident(tablename)::regclass) > 1000000
               FROM pg_tables WHERE schemaname = 'public'"""
        ).fetchall()
        if large := [sql.Identifier(table) for table, is_large in tables if is_large]:
            connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(large)))
        with connection.transaction():
            # Foreign keys are not checked, so the order of the tables does not matter.
            connection.execute("SET LOCAL session_replication_role = replica")
            for table, _ in tables:
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            connection.execute("INSERT INTO schema_versions TABLE kept.schema_versions")


@contextmanager
def _connected(server: str, name: str) -> Iterator["psycopg.Connection[tuple[str, ...]]"]:
    connection = psycopg.connect(url_of(server, name), autocommit=True)
    try:
        yield connection
    finally:
        connection.close()
