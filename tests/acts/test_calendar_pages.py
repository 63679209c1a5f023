"""The pages of calendar, moved dates and rules; a dossier submitted at the portal and answered at the counter."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from io import BytesIO

import pytest
from sqlalchemy import text

from engine.deadlines import VIETNAM
from engine.dossier.issue_letter import issue_letter
from engine.dossier.recompute import recompute
from engine.dossier.status import Status
from engine.jobs.handlers import spread_calendar
from tests.desk import TOKEN, Desk, with_role
from tests.province import COMMUNE, Province
from web.app import create_app

MARRIAGE = "DANG-KY-KET-HON"
ONE_STOP = f"{COMMUNE}.01"
PDF = b"%PDF-1.4 mot to khai"


@pytest.fixture
def province(ship: Callable[..., Province]) -> Province:
    return ship("TP01", MARRIAGE)


def at(day: int, hour: int = 17) -> datetime:
    return datetime(2026, 10, day, hour, tzinfo=VIETNAM)


def test_a_day_off_goes_from_the_page_to_every_open_dossier_and_the_auditors_list(province: Province) -> None:
    code, case_id = (got := province.receive("TP01")).code, got.case_id
    desk = Desk.of(province, with_role(province, "administrator"))
    assert "Lịch làm việc năm 2026" in desk.get("/admin/calendar").text
    day = {"on": "07/10/2026", "kind": "off", "name": "Nghỉ bão", "source": "Công điện 12/CĐ-TTg", "status": "seen"}
    assert desk.post("/admin/calendar/days", _revision="0", **day).status_code == 303
    beaten = desk.post("/admin/calendar/days", _revision="0", **day)
    assert beaten.status_code == 409
    assert "người khác thay đổi" in beaten.text
    assert 'value="Công điện 12/CĐ-TTg"' in beaten.text
    assert "ngày nghỉ 07/10/2026" in desk.get("/admin/calendar?year=2026").text

    preview = desk.get("/admin/calendar/preview").text
    assert code in preview
    assert "08/10/2026 17:00" in preview
    assert "09/10/2026 17:00" in preview
    assert code in desk.get("/admin/calendar/preview?format=csv").text
    assert province.row(case_id).legal_due_at == at(8), "nothing moves before it is published"
    unsaid = {"_revision": "1", "note": "", "_csrf": desk.token()}
    refused = desk.client.post("/admin/calendar/publish", data=unsaid | {"note": "QĐ 5"})
    assert refused.status_code == 422
    assert "Ghi căn cứ" in refused.text
    assert ">QĐ 5</textarea>" in refused.text
    sent = desk.post("/admin/calendar/publish", _revision="1", note="Công điện 12/CĐ-TTg ngày 06/10/2026")
    assert sent.status_code == 303
    spread_calendar(province.house)
    assert recompute(province.house, case_id)
    assert province.row(case_id).legal_due_at == at(9)

    auditor = Desk.of(province, with_role(province, "auditor"))
    listed = auditor.get("/audit/moved-dates?since=01/10/2026&until=31/10/2026&cause=calendar").text
    for words in (code, "Công điện 12/CĐ-TTg", "08/10/2026 17:00", "09/10/2026 17:00", "Người administrator"):
        assert words in listed
    assert code not in auditor.get("/audit/moved-dates?since=01/10/2026&until=31/10/2026&cause=extension").text
    lines = auditor.get("/audit/moved-dates?since=01/10/2026&until=31/10/2026&format=csv").text.splitlines()
    assert len(lines) == 2
    assert code in lines[1]
    mistyped = auditor.get("/audit/moved-dates?since=31/2/2026&until=31/10/2026").text
    assert 'value="31/2/2026"' in mistyped
    assert 'id="since-error"' in mistyped
    assert auditor.post("/admin/calendar/days", _revision="0", **day).status_code == 403


def test_office_hours_of_a_unit_and_what_is_wrong_are_told(province: Province) -> None:
    desk = Desk.of(province, with_role(province, "administrator"))
    hours = {"unit": ONE_STOP, "since": "01/11/2026", "weekday": "07:30-11:30, 13:00-16:30", "saturday": "07:30-11:00"}
    kept = desk.post("/admin/calendar/hours", _revision="0", cutoff="16:00", source="QĐ 5/QĐ-UBND", **hours)
    assert kept.status_code == 303
    page = desk.get("/admin/calendar?year=2026").text
    assert "07:30-11:30, 13:00-16:30" in page
    assert "Thứ Bảy: 07:30-11:00" in page
    for name, typed in (("weekday", "9 giờ"), ("weekday", "13:00-11:00"), ("since", "hôm qua"), ("cutoff", "4 giờ")):
        told = desk.post("/admin/calendar/hours", **(hours | {"source": "QĐ 5", "_revision": "1", name: typed}))
        assert told.status_code == 422
        assert f'id="{name}-error"' in told.text, typed
        assert told.text.count('class="error"') == 1
        for kept in (typed, "07:30-11:00", "QĐ 5"):
            assert f'value="{kept}"' in told.text


def test_a_day_that_was_typed_wrongly_is_kept_and_one_of_the_list_is_opened(province: Province) -> None:
    desk = Desk.of(province, with_role(province, "administrator"))
    day = {"on": "31/2/2026", "kind": "work", "name": "Làm bù", "hours": "7 giờ", "source": "", "status": "seen"}
    told = desk.post("/admin/calendar/days", _revision="0", **day)
    assert told.status_code == 422
    for name in ("on", "day-hours", "source"):
        assert f'id="{name}-error"' in told.text
    for kept in ("31/2/2026", "Làm bù", "7 giờ"):
        assert f'value="{kept}"' in told.text
    assert desk.post(
        "/admin/calendar/days", _revision="0", **(day | {"on": "7/10/2026", "hours": "", "source": "QĐ 5"})
    )
    opened = desk.get("/admin/calendar?year=2026&day=2026-10-07").text
    assert '<details class="sheet" id="day-form" open>' in opened
    assert 'value="07/10/2026"' in opened


def test_rules_that_nobody_has_compared_are_shown_with_their_source(province: Province) -> None:
    desk = Desk.of(province, with_role(province, "administrator"))
    page = desk.get("/admin/rulesets").text
    ruleset = province.house.ruleset("nd118-2025")
    for rule in (ruleset.apology, ruleset.hand_over, ruleset.acceptance, ruleset.dossier_code):
        assert not rule.verified
        assert rule.source.split(";")[0] in page
    everything = desk.get("/admin/rulesets?name=nd61-2018&all=1").text
    for words in ("Mẫu số 04", "Chỉ tiêu", "Chấm điểm", "Mã 8 (Tạm dừng, dừng thời hạn)", "Mã 8 (Dừng hẳn, kết thúc)"):
        assert words in everything
    assert desk.get("/admin/rulesets?name=none").status_code == 404


def submit(province: Province, **changed: object) -> tuple[int, str]:
    """What somebody without an account sends from the portal."""
    client = create_app(province.house).test_client()
    page = client.get(f"/submit/{MARRIAGE}")
    token = TOKEN.search(page.text)
    case_id = re.search(r'name="_id" value="([\w-]+)"', page.text)
    assert token is not None
    assert case_id is not None
    papers = re.findall(r'name="(_paper\.\d+\.scan)"', page.text)
    form = {
        "_csrf": token[1],
        "_id": case_id[1],
        "_unit": ONE_STOP,
        "owner_kind": "person",
        "owner_name": "Trần Thị Minh",
        "owner_identifier": "042185000017",
        "owner_phone": "0912000017",
        "owner_address": "Thôn Thượng, xã Ví Dụ",
        "content": "Đăng ký kết hôn",
        "result_delivery": "counter",
        papers[0]: (BytesIO(PDF), "to-khai.pdf"),
    } | changed
    sent = client.post(f"/submit/{MARRIAGE}", data={name: one for name, one in form.items() if one is not None})
    return sent.status_code, sent.headers.get("Location", "") or sent.text


def test_a_dossier_goes_from_the_portal_through_a_supplement_to_its_code(province: Province) -> None:
    portal = create_app(province.house).test_client()
    listed = portal.get("/submit").text
    assert "Đăng ký kết hôn" in listed
    assert "/submit/TP01" not in listed, "what is received at the counter only is not offered"
    assert portal.get("/submit/TP01").status_code == 404
    status, told = submit(province, _unit="", owner_name="")
    assert status == 422
    assert "Chọn nơi nộp hồ sơ." in told
    status, place = submit(province)
    assert status == 303
    code = place.rpartition("/")[2]
    assert code in portal.get(place).text

    counter = Desk.of(province, province.counter)
    [item] = [one for one in _items(province) if one.kind == "acceptance"]
    page = counter.client.get(f"/inbox/{item.id}", follow_redirects=True).text
    for words in ("Trần Thị Minh", "Đăng ký kết hôn", "Tờ khai theo mẫu", "Tiếp nhận"):
        assert words in page
    where = f"/dossier/{code}/acceptance/{item.id}"
    assert counter.post(where, _act="supplement", _reason="", _revision=item.revision).status_code == 422
    asked = counter.post(where, _act="supplement", _reason="Tờ khai chưa có chữ ký", _revision=item.revision)
    assert asked.status_code == 303

    token = TOKEN.search(portal.get("/tracking").text)
    assert token is not None
    seen = portal.post("/tracking", data={"code": code, "factor": "0017", "_csrf": token[1]}).text
    assert "Gửi giấy tờ bổ sung" in seen
    assert "<li>Tờ khai chưa có chữ ký</li>" in seen, "the applicant is told what is missing"
    assert "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ" in seen
    assert "Không có hạn" not in seen
    papers = {"_paper.1.scan": (BytesIO(PDF + b" co chu ky"), "to-khai.pdf")}
    wrong = {"_code": code, "_factor": "9999", "_csrf": token[1]}
    assert portal.post("/submit/supplement", data=wrong).status_code == 422
    sent = portal.post("/submit/supplement", data=wrong | {"_factor": "0017"} | papers)
    assert sent.status_code == 303

    [item] = [one for one in _items(province) if one.kind == "acceptance"]
    done = counter.post(f"/dossier/{code}/acceptance/{item.id}", _act="receive", _revision=item.revision)
    assert done.status_code == 303
    row = province.row(item.case_id)
    assert row.code in done.headers["Location"]
    assert row.status in {Status.RECEIVED, Status.IN_PROGRESS}
    found = portal.post("/tracking", data={"code": code, "factor": "0017", "_csrf": token[1]}).text
    assert row.code in found, "the code of the submission still finds it"


def test_who_is_declined_reads_why_and_opens_the_letter(province: Province) -> None:
    _, place = submit(province)
    code = place.rpartition("/")[2]
    [item] = [one for one in _items(province) if one.kind == "acceptance"]
    reason = "Không thuộc thẩm quyền của xã Ví Dụ"
    counter = Desk.of(province, province.counter)
    told = {"_act": "decline", "_reason": reason, "_revision": item.revision}
    assert counter.post(f"/dossier/{code}/acceptance/{item.id}", **told).status_code == 303
    portal = create_app(province.house).test_client()
    token = TOKEN.search(portal.get("/tracking").text)
    assert token is not None
    known = {"code": code, "factor": "0017", "_csrf": token[1]}
    seen = portal.post("/tracking", data=known).text
    assert reason in seen
    assert "đang phát hành" in seen
    assert 'name="_letter"' not in seen, "a letter that is not sealed yet is nobody's to open"
    with province.house.store.transaction(role="worker") as connection:
        [letter_id] = connection.execute(text("SELECT id FROM letter WHERE kind = 'refusal'")).scalars()
    assert issue_letter(province.house, letter_id) == "sent"
    assert str(letter_id) in portal.post("/tracking", data=known).text
    asked = {"_code": code, "_factor": "0017", "_letter": str(letter_id), "_csrf": token[1]}
    opened = portal.post("/tracking/letter", data=asked)
    assert opened.data.startswith(b"%PDF-")
    assert portal.post("/tracking/letter", data=asked | {"_factor": "9999"}).status_code == 422
    assert portal.post("/tracking/letter", data=asked | {"_letter": str(item.id)}).status_code == 404


def _items(province: Province) -> list[object]:
    with province.house.store.transaction(role="worker") as connection:
        return list(connection.execute(text("SELECT * FROM work_item WHERE state = 'open'")))


def test_a_ruleset_of_another_place_can_be_laid_open_too(province: Province) -> None:
    """Whatever rules a province adds, each has its line, and none is without a source."""
    from engine.reports.rules_in_force import rule_lines

    for ruleset in province.house.rulesets.values():
        lines = rule_lines(replace(ruleset, name="khac"))
        assert all(one.says and one.source for one in lines)
        assert {one.group for one in lines} >= {"Biểu mẫu", "Tính thời hạn", "Quá hạn", "Trạng thái", "Chỉ tiêu"}
