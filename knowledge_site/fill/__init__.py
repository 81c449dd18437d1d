"""Facts to elements: the tables, lists and pictures that pages fill in."""
