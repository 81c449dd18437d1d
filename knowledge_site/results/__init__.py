"""Published results on the site: the latest period, the history and the downloads.

view           results, facts and a language; how numbers are written
latest         the latest period in a few sentences
scores         answers to the questions
times          durations
participation  the response rate, and how answers were handled
history        all periods and all corrections
notes          what the meetings decided
metrics        the table of metrics with their latest values
news           entries of the feed
downloads      the same figures as JSON and CSV
"""
