"""Building blocks without a database: times, weeks, text, links, languages, templates."""
