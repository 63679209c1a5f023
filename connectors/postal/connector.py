"""The postal connector: fetch a dossier from the applicant, bring a result home, cancel; tracking comes back.

A final tracking line answers the waiting task with `answer` = delivered | returned | failed | cancelled. Fetching a
dossier and bringing its result are two different orders.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

import orjson

from connectors.postal.client import PostalClient
from connectors.postal.config import PostalConfig
from connectors.postal.tracking import CODES, LABELS, order_id_of, order_number
from engine.delivery.contract import Callback, Operation, Order, Outcome, Receipt
from engine.delivery.signature import check_signature
from engine.errors import DeliveryFailed, DeliveryRetryable, InputError, NotConfigured

NAME = "postal"
_LINE = {"type": "string", "maxLength": 500}
_CITIZEN = {
    "type": "object",
    "required": ["name", "address", "phone"],
    "properties": {
        "name": {**_LINE, "minLength": 1, "title": "Họ và tên"},
        "address": {**_LINE, "minLength": 1, "title": "Địa chỉ"},
        "phone": {**_LINE, "pattern": r"^[0-9+ .-]{8,20}$", "title": "Số điện thoại"},
        "province": {**_LINE, "title": "Tỉnh, thành phố"},
        "email": {**_LINE, "title": "Thư điện tử"},
        "collect_amount": {"type": "integer", "minimum": 0, "title": "Số tiền thu hộ (đồng)"},
        "note": {**_LINE, "title": "Ghi chú"},
        "office_name": {**_LINE, "title": "Nơi giao hoặc nhận tại cơ quan"},
        "office_address": {**_LINE, "title": "Địa chỉ cơ quan"},
        "office_phone": {**_LINE, "title": "Điện thoại cơ quan"},
    },
}

PICK_UP = Operation(name="pick_up", title="Thu gom hồ sơ tại nhà", inputs=_CITIZEN, waits_for_answer=True)
DELIVER_RESULT = Operation(
    name="deliver_result", title="Trả kết quả qua bưu chính", inputs=_CITIZEN, waits_for_answer=True
)
CANCEL = Operation(
    name="cancel",
    title="Hủy đơn bưu chính",
    inputs={
        "type": "object",
        "required": ["reference"],
        "properties": {"reference": {**_LINE, "minLength": 1, "title": "Số đơn của bưu điện"}},
    },
)


class PostalConnector:
    """Speaks the order and tracking messages of VNPost; callbacks are signed with the account's secret."""

    name = NAME
    title = "Bưu chính công ích"
    operations: Mapping[str, Operation] = MappingProxyType(
        {operation.name: operation for operation in (PICK_UP, DELIVER_RESULT, CANCEL)}
    )

    def __init__(self, config: PostalConfig) -> None:
        self._config = config
        self._client = PostalClient(config)

    def send(self, order: Order) -> Receipt:
        missing = self._config.objections()
        if missing:
            raise NotConfigured(" ".join(missing))
        if order.operation == CANCEL.name:
            number = str(order.payload["reference"])
            reply = self._client.cancel_order(order.id.hex, number)
            return Receipt(reference=number, payload={"message": reply.get("Message", "")}, is_final=True)
        message = self._message(order)
        reply = self._client.create_order(order.id.hex, message)
        return Receipt(reference=message["OrderNumber"], payload={"message": reply.get("Message", "")})

    def parse_callback(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Callback:
        message_id = check_signature(self._config.secret, f"{NAME} callback", headers, body, now=now)
        try:
            line = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise InputError("Tin theo dõi bưu gửi không đọc được.") from None
        callback = _callback(line)
        if callback.message_id != message_id:
            raise InputError("Tin theo dõi bưu gửi không khớp với chữ ký.")
        return callback

    def fetch_answers(self, cursor: str | None = None) -> tuple[Sequence[Callback], str | None]:
        """Tracking lines after `cursor`, one page; the same lines as the callbacks, under the same ids."""
        reply = self._client.fetch_tracking(cursor or "")
        try:
            found = [_callback(line) for line in reply["_embedded"]["rh:doc"]]
        except (KeyError, TypeError, InputError):
            raise DeliveryRetryable("Danh sách theo dõi bưu gửi không đúng mẫu.") from None
        return found, found[-1].message_id if found else cursor

    def check_config(self) -> list[str]:
        missing = self._config.objections()
        if missing:
            return missing
        try:
            self._client.check_token()
        except DeliveryFailed as failure:
            return [failure.message]
        return []

    def _message(self, order: Order) -> dict[str, Any]:
        citizen = _side(
            name=order.payload["name"],
            address=order.payload["address"],
            phone=order.payload["phone"],
            province=order.payload.get("province", ""),
            email=order.payload.get("email", ""),
        )
        office = _side(
            name=order.payload.get("office_name") or self._config.office_name,
            address=order.payload.get("office_address") or self._config.office_address,
            phone=order.payload.get("office_phone") or self._config.office_phone,
            province=self._config.office_province,
            email="",
        )
        is_pick_up = order.operation == PICK_UP.name
        sender, receiver = (citizen, office) if is_pick_up else (office, citizen)
        number = order_number(order.case_code, order.id)
        return {
            "CustomerCode": self._config.customer_code,
            "OrderNumber": number,
            "ItemCode": "",
            "CODAmount": order.payload.get("collect_amount", 0),
            **{f"Sender{name}": value for name, value in sender.items()},
            **{f"Receiver{name}": value for name, value in receiver.items()},
            "SenderDesc": order.payload.get("note", ""),
            "Description": f"{self.operations[order.operation].title}: {order.case_code}",
            "FlagConfig": "1" if is_pick_up else "2",
            "CallbackUrl": order.callback_url,
        }


def _side(*, name: str, address: str, phone: str, province: str, email: str) -> dict[str, str]:
    """One end of the way; the post still wants a district, which Vietnam no longer has since 01/7/2025."""
    return {
        "Name": name,
        "Address": address,
        "Tel": phone,
        "Province": province,
        "District": "",
        "Email": email,
    }


def _callback(line: Any) -> Callback:
    try:
        number, code, message_id = str(line["orderNumber"]), str(line["statusCode"]), str(line["_id"]["$oid"])
        spoken = str(line.get("statusMessage", ""))
        at = str(line.get("createdAt", ""))
    except (KeyError, TypeError, AttributeError):
        raise InputError("Tin theo dõi bưu gửi không đúng mẫu.") from None
    tracking = CODES.get(code)
    payload = {
        "answer": "" if tracking is None else tracking.value,
        "answer_content": spoken or ("" if tracking is None else LABELS[tracking]),
        "tracking_code": code,
        "tracked_at": at,
    }
    is_final = tracking is not None and tracking.is_final
    return Callback(
        connector=NAME,
        message_id=message_id,
        outcome=Outcome.ANSWERED if is_final else Outcome.PROGRESS,
        payload=payload,
        order_id=order_id_of(number),
        reference=number,
    )


def from_environment(environment: Mapping[str, str]) -> PostalConnector:
    """The entry point: a connector even when settings are missing, so that `check_config` can say so."""
    return PostalConnector(PostalConfig.from_environment(environment))


def sample_order(callback_url: str) -> Order:
    """An order that every postal neighbour must take; used by the contract test."""
    return Order(
        id=UUID("0d8f3a52-6f0e-5f5c-8a77-6c2f8a0f4c22"),
        operation=DELIVER_RESULT.name,
        case_code="000.00.12.H27-260105-0001",
        payload={"name": "Nguyễn Thị Mẫu", "address": "Thôn Sơn Trung, xã Mẫu", "phone": "0900 000 000"},
        callback_url=callback_url,
    )
