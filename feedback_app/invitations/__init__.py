"""Which customers get a survey invitation, when, and why not.

decisions   whether a closing is new or known, and why its customer is not asked, such as sampling
intake      stores closings with their invitations and emails, and reopenings
"""

from feedback_app.invitations.decisions import (
    IntakeDecision,
    IntakeOutcome,
    IntakeResult,
    Sampling,
)
from feedback_app.invitations.intake import GRACE, CaseIntake
