"""Lists: steps of a case, survey questions, ways to reach support, glossary and roles."""

from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from charts import Child, anchor, element
from knowledge_site.wording import Plural, word
from support_facts import Facts, Question

# Anchor, term and meaning.
TermDefinition = tuple[str, str, str]


def steps(facts: Facts, language: str, kind: str) -> Element:
    """`{{ steps software }}`: who does what, and what makes a step faster."""
    actors = {actor.key: actor.name[language] for actor in facts.actors}
    numbered = element("ol")
    for step in facts.case_kind(kind).steps:
        who = element("strong", None, f"{actors[step.who]}:")
        made = element("li", None, who, " ", step.text[language])
        if step.faster:
            label = word("faster", language)
            made.append(element("span", {"class": "note"}, f"{label}: {step.faster[language]}"))
        numbered.append(made)
    return element("div", {"class": "steps"}, numbered)


def questions(facts: Facts, language: str) -> Element:
    """`{{ questions }}`: each question of the survey with its five points."""
    asked = (
        _question(number, question, facts, language)
        for number, question in enumerate(facts.questions, 1)
    )
    return element("div", {"class": "questions"}, *asked)


def _question(number: int, question: Question, facts: Facts, language: str) -> Element:
    metric = facts.metric(question.metric)
    label = f"{word('question_of', language)} {number} · {metric.short}"
    points = (element("li", None, point[language]) for point in question.points)
    return element(
        "div",
        {"class": "question", "id": f"question-{question.key}"},
        element("p", {"class": "question__name"}, label),
        element("p", {"class": "question__text"}, question.text[language]),
        element("ol", {"aria-label": word("answers_to", language)}, *points),
    )


def survey_emails(facts: Facts, language: str) -> Element:
    """`{{ survey_emails }}`: how many emails about a closed case a customer can get, and when."""
    return element("ul", None, *(element("li", None, text) for text in _emails(facts, language)))


def _emails(facts: Facts, language: str) -> Iterator[str]:
    rules = facts.survey
    delay, reminder = rules.survey_delay_hours, rules.reminder_after_days
    when = word("emails_delayed" if delay else "emails_immediate", language)
    yield when.format(hours=Plural(delay))
    if rules.sampling_percent < 100:
        yield word("emails_sampled", language).format(percent=rules.sampling_percent)
    if rules.quiet_period_days:
        yield word("emails_quiet", language).format(days=Plural(rules.quiet_period_days))
    after = word("emails_reminder" if reminder else "emails_no_reminder", language)
    yield after.format(days=Plural(reminder))


def contacts(facts: Facts, language: str) -> Element:
    """`{{ contacts }}`: the ways to reach support."""
    return _described(
        (word(f"contact_{key}", language), value) for key, value in _contacts(facts, language)
    )


def support_hours(facts: Facts, language: str) -> Element:
    """`{{ support_hours }}`: when support can be reached, if the operator has set it."""
    hours = facts.contacts.hours
    return _described([(word("contact_hours", language), hours[language])] if hours else [])


def operator(facts: Facts, language: str) -> Element:
    """`{{ operator }}`: who runs the site, their imprint, and where to ask about personal data."""
    known = facts.contacts
    rows: dict[str, Child] = {"operator": facts.organisation.name}
    if known.imprint_url:
        rows["imprint"] = _link(known.imprint_url, known.imprint_url)
    address = known.privacy_address or known.support_address
    rows["privacy_questions"] = _link(f"mailto:{address}", address)
    return _described((word(key, language), value) for key, value in rows.items())


def _described(pairs: Iterable[tuple[str, Child]]) -> Element:
    rows = element("dl", {"class": "contacts"})
    for name, value in pairs:
        term = element("dt", None, name)
        rows.append(element("div", None, term, element("dd", None, value)))
    return rows


def _contacts(facts: Facts, language: str) -> Iterator[tuple[str, Child]]:
    known = facts.contacts
    if known.hours:
        yield "hours", known.hours[language]
    if known.service_status_url:
        text = word("contact_service_status_link", language)
        yield "service_status", _link(known.service_status_url, text)
    if known.phone:
        yield "phone", _link(f"tel:{known.phone.replace(' ', '')}", known.phone)
    yield "portal", _link(known.portal_url, known.portal_name)
    yield "access", _link(known.access_url, word("contact_access_link", language))
    yield "security", _link(f"mailto:{known.security_address}", known.security_address)


def _link(target: str, text: str) -> Element:
    return element("a", {"href": target}, text)


def glossary(facts: Facts, language: str) -> Element:
    """`{{ glossary }}`: the terms we use and their meaning, in alphabetical order."""
    terms = (
        (anchor(term.key), term.name[language], term.meaning[language]) for term in facts.glossary
    )
    return _definitions(sorted(terms, key=lambda term: term[1].casefold()))


def roles(facts: Facts, language: str) -> Element:
    """`{{ roles }}`: the people a customer may meet or read about."""
    return _definitions(
        (f"role-{anchor(role.key)}", role.name[language], role.does[language])
        for role in facts.roles
    )


def _definitions(terms: Iterable[TermDefinition]) -> Element:
    listed = element("dl", {"class": "terms"})
    for identity, name, meaning in terms:
        term = element("dt", None, name)
        listed.append(element("div", {"id": identity}, term, element("dd", None, meaning)))
    return listed
