"""Long lists in pages with numbers. The page is in the URL, so links and "back" work."""

from typing import NamedTuple
from urllib.parse import urlencode

from flask import request

PER_PAGE = 50


class Paging(NamedTuple):
    """Which page of a list is shown, the first being 1, and how many there are."""

    at: int
    pages: int
    per_page: int

    @property
    def skipped(self) -> int:
        """Return how many entries the pages before have."""
        return (self.at - 1) * self.per_page

    @property
    def span(self) -> slice:
        """Return the entries of the page, of a list with all of them."""
        return slice(self.skipped, self.skipped + self.per_page)

    def link(self, to: int) -> str:
        """Return the path of another page of the same list."""
        asked = {name: value for name, value in request.args.items() if name != "lang"}
        return f"{request.path}?{urlencode({**asked, 'page': to})}"


def paging(entries: int, per_page: int = PER_PAGE) -> Paging:
    """Return the page of `entries` that the request asks for, or the nearest one that exists."""
    pages = max(1, -(-entries // per_page))
    asked = request.args.get("page", 1, type=int)
    return Paging(min(max(1, asked), pages), pages, per_page)
