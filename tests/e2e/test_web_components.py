"""The scripts of the pages in a real browser, on sample contexts and a shipped process, without any violation."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Response, jsonify, render_template, request
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.serving import make_server

from tests.unit.web_samples import make_app, pages
from web.doors import public, takes_uploads

ROOT = Path(__file__).parents[2]
AXE = (ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js").read_text()
PROCESS = (ROOT / "bpmn" / "TP01" / "process.bpmn").read_bytes()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SAMPLES = pages()
WHOLE_PAGES = sorted(set(SAMPLES) - {"inbox/rows.html", "inbox/fresh.html"})
TASKS = re.findall(r'<(?:bpmn:)?userTask id="([^"]+)"', PROCESS.decode())
FLOWS = re.findall(r'<(?:bpmn:)?sequenceFlow id="([^"]+)"', PROCESS.decode())
FINDINGS = [
    {"rule": "limit", "severity": "error", "element": TASKS[1], "line": 4, "message": "Chưa đặt thời hạn của bước."},
    {"rule": "form", "severity": "warning", "element": TASKS[2], "line": 9, "message": "Việc này chưa có biểu mẫu."},
]


def sample(name: str) -> dict[str, Any]:
    """A sample context; the history's elements are those of the shipped process."""
    context = SAMPLES[name]
    if name != "audit/history.html":
        return context
    events = [event | {"late": [], "paused": [], "enter": [], "leave": [], "flows": []} for event in context["events"]]
    for place, task in enumerate(TASKS[:3]):
        events[place]["enter"] = [task]
        events[place + 1]["leave"] = [task]
    events[1]["flows"] = FLOWS[:1]
    events[4]["late"] = [TASKS[1]]
    events[6]["enter"] = [TASKS[0]]
    return context | {"events": events}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The frame with sample pages, on loopback."""
    app = make_app()
    saved: list[str] = []

    @app.get("/page/<path:name>")
    @public
    def page(name: str) -> str:
        changed: dict[str, Any] = {"save_url": None} if "read-only" in request.args else {}
        return render_template(name, **(sample(name) | changed))

    @app.get("/tampered")
    @public
    def tampered() -> str:
        context = sample("audit/history.html")
        evidence = [dict(one) for one in context["evidence"]]
        body = json.loads(base64.b64decode(evidence[2]["body"])) | {"name": "Đã sửa"}
        evidence[2]["body"] = base64.b64encode(json.dumps(body).encode()).decode()
        return render_template("audit/history.html", **(context | {"evidence": evidence}))

    @app.get("/inbox")
    @public
    def inbox() -> str:
        if "HX-Request" in request.headers:
            rows = (
                SAMPLES["inbox/rows.html"]["items"][:1]
                if request.args.get("q")
                else SAMPLES["inbox/rows.html"]["items"]
            )
            return render_template("inbox/rows.html", **(SAMPLES["inbox/rows.html"] | {"items": rows}))
        return render_template("inbox/list.html", **SAMPLES["inbox/list.html"])

    @app.get("/inbox/fresh")
    @public
    def fresh() -> str:
        return render_template("inbox/fresh.html", count=3, url="/inbox?q=new")

    @app.get("/sample.bpmn")
    @public
    def drawing() -> Response:
        return Response(PROCESS, mimetype="application/xml")

    @app.post("/designer/lint")
    @takes_uploads
    def lint() -> Response:
        assert request.get_json()["source"].startswith("<?xml")
        return jsonify(findings=FINDINGS)

    @app.post("/designer/3")
    @takes_uploads
    def save() -> Response:
        saved.append(request.get_json()["source"])
        return jsonify(revision=2, findings=[], message="Đã lưu bản nháp")

    @app.get("/saved")
    @public
    def last_saved() -> Response:
        return Response(saved[-1], mimetype="text/plain")

    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1400, "height": 900}, locale="vi-VN")
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that must not complain: a script error or a policy violation fails the test."""
    complaints: list[str] = []
    page = context.new_page()
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert complaints == []


def barriers(page: Page) -> list[Any]:
    """What axe finds against WCAG 2.2 AA."""
    page.evaluate(AXE)
    found: list[Any] = page.evaluate(
        "rules => axe.run(document, {runOnly: rules}).then(r => r.violations.map(v => [v.id, v.nodes[0].html]))", RULES
    )
    return found


def settle(page: Page) -> None:
    """Wait for the drawings of a page."""
    expect(page.locator(".canvas .waiting")).to_have_count(0)


@pytest.mark.parametrize("name", WHOLE_PAGES)
def test_page_has_no_barrier_and_no_sideways_scroll(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/page/{name}")
    settle(page)
    assert barriers(page) == []
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


@pytest.mark.parametrize(
    "name", ["inbox/task.html", "audit/history.html", "designer/page.html", "designer/compare.html"]
)
def test_the_watermark_of_bpmn_io_is_uncovered(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/page/{name}")
    settle(page)
    for mark in page.locator(".bjs-powered-by").all():
        mark.scroll_into_view_if_needed()
        box = mark.bounding_box()
        assert box is not None
        assert box["width"] > 30
        assert page.evaluate(
            "([x, y]) => Boolean(document.elementFromPoint(x, y)?.closest('.bjs-powered-by'))",
            [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2],
        )


def test_task_page_marks_where_the_dossier_is(page: Page, address: str) -> None:
    page.goto(f"{address}/page/inbox/task.html")
    settle(page)
    expect(page.locator(".mark-late.mark-active")).to_have_count(1)
    expect(page.locator(".visits")).to_have_text("2×")


def now_at(page: Page) -> str:
    return page.locator("[data-events] [aria-current='step'] .n").inner_text()


def test_replay_list_slider_and_diagram_follow_each_other(page: Page, address: str) -> None:
    page.goto(f"{address}/page/audit/history.html")
    settle(page)
    slider = page.locator("[data-scrub]")
    assert now_at(page) == "8"
    page.locator("[data-back]").click()
    assert (slider.input_value(), now_at(page)) == ("7", "7")
    page.locator("[data-events] li").nth(1).locator("button").click()
    assert slider.input_value() == "2"
    expect(page.locator(f"[data-element-id='{TASKS[1]}']")).to_have_class(re.compile("mark-active"))
    expect(page.locator(f"[data-element-id='{TASKS[0]}']")).to_have_class(re.compile("mark-done"))
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert now_at(page) == "3"
    page.locator(f"[data-element-id='{TASKS[0]}'] .djs-hit").first.click()
    assert now_at(page) == "7"
    expect(page.locator(".visits")).to_have_text("2×")
    expect(page.locator(f"[data-element-id='{TASKS[1]}']")).to_have_class(re.compile("mark-late"))


def colour(page: Page, element: str, name: str) -> str:
    """How an element of the drawing is painted: its `stroke` or `fill`."""
    shown = f"[data-element-id='{element}'] .djs-visual > :is(rect, path)"
    return str(page.eval_on_selector(shown, "(one, name) => getComputedStyle(one)[name]", name))


def test_a_flow_that_was_taken_is_painted_so(page: Page, address: str) -> None:
    page.goto(f"{address}/page/audit/history.html")
    settle(page)
    assert colour(page, FLOWS[0], "stroke") != colour(page, FLOWS[1], "stroke")


def test_a_changed_frame_does_not_hide_what_it_holds(page: Page, address: str) -> None:
    page.goto(f"{address}/page/designer/compare.html")
    settle(page)
    expect(page.locator("[data-element-id='step2'].mark-frame")).to_have_count(2)
    assert colour(page, "step2", "fill") == "none"
    assert colour(page, "step2", "stroke") != colour(page, "step1", "stroke")


def test_replay_plays_by_keyboard_and_stops_at_the_end(page: Page, address: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{address}/page/audit/history.html")
    settle(page)
    page.locator("[data-speed]").select_option("4")
    page.locator("h1").click()
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    expect(page.locator("[data-play-word]")).to_have_text("Dừng")
    expect(page.locator("[data-now]")).to_contain_text("8/8")
    expect(page.locator("[data-play-word]")).to_have_text("Phát")


def test_the_browser_proves_the_chain_itself(page: Page, address: str) -> None:
    page.goto(f"{address}/page/audit/history.html")
    expect(page.locator("[data-chain]")).to_contain_text("8/8 sự kiện khớp")
    expect(page.locator(".broken")).to_have_count(0)


def test_the_browser_finds_a_changed_event(page: Page, address: str) -> None:
    page.goto(f"{address}/tampered")
    expect(page.locator("[data-chain]")).to_contain_text("phá vỡ tại sự kiện 3")
    expect(page.locator(".broken")).to_have_count(6)
    expect(page.locator(".notice.bad")).to_have_count(1)


def open_designer(page: Page, address: str) -> None:
    page.goto(f"{address}/page/designer/page.html")
    page.wait_for_selector("[data-designer][data-ready]")


def choose(page: Page, element: str) -> None:
    page.evaluate(
        "id => { const m = document.querySelector('[data-designer]').modeler;"
        " m.get('selection').select(m.get('elementRegistry').get(id)); }",
        element,
    )


def test_designer_keeps_properties_as_camunda_properties(page: Page, address: str) -> None:
    open_designer(page, address)
    choose(page, TASKS[0])
    page.locator("#panel-role").select_option("digitiser")
    page.locator("#panel-step_limit").fill("7d")
    page.locator("#panel-step_limit").press("Tab")
    page.locator("button[data-save]").click()
    expect(page.locator("[data-saved]")).to_have_text("Đã lưu bản nháp")
    saved = page.request.get(f"{address}/saved").text()
    task = re.search(rf'<(?:bpmn:)?userTask id="{TASKS[0]}".*?</(?:bpmn:)?userTask>', saved, re.DOTALL)
    assert task is not None
    assert '<camunda:property name="role" value="digitiser"' in task[0]
    assert '<camunda:property name="step_limit" value="7d"' in task[0]


def test_designer_takes_an_emptied_property_away_and_can_undo_it(page: Page, address: str) -> None:
    open_designer(page, address)
    choose(page, TASKS[0])
    before = page.locator("#panel-step_limit").input_value()
    assert before
    page.locator("#panel-step_limit").fill("")
    page.locator("#panel-step_limit").press("Tab")
    page.locator("[data-undo]").click()
    expect(page.locator("#panel-step_limit")).to_have_value(before)


def add(page: Page, kind: str, event: str = "") -> str:
    """A new element after the first task, as the palette and the context pad make them; its id."""
    return str(
        page.evaluate(
            "([type, after, event]) => { const m = document.querySelector('[data-designer]').modeler;"
            " const told = event ? {type, eventDefinitionType: event} : {type};"
            " const source = m.get('elementRegistry').get(after), made = m.get('elementFactory').createShape(told);"
            " m.get('modeling').appendShape(source, made, {x: source.x + 60, y: source.y + 160}); return made.id; }",
            [kind, TASKS[0], event],
        )
    )


def save(page: Page, address: str) -> str:
    page.locator("button[data-save]").click()
    expect(page.locator("[data-saved]")).to_have_text("Đã lưu bản nháp")
    return page.request.get(f"{address}/saved").text()


def type_in(page: Page, element: str, name: str, value: str) -> None:
    choose(page, element)
    page.locator(f"#panel-{name}").fill(value)
    page.locator(f"#panel-{name}").press("Tab")


def test_designer_says_whose_a_task_from_the_palette_is(page: Page, address: str) -> None:
    open_designer(page, address)
    choose(page, add(page, "bpmn:Task"))
    page.locator("#panel-role").select_option("case_officer")
    task = re.search(r"<bpmn:task .*?</bpmn:task>", save(page, address), re.DOTALL)
    assert task is not None
    assert '<camunda:property name="role" value="case_officer"' in task[0]


def test_designer_names_what_is_sent_and_waited_for_once(page: Page, address: str) -> None:
    open_designer(page, address)
    sent, awaited = add(page, "bpmn:SendTask"), add(page, "bpmn:ReceiveTask")
    for element in (sent, awaited):
        type_in(page, element, "message", "dossier-closed")
    type_in(page, awaited, "correlation", "case_code")
    type_in(page, awaited, "outputs", "result")
    expect(page.locator("#panel-inputs")).to_have_count(0)
    type_in(page, sent, "inputs", "result")
    expect(page.locator("#panel-outputs")).to_have_count(0)
    saved = save(page, address)
    [message] = re.findall(r'<bpmn:message id="([^"]+)" name="dossier-closed"', saved)
    assert saved.count(f'messageRef="{message}"') == 2
    assert '<camunda:property name="correlation" value="case_code"' in saved
    assert '<camunda:property name="inputs" value="result"' in saved
    assert '<camunda:property name="outputs" value="result"' in saved
    choose(page, awaited)
    expect(page.locator("#panel-message")).to_have_value("dossier-closed")


def test_designer_offers_the_operations_of_the_connector_alone(page: Page, address: str) -> None:
    open_designer(page, address)
    choose(page, add(page, "bpmn:ServiceTask"))
    page.locator("#panel-connector").select_option("postal")
    expect(page.locator("#panel-operation option")).to_have_text(["(không chọn)", "Thu gom"])
    expect(page.locator("#panel-connector")).to_be_focused()


def test_a_version_that_may_not_be_changed_has_nothing_to_draw_with(page: Page, address: str) -> None:
    page.goto(f"{address}/page/designer/page.html?read-only")
    page.wait_for_selector("[data-designer][data-ready]")
    expect(page.locator(".djs-palette")).to_have_count(0)
    page.locator(f"[data-element-id='{TASKS[0]}'] .djs-hit").first.click()
    expect(page.locator("#panel-name")).not_to_be_editable()
    expect(page.locator("#panel-role")).to_be_disabled()
    expect(page.locator("#panel-limit")).to_have_count(0)
    expect(page.locator(".findings li").first).to_have_class("error")


def test_designer_shows_the_servers_findings_on_elements_and_as_a_list(page: Page, address: str) -> None:
    open_designer(page, address)
    expect(page.locator(".findings li")).to_have_count(2)
    expect(page.locator(".finding-flag")).to_have_count(2)
    page.locator(".findings button").first.click()
    expect(page.locator("[data-panel] .small")).to_contain_text(TASKS[1])


def test_designer_speaks_vietnamese_everywhere(page: Page, address: str) -> None:
    open_designer(page, address)
    for element in (TASKS[0], "submitted", *re.findall(r'exclusiveGateway id="([^"]+)"', PROCESS.decode())[:1]):
        page.evaluate(
            "id => { const m = document.querySelector('[data-designer]').modeler;"
            " const e = m.get('elementRegistry').get(id); if (!e) return;"
            " m.get('contextPad').open(e, true); m.get('popupMenu').open(e, 'bpmn-replace', {x: 200, y: 200});"
            " m.get('popupMenu').close(); }",
            element,
        )
    assert page.evaluate("[...document.querySelector('[data-designer]').untranslated]") == []


def test_inbox_by_keyboard(page: Page, address: str) -> None:
    page.goto(f"{address}/page/inbox/list.html")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("tr.at")).to_contain_text("H29.12-261116-0004")
    expect(page.locator("[data-picked]")).to_have_text("Đã chọn 1 hồ sơ")
    page.keyboard.press("k")
    expect(page.locator("tr.at")).to_contain_text("H29.12-261110-0012")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("jx")
    assert page.locator("#q").input_value() == "jx"


def test_single_keys_can_be_switched_off_and_stay_off(page: Page, address: str) -> None:
    page.goto(f"{address}/page/inbox/list.html")
    page.locator("[data-keys-switch]").click()
    page.keyboard.press("j")
    expect(page.locator("tr.at")).to_have_count(0)
    page.reload()
    expect(page.locator("[data-keys-switch]")).to_have_text("Bật phím tắt")


def test_inbox_picks_all_and_a_range(page: Page, address: str) -> None:
    page.goto(f"{address}/page/inbox/list.html")
    boxes = page.locator("input[name='item[]']")
    boxes.nth(1).click()
    boxes.nth(4).click(modifiers=["Shift"])
    expect(page.locator("[data-picked]")).to_have_text("Đã chọn 4 hồ sơ")
    page.locator("[data-pick-all]").check()
    expect(page.locator("[data-picked]")).to_have_text("Đã chọn 7 hồ sơ")


def test_filtering_changes_the_list_and_the_address_but_not_the_page(page: Page, address: str) -> None:
    page.goto(f"{address}/inbox")
    page.evaluate("window.isSamePage = true")
    page.locator("#q").fill("Uyên")
    page.locator("#q").press("Enter")
    expect(page.locator("#list tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/inbox\?.*q=Uy"))
    assert page.evaluate("window.isSamePage") is True
    page.go_back()
    expect(page).to_have_url(f"{address}/inbox")


def test_new_dossiers_are_announced_and_never_move_the_rows(page: Page, address: str) -> None:
    page.clock.install()
    page.goto(f"{address}/inbox")
    page.clock.run_for(31_000)
    expect(page.locator("#fresh")).to_contain_text("3 hồ sơ mới")
    expect(page.locator("#list tbody tr")).to_have_count(7)
    page.get_by_role("link", name="Cập nhật danh sách").click()
    expect(page.locator("#list tbody tr")).to_have_count(1)
    expect(page.locator("#fresh")).to_be_empty()


def test_questions_appear_with_the_answers_that_ask_them(page: Page, address: str) -> None:
    page.goto(f"{address}/page/inbox/task.html")
    expect(page.locator("#field-reason")).to_be_hidden()
    page.locator("input[value='return']").check()
    expect(page.locator("#field-reason")).to_be_visible()


def test_without_scripts_every_question_and_every_event_is_there(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/page/inbox/task.html")
    expect(page.locator("#field-reason")).to_be_visible()
    page.goto(f"{address}/page/audit/history.html")
    expect(page.locator("[data-events] li")).to_have_count(8)
    page.goto(f"{address}/page/designer/page.html")
    expect(page.get_by_role("row").filter(has_text="Thụ lý")).to_be_visible()
    context.close()


def test_the_menu_closes_by_escape_and_gives_the_focus_back(page: Page, address: str) -> None:
    page.goto(f"{address}/page/home.html")
    page.locator(".menu summary").click()
    expect(page.locator(".menu-sheet")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".menu-sheet")).to_be_hidden()
    expect(page.locator(".menu summary")).to_be_focused()
