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


def test_files_chosen_survive_a_mistake_in_the_form(browser: Browser, house_up: HouseUp) -> None:
    citizen = Person(browser, house_up)
    citizen.go("/submit/DANG-KY-KET-HON")
    scan = {"name": "to-khai.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 mot to khai"}
    citizen.page.set_input_files("[name='_paper.1.scan']", scan)  # type: ignore[arg-type]  # a TypedDict elsewhere
    citizen.page.click("button[data-keep-files]")
    citizen.page.wait_for_selector("#errors")
    assert citizen.page.eval_on_selector("[name='_paper.1.scan']", "one => one.files[0].name") == "to-khai.pdf"
    citizen.page.select_option("[name=_unit]", index=1)
    given = {"name": "Lê Thị Giữ Tệp", "identifier": "042199001234", "phone": "0912345678", "address": "Tổ 3"}
    for field, value in given.items():
        citizen.page.fill(f"[name=owner_{field}]", value)
    citizen.page.fill("[name=content]", "Đăng ký kết hôn")
    citizen.page.click("button[data-keep-files]")
    assert citizen.page.inner_text(".big-code").startswith("DK-")
    citizen.leave()
