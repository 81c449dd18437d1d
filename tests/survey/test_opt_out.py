"""Objecting to surveys, and what is still told."""

import re
from dataclasses import replace

import pytest
from pydantic import SecretStr

from feedback_app.base.links import BadLinkError, Links
from feedback_app.commands.contacts import opt_out
from feedback_app.mail.smtp import SMTPSender
from feedback_app.store import opt_outs
from tests.support.office import KEY, NOW, Customer, Office, a_case

ADDRESS = "contact@customer.example"


def _path(office: Office) -> str:
    """Return the path of the opt-out link in the email's header."""
    return office.mails()[0]["List-Unsubscribe"].strip("<>").removeprefix("http://survey.example")


def _opted_out(office: Office) -> bool:
    return opt_outs.is_opted_out(office.program.database, ADDRESS)


def test_the_email_has_the_unsubscribe_headers_of_rfc_8058(office: Office) -> None:
    office.receive(a_case())
    mail = office.mails()[0]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text = mail.get_body(("plain",)).get_content()
    assert _path(office) in text


def test_the_unsubscribe_url_is_neither_folded_nor_encoded(office: Office, smtp_sink) -> None:
    office.receive(a_case())
    office.deliver()
    (written,) = (path.read_text() for path in office.mailbox.glob("*.eml"))
    assert re.search(r"^List-Unsubscribe: <http://survey\.example/o/\S+>\r?$", written, re.M)
    office.receive(a_case("2"))
    office.deliver(SMTPSender(smtp_sink.url))
    (raw,) = [
        value for name, value in smtp_sink.messages[0].raw_items() if name == "List-Unsubscribe"
    ]
    assert raw in [mail["List-Unsubscribe"] for mail in office.mails()]


def test_opening_the_page_changes_nothing(office: Office) -> None:
    office.receive(a_case())
    path = _path(office)
    before = office.everything()
    client = office.client()
    for method in (client.get, client.head, client.options):
        assert method(path).status_code == 200
    assert office.everything() == before


def test_one_post_of_the_email_program_opts_out(office: Office) -> None:
    office.receive(a_case())
    done = office.client().post(_path(office), data={"List-Unsubscribe": "One-Click"})
    assert done.status_code == 200
    assert _opted_out(office)


def test_opting_out_works_after_survey_links_were_revoked_and_every_key_was_replaced(
    office: Office,
) -> None:
    office.receive(a_case())
    path = _path(office)
    office.wait(hours=1)
    _replace_keys(office)
    assert office.client().get(path).status_code == 200
    assert office.client().post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert _opted_out(office)


def test_links_of_earlier_versions_opt_out_while_their_key_is_in_the_settings(
    office: Office,
) -> None:
    office.receive(a_case())
    invitation_id = office.rows("invitations")[0]["id"]
    subject = f"{invitation_id}:{opt_outs.digest_of(ADDRESS)}"
    path = f"/o/{office.program.links.sign('opt-out', subject)}"
    assert office.client().post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert _opted_out(office)


def test_a_link_that_cannot_be_verified_says_how_else_to_opt_out(office: Office) -> None:
    office.receive(a_case())
    path = _path(office)
    _replace_keys(office)
    with office.program.database.write() as tx:
        tx.run("DELETE FROM opt_out_keys")
    client, address = office.client(), office.program.facts.contacts.support_address
    for page in (client.get(path), client.post(path, data={"List-Unsubscribe": "One-Click"})):
        assert page.status_code == 404
        assert "Nothing was changed" in page.text
        assert f'href="mailto:{address}"' in page.text
    assert (
        "Um die Umfragen ohne Link abzubestellen, schreiben Sie uns bitte"
        in client.get(f"{path}?lang=de").text
    )
    assert not _opted_out(office)


def test_a_stranger_with_the_key_of_the_survey_links_cannot_opt_out_new_customers(
    office: Office,
) -> None:
    office.receive(a_case())
    token = _path(office).removeprefix("/o/")
    with pytest.raises(BadLinkError):
        Links([KEY]).read("opt-out", token)


def _replace_keys(office: Office) -> None:
    """Revoke all links of the survey and replace every key of the settings."""
    key = "another-key-for-tests-and-long-enough"
    office.program.settings.secret_keys = (SecretStr(key),)
    links = Links([key], valid_from=office.now)
    office.program = replace(office.program, links=links)


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_both_forms_of_the_post_of_rfc_8058_are_accepted(office: Office, kind: str) -> None:
    office.receive(a_case())
    data = {"List-Unsubscribe": "One-Click"}
    done = office.client().post(_path(office), data=data, content_type=kind)
    assert (done.status_code, done.headers.get("Location")) == (200, None)
    assert "Set-Cookie" not in done.headers
    assert _opted_out(office)


def test_a_post_without_a_ticked_box_changes_nothing(office: Office) -> None:
    office.receive(a_case())
    client, path = office.client(), _path(office)
    for wish in ("stop", "ask again"):
        before = office.everything()
        for data in ({}, {"wish": ""}, {"wish": "made up"}):
            page = client.post(path, data=data)
            assert page.status_code == 422
            assert "tick the box first" in page.text
        assert office.everything() == before
        client.post(_path(office), data={"wish": wish})


def test_customers_who_opted_out_still_get_closure_emails(office: Office) -> None:
    with office.program.database.write() as tx:
        opt_outs.add(tx, ADDRESS.upper(), NOW)
    receipt = office.receive(a_case())
    assert receipt.withheld_because == "opt_out"
    mail = office.mails()[0]
    assert mail["Subject"] == "Case 00012345 is closed"
    assert mail["List-Unsubscribe"] is None
    for part in ("plain", "html"):
        body = mail.get_body((part,)).get_content()
        assert "/f/" not in body
        assert office.program.facts.question("ease").text["en"] not in body
        assert office.program.facts.contacts.portal_url in body


def test_an_email_without_a_survey_contains_no_survey_link(office: Office) -> None:
    with office.program.database.write() as tx:
        opt_outs.add(tx, ADDRESS, NOW)
    receipt = office.receive(a_case())
    assert office.deliver() == 1
    assert receipt.invitation_id
    assert office.invitation(receipt.invitation_id).state(office.now) == "withheld"


def test_opting_in_again_works_on_the_same_page(office: Office) -> None:
    office.receive(a_case())
    client = office.client()
    client.post(_path(office), data={"wish": "stop"})
    page = client.get(_path(office))
    assert re.search(r'type="checkbox" name="wish" value="ask again"', page.text)
    client.post(_path(office), data={"wish": "ask again"})
    assert not _opted_out(office)
    assert office.receive(a_case("2")).withheld_because is None


def test_the_list_of_opt_outs_contains_no_address(office: Office) -> None:
    office.receive(a_case())
    office.client().post(_path(office), data={"wish": "stop"})
    assert "customer.example" not in str(office.rows("opt_outs"))


def test_a_link_of_another_purpose_or_a_changed_one_opts_nobody_out(office: Office) -> None:
    office.receive(a_case())
    invitation_id = office.rows("invitations")[0]["id"]
    survey = office.program.links.sign("survey", invitation_id)
    for token in (survey, _path(office).removeprefix("/o/")[:-3]):
        assert office.client().post(f"/o/{token}").status_code == 404
    assert office.rows("opt_outs") == []


def test_opting_out_and_in_works_after_erasure(office: Office) -> None:
    office.receive(a_case())
    path = _path(office)
    office.erase("00012345")
    client = office.client()
    assert "two questions" in client.get(path).text
    done = client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert (done.status_code, _opted_out(office)) == (200, True)
    assert office.receive(a_case("2")).withheld_because == "opt_out"
    client.post(path, data={"wish": "ask again"})
    assert not _opted_out(office)


def test_an_old_link_opts_out_as_long_as_its_address_is_stored(
    office: Office,
) -> None:
    office.receive(a_case())
    path = f"/o/{office.program.links.sign('opt-out', office.rows('invitations')[0]['id'])}"
    client = office.client()
    client.post(path, data={"wish": "stop"})
    assert _opted_out(office)
    client.post(path, data={"wish": "ask again"})
    office.erase("00012345")
    for page in (client.get(path), client.post(path, data={"List-Unsubscribe": "One-Click"})):
        assert page.status_code == 410
        assert "Nothing was changed" in page.text
        assert "write to us from the address that receives them" in page.text
    assert office.rows("opt_outs") == []


def test_a_large_body_opts_nobody_out(office: Office) -> None:
    office.receive(a_case())
    data = {"List-Unsubscribe": "One-Click", "more": "x" * 70_000}
    assert office.client().post(_path(office), data=data).status_code == 413
    assert office.rows("opt_outs") == []


def test_an_answer_can_still_be_given_after_opting_out(office: Office) -> None:
    customer = Customer(office, office.invite())
    with office.program.database.write() as tx:
        opt_outs.add(tx, ADDRESS, NOW)
    assert customer.send(ease="4", satisfaction="5").status_code == 303


def test_an_opt_out_by_phone_is_recorded_by_command(office: Office) -> None:
    assert office.run(opt_out, f" {ADDRESS.upper()}").exit_code == 0
    assert _opted_out(office)
    assert office.receive(a_case()).withheld_because == "opt_out"
    assert office.run(opt_out, ADDRESS, "--ask-again").exit_code == 0
    assert not _opted_out(office)


def test_the_command_refuses_an_invalid_address(office: Office) -> None:
    assert office.run(opt_out, "00012345").exit_code == 2
    assert office.rows("opt_outs") == []
