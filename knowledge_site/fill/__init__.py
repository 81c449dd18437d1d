"""Facts to elements: the tables, lists and graphs that pages can include."""
