"""All facts that customers read: support.toml and the typed objects it is read into.

addresses        what counts as an email address
public_holidays  holidays of a country or region
text             a wording in every language; FactsError
schema           types of values and tables: addresses, numbers in a range, lists
cases, terms     the tables of support.toml
facts            Facts, which holds all tables
errors           errors of pydantic as lines that name key, fault and fix
loading          load_facts()

To add a fact, add a field to its type and a line to support.toml. Give the field a default, except
for a text, so that the program still starts with the support.toml of an earlier version.
"""

from support_facts.addresses import is_email_address
from support_facts.cases import (
    CaseKind,
    ClosureReason,
    Metric,
    Period,
    Question,
    Status,
    SurveyRules,
)
from support_facts.facts import Facts
from support_facts.loading import FACTS_FILE, load_facts
from support_facts.public_holidays import is_public_holiday
from support_facts.terms import (
    Change,
    Check,
    EscalationStatus,
    Organisation,
    Priority,
    TicketStatus,
    Weekday,
)
from support_facts.text import FactsError, Text
