"""The demo province: units, people, every shipped procedure, some hundred dossiers in every state, made by the acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from argon2 import PasswordHasher
from sqlalchemy import select

from engine.catalogue.authorisations import grant
from engine.catalogue.directory import add_units
from engine.catalogue.folder import load_folder
from engine.catalogue.publishing import Decision, approve, import_folder, publish
from engine.catalogue.staff import add_officers
from engine.catalogue.versions import Version
from engine.dossier.house import House
from engine.errors import Refused
from engine.store.clock import Clock
from engine.store.database import is_empty
from engine.store.emptying import empty_every_table
from engine.store.tables import process_version
from web.demo.aftermath import settle_letters
from web.demo.province import Staff, authorisations, communes, officers, read_data, units
from web.demo.scenes import Casting
from web.demo.theatre import Theatre
from web.words import ROLES

PASSWORD = "motcua-demo"  # noqa: S105 - everybody may know it
"""Every demo account's. They exist in demo mode only."""
PROCEDURES = Path(__file__).parents[2] / "bpmn"
DECISION_NUMBER = "00/QĐ-UBND (quyết định minh họa, không có thật)"
ASSIGNED_FROM = date(2025, 7, 1)  # when there were no districts any more
APPROVED_BEFORE = timedelta(days=30)  # before the first dossier
PROVINCE_COUNTER = "H27.2"
STEP = 20


def load(
    house: House,
    *,
    progress: Callable[[str], None] = print,
    procedures: Path = PROCEDURES,
    with_dossiers: bool = True,
) -> bool:
    """Build the demo in an empty house; False when there is something already. Takes half a minute.

    A load that was killed leaves business time in the past, where only a load puts it: the next one starts afresh.
    `with_dossiers` False stops at units, people and procedures, in a second or two.
    """
    if house.settings.is_production:
        raise Refused("Dữ liệu mẫu chỉ dùng cho bản trình diễn.")
    with house.store.transaction(role="owner") as connection:
        if house.clock.offset(connection) < timedelta(0):
            progress("Dựng tỉnh mẫu: lần trước bị dừng giữa chừng, dựng lại từ đầu")
            empty_every_table(connection)
        elif not is_empty(connection):
            return False
    end = datetime.now(UTC)
    begin = end - timedelta(days=int(read_data("scenes")["everyday"]["days"]) + 1)
    if with_dossiers:
        house.clock.begin_at(begin)
    staff = _move_in(house, progress)
    versions = _publish(house, procedures, house.calendar.local(begin - APPROVED_BEFORE).date(), progress)
    if with_dossiers:
        _play(house, staff, versions, end, progress)
    return True


def demo_accounts() -> list[tuple[str, str, str, str]]:
    """Accounts to sign in with in a demo: (login, name, roles in words, unit)."""
    names = {one.code: one.name for one in units()}
    return [
        (
            one.login,
            one.name,
            ", ".join(dict.fromkeys(ROLES[role] for _, role in one.seats)),
            names[one.seats[0][0]],
        )
        for one in officers()
        if one.is_demo
    ]


def _move_in(house: House, progress: Callable[[str], None]) -> Staff:
    people = officers(PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD))
    with house.store.transaction(role="owner") as connection:
        add_units(connection, units())
        add_officers(connection, people)
        for one in authorisations(ASSIGNED_FROM):
            grant(connection, one, by=None)
    house.forget_units()
    progress(f"Dựng tỉnh mẫu: {len(units())} đơn vị, {len(people)} cán bộ")
    return Staff(people)


def _publish(house: House, procedures: Path, on: date, progress: Callable[[str], None]) -> list[Version]:
    """Import, approve and publish every folder; the decision says that it is none."""
    decision = Decision(number=DECISION_NUMBER, on=on, by="Chủ tịch UBND tỉnh")
    folders = [load_folder(path.parent) for path in sorted(procedures.glob("*/procedure.toml"))]
    versions = []
    with house.store.transaction(role="owner") as connection:
        for folder in folders:
            made = import_folder(connection, folder)
            approve(connection, made.version_id, folder.content_hash, decision)
            publish(connection, made.version_id, on)
        ids = connection.execute(select(process_version.c.id).order_by(process_version.c.procedure_code)).scalars()
        versions = [house.versions.get(connection, one) for one in ids.all()]
    progress(f"Dựng tỉnh mẫu: {len(versions)} thủ tục")
    return versions


def _play(house: House, staff: Staff, versions: list[Version], end: datetime, progress: Callable[[str], None]) -> None:
    """Everything from two months ago until now."""
    plays = Casting(versions, communes(), PROVINCE_COUNTER, house.calendar, end).plays()
    total = sum(1 + len(play.children) for play in plays)

    def told(number: int) -> None:
        if number % STEP == 0:
            progress(f"Dựng tỉnh mẫu: {number}/{total} hồ sơ")

    with house.store.hurried() as store:
        theatre = Theatre(replace(house, store=store, clock=Clock(store)), staff, end)
        theatre.perform(plays, told)
        settle_letters(house)
        theatre.return_to_present()
    progress(f"Dựng tỉnh mẫu: xong {total} hồ sơ")
