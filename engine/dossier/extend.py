"""Extend the limit of law where a special law grants it (gia hạn), naming its article: the legal date moves."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from engine.deadlines import parse_limit
from engine.dossier.actor import Actor
from engine.dossier.authority import authority_to_sign, unit_led
from engine.dossier.house import House
from engine.dossier.letters import draft_letter
from engine.errors import FormRefused, NotAllowed, Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Extend:
    case_id: UUID
    by: str  # a limit: 5d working days, 10cd plain days
    article: str
    reason: str


def extend(house: House, actor: Actor, command: Extend) -> None:
    """Grant more time, once by each article, and tell the applicant. For heads and signers of units taking part."""
    if not command.article.strip():
        raise FormRefused(errors={"article": "Ghi điều, khoản của luật cho phép gia hạn."})
    by = parse_limit(command.by)
    with house.act(actor, command.case_id, "LimitExtended") as case:
        case.must_be_open()
        if not any(actor.holds(role, unit) for role in ("unit_head", "signer") for unit in case.row["participants"]):
            raise NotAllowed("Chỉ người đứng đầu đơn vị tham gia giải quyết mới được gia hạn.")
        granted = {_plain(one.article) for one in case.ledger.extensions if one.phase == case.ledger.phase}
        if _plain(command.article) in granted:
            raise Refused("Hồ sơ đã được gia hạn theo điều, khoản này; mỗi căn cứ chỉ gia hạn một lần.")
        before = case.row["legal_due_at"]
        case.ledger = case.ledger.extend(case.now, by, article=command.article)
        after = case.ledger.due_of_law(case.calendar)
        told = {
            "by": str(by),
            "article": command.article.strip(),
            "reason": command.reason.strip(),
            "from": before.isoformat() if before else None,
            "to": after.isoformat() if after else None,
        }
        authority = authority_to_sign(case, "extension_notice", unit_led(case))
        case.data = told | {"authority": authority.for_event()}
        if before is not None and after is not None:
            promised = case.ledger.promised(case.calendar) or after
            draft_letter(
                case,
                "extension_notice",
                unit_code=authority.unit_code,
                data=told | {"return_at": promised.isoformat()},
                authority=authority,
            )


def _plain(article: str) -> str:
    return " ".join(article.casefold().split())
