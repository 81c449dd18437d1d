"""The largest request body: of the server, of a page, of a form."""

from flask import Flask, request

# The server rejects a larger body without reading it.
LARGEST_BODY = 16 * 1024 * 1024
# A larger body is not read. Up to this size, a comment that is too long is shown again.
LARGEST_READ = 1024 * 1024
# No form needs more than this.
LARGEST_FORM = 64 * 1024
_MOST_FIELDS = 20


def limit_bodies(app: Flask) -> None:
    """Make `app` answer 413 when a view reads a larger body."""
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_READ
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_READ
    app.config["MAX_FORM_PARTS"] = _MOST_FIELDS


def body_too_large() -> bool:
    """Return whether the request body is larger than `LARGEST_FORM` bytes."""
    return (request.content_length or 0) > LARGEST_FORM
