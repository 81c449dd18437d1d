"""Links that email and chat programs changed still open the survey they were sent for."""

import re
import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.base.links import BadLinkError, Links
from feedback_app.survey.mangled_links import repaired
from feedback_app.web.limits import MAX_PATH
from tests.support.office import Customer, Office

LINKS = Links(["k" * 40])
TOKEN = LINKS.sign("survey", "A" * 22)
# The token contains the time, and the id of a test must not.
CUT = pytest.param(TOKEN[:-1], id="a token that is cut")
ENDINGS = (
    *("/", "//", "|", "*", "**", "_", "~", "-", "<", ">", "%3E", "%3Cbr%3E", "%22", "'", "`"),
    *(".", ",", ";", ":", "!", "%3F", ")", "]", "}", ").", "%C2%BB", "%E2%80%9D", "%E2%80%A6"),
    *("%20", "%0A", "%0D%0A", "%C2%A0", "%E2%80%8B", "%EF%BB%BF", "%00", "=", "%3D%3D", "=20"),
    *("&x=y", "&recipient=a%40a.example", "&amp;utm_source=email", ";x", "%26x", "%23top", "/x/y"),
    *("%253F", "%5D(http:", "%3C/a%3E", "\\", "%5C", "%7C", "+", "%20Thanks!", "%0A%3E%20Hello"),
)
BREAKS = ("=%0A", "=%0D%0A", "%0A", "%20", "%0A%20%20", "%0A%3E%20", "%C2%AD", "%E2%80%8B", "%250A")
STARTS = ("/F/", "/F//", "/f//", "/f/%3C", "/f/%20", "/f/%253C", "/f/(", "/f/*", "/f/%E2%80%8B")
# Wrappers of security products that append to a link, and what sharing, copying and typing add.
APPENDED = (
    *("&data=05%7C02%7C&sdata=x%3D&reserved=0", "%26data%3D05%257C02%26sdata%3Dx", "__;!!Nz9!x$"),
    *("__;!!Nz9!Ab-_c$%20", "&url=https%3A%2F%2Fx.example", "%3Futm_source%3Dx%26fbclid%3Dy"),
    *(";jsessionid=0A1B", "%3Bjsessionid%3D0A1B", ";jsessionid=0A1B/", "/;jsessionid=1?x=y"),
    *("?utm_source=email", "?ease", "?ease=", "?=", "?&&", "?lang=", "?x=%ff", "#!", "%23!", "@"),
    *("%2F", "%252F", "%252f%253F", "%", "%2", "%zz", "%u003F", "%FF%FE", "%E2%80", "%C3"),
    *("%E2%80%9C", "%E2%80%98", "%E2%80%99", "%E2%80%9D.", "%E2%80%93", "%E2%80%94", "%C2%AB"),
    *("%C2%AD", "%E2%80%8E", "%E2%80%8F", "%E2%81%A0", "%E2%81%A9", "%EF%B8%8F", "%E3%80%82"),
    *("%EF%BC%89", "%EF%BC%8C", "%F0%9F%91%8D", "%22%3EHere%3C/a%3E", "'%3E", "%5D(x)", "**_"),
    *("%09", "%0D", "%0B", "%0C", "%C2%85", "%E2%80%A8", "%E3%80%80", "%20(was:%20x)", "&nbsp;"),
    *("https://survey.example/f/x", "%20https://survey.example/f/x", "/f/x", "//", "/../x", "/./"),
)
WITHIN = ("%E2%80%8E", "%E2%81%A0", "%EF%BB%BF", "%3Cwbr%3E", "%3Cbr%20/%3E", "%09", "=%0A%3E%20")
SCORES = ("%3Fease%3D3", "%3fease%3d3", "%253Fease%253D3", "&ease=3", "&amp;ease=3", "/%3Fease=3")


@pytest.fixture
def customer(sqlite_office: Office) -> Customer:
    """A customer with a survey link."""
    return Customer(sqlite_office, sqlite_office.invite())


def _spellings(path: str) -> list[str]:
    """Return the spellings of a survey link that programs are known to make of it."""
    token = path.removeprefix("/f/")
    return [
        *(path + ending for ending in ENDINGS),
        *(f"/f/{token[:at]}{one}{token[at:]}" for one in BREAKS for at in (9, 24, 60)),
        *(start + token for start in STARTS),
        *(path + appended for appended in APPENDED),
        *(f"/f/{token[:at]}{one}{token[at:]}" for one in WITHIN for at in (11, 22, 23, 30, 71)),
        "/f/" + token.replace(".", "%2E"),
        "/f/" + token.replace(".", "%252E").replace("-", "%252D"),
        "/f/" + "".join(f"%{ord(letter):02x}" for letter in token),
        "/f/" + "".join(f"%25{ord(letter):02X}" for letter in token),
        f"/f/https://survey.example/f/{token}",
        f"/f%2F{token}",
        f"/%66/{token}",
    ]


def test_a_mangled_link_opens_the_survey_and_a_get_writes_nothing(customer: Customer) -> None:
    before = customer.office.everything()
    spellings = _spellings(customer.path)
    assert len(spellings) >= 180
    shown = {link: customer.browser.get(link) for link in spellings}
    assert [link for link, page in shown.items() if "How did we do?" not in page.text] == []
    assert customer.office.everything() == before


@pytest.mark.parametrize("attached", [*SCORES, "=3Fease=3D3", "?ease=3D3", "/?ease=3", "*?ease=3"])
def test_a_mangled_rating_link_preselects_its_score(customer: Customer, attached: str) -> None:
    shown = customer.browser.get(customer.path + attached).text
    assert re.findall(r'id="([\w-]+)" value="\d" checked', shown) == ["ease-3"]


def test_an_answer_sent_from_a_mangled_link_is_stored(customer: Customer) -> None:
    link = customer.path.replace("/f/", "/F/") + "%3Fease%3D3"
    page = customer.value_in(customer.browser.get(link))
    given = {"page": page, "ease": "3", "satisfaction": "4", "comment": "ä" * 4000}
    assert customer.browser.post(link, data=given).status_code == 303
    assert customer.answers[0].ease == 3


@pytest.mark.parametrize("ending", ["/", "*", "%3E", ".", ")", "%E2%80%A6", ";jsessionid=1", "%0A"])
def test_a_mangled_link_to_a_later_page_opens_that_page(customer: Customer, ending: str) -> None:
    why = customer.send(ease="1", satisfaction="1").location.partition("?")
    shown = customer.browser.get(f"{why[0].upper().replace(*_upper(why[0]))}{ending}?{why[2]}")
    assert "May we ask why?" in shown.text
    assert "is stored" in customer.browser.get(f"{customer.path}/thanks{ending}").text


def _upper(path: str) -> tuple[str, str]:
    """Return the upper-cased token of `path` and the token, which has to keep its case."""
    token = path.split("/")[2]
    return token.upper(), token


def test_a_mangled_opt_out_link_opens_its_page_and_changes_nothing(customer: Customer) -> None:
    link = customer.office.program.opt_out_link(customer.invitation_id, "contact@customer.example")
    path = link.removeprefix("http://survey.example")
    before = customer.office.everything()
    for ending in (*ENDINGS, *APPENDED):
        assert customer.browser.get(path + ending).status_code == 200, ending
        german = customer.browser.get(f"{path}{re.split('[?#]', ending)[0]}?lang=de").text
        assert "Umfragen zu geschlossenen Fällen" in german, ending
    for broken in (*BREAKS, *WITHIN):
        assert customer.browser.get(path[:70] + broken + path[70:]).status_code == 200, broken
    assert customer.browser.get(path.replace("/o/", "/O/")).status_code == 200
    assert customer.office.everything() == before


@pytest.mark.parametrize("kept", [3, 4, 20, 26, 30, -3])
@pytest.mark.parametrize("ending", ["", "/", "%3Fease%3D3", "*"])
def test_a_cut_link_still_says_that_it_is_incomplete(
    customer: Customer, kept: int, ending: str
) -> None:
    shown = customer.browser.get(customer.path[:kept] + ending)
    assert shown.status_code == 404
    assert "This link is incomplete" in shown.text


@pytest.mark.parametrize("link", ["/f", "/F/", "/f//", "/o", "/O/"])
def test_a_link_without_its_token_says_that_it_is_incomplete(customer: Customer, link: str) -> None:
    shown = customer.browser.get(link)
    assert shown.status_code == 404
    assert "This link is incomplete" in shown.text


@given(
    before=st.text(alphabet="/<>(*|\"' \n\t.,=&?"),
    after=st.text().filter(lambda text: not text[:1].isalnum() and text[:1] != "%"),
    place=st.integers(0, len(TOKEN)),
    gap=st.sampled_from(["", " ", "=\n", "=\r\n", "\n> ", "\u200b", "\u00ad"]),
)
def test_whatever_is_attached_the_signed_part_is_found(
    before: str, after: str, place: int, gap: str
) -> None:
    after = after.lstrip("\u00ad\u200b\u200c\u200d\u2060\ufeff= \t\r\n>")
    after = f"?{after}"
    path = f"/f/{before}{TOKEN[:place]}{gap}{TOKEN[place:]}{after}"
    assert repaired(path)[0].startswith(f"/f/{TOKEN}")


@given(st.text())
def test_no_path_without_a_token_becomes_a_valid_one(rest: str) -> None:
    with pytest.raises(BadLinkError):
        LINKS.read("survey", repaired(f"/f/{rest}")[0].removeprefix("/f/"))


@pytest.mark.parametrize("part", ["A", "A.", "A" * 22 + ".", "=\n", " ", "\n> ", "%25", CUT])
def test_repairing_takes_no_longer_than_the_longest_path_allows(part: str) -> None:
    longest = ("/f/" + part * MAX_PATH)[:MAX_PATH]
    start = time.perf_counter()
    for _ in range(20):
        repaired(longest)
    assert (time.perf_counter() - start) / 20 < 0.02
    too_long = f"/f/{TOKEN}{'/' * MAX_PATH}"
    assert repaired(too_long) == (too_long, "")


def test_a_path_beyond_the_limit_is_refused(customer: Customer) -> None:
    assert customer.browser.get(customer.path + quote("?") * MAX_PATH).status_code == 404
