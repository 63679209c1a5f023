"""A procedure as the house keeps it: manifest, BPMN source, forms and scenarios, as values without files."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import orjson

from engine.errors import InputError

LEVELS = ("province", "commune")
CHANNELS = ("counter", "online", "post")
SUPPLEMENT_EFFECTS = ("", "resume", "restart", "restart_phase")
SUPPLEMENT_EXPIRIES = ("", "close", "ask_head")
AREAS = ("remote",)
FEE_TIMINGS = ("none", "before", "after")

_LIMIT = re.compile(r"\d+(\.\d+)?(d|cd|m|h)")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_CUTOFF = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    amount: int = 0  # đồng
    timing: str = "none"  # none | before | after the decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplement:
    effect: str = ""  # what a supplement does to the limit of law: resume | restart | restart_phase
    limit: str = ""  # how long the applicant has
    on_expiry: str = ""  # what follows when it passes: close | ask_head. Whatever is empty is the ruleset's


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    number: int
    limit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRequirement:
    name: str
    originals: int = 0
    copies: int = 0
    required: bool = True
    verified: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """procedure.toml, typed. Limits are texts: 3d working days, 5cd plain days, 2m months, 16h hours, empty none."""

    code: str
    name: str
    level: str
    lead: str  # seat or unit code of the case's lead unit
    national_code: str = ""
    field: str = ""
    field_name: str = ""
    agency: str = ""
    kind: str = "dossier"
    ruleset: str = "nd118-2025"
    adapted: bool = False  # mapped from a unit or level of government that no longer exists
    source: str = ""
    verified: bool = False
    limit: str = ""
    limits: Mapping[str, Any] = dataclasses.field(default_factory=dict)  # other limits by channel, or "remote" area
    phases: tuple[Phase, ...] = ()
    validity_check_limit: str = ""
    fee: Fee = Fee()
    supplement: Supplement = Supplement()
    papers: tuple[PaperRequirement, ...] = ()
    channels: tuple[str, ...] = ("counter",)
    result: Result = Result()
    cutoff: str = ""  # HH:MM; received later counts from the next working day
    cutoffs: Mapping[str, Any] = dataclasses.field(default_factory=dict)  # other hours by channel
    apology: Mapping[str, Any] = dataclasses.field(default_factory=dict)  # overrides of the ruleset

    def __post_init__(self) -> None:
        _check(_CODE.fullmatch(self.code), f"mã “{self.code}” phải là chữ không dấu, số, dấu chấm, gạch nối")
        _check(bool(self.name.strip()), "chưa có tên thủ tục")
        _check(bool(self.lead.strip()), "chưa có đơn vị chủ trì (lead)")
        _check(self.level in LEVELS, f"cấp “{self.level}” phải là một trong: {', '.join(LEVELS)}")
        _check(self.fee.amount >= 0, "mức phí không được âm")
        _check(self.fee.timing in FEE_TIMINGS, f"thời điểm thu phí “{self.fee.timing}” không có")
        _check(
            self.supplement.effect in SUPPLEMENT_EFFECTS, f"cách tính khi bổ sung “{self.supplement.effect}” không có"
        )
        _check(self.supplement.on_expiry in SUPPLEMENT_EXPIRIES, f"on_expiry “{self.supplement.on_expiry}” không có")
        for cutoff in (self.cutoff, *self.cutoffs.values()):
            _check(not cutoff or _CUTOFF.fullmatch(str(cutoff)), f"giờ chốt “{cutoff}” phải ở dạng 15:00")
        for channel in (*self.channels, *self.cutoffs, *(name for name in self.limits if name not in AREAS)):
            _check(channel in CHANNELS, f"kênh tiếp nhận “{channel}” không có")
        limits = (self.limit, self.validity_check_limit, self.supplement.limit, *(phase.limit for phase in self.phases))
        for limit in (*limits, *self.limits.values()):
            is_limit = not limit or (isinstance(limit, str) and _LIMIT.fullmatch(limit))
            _check(is_limit, f"thời hạn “{limit}” không đúng dạng (ví dụ 3d, 5cd, 2m, 16h)")

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Manifest:
        """Build from parsed TOML or JSON; InputError names the entry that is missing, unknown or of the wrong type."""
        manifest: Manifest = _build(cls, data, "")
        return manifest

    def to_data(self) -> dict[str, Any]:
        """Plain data in the order of procedure.toml, ready for TOML or JSON."""
        data: dict[str, Any] = asdict(self)
        data["channels"] = list(self.channels)
        for key in ("phases", "papers"):
            data[key] = list(data.pop(key))
        for key in (
            "limits",
            "cutoffs",
        ):  # younger than hashes that approvals are bound to: told only where they are used
            if data[key]:
                data[key] = dict(data.pop(key))
            else:
                data.pop(key)
        if not data["supplement"]["on_expiry"]:
            data["supplement"].pop("on_expiry")
        for key in ("fee", "supplement", "result", "apology", "phases", "papers"):
            data[key] = data.pop(key)
        return data


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureFolder:
    """bpmn/<CODE>/: everything a process version is made of. `source` is the BPMN byte for byte."""

    manifest: Manifest
    source: bytes
    forms: Mapping[str, dict[str, Any]]
    scenarios: Mapping[str, dict[str, Any]] = dataclasses.field(default_factory=dict)
    decisions: Mapping[str, bytes] = dataclasses.field(default_factory=dict)  # .dmn files by name, byte for byte

    @property
    def content_hash(self) -> bytes:
        """SHA-256 of manifest, source, forms and decision tables: what an approval binds to.

        Scenarios are tests and do not count.
        """
        digest = hashlib.sha256()
        tables = [part for name in sorted(self.decisions) for part in (name.encode(), self.decisions[name])]
        for part in (canonical(self.manifest.to_data()), self.source, canonical(self.forms), *tables):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
        return digest.digest()


def canonical(value: Any) -> bytes:
    """Canonical JSON bytes: sorted keys, no spaces."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


_NESTED: dict[str, type[Any]] = {"fee": Fee, "supplement": Supplement, "result": Result}
_LISTS: dict[str, type[Any]] = {"phases": Phase, "papers": PaperRequirement}
_TYPES: dict[str, tuple[type[Any], str]] = {
    "str": (str, "chữ"),
    "int": (int, "số nguyên"),
    "bool": (bool, "true hoặc false"),
    "Mapping[str, Any]": (Mapping, "một bảng"),
    "tuple[str, ...]": (list, "danh sách"),
}


def _build(cls: type[Any], data: Any, where: str) -> Any:
    _check(isinstance(data, Mapping), f"mục “{where.rstrip('.')}” phải là một bảng")
    known = {entry.name: entry for entry in fields(cls)}
    for name in data:
        _check(name in known, f"không có mục “{where}{name}”")
    values = {name: _value(name, str(known[name].type), value, where) for name, value in data.items()}
    try:
        return cls(**values)
    except TypeError:
        required = {name for name, entry in known.items() if name not in values and _is_required(entry)}
        raise InputError(f"procedure.toml: thiếu mục “{where}{min(required)}”.") from None


def _value(name: str, declared: str, value: Any, where: str) -> Any:
    if name in _NESTED:
        return _build(_NESTED[name], value, f"{where}{name}.")
    if name in _LISTS:
        _check(isinstance(value, list), f"mục “{where}{name}” phải là danh sách")
        return tuple(_build(_LISTS[name], entry, f"{where}{name}.") for entry in value)
    expected, words = _TYPES[declared]
    is_right = isinstance(value, expected) and not (expected is int and isinstance(value, bool))
    _check(is_right, f"mục “{where}{name}” phải là {words}")
    if expected is list:
        _check(all(isinstance(entry, str) for entry in value), f"mục “{where}{name}” phải là danh sách chữ")
        return tuple(value)
    return value


def _is_required(entry: Any) -> bool:
    return "MISSING" in repr(entry.default) and "MISSING" in repr(entry.default_factory)


def _check(fits: object, complaint: str) -> None:
    if not fits:
        raise InputError(f"procedure.toml: {complaint}.")
