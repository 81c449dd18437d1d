"""The rules, definitions and questions that are written into each published file."""

from published_results import Definition, QuestionWording, Rules, Target
from support_facts import Facts


def rules_of(facts: Facts) -> Rules:
    """Return the current rules."""
    return Rules(
        time_zone=facts.organisation.time_zone,
        minimum_n=facts.survey.minimum_n,
        share_minimum_n=facts.survey.share_minimum_n,
        low_threshold=facts.survey.low_threshold,
        read_within_days=facts.survey.read_within_days,
        contact_within_working_days=facts.survey.follow_up_working_days,
        sampling_percent=facts.survey.sampling_percent,
        holidays=facts.organisation.holidays,
        targets=tuple(
            Target(metric=metric.key, seconds=metric.target_seconds, clock=metric.target_clock)
            for metric in facts.metrics
            if metric.target_seconds is not None and metric.target_clock is not None
        ),
    )


def definitions_of(facts: Facts) -> tuple[Definition, ...]:
    """Return the definition of every metric, in every language."""
    return tuple(
        Definition(
            metric=metric.key,
            short=metric.short,
            name=dict(metric.name),
            definition=dict(metric.definition),
            formula=dict(metric.formula),
            excludes=dict(metric.excludes),
            direction=dict(metric.direction),
            target=dict(metric.target) if metric.target else None,
        )
        for metric in facts.metrics
    )


def questions_of(facts: Facts) -> tuple[QuestionWording, ...]:
    """Return the current wording of the questions, with its version."""
    return tuple(
        QuestionWording(
            question=question.key,
            wording_version=facts.survey.wording_version,
            text=dict(question.text),
            points=tuple(dict(point) for point in question.points),
        )
        for question in facts.questions
    )
