"""Who may sign for whom: KT., TL., TUQ. as data, with kinds of documents, dates, basis and wording (NĐ 30/2020).

A row is never edited: it is withdrawn with a reason and another one granted, so that every signature finds its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, func, select, update

from engine.errors import FormRefused, NotFound, Refused
from engine.store.tables import authorisation, officer, unit

CAPACITIES: Mapping[str, str] = {
    "": "Người đứng đầu, ký với chức vụ của mình",
    "TM": "TM.: thay mặt tập thể",
    "Q": "Q.: quyền cấp trưởng",
    "KT": "KT.: ký thay cấp trưởng",
    "TL": "TL.: ký thừa lệnh",
    "TUQ": "TUQ.: ký thừa ủy quyền",
}
"""How one signs, as NĐ 30/2020 article 13 and its appendix name it."""

KINDS: Mapping[str, str] = {
    "result": "Kết quả giải quyết thủ tục hành chính",
    "apology": "Văn bản xin lỗi",
    "stop_notice": "Thông báo dừng giải quyết hồ sơ",
    "extension_notice": "Thông báo gia hạn thời hạn giải quyết",
}
"""Documents that a person signs in the name of a unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorisation:
    """One officer may sign these kinds of documents in a unit's name over these days."""

    id: UUID
    officer_id: UUID
    unit_code: str
    capacity: str
    on_behalf_of: str
    title: str
    kinds: tuple[str, ...]
    from_on: date
    until_on: date | None
    basis: str = ""
    is_withdrawn: bool = False

    @property
    def printed_capacity(self) -> str:
        """The first line of the signature block: "KT. CHỦ TỊCH"; empty for who signs as the head."""
        return f"{self.capacity}. {self.on_behalf_of}".upper() if self.capacity else ""

    def is_in_force(self, on: date) -> bool:
        return not self.is_withdrawn and self.from_on <= on and (self.until_on is None or on <= self.until_on)

    def covers(self, kind: str) -> bool:
        return not self.kinds or kind in self.kinds


def check(one: Authorisation) -> None:
    """Raise FormRefused for what NĐ 30/2020 article 13 does not allow."""
    wrong: dict[str, str] = {}
    if one.capacity not in CAPACITIES:
        wrong["capacity"] = "Chọn một thẩm quyền ký."
    if one.capacity and not one.on_behalf_of.strip():
        wrong["on_behalf_of"] = "Ghi chức vụ hoặc tập thể được ký thay, ví dụ: Chủ tịch."
    if not one.title.strip():
        wrong["title"] = "Ghi chức vụ của người ký."
    if one.until_on is not None and one.until_on < one.from_on:
        wrong["until_on"] = "Ngày kết thúc phải từ ngày bắt đầu trở đi."
    if unknown := set(one.kinds) - set(KINDS):
        wrong["kinds"] = f"Không có loại văn bản: {', '.join(sorted(unknown))}."
    if one.capacity in {"TL", "TUQ"}:
        wrong |= _lacking_limits(one)
    if wrong:
        raise FormRefused(errors=wrong)


def _lacking_limits(one: Authorisation) -> dict[str, str]:
    """Signing by order or by authorisation is limited in writing."""
    lacking: dict[str, str] = {}
    if not one.basis.strip():
        lacking["basis"] = "Ký thừa lệnh, thừa ủy quyền phải có căn cứ bằng văn bản: ghi số, ngày."
    if not one.kinds:
        lacking["kinds"] = "Ký thừa lệnh, thừa ủy quyền phải giới hạn loại văn bản: chọn ít nhất một loại."
    if one.capacity == "TUQ" and one.until_on is None:
        lacking["until_on"] = "Thừa ủy quyền phải có thời hạn: ghi ngày kết thúc."
    return lacking


def grant(connection: Connection, one: Authorisation, *, by: UUID | None) -> None:
    """Add an authorisation. Raises FormRefused, and Refused where the officer signs that kind for the unit already."""
    check(one)
    for other in authorisations_of(connection, one.officer_id, one.unit_code):
        if not other.is_withdrawn and _overlap(one, other) and _share_a_kind(one, other):
            raise Refused("Người này đang được ghi nhận ký loại văn bản đó trong thời gian ấy; hãy thu hồi trước.")
    connection.execute(
        authorisation.insert().values(
            id=one.id,
            officer_id=one.officer_id,
            unit_code=one.unit_code,
            capacity=one.capacity,
            on_behalf_of=one.on_behalf_of.strip(),
            title=one.title.strip(),
            kinds=list(one.kinds),
            from_on=one.from_on,
            until_on=one.until_on,
            basis=one.basis.strip(),
            created_by=by,
        )
    )


def withdraw(connection: Connection, authorisation_id: UUID, *, by: UUID | None, reason: str) -> None:
    """From now on it gives no right to sign; what was signed under it stands."""
    if len(reason.strip()) < 5:
        raise FormRefused(errors={"reason": "Ghi lý do thu hồi."})
    changed = connection.execute(
        update(authorisation)
        .where(authorisation.c.id == authorisation_id, authorisation.c.withdrawn_at.is_(None))
        .values(withdrawn_at=func.clock_timestamp(), withdrawn_by=by, withdrawal_reason=reason.strip())
    )
    if not changed.rowcount:
        raise NotFound("Không tìm thấy phân công ký này, hoặc đã thu hồi.")


def authorisations_of(connection: Connection, officer_id: UUID, unit_code: str) -> Sequence[Authorisation]:
    """Everything ever granted to this officer for this unit, the newest first."""
    rows = connection.execute(
        select(authorisation)
        .where(authorisation.c.officer_id == officer_id, authorisation.c.unit_code == unit_code)
        .order_by(authorisation.c.from_on.desc(), authorisation.c.created_at.desc())
    ).mappings()
    return [_read(dict(row)) for row in rows]


def list_authorisations(connection: Connection) -> list[dict[str, Any]]:
    """All of them with names, those that may still be used first."""
    rows = connection.execute(
        select(authorisation, officer.c.name.label("officer"), unit.c.name.label("unit"))
        .join(officer, officer.c.id == authorisation.c.officer_id)
        .join(unit, unit.c.code == authorisation.c.unit_code)
        .order_by(authorisation.c.withdrawn_at.is_not(None), unit.c.sort_key, officer.c.sort_key)
    ).mappings()
    return [dict(row) | {"authorisation": _read(dict(row))} for row in rows]


def new_authorisation(**values: Any) -> Authorisation:
    """One that is to be granted."""
    return Authorisation(id=uuid4(), **values)


def _read(row: Mapping[str, Any]) -> Authorisation:
    told = {name: row[name] for name in ("id", "officer_id", "unit_code", "capacity", "on_behalf_of", "title", "basis")}
    return Authorisation(
        **told,
        kinds=tuple(row["kinds"]),
        from_on=row["from_on"],
        until_on=row["until_on"],
        is_withdrawn=row["withdrawn_at"] is not None,
    )


def _overlap(one: Authorisation, other: Authorisation) -> bool:
    latest_start = max(one.from_on, other.from_on)
    return all(end is None or latest_start <= end for end in (one.until_on, other.until_on))


def _share_a_kind(one: Authorisation, other: Authorisation) -> bool:
    return not one.kinds or not other.kinds or bool(set(one.kinds) & set(other.kinds))
