"""Mails can be looked at before anybody gets one."""

from email import message_from_bytes
from email.policy import default
from pathlib import Path

from office import Office

from feedback_app.commands.preview import preview_mail


def test_every_mail_is_written_in_every_language_and_form(office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "looked" / "at"
    done = office.run(preview_mail, "--output", str(folder))
    assert done.exit_code == 0, done.output
    names = {f"{kind}-{one}" for kind in ("closure", "closure-notice") for one in ("en", "de")}
    files = {path.name for path in folder.iterdir()}
    assert files == {f"{name}{suffix}" for name in names for suffix in (".eml", ".html")}
    assert sorted(done.output.split()) == sorted(str(folder / name) for name in files)

    for name in names:
        mail = message_from_bytes((folder / f"{name}.eml").read_bytes(), policy=default)
        asks = "notice" not in name
        assert mail["Content-Language"] == name[-2:]
        assert (mail["List-Unsubscribe"] is not None) is asks
        html = (folder / f"{name}.html").read_text(encoding="utf-8")
        assert html == mail.get_body(("html",)).get_content().replace("\r\n", "\n")
        assert html.count("?ease=") == (5 if asks else 0)


def test_a_preview_stores_and_sends_nothing(office: Office, tmp_path: Path) -> None:
    before = office.everything()
    office.run(preview_mail, "--output", str(tmp_path / "preview"))
    assert office.everything() == before
    assert not office.mailbox.exists()


def test_a_folder_that_cannot_be_written_is_said(office: Office, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    done = office.run(preview_mail, "--output", str(tmp_path / "taken" / "inside"))
    assert done.exit_code == 1
    assert "name another folder" in done.output
