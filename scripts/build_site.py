"""Build the knowledge site: check the pages, run MkDocs per language, finish the built folder.

    python scripts/build_site.py [--out site] [--facts other.toml] [--results folder]
    python scripts/build_site.py --serve [--port 8000]     preview, rebuilt at each change

Faults stop the build, are listed with page and line, and leave the existing site unchanged.
"""

import argparse
import logging
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

# Set before MkDocs is imported: Material prints a notice about MkDocs 2 otherwise.
os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")

from mkdocs.commands.build import build as build_with_mkdocs
from mkdocs.config import load_config
from mkdocs.exceptions import Abort, MkDocsException

from knowledge_site.after.finish import finish
from knowledge_site.after.well_known import expiry_faults
from knowledge_site.check.pages import check_pages
from knowledge_site.check.trace import builder_faults, to_sources
from knowledge_site.errors import SiteError
from knowledge_site.pages import read_pages
from knowledge_site.search_words import load_search_words
from published_results import Published, ResultsError, read_folder
from support_facts import FACTS_FILE, Facts, FactsError, load_facts

Nav = list[dict[str, Any]]

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "results"
WATCHED = ("docs", "results", "support_facts", "knowledge_site", "mkdocs.yml", "mkdocs.de.yml")


def build(
    out: Path,
    facts_path: Path | None = None,
    *,
    docs: Path = ROOT / "docs",
    results: Path = RESULTS,
    nav: Nav | None = None,
    today: date | None = None,
) -> None:
    """Build the site into `out`, which is only replaced if the build succeeds.

    `nav` replaces the navigation of the configuration, for a different set of pages.
    Raises FactsError for faults in support.toml, ResultsError for faults in published files and
    SiteError for faults in pages, or if `out` contains anything else than a site.
    """
    _refuse_foreign(out)
    facts = load_facts(facts_path)
    published = _published(results)
    pages = list(read_pages(docs, facts.languages))
    today = today or datetime.now(UTC).date()
    _stop_at([*check_pages(docs, facts, today), *expiry_faults(facts, today)])
    words = load_search_words(docs, pages)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as folder:
        site = Path(folder) / "site"
        with _dated(max(page.last_updated for page in pages)):
            for language in facts.languages:
                _build_language(site, docs, facts, language, facts_path, results, nav)
        faults = finish(site, pages, facts, published, words)
        _stop_at(to_sources(faults, site.resolve(), docs, facts.languages))
        _make_public(site)
        _replace(out, site)


def _build_language(
    site: Path,
    docs: Path,
    facts: Facts,
    language: str,
    facts_path: Path | None,
    results: Path,
    nav: Nav | None,
) -> None:
    first = language == facts.languages[0]
    site_url = facts.organisation.site_url
    root_url = site_url.rstrip("/") + "/" if site_url else ""
    folder = "" if first else f"{language}/"
    config = load_config(
        config_file=str(ROOT / ("mkdocs.yml" if first else f"mkdocs.{language}.yml")),
        docs_dir=str(docs / language),
        site_dir=str(site / folder),
        site_name=facts.organisation.name,
        site_url=root_url + folder if root_url else None,
    )
    if nav:
        config.nav = nav
        config.extra["foot_pages"] = []
    if config.repo_url:
        config.edit_uri = f"edit/main/docs/{language}/"
    config.mdx_configs["knowledge_site.markdown"]["facts"] = str(facts_path or "")
    config.mdx_configs["knowledge_site.markdown"]["results"] = str(results)
    for other in config.extra["alternate"]:
        other["root_url"] = root_url + other["from_root"] if root_url else ""
    with _warnings_as_faults(docs / language, language):
        build_with_mkdocs(config)


def _published(folder: Path) -> Published:
    published = read_folder(folder)
    if published.is_sample and folder.resolve() == RESULTS:
        raise ResultsError(f"{folder}: contains sample data: move it to a separate folder")
    return published


@contextmanager
def _warnings_as_faults(folder: Path, language: str) -> Iterator[None]:
    """Raise SiteError with the warnings that MkDocs logs in strict mode."""
    messages: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: messages.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("mkdocs")
    logger.addHandler(handler)
    try:
        yield
    except (Abort, MkDocsException) as error:
        faults = [
            fault for message in messages for fault in builder_faults(message, folder, language)
        ]
        raise SiteError(faults or [error]) from error
    finally:
        logger.removeHandler(handler)


@contextmanager
def _dated(newest: date) -> Iterator[None]:
    """Use the newest date of the pages as the build date, so that builds are reproducible."""
    before = os.environ.get("SOURCE_DATE_EPOCH")
    midnight = datetime(newest.year, newest.month, newest.day, tzinfo=UTC)
    os.environ["SOURCE_DATE_EPOCH"] = before or str(int(midnight.timestamp()))
    try:
        yield
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]


def _stop_at(faults: Sequence[object]) -> None:
    if faults:
        raise SiteError(faults)


def _refuse_foreign(out: Path) -> None:
    """Raise SiteError if the folder contains anything else than a built site."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    if not (out / "headers.json").is_file():
        fault = "contains files that are not a built site: use an empty or new folder for --out"
        raise SiteError([f"{out}: {fault}"])


def _make_public(site: Path) -> None:
    """Let a web server that runs as another user read the site, whatever the umask."""
    for path in (site, *site.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _replace(out: Path, site: Path) -> None:
    """Move `site` to `out`; the old site is deleted with the temporary folder."""
    old = site.with_name("old")
    if out.exists():
        out.rename(old)
    try:
        site.rename(out)
    except OSError:
        if old.exists():
            old.rename(out)
        raise


def serve(out: Path, facts_path: Path | None, results: Path, docs: Path, port: int) -> None:
    """Preview with live reload until interrupted; a failed build keeps the last good one."""
    from mkdocs.livereload import LiveReloadServer

    def rebuild() -> None:
        try:
            build(out, facts_path, docs=docs, results=results)
        except (FactsError, ResultsError, SiteError) as error:
            print(error, file=sys.stderr, flush=True)

    rebuild()
    server = LiveReloadServer(rebuild, host="127.0.0.1", port=port, root=str(out))
    for place in {*(ROOT / name for name in WATCHED), docs, results, facts_path or FACTS_FILE}:
        if place.exists():
            server.watch(str(place))
    print(f"Preview: http://127.0.0.1:{port}/ (stop with Ctrl+C)", flush=True)
    try:
        server.serve()  # type: ignore[no-untyped-call]
    except KeyboardInterrupt:
        pass
    finally:
        server.shutdown()


def main() -> int:
    """Build or preview; return 1 if the site cannot be built."""
    parser = argparse.ArgumentParser(description="Build the knowledge site.")
    parser.add_argument("--out", type=Path, default=ROOT / "site")
    shipped = os.environ.get("FEEDBACK_FACTS")
    parser.add_argument("--facts", type=Path, default=Path(shipped) if shipped else None)
    parser.add_argument(
        "--results", type=Path, default=Path(os.environ.get("FEEDBACK_RESULTS", RESULTS))
    )
    parser.add_argument("--docs", type=Path, default=ROOT / "docs")
    parser.add_argument("--serve", action="store_true", help="preview with live reload")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    try:
        if options.serve:
            _refuse_foreign(options.out)
            serve(options.out, options.facts, options.results, options.docs, options.port)
            return 0
        build(options.out, options.facts, docs=options.docs, results=options.results)
    except (FactsError, ResultsError, SiteError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Built {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
