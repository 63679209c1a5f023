"""A ruleset laid open: each rule, what it says, where it comes from and whether anybody has read that text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.rulesets import Ruleset

FRACTION = 100
YES, NO = "có", "không"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """One rule in words. `is_verified` false: from memory or another system, to be compared with the act."""

    group: str
    name: str
    says: str
    source: str
    is_verified: bool


def rule_lines(ruleset: Ruleset) -> list[RuleLine]:
    """Every rule of a ruleset, in the order of its file."""
    return [*_forms(ruleset), *_counting(ruleset), *_lateness(ruleset), *_people(ruleset), *_measures(ruleset)]


def unverified(lines: list[RuleLine]) -> list[RuleLine]:
    """What an administrator still has to compare with the text of the act."""
    return [one for one in lines if not one.is_verified]


def _forms(ruleset: Ruleset) -> Iterator[RuleLine]:
    for one in ruleset.forms.values():
        says = f"Mẫu số {one.number}, khổ {one.paper}"
        yield _line("Biểu mẫu", one.title, says, one.source, one.verified)
    code = ruleset.dossier_code
    order = "từ cấp trên xuống (QĐ 20/2020/QĐ-TTg)" if code.unit_order == "top_down" else "QCVN 102:2016"
    pattern = code.pattern.format(unit="<đơn vị>", day="<năm tháng ngày>", number="<số>")
    says = f"{pattern}, mã đơn vị {order}, số thứ tự ít nhất {code.digits} chữ số"
    yield _line("Mã số", "Mã hồ sơ", says, code.source, code.verified)


def _counting(ruleset: Ruleset) -> Iterator[RuleLine]:
    group = "Tính thời hạn"
    one = ruleset.counting
    says = "Ngày mà lúc hết giờ làm việc thời hạn đang dừng thì không tính"
    yield _line(group, "Làm tròn khi tạm dừng", says, one.source, one.verified)
    accepting = ruleset.acceptance
    says = f"trả lời trong {accepting.online_limit.vietnamese()}"
    yield _line(group, "Hồ sơ nộp trực tuyến", says, accepting.source, accepting.verified)
    moved = ruleset.hand_over
    says = f"trong ngày làm việc; nhận sau {moved.cutoff:%H:%M} thì đầu ngày làm việc sau"
    yield _line(group, "Chuyển hồ sơ tới nơi giải quyết", says, moved.source, moved.verified)
    more = ruleset.supplement
    effect = {"resume": "tính tiếp", "restart": "tính lại từ đầu", "restart_phase": "tính lại giai đoạn"}[more.effect]
    after = {"close": "dừng và trả hồ sơ", "ask_head": "chờ ý kiến người đứng đầu"}[more.on_expiry]
    limit = more.limit or "theo thủ tục"
    says = f"nhận đủ thì {effect}; mỗi giai đoạn {more.requests_per_stage} lần; thời hạn {limit}; quá hạn thì {after}"
    yield _line(group, "Yêu cầu bổ sung", says, more.source, more.verified)
    asked = ruleset.consultation
    says = f"dừng thời hạn của hồ sơ: {YES if asked.pauses_limit else NO}"
    yield _line(group, "Lấy ý kiến cơ quan khác", says, asked.source, asked.verified)
    far = ruleset.remote_area
    says = f"thêm {far.extra.vietnamese()}, lĩnh vực {', '.join(far.fields)}"
    yield _line(group, "Vùng sâu, vùng xa", says, far.source, far.verified)
    light = ruleset.traffic_light
    hours, share = light.thresholds.working_hours, light.thresholds.share * FRACTION
    says = f"còn không quá {hours:f} giờ làm việc, và không quá {share:.0f} % thời hạn"
    yield _line(group, "Sắp đến hạn", says, light.source, light.verified)


def _lateness(ruleset: Ruleset) -> Iterator[RuleLine]:
    group = "Quá hạn"
    sorry = ruleset.apology
    when = f"trước hạn {sorry.timing.lead.vietnamese()}, không sớm hơn {sorry.timing.share * FRACTION:.0f} % thời hạn"
    says = f"dự thảo {when}; hẹn lại nhiều nhất {sorry.max_reappointments} lần"
    yield _line(group, "Xin lỗi, hẹn lại", says, sorry.source, sorry.verified)
    says = f"người ký: {SIGNERS.get(sorry.signer, sorry.signer)}; bắt buộc khi {_named(sorry.required_for)}"
    says += f"; được dùng khi {_named(sorry.allowed_for)}"
    yield _line(group, "Ai ký, khi nào", says, sorry.source, sorry.verified)
    told = ruleset.explanation
    says = f"gửi {SIGNERS.get(told.to, told.to)}, {told.share * FRACTION:.0f} % hồ sơ quá hạn; chưa có thì chưa được"
    says += f" {_named(told.blocks)}"
    yield _line(group, "Giải trình", says, told.source, told.verified)
    late = ruleset.late_list
    says = f"hằng {NAMES.get(late.period, late.period)}; nêu {_named(late.names)}; không nêu {_named(late.masked)}"
    yield _line(group, "Danh sách công khai", says, late.source, late.verified)


def _people(ruleset: Ruleset) -> Iterator[RuleLine]:
    for number, one in enumerate(ruleset.approval.chain, start=1):
        chain = ruleset.approval
        yield _line("Phê duyệt quy trình", f"{number}. {one.label}", one.seat, chain.source, chain.verified)
    says = f"trong {ruleset.approval.publish_within.vietnamese()} từ ngày công bố"
    yield _line("Phê duyệt quy trình", "Đưa lên phần mềm", says, ruleset.approval.source, ruleset.approval.verified)
    for status in ruleset.statuses:
        kinds = [status.detail] if status.detail else []
        kinds += ["dừng thời hạn"] if status.stops_clock else []
        kinds += ["kết thúc"] if status.is_final else []
        says = f"mã {status.code}" + (f" ({', '.join(kinds)})" if kinds else "")
        yield _line("Trạng thái", status.label, says, ruleset.status_source, is_verified=True)


def _measures(ruleset: Ruleset) -> Iterator[RuleLine]:
    rating = ruleset.rating
    for question in rating.indicators:
        points = "; ".join(f"{points} điểm: {text}" for points, text in question.points.items())
        how = "hệ thống tự tính: " if question.computed else ""
        yield _line("Chấm điểm", f"{question.number}. {question.label}", how + points, rating.source, rating.verified)
    says = "; ".join(f"từ {least} điểm: {label}" for least, label in rating.classes)
    yield _line("Chấm điểm", f"Xếp loại (tối đa {rating.most} điểm)", says, rating.source, rating.verified)
    for target in ruleset.targets:
        years = f"{target.first_year}" + (
            f"-{target.last_year}" if target.last_year and target.last_year != target.first_year else ""
        )
        years += "" if target.last_year else " trở đi"
        unit = UNITS.get(target.unit, target.unit)
        sign = {"+": "tăng thêm", ">=": "từ", ">": "trên", "<=": "không quá"}[target.operator]
        says = f"{LEVELS.get(target.level, target.level)}, {years}: {sign} {target.value:g} {unit}"
        yield _line("Chỉ tiêu", target.label, says, target.source, target.verified)


def _line(group: str, name: str, says: str, source: str, is_verified: bool) -> RuleLine:  # noqa: FBT001 - a column
    return RuleLine(group=group, name=name, says=says, source=source, is_verified=is_verified)


def _named(keys: tuple[str, ...]) -> str:
    return ", ".join(NAMES.get(one, one) for one in keys)


SIGNERS = {"agency_head": "người đứng đầu cơ quan để chậm"}
NAMES = {
    "late": "quá hạn",
    "error": "sai sót",
    "lost_paper": "mất, hỏng giấy tờ",
    "late_acceptance": "tiếp nhận chậm",
    "archive": "lưu trữ hồ sơ",
    "unit_figures": "chốt số liệu tháng của đơn vị",
    "month": "tháng",
    "agency": "cơ quan",
    "unit": "đơn vị",
    "officer": "người phụ trách",
    "applicant": "người nộp",
}
LEVELS = {
    "any": "mọi cấp",
    "province": "cấp tỉnh",
    "district": "cấp huyện",
    "commune": "cấp xã",
    "department": "sở, ngành",
    "rural": "nông thôn",
    "remote": "vùng sâu, vùng xa",
}
UNITS = {"percent": "%", "minute": "phút", "count": "hồ sơ"}
