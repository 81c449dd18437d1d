"""Presets: one TOML file a case system says how its payloads become closed cases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from feedback_app.intake.closed_case import NormalForm, loses_characters
from feedback_app.intake.dates import Moments
from feedback_app.intake.deliveries import CLEANED, Delivery
from feedback_app.intake.faults import shown
from feedback_app.intake.mapping import CaseMapping, MappingError
from feedback_app.intake.mapping_file import (
    MappingFileError,
    MappingTables,
    Written,
    checked,
    read_toml,
)
from feedback_app.intake.webhooks.authentication import AnyAuthentication, SecretPath
from feedback_app.intake.webhooks.paths import PathError, PayloadPath
from feedback_app.program import Program
from feedback_app.records import REQUIRED_CASE_FIELDS

SHIPPED = Path(__file__).parent
# Merged key by key with those of the preset that is alike; everything else is taken whole.
_MERGED = ("map", "set", "words")
_INSTEAD = {"map": "set", "set": "map"}


class PresetTables(MappingTables):
    """A preset as it is written.

    `like` names the preset this one differs from. `delivery_id` and `send` are paths; where the
    payload says false at `send`, the case system tells the customer itself and reads our answer.
    """

    title: str
    authentication: AnyAuthentication
    like: str = ""
    format: Literal["json", "soap"] = "json"
    delivery_id: str = ""
    send: str = ""
    where: dict[str, list[str]] = Field(min_length=1)


@dataclass(frozen=True, kw_only=True)
class Preset:
    """How the payloads of one case system become closed cases."""

    name: str
    tables: PresetTables
    mapping: CaseMapping
    paths: Mapping[str, PayloadPath]

    def row(self, payload: Mapping[str, Any]) -> dict[str, str]:
        """Return the values of a payload by their paths, like the row of a table."""
        return {text: path.read(payload) for text, path in self.paths.items()}

    def case_number(self, payload: Mapping[str, Any]) -> str:
        """Return what the payload says its case is called, unchecked; "" if it says nothing."""
        return self.mapping.values(self.row(payload)).get("case_number", "")

    def delivery(self, payload: Mapping[str, Any], normal: NormalForm) -> Delivery | None:
        """Return the closed case of a payload, or None if it tells of no closing.

        Raises FaultyCaseError if a field is wrong without which there is no case; others are left
        out, because no machine mends what it sent.
        """
        row = self.row(payload)
        if not self.mapping.matches(row):
            return None
        values = self.mapping.values(row)
        case, faults = normal.case_without_faults(values)
        notes = [f"left out {fault}" for fault in faults]
        if loses_characters(values.values()):
            notes.append(CLEANED)
        return Delivery(
            case=case,
            delivery_id=row.get(self.tables.delivery_id) or None,
            send=row.get(self.tables.send, "").lower() != "false",
            answer_is_read=bool(self.tables.send),
            notes=tuple(notes),
        )

    def normal_form(self, program: Program, now: datetime) -> NormalForm:
        """Return the normal form that reads this preset's dates, as of `now`."""
        return NormalForm.of(program.facts, self.tables.moments(program.zone), now)


def load_presets(program: Program, now: datetime) -> dict[str, Preset]:
    """Return the shipped presets and the operator's own, by name; an own one wins.

    Raises MappingFileError naming every fault of every file.
    """
    folders = [SHIPPED, *filter(None, [program.settings.presets])]
    files = {path.stem: path for folder in folders for path in sorted(folder.glob("*.toml"))}
    found: dict[str, Preset] = {}
    faults: list[str] = []
    for name in sorted(files):
        try:
            found[name] = _preset(name, _whole(name, files), program, now)
        except MappingFileError as error:
            faults += error.faults
    if faults:
        raise MappingFileError(faults)
    return found


def _whole(name: str, files: Mapping[str, Path], below: Sequence[str] = ()) -> Written:
    """Return what a preset says together with the one it is like."""
    written = read_toml(files[name])
    like = written.tables.get("like")
    if not isinstance(like, str) or not like:
        return written
    if like == name and files[name].parent != SHIPPED and (SHIPPED / f"{name}.toml").exists():
        base = _whole(name, {**files, name: SHIPPED / f"{name}.toml"}, below)
    elif like not in files or like in (name, *below):
        known = ", ".join(sorted(files))
        raise MappingFileError([f"{written.name}: like: {shown(like)} is none of {known}"])
    else:
        base = _whole(like, files, (*below, name))
    return Written(written.name, _merged(base.tables, written.tables))


def _merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `own` says over `base`; a field it maps or sets is mapped or set by it alone."""
    merged = {**base, **own}
    for name in _MERGED:
        table, below = own.get(name, {}), base.get(name, {})
        if isinstance(table, dict) and isinstance(below, dict):
            other = own.get(_INSTEAD.get(name, ""))
            other = other if isinstance(other, dict) else {}
            merged[name] = {**{key: below[key] for key in below if key not in other}, **table}
    return merged


def _preset(name: str, written: Written, program: Program, now: datetime) -> Preset:
    tables = checked(PresetTables, written)
    normal = NormalForm.of(program.facts, Moments(program.zone), now)
    faults = tables.word_faults(normal)
    paths: dict[str, PayloadPath] = {}
    texts = {
        **{f"map.{field}": text for field, text in tables.map.items()},
        **{f"where.{text}": text for text in tables.where},
        **{key: getattr(tables, key) for key in ("delivery_id", "send") if getattr(tables, key)},
    }
    if isinstance(tables.authentication, SecretPath):
        texts["authentication.sender"] = tables.authentication.sender
    for place, text in texts.items():
        try:
            paths[text] = PayloadPath.parse(text)
        except PathError as error:
            faults.append(f"{place}: {error}")
    for field in (*REQUIRED_CASE_FIELDS, "source"):
        if field not in tables.map and field not in tables.set:
            faults.append(f"map.{field}: is missing, and set.{field}, too")
    try:
        mapping = tables.mapping
    except MappingError as error:
        faults.append(str(error))
    if faults:
        raise MappingFileError(f"{written.name}: {fault}" for fault in faults)
    return Preset(name=name, tables=tables, mapping=mapping, paths=paths)
