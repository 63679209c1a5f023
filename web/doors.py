"""What a view says about itself: who may come in, how much it takes. One that says nothing is for officers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, g, request

View = TypeVar("View", bound=Callable[..., Any])

PAGE_BYTES = 1024 * 1024
UPLOAD_BYTES = 64 * 1024 * 1024


def public(view: View) -> View:
    """Anybody may call it; a POST still needs its CSRF token."""
    return _mark(view, "is_public", True)


def for_machines(view: View) -> View:
    """Called by other systems that prove themselves otherwise (HMAC): no session, no CSRF token."""
    _mark(view, "is_public", True)
    return _mark(view, "is_for_machines", True)


def for_roles(*roles: str) -> Callable[[View], View]:
    """Only officers who hold one of these roles somewhere."""

    def mark(view: View) -> View:
        return _mark(view, "roles", frozenset(roles))

    return mark


def takes_uploads(view: View) -> View:
    """Its body may be as large as UPLOAD_BYTES instead of PAGE_BYTES."""
    return _mark(view, "body_bytes", UPLOAD_BYTES)


def keeps_typed(view: View) -> View:
    """A form people type much into: a session that has ended or a page that is old costs nobody what they typed.

    Without a session the answer carries the fields to be sent again; with an old page's token the view is called with
    `is_page_old()`, and must keep the fields instead of acting on them.
    """
    return _mark(view, "keeps_typed", True)


def is_page_old() -> bool:
    """The form was sent with the token of a session that has ended since."""
    return bool(g.get("is_page_old"))


def _mark(view: View, name: str, value: object) -> View:
    setattr(view, f"motcua_{name}", value)
    return view


def said(name: str, default: Any) -> Any:
    """What the view of this request says about itself."""
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, f"motcua_{name}", default)
