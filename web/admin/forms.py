"""The letter forms that ship: their numbers in each ruleset, paper, signer, and a preview of each from its sample."""

from __future__ import annotations

from flask import Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.letters import load_form, load_forms, preview
from engine.rulesets import load_rulesets
from web.admin.views import blueprint
from web.doors import for_roles

SIGNERS = {
    "unit_at_fault": "Người đứng đầu đơn vị để chậm",
    "lead_unit": "Người đứng đầu đơn vị chủ trì",
    "one_stop_head": "Người đứng đầu Bộ phận Một cửa",
    "receiving_officer": "Người tiếp nhận, hướng dẫn",
    "both_parties": "Hai bên giao, nhận",
    "none": "Không ký",
}


@blueprint.get("/forms")
@for_roles("administrator", "control_officer", "catalogue_manager", "clerk")
def forms() -> ResponseReturnValue:
    """Every form, with its preview in each size of paper."""
    rulesets = [(one.name, f"NĐ {one.acts[0].number}") for one in load_rulesets()]
    return render_template(
        "admin/forms.html",
        rulesets=[title for _, title in rulesets],
        rows=[
            {
                "title": form.title,
                "numbers": [_number(form.rulesets.get(name)) for name, _ in rulesets],
                "signer": SIGNERS.get(form.signer, form.signer),
                "is_verified": form.is_wording_verified,
                "previews": [
                    {"paper": paper.upper(), "url": url_for("admin.form_preview", name=form.name, paper=paper)}
                    for paper in form.papers
                ],
            }
            for form in load_forms().values()
        ],
    )


@blueprint.get("/forms/<name>.pdf")
@for_roles("administrator", "control_officer", "catalogue_manager", "clerk")
def form_preview(name: str) -> ResponseReturnValue:
    """A form filled with its sample's invented people."""
    form, paper = load_form(name), request.args.get("paper", "")
    if paper not in form.papers:
        abort(404)
    return Response(
        preview(name, form.sample() | {"paper": paper}),
        mimetype="application/pdf",
        headers={"Content-Disposition": f'inline; filename="mau-{name}-{paper}.pdf"'},
    )


def _number(number: str | None) -> str:
    if number is None:
        return "Không có"
    return f"Mẫu số {number}" if number else "Mẫu của địa phương"
