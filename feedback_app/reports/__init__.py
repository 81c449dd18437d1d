"""The week as a file: exports in five formats, and the minutes of the meeting.

weeks             the review and the trend of a week, from the database
overview          the figures of a workbook, from the database
key_figures       the five figures of a period and their changes, in words
names             names of stored keys: kinds, themes, flags
exports           the table of formats, FORMATS, and what an export contains
csv_export        one row per case, for spreadsheets
json_export       answers for programs
json_schema       the JSON Schema of these answers
xlsx_export       summary with chart, answers, weeks and definitions as a workbook
xlsx_book         formats and dates of a workbook, whose sheets are in the other xlsx modules
html_export       the review as one HTML file, for printing
markdown_export   the review as Markdown
minutes           what the meeting discussed and decided, as Markdown
markdown_quoting  escaping of what people typed
formatting        numbers, times and names as HTML templates write them
charts            figures as SVG, each with a table
terminal          answers as lines of text
"""
