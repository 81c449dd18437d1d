"""Which customers get a survey invitation, when, and why not.

decisions   whether a closing is new or known, and why its customer is not asked
sampling    which share of the cases is asked
intake      stores closings with their invitations and emails, and reopenings
"""

from feedback_app.invitations.decisions import IntakeDecision, IntakeOutcome, IntakeResult
from feedback_app.invitations.intake import GRACE, CaseIntake
from feedback_app.invitations.sampling import Sampling
