"""Accounts of leads: add, change, remove, and links to set a password.

A link works once, for 72 hours. The database stores the digest of its token only, so an email gets
its link when it is sent.
"""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from feedback_app.base.links import new_id
from feedback_app.database.contract import Transaction
from feedback_app.mail.notifications import PASSWORD
from feedback_app.mail.routing import reaches
from feedback_app.mail.sender import RefusedError
from feedback_app.program import Program
from feedback_app.records import Lead, OutboxMessage, Role
from feedback_app.store import decisions, follow_ups, lead_sessions, leads, outbox

# Pages and emails name it.
LINK_LIFETIME = timedelta(hours=72)


class AccountError(ValueError):
    """An account cannot be changed like this. The text says why, for `feedback lead`."""


class AccountExistsError(AccountError):
    """There is an account with this name."""


class NoAccountError(AccountError):
    """There is no account with this name, or no longer."""


class LastAdminError(AccountError):
    """Without this account, no admin could sign in."""


@dataclass(frozen=True)
class Accounts:
    """Changes to accounts in one transaction, which the audit log records as those of `by`."""

    program: Program
    tx: Transaction
    by: str
    now: datetime

    def add(self, account: Lead) -> None:
        """Store an account. Raises AccountExistsError."""
        if not leads.add(self.tx, account):
            raise AccountExistsError(f"Account {account.name} already exists; remove it first.")
        self._log_action("account added", f"{account.name}, {account.role}")

    def change(self, name: str, role: Role, email: str | None) -> None:
        """Change role and email address. Raises NoAccountError or LastAdminError."""
        account = self.locked(name)
        changed = replace(account, role=role, email=email)
        if changed == account:
            return
        if role != "admin":
            self._check_other_admin(account)
        leads.change(self.tx, name, role, email)
        self._log_action("account changed", f"{name}, {role}")

    def remove(self, name: str, new_owner: str = "") -> None:
        """Delete an account, which ends its sessions. Raises NoAccountError or LastAdminError.

        Its open follow-ups and decisions keep its name, unless there is a new owner.
        """
        self._check_other_admin(self.locked(name))
        leads.remove(self.tx, name)
        if new_owner:
            follow_ups.change_owner(self.tx, name, new_owner)
            decisions.change_owner(self.tx, name, new_owner)
        self._log_action("account removed", name)

    def reset_password(self, name: str) -> None:
        """Remove the password and end all sessions. Raises NoAccountError."""
        self.locked(name)
        leads.set_password_hash(self.tx, name, None)
        lead_sessions.end_all(self.tx, name)
        self._log_action("password reset", name)

    def new_link(self, name: str) -> str:
        """Return the URL at which the password can be set. An earlier one no longer works."""
        token = secrets.token_urlsafe(32)
        leads.set_link(self.tx, name, digest_of(token), self.now + LINK_LIFETIME)
        return f"{self.program.settings.public_url}/review/set-password/{token}"

    def send_link(self, account: Lead) -> None:
        """Write the email with a link. The address must be one that `can_email` accepts."""
        message = OutboxMessage(
            id=new_id(),
            kind=PASSWORD,
            recipient=account.address or "",
            created_at=self.now,
            lead_name=account.name,
        )
        outbox.add(self.tx, message)

    def set_password(self, name: str, password_hash: str) -> None:
        """Set the password by a link, and end all sessions."""
        leads.set_password_hash(self.tx, name, password_hash)
        lead_sessions.end_all(self.tx, name)
        self._log_action("password set", name)

    def change_password(self, name: str, password_hash: str, session: str) -> None:
        """Replace the password, and end all sessions except for the one with this digest."""
        leads.set_password_hash(self.tx, name, password_hash)
        lead_sessions.end_all(self.tx, name, session)
        self._log_action("password changed", name)

    def locked(self, name: str) -> Lead:
        """Return an account while no other request changes one. Raises NoAccountError."""
        self.tx.only_one("accounts")
        account = leads.find(self.tx, name)
        if not account:
            raise NoAccountError(f"No account {name}; see 'feedback lead list'.")
        return account

    def _check_other_admin(self, account: Lead) -> None:
        by_proxy = bool(self.program.settings.sign_in_header)
        admins = [
            one.name
            for one in leads.all_leads(self.tx)
            if one.role == "admin" and (by_proxy or one.password_hash)
        ]
        if admins == [account.name]:
            raise LastAdminError(
                f"{account.name} is the last admin who can sign in; make another account an admin "
                "first."
            )

    def _log_action(self, action: str, subject: str) -> None:
        leads.record_action(self.tx, self.by, action, subject, self.now)


def digest_of(token: str) -> str:
    """Return the SHA-256 of a token, which the database stores."""
    return hashlib.sha256(token.encode()).hexdigest()


def can_email(program: Program, address: str | None) -> bool:
    """Return whether a link can be sent to this address by email."""
    return bool(address) and reaches(program.settings, address or "")


def link_for_email(program: Program, message: OutboxMessage, now: datetime) -> str:
    """Return a new link for an email to an account.

    Raises RefusedError if the account was removed, or its address changed, since.
    """
    with program.database.write() as tx:
        account = leads.find(tx, message.lead_name or "")
        if not account or account.address != message.recipient:
            raise RefusedError("the account was removed, or its address was changed")
        return Accounts(program, tx, "", now).new_link(account.name)
