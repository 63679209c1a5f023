"""The figures of form II.06a agree with a recount by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from engine.deadlines import VIETNAM
from engine.reports.situation import Rows, situation, total_of
from tests.province import MONDAY, Province

ROWS: tuple[Rows, Rows] = ("unit", "field")


def test_early_late_open_and_carried_are_counted_where_they_belong(ship: Callable[..., Province]) -> None:
    province = ship("TP01")
    early, late, going = (province.receive("TP01").case_id for _ in range(3))
    while province.row(early).closed_at is None:
        province.complete(early)
    province.advance_to(datetime(2026, 10, 12, 9, 0, tzinfo=VIETNAM))
    while province.row(late).closed_at is None:
        province.complete(late)
    fresh = province.receive("TP01").case_id
    assert province.row(going).is_late
    assert not province.row(fresh).is_late

    def figures(since: datetime, until: datetime) -> tuple[int, ...]:
        with province.house.store.transaction(role="worker") as connection:
            line = total_of(situation(connection, since, until))
        assert line.received == line.resolved + line.being_resolved
        return (line.other, line.carried, line.early, line.on_time, line.late, line.open_in_time, line.open_late)

    end = MONDAY + timedelta(days=10)
    assert figures(MONDAY - timedelta(hours=1), end) == (4, 0, 1, 0, 1, 1, 1)
    assert figures(datetime(2026, 10, 12, tzinfo=VIETNAM), end) == (1, 2, 0, 0, 1, 1, 1)
    assert figures(end, end + timedelta(days=1)) == (0, 2, 0, 0, 0, 1, 1)


def recounted(province: Province, since: datetime, until: datetime) -> Counter[str]:
    """The figures again, dossier by dossier, from events: what each had said by the end of the period."""
    figures: Counter[str] = Counter()
    with province.house.store.transaction(role="worker") as connection:
        rows = connection.execute(
            text(
                "SELECT c.id, c.legal_due_at, e.body FROM cases c JOIN event e ON e.case_id = c.id"
                " WHERE c.kind = 'dossier' ORDER BY c.id, e.seq"
            )
        ).all()
    histories: dict[UUID, list[Any]] = {}
    dues = {row.id: row.legal_due_at for row in rows}
    for row in rows:
        histories.setdefault(row.id, []).append(orjson.loads(bytes(row.body)))
    for case_id, events in histories.items():
        told = [one for one in events if datetime.fromisoformat(one["at"]) < until]
        received = datetime.fromisoformat(events[0]["at"])
        done = [datetime.fromisoformat(one["at"]) for one in told if one["status"] in {3, 7, 8, 9, 10}]
        if not told or (done and done[0] < since):
            continue
        missed = [one["data"].get("due") for one in events if one["type"] == "DossierBecameLate"]
        missed += [one["data"]["late"]["due"] for one in events if "late" in one["data"]]
        was_late = bool(missed) and datetime.fromisoformat(missed[0]) < (done[0] if done else until)
        figures["carried" if received < since else "online" if events[0]["data"]["channel"] == 2 else "other"] += 1
        if not done:
            figures["open_late" if was_late else "open_in_time"] += 1
        elif was_late:
            figures["late"] += 1
        else:
            local = province.house.calendar.local
            is_early = dues[case_id] is not None and local(done[0]).date() < local(dues[case_id]).date()
            figures["early" if is_early else "on_time"] += 1
    return figures


def test_every_figure_is_of_the_periods_end_and_recounted_from_events(ship: Callable[..., Province]) -> None:
    province = ship("TP01")
    cases = [province.receive("TP01").case_id for _ in range(5)]
    for case_id in cases[:2]:
        while province.row(case_id).closed_at is None:  # one early; one returned by the officer without a result
            refusal = {"decision": "refuse", "refusal_reason": "Không thuộc thẩm quyền của xã"}
            task = province.task(case_id)
            is_refused = case_id == cases[1] and task.element_id == "step2_handle"
            province.complete_item(task, **(refusal if is_refused else {}))
    moments = [MONDAY - timedelta(hours=8)]
    for day, finishing in ((8, None), (9, cases[2]), (13, cases[3]), (15, None)):
        province.advance_to(datetime(2026, 10, day, 18, 0, tzinfo=VIETNAM))
        while finishing is not None and province.row(finishing).closed_at is None:
            province.complete(finishing)
        if day == 9:
            province.receive("TP01")
        moments.append(datetime(2026, 10, day, 23, 0, tzinfo=VIETNAM))
    names = ("online", "other", "carried", "early", "on_time", "late", "open_in_time", "open_late")
    seen: set[str] = set()
    for since, until in combinations(moments, 2):
        with province.house.store.transaction(role="worker") as connection:
            by_unit, by_field = (total_of(situation(connection, since, until, rows=rows)) for rows in ROWS)
            commune = total_of(situation(connection, since, until, level="commune"))
            nobody = situation(connection, since, until, level="province")
        assert by_unit == by_field == commune
        assert nobody == []
        assert by_unit.received == by_unit.resolved + by_unit.being_resolved
        found = {name: getattr(by_unit, name) for name in names if getattr(by_unit, name)}
        assert found == dict(recounted(province, since, until)), (since, until)
        seen |= set(found)
    assert seen >= {"other", "carried", "early", "late", "open_in_time", "open_late"}
