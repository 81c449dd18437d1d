"""Every page that a customer can meet on the way through the survey, in every language."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import time_machine
from pydantic import SecretStr

from feedback_app.app import create_app
from feedback_app.base.links import Links
from feedback_app.commands.contacts import bounce
from feedback_app.database.contract import DatabaseUnavailableError
from feedback_app.database.migrate import migrate
from feedback_app.program import open_program
from feedback_app.settings import Settings
from feedback_app.store import annulments
from tests.support.office import KEY, NOW, Customer, Office, a_case

LANGUAGES = ("en", "de")
# So many bytes a page may have, and so many packed.
WHOLE, PACKED = 6 * 1024, 2.5 * 1024
SECRETS = ("contact@customer.example", "A customer for tests", "The first words.")


def settings_in(folder: Path) -> Settings:
    return Settings(
        database=SecretStr(f"sqlite:///{folder}/feedback.sqlite"),
        secret_keys=(SecretStr(KEY),),
        public_url="http://survey.example",
        mailbox=folder / "mailbox",
    )


def _responses(office: Office, language: str) -> dict[str, Any]:
    """Walk every road a customer can take; return the page at each of its ends."""
    pages: dict[str, Any] = {}
    query = f"?lang={language}"

    def a_customer(number: str) -> Customer:
        customer = Customer(office, office.invite(f"{language}-{number}"))
        office.wait(minutes=2)
        return customer

    customer = a_customer("1")
    pages["form"] = customer.open(f"{query}&ease=4")
    pages["nothing chosen"] = customer.send(query, comment="Typed.")
    pages["comment too long"] = customer.send(query, ease="4", satisfaction="5", comment="x" * 4001)
    pages["body too large"] = customer.send(query, ease="4", comment="x" * 2_000_000)
    sent = customer.send(query, ease="4", satisfaction="5", comment=SECRETS[2])
    pages["sent"] = sent
    pages["thanks"] = customer.follow(sent)
    pages["status"] = customer.open(query)
    pages["keep or change"] = customer.send(query, ease="1", satisfaction="1")
    office.wait(days=2)
    pages["cannot be changed"] = customer.open(query)
    pages["not stored, too late"] = customer.send(
        query, ease="1", satisfaction="1", comment="Late."
    )
    with office.program.database.write() as tx:
        annulments.annul(tx, customer.invitation_id, office.now)
    pages["annulled"] = customer.open(query)

    low = a_customer("2")
    asked = low.send(query, ease="1", satisfaction="2")
    pages["why"] = low.follow(asked)
    pages["why, too long"] = low.browser.post(
        asked.location, data={"page": low.value_in(pages["why"]), "comment": "x" * 4001}
    )

    welcome = {"page": low.value_in(pages["why"]), "comment": "x", "contact_welcome": "y"}
    pages["thanks, low"] = low.follow(low.browser.post(asked.location, data=welcome))
    unlucky = a_customer("5")
    with patch.object(office.program.database, "write", side_effect=DatabaseUnavailableError):
        pages["unavailable"] = unlucky.send(query, ease="4", satisfaction="5", comment="Kept.")

    link = office.program.opt_out_link(low.invitation_id, SECRETS[0])
    objection = link.removeprefix("http://survey.example")
    pages["objecting"] = low.browser.get(objection + query)
    pages["opting out, cut link"] = low.browser.get(objection[:-3] + query)
    pages["objecting, not ticked"] = low.browser.post(objection + query)
    pages["objected"] = low.browser.post(objection + query, data={"wish": "stop"})
    low.browser.post(objection, data={"wish": "ask again"})

    late = a_customer("3")
    office.wait(days=3)
    office.receive(a_case(f"{language}-3", closed_at=office.now))
    pages["superseded"] = late.open(query)
    expired = a_customer("4")
    office.wait(days=20)
    pages["expired"] = expired.open(query)
    page = office.page_token(expired.invitation_id)
    given = {"ease": "4", "satisfaction": "5", "comment": "Typed too late."}
    pages["expired, typed"] = expired.send(query, page=page, **given)
    expired.browser.post(f"{expired.path}/renew{query}")
    pages["new link sent"] = expired.open(query)
    office.run(bounce, f"{language}-4")
    office.wait(days=20)
    pages["expired, no new link"] = expired.open(query)
    pages["incomplete link"] = late.browser.get(late.path[:-4] + query)
    links = Links([KEY], valid_from=office.now)
    revoked = create_app(parts=replace(office.program, links=links)).test_client()
    pages["revoked"] = revoked.get(late.path + query)
    forgotten = f"/f/{office.program.links.sign('survey', 'x' * 22)}"
    pages["forgotten"] = low.browser.get(forgotten + query)
    pages["forgotten, typed"] = low.browser.post(forgotten + query, data=given)
    pages["revoked, typed"] = revoked.post(late.path + query, data=given)
    pages["no such page"] = late.browser.get(f"/nothing{query}")
    return pages


def every_page(folder: Path) -> dict[tuple[str, str], Any]:
    """Return the responses, by name and language, of all pages of an installation in `folder`."""
    program = open_program(settings_in(folder))
    with time_machine.travel(NOW, tick=False) as traveller:
        migrate(program.database, NOW)
        office = Office(program, traveller)
        found = {
            (name, language): response
            for language in LANGUAGES
            for name, response in _responses(office, language).items()
        }
    program.database.close()
    return found
