"""The parts of a ruleset as typed values: every one says where it comes from and whether that text was read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from engine.deadlines import (
    ApologyTiming,
    Calendar,
    Limit,
    SupplementEffect,
    Thresholds,
    hand_over_due,
    operational_due,
)
from engine.errors import InputError, NotConfigured

QCVN_LEVELS = 4  # V1V2V3.Z1Z2.Y1Y2.MX1X2


@dataclass(frozen=True, slots=True, kw_only=True)
class Sourced:
    """A rule with its source; not verified means from memory or another system, to be confirmed by an administrator."""

    source: str
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalForm(Sourced):
    """A numbered form of the annex; `letter` is its folder in engine/letters."""

    number: str
    title: str
    paper: str
    letter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeParts:
    """What a code of our own form says."""

    unit: str
    on: date
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierCode(Sourced):
    """How a dossier of this house is coded. Codes given by others are kept as they came, never recoded."""

    pattern: str
    unit_order: str  # top_down: H27.12 (QĐ 20/2020/QĐ-TTg); bottom_up: 000.00.12.H27 (QCVN 102:2016)
    digits: int

    def write(self, *, unit: str, on: date, number: int) -> str:
        """The code of the n-th dossier a unit receives on a day. `unit` is top-down, as in the catalogue of units."""
        if number < 1:
            raise InputError("Số thứ tự hồ sơ trong ngày phải từ 1.")
        return self.pattern.format(unit=self._unit(unit), day=f"{on:%y%m%d}", number=f"{number:0{self.digits}d}")

    def read(self, code: str) -> CodeParts | None:
        """The parts of a code of our own form; None for a code of others."""
        shape = self._shape().fullmatch(code.strip())
        if shape is None:
            return None
        day = shape["day"]
        try:
            on = date(2000 + int(day[:2]), int(day[2:4]), int(day[4:]))
        except ValueError:
            return None
        return CodeParts(unit=self._top_down(shape["unit"]), on=on, number=int(shape["number"]))

    def _unit(self, unit: str) -> str:
        if self.unit_order == "top_down":
            return unit
        levels = unit.split(".")
        if len(levels) > QCVN_LEVELS:
            raise InputError(f"Mã đơn vị '{unit}' quá bốn cấp, không viết được theo QCVN 102:2016.")
        levels += ["00"] * (QCVN_LEVELS - len(levels))
        return ".".join([levels[3].zfill(3), levels[2].zfill(2), levels[1].zfill(2), levels[0]])

    def _top_down(self, unit: str) -> str:
        if self.unit_order == "top_down":
            return unit
        levels = unit.split(".")[::-1]
        levels[3] = levels[3].removeprefix("0") if levels[3].startswith("0") else levels[3]
        while levels[-1].strip("0") == "":
            levels.pop()
        return ".".join(levels)

    def _shape(self) -> re.Pattern[str]:
        unit = r"[A-Z]\d{2}(?:\.[0-9A-Z]+)*" if self.unit_order == "top_down" else r"\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}"
        parts = {"unit": f"(?P<unit>{unit})", "day": r"(?P<day>\d{6})", "number": rf"(?P<number>\d{{{self.digits},}})"}
        return re.compile(re.escape(self.pattern).replace(r"\{", "{").replace(r"\}", "}").format(**parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting(Sourced):
    """How pauses round a limit in days: "closing" = a day on whose closing the clock stands is not counted."""

    pause_rounding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance(Sourced):
    """Within what time an online dossier is accepted or refused."""

    online_limit: Limit

    def due(self, submitted_at: datetime, calendar: Calendar) -> datetime:
        return operational_due(submitted_at, self.online_limit, calendar)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver(Sourced):
    """From the counter to the unit: within the working day, or the next morning when received after the cut-off."""

    cutoff: time

    def due(self, received_at: datetime, calendar: Calendar) -> datetime:
        return hand_over_due(received_at, self.cutoff, calendar)


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplement(Sourced):
    """Asking the applicant for more: its effect on the limit, how often in a stage, the applicant's own limit."""

    effect: SupplementEffect
    requests_per_stage: int
    limit: str
    on_expiry: str  # close: the dossier is returned; ask_head: it waits, and the head decides


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultation(Sourced):
    """Whether waiting for another agency stops the clock of law; its silence is its own responsibility."""

    pauses_limit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteArea(Sourced):
    """More time in remote areas, in the fields of procedures whose law says so."""

    extra: Limit
    fields: tuple[str, ...]

    def limit(self, base: Limit, field: str) -> Limit:
        """A limit as it is in a remote area. Unlike units are not added: the procedure must say its own."""
        is_meant = field in self.fields and base.unit is self.extra.unit
        return replace(base, value=base.value + self.extra.value) if is_meant else base


@dataclass(frozen=True, slots=True, kw_only=True)
class Apology(Sourced):
    """When an apology is drafted, how often a date may be given anew, who signs and for what."""

    timing: ApologyTiming
    max_reappointments: int
    signer: str
    required_for: tuple[str, ...]
    allowed_for: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation(Sourced):
    """The written explanation of a late dossier: to whom, for what share of them, and what waits for it."""

    to: str
    share: float
    blocks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LateList(Sourced):
    """The public list of late dossiers: of which period, who is named and who is not, who answers and who signs.

    `made_by` and `signed_by` are seats. It is made on the first working day after the period.
    """

    period: str
    first_day: int
    counts: tuple[str, ...]  # finished_late, open_late
    objections: Limit
    made_by: str
    signed_by: str
    names: tuple[str, ...]
    masked: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficLight(Sourced):
    """When a light turns yellow."""

    thresholds: Thresholds


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusCode:
    """A state of a dossier under the national portal's code. Code 8 covers two: suspended, and stopped for good."""

    key: str
    code: int
    label: str
    detail: str = ""
    stops_clock: bool = False
    is_final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalStep:
    """One act of the approval of an internal process, the role that does it and where that role usually sits."""

    act: str
    role: str
    label: str
    seat: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval(Sourced):
    """Who makes an internal process valid, in order, and how soon it must be on the software."""

    chain: tuple[ApprovalStep, ...]
    publish_within: Limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One of the nine questions about a dossier's settlement; `computed` ones are answered by the system."""

    number: int
    key: str
    label: str
    points: Mapping[int, str]
    computed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating(Sourced):
    """The indicators and the class a sum of points falls into."""

    indicators: tuple[Indicator, ...]
    classes: tuple[tuple[int, str], ...]

    @property
    def most(self) -> int:
        return sum(max(one.points) for one in self.indicators)

    def class_of(self, points: float) -> str:
        """The class of a sum of points."""
        return next((label for least, label in self.classes if points >= least), self.classes[-1][1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Target(Sourced):
    """A number a plan sets for one kind of organisation in some years. Plans disagree: each keeps its own."""

    indicator: str
    label: str
    level: str
    first_year: int
    last_year: int | None
    operator: str
    value: float
    unit: str

    def is_for(self, year: int, level: str) -> bool:
        return (
            self.first_year <= year
            and (self.last_year is None or year <= self.last_year)
            and self.level in {level, "any"}
        )

    def is_met(self, value: float, before: float | None = None) -> bool:
        """Is this figure good enough? Growth targets need the figure of the year before."""
        if self.operator == "+":
            return before is not None and (value >= before + self.value or value >= 100)
        return {">=": value >= self.value, ">": value > self.value, "<=": value <= self.value}[self.operator]


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalAct:
    """An act this ruleset rests on."""

    number: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruleset:
    """The one-stop rules in force over a span of dates. A dossier keeps the one of its reception."""

    name: str
    title: str
    in_force_from: date
    in_force_until: date | None
    calendar: str
    acts: tuple[LegalAct, ...]
    forms: Mapping[str, LegalForm]
    dossier_code: DossierCode
    counting: Counting
    acceptance: Acceptance
    hand_over: HandOver
    supplement: Supplement
    consultation: Consultation
    remote_area: RemoteArea
    apology: Apology
    explanation: Explanation
    late_list: LateList
    traffic_light: TrafficLight
    statuses: tuple[StatusCode, ...]
    status_source: str
    approval: Approval
    rating: Rating
    targets: tuple[Target, ...]

    @property
    def thresholds(self) -> Thresholds:
        return self.traffic_light.thresholds

    def is_in_force(self, on: date) -> bool:
        return self.in_force_from <= on and (self.in_force_until is None or on <= self.in_force_until)

    def form(self, kind: str) -> str:
        """The letter folder of a kind of form under these rules."""
        try:
            return self.forms[kind].letter
        except KeyError:
            raise NotConfigured(f"Bộ quy tắc {self.name} không có biểu mẫu '{kind}'.") from None

    def status(self, key: str) -> StatusCode:
        """A status by its key."""
        try:
            return next(one for one in self.statuses if one.key == key)
        except StopIteration:
            raise NotConfigured(f"Bộ quy tắc {self.name} không có trạng thái '{key}'.") from None

    def targets_for(self, year: int, level: str) -> tuple[Target, ...]:
        """Targets of one kind of organisation in a year."""
        return tuple(one for one in self.targets if one.is_for(year, level))
