"""Facts to elements: the tables, lists and graphs that pages can include.

placeholders  the text between double braces, and what it stands for
rendering     the HTML templates in templates/, one for each placeholder
status_graph  positions in the graphs of statuses
"""
