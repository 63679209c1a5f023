"""What the house takes for law, rule by rule, and which of it nobody has compared with the act yet."""

from __future__ import annotations

from itertools import groupby

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.reports.rules_in_force import rule_lines, unverified
from web.admin.calendar_words import STATUSES
from web.admin.views import blueprint
from web.doors import for_roles
from web.reading import house, reading
from web.templating import local


@blueprint.get("/rulesets")
@for_roles("administrator", "auditor", "control_officer", "process_designer", "iso_appraiser")
def rulesets() -> ResponseReturnValue:
    """One ruleset, that of today unless another is asked for; first what is not verified."""
    with reading() as connection:
        now = house().clock.now(connection)
    today, known = local(now).date(), house().rulesets
    current = house().ruleset_on(now)
    shown = known.get(request.args.get("name", current.name))
    if shown is None:
        abort(404)
    lines = rule_lines(shown)
    waiting = unverified(lines)
    only_open = request.args.get("all") is None and bool(waiting)
    told = waiting if only_open else lines
    calendar = house().calendar
    return render_template(
        "admin/rulesets.html",
        rulesets=[
            {
                "title": f"Nghị định {one.acts[0].number}",
                "in_force_from": one.in_force_from,
                "in_force_until": one.in_force_until,
                "is_shown": one is shown,
                "url": url_for("admin.rulesets", name=one.name),
            }
            for one in known.values()
        ],
        shown=shown.title,
        acts=shown.acts,
        groups=[(group, list(rows)) for group, rows in groupby(told, key=lambda one: one.group)],
        only_open=only_open,
        counts={"all": len(lines), "open": len(waiting)},
        other_url=url_for("admin.rulesets", name=shown.name, all=1 if only_open else None),
        days=[
            {"on": one.on, "name": one.name, "status": STATUSES.get(one.status, one.status)}
            for one in calendar.unconfirmed_days(today, today.replace(year=today.year + 1, day=1))
        ],
    )
