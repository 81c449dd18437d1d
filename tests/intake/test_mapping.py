"""Which column fills which field."""

import pytest
from pydantic import ValidationError

from feedback_app.intake.mapping import (
    FIELDS,
    MappingError,
    alternatives,
    labels,
    once_each,
)
from feedback_app.intake.mapping_file import CaseMapping, MappingFileError, validated

COLUMNS = ("number", "closed_at", "state", "team")


def test_a_column_named_like_a_field_fills_it() -> None:
    mapping = CaseMapping(columns={"case_number": "number"}).for_columns(COLUMNS, "csv")
    row = {"number": "007", "closed_at": "2026", "state": "Closed", "team": "A"}
    assert mapping.values(row) == {
        "source": "csv",
        "case_number": "007",
        "closed_at": "2026",
        "team": "A",
    }


def test_a_set_value_takes_precedence_over_a_column_named_like_the_field() -> None:
    mapping = CaseMapping(columns={"case_number": "number"}, constants={"team": "B"})
    filled = mapping.for_columns(COLUMNS, "csv").values({"number": "1", "team": "A"})
    assert filled["team"] == "B"


def test_a_set_or_mapped_source_takes_precedence_over_the_default() -> None:
    number = {"case_number": "number"}
    was_set = CaseMapping(columns=number, constants={"source": "desk"}).for_columns(COLUMNS, "csv")
    mapped = CaseMapping(columns={**number, "source": "state"}).for_columns(COLUMNS, "csv")
    assert was_set.values({})["source"] == "desk"
    assert mapped.values({"state": "queue"})["source"] == "queue"


def test_blank_cells_and_missing_texts_are_empty() -> None:
    mapping = CaseMapping(
        columns={"case_number": "number", "customer": "state"}, missing=["?", "n/a"]
    )
    for text in ("", "  ", "?", " ? ", "n/a"):
        assert "customer" not in mapping.values({"number": "1", "state": text})
    assert mapping.values({"number": "1", "state": "??"})["customer"] == "??"


def test_where_requires_every_column_with_any_of_its_values_in_any_case() -> None:
    where = alternatives(["state=Closed", "state=Done", "team=A"], "COLUMN=VALUE")
    mapping = CaseMapping(where=where)
    assert mapping.matches({"state": " Done ", "team": "A"})
    assert not mapping.matches({"state": "Done", "team": "B"})
    assert mapping.matches({"state": "closed", "team": "a"})
    assert not mapping.matches({"state": "Closed again", "team": "A"})
    assert not mapping.matches({"team": "A"})


@pytest.mark.parametrize(
    "given", [{"columns": {"case_nummer": "x"}}, {"constants": {"agent": "x"}}]
)
def test_an_unknown_field_is_reported_with_all_fields(given: dict[str, dict[str, str]]) -> None:
    with pytest.raises(ValidationError, match="not a field of a closed case") as caught:
        CaseMapping(**given)
    assert all(name in str(caught.value) for name in FIELDS)


def test_a_field_of_earlier_versions_is_ignored() -> None:
    mapping = CaseMapping(
        columns={"case_number": "number", "solution_proposed_at": "resolved_at"},
        constants={"closed_at": "2026-11-24T09:00Z"},
        words={"solution_proposed_at": {"*": "never"}},
    )
    assert mapping == CaseMapping(
        columns={"case_number": "number"}, constants={"closed_at": "2026-11-24T09:00Z"}
    )


def test_a_misspelt_name_gets_a_suggestion() -> None:
    with pytest.raises(ValidationError, match="did you mean case_number"):
        CaseMapping(columns={"case_nummer": "number"})
    with pytest.raises(MappingError, match="did you mean number"):
        CaseMapping(columns={"case_number": "nummer"}).for_columns(COLUMNS, "csv")


def test_a_missing_column_is_reported_with_the_existing_ones() -> None:
    columns = {"case_number": "number"}
    for mapping in (
        CaseMapping(columns={**columns, "customer": "account"}),
        CaseMapping(columns=columns, where={"account": ["x"]}),
    ):
        with pytest.raises(MappingError, match="no column 'account'.*number, closed_at, state"):
            mapping.for_columns(COLUMNS, "csv")


def test_a_column_that_exists_twice_must_be_chosen_by_number_or_position() -> None:
    columns = ("number", *COLUMNS)
    with pytest.raises(MappingError, match=r"'number' exists more than once: choose number\[1\]"):
        CaseMapping(columns={"case_number": "number"}).for_columns(columns, "csv")
    for text in ("number[2]", f"#{columns.index('number', 1) + 1}"):
        mapping = CaseMapping(columns={"case_number": text}).for_columns(columns, "csv")
        assert mapping.columns["case_number"] == "number[2]"
    assert labels(columns)[0] == "number[1]"
    for text in ("number[3]", "#99", "#0"):
        with pytest.raises(MappingError, match="there is no column"):
            CaseMapping(columns={"case_number": text}).for_columns(columns, "csv")


def test_a_column_whose_name_looks_like_a_choice_is_found_by_its_name() -> None:
    columns = (*COLUMNS, "#1", "team[2]")
    mapping = CaseMapping(columns={"case_number": "#1", "team": "team[2]"})
    assert mapping.for_columns(columns, "csv").columns["case_number"] == "#1"


def test_a_required_field_without_a_source_is_reported() -> None:
    with pytest.raises(MappingError, match="fills case_number: use --map case_number=COLUMN"):
        CaseMapping().for_columns(COLUMNS, "csv")


@pytest.mark.parametrize("table", ["columns", "constants"])
def test_the_tables_of_a_file_are_only_called_map_and_set(table: str) -> None:
    with pytest.raises(MappingFileError, match=f"mapping.toml: {table}: Extra inputs"):
        validated(CaseMapping, "mapping.toml", {table: {"team": "a"}})


def test_a_field_cannot_be_mapped_and_set() -> None:
    with pytest.raises(ValidationError, match="team is both mapped to a column and set"):
        CaseMapping(columns={"team": "a"}, constants={"team": "b"})


def test_only_the_first_equals_sign_separates_name_and_value() -> None:
    assert once_each(["case_url=https://desk.example/?id=1"], "F=V") == {
        "case_url": "https://desk.example/?id=1"
    }


@pytest.mark.parametrize("text", ["case_number", "=x", " =x", ""])
def test_a_pair_without_name_or_sign_is_refused(text: str) -> None:
    with pytest.raises(MappingError, match="is not of the form FIELD=COLUMN"):
        once_each([text], "FIELD=COLUMN")


def test_the_same_field_twice_is_refused() -> None:
    with pytest.raises(MappingError, match="team is given twice"):
        once_each(["team=a", "team=b"], "FIELD=COLUMN")


def test_there_is_no_field_for_the_name_of_an_agent() -> None:
    assert not {name for name in FIELDS if "agent" in name or "assign" in name or "owner" in name}


def test_the_senders_words_are_translated_ignoring_case() -> None:
    words = {"case_kind": {"Bug": "software", "*": "other"}, "closure_reason": {"OK": "confirmed"}}
    mapping = CaseMapping(columns={"case_kind": "a", "closure_reason": "b"}, words=words)
    assert mapping.values({"a": "BUG", "b": "ok"})["case_kind"] == "software"
    assert mapping.values({"a": "Story", "b": "ok"}) == {
        "case_kind": "other",
        "closure_reason": "confirmed",
    }
    assert mapping.values({"a": "", "b": "odd"}) == {"closure_reason": "odd"}


def test_the_reason_why_a_row_is_filtered_out_is_given() -> None:
    mapping = CaseMapping(where={"state": ["Done", "Closed"]})
    assert mapping.unmet({"state": "Open"}) == ["state is 'Open', not one of Closed, Done"]
    assert mapping.unmet({}) == ["state is '', not one of Closed, Done"]
    assert mapping.unmet({"state": "Done"}) == []
    merged = CaseMapping(where_not={"tags": ["closed_by_merge"]})
    assert merged.unmet({"tags": "vip\nclosed_by_merge"}) == [
        "tags is 'vip\\nclosed_by_merge', where_not excludes closed_by_merge"
    ]
