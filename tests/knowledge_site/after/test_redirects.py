"""Every address that support pages ever had leads to a living page and anchor.

The table is written down a second time on purpose: a path that falls out of a page's front
matter must not fall out of the test too.
"""

import re
from posixpath import normpath

import pytest

from knowledge_site.after import built_pages
from knowledge_site.after.redirects import stub_file

EARLY = [f"/v{number}/docs/{{}}" for number in range(1, 6)]
EARLY += [f"/v{number}/docs/en/{{}}" for number in range(1, 6)]
V6 = ["/v6/docs/{}", "/v6/docs/en/{}"]
Y21 = ["/2021080/docs/{}", "/2021080/docs/en/{}"]
NEXT = ["/docs/{}", "/docs/en/{}"]
SCOS = ["/docs/scos/user/intro-to-spryker/support/{}.html"]
ABOUT = ["/docs/about/all/support/{}.html"]

OLD = [
    ("how-support-works", "how-spryker-support-works-1", V6 + Y21 + NEXT),
    ("how-support-works", "how-spryker-support-works", SCOS + ABOUT),
    ("getting-support", "getting-support", EARLY + V6 + Y21 + NEXT + SCOS + ABOUT),
    ("getting-support", "handling-new-feature-requests", SCOS),
    ("getting-support", "how-to-contact-spryker-support", SCOS),
    ("good-case", "how-to-get-the-most-out-of-spryker-support", V6 + Y21 + NEXT + SCOS),
    ("good-case", "getting-the-most-out-of-spryker-support", SCOS + ABOUT),
    ("support-portal", "how-to-use-the-support-portal", V6 + Y21 + NEXT + SCOS),
    ("support-portal", "using-the-support-portal", ABOUT),
    ("priorities", "case-priorities", Y21),
    ("priorities", "business-impact-and-case-priorities", SCOS),
    ("priorities", "case-escalation", SCOS),
    ("priorities", "prioritzing-support-cases", ABOUT),
    ("escalations", "case-escalation", V6 + Y21 + NEXT),
    ("escalations", "escalations", SCOS),
    ("escalations", "support-case-escalations", ABOUT),
    ("ticket-statuses", "understanding-ticket-status", V6 + Y21 + NEXT + SCOS),
    ("ticket-statuses", "support-ticket-statuses", ABOUT),
    ("slas", "understand-slas", V6 + Y21 + NEXT + SCOS),
    ("slas", "understanding-slas", ABOUT),
    ("fixes", "understanding-project-and-core-level-fixes", V6 + Y21 + NEXT + SCOS),
    ("fixes", "project-level-and-core-level-fixes", ABOUT),
    (
        "sharing-secrets",
        "how-to-share-secrets-with-the-spryker-support-team",
        V6 + Y21 + NEXT + SCOS,
    ),
    ("sharing-secrets", "share-secrets-with-the-spryker-support-team", SCOS + ABOUT),
    ("security", "handling-security-issues", EARLY + V6 + Y21 + NEXT + SCOS),
    ("security", "reporting-and-handling-security-issues", ABOUT),
    ("preparing-for-load", "special-prepare-for-a-busy-season", V6 + Y21 + NEXT + SCOS),
    ("preparing-for-load", "preparing-for-heavy-loads-and-traffic", ABOUT),
]
OLD += [
    ("escalations", "case-escalation", ABOUT),
    ("escalations", "escalations", ABOUT),
    ("getting-support", "contacting-spryker-support", ABOUT),
    ("getting-support", "how-to-contact-spryker-support", ABOUT),
    ("good-case", "how-to-get-the-most-out-of-spryker-support", ABOUT),
    ("sharing-secrets", "how-to-share-secrets-with-the-spryker-support-team", ABOUT),
    ("support-portal", "how-to-use-the-support-portal", ABOUT),
    ("support-portal", "using-the-support-hub", ABOUT),
    ("security", "handling-security-issues", ABOUT),
    ("preparing-for-load", "special-prepare-for-a-busy-season", ABOUT),
    ("slas", "understand-slas", ABOUT),
    ("fixes", "understanding-project-and-core-level-fixes", ABOUT),
    ("ticket-statuses", "understanding-ticket-status", ABOUT),
]
PATHS = {form.format(slug): page for page, slug, forms in OLD for form in forms}

ANCHORS = {
    "how-support-works": """
        our-performance-metrics first-response-time case-resolution-time software-issues
        infrastructure-issues security-issues our-processes case-status
        customer-effort-score-ces-and-customer-satisfaction-score-css""",
    "good-case": """
        best-practices-for-partners-and-sis spryker-partner-portal-deprecation
        whitelist-our-email-addresses adjust-auto-replies provide-all-the-information
        avoid-out-of-band-communication provide-feedback""",
    "support-portal": """
        prerequisites create-a-new-ticket create-new-cases report-a-problem-or-incident
        ask-a-question infrastructure-change-request-and-access-management
        reporting-a-problem-with-spryker-ci announce-a-go-live request-help-with-spryker-acp
        request-professional-services request-help-with-spryker-code-upgrader
        announce-high-trafficload emergencies info-on-change-requests manage-tickets
        manage-cases ticket-receipts-and-notifications case-receipts-and-notifications""",
    "priorities": """
        business-impact priorities desired-solution-time case-types increasing-priority
        p1 p2 p3 p4""",
    "ticket-statuses": """
        status-descriptions bug-tickets cloud-tickets resolution-times
        prioritizing-bug-tickets how-are-bug-tickets-prioritized""",
    "escalations": """
        example-of-a-situation-leading-up-to-an-escalation handling-escalations
        initiate-an-escalation the-escalation-process
        what-we-ask-from-you-during-an-escalation
        started acknowledged solution-proposed closed cancelled""",
    "sharing-secrets": "retrieve-a-secret share-a-secret",
    "slas": """
        what-we-expect-from-you keeping-spryker-environments-up-to-date keep-it-in-english
        report-problems-in-a-timely-manner bring-the-right-information
        assess-business-impact-realistically what-you-can-expect-from-us
        infrastructure-support software-support what-else-you-can-do-to-prevent-issues""",
    "security": """
        reporting-a-security-issue vulnerability-disclosure-program
        vulnerability-report-submission-guidelines how-we-are-handling-security-reports""",
    "fixes": "project-level-fixes core-level-fixes summary",
    "case-status": "received diagnosis solution-proposed closed",
}


def test_table_of_old_paths_is_whole() -> None:
    assert len(PATHS) == sum(len(forms) for _, _, forms in OLD) == 130


@pytest.mark.parametrize("path", PATHS)
def test_old_path_has_a_stub_and_a_line_in_the_map(site, path):
    stub = built_pages.BuiltPage(site / stub_file(path))
    folder = stub.path.parent.relative_to(site)
    (target,) = {target for _, target in stub.links}
    page = f"{PATHS[path]}.html"
    assert normpath(folder / target) == page
    html = stub.path.read_text(encoding="utf-8")
    assert f'url={target}"' in html
    assert '<link rel="canonical" href=' in html
    assert [normpath(folder / load) for _, load in stub.loads] == ["assets/redirect.js"]
    assert stub.scripts == []
    assert f"{path} /{page} 301\n" in (site / "_redirects").read_text(encoding="utf-8")


def test_the_map_has_only_paths_of_the_table(site):
    lines = (site / "_redirects").read_text(encoding="utf-8").splitlines()
    assert {line.split()[0] for line in lines} == set(PATHS)


@pytest.mark.parametrize("page", ANCHORS)
@pytest.mark.parametrize("folder", ["", "de/"])
def test_anchors_that_others_link_to_are_kept(site, folder, page):
    built = built_pages.BuiltPage(site / f"{folder}{page}.html")
    assert set(ANCHORS[page].split()) <= {anchor for _, anchor in built.anchors}


def test_every_page_with_an_old_path_keeps_its_old_anchors_in_the_test():
    assert set(PATHS.values()) - set(ANCHORS) <= {"getting-support", "preparing-for-load"}


@pytest.mark.parametrize("old", ["/docs/understand-slas", "/v6/docs/en/case-escalation"])
def test_the_browser_is_redirected_to_the_page_with_the_anchor(browser, address, old):
    anchors = re.findall(r"[\w-]+", ANCHORS[PATHS[old]])
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address.rstrip('/')}{old}#{anchors[0]}")
    page.wait_for_url(f"{address}{PATHS[old]}.html#{anchors[0]}")
    context.close()


def test_an_old_address_redirects_without_scripts_too(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}docs/getting-support")
    page.wait_for_url(f"{address}getting-support.html")
    context.close()
