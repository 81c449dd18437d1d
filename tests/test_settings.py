"""Settings are read once, every fault is named at once, and no secret is shown."""

import re
from pathlib import Path

import pytest

from feedback_app.settings import Settings, SettingsError, read_settings
from tests.support.office import KEY

EXAMPLE = Path(__file__).parents[1] / ".env.example"


@pytest.fixture(autouse=True)
def empty_folder(tmp_path, monkeypatch):
    """Nobody's own .env is read here."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_setting_is_explained_in_the_example_and_no_other() -> None:
    listed = re.findall(r"^#?(FEEDBACK_[A-Z_]+)=", EXAMPLE.read_text(encoding="utf-8"), re.M)
    assert sorted(listed) == sorted(f"FEEDBACK_{name.upper()}" for name in Settings.model_fields)


def test_every_fault_is_named_at_once_with_its_mend(monkeypatch) -> None:
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


def test_a_fault_does_not_show_the_secret(monkeypatch) -> None:
    monkeypatch.setenv("FEEDBACK_SECRET_KEYS", "short-secret")
    monkeypatch.setenv("FEEDBACK_DATABASE", "mysql://user:password@host/name")
    with pytest.raises(SettingsError) as error:
        read_settings()
    assert "short-secret" not in str(error.value)
    assert "password" not in str(error.value)
    assert "32 characters" in str(error.value)


def test_keys_are_a_list_parted_by_commas_or_blanks(monkeypatch) -> None:
    monkeypatch.setenv("FEEDBACK_SECRET_KEYS", f"{KEY}-1, {KEY}-2 {KEY}-3")
    keys = read_settings().secret_keys
    assert [key.get_secret_value()[-1] for key in keys] == ["1", "2", "3"]


def test_a_file_named_env_counts_and_the_environment_wins(empty_folder, monkeypatch) -> None:
    Path(".env").write_text(
        f"FEEDBACK_SECRET_KEYS={KEY}\nFEEDBACK_PUBLIC_URL=https://file.example/\n", encoding="utf-8"
    )
    assert read_settings().public_url == "https://file.example"
    monkeypatch.setenv("FEEDBACK_PUBLIC_URL", "https://environment.example")
    assert read_settings().public_url == "https://environment.example"


def test_a_password_is_not_sent_in_the_clear_except_on_this_machine(monkeypatch) -> None:
    monkeypatch.setenv("FEEDBACK_SMTP_URL", "smtp://survey:secret@mail.example:25")
    with pytest.raises(SettingsError, match="for everybody to read") as error:
        read_settings(secret_keys=KEY)
    assert "secret@" not in str(error.value)
    for url in ("smtp://survey:secret@127.0.0.1:25", "smtps://survey:secret@mail.example"):
        monkeypatch.setenv("FEEDBACK_SMTP_URL", url)
        assert read_settings(secret_keys=KEY).smtp_url


def test_an_empty_setting_is_as_good_as_none(monkeypatch) -> None:
    monkeypatch.setenv("FEEDBACK_SECRET_KEYS", KEY)
    for name in ("SITE", "MAILBOX", "SMTP_URL", "MAIL_FROM", "FACTS"):
        monkeypatch.setenv(f"FEEDBACK_{name}", "")
    found = read_settings()
    assert (found.site, found.smtp_url, found.facts) == (None, None, None)
    assert found.mailbox == Path("var/mailbox")


@pytest.mark.parametrize(
    ("name", "value", "mend"),
    [
        ("PUBLIC_URL", "https://", "https://"),
        ("PUBLIC_URL", "https://host.example/feedback", "no path"),
        ("PUBLIC_URL", "https://b\u00fccher.example", "xn--"),
        ("PUBLIC_URL", "https://host.example:99999", "port"),
        ("SMTP_URL", "smtp://mail.example:99999", "port"),
        ("SMTP_URL", "smtp://", "host and port"),
        ("SMTP_URL", "smtp://[mail", "brackets"),
        ("MAIL_FROM", "not an address", "Name <address>"),
        ("MAIL_FROM", "Support <support@>", "Name <address>"),
        ("REPLY_TO", "=?utf-8?q?a?=@b.example", "Name <address>"),
        ("SITE", "no/such/folder", "build the site first"),
        ("ALERT_URLS", "lead@b\u00fccher.example", "xn--"),
        ("DIGEST_TO", "l\u00e4ad@example.org", "ASCII"),
        ("MAIL_FROM", "Support <support@b\u00fccher.example>", "xn--"),
        ("REPLY_TO", "h\u00f6tline@example.org", "ASCII"),
        ("TRUSTED_PROXIES", "proxy.example", "such as 127.0.0.1"),
    ],
)
def test_what_cannot_work_stops_the_start_with_its_mend(monkeypatch, name, value, mend) -> None:
    monkeypatch.setenv("FEEDBACK_SECRET_KEYS", KEY)
    monkeypatch.setenv(f"FEEDBACK_{name}", value)
    with pytest.raises(SettingsError) as error:
        read_settings()
    assert str(error.value).startswith(f"FEEDBACK_{name}: ")
    assert mend in str(error.value)


def test_who_mails_come_from_may_have_any_name(monkeypatch) -> None:
    monkeypatch.setenv("FEEDBACK_MAIL_FROM", "S\u00fcd-Hilfe <support@xn--bcher-kva.example>")
    assert read_settings(secret_keys=KEY).mail_from


@pytest.mark.parametrize("name", ["X-Remote-User", "X_Remote_User", "Remote User", "R\u00e9mote"])
def test_a_header_that_others_could_send_signs_nobody_in(monkeypatch, name) -> None:
    monkeypatch.setenv("FEEDBACK_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8")
    monkeypatch.setenv("FEEDBACK_SIGN_IN_HEADER", name)
    with pytest.raises(SettingsError, match="such as RemoteUser"):
        read_settings(secret_keys=KEY)


def test_single_sign_on_needs_a_proxy_that_is_trusted(monkeypatch) -> None:
    monkeypatch.setenv("FEEDBACK_SIGN_IN_HEADER", "RemoteUser")
    with pytest.raises(SettingsError, match=r"^FEEDBACK_TRUSTED_PROXIES: name the proxy"):
        read_settings(secret_keys=KEY)


def test_a_misspelt_setting_is_named_with_what_was_meant(monkeypatch) -> None:
    Path(".env").write_text("FEEDBACK_PUBLIC_ULR=https://x.example\n", encoding="utf-8")
    monkeypatch.setenv("FEEDBACK_SECRET_KEYS", KEY)
    monkeypatch.setenv("FEEDBACK_SMPT_URL", "smtp://mail.example:25")
    with pytest.raises(SettingsError) as error:
        read_settings()
    assert str(error.value).splitlines() == [
        "FEEDBACK_PUBLIC_ULR: there is no such setting (did you mean FEEDBACK_PUBLIC_URL?)",
        "FEEDBACK_SMPT_URL: there is no such setting (did you mean FEEDBACK_SMTP_URL?)",
    ]
