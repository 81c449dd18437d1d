"""The minutes of a meeting, as Markdown."""

from dataclasses import dataclass

from feedback_app.base.templates import template
from feedback_app.records import AnsweredCase, Decision, Meeting
from feedback_app.reports.formatting import words
from feedback_app.reports.markdown_export import tidy
from feedback_app.reports.markdown_quoting import inline, link, quote
from feedback_app.review.scores import lowest
from feedback_app.review.week import WeekReview
from support_facts import Facts


@dataclass(frozen=True, kw_only=True)
class Minutes:
    """The answers that a meeting discussed, and its decisions.

    `discussed` has answers of the week and of earlier weeks; `unread` is the number of unread
    answers of the week.
    """

    review: WeekReview
    meeting: Meeting
    discussed: tuple[AnsweredCase, ...]
    unread: int

    def to_discuss(self, low_threshold: int) -> list[AnsweredCase]:
        """Return the low answers and those with a comment, lowest first."""
        chosen = [case for case in self.discussed if case.comment or case.is_low(low_threshold)]
        return sorted(chosen, key=lowest)

    def decided_about(self, invitation_id: str | None) -> list[Decision]:
        """Return the decisions about this answer, or about the week if it is None."""
        return [one for one in self.meeting.decisions if one.invitation_id == invitation_id]

    def other_decisions(self, shown: list[AnsweredCase]) -> list[Decision]:
        """Return the decisions about answers that are not in `shown`.

        The meeting may decide about an answer that it does not mark as discussed, because the
        customer changed it meanwhile or an earlier meeting discussed it.
        """
        ids = {case.invitation_id for case in shown}
        return [
            one
            for one in self.meeting.decisions
            if one.invitation_id and one.invitation_id not in ids
        ]


def minutes_as_markdown(minutes: Minutes, facts: Facts, language: str) -> str:
    """Return the minutes. Everything people typed is escaped."""
    text = template(language, "review/minutes.md").render(
        minutes=minutes,
        shown=minutes.to_discuss(facts.survey.low_threshold),
        facts=facts,
        inline=inline,
        quote=quote,
        link=link,
        **words(facts, language),
    )
    return tidy(text)
