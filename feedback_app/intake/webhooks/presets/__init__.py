"""Presets: one TOML file per case system describes how its payloads become closed cases."""

import html
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from feedback_app.base.text import without_addresses
from feedback_app.intake.api.messages import MAX_CASES
from feedback_app.intake.closed_case import CaseReader, loses_characters
from feedback_app.intake.deliveries import CLEANED, CaseDelivery
from feedback_app.intake.errors import quoted
from feedback_app.intake.json_body import BodyError, parse
from feedback_app.intake.mapping_file import (
    CaseMapping,
    ConditionTexts,
    Fields,
    MappingFileError,
    read_toml,
    validated,
)
from feedback_app.intake.webhooks.authentication import AnyAuthentication
from feedback_app.intake.webhooks.paths import OptionalPath, PathText, PayloadPath
from feedback_app.intake.webhooks.salesforce import parse_notifications
from feedback_app.intake.written_address import plain_address
from feedback_app.program import Program
from feedback_app.records import REQUIRED_CASE_FIELDS, Reopening
from feedback_app.settings import SettingsError

SHIPPED = Path(__file__).parent
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
# These tables are merged key by key with those of the base preset; everything else is replaced.
_MERGED = ("map", "set", "words")
_OPPOSITE = {"map": "set", "set": "map"}


class Preset(CaseMapping):
    """How the payloads of one case system become closed cases: the content of a preset file.

    `like` names the preset that this one is based on. `delivery_id` and `send` are paths. If the
    payload has false at `send`, the case system tells the customer itself and reads our response.

    [reopened] has the conditions of an event that reopens a case. `event_time` is the path of the
    time of an event. It is used for reopenings (without it, the time of arrival), and as the
    closing time of a payload without `closed_at`. Because such an event may be another change of a
    closed case, it is a new closing only after a reopening.

    `name` is that of the file. `secrets` are those of the settings; without one, the webhook is
    disabled.
    """

    name: str
    secrets: tuple[str, ...] = ()
    title: str
    authentication: AnyAuthentication
    like: str = ""
    format: Literal["json", "soap"] = "json"
    columns: Fields[PathText] = Field(default_factory=dict, alias="map")
    where: dict[PathText, ConditionTexts] = Field(min_length=1)
    where_not: dict[PathText, ConditionTexts] = Field(default_factory=dict)
    reopened: dict[PathText, ConditionTexts] = Field(default_factory=dict)
    delivery_id: OptionalPath = ""
    send: OptionalPath = ""
    event_time: OptionalPath = ""

    @cached_property
    def paths(self) -> dict[str, PayloadPath]:
        """Return all paths that are read, by their texts."""
        single = filter(None, (self.delivery_id, self.send, self.event_time))
        texts = (*self.columns.values(), *self.compared, *self.reopened, *single)
        return {text: PayloadPath.parse(text) for text in texts}

    @cached_property
    def _reopens(self) -> CaseMapping:
        return CaseMapping(where=self.reopened)

    def payloads(self, body: bytes) -> list[Any]:
        """Return the payloads in the body of a request: an object, or the elements of a list.

        Raises BodyError.
        """
        if self.format == "soap":
            return list(parse_notifications(body))
        content = parse(body)
        found = content if isinstance(content, list) else [content]
        if not 1 <= len(found) <= MAX_CASES:
            raise BodyError(f"the body is a list of {len(found)} elements: send 1 to {MAX_CASES}")
        if not any(isinstance(one, dict) for one in found):
            raise BodyError("the body is neither a JSON object nor a list of JSON objects")
        return found

    def row(self, payload: Mapping[str, Any]) -> dict[str, str]:
        """Return the values of a payload by path, like the row of a table.

        HTML entities are decoded once: Salesforce, ServiceNow and others encode & and ' in the
        texts that they put into a payload.
        """
        return {text: _decoded(path.read(payload)) for text, path in self.paths.items()}

    def case_number(self, payload: Mapping[str, Any]) -> str:
        """Return the case number in the payload, unchecked; "" if there is none."""
        return self.values(self.row(payload)).get("case_number", "")

    def why_ignored(self, payload: Mapping[str, Any]) -> list[str]:
        """Return which conditions the payload does not meet, without email addresses."""
        return list(map(without_addresses, self.unmet(self.row(payload))))

    def delivery(self, payload: Mapping[str, Any], reader: CaseReader) -> CaseDelivery | None:
        """Return the closed case in a payload, or None if the event does not close a case.

        Invalid optional fields are left out, because nobody corrects what a machine sent. Raises
        InvalidCaseError if a required field is invalid.
        """
        row = self.row(payload)
        if not self.matches(row):
            return None
        values = self.values(row)
        if "contact_email" in values:
            values["contact_email"] = plain_address(values["contact_email"])
        event_time = row.get(self.event_time, "")
        until_reopened = bool(event_time and not values.get("closed_at"))
        if until_reopened:
            values["closed_at"] = event_time
        case, errors = reader.read_leniently(values)
        notes = [f"left out {error}" for error in errors]
        if loses_characters(values.values()):
            notes.append(CLEANED)
        return CaseDelivery(
            case=case,
            delivery_id=row.get(self.delivery_id) or None,
            send=row.get(self.send, "").lower() != "false",
            answer_is_read=bool(self.send),
            notes=tuple(notes),
            until_reopened=until_reopened,
        )

    def reopening(self, payload: Mapping[str, Any], reader: CaseReader) -> Reopening | None:
        """Return the reopening in a payload, or None if the event does not reopen a case.

        Raises InvalidCaseError.
        """
        row = self.row(payload)
        if not (self.reopened and self._reopens.matches(row)):
            return None
        event_time = row.get(self.event_time, "")
        times = {"reopened_at": event_time} if event_time else {}
        return reader.read_reopening(self.values(row) | times)


def _decoded(text: str) -> str:
    # Without its semicolon, it is more likely a part of a web address: ?a=1&copy=2.
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), text) if "&" in text else text


def load_presets(program: Program, now: datetime) -> dict[str, Preset]:
    """Return all presets by name. The operator's own replace shipped ones of the same name.

    Raises MappingFileError naming every error in every file.
    """
    folders = [SHIPPED, *filter(None, [program.settings.presets])]
    files = {path.stem: path for folder in folders for path in sorted(folder.glob("*.toml"))}
    found: dict[str, Preset] = {}
    errors: list[str] = []
    for name in sorted(files):
        try:
            found[name] = _preset(name, _with_base(name, files), program, now)
        except MappingFileError as error:
            errors += error.errors
    if errors:
        raise MappingFileError(errors)
    return found


def load_webhooks(program: Program, moment: datetime) -> dict[str, Preset]:
    """Return all presets by name, with their secrets in the settings.

    Raises SettingsError naming every error in presets and secrets, but never a secret.
    """
    try:
        presets = load_presets(program, moment)
    except MappingFileError as error:
        raise SettingsError(str(error)) from error
    errors, secrets = [], dict[str, tuple[str, ...]]()
    for pair in program.settings.webhook_secrets:
        name, _, secret = pair.get_secret_value().partition("=")
        if name not in presets:
            known = ", ".join(presets)
            errors.append(f"FEEDBACK_WEBHOOK_SECRETS: {name[:40]!r} is not a preset: {known}")
        elif problem := presets[name].authentication.problem_with(secret):
            errors.append(f"FEEDBACK_WEBHOOK_SECRETS: the secret of {name} {problem}")
        else:
            secrets[name] = (*secrets.get(name, ()), secret)
    if errors:
        raise SettingsError("\n".join(errors))
    return {
        name: one.model_copy(update={"secrets": secrets.get(name, ())})
        for name, one in presets.items()
    }


def _with_base(name: str, files: Mapping[str, Path], below: Sequence[str] = ()) -> dict[str, Any]:
    """Return the content of a preset merged with the one it is `like`."""
    own = read_toml(files[name])
    like = own.get("like")
    if not isinstance(like, str) or not like:
        return own
    if like == name and files[name].parent != SHIPPED and (SHIPPED / f"{name}.toml").exists():
        base = _with_base(name, {**files, name: SHIPPED / f"{name}.toml"}, below)
    elif like not in files or like in (name, *below):
        known = ", ".join(sorted(files))
        raise MappingFileError([f"{name}.toml: like: {quoted(like)} is not one of {known}"])
    else:
        base = _with_base(like, files, (*below, name))
    return _merged(base, own)


def _merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return `base` overridden by `own`. A field is either mapped or set, as `own` says."""
    merged = {**base, **own}
    for name in _MERGED:
        table, below = own.get(name, {}), base.get(name, {})
        if isinstance(table, dict) and isinstance(below, dict):
            other = own.get(_OPPOSITE.get(name, ""))
            other = other if isinstance(other, dict) else {}
            merged[name] = {**{key: below[key] for key in below if key not in other}, **table}
    return merged


def _preset(name: str, content: Mapping[str, Any], program: Program, now: datetime) -> Preset:
    file_name = f"{name}.toml"
    if ours := content.keys() & {"name", "secrets"}:
        raise MappingFileError(
            f"{file_name}: {key}: is not a key of a preset; secrets are in FEEDBACK_WEBHOOK_SECRETS"
            for key in sorted(ours)
        )
    preset = validated(Preset, file_name, {**content, "name": name, "secrets": ()})
    errors = preset.word_errors(preset.reader(program.facts, program.zone, now))
    given = {*preset.columns, *preset.constants} | ({"closed_at"} if preset.event_time else set())
    for field in (*REQUIRED_CASE_FIELDS, "source"):
        if field not in given:
            errors.append(f"map.{field}: is missing, and so is set.{field}")
    if errors:
        raise MappingFileError(f"{file_name}: {error}" for error in errors)
    return preset
