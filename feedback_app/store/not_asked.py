"""The cases of a week whose customers got no survey, by reason."""

from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from feedback_app.database.contract import Database
from feedback_app.records import AnsweredCase
from feedback_app.store.annulments import ANNULMENT
from feedback_app.store.answered_cases import read
from feedback_app.store.rows import in_list

_NOT_ASKED = f"""
    WITH reasons AS (
        SELECT invitations.id, closed_at, case_number,
               CASE WHEN newest.answered_at IS NOT NULL THEN NULL
                    WHEN bounced_at IS NOT NULL THEN 'bounced'
                    WHEN handed_over_at IS NULL AND superseded_at IS NOT NULL
                    THEN coalesce(withheld_because, 'superseded')
                    WHEN handed_over_at IS NULL THEN withheld_because END AS reason
        FROM cases
        JOIN invitations ON invitations.case_ref = cases.id
        LEFT JOIN answers AS newest ON newest.invitation_id = invitations.id
             AND newest.revision = 1 AND NOT EXISTS {ANNULMENT.format(answer="newest")}
        WHERE closed_week = :week
    ), places AS (
        SELECT id, reason, count(*) OVER (PARTITION BY reason) AS number,
               row_number() OVER (PARTITION BY reason ORDER BY closed_at, case_number, id) AS place
        FROM reasons WHERE reason IS NOT NULL AND (:reason = '' OR reason = :reason)
    )
    SELECT id, reason, number FROM places
    WHERE place > :skipped AND place <= :skipped + :most ORDER BY reason, place
"""


class NotAsked(NamedTuple):
    """The number of cases for which a reason prevented the survey, and some of them."""

    reason: str
    number: int
    cases: list[AnsweredCase]


def of_week(
    database: Database, week: str, now: datetime, most: int, *, reason: str = "", skipped: int = 0
) -> list[NotAsked]:
    """Return the cases closed in `week` whose customers got no survey, by reason.

    Of each reason, or of the given one, up to `most` cases by closing time after the `skipped`.
    """
    rows = database.ask(_NOT_ASKED, week=week, as_of=now, reason=reason, skipped=skipped, most=most)
    names, values = in_list("id", [row["id"] for row in rows])
    found = read(database, now, f"WHERE invitations.id IN ({names})", values=values)
    cases = {case.invitation_id: case for case in found}
    return [
        NotAsked(key, group[0]["number"], [cases[row["id"]] for row in group])
        for key, group in ((key, list(rows)) for key, rows in groupby(rows, itemgetter("reason")))
    ]
