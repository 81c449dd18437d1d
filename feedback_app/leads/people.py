"""One person's data, its erasure, and opt-outs. Addresses are sent by POST, so no log has them."""

import json

from flask import Response, abort, request, url_for
from wtforms import BooleanField, StringField
from wtforms.validators import ValidationError

from feedback_app.jobs.erasure import erase
from feedback_app.jobs.person import Person, person, record, set_opted_out
from feedback_app.leads.blueprint import leads_pages
from feedback_app.leads.csrf import LeadsForm
from feedback_app.leads.forms import stripped
from feedback_app.leads.pages import page, render
from feedback_app.leads.permissions import requires
from feedback_app.leads.sessions import lead_name
from feedback_app.store import opt_outs
from feedback_app.web.pages import see_other
from feedback_app.web.request import now, program

_SHOWN = 500


class _AddressForm(LeadsForm):
    """`confirm` is the box to tick before an erasure."""

    address = StringField(filters=[stripped])
    confirm = BooleanField()

    def validate_address(self, field: StringField) -> None:
        if "@" not in (field.data or "").strip("@ "):
            raise ValidationError("address")


@leads_pages.get("/people")
@requires("admin")
def show_people() -> Response:
    """Show the form for an address, and the opt-outs."""
    return _people()


@leads_pages.post("/people/data")
@requires("admin")
def show_person() -> Response:
    """Show everything that is stored about an address."""
    address, _ = _typed()
    return page("person", known=_known(address, "personal data shown"), address=address)


@leads_pages.post("/people/data.<form>")
@requires("admin")
def download_person(form: str) -> Response:
    """Download what is stored about an address, as JSON or as HTML."""
    if form not in ("json", "html"):
        abort(404)
    address, _ = _typed()
    known = _known(address, "personal data exported")
    if form == "json":
        text = json.dumps(known.data, indent=2, ensure_ascii=False)
        response = Response(text, content_type="application/json")
    else:
        text = render("leads/person-file.html", known=known, address=address)
        response = Response(text, content_type="text/html; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="person.{form}"'
    return response


@leads_pages.post("/people/erase")
@requires("admin")
def erase_person() -> Response:
    """Erase what is stored about an address, after the admin ticked the box."""
    address, is_confirmed = _typed()
    known = person(program(), address, now())
    if not is_confirmed:
        return page("person", 422, known=known, address=address, not_confirmed=True)
    unreadable = erase(program(), known.found, lead_name(), now()).unreadable
    return page("person-erased", closings=len(known.found.closings), unreadable=unreadable)


@leads_pages.post("/people/<wish>")
@requires("admin")
def change_opt_out(wish: str) -> Response:
    """Opt an address out, for example after a phone call, or in again."""
    if wish not in ("opt-out", "opt-in"):
        abort(404)
    address, _ = _typed()
    set_opted_out(program(), address, wish == "opt-out", lead_name(), now())
    return see_other(url_for("leads.show_people", done=wish))


def _typed() -> tuple[str, bool]:
    """Return the submitted address, and whether the box is ticked.

    Abort with the page of people if this is not an address.
    """
    form = _AddressForm(request.form)
    address = form.address.data or ""
    if not form.validate():
        abort(_people(422, address))
    return address, form.confirm.data


def _known(address: str, action: str) -> Person:
    known = person(program(), address, now())
    record(program(), known.found, action, lead_name(), now())
    return known


def _people(status: int = 200, typed: str = "") -> Response:
    found = opt_outs.all_opt_outs(program().database)
    return page(
        "people",
        status,
        typed=typed,
        is_wrong=status == 422,
        done=request.args.get("done"),
        opt_outs=found[:_SHOWN],
        more=len(found) - _SHOWN,
    )
