"""Published results on the site: the latest period, the history and the downloads.

view       results, facts and a language; how numbers are written
figures    the figures page
tiles      the latest period: each figure with its change
scores     answers to the questions
times      durations
history    the last periods, and all corrections
notes      what the meetings decided
metrics    the table of metrics with their latest values
news       entries of the feed
downloads  the same figures as JSON and CSV
"""
