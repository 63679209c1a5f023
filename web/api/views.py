"""What other systems call: answers of neighbours, signed and told once."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue

from engine.delivery.orders import record_callback
from engine.store.queue import enqueue
from web.doors import for_machines
from web.reading import house

blueprint = Blueprint("api", __name__, url_prefix="/api")


@blueprint.post("/callbacks/<name>")
@for_machines
def callback(name: str) -> ResponseReturnValue:
    """News of an order. The signature is checked by the connector; a message told twice is thanked for twice."""
    if name not in house().registry:
        abort(404)
    connector = house().registry.get(name)
    news = connector.parse_callback(dict(request.headers), request.get_data(), now=datetime.now(UTC))
    with house().store.transaction(units=("*",)) as connection:
        row = record_callback(connection, news)
        if row is not None:
            enqueue(connection, "delivery.answered", delivery_id=str(row.id))
    return jsonify({"received": True})
