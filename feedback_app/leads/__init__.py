"""The leads' pages: everything about the weekly review, behind a sign-in.

Read in this order:

    passwords   argon2, and the same time for names nobody has
    attempts    sign-ins that failed are slowed
    sessions    who is signed in, on the server's side
    pages       what the pages look like, and their headers
    guard       who may: role and page value are checked before every view
    sign_in     in and out, by password or by a trusted proxy
    week        the week in numbers and words
    reading     every answer is read, noted, followed up
    meeting     step through the week, decide, write the minutes
    follow_ups  who is to be called, and what came of it
x
    record      who exported and changed what
"""
