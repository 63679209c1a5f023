"""Ask the public postal service to fetch papers at the applicant's home (QĐ 45/2016/QĐ-TTg)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from engine.dossier import movement
from engine.dossier.actor import Actor
from engine.dossier.house import House
from engine.dossier.orders import postal_payload
from engine.errors import FormRefused, NotAllowed


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPickUp:
    """`what` is told to the post and to the applicant: which papers are fetched."""

    case_id: UUID
    what: str


def order_pick_up(house: House, actor: Actor, command: OrderPickUp) -> None:
    """Send the post to the submitter's address. Raises FormRefused when there is no phone or address to go to."""
    if len(command.what.strip()) < 5:
        raise FormRefused(errors={"what": "Ghi rõ giấy tờ cần thu gom."})
    with house.act(actor, command.case_id, "PickUpOrdered") as case:
        case.must_be_open()
        if not actor.holds("counter_officer", case.row["receiving_unit"]):
            raise NotAllowed("Chỉ Bộ phận Một cửa nơi tiếp nhận được đặt bưu điện thu gom.")
        where = postal_payload(case)
        if not where["phone"] or not where["address"]:
            raise FormRefused(errors={"what": "Người nộp chưa có số điện thoại hoặc địa chỉ; hãy đính chính trước."})
        case.data = {"reason": command.what.strip()}
        case.record.deliveries.append(
            movement.order(
                case,
                connector="postal",
                operation="pick_up",
                target_unit=None,
                address=None,
                payload=where | {"note": f"{command.what.strip()} (hồ sơ {case.row['code']})"},
            )
        )
