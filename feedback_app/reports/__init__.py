"""The week on paper.

figures   numbers as people read them
quoting   hostile text inside Markdown
words     how a language writes numbers, times and names, for HTML
pictures  figures as SVG with a table beside each
markdown  the week for the meeting
minutes   what the meeting discussed and decided
csv       one row a case, for spreadsheets
json      answers for programs
xlsx      answers, sums and definitions as a workbook
paper     the week as one HTML file, for printing and passing on
lines     answers for a terminal
files     a file is replaced whole or not at all
"""
