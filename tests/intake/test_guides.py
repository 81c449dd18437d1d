"""Every guide is followed: what it prints is run and sent, against a real server."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from feedback_app.base.times import to_text
from feedback_app.cli import COMMANDS, main
from feedback_app.database.choose import open_database
from feedback_app.intake.api.messages import ClosedCaseMessage
from feedback_app.intake.webhooks.presets import SHIPPED
from feedback_app.settings import Settings
from tests.support.case_systems import GLPI, SYSTEMS
from tests.support.real_parts import real_part_missing
from tests.support.senders import Wire
from tests.support.server import environment, feedback, free_port, running
from tests.support.simulated_system import ADDRESS, GUIDES, SECRET, Closing, printed
from tests.support.some import some

PAGES = {path.name: path.read_text(encoding="utf-8") for path in sorted(GUIDES.glob("*.md"))}


class Operator:
    """Somebody who follows the guides, with a program of ours that runs."""

    def __init__(self, folder: Path, port: int, env: dict[str, str]) -> None:
        self.folder, self.port, self.env = folder, port, env

    def shell(self, script: str) -> str:
        """Run a block of a guide and return its output."""
        for tool in ("bash", "curl", "openssl"):
            if not shutil.which(tool):
                real_part_missing(tool, f"apt-get install {tool}")
        path = f"{Path(sys.executable).parent}:{self.env['PATH']}"
        done = subprocess.run(
            ["bash", "-eu", "-c", script],
            cwd=self.folder,
            env={**self.env, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def block(self, name: str, secret: str) -> str:
        """Run the test that a guide prints, with our address and this secret filled in."""
        script = printed("sh", name)
        script, places = re.subn(
            r"^ADDRESS=.*$", f"ADDRESS=http://127.0.0.1:{self.port}", script, flags=re.M
        )
        script, secrets = re.subn(r"^SECRET=.*$", f"SECRET={secret}", script, flags=re.M)
        assert (places, secrets) == (1, 1)
        return self.shell(script)

    def feedback(self, *words: str) -> str:
        """Run a `feedback` command in this process, which is faster, and return its output."""
        done = CliRunner().invoke(main, words, env=self.env, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    def case(self, number: str) -> dict[str, object] | None:
        """Return the stored case with this number."""
        database = open_database(self.env["FEEDBACK_DATABASE"])
        try:
            rows = database.ask("SELECT * FROM cases WHERE case_number = :number", number=number)
        finally:
            database.close()
        return rows[0] if rows else None


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    """One program for all guides, as an operator with several case systems runs it."""
    tmp_path = tmp_path_factory.mktemp("operator")
    port = free_port()
    secrets = " ".join(f"{one.name}={one.secret}" for one in SYSTEMS.values())
    env = {**environment(tmp_path, port), "FEEDBACK_WEBHOOK_SECRETS": secrets}
    feedback("migrate", env=env)
    with running(
        [sys.executable, "-m", "feedback_app.cli", "serve", "--port", str(port)], port, env
    ):
        yield Operator(tmp_path, port, env)


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_steps_of_each_guide_work(operator: Operator, name: str) -> None:
    system = SYSTEMS[name]
    # The connection is tested as printed: with the secret, and with one that is wrong.
    answer = operator.block(name, system.secret)
    assert answer.startswith("HTTP/1.1 200 OK"), answer
    assert "ignored" in answer or "<Ack>true</Ack>" in answer
    refused = operator.block(name, system.secret[:-1] + "!")
    assert refused.startswith("HTTP/1.1 401 UNAUTHORIZED"), refused
    number = f"00042-{name}"
    assert operator.case(system.case_number(number)) is None

    # The payload is looked at, which stores nothing; then it is sent.
    closed_at = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=1)
    closing = Closing(number=number, closed_at=closed_at, delivery=f"delivery-{name}")
    payload = operator.folder / "closing"
    payload.write_bytes(system.body(system.closing(closing)))
    seen = operator.feedback("intake", "try", name, str(payload))
    assert f"case_number             {system.case_number(number)}" in seen
    assert operator.case(system.case_number(number)) is None
    reply = system.tell(operator.port, closing, datetime.now(UTC))
    assert reply.status in (200, 201)
    case = operator.case(system.case_number(number))
    assert case

    # The link gets back, by the answer or by asking for it with a key of this source.
    key = operator.feedback("key", "add", system.source).strip()
    desk = Wire(operator.port, {"Authorization": f"Bearer {key}"})
    told = desk.post("/api/v1/survey-links", {"case_id": case["case_id"]}).json
    link = urlsplit(reply.json["survey_link"] if system.reads_answer else told["survey_link"])
    assert desk.get(link.path).status == 200


def test_the_steps_of_the_api_guide_work(operator: Operator) -> None:
    key = operator.feedback("key", "add", "my-desk").strip()
    assert operator.block("api", key).startswith("HTTP/1.1 404 NOT FOUND")
    assert operator.block("api", key + "0").startswith("HTTP/1.1 401 UNAUTHORIZED")
    desk = Wire(operator.port, {"Authorization": f"Bearer {key}"})
    now = datetime.now(UTC)
    times = {"closed_at": to_text(now), "opened_at": to_text(now - timedelta(days=1))}
    message = json.loads(printed("json", "api")) | times
    told = desk.post("/api/v1/closed-cases", message).json
    assert (told["state"], told["case_number"]) == ("handed_over", "00000042")
    assert desk.post("/api/v1/bounces", {"case_id": "00000042"}).json["state"] == "bounced"
    assert desk.post("/api/v1/opt-outs", {"contact_email": message["contact_email"]}).status == 204


def test_an_exported_file_adds_the_addresses_that_glpi_does_not_send(operator: Operator) -> None:
    closed_at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3)
    closing = Closing(number="77", closed_at=closed_at, address="login", delivery="glpi-77")
    assert GLPI.tell(operator.port, closing, datetime.now(UTC)).status == 201
    assert (case := operator.case("77")) and case["contact_email"] is None
    (operator.folder / "glpi.csv").write_text(
        f"ID;Closing date;Email\n77;{closed_at:%Y-%m-%d %H:%M};{ADDRESS}\n", encoding="utf-8"
    )
    assert "1 completed" in operator.shell(printed("sh", "glpi-addresses"))
    assert (case := operator.case("77")) and case["contact_email"] == ADDRESS


def test_a_recorded_request_is_checked_as_the_guide_shows(operator: Operator) -> None:
    script = printed("sh", "try-headers")
    checked = operator.shell(script.replace("THE-SECRET", SECRET))
    assert "secret or signature: valid" in checked
    assert "generic: ignored" in checked
    refused = operator.shell(f"{script.replace('THE-SECRET', 'another-secret').rstrip()} || true")
    assert "the signature in X-Feedback-Signature is wrong" in refused
    assert SECRET not in checked + refused


def test_the_steps_of_the_csv_guide_work(operator: Operator) -> None:
    now = datetime.now(UTC)
    closed = f"{now:%d/%m/%Y 00:00}"
    # A day after the 12th shows the order of day and month.
    clear = next(day for ago in range(13) if (day := now - timedelta(days=ago)).day > 12)
    (operator.folder / "my-desk.toml").write_text(printed("toml", "csv"), encoding="utf-8")
    (operator.folder / "export.csv").write_text(
        "number,closed_at,email,category,state\n"
        f"0001,{closed},contact@customer.example,NETWORK,Closed\n"
        f"0002,{clear:%d/%m/%Y 00:00},?,Shop,Closed\n"
        f"0003,{closed},?,Shop,Open\n",
        encoding="utf-8",
    )
    blocks = re.findall(r"^```sh csv\n(.*?)^```$", PAGES["csv.md"], re.M | re.S)
    preview, invite, reconcile = blocks
    previewed = operator.shell(preview)
    assert "case 0001, closed" in previewed and "Warning" not in previewed
    assert "dry run: nothing was stored or sent" in previewed.splitlines()[-1]
    assert operator.case("0001") is None
    imported = operator.shell(invite)
    assert "3 rows read: 2 new closed cases" in imported
    take_back = imported.splitlines()[-1].partition(": ")[2]
    assert "Removed 2 cases; 0 cases of this import stay" in operator.shell(f"{take_back} --yes")
    assert operator.case("0001") is None
    assert "3 rows read: 2 new closed cases" in operator.shell(invite)
    compared = operator.shell(reconcile)
    assert "2 closed cases, 2 received, 0 missing, 0 rejected, 1 filtered out" in compared
    first, second = operator.case("0001"), operator.case("0002")
    assert first and second
    assert first["case_kind"] == "infrastructure"
    assert (second["case_kind"], second["source"]) == ("software", "my-desk")


def test_every_preset_has_a_guide_of_the_same_shape() -> None:
    for path in some(SHIPPED.glob("*.toml")):
        (page,) = (text for text in PAGES.values() if f"```sh {path.stem}\n" in text)
        assert f"FEEDBACK_WEBHOOK_SECRETS={path.stem}=" in page
        assert f"/api/v1/webhooks/{path.stem}" in page
        assert re.search(rf"^```(json|xml) {path.stem}$", page, re.M)
        for part in (
            "When it works",
            "If the address is missing",
            "How the link gets back",
            "If nothing arrives",
        ):
            assert f"**{part}**" in page, (path.stem, part)
        assert "feedback intake try " in page
        if "generic" not in path.stem:
            assert re.search(r"We\s+have\s+not\s+tested\s+it\s+on\s+a\s+live", page), path.stem


def test_the_script_for_servicenow_sends_what_its_guide_shows() -> None:
    sent = re.findall(r"^    (\w+): ", printed("js", "servicenow"), re.M)
    assert sent == list(json.loads(printed("json", "servicenow")))


def test_the_signing_key_of_freescout_is_derived_as_freescout_does_it(operator: Operator) -> None:
    key = "base64:c2FtcGxlIGRhdGE="
    (operator.folder / ".env").write_text(f"APP_NAME=Sample\nAPP_KEY={key}\n", encoding="utf-8")
    expected = hashlib.md5(f"{key}webhook_key".encode(), usedforsecurity=False).hexdigest()
    assert operator.shell(printed("sh", "freescout-key")) == f"{expected}\n"


def test_every_guide_is_linked_and_no_link_is_broken() -> None:
    for name, text in some(PAGES.items()):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[\w-]+)?\)", text):
            assert (GUIDES / target).exists(), f"{name} links to {target}"
    linked = set(re.findall(r"\]\(([\w-]+\.md)\)", PAGES["README.md"]))
    assert linked == set(PAGES) - {"README.md"}


def test_guides_only_name_existing_fields_commands_and_settings() -> None:
    text = "\n".join(PAGES.values())
    settings = set(re.findall(r"FEEDBACK_([A-Z_]+)", text))
    assert settings <= {name.upper() for name in Settings.model_fields}
    assert set(re.findall(r"feedback ([a-z]+)(?= )", text)) - COMMANDS.keys() <= {"and"}
    message = json.loads(printed("json", "api"))
    assert set(message) <= set(ClosedCaseMessage.model_fields)


def test_no_guide_contains_a_secret_of_the_tests() -> None:
    assert not any(SECRET in text for text in PAGES.values())
