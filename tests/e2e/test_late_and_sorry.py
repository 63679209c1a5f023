"""TN02 whole: a consultation played by the other side, tax, lateness by the demo clock, the apology, the replay."""

from __future__ import annotations

import time

from playwright.sync_api import Browser

from tests.e2e.conftest import HouseUp
from tests.e2e.people import Person

PATIENCE = 60


def answer_as_neighbour(browser: Browser, house_up: HouseUp, code: str) -> None:
    """Play the asked agency on its own page: agree."""
    sandbox = Person(browser, house_up)
    sandbox.base = f"http://127.0.0.1:{house_up.port + 1}"
    until = time.monotonic() + PATIENCE
    while True:
        sandbox.go("/")
        if code in sandbox.page.content():
            break
        assert time.monotonic() < until, f"the question about {code} never arrived"
        time.sleep(0.5)
    sandbox.page.click(f"tr:has-text('{code}') >> nth=0 >> a")
    sandbox.page.check("input[value=agree]")
    sandbox.page.fill("#content", "Đất đúng nguồn gốc, không tranh chấp")
    sandbox.page.click("main button:has-text('Gửi')")
    sandbox.shot("sandbox")
    sandbox.leave()


def wait_for_task(person: Person, code: str) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        person.go(f"/inbox?q={code}")
        if person.page.locator(f"a.dossier-code:has-text('{code}')").count():
            return
        assert time.monotonic() < until, f"{code} did not come back"
        time.sleep(0.5)


def advance(person: Person, title: str, times: int = 1) -> None:
    for _ in range(times):
        person.go("/admin/clock")
        person.page.click(f"button:has-text('{title}')")


def test_tn02_consults_pauses_becomes_late_and_apologises(browser: Browser, house_up: HouseUp) -> None:
    counter = Person(browser, house_up, "motcua.phuong")
    counter.go("/counter/TN02")
    counter.shot("counter")
    code = counter.receive("TN02", "Nguyễn Thị Ngọc Hường")
    counter.do(code)
    head = Person(browser, house_up, "truong.datdai")
    head.assign(code, to="Phạm Thị Thùy Dương")
    officer = Person(browser, house_up, "datdai")
    officer.do(code, consult_question="Xác nhận nguồn gốc, hiện trạng thửa đất")
    answer_as_neighbour(browser, house_up, code)
    wait_for_task(officer, code)
    officer.open_task(code)
    officer.page.wait_for_timeout(1500)
    officer.shot("task")
    officer.do(code, decision="forward", opinion="Đủ điều kiện, đề nghị trình duyệt")
    head.do(code, decision="forward")
    economy = Person(browser, house_up, "truongphong.phuong")
    economy.do(code, decision="forward")
    leader = Person(browser, house_up, "lanhdao.phuong")
    leader.do(code, decision="forward")
    head.do(code, decision="forward")
    answer_as_neighbour(browser, house_up, code)

    wait_for_task(officer, code)
    officer.do(code, notice_number="12/TB-TCS1", tax_amount="4500000")
    officer.do(code)
    counter.do(code, notice_number="12/TB-TCS1", delivered_by="counter")
    counter.go(f"/dossier/{code}")
    assert "nghĩa vụ tài chính" in counter.text(), "the clock stands while the applicant pays"
    auditor = Person(browser, house_up, "kiemtoan")
    advance(auditor, "1 tuần")
    counter.do(code, receipt_number="0004512")

    advance(auditor, "30 ngày", 2)
    wait_for_lateness(auditor, code)
    sign_the_apology(head, code)
    head.do(code, opinion="Đã hoàn thành nghĩa vụ thuế, trả kết quả")
    counter.do(code, method="counter", receiver_name="Nguyễn Thị Ngọc Hường")
    auditor.go(f"/dossier/{code}")
    assert "Đã trả kết quả" in auditor.text()
    assert "đã quá hạn luật định" in auditor.text(), "it stays late"
    auditor.go(f"/audit/dossier/{code}")
    auditor.page.wait_for_selector("[data-chain]:has-text('khớp')", timeout=20_000)
    auditor.page.wait_for_timeout(1500)
    auditor.shot("history")
    told = auditor.page.locator("[data-events] b").all_inner_texts()
    assert told.index("Dự thảo văn bản xin lỗi") < told.index("Hồ sơ quá hạn"), "sorry before the breach"
    assert "Ký xin lỗi và hẹn lại" in told
    for person in (counter, head, officer, economy, leader, auditor):
        person.leave()


def sign_the_apology(head: Person, code: str) -> None:
    """The head of the unit at fault finds the draft in the inbox, reads it, signs."""
    head.go(f"/inbox?q={code}")
    head.page.click("tr:has-text('văn bản xin lỗi') a.dossier-code")
    head.shot("apology")
    head.page.click("button:has-text('Ký và phát hành')")
    assert "Đã ký xin lỗi" in head.text(), head.text()


def wait_for_lateness(person: Person, code: str) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        person.go(f"/dossier/{code}")
        if "đã quá hạn luật định" in person.text():
            return
        assert time.monotonic() < until, person.text()
        time.sleep(0.5)
