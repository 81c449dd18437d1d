"""`feedback erase` names what it removes, asks, and never takes another customer's data."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from feedback_app.commands.erase import erase_command
from feedback_app.commands.invite import invite
from feedback_app.jobs.retention import end_lifetimes
from feedback_app.store import answer_status, decisions
from tests.support.office import KEY, NOW, Office
from tests.support.team import answered

Erase = Callable[..., Result]


def _stored(office: Office) -> dict[str, list[dict[str, Any]]]:
    """Return every row, except the wordings that a start of the program stores."""
    return {**office.everything(), "wordings": []}


@pytest.fixture
def erase(office: Office) -> Erase:
    return lambda *words: office.run(erase_command, *words)


def _comments(office: Office) -> list[str | None]:
    return sorted(str(row["comment"]) for row in office.rows("answers"))


def test_a_number_that_several_sources_have_is_refused_and_the_cases_are_listed(
    office: Office, erase: Erase
) -> None:
    answered(office, "0042", 2, 2, comment="words of one", source="one", customer="First")
    answered(
        office,
        "0042",
        2,
        2,
        comment="words of two",
        source="two",
        customer="Second",
        contact_email="two@customer.example",
    )
    before = _stored(office)
    refused = erase("--case", "0042", "--yes")
    assert refused.exit_code == 1
    assert "--source one: case 0042, closed " in refused.stderr
    assert "UTC, Second" in refused.stderr
    assert _stored(office) == before
    assert erase("--case", "0042", "--source", "two", "--yes").exit_code == 0
    assert _comments(office) == ["None", "words of one"]


def test_it_asks_first_and_without_a_terminal_it_needs_yes(office: Office, erase: Erase) -> None:
    answered(office, "0042", 2, 2, comment="words")
    before = _stored(office)
    refused = erase("--case", "0042")
    assert refused.exit_code == 1
    assert "case 0042, closed" in refused.stdout
    assert "1 answer with a comment" in refused.stdout
    assert "add --yes" in refused.stderr
    assert _stored(office) == before


def test_everything_about_a_case_is_listed_erased_and_written_to_the_audit_log(
    office: Office, erase: Erase
) -> None:
    one = answered(office, "0042", 1, 1, comment="words", contact_welcome=True)
    other = answered(office, "0043", 5, 5, comment="other words")
    with office.program.database.write() as tx:
        answer_status.add_note(tx, one, "a note", office.now)
        answer_status.add_note(tx, other, "like case 0042", office.now)
        answer_status.add_note(tx, other, "not like case 00421", office.now)
        decisions.add(tx, "2026-W48", one, "a decision", office.now)
        decisions.add(tx, "2026-W48", None, "call 0042\u202e back", office.now)
    done = erase("--case", "0042", "--yes")
    assert done.exit_code == 0
    for line in (
        "1 answer with a comment",
        "1 open follow-up (will be closed)",
        "1 note",
        "1 decision about these cases",
        "note that mentions it: “like case 0042”",
        "decision that mentions it: “call 0042\\u202e back”",
    ):
        assert f"  {line}\n" in done.stdout
    assert "in the outbox" in done.stdout
    assert [row["text"] for row in office.rows("notes") if row["text"]] == ["not like case 00421"]
    assert [row["text"] for row in office.rows("decisions")] == [None, None]
    (follow_up,) = office.rows("follow_ups")
    assert (follow_up["closed_at"] is not None, follow_up["outcome"]) == (True, "erased")
    action = office.rows("lead_actions")[-1]
    assert (action["lead_name"], action["action"], action["subject"]) == (
        "command line",
        "personal data erased",
        "tests 0042",
    )
    assert _comments(office) == ["None", "other words"]


@pytest.mark.parametrize("spelling", ["ann@a.example", " ANN@A.example "])
def test_an_answer_is_found_after_its_address_has_expired(
    office: Office, erase: Erase, spelling: str
) -> None:
    answered(office, "0042", 2, 2, comment="my words", contact_email="Ann@a.example")
    answered(office, "0043", 2, 2, comment="other words", contact_email="Jo@a.example")
    office.wait(days=office.program.facts.period("contact").days + 1)
    end_lifetimes(office.program, office.now)
    assert {row["contact_email"] for row in office.rows("cases")} == {None}
    assert "Ann" not in str(office.rows("contact_digests"))
    done = erase("--email", spelling, "--yes")
    assert done.exit_code == 0
    assert "case 0042" in done.stdout
    assert _comments(office) == ["None", "other words"]
    assert len(office.rows("contact_digests")) == 1


def test_a_digest_is_kept_no_longer_than_the_texts_of_its_answer(office: Office) -> None:
    answered(office, "0042", 2, 2, comment="my words")
    answered(office, "0043", 5, 5)
    office.wait(days=office.program.facts.period("contact").days + 1)
    end_lifetimes(office.program, office.now)
    assert len(office.rows("contact_digests")) == 1
    office.wait(days=office.program.facts.period("comment").days)
    end_lifetimes(office.program, office.now)
    assert office.rows("contact_digests") == []


def test_after_a_rotation_each_configured_key_finds_its_digests(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(office, "0042", 2, 2, comment="my words", contact_email="ann@a.example")
    office.wait(days=office.program.facts.period("contact").days + 1)
    end_lifetimes(office.program, office.now)
    newer = "k" * 40
    both, only_newer = f"{KEY} {newer}", newer
    with_keys = lambda keys: office.run(  # noqa: E731
        erase_command, "--email", "ann@a.example", "--yes", FEEDBACK_SECRET_KEYS=keys
    )
    lost = with_keys(only_newer)
    assert lost.exit_code == 1
    assert "1 answer with a comment cannot be searched by address" in lost.stdout
    assert "othing" not in lost.stdout + lost.stderr
    assert _comments(office) == ["my words"]
    assert with_keys(both).exit_code == 0
    assert _comments(office) == ["None"]


def test_comments_that_no_address_can_find_are_never_reported_as_nothing(
    office: Office, erase: Erase
) -> None:
    answered(office, "0042", 2, 2, comment="my words")
    with office.program.database.write() as tx:
        tx.run("UPDATE cases SET contact_email = NULL")
    done = erase("--email", "ann@a.example", "--yes")
    assert done.exit_code == 1
    assert "cannot be searched by address" in done.stdout
    assert "use --case" in done.stdout
    assert "Nothing found" not in done.stderr


def test_an_international_domain_is_found_in_both_spellings(office: Office, erase: Erase) -> None:
    answered(office, "0042", 2, 2, comment="words", contact_email="ann@xn--mller-kva.example")
    assert erase("--email", "Ann@MÜLLER.example", "--yes").exit_code == 0
    assert _comments(office) == ["None"]


def test_comments_of_others_that_mention_the_address_are_named_and_kept(
    office: Office, erase: Erase
) -> None:
    answered(office, "0042", 2, 2, comment="words", contact_email="ann@a.example")
    answered(office, "0043", 2, 2, comment="Ask Ann@a.example!")
    done = erase("--email", "ann@a.example", "--yes")
    assert "other customers' comments mention this address" in done.stdout
    assert "case 0043" in done.stdout
    assert _comments(office) == ["Ask Ann@a.example!", "None"]


SURROUNDED = [
    "please write to zq@x.example.",
    "zq@x.example/CC",
    "zq@x.example|other",
    "to=ZQ@x.example",
    "*zq@x.example*",
    "_zq@x.example_",
    "mailto:zq%40x.example",
    "<zq@x.example>",
    "'zq@x.example'",
    "„zq@x.example“",
    "mailto:zq@x.example?subject=x",
    "zq\u200b@x.example",
]
LONGER = [
    "azq@x.example",
    "_zq@x.example",
    "x_zq@x.example_",
    "a.zq@x.example",
    "o'zq@x.example",
    "zq@x.example.org",
    "zq@x.example-y.de",
]


def test_an_address_is_erased_from_rejected_rows_whatever_surrounds_it(
    office: Office, erase: Erase, tmp_path: Path
) -> None:
    file = tmp_path / "cases.csv"
    rows = [f'R{at},never,"{text}"\n' for at, text in enumerate(SURROUNDED + LONGER)]
    file.write_text("case_number,closed_at,title\n" + "".join(rows), encoding="utf-8")
    office.run(invite, str(file))
    done = erase("--email", "zq@x.example", "--yes")
    assert f"{len(SURROUNDED)} rejected rows in {tmp_path / 'cases.rejected.csv'}" in done.stdout
    left = (tmp_path / "cases.rejected.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert [line.split(",")[2] for line in left] == LONGER


def test_rejected_rows_of_another_source_with_the_same_number_stay(
    office: Office, erase: Erase, tmp_path: Path
) -> None:
    answered(office, "0042", 2, 2, source="one")
    answered(office, "0042", 2, 2, source="two", contact_email="two@customer.example")
    file = tmp_path / "cases.csv"
    file.write_text("case_number,closed_at,source\n0042,never,one\n0042,never,two\n")
    office.run(invite, str(file))
    assert erase("--case", "0042", "--source", "one", "--yes").exit_code == 0
    left = (tmp_path / "cases.rejected.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert [line.split(",")[2] for line in left] == ["two"]


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--case", "1", "--email", "a@b.example"),
        ("--email", "ann"),
        ("--email", "a@b.example", "--source", "one"),
    ],
)
def test_unclear_targets_are_refused(erase: Erase, words: tuple[str, ...]) -> None:
    assert erase(*words, "--yes").exit_code == 2


def test_what_is_unknown_is_reported_as_not_found(office: Office, erase: Erase) -> None:
    assert office.now == NOW
    assert "Nothing found" in erase("--case", "0042", "--yes").stderr
