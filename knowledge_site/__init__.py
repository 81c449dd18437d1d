"""The knowledge site: from facts and pages to a folder of plain files.

Read in this order:

    wording     connecting words of tables and pictures (words.toml)
    elements    one way to write an HTML element
    tables, priorities, tickets, escalations, mail_subjects
                facts -> elements: tables with an anchor on each row
    lists, checklists, terms, changes
                facts -> elements: lists, and text to copy
    linked_data facts -> JSON-LD for search engines
    drawing     boxes and ways between them as labelled SVG
    lifecycle   the way of a case and of an escalation, drawn from the facts
    charts      figures -> elements: bars and intervals, each with its table
    entry       one thing the feed tells
    results/    published figures -> elements, feed entries and downloads
    fillers     the names a page may write between double braces, and what fills them
    markdown    the Python-Markdown extension that puts it all into a page
    faults      what stops a build
    pages       front matter: title, description, dates
    scan        before the build: unknown keys, missing pages, wrong dates, each with page and line
    css, purge, assets, search_index
                what a page loads: one style sheet of what the pages need, scripts, search index
    whole, feed, data, well_known, sitemap, redirects, built_pages, links, headers
                what is written and checked over the built folder
    trace       from a fault in what was built back to the page and line
    finish      after the build: all of it, in order
    theme/      templates, style sheets and scripts over Material for MkDocs

`scripts/build_site.py` is the one who calls them. Imports support_facts and
published_results, and nothing else of ours.
"""
