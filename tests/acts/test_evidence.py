"""A history leaves the house as evidence, and proves itself offline; for mining it is readable XES and OCEL."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from lxml import etree
from sqlalchemy import text

from engine.errors import UnreadableFile
from engine.history.bundle import evidence_bundle
from engine.history.seal import seal
from engine.history.verify import verify_bundle
from engine.reports.history import TITLES
from engine.reports.mining import ocel_log, xes_log
from tests.province import Province


def finished(province: Province) -> UUID:
    got = province.receive("TP01")
    while province.row(got.case_id).closed_at is None:
        province.complete(got.case_id)
    return got.case_id


@pytest.fixture
def exported(ship: Callable[..., Province], tmp_path: Path) -> tuple[Province, UUID, Path]:
    province = ship("TP01")
    case_id = finished(province)
    with province.house.store.transaction(role="worker") as connection:
        assert seal(connection, province.house.log_key) > 0
    path = tmp_path / "bundle.json"
    with province.house.store.transaction(role="worker") as connection:
        path.write_bytes(evidence_bundle(connection, case_id, province.house.log_key))
    return province, case_id, path


def test_a_bundle_proves_itself(exported: tuple[Province, UUID, Path]) -> None:
    province, case_id, path = exported
    verdict = verify_bundle(path)
    assert verdict.is_whole, verdict.findings
    assert verdict.sealed == verdict.events == province.row(case_id).revision


@pytest.mark.parametrize("touched", ["body", "hash", "drop", "cut", "proof", "note"])
def test_any_touch_is_found(exported: tuple[Province, UUID, Path], touched: str) -> None:
    _, _, path = exported
    bundle = json.loads(path.read_text())
    events = bundle["events"]
    if touched == "body":
        events[2]["body"] = events[1]["body"]
    elif touched == "hash":
        events[2]["hash"] = "00" * 32
    elif touched == "drop":
        del events[2]
    elif touched == "cut":
        del events[-1]
    elif touched == "proof":
        events[1]["proof"]["position"] += 1
    else:
        bundle["checkpoint"] = bundle["checkpoint"].replace("\n", "\n ", 1)
    path.write_text(json.dumps(bundle))
    assert not verify_bundle(path).is_whole


def test_another_key_is_not_believed(exported: tuple[Province, UUID, Path]) -> None:
    _, _, path = exported
    verdict = verify_bundle(path, trusted_key="A" * 43 + "=")
    assert not verdict.is_whole


def test_what_is_no_bundle_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text("{}")
    with pytest.raises(UnreadableFile):
        verify_bundle(path)


def test_logs_for_mining_hold_every_event(exported: tuple[Province, UUID, Path]) -> None:
    province, case_id, _ = exported
    count = province.row(case_id).revision
    with province.house.store.transaction(role="worker") as connection:
        xes, ocel = xes_log(connection, [case_id]), ocel_log(connection, [case_id])
    log = etree.fromstring(xes)
    assert len(log.findall("trace/event")) == count
    assert len(log.findall("global")) == 2
    parsed = json.loads(ocel)
    known = {one["id"] for one in parsed["objects"]}
    assert len(parsed["events"]) == count
    assert all(link["objectId"] in known for one in parsed["events"] for link in one["relationships"])
    assert "Hường" not in xes.decode(), "no applicant's name in a log"


def test_every_kind_of_event_has_a_title() -> None:
    """What acts write is what auditors read."""
    import re

    sources = (Path(__file__).parents[2] / "engine" / "dossier").glob("*.py")
    written = set()
    for source in sources:
        content = source.read_text()
        written |= set(re.findall(r'event_type = "(\w+)"', content))
        written |= set(re.findall(r'(?:house\.act|new_case)\([^)]*?"([A-Z]\w+)"', content, re.DOTALL))
    assert written - set(TITLES) == set()
    assert len(written) > 20


def test_sealing_skips_nothing(ship: Callable[..., Province]) -> None:
    province = ship("TP01")
    ids = [finished(province) for _ in range(3)]
    with province.house.store.transaction(role="worker") as connection:
        seal(connection, province.house.log_key)
        rest = connection.execute(text("SELECT count(*) FROM seal_pending")).scalar_one()
        leaves = connection.execute(text("SELECT count(*) FROM seal_leaf")).scalar_one()
    assert rest == 0
    assert leaves == sum(province.row(one).revision for one in ids)
