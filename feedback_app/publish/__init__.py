"""The aggregates that may cross to the site: what is due, what is withheld, and whether it holds.

rules        by what rules, and what each figure means
periods      which weeks are published together, and when they are over
times        durations by case kind, no kind alone that has too few cases
sums         every figure of one period
corrections  a later version may not give away what the earlier one hid
difference   what differs between two sets of figures
drafts       what could be published now, and what an approval covers
paper        a draft as a person reads it before approving
counted      in which published period an answer is counted
notes        what a meeting decided, for customers
verify       published figures against the database
"""
