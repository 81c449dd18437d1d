"""Preview of the site, rebuilt at every change."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from mkdocs.livereload import LiveReloadServer

from knowledge_site.build import DOCS, RESULTS, ROOT
from knowledge_site.errors import SiteError
from published_results import ResultsError
from support_facts import FACTS_FILE, FactsError

_WATCHED = (
    *(DOCS, RESULTS, FACTS_FILE.parent, Path(__file__).parent),
    *(ROOT / "mkdocs.yml", ROOT / "mkdocs.de.yml", ROOT / "knowledge_site"),
)


def serve(out: Path, build: Callable[[], None], watched: Iterable[Path], port: int) -> None:
    """Serve `out` with live reload until interrupted; a failed build keeps the last good one.

    `build` runs at the start and whenever one of our files or those in `watched` changes.
    """

    def rebuild() -> None:
        try:
            build()
        except (FactsError, ResultsError, SiteError) as error:
            print(error, file=sys.stderr, flush=True)

    rebuild()
    server = LiveReloadServer(rebuild, host="127.0.0.1", port=port, root=str(out))
    for place in {*_WATCHED, *watched}:
        if place.exists():
            server.watch(str(place))
    print(f"Preview: http://127.0.0.1:{port}/ (stop with Ctrl+C)", flush=True)
    try:
        server.serve()  # type: ignore[no-untyped-call]
    except KeyboardInterrupt:
        pass
    finally:
        server.shutdown()
