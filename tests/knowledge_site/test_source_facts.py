"""Every fact of the source pages is on our site, and nothing is promised that they do not say.

Each row names the fact as it reads on our page in English and in German. A row whose words change
needs the new words here.
"""

import re

import pytest
from babel.messages.pofile import read_po

from knowledge_site.build import ROOT
from support_facts import load_facts
from tests.support.site_pages import ADDRESSES, PAGES, text_of

FACTS = load_facts()

# Page on our site, and the words there in English and in German.
HOW_IT_WORKS = [
    (
        "how-support-works",
        "Support can only be great when customers and support share one view",
        "Guter Support gelingt nur, wenn Kunden und Support dieselbe Sicht haben",
    ),
    (
        "how-support-works",
        "until support first responds",
        "bis der Support zum ersten Mal antwortet",
    ),
    (
        "how-support-works",
        "Our aim: under 1 hour in general",
        "Unser Ziel: in der Regel unter 1 Stunde",
    ),
    (
        "how-support-works",
        "in June 2021, our statistics showed that we met this aim consistently",
        "im Juni 2021 .* zeigte unsere Statistik, dass wir das Ziel durchgehend erreichten",
    ),
    (
        "how-support-works",
        "until it is solved and the customer has confirmed the solution",
        "bis er gelöst ist und der Kunde die Lösung bestätigt hat",
    ),
    (
        "how-support-works",
        "harder to control .* depends on many factors",
        "schwerer steuern .* von vielen Faktoren abhängt",
    ),
    (
        "how-support-works",
        "software, infrastructure, and security",
        "Software, Infrastruktur und Sicherheit",
    ),
    (
        "how-support-works",
        "reproduce it in our own test environment",
        "in unserer eigenen Testumgebung nachstellen",
    ),
    (
        "how-support-works",
        "create a Jira ticket to involve development and engineering",
        "mit einem Jira-Ticket die Entwicklung ein",
    ),
    (
        "how-support-works",
        "number of the Jira issue as your reference",
        "die Nummer des Jira-Vorgangs als Referenz",
    ),
    (
        "how-support-works",
        "examine the problem, then develop, test, and release a solution",
        "untersucht das Problem, entwickelt eine Lösung, testet und veröffentlicht sie",
    ),
    (
        "how-support-works",
        "ask you to confirm it. Then we close the case",
        "bitten Sie um Bestätigung. Danach schließen wir den Fall",
    ),
    (
        "how-support-works",
        "always try to finish as soon as possible",
        "immer so schnell wie möglich fertig werden",
    ),
    (
        "how-support-works",
        "depends on how complex the problem is",
        "hängt davon ab, wie komplex das Problem ist",
    ),
    (
        "how-support-works",
        "tell us how important it is for you",
        "uns sagen, wie wichtig es für Sie ist",
    ),
    ("how-support-works", "customers on our PaaS", "Kunden mit unserer PaaS"),
    (
        "how-support-works",
        "the highest priority, because they usually affect your whole business",
        "höchster Priorität, weil sie meist Ihr ganzes Geschäft betreffen",
    ),
    (
        "how-support-works",
        "the stability and security of the infrastructure are paramount",
        "stehen Stabilität und Sicherheit der Infrastruktur an erster Stelle",
    ),
    (
        "how-support-works",
        "may have a few questions, and we often escalate to DevOps immediately",
        "Vielleicht haben wir einige Rückfragen, und oft eskalieren wir sofort an DevOps",
    ),
    (
        "how-support-works",
        "investigate and solve the problem",
        "untersuchen das Problem und lösen es",
    ),
    (
        "how-support-works",
        "speed this up with your own first checks",
        "Eigene erste Prüfungen beschleunigen das",
    ),
    (
        "how-support-works",
        "senior management and to our most senior engineers",
        "an die Geschäftsleitung und an unsere erfahrensten Fachleute",
    ),
    (
        "how-support-works",
        "rather deal with a false alarm than underestimate a single report",
        "Ein Fehlalarm ist uns lieber als eine einzige unterschätzte Meldung",
    ),
    (
        "how-support-works",
        "cannot guarantee resolution times for security issues",
        "Für Sicherheitsprobleme können wir keine Lösungszeiten garantieren",
    ),
    (
        "how-support-works",
        "our response shows how seriously we take them",
        "Wie ernst wir sie nehmen, zeigt unsere Reaktion",
    ),
    (
        "how-support-works",
        "work on genuine threats together with you and with the highest priority",
        "An echten Bedrohungen arbeiten wir gemeinsam mit Ihnen und mit höchster Priorität",
    ),
    (
        "how-support-works",
        "two questions , and only two, because your time is valuable",
        "zwei Fragen , und nur zwei, weil Ihre Zeit kostbar ist",
    ),
    (
        "how-support-works",
        "built for speed and reliability",
        "auf Geschwindigkeit und Verlässlichkeit ausgelegt",
    ),
    (
        "how-support-works",
        "connected to our internal communication tool",
        "mit unserem internen Kommunikationstool verbunden",
    ),
    (
        "how-support-works",
        "best view of everything that comes in",
        "alles Neue bestmöglich im Blick",
    ),
    ("how-support-works", "part of the Customer Success Team", "gehört zum Customer Success Team"),
    (
        "how-support-works",
        "the details and goals that matter to you",
        "die Einzelheiten und Ziele, die Ihnen wichtig sind",
    ),
    (
        "how-support-works",
        "direct line to Software Development and DevOps",
        "direkten Draht zu Software-Entwicklung und DevOps",
    ),
    (
        "how-support-works",
        "escalate quickly to the people who know the subject, and react fast",
        "schnell an die richtigen Fachleute eskalieren und im Notfall rasch reagieren",
    ),
    (
        "your-feedback",
        "may email you a link to our feedback page",
        "senden wir Ihnen möglicherweise einen Link zu unserer Feedback-Seite",
    ),
    (
        "your-feedback",
        "how easy it was to work with us",
        "wie leicht die Zusammenarbeit mit uns war",
    ),
    (
        "your-feedback",
        "how satisfied you were with the whole interaction",
        "wie zufrieden Sie insgesamt waren",
    ),
    ("your-feedback", "Only an honest answer", "Nur eine ehrliche Antwort"),
    ("your-feedback", "We evaluate every answer", "Wir werten jede Antwort aus"),
    (
        "your-feedback",
        "discuss feedback openly in our weekly team meeting",
        "sprechen wir offen in unserer wöchentlichen Teambesprechung",
    ),
    (
        "your-feedback",
        "ask you for a comment, because we would like to know why",
        "bitten wir Sie um einen Kommentar, weil wir wissen möchten, warum",
    ),
    (
        "your-feedback",
        "Depending on your comment, the team lead may get in touch with you",
        "Je nach Ihrem Kommentar meldet sich die Teamleitung möglicherweise bei Ihnen",
    ),
    (
        "your-feedback",
        "real effect on how we operate",
        "tatsächlich Einfluss darauf, wie wir arbeiten",
    ),
    (
        "case-status",
        "email you each time the status of your case changes",
        "Bei jeder Statusänderung senden wir Ihnen eine E-Mail",
    ),
    (
        "case-status",
        "in our case system and ready to be picked up",
        "in unserem System angelegt und kann übernommen werden",
    ),
    (
        "case-status",
        "picked up your case and is evaluating what you sent",
        "hat Ihren Fall übernommen und wertet Ihre Angaben aus",
    ),
    (
        "case-status",
        "often have questions at this stage",
        "In dieser Phase haben wir häufig Rückfragen",
    ),
    (
        "case-status",
        "sent you a solution and ask you to confirm",
        "eine Lösung mitgeteilt und bitten Sie um Bestätigung",
    ),
    (
        "case-status",
        "You confirmed the solution, or we asked you a question and did not get a reply",
        "Sie haben die Lösung bestätigt, oder wir haben auf unsere Rückfrage keine Antwort",
    ),
]
PORTAL_AND_CASES = [
    ("support-portal", "menu of small squares at the top right", "Menü mit den kleinen Quadraten"),
    ("support-portal", "Create a ticket . A wizard", "Create a ticket . Ein Assistent"),
    (
        "support-portal",
        "lists all cases of your organisation",
        "zeigt alle Fälle Ihrer Organisation",
    ),
    ("support-portal", "all communication about it", "den gesamten Schriftwechsel"),
    ("support-portal", "status of the linked Jira ticket", "Status des verknüpften Jira-Tickets"),
    ("support-portal", "priority that we set", "Priorität , die wir festgelegt haben"),
    (
        "support-portal",
        "address of the portal account that created the case",
        "Adresse des Portalkontos, mit dem der Fall eröffnet wurde",
    ),
    (
        "support-portal",
        "community on Slack or to the documentation",
        "Community auf Slack oder auf die Dokumentation",
    ),
    (
        "support-portal",
        "Customer Success know that you are about to go live",
        "Customer Success Bescheid, dass Sie bald live gehen",
    ),
    ("support-portal", "8 weeks ahead", "8 Wochen im Voraus"),
    ("support-portal", "Expect 3–5 days", "Rechnen Sie mit 3–5 Tagen"),
    (
        "support-portal",
        "Partners cannot request new environments or access to monitoring",
        "Partner können keine neuen Umgebungen und keinen Zugang zum Monitoring beantragen",
    ),
    (
        "good-case",
        "Which shop: Suite, B2B or B2C demo shop",
        "Welcher Shop: Suite, B2B- oder B2C-Demoshop",
    ),
    (
        "good-case",
        "latest version, so we may ask for your composer.lock",
        "neuesten Version und bitten deshalb vielleicht um Ihre composer.lock",
    ),
    (
        "good-case",
        "support@spryker.com and noreply@spryker.com",
        "support@spryker.com und noreply@spryker.com",
    ),
    ("good-case", "can create a case by accident", "kann versehentlich einen Fall anlegen"),
    ("good-case", "are not covered by your SLA", "sind nicht durch Ihr SLA abgedeckt"),
    (
        "good-case",
        "Standard Access includes 3 seats, and Premier Access includes 10 seats",
        "Standard Access umfasst 3 Zugänge, Premier Access umfasst 10 Zugänge",
    ),
    ("good-case", "only customers can request seats", "nur Kunden Zugänge beantragen"),
    (
        "good-case",
        "Support Lead reads the answers and follows up",
        "Die Teamleitung liest die Antworten und geht ihnen nach",
    ),
    (
        "priorities",
        "production outage, a security incident, or a direct effect",
        "Ausfall der Produktion, ein Sicherheitsvorfall oder eine direkte Beeinträchtigung",
    ),
    (
        "priorities",
        "desired solution time for requests, change requests, and problems",
        "Bei Anfragen, Änderungsanfragen und Problemen können Sie eine gewünschte Lösungszeit",
    ),
    ("priorities", "Emergencies don't have this field", "Bei Notfällen gibt es dieses Feld nicht"),
    (
        "priorities",
        "link in the signature of our support emails",
        "Link in der Signatur unserer Support-E-Mails",
    ),
    ("priorities", "Low, automatically", "Low, automatisch"),
    ("priorities", "Always the highest", "Immer die höchste"),
    (
        "getting-support",
        "watches our cloud environments around the clock",
        "überwacht unsere Cloud-Umgebungen rund um die Uhr",
    ),
    ("getting-support", "CommerceQuest community", "Community CommerceQuest"),
    (
        "preparing-for-load",
        "check the auto-scaling settings",
        "prüfen damit die Einstellungen der automatischen Skalierung",
    ),
]
PROCESSES = [
    (
        "escalations",
        "cannot solve them to everyone's satisfaction right away",
        "nicht sofort zur Zufriedenheit aller lösen können",
    ),
    (
        "escalations",
        "senior leadership or to other departments",
        "der Führungsebene oder anderen Abteilungen vor",
    ),
    (
        "escalations",
        "always starts an escalation, and we confirm it by email",
        "löst immer eine Eskalation aus, und wir bestätigen sie per E-Mail",
    ),
    ("escalations", "gives you regular updates", "informiert Sie regelmäßig"),
    (
        "escalations",
        "We have informed the person who created the case",
        "Wir haben die Person informiert, die den Fall eröffnet hat",
    ),
    (
        "escalations",
        "share a post-mortem with you and your partner",
        "Rückblick mit Ihnen und Ihrem Partner",
    ),
    ("escalations", "technical root cause analysis", "technische Ursachenanalyse"),
    (
        "ticket-statuses",
        "From In CR onwards, a rough estimate may be possible",
        "Ab In CR können wir unter Umständen grob schätzen",
    ),
    ("ticket-statuses", "It is not binding", "Er ist nicht verbindlich"),
    (
        "ticket-statuses",
        "review the priorities together every week",
        "prüfen die Prioritäten jede Woche gemeinsam",
    ),
    (
        "slas",
        "the time to the first response, as defined in your contract",
        "die Zeit bis zur ersten Antwort, wie in Ihrem Vertrag festgelegt",
    ),
    (
        "slas",
        "Not guaranteed: the time to a resolution",
        "Nicht garantiert: die Zeit bis zur Lösung",
    ),
    ("slas", "write all cases in English", "schreiben Sie alle Fälle auf Englisch"),
    ("slas", "monthly user group meetups", "monatlichen Treffen der Anwendergruppe"),
    (
        "fixes",
        "may skip our usual quality checks and reviews, and it is temporary",
        "üblichen Qualitätsprüfungen und Reviews können dabei entfallen, und er ist nur vorläufig",
    ),
    (
        "fixes",
        "full quality checks and an architecture review, so it takes longer",
        "alle Qualitätsprüfungen und ein Architektur-Review und dauert deshalb länger",
    ),
    (
        "sharing-secrets",
        "only if support asks you for it",
        "nur, wenn der Support Sie darum bittet",
    ),
    (
        "sharing-secrets",
        "delete anything that reaches us in another way",
        "Was uns auf anderem Weg erreicht, löschen wir",
    ),
    ("sharing-secrets", "choose the EU host", "wählen Sie den Host in der EU"),
    ("sharing-secrets", "Link Passphrase", "Link Passphrase"),
    ("security", "security@spryker.com", "security@spryker.com"),
    ("security", "program on HackerOne", "Program auf HackerOne"),
    ("security", "CVSS v3.1", "CVSS v3.1"),
    ("security", "at least 7 working days", "mindestens 7 Arbeitstagen"),
    ("security", "Fridays, Saturdays, or Sundays", "Freitags, samstags und sonntags"),
]
SOURCE = HOW_IT_WORKS + PORTAL_AND_CASES + PROCESSES

# What readers look for, and where they find it.
READERS = [
    (
        "index",
        "Open the menu of squares at the top right and choose Support Hub",
        "Öffnen Sie oben rechts das Menü mit den Quadraten und wählen Sie Support Hub",
    ),
    (
        "case-status",
        "We need your answer if we asked a question",
        "Wir brauchen Ihre Antwort , wenn wir eine Frage gestellt",
    ),
    (
        "case-status",
        "We are working if all our questions are answered",
        "Wir arbeiten daran , wenn alle unsere Fragen beantwortet sind",
    ),
    (
        "case-status",
        "Comment on the case: tell us that the solution works for you",
        "Kommentieren Sie den Fall: Schreiben Sie uns, dass die Lösung funktioniert",
    ),
    ("case-status", "What happens if I don't reply", "Was geschieht, wenn ich nicht antworte"),
    (
        "case-kinds",
        "The usual course of each kind of case",
        "Der übliche Ablauf bei jeder Art von Fall",
    ),
    (
        "escalations",
        "Raise a concern without an emergency",
        "Unzufrieden, aber kein Notfall",
    ),
    ("faster", "Make your case faster", "So wird Ihr Fall schneller gelöst"),
]

# Promises that no source makes.
UNFOUNDED = [
    r"within \d+ (working )?days?\b",
    r"innerhalb von \d+ (Arbeitst|T)agen",
    r"[Tt]en seconds|[Zz]ehn Sekunden",
    r"tell (nobody|no one)|erzählen Sie niemand",
    r"139|137",
    r"\bACP\b",
    r"button in the portal|Knopf im\s+Portal",
    r"not published here|hier nicht veröffentlicht|is named here|hier nicht genannt",
    r"has not entered|noch kein Impressum",
]


@pytest.mark.parametrize(("page", "english", "german"), SOURCE + READERS)
def test_each_fact_of_the_source_is_on_its_page_in_both_languages(site, page, english, german):
    assert re.search(english, text_of(site / f"{page}.html"))
    assert re.search(german, text_of(site / f"de/{page}.html"))


def test_no_page_makes_a_promise_without_a_source(site):
    for name in ADDRESSES:
        for pattern in UNFOUNDED:
            assert not re.search(pattern, text_of(site / name)), (name, pattern)


@pytest.mark.parametrize("language", FACTS.languages)
def test_site_and_closure_email_say_the_same_about_reopening(site, language):
    folder = "" if language == "en" else f"{language}/"
    assert FACTS.practice.reopening[language] in text_of(site / f"{folder}case-status.html")


@pytest.mark.parametrize("language", FACTS.languages)
def test_the_feedback_page_makes_the_promises_of_email_and_survey(site, language):
    page = text_of(site / ("" if language == "en" else language) / "your-feedback.html")
    feedback, questions = FACTS.feedback, FACTS.questions
    for promise in (feedback.readers, feedback.meeting, feedback.follow_up):
        assert promise[language] in page
    for text in (text for one in questions for text in (one.text, *one.points)):
        assert text[language] in page
    for number in (FACTS.survey.link_lifetime_days, FACTS.survey.edit_window_hours):
        assert f" {number} " in page


@pytest.mark.parametrize("name", ["emails", "messages", "review"])
def test_emails_survey_and_review_use_the_terms_of_the_site_and_promise_nothing_else(name):
    folder = ROOT / "feedback_app/base/translations/de/LC_MESSAGES"
    with (folder / f"{name}.po").open("rb") as file:
        messages = [str(one.id) + str(one.string) for one in read_po(file)][1:]
    other_terms = r"Antwortquote|Antwortrate|[Aa]nswer rate|[Rr]eply rate|Rücklaufrate"
    promises = "|".join(UNFOUNDED[:4])
    assert [one for one in messages if re.search(f"{other_terms}|{promises}", one)] == []


def test_there_is_a_row_for_each_page_with_facts_of_the_source():
    # The rest describes this site, or what it publishes.
    ours = {"faster", "how-we-are-doing", "metrics", "what-changed", "privacy", "imprint"}
    listing = {"glossary", "whole-policy", "site-map", "infrastructure-checklist", "index"}
    assert {page for page, *_ in SOURCE} | ours | listing | {"case-kinds"} == set(PAGES)
