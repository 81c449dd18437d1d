"""The running program: what every command and every request needs, opened once at the start."""

import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.headerregistry import Address
from email.utils import parseaddr
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from feedback_app.base import times
from feedback_app.base.address_digests import AddressDigests
from feedback_app.base.files import unsafe_permissions
from feedback_app.base.links import Links
from feedback_app.base.working_days import due_on
from feedback_app.database.choose import open_database, sqlite_path
from feedback_app.database.contract import Database, DatabaseLimits
from feedback_app.invitations import CaseIntake, Sampling
from feedback_app.mail.message import MailContext
from feedback_app.mail.never_asked import NeverAsked
from feedback_app.mail.surveys import SurveyEmails
from feedback_app.settings import ENV_FILE, Settings, SettingsError
from feedback_app.store import opt_out_keys, opt_outs, wordings
from support_facts import FACTS_FILE, Facts, FactsError, load_facts

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Program:
    """The settings, facts, database and links of a running program."""

    settings: Settings
    facts: Facts
    database: Database
    links: Links

    @property
    def facts_file(self) -> Path:
        """Return the file with the facts."""
        return self.settings.facts or FACTS_FILE

    @cached_property
    def zone(self) -> ZoneInfo:
        """Return the team's time zone, in which weeks start and end."""
        return ZoneInfo(self.facts.organisation.time_zone)

    def today(self, now: datetime) -> date:
        """Return the date at `now` in the team's time zone."""
        return now.astimezone(self.zone).date()

    @cached_property
    def mail_context(self) -> MailContext:
        """Return the sender, facts and URLs that all emails share."""
        facts = self.facts
        default = Address(facts.organisation.name, addr_spec=facts.contacts.support_address)
        sender = _mailbox(self.settings.mail_from) or default
        return MailContext(
            facts=facts,
            sender=sender,
            reply_to=_mailbox(self.settings.reply_to) or sender,
            public_url=self.settings.public_url,
        )

    @cached_property
    def case_intake(self) -> CaseIntake:
        """Return the intake, which stores closed cases and decides who gets a survey."""
        return CaseIntake(
            facts=self.facts,
            zone=self.zone,
            we_send=self.settings.closure_mail == "ours",
            never_asked=NeverAsked.of(self.settings, self.facts),
            # The oldest key, which stays as long as the links of the cases that it decided about.
            sampling=Sampling(
                self.facts.survey.sampling_percent,
                self.settings.secret_keys[0].get_secret_value(),
            ),
        )

    @cached_property
    def address_digests(self) -> AddressDigests:
        """Return the digests that find an expired address."""
        return AddressDigests([key.get_secret_value() for key in self.settings.secret_keys])

    @property
    def link_lifetime(self) -> timedelta:
        """Return how long a survey link works after it was sent."""
        return timedelta(days=self.facts.survey.link_lifetime_days)

    @cached_property
    def survey_emails(self) -> SurveyEmails:
        """Return the rules for sending surveys and reminders."""
        return SurveyEmails(
            link_lifetime=self.link_lifetime,
            reminder_after=timedelta(days=self.facts.survey.reminder_after_days),
            never_asked=self.case_intake.never_asked,
        )

    def follow_up_due(self, opened_at: datetime) -> date:
        """Return by which day a follow-up opened at this time should be done."""
        days = self.facts.survey.follow_up_working_days
        return due_on(opened_at, days, self.zone, self.facts.organisation.holidays)

    def survey_link(self, invitation_id: str) -> str:
        """Return the URL of the survey."""
        return f"{self.settings.public_url}/f/{self.links.sign('survey', invitation_id)}"

    def opt_out_link(self, invitation_id: str, address: str, links: Links | None = None) -> str:
        """Return the URL at which the customer with this email address opts out of surveys.

        It contains a digest of the address, so it still works after the address was erased, and
        after a restored backup lost the invitation. `links` are those of `opt_out_links`.
        """
        subject = f"{invitation_id}:{opt_outs.digest_of(address)}"
        links = links or self.opt_out_links()
        return f"{self.settings.public_url}/o/{links.sign('opt-out', subject)}"

    def opt_out_links(self) -> Links:
        """Return the signer of opt-out links. Creates its key the first time."""
        return self._opt_out_links(opt_out_keys.all_or_new(self.database, times.now()))

    def opt_out_subject(self, token: str) -> str:
        """Return the invitation id and address digest of an opt-out link, separated by a colon.

        Raises BadLinkError.
        """
        return (
            self._opt_out_links(opt_out_keys.all_keys(self.database)).read("opt-out", token).subject
        )

    def _opt_out_links(self, keys: list[str]) -> Links:
        # The first emails were signed with the keys of the settings.
        old = [key.get_secret_value() for key in self.settings.secret_keys]
        return Links([*old, *keys])


def _mailbox(text: str | None) -> Address | None:
    """Return `Name <address>`, or only an address, as a sender; None for an empty text."""
    name, address = parseaddr(text or "")
    return Address(name, addr_spec=address) if address else None


def private_paths(settings: Settings) -> Iterator[Path]:
    """Yield the files and folders with secrets or customers' data."""
    yield from (Path(ENV_FILE), settings.mailbox)
    if path := sqlite_path(settings.database.get_secret_value()):
        yield from (path.parent, path, *(Path(f"{path}-{end}") for end in ("wal", "shm")))


def open_program(settings: Settings) -> Program:
    """Return the program with these settings.

    Logs a warning for each file or folder that other accounts can use. Raises SettingsError if
    the facts cannot be loaded or the database cannot be opened.
    """
    try:
        facts = load_facts(settings.facts)
        database = open_database(settings.database.get_secret_value(), _limits(settings))
    except (FactsError, ValueError) as error:
        raise SettingsError(str(error)) from error
    for warning in unsafe_permissions(private_paths(settings)):
        log.warning("%s", warning)
    keys = [key.get_secret_value() for key in settings.secret_keys]
    return Program(settings, facts, database, Links(keys, settings.links_valid_from))


def _limits(settings: Settings) -> DatabaseLimits:
    return DatabaseLimits(
        connections=settings.database_connections,
        connect_seconds=settings.database_connect_seconds,
        statement_seconds=settings.database_statement_seconds,
        lock_seconds=settings.database_lock_seconds,
        idle_seconds=settings.database_idle_seconds,
    )


def register_wording(program: Program, now: datetime) -> None:
    """Store the words of the questions as those of `survey.wording_version`.

    Raises SettingsError if this version was used with other words before, because answers to both
    would be added up.
    """
    version = program.facts.survey.wording_version
    digests = {name: _wording_digest(program.facts, name) for name in program.facts.languages}
    if changed := wordings.register(program.database, version, digests, now):
        unused = max(version, wordings.newest_version(program.database)) + 1
        raise SettingsError(
            f"the questions or points in {program.facts_file} were changed "
            f"({', '.join(changed)}), but wording version {version} was already used with other "
            f"words: set survey.wording_version to {unused}, or restore the earlier words"
        )


def _wording_digest(facts: Facts, language: str) -> str:
    """Return the SHA-256 of all questions and points in `language`."""
    asked = [
        [question.key, question.text[language], *(point[language] for point in question.points)]
        for question in facts.questions
    ]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()
