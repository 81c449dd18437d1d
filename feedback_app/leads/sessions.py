"""Server-side sessions. The signed cookie contains a random key; its hash is in the database.

Every sign-in creates a new key. A session ends after IDLE without a request, after ABSOLUTE in any
case, and immediately on sign-out.
"""

import hashlib
import secrets
from datetime import timedelta
from urllib.parse import urlsplit

from flask import Flask, Request, abort, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from feedback_app.base.addresses import is_here
from feedback_app.records import Lead
from feedback_app.settings import Settings
from feedback_app.store import lead_sessions
from feedback_app.web.request import now, program

IDLE = timedelta(hours=2)
ABSOLUTE = timedelta(hours=12)
# The last use of a session is stored at most this often, so most pages write nothing.
_SEEN_EVERY = timedelta(minutes=1)
PREFIX = "/review"


class _SessionsOfLeads(SecureCookieSessionInterface):
    """Flask's session, for the leads' pages only.

    The survey uses no cookie, and opening a session takes 10% of the time of a survey page.
    """

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if not request.path.startswith(PREFIX):
            return None
        return super().open_session(app, request)


class SignedIn(UserMixin):  # type: ignore[misc]
    """A signed-in lead with the key of the session."""

    def __init__(self, lead: Lead, key: str) -> None:
        self.lead, self._key = lead, key

    def get_id(self) -> str:
        """Return the key that is stored in the cookie."""
        return self._key


def is_offered(public_url: str) -> bool:
    """Return whether sign-in is offered: only over https or on localhost."""
    parts = urlsplit(public_url)
    return parts.scheme == "https" or is_here(parts.hostname)


def start(app: Flask) -> None:
    """Set up sessions in `app`. With https, the cookie has the prefix __Host-."""
    settings: Settings = app.config["PROGRAM"].settings
    keys = [key.get_secret_value() for key in settings.secret_keys]
    secure = settings.public_url.startswith("https://")
    app.secret_key = keys[-1]
    app.session_interface = _SessionsOfLeads()
    app.config.update(
        SECRET_KEY_FALLBACKS=keys[:-1],
        SESSION_COOKIE_NAME="__Host-leads" if secure else "leads",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    manager = LoginManager()
    # Mobile clients change their address often, so sessions are not bound to it.
    manager.session_protection = None
    manager.user_loader(_load)
    # init_app would also read the cookie after every survey request.
    vars(app)["login_manager"] = manager


def lead() -> Lead | None:
    """Return the signed-in lead, or None."""
    return current_user.lead if current_user.is_authenticated else None


def lead_name() -> str:
    """Return the name of the signed-in lead. Abort with 401 if nobody is signed in."""
    return (lead() or abort(401)).name


def sign_in(who: Lead) -> None:
    """Start a new session and discard the old one."""
    sign_out()
    key = secrets.token_urlsafe(32)
    moment = now()
    with program().database.write() as tx:
        lead_sessions.remove_old(tx, moment - ABSOLUTE)
        lead_sessions.start(tx, _digest(key), who.name, moment)
    login_user(SignedIn(who, key))


def sign_out() -> None:
    """End the session in the database and in the cookie. The chosen language stays."""
    if current_user.is_authenticated:
        with program().database.write() as tx:
            lead_sessions.end(tx, digest())
        logout_user()
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language


def digest() -> str:
    """Return the digest of the present session. Requires a signed-in lead."""
    return _digest(current_user.get_id())


def _load(key: str) -> SignedIn | None:
    moment = now()
    who = lead_sessions.find_lead(
        program().database, _digest(key), moment - ABSOLUTE, moment - IDLE
    )
    if not who:
        return None
    if moment - who.seen_at >= _SEEN_EVERY:
        with program().database.write() as tx:
            lead_sessions.touch(tx, _digest(key), moment)
    return SignedIn(who, key)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
