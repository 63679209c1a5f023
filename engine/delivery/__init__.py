"""What leaves and enters the house: the connector contract, its registry, delivery rows, receipts, health."""

from engine.delivery.contract import AnswersByPolling, Callback, Connector, Operation, Order, Outcome, Receipt
from engine.delivery.deliver import Next, Tried, deliver
from engine.delivery.health import Breaker, BreakerState, ConnectorHealth, connector_health
from engine.delivery.orders import DeliveryRow, Pace, list_troubles, record_callback, requeue_due, retry_dead
from engine.delivery.poll import poll
from engine.delivery.registry import Registry, load_registry
from engine.delivery.signature import check_signature, sign

__all__ = [
    "AnswersByPolling",
    "Breaker",
    "BreakerState",
    "Callback",
    "Connector",
    "ConnectorHealth",
    "DeliveryRow",
    "Next",
    "Operation",
    "Order",
    "Outcome",
    "Pace",
    "Receipt",
    "Registry",
    "Tried",
    "check_signature",
    "connector_health",
    "deliver",
    "list_troubles",
    "load_registry",
    "poll",
    "record_callback",
    "requeue_due",
    "retry_dead",
    "sign",
]
