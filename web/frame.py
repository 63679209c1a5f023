"""The frame of every page: templates, guards, errors, sign-in. web/app.py hangs the areas of work into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from web import errors, home, security, templating
from web.auth.views import blueprint as auth
from web.strict_json import StrictJSON

if TYPE_CHECKING:
    from engine.dossier.house import House

YEAR_SECONDS = 365 * 24 * 3600


def create_frame(house: House) -> Flask:
    """An application with nothing but its first page and sign-in."""
    is_secure = house.settings.base_url.startswith("https://")
    app = Flask("web", static_folder="static", template_folder="templates")
    app.config.update(
        SECRET_KEY=house.settings.key("web"),
        SEND_FILE_MAX_AGE_DEFAULT=YEAR_SECONDS,  # built names carry their hash
        SESSION_COOKIE_NAME="__Host-motcua_told" if is_secure else "motcua_told",  # sentences for the next page only
        SESSION_COOKIE_SECURE=is_secure,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    if is_secure:
        # Behind a proxy that ends TLS, and only then, its word about the client is taken: one hop.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]
    app.extensions["motcua"] = house
    app.json = StrictJSON(app)
    templating.install(app)
    security.install(app)
    errors.install(app)
    app.register_blueprint(auth)
    app.register_blueprint(home.blueprint)
    return app
