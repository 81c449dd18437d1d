"""The plan of the house holds: nobody imports downward, and every room is on the map."""

import ast
import re
from pathlib import Path

import pytest

import feedback_app

ROOT = Path(__file__).parent.parent
MAP = re.findall(r"^(\w+) {2,}\S", feedback_app.__doc__ or "", re.MULTILINE)
MODULES = sorted((ROOT / "feedback_app").rglob("*.py"))
PACKAGES = ("support_facts", "published_results", "knowledge_site", "feedback_app")
LINES = 260


def _room(module: str) -> str:
    return module.removeprefix("feedback_app").lstrip(".").split(".")[0]


def _imports(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == "feedback_app":
            found |= {f"feedback_app.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path} imports relatively"
            found.add(node.module)
    return found


def test_every_room_is_on_the_map_and_nothing_else_is() -> None:
    rooms = {path.relative_to(ROOT / "feedback_app").parts[0] for path in MODULES}
    assert {room.removesuffix(".py") for room in rooms} - {"__init__"} == set(MAP)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nobody_imports_downward(path: Path) -> None:
    room = path.relative_to(ROOT / "feedback_app").parts[0].removesuffix(".py")
    if room == "__init__":
        return
    ours = {_room(name) for name in _imports(path) if name.startswith("feedback_app")}
    below = [other for other in ours if MAP.index(other) > MAP.index(room)]
    assert not below, f"{room} imports {below}, which stand below it in feedback_app/__init__.py"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_of_the_site_the_app_knows_only_the_charts(path: Path) -> None:
    site = {name for name in _imports(path) if name.startswith("knowledge_site")}
    assert site <= {"knowledge_site.charts"}


@pytest.mark.parametrize(
    ("package", "known"),
    [
        ("support_facts", set()),
        ("published_results", set()),
        ("knowledge_site", {"support_facts", "published_results"}),
    ],
)
def test_facts_results_and_site_do_not_know_the_app(package: str, known: set[str]) -> None:
    for path in (ROOT / package).rglob("*.py"):
        ours = {name.split(".")[0] for name in _imports(path)} & set(PACKAGES)
        assert ours <= {package, *known}, path


@pytest.mark.parametrize("package", [*PACKAGES, "scripts"])
def test_no_module_outgrows_its_reader(package: str) -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in (ROOT / package).rglob("*.py")
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > LINES
    }
    assert not long, f"split these before they grow: {long}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_store_speaks_sql(path: Path) -> None:
    parts = path.relative_to(ROOT / "feedback_app").parts
    if parts[0] in ("store", "database", "migrations.py", "desk_tables.py"):
        return
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\b(SELECT .+ FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM)\b", text)


def test_no_lock_names_the_host_of_a_package_index() -> None:
    python = sorted(ROOT.glob("requirements*.lock"))
    npm = sorted(ROOT.glob("tests/*/package-lock.json"))
    assert len(python) == 2
    assert len(npm) == 2
    for lock in python:
        assert "://" not in lock.read_text(encoding="utf-8"), lock
    for lock in npm:
        assert '"resolved"' not in lock.read_text(encoding="utf-8"), lock
