"""Units and seats: which unit of today's government a lane of a process means, for one case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from engine.errors import InputError
from engine.store.tables import unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """An organisation, or a part of one, that does work."""

    code: str
    name: str
    kind: str
    level: str
    locality: str | None
    parent_code: str | None
    is_external: bool
    letterhead: Mapping[str, str]
    address: str = ""
    phone: str = ""
    is_remote: bool = False  # in a remote area: some limits are longer there


@dataclass(frozen=True, slots=True, kw_only=True)
class Seating:
    """What a case lends to the meaning of seats: who received it, who leads it, and where."""

    receiving_unit: str
    lead_unit: str
    locality: str | None


class Directory:
    """All units, by code and by kind."""

    def __init__(self, units: Mapping[str, Unit]) -> None:
        self.units = dict(units)
        self._by_kind: dict[tuple[str, str | None], str] = {}
        for code, one in sorted(self.units.items(), reverse=True):
            self._by_kind[one.kind, one.locality] = code

    @classmethod
    def load(cls, connection: Connection) -> Directory:
        """Read the active units."""
        rows = connection.execute(select(unit).where(unit.c.is_active)).mappings()
        return cls(
            {
                row["code"]: Unit(
                    **{name: row[name] for name in ("code", "name", "kind", "level", "locality", "parent_code")},
                    is_external=row["is_external"],
                    letterhead=row["letterhead"],
                    address=row["address"],
                    phone=row["phone"],
                    is_remote=row["is_remote"],
                )
                for row in rows
            }
        )

    def __getitem__(self, code: str) -> Unit:
        try:
            return self.units[code]
        except KeyError:
            raise InputError(f"Không có đơn vị mang mã “{code}”.") from None

    def name(self, code: str | None) -> str:
        """The unit's name, or the code itself where the unit is gone."""
        return self.units[code].name if code in self.units else (code or "")

    def superior_of(self, code: str) -> str:
        """The leaders above a unit: its commune's, else the province's; the unit itself when nobody is above it."""
        unit = self[code]
        leaders = "commune.leader" if unit.locality and unit.kind != "commune.leader" else "province.leader"
        return self._by_kind.get((leaders, unit.locality)) or self._by_kind.get((leaders, None)) or code

    def is_remote(self, locality: str | None) -> bool:
        """Whether a commune lies in a remote area."""
        return locality is not None and any(one.is_remote for one in self.units.values() if one.locality == locality)

    def resolve(self, seat: str, seating: Seating) -> str:
        """The unit code a seat means for this case; raises InputError for a seat nobody sits in.

        `one_stop` and `lead` are the case's own; `commune.<kind>` is sought in its locality, `province.<kind>` and
        any other kind in the province; a unit code means itself.
        """
        if seat in {"", "lead"}:
            return seating.lead_unit
        if seat == "one_stop":
            return seating.receiving_unit
        if seat in self.units:
            return seat
        found = self._by_kind.get((seat, seating.locality)) or self._by_kind.get((seat, None))
        if found is None:
            raise InputError(f"Không có đơn vị nào cho vị trí “{seat}” của quy trình tại địa bàn này.")
        return found


def add_units(connection: Connection, units: Iterable[Unit]) -> None:
    """Add units, superiors before subordinates; pages list them in this order. A code that is taken stays as it is."""
    for place, one in enumerate(units, start=1):
        connection.execute(
            insert(unit)
            .values(
                code=one.code,
                name=one.name,
                kind=one.kind,
                level=one.level,
                locality=one.locality,
                parent_code=one.parent_code,
                is_external=one.is_external,
                letterhead=dict(one.letterhead),
                address=one.address,
                phone=one.phone,
                is_remote=one.is_remote,
                sort_key=f"{place:05d}",
            )
            .on_conflict_do_nothing()
        )
