"""Everything customers are told: support.toml and the typed objects it is read into.

text           a wording in every language; FactsError
checks         rules for values beyond their type
cases, terms   the tables of support.toml
facts          Facts, which holds all tables: load_facts() and value()
reading        TOML to typed objects; errors name file, key and fix

To add a fact, add a field to its type and a line to support.toml.
"""

from support_facts.cases import (
    CaseKind,
    CaseType,
    ClosureReason,
    Metric,
    Period,
    Question,
    Status,
    SurveyRules,
)
from support_facts.facts import FACTS_FILE, Facts, load_facts
from support_facts.terms import (
    Change,
    Check,
    EscalationStatus,
    MailSubject,
    Priority,
    TicketStatus,
)
from support_facts.text import FactsError, Text

__all__ = [
    "FACTS_FILE",
    "CaseKind",
    "CaseType",
    "Change",
    "Check",
    "ClosureReason",
    "EscalationStatus",
    "Facts",
    "FactsError",
    "MailSubject",
    "Metric",
    "Period",
    "Priority",
    "Question",
    "Status",
    "SurveyRules",
    "Text",
    "TicketStatus",
    "load_facts",
]
