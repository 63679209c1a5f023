from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from engine.deadlines import SupplementEffect, parse_moment
from engine.dossier.status import KEYS
from engine.errors import InputError, NotConfigured
from engine.rulesets import Ruleset, load_rulesets, packaged_calendar, read_calendar, ruleset_named, ruleset_on
from engine.rulesets.reading import read_ruleset

OLD, NEW = "nd61-2018", "nd118-2025"
BOTH = pytest.mark.parametrize("name", [OLD, NEW])


@pytest.mark.parametrize(
    ("on", "name"),
    [("2018-06-21", OLD), ("2025-06-30", OLD), ("2025-07-01", NEW), ("2026-11-21", NEW), ("2031-01-01", NEW)],
)
def test_the_ruleset_of_a_day(on, name):
    assert ruleset_on(date.fromisoformat(on)).name == name


def test_a_day_before_all_rulesets_has_none():
    with pytest.raises(NotConfigured, match="20/06/2018"):
        ruleset_on(date(2018, 6, 20))
    with pytest.raises(NotConfigured, match="nd0"):
        ruleset_named("nd0")


def test_the_forms_of_both_sets():
    old, new = ruleset_named(OLD), ruleset_named(NEW)
    assert {kind: form.number for kind, form in old.forms.items()} == {
        "receipt": "01",
        "supplement_request": "02",
        "refusal": "03",
        "apology": "04",
        "control_slip": "05",
        "register": "06",
    }
    assert {kind: form.number for kind, form in new.forms.items()} == {
        "receipt": "01",
        "supplement_request": "02",
        "refusal": "03",
        "apology": "04",
        "stop_notice": "05",
        "control_slip": "06",
        "register": "07",
    }
    assert old.forms["apology"].title == "Phiếu xin lỗi và hẹn lại ngày trả kết quả"
    assert new.forms["apology"].title == "Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết"
    assert (old.form("apology"), new.form("apology")) == ("apology_2018", "apology_2025")
    with pytest.raises(NotConfigured, match="stop_notice"):
        old.form("stop_notice")


@BOTH
def test_every_rule_says_where_it_comes_from(name):
    rules = ruleset_named(name)
    parts = [getattr(rules, part) for part in rules.__slots__]
    sourced = [part for part in parts if hasattr(part, "source")]
    sourced += [*rules.forms.values(), *rules.targets]
    assert len(sourced) > 15
    assert all(part.source and isinstance(part.verified, bool) for part in sourced)


@pytest.mark.parametrize(
    ("name", "unit", "number", "code"),
    [
        (OLD, "H22", 1, "000.00.00.H22-150309-0001"),
        (OLD, "H27.12", 7, "000.00.12.H27-150309-0007"),
        (OLD, "H27.12.03", 7, "000.03.12.H27-150309-0007"),
        (NEW, "H27.12", 7, "H27.12-150309-0007"),
        (NEW, "H27.12.03", 10_000, "H27.12.03-150309-10000"),  # the 10,000th of a day gets five digits
    ],
)
def test_a_dossier_code_is_written_and_read_back(name, unit, number, code):
    rules = ruleset_named(name).dossier_code
    assert rules.write(unit=unit, on=date(2015, 3, 9), number=number) == code
    parts = rules.read(code)
    assert parts is not None
    assert (parts.unit, parts.on, parts.number) == (unit, date(2015, 3, 9), number)


@BOTH
@pytest.mark.parametrize("code", ["", "G15.01-000123", "H27.12-150399-0007", "1.012756", "H27.12-150309-007"])
def test_a_code_of_others_is_not_ours(name, code):
    assert ruleset_named(name).dossier_code.read(code) is None


def test_a_code_that_cannot_be_written_is_refused():
    with pytest.raises(InputError, match="từ 1"):
        ruleset_named(NEW).dossier_code.write(unit="H27", on=date(2026, 1, 5), number=0)
    with pytest.raises(InputError, match="quá bốn cấp"):
        ruleset_named(OLD).dossier_code.write(unit="H27.1.2.3.4", on=date(2020, 1, 6), number=1)


@BOTH
def test_status_codes_are_the_ten_of_the_national_portal(name):
    rules = ruleset_named(name)
    assert sorted({one.code for one in rules.statuses}) == list(range(1, 11))
    assert {one.key for one in rules.statuses if one.stops_clock} == {"supplement", "financial_obligation", "suspended"}
    suspended, stopped = rules.status("suspended"), rules.status("stopped")
    assert suspended.code == stopped.code == 8
    assert (suspended.is_final, stopped.is_final) == (False, True)
    with pytest.raises(NotConfigured, match="lost"):
        rules.status("lost")


def test_the_effect_of_a_supplement_differs():
    assert ruleset_named(OLD).supplement.effect is SupplementEffect.restart
    assert ruleset_named(NEW).supplement.effect is SupplementEffect.resume
    assert all(one.supplement.requests_per_stage == 1 for one in load_rulesets())


@BOTH
@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-01-05T09:00", "2026-01-05T17:00"),
        ("2026-01-05T15:00", "2026-01-05T17:00"),
        ("2026-01-05T15:01", "2026-01-06T11:30"),
        ("2026-01-09T16:00", "2026-01-10T11:30"),  # a make-up Saturday
        ("2026-01-17T09:00", "2026-01-19T11:30"),
        ("2026-01-05T22:00", "2026-01-06T11:30"),
    ],
)
def test_hand_over_within_the_day_or_the_next_morning(name, received, due):
    assert ruleset_named(name).hand_over.due(parse_moment(received), packaged_calendar()) == parse_moment(due)


def test_an_online_dossier_is_answered_within_eight_working_hours():
    due = ruleset_named(NEW).acceptance.due(parse_moment("2026-01-16T16:00"), packaged_calendar())
    assert due == parse_moment("2026-01-19T16:00")


@BOTH
def test_the_approval_chain_in_order(name):
    approval = ruleset_named(name).approval
    assert [one.role for one in approval.chain] == ["process_designer", "iso_appraiser", "process_approver"]
    assert str(approval.publish_within) == "3cd"


@BOTH
def test_nine_indicators_of_up_to_two_points(name):
    rating = ruleset_named(name).rating
    assert [one.number for one in rating.indicators] == list(range(1, 10))
    assert all(set(one.points) == {0, 1, 2} for one in rating.indicators)
    assert [one.number for one in rating.indicators if one.computed] == [1, 2]
    assert rating.most == 18
    assert [rating.class_of(points) for points in (18, 15, 14.9, 12, 9, 6, 5.9, 0)] == [
        "Xuất sắc", "Xuất sắc", "Tốt", "Tốt", "Khá", "Trung bình", "Yếu", "Yếu",
    ]  # fmt: skip


def test_targets_by_level_and_year_keep_their_conflicts():
    def values(indicator, year, level):
        found = ruleset_named(OLD).targets_for(year, level)
        return sorted((one.operator, one.value) for one in found if one.indicator == indicator)

    assert values("results_digitised", 2021, "province") == [(">=", 30)]
    assert values("results_digitised", 2021, "district") == [(">=", 20)]
    assert values("results_digitised", 2021, "commune") == [(">=", 15), (">=", 20)]  # two plans disagree
    assert values("satisfaction", 2024, "department") == [(">=", 90), (">=", 94), (">=", 98)]
    assert values("on_time", 2024, "commune") == [(">", 90)]
    assert values("dossiers_per_officer", 2024, "remote") == [(">=", 800), (">=", 1600)]


def test_a_target_knows_when_it_is_met():
    def target(indicator, operator):
        return next(one for one in ruleset_named(OLD).targets if (one.indicator, one.operator) == (indicator, operator))

    assert target("satisfaction", ">=").is_met(98)
    assert not target("on_time", ">").is_met(90)
    assert target("waiting_time", "<=").is_met(10)
    growth = target("results_digitised", "+")
    assert growth.is_met(50, before=30)
    assert not growth.is_met(49, before=30)
    assert not growth.is_met(49)
    assert growth.is_met(100, before=95)


def test_only_targets_of_its_years_belong_to_a_ruleset():
    assert all(one.last_year is None or one.last_year >= 2025 for one in ruleset_named(NEW).targets)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('effect = "restart"', 'effect = "forget"'),
        ("max_reappointments = 1", "max_reapointments = 1"),
        ('pause_rounding = "closing"', 'pause_rounding = "guess"'),
        ('lead = "1d"', 'lead = "1cd"'),
        ("in_force_from = 2018-06-21", 'in_force_from = "soon"'),
        ("cutoff = 15:00:00", 'cutoff = "15:00"'),
        ('unit_order = "bottom_up"', 'unit_order = "sideways"'),
        ('[remote_area]\nextra = "10d"', "[remote_area]"),
        ("[apology]", "[apologies]"),
        ('name = "nd61-2018"', "name = nd61"),
    ],
)
def test_a_mistake_in_a_ruleset_is_one_clear_line(tmp_path, old, new):
    folder = Path(__file__).parents[3] / "engine" / "rulesets"
    source = (folder / "nd61_2018.toml").read_text(encoding="utf-8")
    assert old in source
    (tmp_path / "ratings").symlink_to(folder / "ratings")
    (tmp_path / "targets.toml").symlink_to(folder / "targets.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text(source.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError) as refusal:
        read_ruleset(broken)
    assert "\n" not in refusal.value.message


def test_calendars_by_name_and_file(tmp_path):
    with pytest.raises(InputError, match="vn-public-sector"):
        packaged_calendar("vn-private-sector")
    broken = tmp_path / "broken.json"
    broken.write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="broken"):
        read_calendar(broken)
    with pytest.raises(InputError, match="missing"):
        read_calendar(tmp_path / "missing.json")


@pytest.mark.parametrize("ruleset", load_rulesets(), ids=lambda one: one.name)
def test_every_state_of_a_case_has_its_national_code(ruleset: Ruleset) -> None:
    for status, key in KEYS.items():
        assert ruleset.status(key).code == status
    assert {one.key for one in ruleset.statuses} == {*KEYS.values(), "suspended"}
