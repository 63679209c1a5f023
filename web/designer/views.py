"""Drawing processes, checking them, comparing versions, sending them for approval."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("designer", __name__, url_prefix="/designer")
