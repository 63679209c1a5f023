"""Reading requests and refusing them, as every sandbox's business door does."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response, abort, jsonify, request


def json_body() -> dict[str, Any]:
    """The request's JSON object; ends the request with 400 when there is none."""
    try:
        found = orjson.loads(request.get_data())
    except orjson.JSONDecodeError:
        abort(refusal("Nội dung không phải JSON.", 400))
    if not isinstance(found, dict):
        abort(refusal("Nội dung không đúng mẫu.", 400))
    return found


def refusal(message: str, status: int) -> Response:
    """A refusal in the words of the neighbour."""
    reply = jsonify(message=message)
    reply.status_code = status
    return reply
