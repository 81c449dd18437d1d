"""What all pages share: language, rendering, and the redirect after a POST."""

from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flask import Response, request
from werkzeug.datastructures import Headers

from charts import number
from feedback_app.base.language import choose, own_name
from feedback_app.base.templates import template
from feedback_app.web.request import program, query_value

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_STYLESHEET = Path(__file__).parent / "static" / "page.css"
# Parameters that a link to the same page in another language keeps.
_KEPT = ("k", "removed")
# Browsers send up to about 100 characters.
_LONGEST_ACCEPT_LANGUAGE = 200
# Also "%", for what is encoded already.
_SAFE_IN_URLS = "%!#$&'()*+,/:;=?@"


def page(name: str, status: int = 200, language: str | None = None, **values: Any) -> Response:
    """Return the template NAME.html as a page without scripts, with its stylesheet inlined.

    Without `language`, the page is in the language of the request.
    """
    language = language or page_language()
    values = {"is_sample": False, "css": stylesheet(), **values}
    text = render(f"{name}.html", language, status=status, **values)
    return Response(text, status, content_type="text/html; charset=utf-8")


def render(template_name: str, language: str, **values: Any) -> str:
    """Return a template rendered in `language`, with the values that every page needs."""
    facts = program().facts
    common = {
        "facts": facts,
        # The leads' language links are GETs, so a page with typed text does not offer them.
        "here": request.path if request.method == "GET" else "",
        "kept_query": {key: request.args[key] for key in _KEPT if key in request.args},
        "languages": {other: own_name(other) for other in facts.languages},
        "site": lambda place: program().mail_context.site_page(place, language),
        "number": lambda value: number(value, language=language),
    }
    return template(language, template_name).render({**common, **values})


def page_language(*preferred: str | None) -> str:
    """Return the language chosen in the address, else the first of `preferred`, else the browser's.

    Languages that the facts lack are skipped.
    """
    # `request.headers` would change the name to this one each time.
    header = request.environ.get("HTTP_ACCEPT_LANGUAGE", "")[:_LONGEST_ACCEPT_LANGUAGE]
    wishes = (query_value("lang"), *preferred, *_browser_languages(header))
    return choose(wishes, program().facts.languages)


@lru_cache(maxsize=256)
def _browser_languages(header: str) -> tuple[str, ...]:
    """Return the languages of an Accept-Language header, preferred first.

    Werkzeug's parser takes a sixth of the time of a survey page.
    """
    ranges = [part.partition(";q=") for part in header.split(",")]
    ranges.sort(key=lambda part: _quality(part[2]), reverse=True)
    return tuple(language.strip() for language, _, quality in ranges if _quality(quality))


def _quality(text: str) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 0


class _SeeOther(Response):
    """A redirect whose headers are complete. Werkzeug would parse and encode its address again."""

    default_mimetype = None  # there is no body

    def get_wsgi_headers(self, environ: "WSGIEnvironment") -> Headers:
        return self.headers


def see_other(location: str) -> Response:
    """Return a redirect to a GET, so that reloading the page does not send the form again."""
    headers = {"Location": quote(location, safe=_SAFE_IN_URLS), "Content-Length": "0"}
    return _SeeOther(status="303 SEE OTHER", headers=headers)


@cache
def stylesheet() -> str:
    """Return the CSS that is inlined in every page without scripts."""
    return _STYLESHEET.read_text(encoding="utf-8").replace("\n", "")
