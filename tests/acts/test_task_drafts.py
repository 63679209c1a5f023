"""What is typed into a task's form is not lost: kept while typing, over an ended session, when somebody is faster."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import text

from engine.dossier.drafts import keep_draft
from engine.errors import StaleTask
from tests.desk import Desk
from tests.province import COMMUNE, Province

OFFICE = f"{COMMUNE}.05"


@pytest.fixture
def province(ship: Callable[..., Province]) -> Province:
    return ship("TP01")


@pytest.fixture
def case_id(province: Province) -> UUID:
    """TP01 on the desk of the officer who handles it."""
    found = province.receive("TP01").case_id
    while all(one.element_id != "step2_handle" for one in province.items(found)):
        province.complete(found)
    return found


def desk_of(province: Province) -> Desk:
    return Desk.of(province, province.actor(OFFICE, "case_officer"))


def count(province: Province) -> int:
    with province.house.store.transaction(role="worker") as connection:
        return int(connection.execute(text("SELECT count(*) FROM draft")).scalar_one())


def test_what_was_typed_is_there_again_and_is_no_event(province: Province, case_id: UUID) -> None:
    desk, item = desk_of(province), province.task(case_id)
    events = len(province.events(case_id))
    kept = desk.post(f"/inbox/{item.id}/draft", opinion="Đang đối chiếu sổ hộ tịch", _revision=item.revision)
    assert kept.status_code == 200
    assert kept.json is not None
    assert kept.json["csrf"] == desk.token()
    page = desk.get(f"/inbox/{item.id}").text
    assert "Đang đối chiếu sổ hộ tịch" in page
    assert "Bản nháp lưu lúc" in page
    assert len(province.events(case_id)) == events
    other = Desk.of(province, province.actor(OFFICE, "unit_head"))
    assert "Đang đối chiếu" not in other.get(f"/inbox/{item.id}").text, "a draft is its officer's own"


def test_the_draft_lies_sealed(province: Province, case_id: UUID) -> None:
    item = province.task(case_id)
    keep_draft(province.house, province.actor(OFFICE, "case_officer"), item.id, {"opinion": "Nguyễn Thị Ngọc Hường"})
    with province.house.store.transaction(role="worker") as connection:
        body = bytes(connection.execute(text("SELECT body FROM draft")).scalar_one())
    assert "Ngọc Hường".encode() not in body


def test_it_goes_with_the_task(province: Province, case_id: UUID) -> None:
    desk, item = desk_of(province), province.task(case_id)
    desk.post(f"/inbox/{item.id}/draft", opinion="Một nửa")
    assert count(province) == 1
    sent = desk.post(f"/inbox/{item.id}", _revision=item.revision, decision="forward", opinion="Đủ điều kiện")
    assert sent.status_code == 303
    assert count(province) == 0
    with pytest.raises(StaleTask):
        keep_draft(province.house, desk.actor, item.id, {"opinion": "muộn"})


def test_a_draft_can_be_dropped(province: Province, case_id: UUID) -> None:
    desk, item = desk_of(province), province.task(case_id)
    desk.post(f"/inbox/{item.id}/draft", opinion="Bỏ đi")
    assert desk.post(f"/inbox/{item.id}/draft/drop").status_code == 303
    assert "Bỏ đi" not in desk.get(f"/inbox/{item.id}").text


def test_an_ended_session_costs_nothing(province: Province, case_id: UUID) -> None:
    desk, item = desk_of(province), province.task(case_id)
    old = desk.token()
    desk.sign_out()
    refused = desk.post(f"/inbox/{item.id}", token=old, _revision=item.revision, opinion="Đã đối chiếu đủ")
    assert refused.status_code == 401
    assert 'name="opinion" value="Đã đối chiếu đủ"' in refused.text
    desk.sign_in()
    again = desk.post(f"/inbox/{item.id}", token=old, _revision=item.revision, opinion="Đã đối chiếu đủ")
    assert again.status_code == 303
    assert again.headers["Location"].endswith(f"/inbox/{item.id}")
    assert "Đã đối chiếu đủ" in desk.get(f"/inbox/{item.id}").text
    assert province.task(case_id).revision == item.revision, "an old page's token does nothing but keep"


def test_who_comes_second_can_still_read_what_they_typed(province: Province, case_id: UUID) -> None:
    desk, item = desk_of(province), province.task(case_id)
    province.complete_item(item, decision="forward", opinion="Người khác đã xử lý")
    late = desk.post(f"/inbox/{item.id}", _revision=item.revision, decision="forward", opinion="Ý kiến viết rất lâu")
    assert late.status_code == 409
    assert "Ý kiến viết rất lâu" in late.text
    assert "không được ghi vào hồ sơ" in late.text
