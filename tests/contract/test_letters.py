"""Every letter form renders from its sample, says what it must, and refuses to be incomplete."""

from __future__ import annotations

import copy
import io
import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

import pypdf
import pytest

from engine.errors import FormRefused, InputError, NotFound
from engine.letters import Form, load_form, load_forms, preview, render

FORMS = sorted(load_forms())
PROMISED = {
    "apology_2018",
    "apology_2025",
    "control_slip",
    "extension_notice",
    "fee_receipt",
    "group_receipt",
    "hand_over_list",
    "history_print",
    "non_reply_statement",
    "receipt",
    "refusal",
    "result_hand_over",
    "result_list",
    "stop_notice",
    "supplement_request",
}
DAYS_OFF = tuple(  # around the samples: 2025's and 2026's holidays, and 24/11/2026 which is still open
    date.fromisoformat(day)
    for day in ("2025-05-01", "2025-05-02", "2025-09-01", "2025-09-02", "2026-09-01", "2026-09-02", "2026-11-24")
)


class FiveDayWeek:
    """Monday to Friday, with the days off named."""

    def __init__(self, *days_off: date) -> None:
        self._off = days_off

    def is_working_day(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self._off


def text_of(pdf: bytes) -> str:
    """All text of a PDF on one line, spaces made equal."""
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def _is_given(data: dict[str, Any], path: str) -> bool:
    """Whether the sample holds a value at `path`: rows of an absent optional table ask for nothing."""
    try:
        without(data, path)
    except (KeyError, IndexError):
        return False
    return True


def without(data: dict[str, Any], path: str) -> dict[str, Any]:
    """A copy of `data` lacking the value at `path`; a table column is removed from the first row."""
    left = copy.deepcopy(data)
    *parents, last = path.replace("[]", ".0").split(".")
    target: Any = left
    for key in parents:
        target = target[int(key)] if isinstance(target, list) else target[key]
    del target[last]
    return left


def test_the_forms_of_both_rulesets_are_there() -> None:
    assert set(FORMS) >= PROMISED
    for ruleset, numbers in {"nd61-2018": range(1, 7), "nd118-2025": range(1, 8)}.items():
        found = sorted(form.rulesets[ruleset] for form in load_forms().values() if form.rulesets.get(ruleset))
        assert found == [f"{number:02d}" for number in numbers], ruleset


@pytest.mark.parametrize("name", FORMS)
def test_a_sample_renders_to_archival_pdf_with_every_word_it_was_given(name: str) -> None:
    form = load_form(name)
    sample = form.sample()
    pdf = render(name, sample)
    said = text_of(pdf).casefold()
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    metadata = reader.xmp_metadata
    assert metadata is not None
    assert (metadata.pdfaid_part, metadata.pdfaid_conformance) == ("2", "B")
    assert reader.metadata is not None
    assert reader.metadata.title == form.title
    shown = {path for path, field in form.fields.items() if field.kind in {"text", "table"} and path != "qr"}
    for path in shown:
        value: Any = sample
        for key in path.partition("[]")[0].split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        for words in [value] if isinstance(value, str) else []:
            assert re.sub(r"\s+", " ", words).casefold() in said, path


@pytest.mark.parametrize("name", FORMS)
def test_the_title_is_printed_in_capitals(name: str) -> None:
    said = text_of(render(name, load_form(name).sample()))
    title = load_form(name).title
    place = said.casefold().index(title.casefold())
    kind_of_document = " ".join(said[place : place + len(title)].split()[:2])
    assert kind_of_document.isupper()


@pytest.mark.parametrize("name", FORMS)
def test_every_required_field_is_asked_for_by_its_vietnamese_name(name: str) -> None:
    form = load_form(name)
    sample = form.sample()
    for path, field in form.fields.items():
        if field.is_optional or not _is_given(sample, path):
            continue
        with pytest.raises(InputError, match=re.escape(field.name)) as caught:
            render(name, without(sample, path))
        assert isinstance(caught.value, FormRefused)
        assert [key.replace("[1]", "[]") for key in caught.value.errors] == [path]


@pytest.mark.parametrize("name", FORMS)
def test_optional_fields_may_be_absent(name: str) -> None:
    form = load_form(name)
    bare = form.sample()
    for path, field in form.fields.items():
        if field.is_optional and _is_given(bare, path):
            bare = without(bare, path)
    assert len(pypdf.PdfReader(io.BytesIO(render(name, bare))).pages) >= 1


@pytest.mark.parametrize("name", FORMS)
def test_a_field_the_form_does_not_declare_is_never_printed(name: str) -> None:
    sample = load_form(name).sample() | {"secret": "KHÔNG ĐƯỢC IN", "owner": {}}
    sample["owner"] = {**load_form(name).sample().get("owner", {}), "secret": "KHÔNG ĐƯỢC IN"}
    assert "KHÔNG ĐƯỢC IN" not in text_of(render(name, sample))


@pytest.mark.parametrize("name", FORMS)
def test_the_same_data_gives_the_same_bytes(name: str) -> None:
    sample = load_form(name).sample()
    assert render(name, sample) == render(name, sample)


@pytest.mark.parametrize("name", FORMS)
def test_every_paper_the_form_allows_can_be_printed(name: str) -> None:
    form = load_form(name)
    millimetres = {"a4": (210, 297), "a5": (148, 210)}
    for paper in form.papers:
        page = pypdf.PdfReader(io.BytesIO(render(name, form.sample() | {"paper": paper}))).pages[0]
        measured = sorted(round(float(side) / 72 * 25.4) for side in page.mediabox[2:])
        assert tuple(measured) == millimetres[paper]


@pytest.mark.parametrize("name", FORMS)
def test_a_preview_is_marked_and_needs_no_number(name: str) -> None:
    sample = load_form(name).sample()
    assert "BẢN XEM TRƯỚC" not in text_of(render(name, sample))
    if load_form(name).fields.get("number") and "number" in sample:
        del sample["number"]
    assert "BẢN XEM TRƯỚC" in text_of(preview(name, sample))


@pytest.mark.parametrize("name", FORMS)
def test_text_that_looks_like_template_code_is_printed_as_it_is(name: str) -> None:
    form = load_form(name)
    attack = '#sys.inputs {{7*7}} #read("/etc/passwd") $x^2$ *_`@a <b> \\ // [c] - d'
    places = ("reason", "owner.address", "agency.name", "lead_unit", "printed_by", "giver.unit", "payer.address")
    places = (*places, "unit", "scope", "period")
    path = next(path for path in places if path in form.fields)
    data = form.sample()
    *parents, last = path.split(".")
    target = data
    for key in parents:
        target = target[key]
    target[last] = attack
    squeezed = attack.replace(" ", "").casefold()
    assert squeezed in text_of(render(name, data)).replace(" ", "").casefold()


@pytest.mark.parametrize("name", FORMS)
def test_a_sample_is_dated_and_promises_on_working_days(name: str) -> None:
    render(name, load_form(name).sample(), calendar=FiveDayWeek(*DAYS_OFF))


@pytest.mark.parametrize("name", FORMS)
def test_every_sample_fits_the_pages_it_should(name: str) -> None:
    for paper in load_form(name).papers:
        data = load_form(name).sample() | {"paper": paper}
        wanted = len(data.get("copies", [])) or 1
        assert len(pypdf.PdfReader(io.BytesIO(render(name, data))).pages) == wanted, paper


def test_a_letter_is_not_dated_on_a_closed_day() -> None:
    sample = load_form("apology_2025").sample()
    with pytest.raises(FormRefused, match=r"ngày của văn bản \(21/11/2026\) là ngày nghỉ"):
        render("apology_2025", sample | {"date": "2026-11-21"}, calendar=FiveDayWeek())
    with pytest.raises(FormRefused, match=r"thời điểm đề nghị gia hạn đến \(24/11/2026\) là ngày nghỉ"):
        render(
            "apology_2025",
            sample | {"new_appointed_at": "2026-11-24T17:00:00+07:00"},
            calendar=FiveDayWeek(date(2026, 11, 24)),
        )


@pytest.mark.parametrize(("hour", "is_printable"), [("16:30", True), ("07:00", False)])
def test_a_result_may_be_promised_for_the_day_of_reception_but_not_before_it(hour: str, *, is_printable: bool) -> None:
    data = load_form("receipt").sample() | {
        "received_at": "2026-01-06T09:15:00+07:00",
        "return_at": f"2026-01-06T{hour}:00+07:00",
    }
    if is_printable:
        assert "16 giờ 30 phút" in text_of(render("receipt", data))
    else:
        with pytest.raises(FormRefused, match="phải sau thời điểm nhận hồ sơ"):
            render("receipt", data)


def test_a_new_appointment_comes_after_the_one_that_was_missed() -> None:
    sample = load_form("apology_2025").sample()
    with pytest.raises(FormRefused, match="phải sau thời điểm đã hẹn trả kết quả"):
        render("apology_2025", sample | {"new_appointed_at": sample["appointed_at"]})


def test_moments_print_in_vietnams_time() -> None:
    sample = load_form("receipt").sample() | {"received_at": "2026-11-05T02:12:00+00:00"}
    assert "09 giờ 12 phút, ngày 05/11/2026" in text_of(render("receipt", sample))


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(FormRefused, match="múi giờ"):
        render("receipt", load_form("receipt").sample() | {"received_at": "2026-11-05T09:12:00"})


def test_a_form_that_does_not_exist_is_not_found() -> None:
    for name in ("no_such_form", "../receipt", ""):
        with pytest.raises(NotFound):
            render(name, {})


def test_paper_the_form_does_not_allow_is_refused() -> None:
    form = next(form for form in load_forms().values() if form.papers == ("a4",))
    with pytest.raises(InputError, match="khổ A5"):
        render(form.name, form.sample() | {"paper": "a5"})


def test_a_letter_the_typeface_cannot_print_is_named_not_dropped() -> None:
    sample = load_form("apology_2025").sample()
    sample["owner"]["name"] = "Nguyễn 漢"
    with pytest.raises(InputError, match="“漢”"):
        render("apology_2025", sample)


def test_decomposed_letters_and_invisible_characters_are_put_right() -> None:
    sample = load_form("apology_2025").sample()
    sample["owner"]["name"] = unicodedata.normalize("NFD", "Nguyễn Thị Ngọc Hường") + "\u202e\x07"
    assert render("apology_2025", sample) == render("apology_2025", load_form("apology_2025").sample())


def test_names_of_other_peoples_print_too() -> None:
    sample = load_form("apology_2025").sample()
    sample["owner"]["name"] = "H’Hen Niê Y Bhăm K’Brếch Čư"
    assert "H’Hen Niê Y Bhăm K’Brếch Čư" in text_of(render("apology_2025", sample))


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        ("late", "chưa thể trả kết quả giải quyết hồ sơ của Bà đúng thời gian đã hẹn"),
        ("error", "đã để xảy ra sai sót"),
        ("lost_paper", "để mất, thất lạc hoặc hư hỏng giấy tờ"),
        ("late_acceptance", "chậm hơn thời gian quy định"),
    ],
)
@pytest.mark.parametrize("name", ["apology_2018", "apology_2025"])
def test_an_apology_names_its_cause(name: str, cause: str, words: str) -> None:
    said = text_of(render(name, load_form(name).sample() | {"cause": cause}))
    assert words in said


def test_an_apology_after_the_day_says_that_the_day_has_passed() -> None:
    said = text_of(render("apology_2025", load_form("apology_2025").sample() | {"date": "2026-11-20"}))
    assert "Tuy nhiên đến nay, Phòng Kinh tế xã Ví Dụ chưa trả kết quả" in said


def test_an_apology_is_signed_by_the_unit_at_fault() -> None:
    for name in ("apology_2018", "apology_2025"):
        assert load_form(name).signer == "unit_at_fault"


def marks_of(form: Form) -> set[str]:
    destinations = pypdf.PdfReader(io.BytesIO(render(form.name, form.sample()))).named_destinations
    return {name.removeprefix("signature-") for name in destinations if name.startswith("signature-")}


@pytest.mark.parametrize("name", FORMS)
def test_a_signed_form_tells_the_signing_connector_where(name: str) -> None:
    form = load_form(name)
    if form.signer != "none":
        assert "signer" in marks_of(form)
