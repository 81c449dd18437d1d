"""The figures of a week: pure calculations on records, without clock and database.

scores       the answers to one question
cohort       the cases closed in a week, and the response rate
durations    first response and resolution times
respondents  who answered and who did not
trend        13 weeks compared with the 13 weeks before
week         the review of one week
"""
