"""What applicants see without signing in: tracking a dossier by its code and a second factor."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select, text

from engine.errors import NotFound
from engine.reports.dossier import DossierView, dossier_view
from engine.store.tables import letter as letter_table
from web.doors import public
from web.portal.status import letters_to_applicant, status_context
from web.reading import house
from web.sheets import pdf
from web.throttle import Guessed, count_try, forgive

blueprint = Blueprint("portal", __name__, url_prefix="/tracking")

WRONG = "Không tìm thấy hồ sơ với mã và 4 số này. Hãy xem lại giấy tiếp nhận hồ sơ."


@blueprint.get("")
@public
def tracking() -> ResponseReturnValue:
    """The form: code and second factor."""
    return render_template("portal/home.html", code=request.args.get("code", "")[:40])


@blueprint.post("")
@public
def found() -> ResponseReturnValue:
    """One dossier, to who knows its code and the last four digits of the applicant's phone or identifier."""
    code, factor = request.form.get("code", ""), request.form.get("factor", "")
    view = guessed_case(code, factor)
    if view is None:
        return render_template("portal/home.html", code=code[:40], error=WRONG), 422
    return render_template("portal/status.html", **status_context(view, factor.strip()))


@blueprint.post("/letter")
@public
def letter() -> ResponseReturnValue:
    """A letter to the applicant, once it is issued; asked for as the dossier itself is."""
    code = request.form.get("_code", "")
    view = guessed_case(code, request.form.get("_factor", ""))
    if view is None:
        return render_template("portal/home.html", code=code[:40], error=WRONG), 422
    asked = request.form.get("_letter", "")
    chosen = next((one for one in letters_to_applicant(view) if str(one["id"]) == asked and one["is_issued"]), None)
    if chosen is None:
        raise NotFound("Không tìm thấy văn bản này.")
    with house().store.transaction(units=("*",)) as connection:
        row = connection.execute(
            select(letter_table.c.kind, letter_table.c.pdf).where(letter_table.c.id == chosen["id"])
        ).one()
    return pdf(house().blobs.get(bytes(row.pdf)), f"{row.kind}-{view.case['code']}")


def guessed_case(code: str, factor: str) -> DossierView | None:
    """The dossier, to who knows both; each try is counted, and who was wrong too often must wait."""
    code, factor = code.strip().upper()[:40], factor.strip()
    guesses = Guessed.of("tracking", code.lower(), request.remote_addr or "")
    count_try(house().store, *guesses)
    view = find_case(code, factor)
    if view is not None:
        forgive(house().store, *guesses)
    return view


def find_case(code: str, factor: str) -> DossierView | None:
    """The same answer, and about the same work, for a wrong code and a wrong factor."""
    with house().store.transaction(units=("*",)) as connection:
        row = connection.execute(
            text(
                "SELECT c.id, bool_or(right(regexp_replace(p.phone, '[^0-9]', '', 'g'), 4) = :factor"
                " OR right(p.identifier, 4) = :factor) AS is_right"
                " FROM cases c JOIN party p ON p.case_id = c.id"
                " WHERE c.code = :code OR c.submission_code = :code GROUP BY c.id"
            ),
            {"code": code, "factor": factor},
        ).one_or_none()
        if row is None or not row.is_right or len(factor) != 4 or not factor.isdigit():
            return None
        return dossier_view(house(), connection, row.id)
