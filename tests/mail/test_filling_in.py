"""Details are filled into emails that are rendered and encoded already."""

import quopri
import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markupsafe import escape

from feedback_app.mail import message
from feedback_app.mail.message import filled_in
from tests.support.office import Office

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="@\r"), max_size=200)
DETAIL = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=100)


@given(st.lists(TEXT, min_size=1, max_size=5), DETAIL)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_details_read_the_same_as_if_they_were_encoded_with_the_page(
    sqlite_office: Office, parts: list[str], detail: str
) -> None:
    page = "@@name@@".join(parts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(message, "subject_and_text", lambda *_: ("", ""))
        patch.setattr(message, "html", lambda *_: page)
        context = replace(sqlite_office.program.mail_context)
        _, _, encoded = filled_in(context, ("en", "test", None), {}, {"name": detail})
    decoded = quopri.decodestring(encoded.encode("ascii")).decode().replace("\r\n", "\n")
    assert decoded == page.replace("@@name@@", str(escape(detail)))
    assert max(map(len, encoded.split("\r\n"))) <= 76
    assert not re.search(r"[ \t]\r\n", encoded)


def test_a_gap_that_is_no_detail_stays_as_it_is(sqlite_office: Office) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(message, "subject_and_text", lambda *_: ("@@other@@", "@@other@@"))
        patch.setattr(message, "html", lambda *_: "name @@name@@ @@other@@")
        context = replace(sqlite_office.program.mail_context)
        subject, text, encoded = filled_in(context, ("en", "test", None), {}, {"name": "Kim"})
    assert (subject, text) == ("@@other@@", "@@other@@")
    assert quopri.decodestring(encoded).decode() == "name Kim @@other@@"
