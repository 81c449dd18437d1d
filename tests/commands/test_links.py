"""`feedback link` prints a survey link to paste into your own email."""

import pytest

from feedback_app.commands.contacts import bounce
from feedback_app.commands.links import link
from feedback_app.store import opt_outs
from tests.support.office import NOW, Customer, Office, a_case


def _path(output: str) -> str:
    return output.strip().removeprefix("http://survey.example")


def test_a_printed_link_works_and_counts_as_sent(office: Office) -> None:
    receipt = office.receive(a_case("0007", contact_email=None))
    done = office.run(link, "0007")
    assert done.exit_code == 0
    assert office.client().get(_path(done.stdout)).status_code == 200
    assert receipt.invitation_id
    assert office.invitation(receipt.invitation_id).handed_over_at == NOW


def test_the_link_of_a_case_closed_again_replaces_the_earlier_one(office: Office) -> None:
    earlier = Customer(office, office.invite("0007"))
    office.wait(days=3)
    office.receive(a_case("0007", closed_at=office.now, contact_email=None))
    # Nobody is asked about the second closing until its link is given out.
    assert 'name="ease"' in earlier.open().text
    done = office.run(link, "0007")
    assert done.exit_code == 0
    assert 'name="ease"' not in earlier.open().text
    assert office.client().get(_path(done.stdout)).status_code == 200
    assert office.invitation(earlier.invitation_id).superseded_at == office.now


def test_a_number_of_several_sources_needs_the_source(office: Office) -> None:
    receipts = {
        source: office.receive(
            a_case("0007", source=source, contact_email=f"{source}@customer.example")
        )
        for source in ("desk", "csv")
    }
    before = office.everything()
    for command in (link, bounce):
        refused = office.run(command, "0007")
        assert refused.exit_code == 1
        listed = "case 0007, closed 2026-11-24 11:00 UTC, A customer for tests"
        assert "several sources have a case with the number '0007'" in refused.stderr
        assert [line for line in refused.stderr.splitlines() if "--source " in line] == [
            f"  --source csv: {listed}",
            f"  --source desk: {listed}",
        ]
        assert "of source 'made up'" in office.run(command, "0007", "--source", "made up").stderr
    assert office.everything() == before
    given = office.run(link, "0007", "--source", "desk")
    assert receipts["desk"].invitation_id
    customer = Customer(office, receipts["desk"].invitation_id)
    assert _path(given.stdout) == customer.path
    assert office.run(bounce, "0007", "--source", "csv").exit_code == 0
    state = {row["id"]: row["bounced_at"] for row in office.rows("invitations")}
    assert [bool(state[receipts[source].invitation_id]) for source in ("desk", "csv")] == [
        False,
        True,
    ]


@pytest.mark.parametrize("before_closing", [True, False])
def test_an_opt_out_of_the_contact_is_mentioned_with_the_link(
    office: Office, before_closing: bool
) -> None:
    if not before_closing:
        office.receive(a_case())
    with office.program.database.write() as tx:
        opt_outs.add(tx, "contact@customer.example", NOW)
    if before_closing:
        office.receive(a_case())
    done = office.run(link, "00012345")
    assert "opted out of surveys" in done.stderr
    assert done.stdout.startswith("http://survey.example/f/")
    assert done.stdout.count("\n") == 1


def test_a_link_that_accepts_no_answer_is_not_printed(office: Office) -> None:
    customer = Customer(office, office.invite("0007"))
    customer.send(ease="4", satisfaction="4")
    refused = office.run(link, "0007")
    assert refused.exit_code == 1
    assert "no longer accepts an answer" in refused.stderr
    assert "check leading zeros" in office.run(link, "7").stderr
