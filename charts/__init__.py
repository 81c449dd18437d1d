"""Positions in charts, intervals, and how numbers and dates are written. Used by site and app.

layout     bar charts, and dots with their intervals
intervals  95% confidence intervals of shares
numbers    percentages, means and durations
dates      dates and times
"""

from charts.dates import date_and_time, date_range, date_with_weekday, long_date, short_date
from charts.intervals import Interval, newcombe, wilson
from charts.layout import WIDTH, ChartLayout, Labels, Mark, bars, dots
from charts.numbers import duration, mean, number, percent, percent_range
