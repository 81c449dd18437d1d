"""Charts as SVG with their data as tables, and how numbers are written. Used by site and app."""
