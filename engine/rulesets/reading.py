"""Rulesets read from their TOML, each value checked once at start-up; a mistake names its file and table."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from engine.deadlines import ApologyTiming, SupplementEffect, Thresholds, parse_limit
from engine.errors import InputError
from engine.rulesets.rules import (
    Acceptance,
    Apology,
    Approval,
    ApprovalStep,
    Consultation,
    Counting,
    DossierCode,
    Explanation,
    HandOver,
    Indicator,
    LateList,
    LegalAct,
    LegalForm,
    Rating,
    RemoteArea,
    Ruleset,
    StatusCode,
    Supplement,
    Target,
    TrafficLight,
)

Row = TypeVar("Row")
PAUSE_ROUNDINGS = frozenset({"closing"})
UNIT_ORDERS = frozenset({"top_down", "bottom_up"})
EXPIRIES = frozenset({"close", "ask_head"})
LATE_COUNTS = frozenset({"finished_late", "open_late"})
OPERATORS = frozenset({">=", ">", "<=", "+"})


def read_ruleset(path: Path) -> Ruleset:
    """One ruleset file with the rating and the targets it shares with others."""
    body = _read(path)
    try:
        return _ruleset(body, path.parent)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"Bộ quy tắc {path.name} thiếu hoặc sai mục: {error}.") from error


def _ruleset(body: Mapping[str, Any], folder: Path) -> Ruleset:
    first, last = body["in_force_from"], body.get("in_force_until")
    if not isinstance(first, date) or not isinstance(last, date | None):
        raise TypeError("in_force_from, in_force_until")
    return Ruleset(
        name=body["name"],
        title=body["title"],
        in_force_from=first,
        in_force_until=last,
        calendar=body["calendar"],
        acts=tuple(_row(LegalAct, one) for one in body["acts"]),
        forms={kind: _row(LegalForm, one) for kind, one in body["forms"].items()},
        dossier_code=_dossier_code(body["dossier_code"]),
        counting=_counting(body["counting"]),
        acceptance=_row(Acceptance, body["acceptance"], online_limit=parse_limit(body["acceptance"]["online_limit"])),
        hand_over=_hand_over(body["hand_over"]),
        supplement=_supplement(body["supplement"]),
        consultation=_row(Consultation, body["consultation"]),
        remote_area=_row(RemoteArea, body["remote_area"], extra=parse_limit(body["remote_area"]["extra"])),
        apology=_apology(body["apology"]),
        explanation=_row(Explanation, body["explanation"]),
        late_list=_late_list(body["late_list"]),
        traffic_light=_traffic_light(body["thresholds"]),
        statuses=tuple(_row(StatusCode, one) for one in body["statuses"]["rows"]),
        status_source=body["statuses"]["source"],
        approval=_approval(body["approval"]),
        rating=_rating(_read(folder / "ratings" / f"{body['rating']}.toml")),
        targets=_targets(_read(folder / "targets.toml"), first, last),
    )


def _row(kind: type[Row], body: Mapping[str, Any], **read: Any) -> Row:
    """A dataclass from a table of the same keys; an unknown or missing key is a mistake."""
    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]  # every Row is a dataclass
    unknown = set(body) - known
    if unknown:
        raise ValueError(f"{kind.__name__}: {', '.join(sorted(unknown))}")
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in body.items()}
    return kind(**(values | read))


def _dossier_code(body: Mapping[str, Any]) -> DossierCode:
    if body["unit_order"] not in UNIT_ORDERS:
        raise ValueError(f"unit_order = {body['unit_order']}")
    return _row(DossierCode, body)


def _counting(body: Mapping[str, Any]) -> Counting:
    if body["pause_rounding"] not in PAUSE_ROUNDINGS:
        raise ValueError(f"pause_rounding = {body['pause_rounding']}")
    return _row(Counting, body)


def _supplement(body: Mapping[str, Any]) -> Supplement:
    if body["on_expiry"] not in EXPIRIES:
        raise ValueError(f"on_expiry = {body['on_expiry']}")
    return _row(Supplement, body, effect=SupplementEffect(body["effect"]))


def _hand_over(body: Mapping[str, Any]) -> HandOver:
    if not isinstance(body["cutoff"], time):
        raise TypeError("hand_over.cutoff")
    return _row(HandOver, body)


def _apology(body: Mapping[str, Any]) -> Apology:
    timing = ApologyTiming(share=Decimal(str(body["share"])), lead=parse_limit(body["lead"]))
    rest = {name: value for name, value in body.items() if name not in {"share", "lead"}}
    return _row(Apology, rest, timing=timing)


def _late_list(body: Mapping[str, Any]) -> LateList:
    if body["period"] != "month" or not 1 <= body["first_day"] <= 28:
        raise ValueError("late_list.period, late_list.first_day")
    if not set(body["counts"]) <= LATE_COUNTS:
        raise ValueError("late_list.counts")
    return _row(LateList, body, objections=parse_limit(body["objections"]))


def _traffic_light(body: Mapping[str, Any]) -> TrafficLight:
    thresholds = Thresholds(working_hours=Decimal(str(body["working_hours"])), share=Decimal(str(body["share"])))
    return TrafficLight(thresholds=thresholds, source=body["source"], verified=body["verified"])


def _approval(body: Mapping[str, Any]) -> Approval:
    chain = tuple(_row(ApprovalStep, one) for one in body["chain"])
    return _row(Approval, body, chain=chain, publish_within=parse_limit(body["publish_within"]))


def _rating(body: Mapping[str, Any]) -> Rating:
    indicators = tuple(
        _row(Indicator, one, points={int(points): text for points, text in one["points"].items()})
        for one in body["indicators"]
    )
    classes = sorted(((one["from"], one["label"]) for one in body["classes"]), reverse=True)
    return Rating(indicators=indicators, classes=tuple(classes), source=body["source"], verified=body["verified"])


def _targets(body: Mapping[str, Any], first: date, last: date | None) -> tuple[Target, ...]:
    found = []
    for one in body["rows"]:
        if one["operator"] not in OPERATORS:
            raise ValueError(f"targets: {one['operator']}")
        last_year = one["until"] or None
        if (last is None or one["from"] <= last.year) and (last_year is None or last_year >= first.year):
            found.append(
                Target(
                    indicator=one["indicator"],
                    label=body["indicators"][one["indicator"]],
                    level=one["level"],
                    first_year=one["from"],
                    last_year=last_year,
                    operator=one["operator"],
                    value=one["value"],
                    unit=one["unit"],
                    source=body["sources"][one["source"]],
                    verified=one.get("verified", True),
                )
            )
    return tuple(found)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"Không đọc được tệp quy tắc {path.name}: {error}.") from error
