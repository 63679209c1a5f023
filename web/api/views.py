"""What other systems call: answers of neighbours, signed and told once."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue

from engine.delivery.contract import Connector, SendsMessages
from engine.delivery.incoming import record_message
from engine.delivery.orders import record_callback
from engine.dossier.movement import CORRELATE
from engine.store.queue import enqueue
from web.doors import for_machines
from web.reading import house

blueprint = Blueprint("api", __name__, url_prefix="/api")


@blueprint.post("/callbacks/<name>")
@for_machines
def callback(name: str) -> ResponseReturnValue:
    """News of an order. The signature is checked by the connector; a message told twice is thanked for twice."""
    news = connector_named(name).parse_callback(dict(request.headers), request.get_data(), now=datetime.now(UTC))
    with house().store.transaction(units=("*",)) as connection:
        row = record_callback(connection, news)
        if row is not None:
            enqueue(connection, "delivery.answered", delivery_id=str(row.id))
    return jsonify({"received": True})


@blueprint.post("/messages/<name>")
@for_machines
def message(name: str) -> ResponseReturnValue:
    """A message from an agency that nobody asked, for the case that listens for it, now or later."""
    connector = connector_named(name)
    if not isinstance(connector, SendsMessages):
        abort(404)
    told = connector.parse_message(dict(request.headers), request.get_data(), now=datetime.now(UTC))
    with house().store.transaction(role="worker") as connection:
        if record_message(connection, told, at=house().clock.now(connection)):
            enqueue(connection, CORRELATE, message=told.name, key=told.key)
    return jsonify({"received": True})


def connector_named(name: str) -> Connector:
    """The neighbour of this name; 404 for one that is not installed."""
    if name not in house().registry:
        abort(404)
    return house().registry.get(name)
