"""The Nu HTML checker accepts every page; the theme's known faults are listed with reasons."""

import shutil
from datetime import date

import pytest

from tests.support.html_check import CHECKER, Allowed, allowed, errors, faults
from tests.support.real_parts import real_part_missing


@pytest.fixture(scope="module")
def checker():
    if not shutil.which("java"):
        real_part_missing("Java", "apt-get install default-jre-headless")
    if not CHECKER.is_file():
        real_part_missing("the Nu HTML checker", "npm ci --prefix tests/nu")


@pytest.fixture(scope="module")
def found(checker, site):
    """Everything the checker rejects in the built site."""
    return errors(site)


def test_every_page_is_accepted(found):
    assert [str(fault) for fault in faults(found, allowed())] == []


def test_every_entry_of_the_list_is_still_needed(found):
    assert [one for one in allowed() if not any(one.covers(fault) for fault in found)] == []


def test_every_entry_has_a_reason_and_a_past_date():
    for entry in allowed():
        assert entry.reason
        assert entry.since <= date.today()


def test_a_fault_is_reported_with_page_line_and_markup(checker, tmp_path):
    page = tmp_path / "a page.html"
    page.write_text('<!doctype html>\n<html lang="en"><title>x</title>\n<p><img src="x.png"></p>\n')
    (fault,) = faults(errors(tmp_path), [])
    assert str(fault).startswith(f"{page}:3: ")
    assert "alt" in fault.message
    assert '<img src="x.png">' in fault.message


def test_an_accepted_fault_only_covers_its_own_markup():
    known = [Allowed(date(2026, 1, 1), "Bad value", 'class="theme"', "the theme's")]
    theirs = {"url": "file:/a.html", "message": "Bad value “”.", "extract": '<p class="theme">'}
    ours = theirs | {"extract": '<p class="ours">', "lastLine": 7}
    assert [str(fault) for fault in faults([theirs, ours], known)] == [
        '/a.html:7: Bad value “”. In: <p class="ours">'
    ]
