"""The knowledge site: builds a folder of static files from facts and Markdown pages.

wording     texts around tables and pictures, from words.toml
pages       front matter and text of the Markdown pages
errors      SiteFault and SiteError, which stop a build
templating  fills the templates in fill/ and after/
fill/       the placeholders of pages: a template for each table, list or picture
results/    published results: values of tiles and charts, feed entries and downloads
markdown    the Python-Markdown extension that replaces the placeholders of a page
check/      before the build: unknown keys, missing pages, wrong dates, with page and line
after/      after the build: feed, JSON, sitemap, redirects, headers, assets, link check
theme/      templates, style sheets and scripts on top of Material for MkDocs

build       builds the site, with all of the above
preview     serves it, and builds it again at every change

`feedback site` calls the last two. Imports support_facts, published_results and charts.
"""
