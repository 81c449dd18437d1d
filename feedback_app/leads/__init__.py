"""The leads' pages: the weekly review, behind a sign-in.

passwords       hashing and checking passwords
sign_in_limits  rate limit of failed sign-ins
sessions        sessions stored on the server
csrf            CSRF tokens
returned_form   the form of a refused request
pages           rendering in the lead's language
refusals        error pages and conflicts, with the refused form
forms           fields and checks that forms share
single_sign_on  sign-in through a trusted proxy
permissions     the role that a view requires; checks it and the CSRF token
blueprint       the blueprint
sign_in         sign in and out
own_password    set a password with a link, and change it
accounts        add, change and remove accounts
audit_log       who exported and changed what
week            the week page
reading         reading queue, search
answer_changes  notes, annulments and "handle with care"
cases           the page of a case: correct kind and team, send its survey again
people          one person's data, its erasure, and opt-outs
decisions       decisions of all meetings
agenda          which answers a meeting discusses
meeting         the meeting
minutes         the minutes of a meeting
follow_ups      follow-ups and email drafts
customer_note   notes to customers about decisions
site_preview    parts of the public figures page
publishing      publish the figures of a period
exports         downloads of one or more weeks
routes          imports all modules with views
"""
