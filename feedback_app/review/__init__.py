"""The week in numbers: pure sums over records, without clock and database.

scores     the answers to one question
cohort     what became of the cases closed in a week
durations  first response and resolution time
respondents
           who answered and who did not
trend      13 weeks, and whether they differ from the 13 before
week       all of it together
"""
