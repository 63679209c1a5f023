"""A simulated year: every due moment is acted on, once, whatever was killed; every figure is counted again."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from engine import rulesets
from engine.catalogue.folder import load_folder
from engine.catalogue.publishing import Decision, approve, import_folder, publish
from engine.deadlines import VIETNAM, Ledger
from engine.history.chain import Event
from engine.reports.situation import situation
from engine.store.database import Store
from engine.store.settings import Settings
from tests.assurance import record
from tests.invariants import faults_across_cases, faults_of_case
from tests.prove.year import OVERDUE, Year
from tests.province import BPMN, DOSSIERS, Province, found_province

NEW_GOVERNMENT = date(2025, 7, 1)
BY_TIMER = frozenset({"TimerFired", "ApologyDrafted", "DossierBecameLate", "SupplementExpired", "ConsultationSilent"})
EVENTS = "SELECT seq, type, at, recorded_at, body, hash FROM event WHERE case_id = :id ORDER BY seq"
ACTED = "SELECT case_id, count(*) AS acted FROM timer WHERE acted_at IS NOT NULL GROUP BY case_id"


@pytest.fixture
def province(store: Store, settings: Settings) -> Province:
    """Every procedure that ships, published on the first day of the government of two levels."""
    found = found_province(settings, store)
    found.go_to(datetime.combine(NEW_GOVERNMENT, time(7), tzinfo=VIETNAM))
    with store.transaction(role="owner") as connection:
        for code in DOSSIERS:
            folder = load_folder(BPMN / code)
            version = import_folder(connection, folder).version_id
            told = Decision(number="1/QĐ-UBND", on=NEW_GOVERNMENT - timedelta(days=5), by="Chủ tịch UBND tỉnh")
            approve(connection, version, folder.content_hash, told)
            publish(connection, version, NEW_GOVERNMENT)
    return found


def test_a_fortnight(province: Province, settings: Settings) -> None:
    """The small sister of the year, at every commit."""
    year = Year(province, settings, seed=11, first=date(2025, 8, 18), days=16, dossiers=30)
    year.run()
    found = list(faults(year))
    assert found == [], "\n".join(found[:20])
    assert year.hands.killed > 0


@pytest.mark.prove
@pytest.mark.parametrize("seed", [2025])
def test_a_year_of_twenty_thousand_dossiers(province: Province, settings: Settings, seed: int) -> None:
    year = Year(province, settings, seed=seed, first=NEW_GOVERNMENT, days=365, dossiers=20_000)
    year.run()
    found = list(faults(year))
    assert found == [], "\n".join(found[:20])
    told = summary(year)
    record(
        "A simulated year: every due moment acted on once, every figure recounted",
        f"{told['cases']} dossiers of {len(year.codes)} procedures, {told['events']} acts, {told['acted']} due moments"
        f" acted on, {told['late']} dossiers late; worker killed {year.hands.killed} times; none missed, none twice",
        seed=seed,
    )


def summary(year: Year) -> dict[str, int]:
    """How much has happened."""
    with year.province.house.store.transaction(role="worker") as connection:
        found = connection.execute(
            text(
                "SELECT (SELECT count(*) FROM cases) AS cases, (SELECT count(*) FROM event) AS events,"
                " (SELECT count(*) FROM timer WHERE acted_at IS NOT NULL) AS acted,"
                " (SELECT count(*) FROM cases WHERE is_late) AS late"
            )
        ).mappings()
        return dict(found.one())


# --- what must hold ---------------------------------------------------------------------------------------------------


def faults(year: Year) -> Iterator[str]:
    """Sentences about what does not hold."""
    house = year.province.house
    with house.store.transaction(role="worker") as connection:
        now = house.clock.now(connection)
        if missed := connection.execute(text(OVERDUE), {"now": now}).scalar_one():
            yield f"{missed} timers are due and nobody has acted"
        acted = {one.case_id: one.acted for one in connection.execute(text(ACTED))}
        rows = [dict(row) for row in connection.execute(text("SELECT * FROM cases ORDER BY code")).mappings()]
        for row in rows:
            events = [Event(**one) for one in connection.execute(text(EVENTS), {"id": row["id"]}).mappings()]
            yield from (f"{row['code']}: {one}" for one in _of_time(year, row, events, acted.get(row["id"], 0), now))
        for since, until in _months(year):
            for line in situation(connection, since, until):
                recounted = _recount([row for row in rows if row["lead_unit"] == line.key], since, until)
                told = {name: getattr(line, name) for name in recounted}
                if told != recounted:
                    yield f"{line.key} from {since:%d/%m/%Y}: the report says {told}, counted {recounted}"
    for row in rows:
        yield from (f"{row['code']}: {one}" for one in faults_of_case(house, row["id"]))
    # no letter is written and nothing is sent: the hands leave that
    yield from (one for one in faults_across_cases(house) if not one.endswith(("nobody issues it", "nobody sends it")))


def _of_time(year: Year, row: dict[str, Any], events: list[Event], acted: int, now: datetime) -> Iterator[str]:
    """Timers and lateness of one dossier, from its history."""
    by_timer = [one for one in events if one.type in BY_TIMER and one.content["actor"]["kind"] == "system"]
    if len(by_timer) != acted:
        yield f"{acted} timers acted, {len(by_timer)} acts by timers"
    for one in by_timer:
        due = datetime.fromisoformat(one.content["data"].get("due", one.at.isoformat()))
        if not due <= one.at <= _day_closed(year, due):
            yield f"{one.type} at {one.at}, due {due}"
    lates = [one for one in events if one.type == "DossierBecameLate"]
    if len(lates) != row["is_late"]:
        yield f"is late: {row['is_late']}, became so {len(lates)} times"
    done, due = row["decided_at"] or row["closed_at"], row["legal_due_at"]
    stands_still = Ledger.from_json(row["ledger"]).is_paused or row["facts"].get("outcome") == "voided"
    if due is not None and (done or now) > due and not row["is_late"] and not stands_still:
        yield f"due {due}, done {done}, and not late"
    if is_plain(row) and due != _plain_due(row):
        yield f"received {row['received_at']}, limit {row['ledger']['terms'][0]['limit']}: {due}, not {_plain_due(row)}"


def _day_closed(year: Year, due: datetime) -> datetime:
    """Until when the day of this moment is worked off, holidays being worked off on the next working day."""
    on = due.astimezone(VIETNAM).date()
    day = next((one for one in year.opened if year.calendar.closing(one) >= due and one >= on), year.opened[-1])
    return year.calendar.closing(day) + timedelta(minutes=10)


# --- counted again, without the house's own code ----------------------------------------------------------------------

DAYS = json.loads((Path(rulesets.__file__).parent / "calendars" / f"{rulesets.PUBLIC_SECTOR}.json").read_text())["days"]
OFF = {one["date"] for one in DAYS if one["kind"] == "off"}
MAKE_UP = {one["date"] for one in DAYS if one["kind"] == "work"}


def is_plain(row: dict[str, Any]) -> bool:
    """A limit in working days from reception on, never paused, moved or begun anew."""
    ledger = row["ledger"] or {"terms": [], "intervals": [], "extensions": []}
    is_paused = any(one.get("is_running") is False for one in ledger["intervals"])
    limits = [one.get("limit", "") for one in ledger["terms"] if "cutoff" not in one]
    return len(limits) == 1 and limits[0].removesuffix("d").isdigit() and not is_paused and not ledger["extensions"]


def _plain_due(row: dict[str, Any]) -> datetime:
    """Monday to Friday and make-up Saturdays without the days off, the first day not counted, until the closing."""
    on = row["received_at"].astimezone(VIETNAM).date()
    left = int(row["ledger"]["terms"][0]["limit"].removesuffix("d"))
    while left:
        on += timedelta(days=1)
        left -= on.isoformat() in MAKE_UP or (on.weekday() < 5 and on.isoformat() not in OFF)
    return datetime.combine(on, time(17), tzinfo=VIETNAM)


def _months(year: Year) -> Iterator[tuple[datetime, datetime]]:
    on = year.opened[0].replace(day=1)
    while on <= year.opened[-1]:
        following = (on + timedelta(days=32)).replace(day=1)
        yield (datetime.combine(on, time(), tzinfo=VIETNAM), datetime.combine(following, time(), tzinfo=VIETNAM))
        on = following


def _recount(rows: list[dict[str, Any]], since: datetime, until: datetime) -> dict[str, int]:
    """Columns of form II.06a, one dossier after the other."""
    found: Counter[str] = Counter()
    for row in rows:
        done = row["decided_at"] or row["closed_at"]
        if row["facts"].get("outcome") in {"voided", "declined"} or row["received_at"] >= until:
            continue
        if row["received_at"] < since:
            if done is not None and done < since:
                continue
            found["carried"] += 1
        else:
            found["online" if row["channel"] == 2 else "other"] += 1
        if done is None or done >= until:
            found["open"] += 1
        elif row["is_late"]:
            found["late"] += 1
        else:
            found["done in time"] += 1
    return {"online": found["online"], "other": found["other"], "carried": found["carried"], "late": found["late"]}
