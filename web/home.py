"""The first page: an officer's day at a glance, a visitor's way to tracking."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from web.auth.sessions import me
from web.doors import public

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@public
def home() -> ResponseReturnValue:
    """For officers: the doors to their work. For everybody else: tracking a dossier."""
    return render_template("home.html" if me() else "portal/home.html")


@blueprint.get("/favicon.ico")
@public
def favicon() -> ResponseReturnValue:
    """Old browsers ask for it unasked."""
    return "", 204
