"""The built knowledge site on the survey's port, for trials and small installations."""

import json
import os
from pathlib import Path

from flask import Flask, send_from_directory
from werkzeug.exceptions import NotFound
from werkzeug.security import safe_join
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from feedback_app.settings import SettingsError

# Files in the folder of the site that configure web servers.
HEADERS, REDIRECTS = "headers.json", "_redirects"
FOR_SERVERS = ("_headers", HEADERS, REDIRECTS)


def serve(app: Flask, folder: Path) -> None:
    """Serve the built site in `folder` at every address without another route.

    Raises SettingsError if the site is not built.
    """
    folder = built_site(folder)
    headers, moved = site_headers(folder), old_addresses(folder)

    def show(path: str) -> Response:
        name = path + "index.html" if path.endswith("/") or not path else path
        response = _response(folder, name, moved)
        response.headers.setdefault("Cache-Control", "no-cache")
        response.headers.update(headers.get("/*", {}) | headers.get(f"/{name}", {}))
        return response

    app.add_url_rule("/", view_func=show, endpoint="site.home", defaults={"path": ""})
    app.add_url_rule("/<path:path>", view_func=show, endpoint="site.page")


def built_site(folder: Path) -> Path:
    """Return the absolute path of a site. Raises SettingsError if it is not built."""
    folder = folder.resolve()
    if not (folder / "index.html").is_file():
        raise SettingsError(
            f"FEEDBACK_SITE: {folder} has no index.html: build the site first, with "
            "'feedback site build'"
        )
    return folder


def _response(folder: Path, name: str, moved: dict[str, str]) -> Response:
    if target := moved.get(f"/{name}"):
        return redirect(target, 301)
    if _is_hidden(name):
        return _not_found(folder, name)
    if _is_folder(folder, name):
        # Relative links on that page only work with the trailing slash.
        return redirect(f"/{name}/", 301)
    try:
        return send_from_directory(folder, name)
    except NotFound:
        return _not_found(folder, name)


def _not_found(folder: Path, name: str) -> Response:
    """Return the 404.html of the language in the address. Raises NotFound if the site has none."""
    language = f"{name.partition('/')[0]}/404.html"
    try:
        response = send_from_directory(folder, language)
    except NotFound:
        response = send_from_directory(folder, "404.html")
    response.status_code = 404
    return response


def _is_hidden(name: str) -> bool:
    """Return whether this file is only for web servers or hidden. .well-known is public."""
    return name in FOR_SERVERS or any(
        part.startswith(".") for part in name.removeprefix(".well-known/").split("/")
    )


def _is_folder(folder: Path, name: str) -> bool:
    """Return whether `name` is a folder with an index page."""
    inside = safe_join(str(folder), name, "index.html")
    # os.path.isfile is also False for names that are too long for the file system.
    return inside is not None and os.path.isfile(inside)  # noqa: PTH113


def site_headers(folder: Path) -> dict[str, dict[str, str]]:
    """Return the headers of each address, as written by the site build; "/*" is for all.

    They contain the Content-Security-Policy with the hashes of the site's scripts.
    """
    written = folder / HEADERS
    return json.loads(written.read_text(encoding="utf-8")) if written.exists() else {}


def old_addresses(folder: Path) -> dict[str, str]:
    """Return the current address for each old one, as written by the site build."""
    written = folder / REDIRECTS
    lines = written.read_text(encoding="utf-8").splitlines() if written.exists() else []
    return {old: new for old, new, _ in map(str.split, lines)}
