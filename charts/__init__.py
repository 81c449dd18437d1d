"""SVG charts with their data as tables, and number formats. Used by the site and the app.

svg        bar charts, and dots with their intervals
tables     HTML tables
elements   HTML elements
intervals  95% confidence intervals of shares
numbers    percentages, means and durations
dates      dates and times
"""

from charts.dates import date_and_time, date_range, date_with_weekday, long_date, short_date
from charts.elements import Child, element
from charts.intervals import Interval, newcombe, wilson
from charts.numbers import duration, mean, number, percent, percent_range
from charts.svg import WIDTH, Labels, Mark, bars, dots
from charts.tables import Cell, TableRow, anchor, table
