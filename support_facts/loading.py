"""Read support.toml: `load_facts()`."""

import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import ValidationError

from support_facts.cases import Metric, Status, Who
from support_facts.errors import explain
from support_facts.facts import Facts
from support_facts.schema import Languages, Table
from support_facts.terms import EscalationStatus
from support_facts.text import FactsError

FACTS_FILE = Path(__file__).with_name("support.toml")
# Entries that the program knows by key. More are allowed, except in the tables of ONLY.
REQUIRED = {
    "metrics": ("first_response_time", "resolution_time", "ces", "css", "response_rate"),
    "statuses": ("received", "diagnosis", "solution_proposed", "closed"),
    "case_kinds": ("software", "infrastructure", "security", "other"),
    "case_types": ("request", "problem", "emergency"),
}
ONLY = {
    "retention": ("contact", "subject", "comment", "message"),
    "questions": ("ease", "satisfaction"),
    "closure_reasons": ("confirmed", "no_reply", "other"),
    "actors": get_args(Who),
}
Model = TypeVar("Model", bound=Table)


class _LanguagesOnly(Table):
    languages: Languages


def load_facts(path: Path | None = None) -> Facts:
    """Return the facts of the shipped support.toml, or of another file.

    Raises FactsError, which names every fault with file, key and fix.
    """
    path = path or FACTS_FILE
    raw = _parsed(path)
    languages = _read(_LanguagesOnly, {"languages": raw.get("languages", [])}, (), path).languages
    facts = _read(Facts, raw, languages, path)
    _stop_at(path, _missing_entries(facts))
    _stop_at(path, _contradictions(facts))
    return facts


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise FactsError(
            f"{path.absolute()}: no such file: check FEEDBACK_FACTS, or change into the folder of "
            "your installation"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise FactsError(f"{path}: cannot be read as UTF-8 text: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise FactsError(f"{path}: is not valid TOML: {error}") from error


def _read(model: type[Model], raw: dict[str, Any], languages: tuple[str, ...], path: Path) -> Model:
    try:
        return model.model_validate(raw, context={"languages": languages})
    except ValidationError as error:
        _stop_at(path, explain(error, model, languages))
        raise


def _stop_at(path: Path, faults: Iterable[str]) -> None:
    lines = [f"{path}: {fault}" for fault in faults]
    if lines:
        raise FactsError(*lines)


def _missing_entries(facts: Facts) -> Iterator[str]:
    """Name entries that the program needs and lacks, and entries it cannot store."""
    for table, keys in {**REQUIRED, **ONLY}.items():
        present = [entry.key for entry in getattr(facts, table)]
        missing = [f"[{table}.{key}]" for key in keys if key not in present]
        if missing:
            added = " and ".join(missing)
            yield (
                f"{table} lacks an entry the program needs: add {added}, with the lines it has in "
                "the support.toml of this version"
            )
        for key in present:
            if table in ONLY and key not in keys:
                allowed = ", ".join(keys)
                yield f"{table}.{key} is unknown: use only {allowed}; rename it or remove it"


def _contradictions(facts: Facts) -> Iterator[str]:
    """Name facts that cannot be true together."""
    yield from _dead_ends("statuses", facts.statuses)
    yield from _dead_ends("escalation_statuses", facts.escalation_statuses)
    metrics = [metric.key for metric in facts.metrics]
    for question in facts.questions:
        if question.metric not in metrics:
            known = ", ".join(metrics)
            yield f'questions.{question.key}.metric is "{question.metric}": write one of {known}'
    for metric in facts.metrics:
        yield from _half_targets(metric)
    rules = facts.survey
    if rules.share_minimum_n < rules.minimum_n:
        yield f"survey.share_minimum_n is below survey.minimum_n: write {rules.minimum_n} or more"
    if rules.reminder_after_days >= rules.link_lifetime_days:
        most = rules.link_lifetime_days - 1
        yield f"survey.reminder_after_days ends after survey links expire: write {most} or less"
    start = facts.organisation.working_hours_from
    if facts.organisation.working_hours_to <= start:
        yield f"organisation.working_hours_to is not after {start}: write {start + 1} or more"
    if facts.period("contact").days < rules.link_lifetime_days:
        days = rules.link_lifetime_days
        yield f"retention.contact.days ends before survey links expire: write {days} or more"


def _half_targets(metric: Metric) -> Iterator[str]:
    key, seconds = f"metrics.{metric.key}", metric.target_seconds
    if (metric.target is None) != (seconds is None) and metric.unit == "seconds":
        yield f"{key}.target and target_seconds: set both, or neither"
    if (seconds is None) != (metric.target_clock is None):
        yield f"{key}.target_seconds and target_clock: set both, or neither"


def _dead_ends(table: str, entries: Iterable[Status | EscalationStatus]) -> Iterator[str]:
    entries = list(entries)
    keys = [entry.key for entry in entries]
    for entry in entries:
        others = [key for key in keys if key != entry.key]
        for following in entry.next:
            if following not in others:
                known = ", ".join(others)
                yield f'{table}.{entry.key}.next has "{following}": write some of {known}'
