"""The signing connector: sends a letter's digest to the service that holds the key, puts the signature into the letter.

A signature that comes back is embedded and verified before anybody is told; one that does not verify rejects the order.
The answer names the signed document as the order named the letter: by blob, or inline.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

import orjson

from connectors.signing.client import NAME, SigningClient
from connectors.signing.config import SigningConfig
from connectors.signing.context import Context
from connectors.signing.pades import PURPOSES, Prepared, Signer, embed, prepare
from connectors.signing.verification import Report, verify
from engine.delivery.contract import Callback, Operation, Order, Outcome, Receipt
from engine.delivery.signature import check_signature
from engine.errors import (
    DeliveryFailed,
    DeliveryRejected,
    DeliveryRetryable,
    InputError,
    NotConfigured,
    NotFound,
    Refused,
    UnreadableFile,
)
from engine.letters.stamps import officer_stamp, seal_stamp
from engine.store.blobs import LocalBlobStore

_TEXT = {"type": "string", "maxLength": 1000}

SIGN = Operation(
    name="sign",
    title="Ký số văn bản",
    waits_for_answer=True,
    inputs={
        "type": "object",
        "required": ["signer", "purpose"],
        "oneOf": [{"required": ["blob"]}, {"required": ["pdf"]}],
        "properties": {
            "blob": {"type": "string", "pattern": "^[0-9a-f]{64}$", "title": "Tệp cần ký"},
            "pdf": {"type": "string", "minLength": 8, "title": "Nội dung tệp cần ký"},
            "purpose": {"enum": list(PURPOSES), "title": "Ký của người có thẩm quyền hay đóng dấu cơ quan"},
            "signer": {
                "type": "object",
                "title": "Chủ thể của chứng thư",
                "required": ["id", "name", "organisation"],
                "properties": {"id": _TEXT, "name": _TEXT, "organisation": _TEXT},
            },
            "title": {**_TEXT, "title": "Tên văn bản"},
            "reason": {**_TEXT, "title": "Lý do ký"},
        },
    },
)
RECALL = Operation(
    name="recall",
    title="Thu hồi yêu cầu ký",
    inputs={
        "type": "object",
        "required": ["reference"],
        "properties": {
            "reference": {**_TEXT, "title": "Số của dịch vụ ký", "minLength": 1},
            "reason": {**_TEXT, "title": "Lý do thu hồi"},
        },
    },
)


class SigningConnector:
    """Talks to one signing service; keys stay there."""

    name = NAME
    title = "Ký số"
    operations: Mapping[str, Operation] = MappingProxyType({SIGN.name: SIGN, RECALL.name: RECALL})

    def __init__(self, config: SigningConfig) -> None:
        self._config = config
        self._client = SigningClient(config)
        self._blobs = LocalBlobStore(config.blob_dir)

    def send(self, order: Order) -> Receipt:
        missing = self._config.objections()
        if missing:
            raise NotConfigured(" ".join(missing))
        if order.operation == RECALL.name:
            return self._recall(order)
        holder = order.payload["signer"]
        signer, serial, transaction = self._client.fetch_signer(holder)
        source, original = self._source(order.payload)
        prepared = self._prepare(original, signer, order)
        context = Context(
            order_id=order.id,
            source=source,
            purpose=order.payload["purpose"],
            suffix=prepared.document[len(original) :],
            attributes=prepared.attributes,
            hole=prepared.hole,
            signer=signer,
        )
        message = self._message(order, prepared, context, serial, transaction)
        reference = self._client.send_hash(order.id.hex, message).get("reference")
        if not isinstance(reference, str) or not reference:
            raise DeliveryRetryable("Dịch vụ ký số trả lời nhưng không cho số tiếp nhận.")
        return Receipt(reference=reference, payload={"serial_number": serial, "signer": signer.name})

    def parse_callback(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Callback:
        message_id = check_signature(self._config.secret, f"{NAME} callback", headers, body, now=now)
        try:
            message = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise InputError("Thông điệp trả lời không đọc được.") from None
        return self._callback(message_id, message)

    def fetch_answers(self, cursor: str | None = None) -> tuple[Sequence[Callback], str | None]:
        """What the service holds for us after `cursor`, for a place that cannot be called back."""
        reply = self._client.fetch_answers(cursor or "0")
        try:
            found = [self._callback(str(item["message_id"]), item["message"]) for item in reply["answers"]]
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
        reference = str(order.payload["reference"])
        reply = self._client.recall(order.id.hex, {"reference": reference, "reason": order.payload.get("reason", "")})
        return Receipt(reference=reference, payload={"status": reply.get("status", "")}, is_final=True)

    def _source(self, payload: Mapping[str, Any]) -> tuple[dict[str, str], bytes]:
        """How the order names the document, and the document."""
        source = {name: str(payload[name]) for name in ("blob", "pdf") if name in payload}
        try:
            return source, self._read(source)
        except (NotFound, InputError) as error:
            raise DeliveryRejected(f"Không đọc được văn bản cần ký: {error.message}") from error

    def _read(self, source: Mapping[str, str]) -> bytes:
        try:
            if "blob" in source:
                return self._blobs.get(bytes.fromhex(source["blob"]))
            return base64.b64decode(source["pdf"], validate=True)
        except (KeyError, ValueError, binascii.Error):
            raise InputError("Văn bản cần ký không được nêu đúng cách.") from None

    def _prepare(self, original: bytes, signer: Signer, order: Order) -> Prepared:
        payload = order.payload
        holder = payload["signer"]
        picture = self._config.picture_of(str(holder["id"]))
        caption = "Ký số" if self._config.roots_file else "Ký số · chứng thư thử nghiệm"
        if payload["purpose"] == "sign":
            stamp = officer_stamp(str(holder["name"]), caption=caption, image=picture)
        else:
            caption = "" if self._config.roots_file else "thử nghiệm"
            stamp = seal_stamp(str(holder["name"]), str(holder["organisation"]), caption=caption, image=picture)
        try:
            return prepare(
                original,
                signer,
                purpose=payload["purpose"],
                at=datetime.now(UTC),
                stamp=stamp,
                reason=str(payload.get("reason", "")),
            )
        except (Refused, UnreadableFile) as error:
            raise DeliveryRejected(error.message) from error

    def _message(
        self, order: Order, prepared: Prepared, context: Context, serial: str, transaction: str
    ) -> dict[str, Any]:
        holder = order.payload["signer"]
        return {
            "order_id": str(order.id),
            "case_code": order.case_code,
            "callback_url": order.callback_url,
            "user_id": str(holder["id"]),
            "user_name": str(holder["name"]),
            "organisation": str(holder["organisation"]),
            "serial_number": serial,
            "transaction_id": transaction,
            "purpose": order.payload["purpose"],
            "reason": str(order.payload.get("reason", "")),
            "sign_files": [
                {
                    "doc_id": str(order.id),
                    "file_name": str(order.payload.get("title") or f"{order.case_code}.pdf"),
                    "hash": prepared.digest.hex(),
                    "attributes": base64.b64encode(prepared.attributes).decode(),
                    "hole": list(prepared.hole),
                    "file_base64": base64.b64encode(prepared.document).decode(),
                }
            ],
            "context": context.to_text(),
        }

    def _callback(self, message_id: str, message: Any) -> Callback:
        try:
            outcome = Outcome(message["outcome"])
            order_id = UUID(message["order_id"])
            reference = str(message["reference"])
            answer, reason = message.get("answer"), str(message.get("content", ""))
        except (KeyError, TypeError, ValueError, AttributeError):
            raise InputError("Thông điệp trả lời không đúng mẫu.") from None
        payload: dict[str, Any] = {"answer": answer, "reason": reason}
        if outcome is Outcome.ANSWERED and answer == "agree":
            context = Context.from_text(str(message.get("context", "")))
            if context.order_id != order_id:
                raise InputError("Chữ ký trả về không phải của lệnh ký này.")
            signed, report = self._sign(context, message)
            if report.is_valid:
                payload |= self._signed(context, signed, report)
            else:
                outcome = Outcome.REJECTED
                payload = {"answer": None, "reason": f"Chữ ký trả về không hợp lệ. {report.sentence}"}
        elif outcome is Outcome.ANSWERED and answer != "refuse":
            raise InputError("Thông điệp trả lời không nói đã ký hay từ chối ký.")
        return Callback(
            connector=NAME,
            message_id=message_id,
            outcome=outcome,
            payload=payload,
            order_id=order_id,
            reference=reference,
        )

    def _sign(self, context: Context, message: Mapping[str, Any]) -> tuple[bytes, Report]:
        try:
            signature = base64.b64decode(message["signature"], validate=True)
            timestamp = base64.b64decode(message["timestamp"], validate=True)
        except (KeyError, TypeError, binascii.Error):
            raise InputError("Thông điệp trả lời không có chữ ký.") from None
        signed = embed(context.prepared(self._read(context.source)), context.signer, signature, timestamp)
        return signed, verify(signed, self._config.trusted_roots() or context.signer.chain[-1:])

    def _signed(self, context: Context, signed: bytes, report: Report) -> dict[str, Any]:
        newest = report.signatures[-1]
        found: dict[str, Any] = {
            "purpose": context.purpose,
            "source_sha256": hashlib.sha256(self._read(context.source)).hexdigest(),
            "signed_sha256": hashlib.sha256(signed).hexdigest(),
            "signed_size": len(signed),
            "signed_by": newest.name,
            "organisation": newest.organisation,
            "signed_at": newest.signed_at.isoformat() if newest.signed_at else None,
        }
        if "blob" in context.source:
            return found | {"signed_blob": self._blobs.put(signed).hex()}
        return found | {"signed_pdf": base64.b64encode(signed).decode()}


def from_environment(environment: Mapping[str, str]) -> SigningConnector:
    """The entry point: a connector even when settings are missing, so that `check_config` can say so."""
    return SigningConnector(SigningConfig.from_environment(environment))


def sample_order(callback_url: str) -> Order:
    """An order that every signing service must take; used by the contract test and by `check_config` pages."""
    from engine.letters import load_form, render

    letter = render("apology_2025", load_form("apology_2025").sample())
    return Order(
        id=UUID("0b9b6b0e-3f1c-5b0a-8a55-7e2f1d5c9a01"),
        operation=SIGN.name,
        case_code="H99.12-261105-0007",
        payload={
            "pdf": base64.b64encode(letter).decode(),
            "purpose": "sign",
            "signer": {"id": "uong.do", "name": "Đỗ Văn Ưởng", "organisation": "Phòng Kinh tế xã Ví Dụ"},
            "title": "Văn bản xin lỗi số 05/VBXL-KT",
            "reason": "Ký văn bản xin lỗi",
        },
        callback_url=callback_url,
    )
