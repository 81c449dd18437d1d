"""The list of phrases to avoid: hits, exceptions, and what is searched in a Python file."""

import pytest
from check_words import PHRASES, prose, read_phrases, tracked_files

MAIL = next(one for one in read_phrases() if "mails" in one.pattern.pattern)


def _hits(text: str) -> list[str]:
    return [match.group() for phrase in read_phrases() for match in phrase.hits(text)]


@pytest.mark.parametrize("text", ["Send a mail.", "two\nmails", "the closure mail", "Mail us"])
def test_mail_as_a_word_is_found(text) -> None:
    assert len(list(MAIL.hits(text))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "an email",
        "mailto:a@b.example",
        "feedback_app/mail/smtp.py",
        "see feedback_app.mail",
        "the column `mail`",
        "mail.customer.example",
        "eine E-Mail",
        "mailbox",
    ],
)
def test_mail_as_part_of_a_name_is_allowed(text) -> None:
    assert list(MAIL.hits(text)) == []


def test_an_exception_allows_only_its_own_place() -> None:
    assert len(list(MAIL.hits("feedback_app/mail/ sends the mail"))) == 1


def test_a_phrase_is_found_across_a_line_break() -> None:
    assert len(_hits("how it stands\nunder the heading")) == 1
    assert len(_hits("# how it stands\n# under the heading")) == 1


def test_only_strings_and_comments_of_python_are_searched(tmp_path) -> None:
    path = tmp_path / "module.py"
    path.write_text('mend = 1  # mend\n"""Mend\nmend"""\nx = f"mend {x}"\n', encoding="utf-8")
    assert _hits(prose(path)) == ["mend", "Mend", "mend", "mend"]
    assert prose(path).count("\n") == 4


def test_product_texts_are_searched_but_not_the_list_itself() -> None:
    names = {path.name for path in tracked_files()}
    assert {"README.md", "support.toml", "dev.py"} <= names
    assert PHRASES not in tracked_files()
