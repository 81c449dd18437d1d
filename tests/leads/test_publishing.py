"""An admin publishes the figures of a period on a page, and nothing that the page did not show."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree.ElementTree import tostring

import pytest

from feedback_app.commands.publish import publish
from feedback_app.leads import publishing
from feedback_app.settings import Settings
from knowledge_site.fill.placeholders import fill
from knowledge_site.results.downloads import write_downloads
from published_results import read_folder
from tests.support.office import Office
from tests.support.published_office import OVER, PERIOD, START, a_period, answer, close
from tests.support.team import Somebody, words

PAGE = "/review/publish"
NEXT = START + timedelta(weeks=4)


@pytest.fixture
def ada(team_office: Office) -> Somebody:
    """An admin of an office with a period that can be published."""
    a_period(team_office)
    return Somebody(team_office, "admin", "ada")


def folder(somebody: Somebody) -> Path:
    return somebody.office.program.settings.results


def shown_in(page: Any) -> dict[str, str]:
    """Return the period and the code of the figures that a page offers to publish."""
    found = re.findall(r'name="(period|code)" value="([^"]+)"', page.text)
    assert len(found) == 2
    return dict(found)


def another_period(somebody: Somebody) -> None:
    """Close and answer the cases of another period, and sign in again when it is over."""
    a_period(somebody.office, answered=39, start=NEXT)
    assert somebody.sign_in(somebody.name).status_code == 303


def publish_shown(somebody: Somebody) -> Any:
    return somebody.post(PAGE, **shown_in(somebody.get(PAGE)))


def test_the_page_shows_each_figure_and_what_is_withheld_and_writes_nothing(ada: Somebody) -> None:
    text = words(ada.get(PAGE))
    for figure in (
        "Response rate 34 of 40 (85%)",
        "Answers that we read within 7 days 34 of 34 (100%)",
        "All kinds: Within our aim 40 of 40 (100%)",
        "This is the first period, so there is nothing to compare it with.",
        "How soon we contacted customers with a low score With fewer than 10 cases or answers,",
        f"The file is written to {folder(ada)}.",
    ):
        assert figure in text
    assert not folder(ada).exists()


def test_the_preview_is_what_the_site_shows_after_publishing(ada: Somebody) -> None:
    for language in ("en", "de"):
        page = ada.get(f"{PAGE}?preview={language}").text
        publish_shown(ada)
        published = read_folder(folder(ada))
        facts = ada.office.program.facts
        shown = tostring(fill("results figures", facts, language, published), "unicode")
        assert words(SimpleNamespace(text=shown)) in words(SimpleNamespace(text=page))
        assert len(re.findall("<rect", shown)) == len(re.findall("<rect", page)) >= 4
        next(folder(ada).iterdir()).unlink()


def test_one_button_publishes_the_period_under_the_name_of_the_admin(ada: Somebody) -> None:
    done = publish_shown(ada)
    assert (done.status_code, done.location) == (303, f"{PAGE}/{PERIOD}?done=1")
    (result,) = read_folder(folder(ada)).results
    assert (result.approved.by, result.as_of) == ("ada", OVER)
    text = words(ada.get(done.location))
    assert f"The figures are published: {result.file_name} is in {folder(ada)}." in text
    assert "Customers see these figures after the next build of the site." in text
    assert "If the folder is under version control, commit the new file first." in text
    log = [(row["lead_name"], row["action"]) for row in ada.office.rows("lead_actions")]
    assert log == [("ada", "figures published")]
    assert "Figures published" in words(ada.get("/review/audit-log"))


def test_page_and_command_publish_the_same_file(ada: Somebody, tmp_path: Path) -> None:
    shown = shown_in(ada.get(PAGE))
    office = ada.office
    elsewhere = {"FEEDBACK_RESULTS": str(tmp_path / "other")}
    code = shown["code"]
    assert f"--approve {code} " in office.run(publish, **elsewhere).stdout
    assert office.run(publish, "--approve", code, "--by", "ada", **elsewhere).exit_code == 0
    publish_shown(ada)
    (theirs,), (ours,) = (tmp_path / "other").iterdir(), folder(ada).iterdir()
    assert (theirs.name, theirs.read_text()) == (ours.name, ours.read_text())
    assert [row["lead_name"] for row in office.rows("lead_actions")] == ["command line", "ada"]


def test_figures_that_changed_after_the_page_was_opened_are_shown_again(ada: Somebody) -> None:
    shown = shown_in(ada.get(PAGE))
    with ada.office.program.database.write() as tx:
        late = close(ada.office, tx, 999, START + timedelta(days=3))
        answer(ada.office, tx, late, 1, 1, START + timedelta(days=4))
    refused = ada.post(PAGE, **shown)
    assert refused.status_code == 409
    text = words(refused)
    assert "Nothing was published: an answer or a case changed after you opened the page." in text
    assert "Response rate 35 of 41 (85%)" in text
    assert not folder(ada).exists()
    assert ada.office.rows("lead_actions") == []
    assert ada.post(PAGE, **shown_in(refused)).status_code == 303


@pytest.mark.parametrize(
    "form", [{}, {"period": PERIOD}, {"period": "2026-W01_2026-W04", "code": "x"}]
)
def test_a_form_without_the_shown_figures_publishes_nothing(
    ada: Somebody, form: dict[str, str]
) -> None:
    assert ada.post(PAGE, **form).status_code == 409
    assert not folder(ada).exists()


def test_the_second_of_two_admins_reads_that_the_period_is_published(ada: Somebody) -> None:
    bob = Somebody(ada.office, "admin", "bob")
    shown = shown_in(bob.get(PAGE))
    publish_shown(ada)
    refused = bob.post(PAGE, **shown)
    assert refused.status_code == 409
    assert "ada published this period on 22 Nov 2026, 13:00 CET, so you don't need to." in words(
        refused
    )
    assert len(read_folder(folder(ada)).results) == 1
    assert ada.post(PAGE, **shown).status_code == 303, "sent twice by the same person"


def test_an_admin_who_publishes_in_the_same_moment_changes_nothing(
    ada: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = publishing.write_file
    bob = Somebody(ada.office, "admin", "bob")

    def after_bob(program: Any, file: Any, by: str, now: Any) -> Path:
        monkeypatch.setattr(publishing, "write_file", write)
        assert publish_shown(bob).status_code == 303
        # Another day in UTC, so the files have different names.
        late = file.model_copy(
            update={
                "approved": file.approved.model_copy(
                    update={"at": file.approved.at + timedelta(days=1)}
                )
            }
        )
        return write(program, late, by, now)

    monkeypatch.setattr(publishing, "write_file", after_bob)
    refused = publish_shown(ada)
    assert refused.status_code == 409
    assert "bob published this period" in words(refused)
    assert len(read_folder(folder(ada)).results) == 1
    assert [row["lead_name"] for row in ada.office.rows("lead_actions")] == ["bob"]


def test_periods_are_published_one_at_a_time_and_the_oldest_first(ada: Somebody) -> None:
    another_period(ada)
    page = words(ada.get(PAGE))
    assert "Publish 28 Sept – 25 Oct 2026" in page.replace("\u2009", " ")
    assert "One more period can be published after this one." in page
    publish_shown(ada)
    assert len(read_folder(folder(ada)).results) == 1
    ada.office.wait(minutes=1)
    page = words(ada.get(PAGE)).replace("\u2009", " ")
    assert "Before: 28 Sept – 25 Oct 2026, which stays published." in page
    assert "Response rate 34 of 40 (85%) 39 of 40 (98%)" in page
    assert "15 of 39 (38%), 25–54% no clear change" in page
    assert f'href="{PAGE}/{PERIOD}"' in ada.get(PAGE).text
    earlier = words(ada.get(f"{PAGE}/{PERIOD}"))
    assert "Response rate 34 of 40 (85%)" in earlier
    assert "Published by ada on 20 Dec 2026, 13:00 CET." in earlier
    assert ada.get(f"{PAGE}/2026-W01_2026-W04").status_code == 404


def test_the_page_says_until_when_figures_can_change_in_the_teams_time(ada: Somebody) -> None:
    ada.office.now = START + timedelta(days=28 + 14 + 6)
    ada.sign_in("ada")
    text = words(ada.get(PAGE)).replace("\u2009", " ")
    assert "Nothing to publish yet. The figures for 28 Sept – 25 Oct 2026 can still change " in text
    assert "until 16 Nov 2026, 01:00 CET." in text
    assert "UTC" not in text


def test_without_a_survey_there_is_nothing_to_publish(team_office: Office) -> None:
    text = words(Somebody(team_office, "admin").get(PAGE))
    assert "Nothing to publish yet, because no survey has been sent." in text


def test_a_folder_that_is_not_set_is_named_with_its_setting(
    ada: Somebody, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = ada.office.program.settings
    given = settings.model_dump(include=settings.model_fields_set - {"results"})
    unset = replace(ada.office.program, settings=Settings(**given))
    ada.browser.application.config["PROGRAM"] = unset
    page = ada.get(PAGE)
    assert "Set FEEDBACK_RESULTS to the folder that the site is built from" in words(page)
    assert 'name="code"' not in page.text
    assert ada.post(PAGE, period=PERIOD, code="x").status_code == 409
    assert not (tmp_path / "results").exists()


def test_a_folder_that_cannot_be_written_is_reported(ada: Somebody) -> None:
    shown = shown_in(ada.get(PAGE))
    folder(ada).write_text("no folder")
    refused = ada.post(PAGE, **shown)
    assert refused.status_code == 503
    assert "the program cannot write to the folder of published files" in words(refused)
    assert ada.office.rows("lead_actions") == []


def test_a_file_that_cannot_be_used_is_named(ada: Somebody) -> None:
    publish_shown(ada)
    next(folder(ada).iterdir()).write_text("{}")
    for response in (ada.get(PAGE), ada.post(PAGE, period=PERIOD, code="x")):
        assert response.status_code == 503
        assert f"{PERIOD}_v1_2026-11-22.json: format: Field required" in words(response)


def test_a_clock_that_was_set_back_publishes_nothing(ada: Somebody) -> None:
    publish_shown(ada)
    another_period(ada)
    shown = shown_in(ada.get(PAGE))
    (path,) = folder(ada).iterdir()
    path.write_text(path.read_text().replace("2026-11-22T12", "2027-11-22T12"))
    path.rename(path.with_name(path.name.replace("2026-11-22", "2027-11-22")))
    refused = ada.post(PAGE, **shown)
    assert refused.status_code == 409
    assert "the server's clock is earlier than the last publication" in words(refused)
    assert "correct the clock" in words(refused)


def test_sample_figures_are_labelled_and_kept_apart(ada: Somebody) -> None:
    with ada.office.program.database.write() as tx:
        tx.run("UPDATE cases SET source = 'sample'")
    assert "Sample data." in words(ada.get(PAGE))
    publish_shown(ada)
    (result,) = read_folder(folder(ada)).results
    assert result.sample


def test_the_page_reads_the_built_site_to_say_what_customers_see(
    ada: Somebody, tmp_path: Path
) -> None:
    office = ada.office
    settings = office.program.settings.model_copy(update={"site": tmp_path})
    ada.browser.application.config["PROGRAM"] = replace(office.program, settings=settings)
    done = publish_shown(ada).location
    write_downloads(tmp_path, read_folder(tmp_path / "nothing"))
    assert "The site does not show these figures yet." in words(ada.get(done))
    write_downloads(tmp_path, read_folder(folder(ada)))
    assert "The site already shows these figures." in words(ada.get(done))


def test_only_admins_see_or_publish(ada: Somebody) -> None:
    shown = shown_in(ada.get(PAGE))
    lena = Somebody(ada.office, "lead", "lena")
    assert PAGE in ada.get("/review/unread").text
    assert PAGE not in lena.get("/review/unread").text
    for refused in (lena.get(PAGE), lena.get(f"{PAGE}/{PERIOD}"), lena.post(PAGE, **shown)):
        assert refused.status_code == 403
        assert "Admins only." in words(refused)
    assert not folder(ada).exists()


def test_the_page_is_in_german_for_a_german_admin(ada: Somebody) -> None:
    text = words(ada.get(f"{PAGE}?lang=de"))
    assert "Antworten, die wir innerhalb von 7 Tagen gelesen haben" in text
    for english in ("Publish", "Before", "withheld", "Figures"):
        assert english not in text
