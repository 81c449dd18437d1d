"""The week in numbers: pure sums over records, without clock and database.

scores     the answers to one question
cohort     what became of the cases closed in a week
durations  first response and resolution time
week       all of it together
"""
