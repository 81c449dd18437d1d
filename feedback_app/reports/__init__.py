"""The week as a file: exports in five formats, and the minutes of the meeting.

weeks             the review of a week, from the database
exports           the table of formats, FORMATS, and what an export contains
csv_export        one row per case, for spreadsheets
json_export       answers for programs
xlsx_export       answers, sums and definitions as a workbook
html_export       the review as one HTML file, for printing
markdown_export   the review as Markdown
minutes           what the meeting discussed and decided, as Markdown
markdown_quoting  escaping of what people typed
formatting        numbers, times and names as HTML templates write them
charts            figures as SVG, each with a table
terminal          answers as lines of text
"""
