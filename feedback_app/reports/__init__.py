"""The week on paper.

figures   numbers as people read them
quoting   hostile text inside Markdown
markdown  the week for the meeting
csv       one row a case, for spreadsheets
json      answers for programs
lines     answers for a terminal
files     a file is replaced whole or not at all
"""
