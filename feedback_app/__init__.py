"""The survey behind the closure mail and the weekly review of its answers.

The rooms, in import order: nobody imports downward, and `tests/test_layout.py` reads this map.

clock         UTC times as text
text          what may be stored of what people type
blacked_out   words blacked out of a comment
records       the nouns
desk          the nouns of the weekly review
addresses     what can be an address
settings      where it runs
weeks         ISO weeks in the team's time zone
links         signed links, each bound to its purpose
due_days      by which day somebody should have got in touch
language      which language, and its words
database      one write transaction, one way to ask, two engines
columns       what is said of every column
desk_schema   the columns of the weekly review
schema        every column with purpose and lifetime
desk_tables   the tables of the weekly review, steps of the migrations
migrations    the tables, step by step
store         the only SQL, a file per noun
letters       the words we send
invitations   who is asked, when, and why not
postmen       SMTP, or a folder for trying out
notices       the words we send to the leads
chats         chats that alerts go to
outbox        deliver what is due; nothing lost
alerts        a low answer: the leads hear of it, a follow-up opens
bounces       mails that came back
wiring        the parts of a running program, made once
requests      what a request needs of the running program
peers         whom a request comes from, behind a proxy too
intake        case systems to closed cases
intervals     what chance alone would vary
review        the week in numbers: pure sums
reports       the week on paper
retention     what is kept for how long, and erasure on request
publish       the aggregates that may cross to the site
digest        last week, mailed on Monday morning
answering     the protocol: the first complete answer stands
sample_desk   what the leads of the sample data did
sample        plainly labelled sample data
suspicion     what looks unlike a person
survey_form   the form of the two questions
survey_pages  what the survey's pages look like
survey        the two questions: GET shows, POST stores
survey_why    why a low answer was low
opt_out       objecting to surveys
api_page      the HTTP API on a page
leads         the leads' pages, behind a sign-in
site          the built site on the same port
worker        the table of timed jobs
app           create_app: wiring, health, error pages
commands      the subcommands of `feedback`
cli           the `feedback` command
"""
