"""The record names everything that is recorded, in words."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from feedback_app.records import CARE_REASONS
from feedback_app.store import leads
from tests.support.office import Office
from tests.support.team import Somebody

CODE = Path(__file__).parents[2] / "feedback_app"


def acts() -> Iterator[str]:
    """Yield what every call in the code records: its first text."""
    for path in sorted(CODE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func).rpartition(".")[2]
            texts = [one.value for one in node.args if isinstance(one, ast.Constant)]
            if called.lstrip("_") in ("log_action", "record_action") and texts:
                yield str(texts[0])
    yield from (f"handle with care: {reason}" for reason in CARE_REASONS)


def test_every_action_of_the_audit_log_has_a_readable_name(sqlite_team_office: Office) -> None:
    office = sqlite_team_office
    found = sorted(set(acts()))
    assert {
        "export",
        "note published",
        "account removed",
        "follow-up opened",
        "password set",
    } <= set(found)
    with office.program.database.write() as tx:
        for number, act in enumerate(found):
            leads.record_action(tx, "lena", act, f"subject {number}", office.now)
    page = re.sub(r">\s+<", "><", Somebody(office, "admin").get("/review/audit-log").text)
    for number, act in enumerate(found):
        said = page.split(f"</td><td>subject {number}</td>")[0].rsplit("<td>", 1)[1]
        assert said[0].isupper(), f"{act} has no words"
