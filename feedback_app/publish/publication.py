"""The folder of published files: what may be written to it, and writing with an audit-log entry."""

import json
from datetime import datetime
from pathlib import Path
from typing import Literal

from feedback_app.database.contract import Transaction
from feedback_app.program import Program
from feedback_app.settings import Settings
from feedback_app.store import cohorts, leads
from knowledge_site.results.downloads import as_json
from published_results import Published, PublishedNote, Result, add, remove

FolderFault = Literal["unset", "for-real-figures", "holds-sample", "holds-real"]


def folder_fault(settings: Settings, published: Published, sample: bool) -> FolderFault | None:
    """Return why sample data (`sample`) or real figures cannot go to the folder, or None.

    "unset" means that FEEDBACK_RESULTS is not set and the default folder does not exist here.
    """
    default: Path = Settings.model_fields["results"].default
    if "results" not in settings.model_fields_set and not settings.results.exists():
        return "unset"
    if sample and settings.results.resolve() == default.resolve():
        return "for-real-figures"
    if (published.results or published.notes) and published.is_sample != sample:
        return "holds-sample" if published.is_sample else "holds-real"
    return None


def publishes_sample(program: Program, published: Published) -> bool:
    """Return whether sample data is published here: as before, or if there are no real cases."""
    if published.results or published.notes:
        return published.is_sample
    real, sample = (cohorts.first_week_asked(program.database, one) for one in (False, True))
    return real is None and sample is not None


def write_file(program: Program, file: Result | PublishedNote, by: str, now: datetime) -> Path:
    """Write a file and what `by` did to the audit log, and return its path.

    Raises FileExistsError if the folder has this period and version, or a note of this number,
    and OSError if the file cannot be written. Nothing is stored then.
    """
    with program.database.write() as tx:
        # Two files of one version with different dates would make the folder unreadable.
        tx.only_one("published files")
        _record(tx, file, by, now)
        (path,) = add(program.settings.results, [file])
    return path


def take_back(program: Program, note: PublishedNote, by: str, now: datetime) -> None:
    """Delete the file of a note, if it still exists, and write that to the audit log.

    The next build of the site does not show the note. Raises OSError if it cannot be deleted.
    """
    with program.database.write() as tx:
        if remove(program.settings.results, note):
            leads.record_action(tx, by, "note taken back", note.week, now)


def is_on_site(settings: Settings, file: Result | PublishedNote) -> bool | None:
    """Return whether the built site contains the file; None if FEEDBACK_SITE names no such site."""
    if settings.site is None:
        return None
    try:
        built = json.loads((settings.site / "data" / "results.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if isinstance(file, PublishedNote):
        return as_json(Published(notes=(file,)))["notes"][0] in built["notes"]
    return as_json(Published(results=(file,)))["results"][0] in built["results"]


def _record(tx: Transaction, file: Result | PublishedNote, by: str, now: datetime) -> None:
    if isinstance(file, PublishedNote):
        leads.record_action(tx, by, "note published", file.week, now)
    elif file.correction:
        leads.record_action(tx, by, "figures corrected", file.name, now)
    else:
        leads.record_action(tx, by, "figures published", file.name, now)
