"""The consultation connector: asks an agency for its opinion, recalls the question, takes the answer.

An answer sets `answer` to `agree` or `refuse` in the waiting process; an agency that declines the question altogether
rejects the delivery. Silence is not an answer: the process's own timer decides what it means.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any
from uuid import UUID

import orjson

from connectors.consultation.client import NAME, ConsultationClient
from connectors.consultation.config import ConsultationConfig
from connectors.consultation.edxml import Attachment, Document, Organisation, build
from engine.delivery.contract import Callback, Incoming, Operation, Order, Outcome, Receipt
from engine.delivery.incoming import read_message
from engine.delivery.signature import check_signature
from engine.errors import DeliveryFailed, DeliveryRejected, DeliveryRetryable, InputError, NotConfigured

_VIETNAM = timezone(timedelta(hours=7))
_LETTER_FIELDS = (
    *("to", "to_name", "subject", "content", "due_on", "document_number", "document_notation"),
    *("signer", "signer_position", "place"),
)
_TEXT = {"type": "string", "maxLength": 20_000}

REQUEST = Operation(
    name="request",
    title="Lấy ý kiến",
    waits_for_answer=True,
    inputs={
        "type": "object",
        "properties": {
            "to": {**_TEXT, "title": "Mã cơ quan được lấy ý kiến"},
            "to_name": {**_TEXT, "title": "Tên cơ quan được lấy ý kiến"},
            "subject": {**_TEXT, "title": "Trích yếu"},
            "content": {**_TEXT, "title": "Nội dung lấy ý kiến"},
            "due_on": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}", "title": "Hạn trả lời"},
            "document_number": {**_TEXT, "title": "Số văn bản"},
            "document_notation": {**_TEXT, "title": "Ký hiệu văn bản"},
            "signer": {**_TEXT, "title": "Người ký"},
            "signer_position": {**_TEXT, "title": "Chức vụ người ký"},
            "place": {**_TEXT, "title": "Nơi ban hành"},
        },
    },
)
RECALL = Operation(
    name="recall",
    title="Thu hồi yêu cầu lấy ý kiến",
    inputs={
        "type": "object",
        "required": ["reference"],
        "properties": {
            "reference": {**_TEXT, "title": "Số của cơ quan nhận", "minLength": 1},
            "reason": {**_TEXT, "title": "Lý do thu hồi"},
        },
    },
)


class ConsultationConnector:
    """Speaks JSON signed with HMAC, with the edXML document inside."""

    name = NAME
    title = "Lấy ý kiến cơ quan khác"
    operations: Mapping[str, Operation] = MappingProxyType({REQUEST.name: REQUEST, RECALL.name: RECALL})

    def __init__(self, config: ConsultationConfig) -> None:
        self._config = config
        self._client = ConsultationClient(config)

    def send(self, order: Order) -> Receipt:
        missing = self._config.objections()
        if missing:
            raise NotConfigured(" ".join(missing))
        if order.operation == RECALL.name:
            return self._recall(order)
        reply = self._client.send_document(order.id.hex, self._message(order))
        reference = reply.get("reference")
        if not isinstance(reference, str) or not reference:
            raise DeliveryRetryable("Cơ quan nhận trả lời nhưng không cho số tiếp nhận.")
        return Receipt(reference=reference, payload={"status": str(reply.get("status", ""))})

    def parse_callback(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Callback:
        message_id = check_signature(self._config.secret, f"{NAME} callback", headers, body, now=now)
        try:
            message = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise InputError("Thông điệp trả lời không đọc được.") from None
        return _callback(message_id, message)

    def parse_message(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Incoming:
        return read_message(NAME, check_signature(self._config.secret, f"{NAME} message", headers, body, now=now), body)

    def fetch_answers(self, cursor: str | None = None) -> tuple[Sequence[Callback], str | None]:
        """What the exchange holds for us after `cursor`, for a place that cannot be called back."""
        reply = self._client.fetch_answers(cursor or "0")
        try:
            found = [_callback(str(item["message_id"]), item["message"]) for item in reply["answers"]]
            return found, str(reply["cursor"])
        except (KeyError, TypeError, InputError):
            raise DeliveryRetryable("Danh sách trả lời không đúng mẫu.") from None

    def check_config(self) -> list[str]:
        missing = self._config.objections()
        if missing:
            return missing
        try:
            self._client.fetch_status()
        except DeliveryFailed as failure:
            return [failure.message]
        return []

    def _recall(self, order: Order) -> Receipt:
        reply = self._client.recall_document(
            order.id.hex,
            {
                "reference": order.payload["reference"],
                "reason": order.payload.get("reason", ""),
                "case_code": order.case_code,
            },
        )
        return Receipt(reference=order.payload["reference"], payload={"status": reply.get("status", "")}, is_final=True)

    def _message(self, order: Order) -> dict[str, Any]:
        payload = order.payload
        receiver = str(payload.get("to") or order.target_unit or "")
        if not receiver:
            raise DeliveryRejected("Chưa xác định cơ quan được lấy ý kiến.")
        document = self._document(order, receiver)
        return {
            "order_id": str(order.id),
            "from": {"code": self._config.organisation, "name": self._config.organisation_name},
            "to": {"code": receiver, "name": str(payload.get("to_name") or receiver)},
            "subject": document.subject,
            "content": document.content,
            "due_on": None if document.due_on is None else document.due_on.isoformat(),
            "business_type": document.business_type,
            "document_id": document.document_id,
            "reply_to": None,
            "case_code": order.case_code,
            "fields": _fields(payload),
            "callback_url": order.callback_url,
            "edxml": base64.b64encode(build(document)).decode(),
        }

    def _document(self, order: Order, receiver: str) -> Document:
        payload = order.payload
        ordered_at = (order.ordered_at or datetime.now(UTC)).astimezone(_VIETNAM)
        fields = _fields(payload)
        attached = Attachment(
            name=f"{order.case_code}.json",
            content_type="application/json",
            content=orjson.dumps({"case_code": order.case_code, **fields}, option=orjson.OPT_SORT_KEYS),
            description="Thông tin hồ sơ",
        )
        return Document(
            sender=Organisation(code=self._config.organisation, name=self._config.organisation_name),
            receivers=(Organisation(code=receiver, name=str(payload.get("to_name", ""))),),
            number=str(payload.get("document_number") or order.case_code),
            notation=str(payload.get("document_notation") or "LYK"),
            dated_on=ordered_at.date(),
            subject=str(payload.get("subject") or f"Lấy ý kiến giải quyết hồ sơ {order.case_code}"),
            content=str(payload.get("content") or f"Đề nghị cho ý kiến để giải quyết hồ sơ {order.case_code}."),
            sent_at=ordered_at,
            place=str(payload.get("place", "")),
            due_on=_day(payload.get("due_on")),
            signer=str(payload.get("signer", "")),
            signer_position=str(payload.get("signer_position", "")),
            attachments=(attached,),
        )


def _fields(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The case's own declared inputs, next to the parts of the letter."""
    return {name: value for name, value in payload.items() if name not in _LETTER_FIELDS}


def _day(value: object) -> date | None:
    if not value:
        return None
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        raise DeliveryRejected("Hạn trả lời không phải là một ngày hợp lệ.") from None


def _callback(message_id: str, message: Any) -> Callback:
    try:
        outcome = Outcome(message["outcome"])
        order_id = UUID(message["order_id"])
        payload = {
            "answer": message.get("answer"),
            "answer_content": str(message.get("content", "")),
            "answer_document": str(message.get("document_number", "")),
            "answer_signed_by": str(message.get("signed_by", "")),
            "answered_on": str(message.get("answered_on", "")),
        }
        reference = message.get("reference")
    except (KeyError, TypeError, ValueError, AttributeError):
        raise InputError("Thông điệp trả lời không đúng mẫu.") from None
    if outcome is Outcome.ANSWERED and payload["answer"] not in ("agree", "refuse"):
        raise InputError("Thông điệp trả lời không nói đồng ý hay không đồng ý.")
    return Callback(
        connector=NAME,
        message_id=message_id,
        outcome=outcome,
        payload=payload,
        order_id=order_id,
        reference=str(reference) if reference else None,
    )


def from_environment(environment: Mapping[str, str]) -> ConsultationConnector:
    """The entry point: a connector even when settings are missing, so that `check_config` can say so."""
    return ConsultationConnector(ConsultationConfig.from_environment(environment))


def sample_order(callback_url: str) -> Order:
    """An order that every consultation neighbour must take; used by the contract test and by `check_config` pages."""
    return Order(
        id=UUID("5f0c7f5e-58a1-5d3c-9d4e-0c6f3a3b1a11"),
        operation=REQUEST.name,
        case_code="000.00.12.H27-260105-0001",
        payload={"subject": "Xác minh nguồn gốc đất", "due_on": "2026-01-12", "land_area": 120},
        callback_url=callback_url,
        target_unit="H27.30.05",
    )
