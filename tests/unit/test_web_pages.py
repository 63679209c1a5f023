"""Every page template renders from its sample context and says its main facts."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import render_template

from tests.unit.web_samples import make_app, pages

TEMPLATES = Path(__file__).parents[2] / "web" / "templates"
PARTS = {
    "base.html", "citizen_base.html", "macros.html", "forms/fields.html", "errors/fragment.html", "dossier/tabs.html",
    "designer/steps.html", "admin/demo_bar.html", "reports/tabs.html", "reports/period.html",
}  # fmt: skip
APP = make_app()
SAMPLES = pages()

FACTS = {
    "home.html": ["Chào Nguyễn Thị Hòa", "1.000+", "làm việc bù"],
    "auth/sign_in.html": ["Phạm Văn An", "Tiếp nhận hồ sơ, Trả kết quả", "mật khẩu không đúng"],
    "inbox/list.html": ["H29.12-261110-0012", "quá 1 ngày 2 giờ", "24/11/2026 15:30", "Quá hạn", "1.000+", "every 30s"],
    "inbox/task.html": ["Thụ lý hồ sơ", "Trả lại bước trước", "75.000", "120,5", "còn 2 giờ", "Lý do trả lại"],
    "dossier/page.html": ["1 ngày 4 giờ", "Quá hạn bước", "Không tính", "24/11/2026", "042190001234"],
    "audit/history.html": ["8/8 sự kiện", "09:12:04 23/11/2026", "Đính chính", "đã niêm phong"],
    "counter/receive.html": ["Ghi số bản bằng chữ số", "17:00, thứ Hai 30/11/2026", "chưa có quyết định công bố"],
    "counter/done.html": ["H29.12-261123-0037", "thứ Hai 30/11/2026"],
    "portal/status.html": ["bước 3 trên 5", "75.000 đồng", "thứ Hai 30/11/2026"],
    "designer/list.html": ["1.284", "2 lỗi", "Đang áp dụng"],
    "designer/page.html": ["panel-schema", "Thụ lý", "Lưu bản nháp"],
    "designer/compare.html": ["11 ngày", "9 ngày", "Thời hạn"],
    "admin/deliveries.html": ["Không gửi được", "8 lần gửi", "Kết nối bị từ chối"],
    "reports/situation.html": ["Chưa chốt: còn 1 giải trình", "Lĩnh vực", "88,9 %"],
    "reports/late_list.html": ["Chấp nhận, rút dòng", "Gửi phản hồi", "Trả lời của Hoàng Văn Dũng: Chưa có căn cứ"],
    "reports/to_archive.html": ["Chờ giải trình", "Lưu hồ sơ đã chọn"],
    "reports/numbers.html": ["Sổ có số trống", "Lý do hủy số 03/VBXL-KT", "Phần mềm này cấp số"],
    "portal/late_list.html": ["abababab", "01/DSCM-UBND", "chưa xong khi hết kỳ"],
    "admin/clock.html": ["09:00, thứ Bảy 28/11/2026"],
}


class Page(HTMLParser):
    """The few things a page must get right for everybody."""

    VOID = frozenset({"meta", "link", "input", "br", "hr", "img"})

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.labels: set[str] = set()
        self.controls: list[dict[str, str | None]] = []
        self.open: list[str] = []
        self.inline: list[str] = []
        self.posts_without_token = 0
        self._in_post = False
        self._has_token = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "a":
            self.links.append(str(given.get("href")))
        if tag == "label":
            self.labels.add(str(given.get("for", "")))
        if tag in {"input", "select", "textarea"} and given.get("type") != "hidden":
            self.controls.append(given | {"in_label": "yes" if "label" in self.open else None})
        if "style" in given or any(name.startswith("on") for name in given):
            self.inline.append(tag)
        if tag == "script" and "src" not in given and given.get("type") != "application/json":
            self.inline.append(tag)
        if tag == "form":
            self._in_post, self._has_token = given.get("method") == "post", False
        if tag == "input" and given.get("name") == "_csrf":
            self._has_token = True
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.VOID:
            return
        if tag == "form" and self._in_post and not self._has_token:
            self.posts_without_token += 1
        assert self.open[-1:] == [tag], f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()


def rendered(name: str) -> str:
    with APP.test_request_context("/inbox"):
        APP.preprocess_request()
        return render_template(name, **SAMPLES[name])


def test_every_template_has_a_sample() -> None:
    assert {str(file.relative_to(TEMPLATES)) for file in TEMPLATES.rglob("*.html")} - PARTS == set(SAMPLES)


@pytest.mark.parametrize("name", sorted(FACTS))
def test_page_says_its_main_facts(name: str) -> None:
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", rendered(name))) + rendered(name)
    assert [fact for fact in FACTS[name] if fact not in text] == []


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_page_is_whole_and_within_the_content_policy(name: str) -> None:
    page = Page()
    page.feed(rendered(name))
    assert page.open == []
    assert page.inline == []
    assert page.posts_without_token == 0
    assert len(page.ids) == len(set(page.ids)), sorted(one for one in page.ids if page.ids.count(one) > 1)


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_every_control_has_a_name_for_screen_readers(name: str) -> None:
    page = Page()
    page.feed(rendered(name))
    nameless = [
        one for one in page.controls
        if not (one.get("aria-label") or one["in_label"] or one.get("id") in page.labels)
    ]  # fmt: skip
    assert nameless == []


def emptied(value: Any) -> Any:
    """A context as it is before anything happened: every list in it holds nothing."""
    if isinstance(value, dict):
        return {name: emptied(one) for name, one in value.items()}
    return [] if isinstance(value, list) else value


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_page_with_nothing_to_list_is_whole(name: str) -> None:
    with APP.test_request_context("/inbox"):
        APP.preprocess_request()
        text = render_template(name, **emptied(SAMPLES[name]))
    page = Page()
    page.feed(text)
    assert page.open == []


def test_texts_from_people_are_escaped() -> None:
    context: dict[str, Any] = SAMPLES["inbox/rows.html"]
    nasty = '<script>alert(1)</script>" onmouseover="x'
    items = [context["items"][0] | {"applicant": nasty, "procedure": nasty, "step": nasty}]
    with APP.test_request_context("/inbox"):
        APP.preprocess_request()
        page = render_template("inbox/rows.html", **(context | {"items": items}))
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;") == 3


def test_data_for_scripts_cannot_leave_its_element() -> None:
    context = SAMPLES["audit/history.html"]
    events = [context["events"][0] | {"title": "</script><script>alert(1)</script>"}]
    with APP.test_request_context("/"):
        APP.preprocess_request()
        assert "<script>alert" not in render_template("audit/history.html", **(context | {"events": events}))
