"""Signed links, each bound to its purpose."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.base.links import BadLinkError, Links, new_id

OLD, NEW = "old-key-" * 4, "new-key-" * 4
PUNCTUATION = (".", ",", ")", ">", "]", '"', "».", "!?")


def test_a_token_returns_its_subject() -> None:
    links, subject = Links([NEW]), new_id()
    assert links.read("survey", links.sign("survey", subject)).subject == subject


def test_a_link_of_another_purpose_is_refused() -> None:
    links = Links([NEW])
    with pytest.raises(BadLinkError):
        links.read("survey", links.sign("page", new_id()))


@pytest.mark.parametrize("ending", PUNCTUATION)
def test_punctuation_after_a_pasted_link_is_ignored(ending: str) -> None:
    links, subject = Links([NEW]), new_id()
    assert links.read("survey", links.sign("survey", subject) + ending).subject == subject


@given(st.data())
def test_a_changed_link_is_refused(data: st.DataObject) -> None:
    links = Links([NEW])
    token = links.sign("survey", "A" * 22)
    place = data.draw(st.integers(0, len(token) - 2))
    other = data.draw(st.characters(codec="utf-8").filter(lambda one: one != token[place]))
    with pytest.raises(BadLinkError):
        links.read("survey", token[:place] + other + token[place + 1 :])


@given(st.text())
def test_arbitrary_tokens_are_refused_without_a_crash(made_up: str) -> None:
    with pytest.raises(BadLinkError):
        Links([NEW]).read("survey", made_up)


@pytest.mark.parametrize("change", [str.upper, lambda token: token[:-3], lambda token: token + "A"])
def test_upper_cased_truncated_and_extended_links_are_refused(change) -> None:
    links = Links([NEW])
    with pytest.raises(BadLinkError):
        links.read("survey", change(links.sign("survey", new_id())))


def test_the_newest_key_signs_and_every_key_verifies() -> None:
    subject = new_id()
    sent_before = Links([OLD]).sign("survey", subject)
    rotated = Links([OLD, NEW])
    assert rotated.read("survey", sent_before).subject == subject
    assert Links([NEW]).read("survey", rotated.sign("survey", subject)).subject == subject
    with pytest.raises(BadLinkError):
        Links([NEW]).read("survey", sent_before)


def test_links_signed_before_a_given_time_are_revoked() -> None:
    leaked = datetime(2026, 11, 20, tzinfo=UTC)
    subject = new_id()
    with time_machine.travel(leaked - timedelta(days=1), tick=False):
        before = Links([NEW]).sign("survey", subject)
    with time_machine.travel(leaked + timedelta(days=1), tick=False):
        after = Links([NEW]).sign("survey", subject)
    links = Links([NEW], valid_from=leaked)
    assert links.read("survey", after).subject == subject
    with pytest.raises(BadLinkError, match="revoked"):
        links.read("survey", before)


def test_ids_are_url_safe_and_long_enough() -> None:
    ids = {new_id() for _ in range(1000)}
    assert len({one[6:] for one in ids}) == 1000
    assert all(len(one) == 22 and one.replace("-", "").replace("_", "").isalnum() for one in ids)
