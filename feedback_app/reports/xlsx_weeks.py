"""The sheet of a workbook with one row per week, and the chart of the trend."""

from typing import Any

from feedback_app.base.weeks import week_bounds
from feedback_app.reports.charts import chart_of
from feedback_app.reports.overview import Overview
from feedback_app.reports.xlsx_book import ACCENT, Book, serial_date, write_known
from feedback_app.review.trend import WEEKS

_COLORS = (ACCENT, "#C2571A")
_GRID = {"visible": True, "line": {"color": "#D9D9D9"}}
# Week, Monday and number of answers come before the columns of a score: five counts, mean, share.
_BEFORE, _PER_SCORE = 3, 7


def write_weeks(book: Book, sheet: Any, overview: Overview) -> None:
    """Write one row per week. The share is that of the point of the trend at this week."""
    headings = _headings(book, overview.trend.span)
    book.write_header(sheet, headings, (12, 14, *[11] * (len(headings) - 2)))
    known = [*[None] * (len(overview.weeks) - WEEKS), *overview.trend.points]
    for row, (week, point) in enumerate(zip(overview.weeks, known, strict=True), 1):
        monday = week_bounds(week.first, book.zone)[0]
        sheet.write_string(row, 0, week.first, book.styles.text)
        sheet.write_number(row, 1, serial_date(monday, book.zone), book.styles.day)
        sheet.write_number(row, 2, week.answers, book.styles.number)
        for place, scores in enumerate(week.scores):
            column = _BEFORE + place * _PER_SCORE
            sheet.write_row(row, column, scores.counts, book.styles.number)
            write_known(sheet, row, column + 5, scores.mean, book.styles.mean)
            share = point and point.scores[place].share
            fraction = share.best / share.n if share else None
            write_known(sheet, row, column + 6, fraction, book.styles.share)
    sheet.autofilter(0, 0, len(known), len(headings) - 1)


def trend_chart(book: Book, sheet: str, overview: Overview) -> Any:
    """Return the line chart of the last 26 rows of `sheet`, or None with too few answers."""
    scale = chart_of(overview.trend, 0)
    if not scale.dots:
        return None
    chart, last = book.workbook.add_chart({"type": "line"}), len(overview.weeks)
    headings = _headings(book, overview.trend.span)
    for place, color in enumerate(_COLORS):
        column = _BEFORE + (place + 1) * _PER_SCORE - 1
        chart.add_series(
            {
                "name": headings[column],
                "categories": [sheet, last - WEEKS + 1, 1, last, 1],
                "values": [sheet, last - WEEKS + 1, column, last, column],
                "line": {"color": color, "width": 2.25},
                "marker": {"type": "circle", "size": 5, "fill": {"color": color}},
            }
        )
    axis = {"min": scale.low, "max": scale.high, "num_format": "0%", "major_gridlines": _GRID}
    chart.set_y_axis(axis)
    chart.set_x_axis({"date_axis": True, "major_unit": 28, "major_unit_type": "days"})
    chart.set_legend({"position": "top"})
    chart.set_size({"width": 800, "height": 300})
    return chart


def _headings(book: Book, span: int) -> list[str]:
    gettext = book.gettext
    headings = [gettext("Week"), gettext("Monday"), gettext("Answers")]
    for short in book.scores:
        share = f"{short}: {gettext('4 or 5')}"
        if span > 1:
            share = gettext("%(name)s, over %(weeks)s weeks") % {"name": share, "weeks": span}
        headings += [f"{short}: {point}" for point in range(1, 6)]
        headings += [f"{short}: {gettext('Mean')}", share]
    return headings
