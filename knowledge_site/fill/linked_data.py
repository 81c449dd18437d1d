"""JSON-LD for search engines, with the vocabulary of schema.org.

Breadcrumbs and dates of a page are in partials/linked-data.html of the theme.
"""

import json
from collections.abc import Iterable
from typing import Any
from xml.etree.ElementTree import Element

from charts import anchor, element
from knowledge_site.wording import word
from support_facts import Facts


def statuses(facts: Facts, language: str) -> Element:
    """`{{ data statuses }}`: the statuses of a case as defined terms."""
    terms = ((anchor(one.key), one.name, one.meaning[language]) for one in facts.statuses)
    return _term_set("statuses_caption", terms, language)


def metrics(facts: Facts, language: str) -> Element:
    """`{{ data metrics }}`: the metrics as defined terms."""
    terms = (
        (f"metric-{anchor(one.key)}", one.name[language], one.definition[language])
        for one in facts.metrics
    )
    return _term_set("metrics_caption", terms, language)


def glossary(facts: Facts, language: str) -> Element:
    """`{{ data glossary }}`: the glossary as defined terms."""
    terms = ((anchor(one.key), one.name[language], one.meaning[language]) for one in facts.glossary)
    return _term_set("glossary", terms, language)


def contacts(facts: Facts, language: str) -> Element:
    """`{{ data contacts }}`: the organisation and its contact points."""
    known = facts.contacts
    support = {
        "@type": "ContactPoint",
        "contactType": "customer support",
        "url": known.portal_url,
        "availableLanguage": facts.organisation.case_language[language],
        **({"telephone": known.phone} if known.phone else {}),
    }
    security = {
        "@type": "ContactPoint",
        "contactType": "security",
        "email": known.security_address,
    }
    return _script(
        {
            "@type": "Organization",
            "name": facts.organisation.name,
            **({"url": facts.organisation.site_url} if facts.organisation.site_url else {}),
            "contactPoint": [support, security],
        }
    )


def _term_set(name: str, terms: Iterable[tuple[str, str, str]], language: str) -> Element:
    return _script(
        {
            "@type": "DefinedTermSet",
            "name": word(name, language),
            "inLanguage": language,
            "hasDefinedTerm": [
                {"@type": "DefinedTerm", "url": f"#{place}", "name": term, "description": meaning}
                for place, term, meaning in terms
            ],
        }
    )


def _script(data: dict[str, Any]) -> Element:
    text = json.dumps({"@context": "https://schema.org", **data}, ensure_ascii=False)
    # Escaped, so that a value cannot close the script element.
    return element("script", {"type": "application/ld+json"}, text.replace("<", "\\u003c"))
