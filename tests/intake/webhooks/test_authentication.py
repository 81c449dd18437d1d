"""Each way in which case systems authenticate their requests, over real HTTP.

Where the guide has an example, its table is used.
"""

import base64
import hmac
import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from feedback_app.app import create_app
from feedback_app.base.times import to_text
from feedback_app.intake.mapping_file import MappingFileError
from feedback_app.intake.webhooks.presets import load_presets
from tests.support.office import NOW, Office
from tests.support.senders import Reply, Wire, serving, with_settings
from tests.support.simulated_system import GUIDES, printed

SECRET, NEWER = "the-secret-of-this-webhook", "the-next-secret-of-this-webhook"
DESK = """
title = "A case system for tests"
[where]
state = ["closed"]
[set]
source = "desk"
[map]
case_number = "number"
closed_at = "closed"
"""
Headers = dict[str, str]


def seconds(now: datetime) -> str:
    return str(int(now.timestamp()))


def milliseconds(now: datetime) -> str:
    return f"{seconds(now)}000"


def digest(secret: str, content: bytes, algorithm: str = "sha256") -> bytes:
    return hmac.new(secret.encode(), content, algorithm).digest()


def text64(content: bytes) -> str:
    return base64.b64encode(content).decode()


@dataclass(frozen=True)
class Way:
    """A way to authenticate: its table in the preset, and the headers of a sender."""

    table: str
    headers: Callable[[str, bytes, datetime, str], Headers]
    signs_time: bool = False
    signs_body: bool = False
    user: str = ""
    challenge: str = "Webhook"


def over_body(header: str, algorithm: str, prefix: str = "", encode: Any = bytes.hex) -> Way:
    encoding = "base64" if encode is text64 else "hex"
    table = f'[authentication]\nkind = "hmac"\nheader = "{header}"\nalgorithm = "{algorithm}"\n'
    return Way(
        f'{table}encoding = "{encoding}"\nprefix = "{prefix}"',
        lambda secret, body, now, url: {header: prefix + encode(digest(secret, body, algorithm))},
        signs_body=True,
    )


WAYS = {
    "zammad and intercom": replace(
        over_body("X-Hub-Signature", "sha1", "sha1="), table=printed("toml", "signature")
    ),
    "help scout": over_body("X-HelpScout-Signature", "sha1", encode=text64),
    "upper case hex": over_body("X-Signature", "sha256", encode=lambda one: one.hex().upper()),
    "sha512": over_body("X-Signature", "sha512", "sha512="),
    "sha512 in base64": over_body("X-Signature", "sha512", encode=text64),
    "chatwoot": Way(
        printed("toml", "signature-with-time"),
        lambda secret, body, now, url: {
            "X-Chatwoot-Timestamp": seconds(now),
            "X-Chatwoot-Signature": "sha256="
            + digest(secret, f"{seconds(now)}.".encode() + body).hex(),
        },
        signs_time=True,
        signs_body=True,
    ),
    "glpi": Way(
        '[authentication]\nkind = "hmac"\nheader = "X-GLPI-signature"\n'
        'signed = "{body}{timestamp}"\ntimestamp_header = "X-GLPI-timestamp"',
        lambda secret, body, now, url: {
            "X-GLPI-timestamp": seconds(now),
            "X-GLPI-signature": digest(secret, body + seconds(now).encode()).hex(),
        },
        signs_time=True,
        signs_body=True,
    ),
    "hubspot v3": Way(
        printed("toml", "signature-with-address"),
        lambda secret, body, now, url: {
            "X-HubSpot-Request-Timestamp": milliseconds(now),
            "X-HubSpot-Signature-v3": text64(
                digest(secret, b"POST" + url.encode() + body + milliseconds(now).encode())
            ),
        },
        signs_time=True,
        signs_body=True,
    ),
    "basic": Way(
        printed("toml", "basic"),
        lambda secret, body, now, url: {"Authorization": f"Basic {text64(secret.encode())}"},
        user="service-now:",
        challenge='Basic realm="webhook"',
    ),
    "bearer": Way(
        printed("toml", "bearer"),
        lambda secret, body, now, url: {"Authorization": f"bearer {secret}"},
        challenge="Bearer",
    ),
    "secret header": Way(
        printed("toml", "secret-header"),
        lambda secret, body, now, url: {"X-Api-Key": secret},
    ),
    "secret in the address": Way(
        printed("toml", "secret-in-address"), lambda secret, body, now, url: {}
    ),
}


class Desk:
    """A case system that authenticates in one way."""

    def __init__(self, port: int, way: Way) -> None:
        self.port, self.way = port, way

    def send(
        self,
        now: datetime = NOW,
        secret: str = SECRET,
        number: str = "00042",
        changed: Callable[[Headers, bytes], tuple[Headers, bytes]] = lambda *parts: parts,
        query: str = "",
    ) -> Reply:
        """Send a closed case, signed at `now`, and return the reply."""
        closing = {"state": "closed", "number": number, "closed": to_text(NOW)}
        body = json.dumps(closing).encode()
        secret = self.way.user + secret
        path = "/api/v1/webhooks/desk" + ("/" + secret if 'kind = "path"' in self.way.table else "")
        url = f"http://survey.example{path}{query}"
        headers, body = changed(self.way.headers(secret, body, now, url), body)
        return Wire(self.port, {}).post(path + query, body, headers)


@pytest.fixture(params=WAYS)
def desk(sqlite_office: Office, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    way = WAYS[request.param]
    with serving_desk(sqlite_office, tmp_path, way) as port:
        yield Desk(port, way)


def serving_desk(
    office: Office, folder: Path, way: Way, *secrets: str
) -> AbstractContextManager[int]:
    (folder / "desk.toml").write_text(DESK + way.table, encoding="utf-8")
    pairs = [SecretStr(f"desk={way.user}{secret}") for secret in secrets or (SECRET, NEWER)]
    program = with_settings(office, presets=folder, webhook_secrets=tuple(pairs))
    return serving(create_app(parts=program))


def test_a_closing_is_accepted_and_its_replay_changes_nothing(
    sqlite_office: Office, desk: Desk
) -> None:
    assert desk.send().status == 201
    before = sqlite_office.stored()
    sqlite_office.wait(minutes=4)
    assert desk.send().json["outcome"] == "known"
    assert sqlite_office.stored() == before


def test_both_secrets_are_accepted_during_a_rotation(desk: Desk) -> None:
    assert desk.send(secret=SECRET).status == 201
    assert desk.send(secret=NEWER, number="00043").status == 201


def test_a_wrong_or_missing_secret_is_refused(sqlite_office: Office, desk: Desk) -> None:
    for wrong in ("another-secret-of-somebody", SECRET[:-1], SECRET + "x", SECRET.upper()):
        reply = desk.send(secret=wrong)
        assert reply.status == 401, wrong
        assert reply.headers["WWW-Authenticate"] == desk.way.challenge
    if 'kind = "path"' not in desk.way.table:
        assert desk.send(changed=lambda headers, body: ({}, body)).status == 401
        emptied = lambda headers, body: (dict.fromkeys(headers, ""), body)  # noqa: E731
        assert desk.send(changed=emptied).status == 401
    assert not sqlite_office.rows("cases")


def test_a_changed_body_or_time_is_refused_where_it_is_signed(
    sqlite_office: Office, desk: Desk
) -> None:
    changed = lambda headers, body: (headers, body.replace(b"00042", b"00043"))  # noqa: E731
    assert desk.send(changed=changed).status == (401 if desk.way.signs_body else 201)
    times = [name for name in desk.way.headers(SECRET, b"", NOW, "") if "time" in name.lower()]
    assert bool(times) == desk.way.signs_time
    for name in times:
        later = lambda headers, body, name=name: (  # noqa: E731
            {**headers, name: milliseconds(NOW + timedelta(seconds=1))},
            body,
        )
        assert desk.send(changed=later).status == 401


@pytest.mark.parametrize("direction", [-1, 1])
def test_a_signed_time_more_than_five_minutes_away_is_refused(
    sqlite_office: Office, desk: Desk, direction: int
) -> None:
    if not desk.way.signs_time:
        return
    assert desk.send(NOW + direction * timedelta(seconds=301)).status == 401
    assert not sqlite_office.rows("cases")
    assert desk.send(NOW + direction * timedelta(seconds=300)).status == 201


def test_the_signed_address_is_the_public_one_with_its_query(
    sqlite_office: Office, tmp_path: Path
) -> None:
    way = WAYS["hubspot v3"]
    with serving_desk(sqlite_office, tmp_path, way) as port:
        assert Desk(port, way).send(query="?portal=7&name=a%20b").status == 201
        forged = lambda headers, body: ({**headers, "Host": "other.example"}, body)  # noqa: E731
        assert Desk(port, way).send(changed=forged).status == 200


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('signed = "timestamp.body"', "signed is 'timestamp.body': combine {method}, {url}"),
        ('signed = "{timestamp}"', "combine {method}"),
        ('signed = "{body}{secret}"', "combine {method}"),
        ('signed = "{timestamp}.{body}"', "timestamp_header and {timestamp} in signed belong"),
        ('timestamp_header = "X-Time"', "timestamp_header and {timestamp} in signed belong"),
        ('algorithm = "md5"', "authentication.hmac.algorithm: "),
        ('timestamp_path = "a..b"', "authentication.hmac.timestamp_path: 'a..b' is not a path"),
    ],
)
def test_a_signature_that_cannot_be_checked_is_reported_with_file_and_key(
    sqlite_office: Office, tmp_path: Path, table: str, said: str
) -> None:
    text = f'{DESK}[authentication]\nkind = "hmac"\nheader = "X-Signature"\n{table}'
    (tmp_path / "desk.toml").write_text(text, encoding="utf-8")
    with pytest.raises(MappingFileError) as caught:
        load_presets(with_settings(sqlite_office, presets=tmp_path), NOW)
    assert str(caught.value).startswith("desk.toml: authentication.hmac")
    assert said in str(caught.value)


def test_every_authentication_in_the_guide_has_a_conversation() -> None:
    tables = [way.table for way in WAYS.values()]
    examples = re.findall(
        r"^```toml [\w-]+\n(\[authentication\]\n.*?)^```$",
        (GUIDES / "generic.md").read_text(encoding="utf-8"),
        re.M | re.S,
    )
    assert len(examples) == 7
    assert [example for example in examples if example not in tables] == []


def test_the_preset_in_the_guide_reads_paths_times_headers_and_lists(
    sqlite_office: Office, tmp_path: Path
) -> None:
    (tmp_path / "my-desk.toml").write_text(printed("toml", "my-desk"), encoding="utf-8")
    secrets = (SecretStr(f"my-desk={SECRET}"),)
    program = with_settings(sqlite_office, presets=tmp_path, webhook_secrets=secrets)
    ticket = {
        "open": "False",
        "number": "00042",
        "fields": [
            {"name": "floor", "value": 3},
            {"name": "company", "value": "A &amp; S&#246;hne"},
        ],
        "contacts": [{"email": "contact@customer.example"}],
    }
    with serving(create_app(parts=program)) as port:
        desk = Wire(port, {"Authorization": f"Bearer {SECRET}", "X-Team": "Blue"})
        reply = desk.post("/api/v1/webhooks/my-desk", [{"ticket": ticket}, {"ticket": {}}])
    assert [one["outcome"] for one in reply.json] == ["new", "ignored"]
    (case,) = sqlite_office.rows("cases")
    assert (case["customer"], case["team"]) == ("A & Söhne", "Blue")
    assert case["closed_at"] == to_text(NOW)
    assert case["contact_email"] == "contact@customer.example"
