"""/metrics for Prometheus: the figures of `SystemStatus`, and the times of requests by route."""

import hmac
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache

from flask import Flask, Response, abort, current_app, request
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from feedback_app.base.addresses import is_here, parts_of
from feedback_app.database.contract import DatabaseUnavailableError
from feedback_app.jobs.status import SystemStatus, read_status
from feedback_app.web.client_address import parse_address, peer_is_trusted
from feedback_app.web.request import now, program
from feedback_app.web.request_log import Observer

EXTENSION = "metrics"
_PREFIX = "feedback_"
_FORWARDED = ("X-Forwarded-For", "X-Real-Ip", "Forwarded", "Via")
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_TEXT = "text/plain; version=0.0.4; charset=utf-8"
_NUMBERS = {
    "schema_version": "Schema version of the database",
    "emails_waiting": "Emails and chat messages that were not sent yet",
    "emails_due": "Emails and chat messages that could be sent now",
    "emails_held": "Emails held until somebody releases them",
    "sending_paused_seconds": "For how long all emails have been paused",
    "oldest_due_seconds": "For how long the oldest due email has been due",
    "emails_sent_last_day": "Emails and chat messages sent in the last 24 hours",
    "answers": "Answers in the scores of all weeks",
    "answers_unread": "Answers that no lead has read",
    "follow_ups_overdue": "Open follow-ups whose due date has passed",
    "disk_free_bytes": "Free space on the disk with the data",
}
_TIMES = {
    "last_email_sent_at": "When the last email or chat message was sent",
    "last_digest_at": "When the last digest was written",
}


def add_metrics(app: Flask) -> Observer:
    """Add /metrics to `app`; return the function to call after each request."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_StatusCollector())
    # The route and not the path, which contains tokens and would make a series for each customer.
    seconds = Histogram(
        f"{_PREFIX}request_seconds",
        "Seconds from the start of a request to its response, in this process",
        ("route", "status"),
        buckets=_BUCKETS,
        registry=registry,
    )
    app.extensions[EXTENSION] = registry
    series = cache(seconds.labels)

    def observe(route: str, status: int, elapsed: float) -> None:
        series(route, status).observe(elapsed)

    app.add_url_rule("/metrics", view_func=_metrics)
    return observe


def _metrics() -> Response:
    if not _may_read():
        abort(403)
    registry: CollectorRegistry = current_app.extensions[EXTENSION]
    return Response(generate_latest(registry), content_type=_TEXT)


def _may_read() -> bool:
    """Return whether the request has the token or, without one in the settings, is from here.

    A proxy on this machine forwards requests of strangers from a loopback address. It is
    recognised by its headers, which it only adds if it is configured as a trusted proxy.
    """
    settings = program().settings
    if token := settings.metrics_token:
        expected = f"Bearer {token.get_secret_value()}".encode()
        return hmac.compare_digest(request.headers.get("Authorization", "").encode(), expected)
    peer = parse_address(request.remote_addr or "")
    has_no_other_proxy = peer_is_trusted() or is_here(parts_of(settings.public_url).hostname)
    is_forwarded = any(name in request.headers for name in _FORWARDED)
    return bool(peer and peer.is_loopback and has_no_other_proxy and not is_forwarded)


class _StatusCollector(Collector):
    """Reads the status at each scrape."""

    def collect(self) -> Iterable[Metric]:
        try:
            status = read_status(program(), now())
        except DatabaseUnavailableError as error:
            current_app.logger.warning("metrics without the database: %s", error)
            yield _gauge("database_up", "Whether the database answers", 0)
            return
        yield _gauge("database_up", "Whether the database answers", 1)
        yield from status_metrics(status)


def status_metrics(status: SystemStatus) -> Iterator[Metric]:
    """Yield the figures of `status` as metrics."""
    for name, text in _NUMBERS.items():
        yield _gauge(name, text, getattr(status, name))
    for name, text in _TIMES.items():
        yield _gauge(f"{name[:-3]}_timestamp_seconds", text, _timestamp(getattr(status, name)))
    yield _gauge("domains_paused", "Domains whose emails pause", len(status.domains_paused))
    failed = _by("emails_failed_last_day", "Emails that failed in the last 24 hours", "reason")
    for reason, number in status.emails_failed_last_day.items():
        failed.add_metric([reason], number)
    deliveries = _by(
        "deliveries_today", "Deliveries of webhooks and the API today (UTC)", "preset", "outcome"
    )
    for labels, number in status.deliveries_today.items():
        deliveries.add_metric(labels, number)
    jobs = _by("job_finished_timestamp_seconds", "When a job of the worker last finished", "name")
    for job, finished_at in status.jobs_finished_at.items():
        jobs.add_metric([job], _timestamp(finished_at))
    yield from (failed, deliveries, jobs)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(_PREFIX + name, text, value=value)


def _by(name: str, text: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(_PREFIX + name, text, labels=labels)


def _timestamp(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0
