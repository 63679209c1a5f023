"""Officers at their desks over HTTP: they read their inbox, fill in forms, and try again when an answer is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import lxml.html
import requests

ANSWERS: Mapping[str, str] = {
    "owner_name": "Nguyễn Thị Ngọc Hường",
    "owner_identifier": "042185000017",
    "owner_phone": "0912000017",
    "owner_address": "Thôn Thượng, xã Ví Dụ",
    "decision": "forward",
    "amount": "10000",
    "method": "cash",
    "delivery": "counter",
}
WORDS = "Đã kiểm tra, đúng quy định"
TIMEOUT = 30


class Lost(Exception):
    """No answer, or an answer that says to come back later."""


@dataclass
class Desk:
    """One officer's browser. `stopped` ends the day."""

    base: str
    login: str
    password: str
    stopped: threading.Event = field(default_factory=threading.Event)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._browser = requests.Session()

    def receive(self, procedure: str, how_many: int) -> None:
        """Receive dossiers at the counter; a form whose answer is lost is sent again as it was."""
        for _ in range(how_many):
            page = self._patiently(lambda: self._get(f"/counter/{procedure}"))
            form = next(one for one in page.forms if one.action == f"/counter/{procedure}")
            data = [*fill(form), ("_act", "receive")]
            self._patiently(lambda data=data: self._send(f"/counter/{procedure}", data))  # type: ignore[misc]

    def work(self) -> None:
        """Do what the inbox holds until the day ends."""
        while not self.stopped.is_set():
            try:
                links = self._get("/inbox").xpath("//a[contains(@class, 'dossier-code')]/@href")
                for link in links:
                    self._do(link)
                if not links:
                    time.sleep(0.2)
            except Lost:
                time.sleep(0.2)

    def _do(self, link: str) -> None:
        page = self._get(link)
        form = next((one for one in page.forms if "sheet" in one.get("class", "") and one.method == "POST"), None)
        if form is not None:  # a colleague was faster, else
            self._send(form.action, fill(form))

    def _patiently(self, work: Any) -> Any:
        while not self.stopped.is_set():
            try:
                return work()
            except Lost:
                time.sleep(0.2)
        raise AssertionError("the day ended before this was done")

    def _get(self, path: str) -> Any:
        answer = self._ask("GET", path)
        if "/sign-in" in answer.url:
            self._sign_in(answer.text)
            answer = self._ask("GET", path)
        return lxml.html.fromstring(answer.text)

    def _send(self, path: str, data: list[tuple[str, str]]) -> None:
        answer = self._ask("POST", path, data=data)
        if answer.status_code == 422:
            errors = lxml.html.fromstring(answer.text).xpath("//*[contains(@class, 'error')]")
            self.complaints.append(f"{self.login} {path}: {[' '.join(one.text_content().split()) for one in errors]}")

    def _sign_in(self, page: str) -> None:
        form = next(one for one in lxml.html.fromstring(page).forms if one.action == "/sign-in")
        form.fields["login"], form.fields["password"] = self.login, self.password
        self._ask("POST", "/sign-in", data=form.form_values())

    def _ask(self, method: str, path: str, **more: Any) -> requests.Response:
        try:
            answer = self._browser.request(method, self.base + path, timeout=TIMEOUT, **more)
        except requests.RequestException as error:
            raise Lost from error
        if answer.status_code >= 500:
            self.complaints.append(f"{method} {path}: {answer.status_code}")
            raise Lost
        return answer


def fill(form: Any) -> list[tuple[str, str]]:
    """What an officer writes into a form: known answers, the first choice of a list, words where words are asked."""
    for name, value in ANSWERS.items():
        if name in form.fields and (not choices(form, name) or value in choices(form, name)):
            form.fields[name] = value
    for one in form.inputs:
        name = one.get("name") or ""
        if name.startswith("_paper") and name.endswith("originals"):
            one.value = "1"
        elif name.startswith("_") or one.get("type") in {"hidden", "file", "submit"} or form.fields.get(name):
            continue
        elif options := choices(form, name):
            form.fields[name] = next(
                (key for key, title in options.items() if "case_officer" in title), next(iter(options))
            )
        elif one.get("required") is not None or one.get("aria-required"):
            form.fields[name] = "01/10/2026" if "date" in (one.get("class") or "") else WORDS
    return [(name, value) for name, value in form.form_values() if not isinstance(value, bytes)]


def choices(form: Any, name: str) -> dict[str, str]:
    """The values that may be chosen, with their titles; empty for a field that is typed."""
    found = form.inputs[name]
    if getattr(found, "tag", "") == "select":
        return {one.get("value"): one.text_content() for one in found if one.get("value")}
    if hasattr(found, "value_options") and not hasattr(found, "tag"):
        return {value: value for value in found.value_options if value}
    return {}
