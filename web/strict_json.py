"""JSON from outside, read strictly: one meaning or none. JSON going out, written by orjson."""

from __future__ import annotations

import json
from typing import IO, Any

import orjson
from flask import Flask
from flask.json.provider import JSONProvider
from werkzeug.exceptions import BadRequest

NUL = "\x00"


class StrictJSON(JSONProvider):
    """Refuses NaN, NUL, lone surrogates, duplicate keys and absurd depth, which other readers take in silence."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return orjson.dumps(obj, default=str).decode()

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        try:
            orjson.loads(s)
            return json.loads(s, object_pairs_hook=_unique, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise BadRequest("Dữ liệu JSON không hợp lệ.") from error

    def load(self, fp: IO[Any], **kwargs: Any) -> Any:
        return self.loads(fp.read())

    def response(self, *args: Any, **kwargs: Any) -> Any:
        return self._app.response_class(
            self.dumps(self._prepare_response_obj(args, kwargs)), mimetype="application/json"
        )


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"duplicate key {key!r}")
        if NUL in key or (isinstance(value, str) and NUL in value) or _holds_nul(value):
            raise ValueError("NUL character")
        found[key] = value
    return found


def _holds_nul(value: Any) -> bool:
    return isinstance(value, list) and any(
        _holds_nul(item) or (isinstance(item, str) and NUL in item) for item in value
    )


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
