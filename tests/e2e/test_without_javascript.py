"""Counter, inbox, task and tracking with JavaScript off: everything still works by links and forms."""

from __future__ import annotations

from playwright.sync_api import Browser

from tests.e2e.conftest import HouseUp
from tests.e2e.people import Person


def test_an_officer_works_a_dossier_without_javascript(browser: Browser, house_up: HouseUp) -> None:
    counter = Person(browser, house_up, "motcua.xa", scripts=False)
    counter.go("/counter?q=khai+sinh")
    assert "Cấp lại bản chính giấy khai sinh" in counter.text()
    counter.go("/counter/TP01")
    counter.page.click("button[value=receive]")
    assert "cần sửa" in counter.text(), "an empty form is refused with a line for each field"
    code = counter.receive("TP01", "Đặng Thị Không Script")
    counter.do(code)
    head = Person(browser, house_up, "chanhvanphong.xa", scripts=False)
    head.go("/inbox?q=khong script")
    assert code in head.text(), "found without diacritics"
    head.leave()
    counter.leave()
