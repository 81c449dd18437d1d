"""Build the knowledge site: check the pages, run MkDocs per language, finish the built folder."""

import logging
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, date, datetime
from pathlib import Path

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
from support_facts import Facts, load_facts

_CHECKOUT = Path(__file__).parents[1]
_PACKED = _CHECKOUT / "shared_view"
# The files of the project: the checkout, or the copy that `scripts/wheel_files.py` puts in wheels.
ROOT = _PACKED if _PACKED.is_dir() else _CHECKOUT
DOCS = ROOT / "docs"
RESULTS = ROOT / "results"


def build(
    out: Path,
    facts_path: Path | None = None,
    *,
    docs: Path = DOCS,
    own: Path | None = None,
    results: Path = RESULTS,
    today: date | None = None,
) -> None:
    """Build the site into `out`, which is only replaced if the build succeeds.

    A file in `own` replaces the one with the same path in `docs`; other pages in `own` are added
    to the last section of the navigation.
    Raises FactsError for faults in support.toml, ResultsError for faults in published files and
    SiteError for faults in pages, or if `out` contains anything else than a site.
    """
    refuse_foreign(out)
    out = out.absolute()
    facts = load_facts(facts_path)
    published = _published(results)
    added = _added(docs, own, facts) if own else []
    with _merged(docs, own) if own else nullcontext(docs) as docs:
        pages = list(read_pages(docs, facts.languages))
        today = today or datetime.now(UTC).date()
        _stop_at([*check_pages(docs, facts, today), *expiry_faults(facts, today)])
        words = load_search_words(docs, pages)
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as folder:
            site = Path(folder) / "site"
            extension = {"facts": str(facts_path or ""), "results": str(results)}
            with _dated(max(page.last_updated for page in pages)):
                for language in facts.languages:
                    _build_language(site, docs, facts, language, extension, added)
            faults = finish(site, pages, facts, published, words)
            _stop_at(to_sources(faults, site.resolve(), docs, facts.languages))
            _make_public(site)
            _replace(out, site)


def _added(docs: Path, own: Path, facts: Facts) -> list[str]:
    """Return the names of the pages in `own` that `docs` does not have."""
    first = facts.languages[0]
    ours = {page.name for page in read_pages(docs, facts.languages)}
    return [page.name for page in read_pages(own, (first,)) if page.name not in ours]


@contextmanager
def _merged(docs: Path, own: Path) -> Iterator[Path]:
    """Yield a folder with links to all files of `docs` and `own`; those in `own` win."""
    with tempfile.TemporaryDirectory(prefix="docs-") as name:
        folder = Path(name).resolve()
        for source in (docs.resolve(), own.resolve()):
            for file in (path for path in source.rglob("*") if path.is_file()):
                link = folder / file.relative_to(source)
                link.parent.mkdir(parents=True, exist_ok=True)
                link.unlink(missing_ok=True)
                link.symlink_to(file)
        yield folder


def _build_language(
    site: Path,
    docs: Path,
    facts: Facts,
    language: str,
    extension: dict[str, str],
    added: Sequence[str],
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
    if added and config.nav:
        (last,) = config.nav[-1].values()
        last.extend(added)
    if config.repo_url:
        config.edit_uri = f"edit/main/docs/{language}/"
    config.mdx_configs["knowledge_site.markdown"].update(extension)
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


def refuse_foreign(out: Path) -> None:
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
