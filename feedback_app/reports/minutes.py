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
    """What a meeting discussed and decided.

    `discussed` are the answers it marked as discussed, of its week and of earlier ones; `unread`
    is how many answers of the week nobody had read.
    """

    review: WeekReview
    meeting: Meeting
    discussed: tuple[AnsweredCase, ...]
    unread: int

    def worth_words(self, low_threshold: int) -> list[AnsweredCase]:
        """Return the low answers and the comments, the lowest first."""
        spoken = [case for case in self.discussed if case.comment or lowest(case) <= low_threshold]
        return sorted(spoken, key=lowest)

    def decided_about(self, invitation_id: str | None) -> list[Decision]:
        """Return what was decided about one answer, or about none."""
        return [one for one in self.meeting.decisions if one.invitation_id == invitation_id]

    def decided_besides(self, spoken: list[AnsweredCase]) -> list[Decision]:
        """Return what was decided about answers that are not among `spoken`.

        An answer that changed before the meeting ended, or that another meeting discussed first,
        is not discussed in this one; what was decided about it was.
        """
        told = {case.invitation_id for case in spoken}
        return [
            one
            for one in self.meeting.decisions
            if one.invitation_id and one.invitation_id not in told
        ]


def minutes_as_markdown(minutes: Minutes, facts: Facts, language: str) -> str:
    """Return the minutes. Whatever people wrote is shown as text and can be nothing else."""
    text = template(language, "review/minutes.md").render(
        minutes=minutes,
        spoken=minutes.worth_words(facts.survey.low_threshold),
        facts=facts,
        inline=inline,
        quote=quote,
        link=link,
        **words(facts, language),
    )
    return tidy(text)
