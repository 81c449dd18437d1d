"""A week with many cases and answers: pages stay small, and no page asks once per answer."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.routing import Rule

from feedback_app.app import create_app
from feedback_app.store import answer_status, decisions, follow_ups, leads, opt_outs, progress
from tests.support.history import Size, fill
from tests.support.office import Office
from tests.support.team import Somebody, words

WEEK = "2026-W47"
MOST_BYTES, MOST_STATEMENTS = 200_000, 40
MANY = 300


@pytest.fixture
def big(team_office: Office) -> Office:
    """Return an office with 1,600 answers in a week, and much of everything leads write."""
    fill(team_office.program, Size(4000, 800), 2, Size(5000, 1600))
    now = team_office.now
    with team_office.program.database.write() as tx:
        rows = tx.ask(
            f"SELECT invitation_id FROM answers WHERE answered_week = :week LIMIT {MANY}", week=WEEK
        )
        for number, row in enumerate(rows):
            one = row["invitation_id"]
            follow_ups.open_for(tx, one, now, now.date())
            answer_status.add_note(tx, one, "Please discuss", now)
            decisions.add(tx, "2026-W46", one, f"Decision {number}", now, "lena", now.date())
            leads.record_action(tx, "lena", "export", WEEK, now)
            opt_outs.add(tx, f"person-{number}@customer.example", now)
    return team_office


def paths(office: Office) -> Iterator[str]:
    """Yield the paths of all pages for leads and admins."""
    one = office.rows("follow_ups")[0]["invitation_id"]
    values = {"week": WEEK, "invitation_id": one, "name": "a-lead", "typed": WEEK}
    app = create_app(parts=office.program)
    for rule in app.url_map.iter_rules():
        if _is_page(rule) and rule.arguments <= set(values):
            _, path = rule.build({name: values[name] for name in rule.arguments}) or ("", "")
            yield path
    for page in ("groups?weeks=13", "answers?weeks=13", "answers?page=9", "meeting?step=1"):
        yield f"/review/{WEEK}/{page}"
    yield f"/review/{WEEK}/meeting?step=99999"
    yield f"/review/{WEEK}/not-asked?reason=quiet_period&page=2"
    yield from ("/review/search?words=ordinary", "/review/search?words=ordinary&kind=comment")


def _is_page(rule: Rule) -> bool:
    return (
        rule.rule.startswith("/review")
        and "GET" in (rule.methods or ())
        and "static" not in (rule.endpoint)
    )


def test_every_page_is_small_and_asks_a_bounded_number_of_statements(
    big: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin, database = Somebody(big, "admin"), big.program.database
    Somebody(big, "lead")
    asked: list[str] = []

    def counted(method: Any) -> Any:
        def ask(sql: str, **values: object) -> Any:
            asked.append(sql)
            return method(sql, **values)

        return ask

    for name in ("ask", "stream"):
        monkeypatch.setattr(database, name, counted(getattr(database, name)))
    faults, seen = [], 0
    for path in paths(big):
        asked.clear()
        page = admin.get(path)
        assert page.status_code in (200, 303, 404), path
        seen += page.status_code == 200
        most = MOST_STATEMENTS if "kind=" not in path else MOST_STATEMENTS + 100
        if len(page.data) > MOST_BYTES or len(asked) > most:
            faults.append(f"{path}: {len(page.data)} bytes, {len(asked)} statements")
    assert faults == []
    assert seen > 30


def test_the_meeting_of_a_big_week_can_be_finished(big: Office) -> None:
    lena = Somebody(big, "lead", "lena")
    meeting = f"/review/{WEEK}/meeting"
    agenda = lena.get(meeting)
    assert agenda.text.count('name="pick"') <= 300
    assert "more answers with a low score or a comment are not listed." in words(agenda)
    last = lena.get(f"{meeting}?step=99999")
    assert "answers without a comment. Ending the meeting marks them as read, too." in words(last)
    form = last.text.split('id="step"')[1].split("</form>")[0]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    fields.pop("csrf_token")
    big.wait(minutes=5)
    done = lena.post(f"{meeting}/end", **fields)
    assert done.location == f"/review/{WEEK}/minutes"
    silent = """SELECT count(*) AS number FROM answers
                JOIN open_answers ON open_answers.invitation_id = answers.invitation_id
                WHERE comment = '' AND answers.answered_week = :week"""
    (row,) = big.program.database.ask(silent, week=WEEK)
    assert row["number"] == 0, "they were counted on the last page"
    assert big.unread(), "comments that the agenda did not list wait for the next meeting"
    minutes = lena.get(f"/review/{WEEK}/minutes")
    assert "were not discussed in detail" in words(minutes)


def test_a_silent_answer_that_arrives_after_the_last_page_was_shown_stays_unread(
    big: Office,
) -> None:
    lena = Somebody(big, "lead", "lena")
    lena.get(f"/review/{WEEK}/meeting?step=99999")
    shown_at = "2026-11-19T00:00:00Z"
    lena.post(f"/review/{WEEK}/meeting/end", silent_before=shown_at)
    database = big.program.database
    late = database.ask(
        """SELECT invitation_id FROM answers
           WHERE answered_week = :week AND answered_at >= :shown AND comment = ''""",
        week=WEEK,
        shown=shown_at,
    )
    assert late
    assert not any(progress.of_answer(database, row["invitation_id"]).read_at for row in late[:20])
