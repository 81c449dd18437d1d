"""The page behind an answered link names the published period the answer is counted in."""

from datetime import timedelta
from pathlib import Path

import pytest

from feedback_app.commands.publish import publish
from tests.support.office import Customer, Office
from tests.support.published_office import START, Run, a_period, answer, close, run

__all__ = ["run"]
COUNTED = "Included in our published figures for 28 September 2026 to 25 October 2026"


@pytest.fixture
def published(office: Office, run: Run) -> Office:
    """An office with a published period, one of whose answers is flagged."""
    a_period(office)
    with office.program.database.write() as tx:
        flagged = close(office, tx, 700, START)
        answer(office, tx, flagged, 5, 5, START + timedelta(days=1), flags=("at_once",))
        close(office, tx, 701, START)
    code = run(publish).stdout.split("--approve ")[1].split()[0]
    assert run(publish, "--approve", code, "--by", "A lead for tests").exit_code == 0
    return office


def _customer(office: Office, case_number: str) -> Customer:
    for row in office.program.database.ask(
        """SELECT invitations.id FROM invitations JOIN cases ON cases.id = case_ref
           WHERE case_number = :number""",
        number=case_number,
    ):
        return Customer(office, row["id"])
    raise AssertionError(f"no such case: {case_number}")


def test_a_counted_answer_links_to_the_figures_of_its_period(published: Office) -> None:
    page = _customer(published, "C28000").open().text
    assert COUNTED in page
    assert '/how-we-are-doing.html">How we are doing</a>' in page
    german = _customer(published, "C28000").open("?lang=de").text
    assert "veröffentlichten Zahlen für 28. September 2026 bis 25. Oktober 2026" in german
    assert '/de/how-we-are-doing.html">Wie gut wir sind</a>' in german


def test_a_flagged_answer_is_not_shown_as_counted(published: Office) -> None:
    page = _customer(published, "C00700").open().text
    assert "We have received your answer" in page
    assert "Included in our" not in page


def test_an_answer_after_publishing_is_not_shown_as_counted(published: Office) -> None:
    late = _customer(published, "C00701")
    with published.program.database.write() as tx:
        answer(published, tx, late.invitation_id, 5, 5, published.now + timedelta(hours=1))
    published.wait(hours=2)
    assert "Included in our" not in late.open().text


def test_before_publishing_no_period_is_shown(published: Office, tmp_path: Path) -> None:
    (path,) = (tmp_path / "results").iterdir()
    customer = _customer(published, "C28000")
    path.rename(path.with_suffix(".away"))
    assert "Included in our" not in customer.open().text


def test_a_faulty_file_is_logged_and_the_page_still_works(
    published: Office, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (path,) = (tmp_path / "results").iterdir()
    path.write_text("{}")
    page = _customer(published, "C28000").open()
    assert page.status_code == 200
    assert "Included in our" not in page.text
    assert "published figures are not shown" in caplog.text
