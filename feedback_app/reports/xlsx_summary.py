"""The first sheet of a workbook, for presenting, and the sheet of definitions."""

from collections.abc import Iterator
from typing import Any

from charts import date_and_time, date_range
from feedback_app.base.language import catalogue
from feedback_app.base.weeks import days_of
from feedback_app.reports.key_figures import READ_IN_TIME, FigureTexts, KeyFigure
from feedback_app.reports.overview import Overview
from feedback_app.reports.xlsx_book import Book, set_up_printing, write_known


def write_summary(book: Book, sheet: Any, overview: Overview, chart: Any) -> None:
    """Write title, figures, changes and the answers by score, and insert the chart."""
    sheet.hide_gridlines(2)
    set_up_printing(sheet, pages_high=1)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 7, 10)
    row = _write_title(book, sheet, overview)
    row = _write_figures(book, sheet, overview, row + 1)
    row = _write_changes(book, sheet, overview, row + 1)
    row = _write_scores(book, sheet, overview, row + 1)
    trend = book.gettext("The last 26 weeks")
    sheet.write_string(row + 1, 0, trend, book.styles.heading)
    if chart:
        sheet.insert_chart(row + 2, 0, chart, {"description": trend})
    else:
        few = book.gettext("Too few answers for a chart.")
        sheet.write_string(row + 2, 0, few, book.styles.text)


def write_definitions(book: Book, sheet: Any, overview: Overview) -> None:
    """Write the definitions of the figures that the workbook contains."""
    gettext = book.gettext
    headings = [gettext("Figure"), gettext("Name"), gettext("Definition"), gettext("Formula")]
    headings += [gettext("Not counted"), gettext("How to read it")]
    book.write_header(sheet, headings, (12, 28, 50, 50, 40, 24))
    for row, key in enumerate(_figures(book, overview), 1):
        for column, cell in enumerate(_definition(book, key)):
            style = book.styles.wrapped if column else book.styles.name
            sheet.write_string(row, column, cell, style)


def _write_title(book: Book, sheet: Any, overview: Overview) -> int:
    name = f"{book.facts.organisation.name}: {book.gettext('Weekly review')}"
    sheet.write_string(0, 0, name, book.styles.title)
    for row, note in enumerate(_notes(book, overview), 1):
        sheet.write_string(row, 0, note, book.styles.note)
    return row + 1


def _notes(book: Book, overview: Overview) -> Iterator[str]:
    """Yield the period, and what a reader has to know about its figures."""
    weeks = " – ".join(dict.fromkeys((overview.first, overview.last)))
    yield f"{date_range(*days_of(overview.first, overview.last), book.language)} ({weeks})"
    moment = date_and_time(overview.as_of, book.language, book.zone)
    yield book.gettext("As of %(moment)s.") % {"moment": moment}
    if overview.totals.sample == "all":
        yield book.gettext("Sample data: none of these cases exists.")
    elif overview.totals.sample == "some":
        yield book.gettext(
            "Some of these cases are samples: do not read the figures below as results."
        )
    texts = catalogue(book.language)
    if count := overview.annulled:
        yield texts.ngettext(
            "%(count)s annulled answer is not counted.",
            "%(count)s annulled answers are not counted.",
            count,
        ) % {"count": count}
    if count := overview.totals.answers - overview.period.answers:
        yield texts.ngettext(
            "%(count)s answer to an older wording of the questions is counted separately.",
            "%(count)s answers to older wordings of the questions are counted separately.",
            count,
        ) % {"count": count}


def _write_figures(book: Book, sheet: Any, overview: Overview, top: int) -> int:
    headings = (book.gettext("Figure"), "", book.gettext("Number"), book.gettext("Of"))
    sheet.write_row(top, 0, (*headings, "", "", "", ""), book.styles.header)
    for row, figure in enumerate(_figures(book, overview).values(), top + 1):
        sheet.write_string(row, 0, figure.name, book.styles.name)
        if figure.is_share:
            sheet.write_number(row, 1, figure.part / figure.whole, book.styles.share)
        else:
            sheet.write_string(row, 1, figure.value, book.styles.right)
        if figure.whole:
            sheet.write_number(row, 2, figure.part, book.styles.number)
            sheet.write_number(row, 3, figure.whole, book.styles.number)
        sheet.write_string(row, 4, figure.text, book.styles.text)
    return row + 1


def _write_changes(book: Book, sheet: Any, overview: Overview, row: int) -> int:
    sheet.write_string(row, 0, book.gettext("Compared with the weeks before"), book.styles.heading)
    texts = FigureTexts(book.facts, book.language)
    for short, changes in zip(book.scores, overview.trend.changes.values(), strict=True):
        for verdict in texts.verdicts(changes):
            row += 1
            sheet.write_string(row, 0, f"{short}: {verdict}", book.styles.text)
    return row + 1


def _write_scores(book: Book, sheet: Any, overview: Overview, top: int) -> int:
    name, mean = book.gettext("Answers by score"), book.gettext("Mean")
    headings = (name, "1", "2", "3", "4", "5", "n", mean)
    sheet.write_row(top, 0, headings, book.styles.header)
    for row, scores in enumerate(overview.period.scores, top + 1):
        metric = book.facts.metric(scores.question.metric)
        name = f"{metric.short}: {metric.name[book.language]}"
        sheet.write_string(row, 0, name, book.styles.name)
        sheet.write_row(row, 1, (*scores.counts, scores.n), book.styles.number)
        write_known(sheet, row, 7, scores.mean, book.styles.mean)
    return row + 1


def _figures(book: Book, overview: Overview) -> dict[str, KeyFigure]:
    texts = FigureTexts(book.facts, book.language)
    return texts.key_figures(overview.period.scores, overview.totals)


def _definition(book: Book, key: str) -> list[str]:
    if key == READ_IN_TIME:
        text = book.gettext(
            "An answer is read in time if a lead marked it as read within %(days)s days. As long "
            "as some answers can still be read in time, counts are shown instead of a share."
        )
        days = {"days": book.facts.survey.read_within_days}
        return ["", book.gettext("Read in time"), text % days]
    metric = book.facts.metric(key)
    texts = (metric.name, metric.definition, metric.formula, metric.excludes, metric.direction)
    return [metric.short, *(one[book.language] for one in texts)]
