"""The knowledge site: from facts and pages to a folder of plain files.

Read in this order:

    wording     connecting words of tables and pictures (words.toml)
    elements    one way to write an HTML element
    tables, lists, lifecycle
                facts -> elements: tables, lists, the picture of a case's life
    charts      figures -> elements: bars and intervals, each with its table
    fillers     the names a page may write between double braces, and what fills them
    markdown    the Python-Markdown extension that puts it all into a page
    faults      what stops a build
    pages       front matter: title, description, dates
    scan        before the build: unknown keys, missing pages, wrong dates, each with page and line
    css, purge, assets, search_index
                what a page loads: one style sheet of what the pages need, scripts, search index
    links, headers, sitemap, redirects
                what is checked and written over the built folder
    finish      after the build: all of it, in order
    theme/      templates, style sheets and scripts over Material for MkDocs

`scripts/build_site.py` is the one who calls them. Imports support_facts and nothing else of ours.
"""
