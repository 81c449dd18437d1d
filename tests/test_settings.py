"""Settings: every error is reported in one go, and no secret is shown."""

import re
from pathlib import Path

import pytest

from feedback_app.app import create_app
from feedback_app.settings import Settings, SettingsError, read_settings
from tests.support.office import KEY

EXAMPLE = Path(__file__).parents[1] / ".env.example"


@pytest.fixture(autouse=True)
def empty_folder(tmp_path, monkeypatch):
    """Run in an empty folder, so that no .env of a developer is read."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_example_lists_exactly_the_settings() -> None:
    listed = re.findall(r"^#?(FEEDBACK_[A-Z_]+)=", EXAMPLE.read_text(encoding="utf-8"), re.M)
    assert sorted(listed) == sorted(f"FEEDBACK_{name.upper()}" for name in Settings.model_fields)


def test_all_errors_are_reported_together_with_their_fixes(monkeypatch) -> None:
    monkeypatch.setenv("FEEDBACK_DATABASE", "mysql://somewhere")
    monkeypatch.setenv("FEEDBACK_PUBLIC_URL", "survey.example")
    monkeypatch.setenv("FEEDBACK_SMTP_URL", "mail.example:25")
    monkeypatch.setenv("FEEDBACK_LINKS_VALID_FROM", "2026-11-24T12:00:00")
    with pytest.raises(SettingsError) as error:
        read_settings()
    lines = str(error.value).splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "FEEDBACK_SECRET_KEYS",
        "FEEDBACK_DATABASE",
        "FEEDBACK_PUBLIC_URL",
        "FEEDBACK_SMTP_URL",
        "FEEDBACK_LINKS_VALID_FROM",
    ]
    assert "secrets.token_hex()" in lines[0]
    assert "https://" in lines[2]


def test_an_error_does_not_show_the_secret(monkeypatch) -> None:
    monkeypatch.setenv("FEEDBACK_SECRET_KEYS", "short-secret")
    monkeypatch.setenv("FEEDBACK_DATABASE", "mysql://user:password@host/name")
    with pytest.raises(SettingsError) as error:
        read_settings()
    assert "short-secret" not in str(error.value)
    assert "password" not in str(error.value)
    assert "32 characters" in str(error.value)


def test_keys_are_separated_by_commas_or_spaces(monkeypatch) -> None:
    monkeypatch.setenv("FEEDBACK_SECRET_KEYS", f"{KEY}-1, {KEY}-2 {KEY}-3")
    keys = read_settings().secret_keys
    assert [key.get_secret_value()[-1] for key in keys] == ["1", "2", "3"]


def test_the_environment_overrides_the_env_file(empty_folder, monkeypatch) -> None:
    Path(".env").write_text(
        f"FEEDBACK_SECRET_KEYS={KEY}\nFEEDBACK_PUBLIC_URL=https://file.example/\n", encoding="utf-8"
    )
    assert read_settings().public_url == "https://file.example"
    monkeypatch.setenv("FEEDBACK_PUBLIC_URL", "https://environment.example")
    assert read_settings().public_url == "https://environment.example"


def test_a_password_is_sent_unencrypted_only_on_this_machine(monkeypatch) -> None:
    monkeypatch.setenv("FEEDBACK_SMTP_URL", "smtp://survey:secret@mail.example:25")
    with pytest.raises(SettingsError, match="unencrypted") as error:
        read_settings(secret_keys=KEY)
    assert "secret@" not in str(error.value)
    for url in ("smtp://survey:secret@127.0.0.1:25", "smtps://survey:secret@mail.example"):
        monkeypatch.setenv("FEEDBACK_SMTP_URL", url)
        assert read_settings(secret_keys=KEY).smtp_url


def test_an_empty_setting_means_the_default(monkeypatch) -> None:
    monkeypatch.setenv("FEEDBACK_SECRET_KEYS", KEY)
    for name in ("SITE", "MAILBOX", "SMTP_URL", "MAIL_FROM", "FACTS"):
        monkeypatch.setenv(f"FEEDBACK_{name}", "")
    found = read_settings()
    assert (found.site, found.smtp_url, found.facts) == (None, None, None)
    assert found.mailbox == Path("var/mailbox")


@pytest.mark.parametrize(
    ("name", "value", "fix"),
    [
        ("PUBLIC_URL", "https://", "https://"),
        ("PUBLIC_URL", "https://host.example/feedback", "no path"),
        ("PUBLIC_URL", "https://b\u00fccher.example", "xn--"),
        ("PUBLIC_URL", "https://host.example:99999", "port"),
        ("SMTP_URL", "smtp://mail.example:99999", "port"),
        ("SMTP_URL", "smtp://", "host and port"),
        ("SMTP_URL", "smtp://[smtp", "brackets"),
        ("MAIL_FROM", "not an address", "Name <address>"),
        ("MAIL_FROM", "Support <support@>", "Name <address>"),
        ("REPLY_TO", "=?utf-8?q?a?=@b.example", "Name <address>"),
        ("ALERT_URLS", "lead@b\u00fccher.example", "xn--"),
        ("DIGEST_TO", "l\u00e4ad@example.org", "ASCII"),
        ("MAIL_FROM", "Support <support@b\u00fccher.example>", "xn--"),
        ("BOUNCE_ADDRESS", "bounces", "one email address"),
        ("BOUNCE_ADDRESS", f"{'b' * 32}@example.org", "31 characters"),
        ("REPLY_TO", "h\u00f6tline@example.org", "ASCII"),
        ("TRUSTED_PROXIES", "proxy.example", "such as 127.0.0.1"),
    ],
)
def test_an_invalid_value_stops_the_start_and_names_the_fix(monkeypatch, name, value, fix) -> None:
    monkeypatch.setenv("FEEDBACK_SECRET_KEYS", KEY)
    monkeypatch.setenv(f"FEEDBACK_{name}", value)
    with pytest.raises(SettingsError) as error:
        read_settings()
    assert str(error.value).startswith(f"FEEDBACK_{name}: ")
    assert fix in str(error.value)


def test_the_server_does_not_start_with_a_site_that_is_not_built(monkeypatch) -> None:
    monkeypatch.setenv("FEEDBACK_SECRET_KEYS", KEY)
    monkeypatch.setenv("FEEDBACK_SITE", "no/such/folder")
    with pytest.raises(SettingsError, match=r"^FEEDBACK_SITE: .*/no/such/folder .* build the site"):
        create_app()


def test_without_settings_the_error_names_the_folder_that_has_no_env_file(empty_folder) -> None:
    with pytest.raises(SettingsError) as error:
        read_settings()
    assert str(error.value).startswith(
        f"FEEDBACK_SECRET_KEYS: not set, and {empty_folder} has no .env. Change into the folder "
        "of your installation, create one with 'feedback init DIR', or make a key with: python3"
    )
    Path(".env").touch()
    with pytest.raises(SettingsError) as error:
        read_settings()
    assert "has no .env" not in str(error.value)


def test_the_sender_may_have_any_display_name(monkeypatch) -> None:
    monkeypatch.setenv("FEEDBACK_MAIL_FROM", "S\u00fcd-Hilfe <support@xn--bcher-kva.example>")
    assert read_settings(secret_keys=KEY).mail_from


@pytest.mark.parametrize("name", ["X-Remote-User", "X_Remote_User", "Remote User", "R\u00e9mote"])
def test_a_sign_in_header_that_clients_could_forge_is_rejected(monkeypatch, name) -> None:
    monkeypatch.setenv("FEEDBACK_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8")
    monkeypatch.setenv("FEEDBACK_SIGN_IN_HEADER", name)
    with pytest.raises(SettingsError, match="such as RemoteUser"):
        read_settings(secret_keys=KEY)


def test_single_sign_on_needs_a_proxy_that_is_trusted(monkeypatch) -> None:
    monkeypatch.setenv("FEEDBACK_SIGN_IN_HEADER", "RemoteUser")
    with pytest.raises(SettingsError, match=r"^FEEDBACK_TRUSTED_PROXIES: name the proxy"):
        read_settings(secret_keys=KEY)


def test_a_misspelt_setting_is_reported_with_a_suggestion(monkeypatch) -> None:
    Path(".env").write_text("FEEDBACK_PUBLIC_ULR=https://x.example\n", encoding="utf-8")
    monkeypatch.setenv("FEEDBACK_SECRET_KEYS", KEY)
    monkeypatch.setenv("FEEDBACK_SMPT_URL", "smtp://mail.example:25")
    with pytest.raises(SettingsError) as error:
        read_settings()
    assert str(error.value).splitlines() == [
        "FEEDBACK_PUBLIC_ULR: no such setting (did you mean FEEDBACK_PUBLIC_URL?)",
        "FEEDBACK_SMPT_URL: no such setting (did you mean FEEDBACK_SMTP_URL?)",
    ]
