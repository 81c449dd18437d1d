"""What pages load after the build: one style sheet for all languages, nothing unused."""

import re

import pytest

from knowledge_site.after.assets import optimise
from tests.support.some import some

HEAD = """<html><head>
    <link rel="stylesheet" href="{up}assets/stylesheets/theme.css">
    <link rel="stylesheet" href="{up}assets/own.css">
    <script src="{up}assets/site.js" data-search="{up}assets/search.js"></script>
</head><body><p class="used">x</p></body></html>"""


@pytest.fixture
def site(tmp_path):
    for folder, up in (("", ""), ("de/", ""), ("deep/er/", "../../")):
        page = tmp_path / folder / "index.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(HEAD.format(up=up))
        if up:
            continue
        files = {
            "stylesheets/theme.css": '@charset "UTF-8";.used{a:b}.unused{a:b}',
            "own.css": ".used{c:d}",
            "site.js": "// toggles the menu\nlet used;\n  // and why\n  used = '//';\n",
            "search.js": "// on demand\nlet found;\n",
            "javascripts/bundle.js": "theme",
        }
        for name, text in files.items():
            file = tmp_path / folder / "assets" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
    return tmp_path


def lightened(site):
    pages = {path: path.read_text() for path in sorted(site.rglob("*.html"))}
    return {
        path.relative_to(site).as_posix(): html
        for path, html in optimise(site, pages, ["de"])[0].items()
    }


def test_each_page_loads_one_sheet_that_all_languages_share(site):
    pages = lightened(site)
    [style], [search] = site.rglob("*.css"), site.rglob("*.js")
    assert style.read_text() == ".used{a:b}.used{c:d}"
    assert style.parent == site / "assets"
    for name, up in (
        ("index.html", ""),
        ("de/index.html", "../"),
        ("deep/er/index.html", "../../"),
    ):
        assert pages[name].count("stylesheet") == 1
        assert f'href="{up}assets/{style.name}"' in pages[name]
        assert f'data-search="{up}assets/{search.name}"' in pages[name]


def test_the_script_of_a_page_is_inlined_without_comments(site):
    for html in some(lightened(site).values()):
        [script] = re.findall(r"<script data-search=[^>]*>(.*?)</script>", html, re.DOTALL)
        assert script == "let used;\nused = '//';\n"


def test_files_that_no_page_loads_are_removed(site):
    lightened(site)
    files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    assert {re.sub("-[0-9a-f]{8}", "", name) for name in files} == {
        "index.html",
        "de/index.html",
        "deep/er/index.html",
        "assets/search.js",
        "assets/style.css",
    }


def test_a_language_keeps_a_file_that_differs(site):
    (site / "de/assets/site.js").write_text("let deutsch")
    assert 'src="assets/site.js"' in lightened(site)["de/index.html"]
    assert (site / "de/assets/site.js").exists()


def test_addresses_from_the_root_are_kept_at_any_depth(site):
    (site / "404.html").write_text(HEAD.format(up="/below/"))
    (site / "de/404.html").write_text(HEAD.format(up="/below/de/"))
    pages = lightened(site)
    page = pages["404.html"]
    [style], [search] = site.rglob("*.css"), site.rglob("*.js")
    assert f'href="/below/assets/{style.name}"' in page
    assert f'data-search="/below/assets/{search.name}"' in page
    assert f'href="/below/assets/{style.name}"' in pages["de/404.html"]


def test_the_name_of_the_style_sheet_changes_only_with_its_content(site):
    lightened(site)
    [first] = site.rglob("style-*.css")
    (site / "assets/own.css").write_text(".used{c:e}")
    for path in (site / "index.html", site / "de/index.html"):
        path.write_text(HEAD.format(up="../" if path.parent.name == "de" else ""))
    (site / "assets/stylesheets").mkdir()
    (site / "assets/stylesheets/theme.css").write_text(".used{a:b}")
    first.unlink()
    lightened(site)
    [second] = site.rglob("style-*.css")
    assert second.name != first.name


def test_only_comments_are_removed_from_scripts(site):
    lightened(site)
    [search] = site.rglob("*.js")
    assert search.read_text() == "let found;\n"
