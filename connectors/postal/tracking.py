"""The post's status codes and what they mean for a waiting case.

Codes 1 to 4 are seen in public client code of the postal service; 5 and 6 are ours until the post documents its own.
"""

from __future__ import annotations

import base64
import binascii
from enum import StrEnum
from uuid import UUID


class Tracking(StrEnum):
    """Where a parcel is."""

    ACCEPTED = "accepted"
    IN_TRANSIT = "in_transit"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    RETURNED = "returned"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        return self not in (Tracking.ACCEPTED, Tracking.IN_TRANSIT)


CODES = {
    "1": Tracking.ACCEPTED,
    "2": Tracking.IN_TRANSIT,
    "3": Tracking.DELIVERED,
    "4": Tracking.CANCELLED,
    "5": Tracking.RETURNED,
    "6": Tracking.FAILED,
}
LABELS = {
    Tracking.ACCEPTED: "Đã nhận đơn",
    Tracking.IN_TRANSIT: "Đang chuyển",
    Tracking.DELIVERED: "Đã phát thành công",
    Tracking.CANCELLED: "Đã hủy đơn",
    Tracking.RETURNED: "Đã chuyển hoàn",
    Tracking.FAILED: "Không phát được",
}


def order_number(case_code: str, order_id: UUID) -> str:
    """The number printed on the parcel: the dossier code, then our order id, so that any tracking line names its order.

    A dossier may need several parcels (fetched, brought home, sent again), which is why its code alone will not do.
    """
    return f"{case_code}.{base64.urlsafe_b64encode(order_id.bytes).decode().rstrip('=')}"


def order_id_of(number: str) -> UUID | None:
    """Our order id in an order number; None when the number is not one of ours."""
    tail = number.rpartition(".")[2]
    try:
        return UUID(bytes=base64.b64decode(tail + "==", altchars=b"-_", validate=True))
    except (ValueError, binascii.Error):
        return None
