"""The published period that includes an answer."""

import logging
from functools import lru_cache
from pathlib import Path

from feedback_app.database.contract import Database
from feedback_app.publish.sums import wordings_in
from feedback_app.store import cohorts
from published_results import Published, Result, ResultsError, read_folder

_LOG = logging.getLogger(__name__)


def counted_in(database: Database, folder: Path, invitation_id: str) -> Result | None:
    """Return the newest published result that includes the answer, or None.

    None if its period is not published yet, or does not count the answer because it arrived later,
    is flagged, or is to a wording with too few answers.
    """
    closing = cohorts.closing_of(database, invitation_id)
    if closing is None:
        return None
    week, sample = closing
    for result in _published(folder).newest:
        period = result.period
        if result.sample == sample and period.first_week <= week <= period.last_week:
            wording = cohorts.wording_counted(database, invitation_id, result.as_of)
            return result if wording in wordings_in(result.figures.scores) else None
    return None


def _published(folder: Path) -> Published:
    """Return the published files; if one is faulty, log the fault and return none."""
    try:
        files = tuple(
            (path.name, path.stat().st_mtime_ns) for path in sorted(folder.glob("*.json"))
        )
        return _read(folder, files)
    except (OSError, ResultsError) as error:
        _LOG.warning("published figures are not shown: %s", error)
        return Published()


@lru_cache(maxsize=4)
def _read(folder: Path, _files: tuple[tuple[str, int], ...]) -> Published:
    """Return the content of the folder, cached until one of its files changes."""
    return read_folder(folder)
