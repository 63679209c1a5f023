"""Apologies: four kinds, once or as often as the ruleset says, signed by who may sign, taken up when nobody signed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest

from engine.catalogue.authorisations import grant, new_authorisation, withdraw
from engine.deadlines import VIETNAM
from engine.dossier.actor import Actor
from engine.dossier.apologise import Apologise, DraftApology, apologise_and_reappoint, draft_apology
from engine.dossier.command import TaskRef
from engine.dossier.extend import Extend, extend
from engine.errors import FormRefused, NotAllowed, Refused
from tests.acts.test_letters_of_acts import handling, issued
from tests.province import COMMUNE, Province

OFFICE, LEADERS = f"{COMMUNE}.05", f"{COMMUNE}.02"
BEFORE_THE_BREACH = datetime(2026, 10, 8, 8, 0, tzinfo=VIETNAM)
AFTER_IT = datetime(2026, 10, 9, 8, 0, tzinfo=VIETNAM)
NEW_DATE = datetime(2026, 10, 14, 17, 0, tzinfo=VIETNAM)
REASON = "Phải đối chiếu lại sổ hộ tịch gốc lưu tại tỉnh"


@pytest.fixture
def province(ship: Callable[..., Province]) -> Province:
    return ship("TP01")


def sign(province: Province, actor: Actor, item: Any, promised_at: datetime | None = NEW_DATE) -> None:
    command = Apologise(
        case_id=item.case_id,
        task=TaskRef(id=item.id, revision=item.revision),
        reason=REASON,
        promised_at=promised_at,
    )
    apologise_and_reappoint(province.house, actor, command)


def drafted(province: Province) -> tuple[UUID, Any]:
    """A dossier whose apology waits for its signature, the day before the limit ends."""
    case_id = handling(province)
    province.advance_to(BEFORE_THE_BREACH)
    return case_id, province.items(case_id, kind="letter")[0]


def told(province: Province, case_id: UUID, kind: str) -> dict[str, Any]:
    return dict(orjson.loads([one.body for one in province.events(case_id) if one.type == kind][-1])["data"])


def authorise(province: Province, actor: Actor, unit_code: str, **more: Any) -> UUID:
    given = new_authorisation(
        **{
            "officer_id": actor.id,
            "unit_code": unit_code,
            "capacity": "KT",
            "on_behalf_of": "Chủ tịch",
            "title": "Phó Chủ tịch",
            "kinds": (),
            "from_on": date(2026, 1, 1),
            "until_on": None,
        }
        | more
    )
    with province.house.store.transaction(role="owner") as connection:
        grant(connection, given, by=None)
    return given.id


def test_the_draft_names_the_step_the_unit_and_how_long_and_comes_before_the_breach(province: Province) -> None:
    case_id, item = drafted(province)
    assert province.row(case_id).is_late is False
    assert item.due_at == province.row(case_id).legal_due_at
    event = told(province, case_id, "ApologyDrafted")
    assert event["cause"] == "late"
    assert "tại Văn phòng HĐND và UBND" in event["reason"]
    assert "vượt thời hạn 4 giờ" in event["reason"]
    assert datetime.fromisoformat(event["proposed"]) > province.row(case_id).legal_due_at


def test_an_extension_moves_the_limit_of_law_an_apology_does_not(province: Province) -> None:
    case_id, item = drafted(province)
    before = province.row(case_id)
    sign(province, province.actor(OFFICE, "unit_head"), item)
    after = province.row(case_id)
    assert (after.legal_due_at, after.promised_at) == (before.legal_due_at, NEW_DATE)
    leader = province.actor(OFFICE, "unit_head")
    extend(province.house, leader, Extend(case_id=case_id, by="2d", article="Điều 12 Luật Hộ tịch", reason="Xác minh"))
    assert "Điều 12 Luật Hộ tịch" in issued(province, case_id, "extension_notice")
    extended = province.row(case_id)
    assert extended.legal_due_at > before.legal_due_at
    assert extended.promised_at == NEW_DATE


def test_a_second_reappointment_is_refused_unless_the_ruleset_allows_it(province: Province) -> None:
    case_id, item = drafted(province)
    head = province.actor(OFFICE, "unit_head")
    sign(province, head, item)
    again = DraftApology(case_id=case_id, cause="late", reason=REASON, unit_code=OFFICE)
    with pytest.raises(Refused, match="đã có văn bản xin lỗi"):
        draft_apology(province.house, head, again)
    error = DraftApology(case_id=case_id, cause="error", reason=REASON, unit_code=OFFICE, promised_at=NEW_DATE)
    with pytest.raises(Refused, match="Chỉ được hẹn lại 1 lần"):
        draft_apology(province.house, head, error)

    rules = province.house.ruleset("nd118-2025")
    twice = replace(rules, apology=replace(rules.apology, max_reappointments=2))
    province.house.rulesets = {**province.house.rulesets, rules.name: twice}
    draft_apology(province.house, head, again)
    second = province.items(case_id, kind="letter")[0]
    sign(province, head, second, datetime(2026, 10, 20, 17, 0, tzinfo=VIETNAM))
    assert province.row(case_id).promised_at == datetime(2026, 10, 20, 17, 0, tzinfo=VIETNAM)
    assert told(province, case_id, "ApologyIssued")["time"] == 2


def test_with_two_allowed_the_second_draft_comes_before_the_new_date_is_broken(province: Province) -> None:
    rules = province.house.ruleset("nd118-2025")
    twice = replace(rules, apology=replace(rules.apology, max_reappointments=2))
    province.house.rulesets = {**province.house.rulesets, rules.name: twice}
    case_id, item = drafted(province)
    sign(province, province.actor(OFFICE, "unit_head"), item)
    province.advance_to(datetime(2026, 10, 14, 8, 0, tzinfo=VIETNAM))
    assert [one.type for one in province.events(case_id)].count("ApologyDrafted") == 2


def test_unsigned_at_the_breach_it_goes_up_and_the_leader_signs_in_their_own_name(province: Province) -> None:
    case_id, _ = drafted(province)
    province.advance_to(AFTER_IT)
    assert province.row(case_id).apology == "escalated"
    leader = province.actor(LEADERS, "unit_head")
    authorise(province, leader, LEADERS)
    [item] = province.items(case_id, kind="escalation")
    assert item.unit_code == LEADERS
    sign(province, leader, item)
    assert {one.kind for one in province.items(case_id)} == {"task", "explanation"}, "the head's own line is gone too"
    assert told(province, case_id, "ApologyIssued")["authority"]["capacity"] == "KT. CHỦ TỊCH"
    content = issued(province, case_id, "apology")
    assert "LÃNH ĐẠO UBND XÃ" in content
    assert "KT. CHỦ TỊCH PHÓ CHỦ TỊCH" in content


@pytest.mark.parametrize(
    ("cause", "words"),
    [("error", "sai sót"), ("lost_paper", "mất, thất lạc"), ("late_acceptance", "tiếp nhận hồ sơ")],
)
def test_the_other_kinds_need_no_new_date(province: Province, cause: str, words: str) -> None:
    case_id = handling(province)
    officer = province.actor(OFFICE, "case_officer")
    remedy = "Cấp lại giấy tờ, không thu phí"
    draft_apology(province.house, officer, DraftApology(case_id=case_id, cause=cause, reason=REASON, remedy=remedy))
    [item] = province.items(case_id, kind="letter")
    promised = province.row(case_id).promised_at
    apologise_and_reappoint(
        province.house,
        province.actor(OFFICE, "unit_head"),
        Apologise(case_id=case_id, task=TaskRef(id=item.id, revision=1), reason=REASON, remedy=remedy),
    )
    row = province.row(case_id)
    assert (row.promised_at, row.apology) == (promised, "none"), "the one for lateness may still come"
    content = issued(province, case_id, "apology")
    assert words in content
    assert remedy in content
    assert province.items(case_id, kind="letter") == []


def test_what_a_draft_must_say(province: Province) -> None:
    case_id = handling(province)
    officer = province.actor(OFFICE, "case_officer")

    def put(**more: Any) -> None:
        draft_apology(
            province.house, officer, DraftApology(**({"case_id": case_id, "cause": "error", "reason": REASON} | more))
        )

    for wrong in (
        {"reason": "ngắn"},
        {"unit_code": "H27.90"},
        {"promised_at": datetime(2026, 10, 4, 17, tzinfo=VIETNAM)},
    ):
        with pytest.raises(FormRefused):
            put(**wrong)
    with pytest.raises(Refused, match="không có loại xin lỗi"):
        put(cause="weather")


def test_the_leader_who_signs_a_units_decisions_signs_its_apologies_too(province: Province) -> None:
    case_id, item = drafted(province)
    with pytest.raises(NotAllowed):
        sign(province, province.actor(OFFICE, "case_officer"), item)
    sign(province, province.actor(OFFICE, "signer"), item)
    assert province.row(case_id).apology == "issued"


def test_an_authorisation_is_checked_at_signing_by_kind_and_day(province: Province) -> None:
    case_id, item = drafted(province)
    office_head = replace(province.actor(f"{COMMUNE}.03", "unit_head"), signs_for=frozenset({OFFICE}))
    with pytest.raises(NotAllowed, match="không có thẩm quyền ký"):
        sign(province, office_head, item)
    order = {"capacity": "TUQ", "on_behalf_of": "Chánh Văn phòng", "title": "Trưởng phòng", "basis": "12/GUQ-VP"}
    authorise(province, office_head, OFFICE, **order, kinds=("stop_notice",), until_on=date(2026, 12, 31))
    with pytest.raises(NotAllowed, match="không gồm văn bản xin lỗi"):
        sign(province, office_head, item)
    past = {"from_on": date(2026, 1, 1), "until_on": date(2026, 9, 30)}
    authorise(province, office_head, OFFICE, **order, kinds=("apology",), **past)
    with pytest.raises(NotAllowed, match="không còn hiệu lực"):
        sign(province, office_head, item)
    good = authorise(
        province,
        office_head,
        OFFICE,
        **order,
        kinds=("apology",),
        from_on=date(2026, 10, 1),
        until_on=date(2026, 10, 31),
    )
    sign(province, office_head, item)
    authority = told(province, case_id, "ApologyIssued")["authority"]
    assert authority == {
        "unit": OFFICE,
        "capacity": "TUQ. CHÁNH VĂN PHÒNG",
        "title": "Trưởng phòng",
        "basis": "12/GUQ-VP",
        "authorisation": str(good),
    }


def test_a_deputy_whose_assignment_was_withdrawn_signs_no_more_whatever_role_they_hold(province: Province) -> None:
    _, item = drafted(province)
    head = province.actor(OFFICE, "unit_head")
    given = authorise(province, head, OFFICE)
    with province.house.store.transaction(role="owner") as connection:
        withdraw(connection, given, by=None, reason="Chuyển công tác")
    with pytest.raises(NotAllowed):
        sign(province, head, item)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"capacity": "TUQ", "kinds": ("apology",), "basis": "12/GUQ"}, "until_on"),
        ({"capacity": "TL", "basis": "Quy chế"}, "kinds"),
        ({"capacity": "TL", "kinds": ("apology",)}, "basis"),
        ({"until_on": date(2025, 1, 1)}, "until_on"),
        ({"on_behalf_of": " "}, "on_behalf_of"),
        ({"capacity": "XX"}, "capacity"),
    ],
)
def test_what_an_authorisation_must_say(province: Province, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(FormRefused) as caught:
        authorise(province, province.actor(OFFICE, "unit_head"), OFFICE, **wrong)
    assert field in caught.value.errors


def test_two_authorisations_never_overlap_for_a_kind(province: Province) -> None:
    head = province.actor(OFFICE, "unit_head")
    authorise(province, head, OFFICE, until_on=date(2026, 6, 30))
    authorise(province, head, OFFICE, from_on=date(2026, 7, 1))
    with pytest.raises(Refused, match="thu hồi trước"):
        authorise(province, head, OFFICE, kinds=("apology",), from_on=date(2026, 8, 1))


def test_the_event_of_a_decision_says_by_what_right_it_was_signed(province: Province) -> None:
    signer = province.actor(LEADERS, "signer")
    authorise(province, signer, LEADERS)
    case_id = province.receive("TP01").case_id
    while province.row(case_id).decided_at is None:
        province.complete(case_id)
    assert told(province, case_id, "DecisionSigned")["authority"]["capacity"] == "KT. CHỦ TỊCH"
