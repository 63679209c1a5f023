"""The header: which sections an officer has, and which one a page belongs to."""

from __future__ import annotations

import pytest
from werkzeug.routing import Map, Rule

from tests.unit.web_samples import OFFICER
from web.auth.sessions import HeldSeat, SignedIn
from web.navigation import SECTIONS, section_of, sections_for

EVERYTHING = Map([Rule(section.url, endpoint=section.url) for section in SECTIONS])


def officer(*roles: str, acting: str = "") -> SignedIn:
    seats = tuple(HeldSeat(unit_code="H27", unit_name="Đơn vị", unit_kind="department", role=role) for role in roles)
    chosen = next((seat for seat in seats if seat.role == acting), None)
    return SignedIn(id=OFFICER.id, login="a", name="A", title="", csrf="c", seats=seats, seat=chosen)


def titles(person: SignedIn | None, routes: Map = EVERYTHING) -> list[str]:
    return [section.title for section in sections_for(person, routes)]


def test_sections_follow_the_roles() -> None:
    assert titles(officer("case_officer")) == ["Hộp việc", "Hồ sơ", "Báo cáo"]
    assert titles(officer("counter_officer")) == ["Hộp việc", "Tiếp nhận", "Hồ sơ", "Báo cáo"]
    assert "Quản trị" in titles(officer("administrator"))


def test_a_chosen_role_narrows_the_header() -> None:
    both = officer("counter_officer", "auditor", acting="counter_officer")
    assert titles(both) == ["Hộp việc", "Tiếp nhận", "Hồ sơ", "Báo cáo"]


def test_no_section_leads_nowhere() -> None:
    assert titles(officer("administrator"), Map([Rule("/inbox", endpoint="inbox")])) == ["Hộp việc"]


def test_visitors_have_none() -> None:
    assert titles(None) == []


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/inbox", "Hộp việc"),
        ("/inbox/7c04a515", "Hộp việc"),
        ("/dossier/H27-1", "Hồ sơ"),
        ("/audit/dossier/H27-1", "Hồ sơ"),
        ("/audit", "Kiểm tra"),
        ("/designer/1/compare", "Quy trình"),
        ("/admin/deliveries", "Kết nối"),
        ("/admin/clock", "Quản trị"),
        ("/", None),
        ("/inboxes", None),
    ],
)
def test_a_page_belongs_to_its_nearest_section(path: str, title: str | None) -> None:
    found = section_of(path, list(SECTIONS))
    assert (found.title if found else None) == title
