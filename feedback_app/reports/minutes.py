"""The minutes of a meeting, as Markdown."""

from dataclasses import dataclass

from feedback_app.base.templates import template
from feedback_app.records import AnsweredCase, Decision, Meeting, MeetingItem
from feedback_app.reports.formatting import words
from feedback_app.reports.markdown_export import tidy
from feedback_app.reports.markdown_quoting import inline, link, quote
from feedback_app.review.scores import lowest
from feedback_app.review.week import WeekReview
from support_facts import Facts


@dataclass(frozen=True, kw_only=True)
class Minutes:
    """The decisions of a meeting, and the answers that it discussed.

    `earlier` are the open decisions of earlier meetings. `discussed` has answers of the week and
    of earlier weeks; `unread` is the number of unread answers of the week.
    """

    review: WeekReview
    meeting: Meeting
    earlier: tuple[Decision, ...]
    discussed: tuple[AnsweredCase, ...]
    unread: int

    def to_discuss(self, low_threshold: int) -> list[AnsweredCase]:
        """Return the answers on the agenda, lowest first.

        Without a saved agenda these are the low answers and those with a comment.
        """

        def is_shown(case: AnsweredCase) -> bool:
            item = self.meeting.items.get(case.invitation_id)
            if item and (item.text or item.chosen is not None):
                return bool(item.text or item.chosen)
            return case.has_comment or case.is_low(low_threshold)

        return sorted(filter(is_shown, self.discussed), key=lowest)

    def other_items(self, shown: list[AnsweredCase]) -> list[MeetingItem]:
        """Return the minutes about answers that are not in `shown`.

        The meeting may talk about an answer that it does not mark as discussed, because the
        customer changed it meanwhile or an earlier meeting discussed it.
        """
        ids = {"", *(case.invitation_id for case in shown)}
        return [one for id_, one in self.meeting.items.items() if one.text and id_ not in ids]


def minutes_as_markdown(minutes: Minutes, facts: Facts, language: str, review_url: str) -> str:
    """Return the minutes, with links to the answers below `review_url`.

    Everything people typed is escaped.
    """
    text = template(language, "review/minutes.md").render(
        minutes=minutes,
        shown=minutes.to_discuss(facts.survey.low_threshold),
        facts=facts,
        review_url=review_url,
        inline=inline,
        quote=quote,
        link=link,
        **words(facts, language),
    )
    return tidy(text)
