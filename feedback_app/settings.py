"""Where it runs: the environment, read once (prefix FEEDBACK_; every name in `.env.example`)."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

_KEY_LENGTH = 32


class SettingsError(ValueError):
    """The environment is not usable. The message names every fault and its mend, one a line."""


class Settings(BaseSettings):
    """Addresses, secrets and folders. What a customer can read is in `support.toml` instead."""

    model_config = SettingsConfigDict(env_prefix="FEEDBACK_", extra="ignore")

    secret_keys: Annotated[tuple[SecretStr, ...], NoDecode] = Field(min_length=1)
    database: SecretStr = SecretStr("sqlite:///var/feedback.sqlite")
    public_url: str = "http://127.0.0.1:8000"
    facts: Path | None = None
    site: Path | None = None
    smtp_url: SecretStr | None = None
    mailbox: Path = Path("var/mailbox")
    results: Path = Path("results")
    mail_from: str | None = None
    reply_to: str | None = None
    closure_mail: Literal["ours", "case_system"] = "ours"
    only_mail_to: Annotated[tuple[str, ...], NoDecode] = ()
    links_valid_from: datetime | None = None
    api_requests_per_minute: int = Field(default=600, ge=1)

    @field_validator("secret_keys", "only_mail_to", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value

    @field_validator("secret_keys")
    @classmethod
    def _long_enough(cls, keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if any(len(key.get_secret_value()) < _KEY_LENGTH for key in keys):
            raise ValueError(f"every key needs at least {_KEY_LENGTH} characters")
        return keys

    @field_validator("database")
    @classmethod
    def _known_engine(cls, url: SecretStr) -> SecretStr:
        if not url.get_secret_value().startswith(("sqlite:///", "postgresql://")):
            raise ValueError("write sqlite:///path or postgresql://…")
        return url

    @field_validator("public_url")
    @classmethod
    def _web_address(cls, url: str) -> str:
        if not url.startswith(("https://", "http://")):
            raise ValueError("write the address customers reach us at, with https://")
        return url.rstrip("/")

    @field_validator("smtp_url")
    @classmethod
    def _mail_address(cls, url: SecretStr | None) -> SecretStr | None:
        schemes = ("smtp://", "smtps://", "smtp+starttls://")
        if url and not url.get_secret_value().startswith(schemes):
            raise ValueError(f"write one of {', '.join(schemes)} with host and port")
        parts = urlsplit(url.get_secret_value()) if url else None
        if parts and parts.scheme == "smtp" and parts.password and not _is_here(parts.hostname):
            raise ValueError(
                "smtp:// would send the password for everybody to read: "
                "write smtp+starttls:// or smtps://"
            )
        return url

    @field_validator("links_valid_from")
    @classmethod
    def _with_zone(cls, moment: datetime | None) -> datetime | None:
        if moment and moment.tzinfo is None:
            raise ValueError("write a time zone, such as 2026-11-24T12:00:00Z")
        return moment


def _is_here(host: str | None) -> bool:
    return host == "localhost" or (host or "").startswith("127.") or host == "::1"


_MENDS = {
    "FEEDBACK_SECRET_KEYS": "make one with: python3 -c 'import secrets; print(secrets.token_hex())'"
}


def read_settings(**overrides: Any) -> Settings:
    """Return the settings of the environment and of the file `.env`, with `overrides` winning.

    Raises SettingsError naming every wrong or missing variable, without showing its value.
    """
    try:
        return Settings(**{"_env_file": ".env", **overrides})
    except ValidationError as error:
        raise SettingsError("\n".join(_fault(fault) for fault in error.errors())) from None


def _fault(fault: Any) -> str:
    name = "FEEDBACK_" + str(fault["loc"][0]).upper()
    said = fault["msg"].removeprefix("Value error, ")
    mend = _MENDS.get(name, "see .env.example")
    return f"{name}: {said} ({mend})"
