"""The aggregates that go to the site: which periods are due, and what is withheld.

rules        the rules figures are made by, and the definitions of metrics
periods      which weeks are published together, and when their figures are final
times        durations by case kind, pooled so that no group is too small
sums         every figure of one period
corrections  later versions, which must not reveal what earlier ones withheld
difference   the differences between two sets of figures
drafts       what can be published now, and its approval
preview      the figures next to those of the period before, for the person who approves them
publication  the folder of published files: what may be written, writing, taking back
counted      the published period that includes an answer
notes        a decision of the weekly meeting, for customers
verify       published figures compared with the database
"""
