"""What people do in the browser, in their own words: sign in, find their work, fill in a form."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.e2e.conftest import HouseUp

SHOTS = os.environ.get("MOTCUA_SHOTS", "")


class Person:
    """Somebody at a browser. A page's error or a broken policy fails the test."""

    def __init__(self, browser: Browser, house: HouseUp, login: str = "", *, scripts: bool = True) -> None:
        self.context: BrowserContext = browser.new_context(
            java_script_enabled=scripts, viewport={"width": 1360, "height": 900}, locale="vi-VN"
        )
        self.page: Page = self.context.new_page()
        self.base = house.address
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._hear)
        if login:
            self.go("/sign-in")
            self.page.fill("input[name=login]", login)
            self.page.fill("input[name=password]", "motcua-demo")
            self.page.click("form:has(input[name=password]) button.main")
            assert "/sign-in" not in self.page.url, self.page.inner_text("main")

    def _hear(self, message: Any) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            self.complaints.append(message.text)

    def go(self, path: str) -> Page:
        self.page.goto(self.base + path)
        return self.page

    def text(self) -> str:
        return self.page.inner_text("main")

    def shot(self, name: str, *, whole: bool = False) -> None:
        """A picture for the README, when asked for."""
        if SHOTS:
            self.page.wait_for_timeout(700)
            self.page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=whole)

    def receive(self, procedure: str, name: str, **fields: str) -> str:
        """Take a dossier at the counter; the code."""
        self.go(f"/counter/{procedure}")
        given = {
            "owner_name": name,
            "owner_identifier": "042085000123",
            "owner_phone": "0912345678",
            "owner_address": "Tổ dân phố 4, phường Thành Sen",
            "content": "Theo đơn đề nghị kèm theo",
        } | fields
        for field, value in given.items():
            if self.page.locator(f"[name={field}]").count():
                self.page.fill(f"[name={field}]", value)
        self.page.click("button[value=receive]")
        code = self.page.inner_text(".big-code")
        assert re.fullmatch(r"H27\.[\d.]+-\d{6}-\d{4}", code), code
        return code

    def open_task(self, code: str) -> None:
        """Open this dossier's task from the inbox."""
        self.go(f"/inbox?q={code}")
        self.page.click(f"a.dossier-code:has-text('{code}')")

    def do(self, code: str, **fields: str) -> None:
        """Find the dossier's task in the inbox, fill in its form, send it."""
        self.open_task(code)
        for field, value in fields.items():
            radio = self.page.locator(f"input[type=radio][name={field}][value='{value}']")
            if radio.count():
                radio.check(force=True)
            elif self.page.locator(f"select[name={field}]").count():
                self.page.select_option(f"select[name={field}]", value or {"index": 1})  # type: ignore[arg-type]
            else:
                self.page.fill(f"[name={field}]", value)
        self.page.click("main form.sheet button.main")
        assert "cần sửa" not in self.text(), self.text()

    def assign(self, code: str, to: str) -> None:
        """The head gives a dossier's handling to one of the unit."""
        self.open_task(code)
        chosen = self.page.locator(f"select[name=assignee] option:has-text('{to}')").get_attribute("value")
        self.page.select_option("select[name=assignee]", chosen)
        self.page.click("main form.sheet button.main")

    def leave(self) -> None:
        self.context.close()
        assert not self.complaints, self.complaints
