"""The header's sections: which exist in this installation, and which of them this officer needs."""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.routing import Map

from web.auth.sessions import SignedIn

WATCHERS = frozenset({"auditor", "control_officer", "administrator"})
DESKS = frozenset(
    {"unit_head", "signer", "counter_officer", "returner", "case_officer", "clerk", "cashier", "digitiser"}
)
PROCESS_PEOPLE = frozenset({"process_designer", "iso_appraiser", "process_approver", "catalogue_manager"})


@dataclass(frozen=True, slots=True)
class Section:
    """One entry of the header. No roles: for everybody signed in. `also`: other addresses whose pages belong to it."""

    title: str
    url: str
    icon: str
    about: str
    roles: frozenset[str] = frozenset()
    also: tuple[str, ...] = ()

    def closeness(self, path: str) -> int:
        """How much of a page's address is this section's; 0 for a page elsewhere."""
        return max((len(one) for one in (self.url, *self.also) if path == one or path.startswith(f"{one}/")), default=0)


SECTIONS = (
    Section("Hộp việc", "/inbox", "inbox", "Việc đang chờ tôi và đơn vị tôi, gần hết hạn xếp trước"),
    Section(
        "Thư chờ ký",
        "/letters",
        "letter",
        "Thư xin lỗi chờ ký: chọn lý do, xem trước, ký tất cả một lần",
        frozenset({"unit_head", "signer", "authorised"}),
    ),
    Section(
        "Tiếp nhận",
        "/counter",
        "receive",
        "Nhận hồ sơ tại quầy, in giấy hẹn",
        frozenset({"counter_officer", "digitiser"}),
    ),
    Section("Hồ sơ", "/dossiers", "search", "Tìm hồ sơ theo mã hoặc người nộp", also=("/dossier", "/audit/dossier")),
    Section(
        "Quy trình",
        "/procedures",
        "process",
        "Thủ tục, quy trình nội bộ, bản vẽ và phê duyệt",
        PROCESS_PEOPLE | WATCHERS | {"unit_head", "signer"},
        also=("/designer",),
    ),
    Section("Kiểm tra", "/audit", "audit", "Tua lại và chứng minh lịch sử giải quyết", WATCHERS | {"iso_appraiser"}),
    Section(
        "Báo cáo",
        "/reports",
        "report",
        "Sổ theo dõi, số liệu, giải trình, danh sách chậm muộn",
        WATCHERS
        | {"unit_head", "signer", "counter_officer", "returner", "case_officer", "clerk", "cashier", "digitiser"},
    ),
    Section(
        "Kết nối",
        "/admin/deliveries",
        "link",
        "Việc gửi cơ quan khác bị mắc kẹt",
        frozenset({"administrator", "control_officer"}),
    ),
    Section("Quản trị", "/admin", "settings", "Lịch làm việc, bộ quy tắc, phân công ký", frozenset({"administrator"})),
)


def section_of(path: str, sections: list[Section]) -> Section | None:
    """The section a page belongs to."""
    nearest = max(sections, key=lambda section: section.closeness(path), default=None)
    return nearest if nearest is not None and nearest.closeness(path) else None


def sections_for(person: SignedIn | None, routes: Map) -> list[Section]:
    """What this officer's header shows."""
    if person is None:
        return []
    existing = {rule.rule.rstrip("/") for rule in routes.iter_rules()}
    roles = {seat.role for seat in person.acting_seats} | ({"authorised"} if person.signs_for else set())
    return [section for section in SECTIONS if section.url in existing and (not section.roles or section.roles & roles)]
