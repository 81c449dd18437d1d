"""The import order of the packages is kept, and each package is on the map."""

import ast
import re
from pathlib import Path

import pytest
from check_words import main as check_words

import feedback_app

ROOT = Path(__file__).parents[1]
MAP = re.findall(r"^(\w+) {2,}\S", feedback_app.__doc__ or "", re.MULTILINE)
PACKAGES = ("support_facts", "published_results", "charts", "knowledge_site", "feedback_app")
# What each package may import of ours, in addition to itself.
MAY_IMPORT = {
    "support_facts": set[str](),
    "published_results": set[str](),
    "charts": set[str](),
    "knowledge_site": {"support_facts", "published_results", "charts"},
    "feedback_app": {"support_facts", "published_results", "charts", "knowledge_site"},
}
MOST_LINES = 300


def _modules(package: str) -> list[Path]:
    found = sorted((ROOT / package).rglob("*.py"))
    assert found, f"no module in {package}/"
    return found


APP_MODULES = _modules("feedback_app")


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _part(path: Path) -> str:
    return path.relative_to(ROOT / "feedback_app").parts[0].removesuffix(".py")


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            assert node.module
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_the_map_names_exactly_what_is_in_the_folder() -> None:
    assert {_part(path) for path in APP_MODULES} - {"__init__"} == set(MAP)


def test_the_top_level_of_the_app_stays_small() -> None:
    entries = {p.name for p in (ROOT / "feedback_app").iterdir() if p.name != "__pycache__"}
    assert len(entries) <= 22


@pytest.mark.parametrize("path", APP_MODULES, ids=_name)
def test_a_module_imports_only_what_is_above_it_on_the_map(path: Path) -> None:
    if _part(path) == "__init__":
        return
    place = MAP.index(_part(path))
    ours = {name.split(".")[1] for name in _imports(path) if name.startswith("feedback_app.")}
    below = sorted(other for other in ours if MAP.index(other) > place)
    assert not below, f"{_name(path)} imports {below}, listed below it in feedback_app/__init__.py"


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_import_only_the_packages_they_may(package: str) -> None:
    for path in _modules(package):
        ours = {name.split(".")[0] for name in _imports(path)} & set(PACKAGES)
        assert ours <= {package, *MAY_IMPORT[package]}, _name(path)


def test_only_the_preview_of_published_figures_uses_functions_of_the_site() -> None:
    using = {_part(path) for path in APP_MODULES if "knowledge_site." in str(_imports(path))}
    assert using <= {"publish", "leads", "commands"}


def _cycle(graph: dict[str, set[str]]) -> list[str]:
    """Return the modules of one import cycle, or nothing."""
    done: set[str] = set()

    def visit(node: str, trail: list[str]) -> list[str]:
        if node in trail:
            return [*trail[trail.index(node) :], node]
        if node in done:
            return []
        for other in sorted(graph[node]):
            if found := visit(other, [*trail, node]):
                return found
        done.add(node)
        return []

    return next(filter(None, (visit(node, []) for node in sorted(graph))), [])


def test_no_import_cycles_exist() -> None:
    names = {
        _name(path).removesuffix(".py").removesuffix("/__init__").replace("/", "."): path
        for package in PACKAGES
        for path in _modules(package)
    }
    graph: dict[str, set[str]] = {}
    for module, path in names.items():
        wanted = _imports(path)
        exact = wanted & names.keys()
        parents = {name.rpartition(".")[0] for name in wanted - exact} & names.keys()
        graph[module] = (exact | parents) - {module}
    assert _cycle({"a": {"b"}, "b": {"a"}}) == ["a", "b", "a"]
    assert not _cycle(graph)


@pytest.mark.parametrize("package", [*PACKAGES, "scripts"])
def test_no_module_is_longer_than_a_few_screens(package: str) -> None:
    long = {
        _name(path): count
        for path in _modules(package)
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }
    assert not long, f"split these modules: {long}"


SQL = re.compile(
    r"\b(SELECT\s.+?\sFROM\s|INSERT\s+INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s"
    r"|(CREATE|ALTER|DROP)\s+(TABLE|INDEX)\s)",
    re.DOTALL,
)


@pytest.mark.parametrize(
    "text",
    [
        '"SELECT 1 FROM cases"',
        '"""SELECT *\n   FROM cases"""',
        '"UPDATE cases " "SET x = 1"',
        'f"""INSERT\nINTO {table}"""',
        '"DELETE FROM " + table',
    ],
)
def test_sql_is_recognised_however_it_is_broken_into_lines(text: str) -> None:
    assert _sql_in(text)


def _sql_in(source: str) -> bool:
    return any(
        SQL.search("".join(part.value for part in strings if isinstance(part.value, str)) + " ")
        for strings in _strings(ast.parse(source))
    )


def _strings(tree: ast.AST) -> list[list[ast.Constant]]:
    """Return the literal parts of every string; the parts of an f-string stay together."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            found.append(
                [
                    part if isinstance(part, ast.Constant) else ast.Constant("x")
                    for part in node.values
                ]
            )
        elif isinstance(node, ast.Constant):
            found.append([node])
    return found


@pytest.mark.parametrize("path", APP_MODULES, ids=_name)
def test_sql_is_in_the_store_and_the_database_package_only(path: Path) -> None:
    if _part(path) not in ("store", "database"):
        assert not _sql_in(path.read_text(encoding="utf-8"))


def test_no_lock_names_the_host_of_a_package_index() -> None:
    python = sorted(ROOT.glob("requirements*.lock"))
    npm = sorted(ROOT.glob("tests/*/package-lock.json"))
    assert len(python) == 3
    assert len(npm) == 4
    for lock in python:
        assert "://" not in lock.read_text(encoding="utf-8"), lock
    for lock in npm:
        assert '"resolved"' not in lock.read_text(encoding="utf-8"), lock


TEMPLATES = sorted(path for path in (ROOT / "feedback_app/templates").rglob("*") if path.is_file())


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_a_template_has_short_lines_and_no_literal_address_of_the_leads_pages(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    long = [at for at, line in enumerate(text.splitlines(), 1) if len(line) > 120]
    assert not long, f"wrap the lines {long}"
    assert "/review" not in re.sub(r'"(leads/)?review/[\w-]+\.html"', "", text), "use url_for"


def test_there_are_templates_to_check() -> None:
    assert len(TEMPLATES) > 40


def test_no_test_module_imports_another() -> None:
    for path in _modules("tests"):
        imported = {name for name in _imports(path) if name.startswith("tests.")}
        others = {name for name in imported if not name.startswith("tests.support")}
        assert not others, f"{_name(path)} imports {others}; move what they share to tests/support/"


def test_no_two_classes_of_the_product_have_the_same_name() -> None:
    classes: dict[str, list[str]] = {}
    aliases: dict[str, list[str]] = {}
    for path in (path for package in PACKAGES for path in _modules(package)):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                classes.setdefault(node.name, []).append(_name(path))
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                aliases.setdefault(node.targets[0].id, []).append(_name(path))
    assert len(classes) >= 100
    found = {name: places + aliases.get(name, []) for name, places in classes.items()}
    assert {name: places for name, places in found.items() if len(places) > 1} == {}


def test_no_text_has_a_phrase_to_avoid(capsys: pytest.CaptureFixture[str]) -> None:
    check_words()
    assert capsys.readouterr().out == "", "see scripts/phrases.toml"
