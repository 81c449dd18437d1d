"""The survey behind the closure mail and the weekly review of its answers.

The rooms, in import order (nobody imports downward; `tests/test_layout.py` holds it):

clock        UTC times as text
text         what may be stored of what people type
records      the nouns
settings     where it runs
weeks        ISO weeks in the team's time zone
links        signed links, each bound to its purpose
language     which language, and its words
database     one write transaction, one way to ask, two engines
schema       numbered migrations; every column with purpose and lifetime
store        the only SQL, a file per noun
letters      the words we send
invitations  who is asked, when, and why not
outbox       deliver what is due; nothing lost
retention    what is kept for how long, and erasure on request
intake       case systems to closed cases
review       the week in numbers: pure sums
reports      the week on paper
survey       the two questions: form and routes
sample       plainly labelled sample data
worker       the table of timed jobs
app          wiring
cli          the `feedback` command
"""
