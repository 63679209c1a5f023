"""The administrator's page of who may sign for whom; what it grants lets somebody sign, what it withdraws no more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text

from engine.deadlines import VIETNAM
from engine.dossier.actor import Actor, Seat
from engine.letters import load_forms
from tests.acts.test_letters_of_acts import handling
from tests.desk import Desk
from tests.province import COMMUNE, Province

OFFICE = f"{COMMUNE}.05"


@pytest.fixture
def province(ship: Callable[..., Province]) -> Province:
    found = ship("TP01")
    clerk = found.actor(OFFICE, "clerk")
    with found.house.store.transaction(role="owner") as connection:
        connection.execute(
            text("INSERT INTO officer_role (officer_id, unit_code, role) VALUES (:id, :unit, 'administrator')"),
            {"id": clerk.id, "unit": OFFICE},
        )
    return found


def asked(actor: Actor, **more: Any) -> dict[str, Any]:
    return {
        "officer_id": str(actor.id),
        "unit_code": OFFICE,
        "capacity": "TUQ",
        "on_behalf_of": "Chánh Văn phòng",
        "title": "Trưởng phòng",
        "kinds__": ["apology"],
        "from_on": "01/10/2026",
        "until_on": "31/12/2026",
        "basis": "12/GUQ-VP ngày 01/10/2026",
    } | more


def test_granted_on_the_page_used_at_signing_withdrawn_on_the_page(province: Province) -> None:
    administrator = Desk.of(province, province.actor(OFFICE, "clerk"))
    proxy = province.actor(f"{COMMUNE}.03", "unit_head")
    case_id = handling(province)
    province.advance_to(datetime(2026, 10, 8, 8, 0, tzinfo=VIETNAM))
    row = province.items(case_id, kind="letter")[0]
    sent = {
        "item__": [f"{row.id}.{row.revision}"],
        f"reason.{row.id}": "Hồ sơ tăng cao",
        f"date.{row.id}": "14/10/2026",
    }

    wrong = administrator.post("/admin/authorisations", **asked(proxy, until_on=""))
    assert wrong.status_code == 422
    assert "Thừa ủy quyền phải có thời hạn" in wrong.text
    assert administrator.post("/admin/authorisations", **asked(proxy)).status_code == 303
    page = administrator.get("/admin/authorisations").text
    assert "TUQ. CHÁNH VĂN PHÒNG" in page
    assert "12/GUQ-VP" in page
    assert administrator.post("/admin/authorisations", **asked(proxy)).status_code == 409

    desk = Desk.of(province, proxy)
    assert row.case_code in desk.get("/letters").text
    assert desk.get(f"/dossier/{row.case_code}").status_code == 200, "who signs for a unit reads what they sign"
    with province.house.store.transaction(role="worker") as connection:
        given = connection.execute(text("SELECT id FROM authorisation")).scalar_one()
    assert administrator.post(f"/admin/authorisations/{given}/withdraw", reason="").status_code == 303
    administrator.post(f"/admin/authorisations/{given}/withdraw", reason="Hết nhiệm vụ được giao")
    desk.post("/letters", **sent)
    assert province.row(case_id).apology == "drafted"
    assert row.case_code not in desk.get("/letters").text

    administrator.post("/admin/authorisations", **asked(proxy))
    assert desk.post("/letters", **sent).status_code == 303
    assert province.row(case_id).apology == "issued"


def test_every_form_can_be_previewed_in_each_of_its_papers(province: Province) -> None:
    administrator = Desk.of(province, province.actor(OFFICE, "clerk"))
    page = administrator.get("/admin/forms").text
    assert page.count("Chưa đối chiếu") == len(load_forms())
    shown = administrator.get("/admin/forms/apology_2018.pdf?paper=a5")
    assert shown.data.startswith(b"%PDF")
    assert administrator.get("/admin/forms/apology_2018.pdf?paper=a3").status_code == 404
    assert administrator.get("/admin/forms/none_such.pdf?paper=a4").status_code == 404


def test_only_administrators_come_in(province: Province) -> None:
    assert Desk.of(province, province.actor(OFFICE, "unit_head")).get("/admin/authorisations").status_code == 403


def test_the_seat_of_an_authorisation_is_not_a_role() -> None:
    actor = Actor(kind="officer", name="x", unit_code="A", signs_for=frozenset({"B"}))
    assert actor.units == ("A", "B")
    assert not actor.holds("unit_head", "B")
    assert Seat(unit_code="B", role="unit_head") not in actor.seats
