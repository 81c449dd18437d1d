"""The survey linked from the closure email, and the weekly review of its answers.

Packages and modules in import order: each one imports only what is listed above it, and
`tests/test_layout.py` enforces this list.

base          times, weeks, text, links, languages, templates, addresses, redaction, spreadsheets
records       the data classes
settings      the FEEDBACK_ settings
database      SQLite and PostgreSQL, migrations, lifetimes of columns
store         all SQL, one module per kind of record
mail          emails and alerts: wording, SMTP, chat, delivery with retries, bounces
invitations   who gets asked, when, and why not
program       settings, facts and database of a running program
web           what every request needs: client address, pages, headers, limits, the site
review        the week in figures: pure calculations
reports       exports: CSV, XLSX, JSON, HTML, Markdown, minutes
publish       the aggregates that go to the site, and what is withheld
intake        closed cases from CSV files, the API and webhooks
survey        the two questions, low answers, the question why, opting out
jobs          the worker and its timed jobs: digest, retention; checks, status and metrics
leads         the leads' pages, behind a sign-in
sample        sample data, labelled as such
app           create_app()
commands      the subcommands of `feedback`
cli           the `feedback` command
"""
