"""TP01 on the happy path, by the people of one ward, without a word of instruction."""

from __future__ import annotations

from playwright.sync_api import Browser

from tests.e2e.conftest import HouseUp
from tests.e2e.people import Person


def test_tp01_from_the_counter_to_the_returned_result(browser: Browser, house_up: HouseUp) -> None:
    counter = Person(browser, house_up, "motcua.phuong")
    code = counter.receive("TP01", "Phan Thị Mỹ Duyên")
    receipt = counter.context.request.get(
        house_up.address + str(counter.page.get_attribute("a:has-text('In giấy')", "href"))
    )
    assert receipt.ok
    assert receipt.body().startswith(b"%PDF-")
    counter.shot("counter-done")
    counter.do(code)

    head = Person(browser, house_up, "chanhvanphong.phuong")
    head.assign(code, to="Uông Thị Thu Hòa")

    officer = Person(browser, house_up, "hotich.phuong")
    officer.do(code, decision="forward", opinion="Đủ điều kiện cấp lại")
    head.do(code, decision="forward")
    leader = Person(browser, house_up, "lanhdao.phuong")
    leader.do(code, decision="forward")

    cashier = Person(browser, house_up, "thuphi.phuong")
    cashier.do(code, method="cash")
    counter.do(code, method="counter", receiver_name="Phan Thị Mỹ Duyên")
    counter.go(f"/dossier/{code}")
    assert "Đã trả kết quả" in counter.text()

    citizen = Person(browser, house_up)
    citizen.go("/tracking")
    citizen.page.fill("[name=code]", code)
    citizen.page.fill("[name=factor]", "5678")
    citizen.page.click("main form button.main")
    assert "Đã trả kết quả" in citizen.text()
    citizen.shot("tracking", whole=True)
    for person in (counter, head, officer, leader, cashier, citizen):
        person.leave()


def test_a_wrong_second_factor_tells_nothing(browser: Browser, house_up: HouseUp) -> None:
    counter = Person(browser, house_up, "motcua.phuong")
    code = counter.receive("TP01", "Người Kín Đáo")
    citizen = Person(browser, house_up)
    citizen.go("/tracking")
    citizen.page.fill("[name=code]", code)
    citizen.page.fill("[name=factor]", "0000")
    citizen.page.click("main form button.main")
    assert "Không tìm thấy hồ sơ" in citizen.text()
    assert "Kín Đáo" not in citizen.page.content()
    citizen.leave()
    counter.leave()
