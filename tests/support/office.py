"""What many tests need of a support office: closed cases, a running program, a customer."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from functools import partial
from pathlib import Path
from typing import Any

import click
import waitress
from click.testing import CliRunner, Result

from feedback_app.app import create_app
from feedback_app.base import times
from feedback_app.intake.csv.rejected_search import RowsFound
from feedback_app.invitations import IntakeResult
from feedback_app.jobs.erasure import ErasureScope, ErasureTarget, erase, find
from feedback_app.jobs.messages import message_text
from feedback_app.mail.delivery import Delivery
from feedback_app.mail.routing import sender_for
from feedback_app.mail.sender import Sender
from feedback_app.program import Program
from feedback_app.records import Answer, ClosedCase, Invitation, OutboxMessage
from feedback_app.store import answers, invitations
from feedback_app.store.rows import times_in
from feedback_app.survey.forms import page_token
from support_facts import Text
from support_facts.cases import Theme

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
KEY = "a-key-for-tests-only-and-long-enough"


def a_case(number: str = "00012345", **changes: Any) -> ClosedCase:
    """Return a case that closed an hour ago, with an address."""
    values: dict[str, Any] = {
        "source": "tests",
        "case_id": number,
        "case_number": number,
        "closed_at": NOW - timedelta(hours=1),
        "contact_email": "contact@customer.example",
        "customer": "A customer for tests",
    }
    return ClosedCase(**{**values, **changes})


class Office:
    """A running program, and the time that the test lets pass."""

    def __init__(self, program: Program, traveller: Any) -> None:
        self.program, self._traveller = program, traveller

    def ruled(self, **rules: Any) -> "Office":
        """Return this office with other facts of [survey]."""
        facts = self.program.facts
        facts = facts.model_copy(update={"survey": facts.survey.model_copy(update=rules)})
        return Office(replace(self.program, facts=facts), self._traveller)

    def aiming(self, metric: str, **target: Any) -> "Office":
        """Return this office with a target for a metric."""
        facts = self.program.facts
        metrics = tuple(
            one.model_copy(update=target) if one.key == metric else one for one in facts.metrics
        )
        facts = facts.model_copy(update={"metrics": metrics})
        return Office(replace(self.program, facts=facts), self._traveller)

    def with_themes(self, *keys: str) -> "Office":
        """Return this office with themes, which are called like their keys."""
        facts = self.program.facts
        themes = tuple(
            Theme.model_construct(key=key, name=Text({"en": key, "de": key})) for key in keys
        )
        facts = facts.model_copy(update={"themes": themes})
        return Office(replace(self.program, facts=facts), self._traveller)

    def called(self, name: str) -> "Office":
        """Return this office with another name of the organisation."""
        facts = self.program.facts
        facts = facts.model_copy(
            update={"organisation": facts.organisation.model_copy(update={"name": name})}
        )
        return Office(replace(self.program, facts=facts), self._traveller)

    @property
    def now(self) -> datetime:
        return times.now()

    @now.setter
    def now(self, moment: datetime) -> None:
        self._traveller.move_to(moment, tick=False)

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)

    def receive(self, case: ClosedCase, ask_anyway: bool = False) -> IntakeResult:
        with self.program.database.write() as tx:
            return self.program.case_intake.store_all(tx, [case], self.now, ask_anyway)[0]

    def invite(self, number: str = "00012345", **changes: Any) -> str:
        """Close a case, deliver its email, and return the invitation's id."""
        receipt = self.receive(a_case(number, **{"closed_at": self.now, **changes}))
        self.deliver()
        assert receipt.invitation_id
        return receipt.invitation_id

    def deliver(
        self,
        by: Sender | None = None,
        stopping: Callable[[], bool] = lambda: False,
        **options: Any,
    ) -> int:
        sender = by or sender_for(self.program.settings)
        build = partial(message_text, self.program)
        surveys = self.program.survey_emails
        options = {
            "clock": times.now,
            "seconds": lambda: times.now().timestamp(),
            **options,
        }
        delivery = Delivery(self.program.database, build, sender, surveys, **options)
        return delivery.send_due(stopping)

    def erase(
        self, case_number: str | None = None, source: str | None = None, email: str | None = None
    ) -> tuple[ErasureScope, RowsFound]:
        """Erase a case or address; return the data found and the rejected rows removed."""
        found = find(self.program, ErasureTarget(case_number, source, email))
        return found, erase(self.program, found, "command line", self.now)

    def invitation(self, invitation_id: str) -> Invitation:
        found = invitations.find(self.program.database, invitation_id)
        assert found
        return found

    def answers(self, invitation_id: str) -> list[Answer]:
        return answers.revisions(self.program.database, invitation_id)

    def path(self, invitation_id: str) -> str:
        """Return the path of the survey link."""
        return self.program.survey_link(invitation_id).removeprefix(
            self.program.settings.public_url
        )

    def page_token(self, invitation_id: str, wording_version: int | None = None) -> str:
        """Return the hidden value `page` of a form that was opened now."""
        version = wording_version or self.program.facts.survey.wording_version
        return page_token(self.program.links, invitation_id, version)

    def unread(self) -> list[tuple[str, str]]:
        """Return the invitation id and week of the unread answers, oldest week first."""
        rows = [one for one in self.rows("open_answers") if one["unread_revision"] is not None]
        return sorted(
            ((one["invitation_id"], one["answered_week"]) for one in rows),
            key=lambda one: (one[1], one[0]),
        )

    def client(self) -> Any:
        """Return a browser without a screen."""
        return create_app(parts=self.program).test_client()

    def rows(self, table: str) -> list[dict[str, Any]]:
        return self.program.database.ask(f"SELECT * FROM {table}")

    def everything(self) -> dict[str, list[dict[str, Any]]]:
        """Return every row of every table."""
        return {table: self.rows(table) for table in self.program.database.columns()}

    def stored(self) -> dict[str, list[dict[str, Any]]]:
        """Return every row of every table except the counts of deliveries."""
        return {name: rows for name, rows in self.everything().items() if name != "delivery_log"}

    def mails(self) -> list[EmailMessage]:
        """Return the messages of the outbox as they would be sent now, oldest first."""
        names = [field.name for field in fields(OutboxMessage)]
        rows = self.program.database.ask(
            f"SELECT {', '.join(names)} FROM outbox WHERE recipient IS NOT NULL ORDER BY created_at"
        )
        found = [OutboxMessage(**row | times_in(row, "created_at", "due_at")) for row in rows]
        texts = [message_text(self.program, message) for message in found]
        return [message_from_string(text, policy=default) for text in texts]

    def run(
        self, command: click.Command, *words: str, stdin: bytes | None = None, **settings_too: str
    ) -> Result:
        """Run a command of `feedback` with the settings of this office."""
        settings = self.program.settings
        environment = {
            "FEEDBACK_DATABASE": settings.database.get_secret_value(),
            "FEEDBACK_SECRET_KEYS": " ".join(
                one.get_secret_value() for one in settings.secret_keys
            ),
            "FEEDBACK_PUBLIC_URL": settings.public_url,
            "FEEDBACK_MAILBOX": str(settings.mailbox),
            **settings_too,
        }
        return CliRunner().invoke(command, words, input=stdin, env=environment)

    @property
    def mailbox(self) -> Path:
        return self.program.settings.mailbox


@contextmanager
def serving(program: Program) -> Iterator[int]:
    """Serve the survey on a port of this machine, as `feedback serve` does, and yield the port."""
    server = waitress.create_server(create_app(parts=program), host="127.0.0.1", port=0, ident="")
    thread = threading.Thread(target=server.run)
    thread.start()
    yield server.effective_port
    server.task_dispatcher.shutdown()
    # Its own thread closes it, which therefore looks at no socket that is gone.
    server.trigger.pull_trigger(server.close)
    thread.join()


class Customer:
    """Somebody with the link of one invitation, and a browser without a screen."""

    headers = {"User-Agent": "Mozilla/5.0", "Accept-Language": "en-GB"}

    def __init__(self, office: Office, invitation_id: str) -> None:
        self.office, self.invitation_id = office, invitation_id
        self.browser = office.client()
        self.path = office.path(invitation_id)

    def open(self, query: str = "") -> Any:
        return self.browser.get(self.path + query, headers=self.headers)

    def value(self) -> str:
        """Open the page and return the value minted with it."""
        return self.value_in(self.open())

    def value_in(self, page: Any, name: str = "page") -> str:
        """Return a hidden value of a page."""
        return str(page.text.split(f'name="{name}" value="')[1].split('"')[0])

    def send(
        self,
        query: str = "",
        *,
        page: str | None = None,
        headers: dict[str, str] | None = None,
        patient: bool = True,
        **fields: Any,
    ) -> Any:
        """Open the page, take the time a person takes, and send what was chosen."""
        if page is None:
            page = self.office.page_token(self.invitation_id)
        if patient:
            self.office.wait(seconds=20)
        return self.browser.post(
            self.path + query,
            data={"page": page, **fields},
            headers={**self.headers, **(headers or {})},
        )

    def follow(self, response: Any) -> Any:
        return self.browser.get(response.location, headers=self.headers)

    @property
    def answers(self) -> list[Answer]:
        return self.office.answers(self.invitation_id)
