"""Published figures as a reader meets them: the latest period, its history, and the downloads.

shown      what every part needs: results, facts, a language; how numbers are written in it
latest     the latest period in a few sentences
scores     what customers answered
times      how long it took
treatment  who was asked, and how the answers were treated
history    every period, and every correction
notes      what the meetings decided
measured   the last figure beside each aim
news       what the feed tells of them
downloads  the same figures for programs and spreadsheets
"""
