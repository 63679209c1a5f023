"""The Flask application: the frame with every area of work in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

from web.admin import authorisations, forms, rulesets  # noqa: F401  # their pages join the administrator's
from web.admin.calendar import blueprint as calendar
from web.admin.views import blueprint as admin
from web.api.views import blueprint as api
from web.audit import moved_dates  # noqa: F401  # its routes join those of the auditors
from web.audit.views import blueprint as audit
from web.counter.views import blueprint as counter
from web.designer import decisions, step_tables  # noqa: F401  # their pages join the designer's
from web.designer.views import blueprint as designer
from web.dossier import deeds, online  # noqa: F401  # their routes join the pages of the dossier
from web.dossier.views import blueprint as dossier
from web.frame import create_frame
from web.inbox import batch, tasks  # noqa: F401  # their routes join the inbox
from web.inbox.views import blueprint as inbox
from web.letters.views import blueprint as letters
from web.migrating.views import blueprint as migrating
from web.portal.late_lists import blueprint as late_lists
from web.portal.submission import blueprint as submission
from web.portal.views import blueprint as portal
from web.reports import causes, endings, numbers, registers  # noqa: F401  # their routes join the pages of reports
from web.reports import late_lists as officers_late_lists  # noqa: F401  # and so do these
from web.reports import views as report_pages  # noqa: F401  # the first of them
from web.reports.frame import blueprint as reports

if TYPE_CHECKING:
    from engine.dossier.house import House

AREAS = (
    counter,
    inbox,
    letters,
    dossier,
    designer,
    migrating,
    audit,
    portal,
    submission,
    late_lists,
    reports,
    admin,
    calendar,
    api,
)


def create_app(house: House) -> Flask:
    """The pages of one house. The house carries the store, the clock and the settings."""
    app = create_frame(house)
    for blueprint in AREAS:
        app.register_blueprint(blueprint)
    return app
