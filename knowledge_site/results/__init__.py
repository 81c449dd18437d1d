"""Published results on the site: the latest period, the history and the downloads.

The figures page is the template fill/templates/results-figures.html.

view       results, facts and a language; how numbers are written
tiles      the latest period: each figure with its change
scores     charts of the answers to the questions
times      charts of durations
history    charts of the last periods
metrics    the latest values for the table of metrics
news       entries of the feed
downloads  the same figures as JSON and CSV
"""
