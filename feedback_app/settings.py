"""The FEEDBACK_ settings, read from the environment and `.env`; `.env.example` explains them."""

import os
from collections.abc import Iterator
from difflib import get_close_matches
from email.utils import parseaddr
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from pydantic import (
    AwareDatetime,
    BeforeValidator,
    DirectoryPath,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from feedback_app.base.addresses import IN_ASCII, is_here, parts_of
from feedback_app.base.receivers import check_receiver
from support_facts import is_email_address

_KEY_LENGTH = 32
_PREFIX = "FEEDBACK_"
ENV_FILE = ".env"
_MAIL_SCHEMES = ("smtp", "smtps", "smtp+starttls")


def _split(value: object) -> object:
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


def _split_at_spaces(value: object) -> object:
    return tuple(value.split()) if isinstance(value, str) else value


_Texts = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
_Secrets = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_split)]
# Apprise URLs may contain commas.
_SecretURLs = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_split_at_spaces)]


class SettingsError(ValueError):
    """Some settings are wrong. The text names each error and its fix, one per line."""


class SiteSettings(BaseSettings):
    """The files that the site is built from, and the folder that it is built into."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, env_ignore_empty=True, extra="ignore")

    facts: Path | None = Field(default_factory=lambda: _in_this_folder("support.toml"))
    site: Path | None = None
    results: Path = Path("results")
    docs: Path = Path("docs")


class Settings(SiteSettings):
    """Addresses, secrets and folders. Texts and values for customers are in `support.toml`."""

    secret_keys: _Secrets = Field(min_length=1)
    database: SecretStr = SecretStr("sqlite:///var/feedback.sqlite")
    database_connections: int = Field(default=10, ge=1)
    database_connect_seconds: int = Field(default=3, ge=2)  # libpq needs at least 2
    database_statement_seconds: int = Field(default=30, ge=1)
    database_lock_seconds: int = Field(default=10, ge=1)
    database_idle_seconds: int = Field(default=600, ge=1)
    public_url: str = "http://127.0.0.1:8000"
    smtp_url: SecretStr | None = None
    mailbox: Path = Path("var/mailbox")
    mail_from: str | None = None
    reply_to: str | None = None
    bounce_address: str | None = None
    emails_per_hour: int | None = Field(default=None, ge=1)
    emails_per_hour_and_domain: int | None = Field(default=None, ge=1)
    closure_mail: Literal["ours", "case_system"] = "ours"
    only_mail_to: _Texts = ()
    links_valid_from: AwareDatetime | None = None
    webhook_secrets: _Secrets = ()
    presets: DirectoryPath | None = None
    api_requests_per_minute: int = Field(default=600, ge=1)
    alert_urls: _SecretURLs = ()
    digest_to: _SecretURLs = ()
    sign_in_header: str | None = None
    trusted_proxies: _Texts = Field(default=(), validate_default=True)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] = "text"
    metrics_token: SecretStr | None = Field(default=None, min_length=16)

    @field_validator("secret_keys")
    @classmethod
    def _long_enough(cls, keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if any(len(key.get_secret_value()) < _KEY_LENGTH for key in keys):
            raise ValueError(f"each key needs at least {_KEY_LENGTH} characters")
        return keys

    @field_validator("database")
    @classmethod
    def _valid_database_url(cls, url: SecretStr) -> SecretStr:
        if not url.get_secret_value().startswith(("sqlite:///", "postgresql://")):
            raise ValueError("use sqlite:///path or postgresql://…")
        return url

    @field_validator("public_url")
    @classmethod
    def _valid_public_url(cls, url: str) -> str:
        parts = parts_of(url.rstrip("/"))
        if parts.scheme not in ("https", "http") or not parts.hostname:
            raise ValueError("enter the public URL of this server, with https://")
        if parts.path or parts.query or parts.fragment:
            raise ValueError("survey links need their own host, so no path is allowed after it")
        if not parts.netloc.isascii():
            raise ValueError("write the host in ASCII, with xn--… for other letters")
        return url.rstrip("/")

    @field_validator("mail_from", "reply_to")
    @classmethod
    def _valid_sender(cls, text: str | None) -> str | None:
        address = parseaddr(text or "")[1]
        if text and not is_email_address(address):
            raise ValueError(f"use Name <address> or only the address, {IN_ASCII}")
        return text

    @field_validator("bounce_address")
    @classmethod
    def _has_room_for_an_id(cls, address: str | None) -> str | None:
        # RFC 5321 allows 64 characters before the @; "+" and the id take 33.
        if address and (not is_email_address(address) or address.index("@") > 31):
            raise ValueError(
                f"use one email address with up to 31 characters before the @, {IN_ASCII}"
            )
        return address

    @field_validator("smtp_url")
    @classmethod
    def _valid_smtp_url(cls, url: SecretStr | None) -> SecretStr | None:
        parts = parts_of(url.get_secret_value()) if url else None
        if parts and (parts.scheme not in _MAIL_SCHEMES or not parts.hostname):
            schemes = ", ".join(f"{scheme}://" for scheme in _MAIL_SCHEMES)
            raise ValueError(f"use one of {schemes} with host and port")
        if parts and parts.scheme == "smtp" and parts.password and not is_here(parts.hostname):
            raise ValueError(
                "smtp:// would send the password unencrypted; use smtp+starttls:// or smtps://"
            )
        return url

    @field_validator("alert_urls", "digest_to")
    @classmethod
    def _valid_receivers(cls, receivers: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for receiver in receivers:
            check_receiver(receiver.get_secret_value())
        return receivers

    @field_validator("sign_in_header")
    @classmethod
    def _cannot_be_forged(cls, name: str | None) -> str | None:
        if name and not (name.isascii() and name.isalnum()):
            raise ValueError(
                "use only letters and digits, such as RemoteUser: some servers treat X_Remote_User "
                "like X-Remote-User, and a proxy may forward it from a client"
            )
        return name

    @field_validator("trusted_proxies")
    @classmethod
    def _valid_networks(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        for network in networks:
            try:
                is_everybody = ip_network(network).prefixlen == 0
            except ValueError as error:
                raise ValueError("list IP addresses or networks, such as 127.0.0.1") from error
            if is_everybody:
                raise ValueError(f"{network} includes every address; list only your proxies")
        return networks

    @field_validator("trusted_proxies")
    @classmethod
    def _has_proxy_for_header(
        cls, networks: tuple[str, ...], info: ValidationInfo
    ) -> tuple[str, ...]:
        if info.data.get("sign_in_header") and not networks:
            raise ValueError("name the proxy that sets FEEDBACK_SIGN_IN_HEADER, such as 127.0.0.1")
        return networks

    @field_validator("webhook_secrets")
    @classmethod
    def _has_preset(cls, pairs: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        # The intake checks the presets and the form of their secrets.
        if any(not pair.get_secret_value().partition("=")[2] for pair in pairs):
            raise ValueError("use PRESET=SECRET, such as jira=…")
        return pairs


def _in_this_folder(name: str) -> Path | None:
    return Path(name) if Path(name).is_file() else None


_MAKE_KEY = "python3 -c 'import secrets; print(secrets.token_hex())'"


def read_settings(**overrides: Any) -> Settings:
    """Return the settings from `overrides`, else the environment, else the file `.env`.

    Raises SettingsError, which names every wrong, missing or misspelt variable but no value.
    """
    faults = list(_misspelt())
    try:
        settings = Settings(**{"_env_file": ENV_FILE, **overrides})
    except ValidationError as error:
        faults = [*(_fault(fault) for fault in error.errors()), *faults]
    if faults:
        raise SettingsError("\n".join(faults))
    return settings


def read_site_settings() -> SiteSettings:
    """Return the settings of the site, which needs none of the others."""
    given: dict[str, Any] = {"_env_file": ENV_FILE}
    return SiteSettings(**given)


def source_of(name: str) -> str:
    """Return where the value of a setting such as FEEDBACK_DATABASE comes from, for messages."""
    if os.environ.get(name):
        return "from the environment"
    file = Path(ENV_FILE).absolute()
    if not file.is_file():
        return f"the default, because {file.parent} has no {ENV_FILE}"
    return f"from {file}" if dotenv_values(file).get(name) else f"the default, not set in {file}"


def _misspelt() -> Iterator[str]:
    """Yield an error for each unknown variable whose name is similar to a setting."""
    known = [_PREFIX + name.upper() for name in Settings.model_fields]
    given = {name.upper() for name in (*os.environ, *dotenv_values(ENV_FILE))}
    for name in sorted(given - set(known)):
        similar = get_close_matches(name, known, n=1, cutoff=0.9)
        if name.startswith(_PREFIX) and similar:
            yield f"{name}: no such setting (did you mean {similar[0]}?)"


def _fault(fault: Any) -> str:
    name = _PREFIX + str(fault["loc"][0]).upper()
    problem = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "missing" and not Path(ENV_FILE).is_file():
        return (
            f"{name}: not set, and {Path.cwd()} has no {ENV_FILE}. Change into the folder of your "
            f"installation, create one with 'feedback init DIR', or make a key with: {_MAKE_KEY}"
        )
    fix = f"make one with: {_MAKE_KEY}" if name == "FEEDBACK_SECRET_KEYS" else "see .env.example"
    return f"{name}: {problem} ({fix})"
