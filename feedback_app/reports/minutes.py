"""The minutes of a meeting, as Markdown."""

from dataclasses import dataclass

from feedback_app.base.templates import template
from feedback_app.records import AnsweredCase, Decision, Meeting, MeetingItem
from feedback_app.reports.formatting import words
from feedback_app.reports.markdown_export import tidy
from feedback_app.reports.markdown_quoting import inline, link, quote
from feedback_app.reports.weeks import WeekFigures
from support_facts import Facts


@dataclass(frozen=True, kw_only=True)
class Minutes:
    """The decisions of a meeting, and the answers that it discussed.

    `earlier` are the open decisions of earlier meetings. `discussed` has the answers discussed in
    detail, of the week and of earlier weeks; the others are only counted. `unread` is the number of
    unread answers of the week.
    """

    figures: WeekFigures
    meeting: Meeting
    earlier: tuple[Decision, ...]
    discussed: tuple[AnsweredCase, ...]
    not_in_detail: int
    unread: int

    @property
    def other_items(self) -> list[MeetingItem]:
        """Return the minutes about answers that are not in `discussed`.

        The meeting may talk about an answer that it does not mark as discussed, because the
        customer changed it meanwhile or an earlier meeting discussed it.
        """
        ids = {"", *(case.invitation_id for case in self.discussed)}
        return [one for id_, one in self.meeting.items.items() if one.text and id_ not in ids]


def minutes_as_markdown(minutes: Minutes, facts: Facts, language: str, review_url: str) -> str:
    """Return the minutes, with links to the answers below `review_url`.

    Everything people typed is escaped.
    """
    text = template(language, "review/minutes.md").render(
        minutes=minutes,
        facts=facts,
        review_url=review_url,
        inline=inline,
        quote=quote,
        link=link,
        **words(facts, language),
    )
    return tidy(text)
