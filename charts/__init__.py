"""SVG charts with their data as tables, and number formats. Used by the site and the app.

svg        bar charts and interval charts
tables     HTML tables
elements   HTML elements
numbers    percentages, means and durations
dates      dates and times
"""

from charts.dates import date_and_time, date_range, date_with_weekday, long_date, short_date
from charts.elements import Child, element, english
from charts.numbers import duration, mean, number, percent, percent_range
from charts.svg import WIDTH, Labels, Mark, bars, html, intervals
from charts.tables import Cell, TableRow, anchor, table

__all__ = [
    "WIDTH",
    "Cell",
    "Child",
    "Labels",
    "Mark",
    "TableRow",
    "anchor",
    "bars",
    "date_and_time",
    "date_range",
    "date_with_weekday",
    "duration",
    "element",
    "english",
    "html",
    "intervals",
    "long_date",
    "mean",
    "number",
    "percent",
    "percent_range",
    "short_date",
    "table",
]
