"""Our cookies: HttpOnly, SameSite, and bound to the host by name wherever the connection is secure."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

SESSION = "motcua_session"
VISIT = "motcua_visit"
SEAT = "motcua_seat"
LANGUAGE = "motcua_language"


def read_cookie(name: str) -> str:
    """The cookie's value, or an empty text."""
    return request.cookies.get(_full_name(name), "")


def set_cookie(response: Response, name: str, value: str) -> None:
    """Until the browser closes; the server decides how long a session lives."""
    response.set_cookie(_full_name(name), value, path="/", secure=request.is_secure, httponly=True, samesite="Lax")


def drop_cookie(response: Response, name: str) -> None:
    """Take it back."""
    response.delete_cookie(_full_name(name), path="/", secure=request.is_secure, httponly=True, samesite="Lax")


def _full_name(name: str) -> str:
    return f"__Host-{name}" if request.is_secure else name
