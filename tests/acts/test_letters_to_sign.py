"""A head with many apologies to sign: one page, a reason in one tap, previews, all signed at once and never twice."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import text

from engine.deadlines import VIETNAM
from engine.jobs.worker import work_off
from engine.rulesets.reasons import apology_reasons, reasons_for
from tests.acts.test_letters_of_acts import handling
from tests.desk import Desk
from tests.province import COMMUNE, Province

OFFICE = f"{COMMUNE}.05"
BEFORE_THE_BREACH = datetime(2026, 10, 8, 8, 0, tzinfo=VIETNAM)


@pytest.fixture
def province(ship: Callable[..., Province]) -> Province:
    """Three dossiers whose apologies wait for the head of one office."""
    found = ship("TP01")
    for _ in range(3):
        handling(found)
    found.advance_to(BEFORE_THE_BREACH)
    return found


@pytest.fixture
def desk(province: Province) -> Desk:
    return Desk.of(province, province.actor(OFFICE, "unit_head"))


def items(province: Province) -> list[Any]:
    with province.house.store.transaction(role="worker") as connection:
        return list(
            connection.execute(
                text("SELECT * FROM work_item WHERE kind = 'letter' AND state = 'open' ORDER BY case_code")
            )
        )


def letters(province: Province) -> list[Any]:
    with province.house.store.transaction(role="worker") as connection:
        return list(connection.execute(text("SELECT * FROM letter WHERE kind = 'apology' ORDER BY number")))


def fields(rows: list[Any], **dates: str) -> dict[str, Any]:
    """The page's form with these rows ticked."""
    given: dict[str, Any] = {"item__": [f"{one.id}.{one.revision}" for one in rows], "_act": "sign"}
    for one in rows:
        given[f"reason.{one.id}"] = f"Khối lượng hồ sơ tăng cao, hồ sơ {one.case_code}"
        given[f"date.{one.id}"] = dates.get("date", "14/10/2026")
    return given


def test_the_page_lists_cause_and_proposed_date_and_fills_reasons_in_one_tap(province: Province, desk: Desk) -> None:
    rows = items(province)
    page = desk.get("/letters").text
    assert all(one.case_code in page for one in rows)
    assert page.count("vượt thời hạn 4 giờ") == 3
    proposed = datetime.fromisoformat(province.row(rows[0].case_id).facts["apology"]["date"])
    assert proposed > province.row(rows[0].case_id).legal_due_at
    assert page.count(f'value="{proposed:%d/%m/%Y}"') == 3
    sentence = reasons_for("late")[0]
    one_row = desk.post("/letters", item__=[f"{rows[0].id}.1"], _fill=sentence.key).text
    assert one_row.count(f">{sentence.text}</textarea>") == 1
    assert desk.post("/letters", _fill=sentence.key).text.count(f">{sentence.text}</textarea>") == 3
    assert len(items(province)) == 3, "nothing was signed"


def test_a_preview_shows_what_is_typed_now(province: Province, desk: Desk) -> None:
    row = items(province)[0]
    shown = desk.post(f"/letters/{row.id}/preview.pdf", **fields([row], date="15/10/2026"))
    said = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(shown.data)).pages).split())
    for words in ("BẢN XEM TRƯỚC", "Khối lượng hồ sơ tăng cao", "15/10/2026", "CHUYÊN VIÊN"):
        assert words in said
    assert letters(province)[0].state == "drafted"


def test_all_are_signed_each_with_a_number_of_its_own_and_never_twice(province: Province, desk: Desk) -> None:
    rows, token = items(province), desk.token()
    sent = fields(rows)
    assert desk.post("/letters", token=token, **sent).status_code == 303
    again = desk.post("/letters", token=token, **sent)
    assert again.status_code == 200
    assert items(province) == []
    work_off(province.house)
    issued = letters(province)
    assert [one.number for one in issued] == [1, 2, 3]
    assert {one.state for one in issued} == {"sent"}
    for row in rows:
        assert [one.type for one in province.events(row.case_id)].count("ApologyIssued") == 1


def test_what_one_refuses_does_not_hold_up_the_others(province: Province, desk: Desk) -> None:
    rows = items(province)
    sent = fields(rows) | {f"date.{rows[1].id}": "11/10/2026"}  # a Sunday
    answer = desk.post("/letters", **sent)
    assert answer.status_code == 200
    assert "Ngày hẹn lại phải là ngày làm việc." in answer.text
    assert "Đã ký 2 văn bản" in answer.text
    assert [one.case_code for one in items(province)] == [rows[1].case_code]


def test_a_killed_round_is_taken_up_where_it_stopped(
    province: Province, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from web.letters import views

    rows, real, done = items(province), views.apologise_and_reappoint, []

    def dies_at_the_second(*arguments: Any) -> None:
        if len(done) == 1:
            raise KeyboardInterrupt
        real(*arguments)
        done.append(arguments)

    sent = fields(rows)
    monkeypatch.setattr(views, "apologise_and_reappoint", dies_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        desk.post("/letters", **sent)
    monkeypatch.undo()
    assert len(items(province)) == 2
    assert desk.post("/letters", **sent).status_code == 303
    assert items(province) == []
    assert len({one.id for one in letters(province) if one.state == "approved"}) == 3


def test_nobody_else_sees_or_signs_them(province: Province) -> None:
    other = Desk.of(province, province.actor(f"{COMMUNE}.03", "unit_head"))
    assert "Không có thư xin lỗi nào chờ ký" in other.get("/letters").text
    row = items(province)[0]
    assert other.post(f"/letters/{row.id}/preview.pdf").status_code == 404
    other.post("/letters", **fields([row]))
    assert len(items(province)) == 3


def test_every_kind_has_sentences_and_each_ends_as_one() -> None:
    assert {one.cause for one in apology_reasons()} == {"late", "error", "lost_paper", "late_acceptance"}
    assert len({one.key for one in apology_reasons()}) == len(apology_reasons())
    assert all(one.text.endswith(".") and len(one.label) < 40 for one in apology_reasons())
