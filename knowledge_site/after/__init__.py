"""Steps after the build: redirects, sitemap, feed, data files, headers, search index."""
