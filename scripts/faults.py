"""Break what a running installation needs while customers answer, and print what they saw.

python -m scripts.faults [WORD …]: only the faults whose engine and name contain all words

Exits with 1 if an acknowledged answer or an email was lost, or an answer was stored twice. Needs
Linux, root and PostgreSQL.
"""

import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack

import psycopg

from tests.support.postgresql import Cluster, create_database, frozen, url_of
from tests.support.running_installation import (
    NEXT_RELEASE,
    PROGRAM,
    SHIFTED_CLOCK,
    Installation,
    new_folder,
)

FAULT_SECONDS, FROZEN_SECONDS = 3, 7
DISK_SIZE = "200m"
# Answers and emails, the longest request and the longest time without a confirmed answer, in
# seconds, and the responses to customers.
HEAD = " answers  lost  doubled  emails  lost  doubled  longest   gap  customers saw"


class Place:
    """An installation, the disk of its database and, with PostgreSQL, its clusters."""

    def __init__(self, stack: ExitStack, engine: str, faults: int) -> None:
        self.disk = new_folder(stack)
        options = ["-t", "tmpfs", "-o", f"size={DISK_SIZE},mode=700"]
        subprocess.run(["mount", *options, "tmpfs", self.disk], check=True)
        stack.callback(subprocess.run, ["umount", "--lazy", str(self.disk)], check=True)
        self.clusters: list[Cluster] = []
        url = f"sqlite:///{self.disk}/feedback.sqlite"
        if engine != "SQLite":
            self._start_clusters(stack, with_standby="standby" in engine)
            name = create_database(str(self.disk))
            hosts = ",".join(str(one.folder) for one in self.clusters)
            url = f"{url_of(hosts, name)}&target_session_attrs=read-write"
        self.installation = Installation(stack, url, faults)

    def _start_clusters(self, stack: ExitStack, with_standby: bool) -> None:
        primary = Cluster(self.disk, ["synchronous_standby_names=*"] if with_standby else [])
        primary.run("initdb", "-U", "postgres", "-A", "trust", "--wal-segsize=1")
        self.clusters = [primary]
        if with_standby:
            self.clusters.append(standby := Cluster(new_folder(stack)))
        for cluster in self.clusters:
            stack.callback(cluster.kill)
        primary.start()
        if with_standby:
            source = f"--dbname=host={self.disk} user=postgres"
            standby.run("pg_basebackup", source, "--write-recovery-conf", "--wal-method=stream")
            standby.start()


def server_killed(place: Place) -> None:
    place.installation.stop(place.installation.server, signal.SIGKILL)
    place.installation.start(place.installation.server)


def servers_replaced(place: Place) -> None:
    place.installation.replace(PROGRAM)


def worker_killed(place: Place) -> None:
    place.installation.stop("worker", signal.SIGKILL)
    place.installation.start("worker")


def disk_full(place: Place) -> None:
    filler = place.disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            time.sleep(FAULT_SECONDS)
    filler.unlink()
    for cluster in place.clusters:
        cluster.start_again()


def disk_refuses_writes(place: Place) -> None:
    place.installation.limit_files(0)
    time.sleep(FAULT_SECONDS)
    place.installation.limit_files(resource.RLIM_INFINITY)


def mail_server_away(place: Place) -> None:
    place.installation.stop_mail_server()
    time.sleep(2 * FAULT_SECONDS)
    place.installation.start_mail_server()


def _mail_server_replies(place: Place, reply: str) -> None:
    place.installation.sink.reply_to_sender = reply
    time.sleep(2 * FAULT_SECONDS)
    place.installation.sink.reply_to_sender = "250 OK"


def mail_server_refuses_us(place: Place) -> None:
    _mail_server_replies(place, "550 5.7.1 sender not allowed")


def mail_server_busy(place: Place) -> None:
    _mail_server_replies(place, "421 4.7.0 try again later")


def clock_set_back(place: Place) -> None:
    place.installation.replace(SHIFTED_CLOCK)
    place.installation.set_clock(-3600)
    time.sleep(2 * FAULT_SECONDS)
    place.installation.set_clock(0)
    time.sleep(FAULT_SECONDS)
    place.installation.replace(PROGRAM)


def next_release_installed(place: Place) -> None:
    migrate = [sys.executable, "-m", NEXT_RELEASE, "migrate"]
    subprocess.run(migrate, env=place.installation.env, check=True, capture_output=True)
    place.installation.replace(NEXT_RELEASE)


def database_frozen(place: Place) -> None:
    with frozen(place.clusters[0].folder):
        time.sleep(FROZEN_SECONDS)


def database_killed(place: Place) -> None:
    place.clusters[0].kill()
    time.sleep(FAULT_SECONDS)
    place.clusters[0].start_again()


def database_read_only(place: Place) -> None:
    with psycopg.connect(
        url_of(str(place.clusters[0].folder), "postgres"), autocommit=True
    ) as admin:
        for value in ("on", "off"):
            admin.execute(f"ALTER SYSTEM SET default_transaction_read_only = {value}")
            admin.execute("SELECT pg_reload_conf()")
            time.sleep(FAULT_SECONDS)


def primary_killed(place: Place) -> None:
    primary, standby = place.clusters
    primary.kill()
    standby.run("pg_ctl", "-w", "promote")


FAULTS: dict[str, tuple[Callable[[Place], None], ...]] = {
    "SQLite": (
        server_killed,
        servers_replaced,
        worker_killed,
        disk_full,
        disk_refuses_writes,
        mail_server_away,
        mail_server_refuses_us,
        mail_server_busy,
        clock_set_back,
        next_release_installed,
    ),
    "PostgreSQL": (
        server_killed,
        servers_replaced,
        disk_full,
        database_read_only,
        database_frozen,
        database_killed,
        clock_set_back,
        next_release_installed,
    ),
    "PostgreSQL, standby": (primary_killed,),
}


def main(words: list[str]) -> int:
    """Print one line per fault; return 1 if something was lost or stored twice."""
    if "--help" in words:
        print(__doc__)
        return 0
    bad = 0
    for engine, faults in FAULTS.items():
        chosen = [one for one in faults if all(word in f"{engine} {_name(one)}" for word in words)]
        if chosen:
            with ExitStack() as stack:
                place = Place(stack, engine, len(chosen))
                print(f"\n{engine:23} {HEAD}", flush=True)
                bad += sum(_try_out(place, fault) for fault in chosen)
    return int(bad > 0)


def _name(fault: Callable[[Place], None]) -> str:
    return fault.__name__.replace("_", " ")


def _try_out(place: Place, fault: Callable[[Place], None]) -> int:
    try:
        customers, emails = place.installation.try_out(lambda: fault(place))
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        print(f"{_name(fault):23} failed: {error}", flush=True)
        return 1
    lost, doubled = customers.compare(place.installation.database)
    seen = ", ".join(f"{number} × {what}" for what, number in customers.seen.most_common())
    print(
        f"{_name(fault):23} {len(customers.acknowledged):8} {lost:5} {doubled:8} "
        f"{emails['emails']:7} {emails['lost']:5} {emails['doubled']:8} "
        f"{customers.longest_seconds:8.1f} {customers.longest_gap():5.1f}  {seen}",
        flush=True,
    )
    return lost + doubled + emails["lost"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
