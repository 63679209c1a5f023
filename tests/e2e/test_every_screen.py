"""Each screen opens for whoever it is for, with nothing broken on it; the README's pictures are taken here."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.e2e.conftest import HouseUp
from tests.e2e.people import Person

SCREENS = (
    ("truong.datdai", "/inbox?box=unit", "Hộp việc", "inbox"),
    ("motcua.phuong", "/counter", "Tiếp nhận hồ sơ", "counter-choose"),
    ("kiemtoan", "/dossiers", "Hồ sơ", "dossiers"),
    ("thietke", "/procedures", "Thủ tục và quy trình", "procedures"),
    ("thietke", "/procedures/TN02", "Chuyển mục đích sử dụng đất", "procedure"),
    ("quantri", "/admin/deliveries", "Kết nối liên thông", "deliveries"),
    ("kiemsoat", "/admin/clock", "Giờ của hệ thống", "clock"),
)


@pytest.mark.parametrize(("login", "path", "title", "shot"), SCREENS, ids=[one[3] for one in SCREENS])
def test_screen(browser: Browser, house_up: HouseUp, login: str, path: str, title: str, shot: str) -> None:
    person = Person(browser, house_up, login)
    person.go(path)
    assert title in person.page.inner_text("h1")
    person.shot(shot)
    person.leave()


def test_a_designer_changes_a_name_and_the_draft_is_kept(browser: Browser, house_up: HouseUp) -> None:
    designer = Person(browser, house_up, "thietke")
    designer.go("/procedures/TP01")
    designer.page.click("a:has-text('Sửa quy trình')")
    if designer.page.locator("button:has-text('Mở bản nháp')").count():
        designer.page.click("button:has-text('Mở bản nháp')")
    designer.page.wait_for_selector("[data-designer][data-ready]", timeout=30_000)
    designer.page.wait_for_selector("[data-findings]:has-text('Không còn lỗi')", timeout=30_000)
    designer.page.evaluate(
        """() => {
            const modeler = document.querySelector('[data-designer]').modeler;
            modeler.get('canvas').scrollToElement('step2_review');
            modeler.get('selection').select(modeler.get('elementRegistry').get('step2_review'));
        }"""
    )
    name = designer.page.locator("[data-panel] input, [data-panel] textarea").first
    name.fill("Xét duyệt của Chánh Văn phòng")
    name.blur()
    designer.page.click("button:has-text('Lưu bản nháp')")
    designer.page.wait_for_selector("[data-saved]:has-text('Đã lưu')", timeout=15_000)
    designer.shot("designer")
    designer.page.reload()
    designer.page.wait_for_selector("[data-designer][data-ready]", timeout=30_000)
    assert "Chánh Văn phòng" in designer.page.inner_text("[data-designer]")
    designer.leave()


def test_nobody_signed_in_sees_only_tracking(browser: Browser, house_up: HouseUp) -> None:
    stranger = Person(browser, house_up)
    for path in ("/inbox", "/counter", "/dossiers", "/procedures", "/admin/deliveries"):
        stranger.go(path)
        assert "/sign-in" in stranger.page.url, path
    stranger.go("/")
    assert "Tra cứu hồ sơ" in stranger.page.content()
    stranger.leave()


def test_an_officer_does_not_see_another_units_dossier(browser: Browser, house_up: HouseUp) -> None:
    counter = Person(browser, house_up, "motcua.phuong")
    code = counter.receive("TP01", "Của Phường Này")
    other = Person(browser, house_up, "motcua.xa")
    other.go(f"/dossier/{code}")
    assert "Không tìm thấy" in other.text()
    assert "Của Phường Này" not in other.page.content()
    other.leave()
    counter.leave()
