"""The commands that build and preview the knowledge site."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from feedback_app.base.text import visible
from feedback_app.commands.nginx import nginx
from feedback_app.settings import read_site_settings
from knowledge_site.build import DOCS, build, refuse_foreign
from knowledge_site.errors import SiteError
from knowledge_site.preview import serve
from published_results import ResultsError
from support_facts import FACTS_FILE, FactsError

_FOLDER: Any = click.Path(file_okay=False, path_type=Path)
_OPTIONS = (
    click.option("--out", type=_FOLDER, help="Folder to build into.  [default: FEEDBACK_SITE]"),
    click.option(
        "--facts",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="The support.toml to use.  [default: FEEDBACK_FACTS, or support.toml in this folder]",
    ),
    click.option("--results", type=_FOLDER, help="Published figures.  [default: FEEDBACK_RESULTS]"),
    click.option(
        "--docs",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        help="Your own pages, which replace ours with the same path.  [default: FEEDBACK_DOCS]",
    ),
)


@click.group("site")
def site_group() -> None:
    """Build the knowledge site, preview it, or configure nginx for it."""


def _with_sources(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options, and pass `out`, the folders to watch and a function that builds."""

    @functools.wraps(command)
    def run(
        out: Path | None, facts: Path | None, results: Path | None, docs: Path | None, **rest: Any
    ) -> None:
        found = read_site_settings()
        out = out or found.site or Path("site")
        facts, results = facts or found.facts or _facts_of_checkout(), results or found.results
        own = docs or found.docs
        work = functools.partial(build, out, facts, own=_own(own), results=results)
        try:
            refuse_foreign(out)
            command(out=out, build=work, watched=(facts, results, own), **rest)
        except (FactsError, ResultsError, SiteError) as error:
            raise click.ClickException(str(error)) from error

    for option in reversed(_OPTIONS):
        run = option(run)
    return run


def _facts_of_checkout() -> Path:
    """Return the shipped support.toml, but only in the checkout: elsewhere, its facts are wrong."""
    if Path.cwd().samefile(FACTS_FILE.parent.parent):
        return FACTS_FILE
    raise click.ClickException(
        f"no support.toml in {visible(str(Path.cwd()))}, and neither --facts nor FEEDBACK_FACTS is "
        "set. Change into the folder of your installation, or create one with 'feedback init DIR'"
    )


def _own(folder: Path) -> Path | None:
    """Return the folder, or None if there is none or it contains our pages, as in the checkout."""
    return folder if folder.is_dir() and folder.resolve() != DOCS.resolve() else None


site_group.add_command(nginx)


@site_group.command("build")
@_with_sources
def site_build(out: Path, build: Callable[[], None], watched: tuple[Path, ...]) -> None:
    """Build the site. Faults are listed with page and line, and leave the old site unchanged."""
    build()
    click.echo(f"Built {out} with the facts of {watched[0]}")


@site_group.command("serve")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@_with_sources
def site_serve(out: Path, build: Callable[[], None], watched: tuple[Path, ...], port: int) -> None:
    """Preview the site on this machine, and rebuild it at every change."""
    serve(out, build, watched, port)
