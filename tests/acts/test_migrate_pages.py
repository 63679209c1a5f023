"""The pages of a migration: a preview of all open dossiers, the deed, one dossier alone, and the history afterwards."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from engine.dossier.actor import Actor, Seat
from engine.jobs.worker import work_off
from engine.store.tables import officer, officer_role
from tests.acts.migrating import Versions, model, task
from tests.desk import Desk
from tests.province import Province


@pytest.fixture
def versions(province: Province) -> Versions:
    found = Versions(province)
    found.publish(model(task("a"), task("b"), path="s>nhan>a>b>e"))
    return found


@pytest.fixture
def designer(province: Province) -> Desk:
    """Somebody of the department of science who draws processes and works on no dossier."""
    person = Actor(
        kind="officer",
        name="Phan Văn Đức",
        id=uuid4(),
        unit_code="H27.04",
        seats=frozenset({Seat(unit_code="H27.04", role="process_designer")}),
    )
    with province.house.store.transaction(role="owner") as connection:
        row = {"id": person.id, "login": "thietke", "name": person.name, "title": "Chuyên viên"}
        connection.execute(officer.insert().values(**row))
        role = {"officer_id": person.id, "unit_code": "H27.04", "role": "process_designer"}
        connection.execute(officer_role.insert().values(**role))
    return Desk.of(province, person)


def opened(versions: Versions) -> tuple[UUID, str]:
    case_id = versions.open()
    return case_id, versions.province.row(case_id).code


def test_all_open_dossiers_from_preview_to_deed(versions: Versions, designer: Desk) -> None:
    province = versions.province
    case_id, code = opened(versions)
    _, late = opened(versions)
    version_id = versions.publish(model(task("viec"), task("b"), path="s>nhan>viec>b>e"))
    page = f"/designer/{version_id}/migrate"
    assert "Kiểm tra 2 hồ sơ" in designer.get(page).text
    assert designer.post(page, mapping="a").status_code == 422
    assert designer.post(page, mapping="a=viec").status_code == 303
    assert "Đang kiểm tra" in designer.get(page).text
    work_off(province.house)
    told = designer.get(page).text
    assert "Chuyển 2 hồ sơ sang bản 2" in told
    assert "Nguyễn Thị Ngọc Hường" not in told  # a designer does not learn who applied
    run = told.partition(f'action="{page}/')[2].partition('"')[0]
    assert designer.post(f"{page}/{run}").status_code == 303
    work_off(province.house)
    assert "Đã chuyển" in designer.get(page).text
    assert late in designer.get(f"{page}?state=migrated").text
    assert late not in designer.get(f"{page}?state=able").text
    assert province.row(case_id).version_id == version_id
    assert code


def test_one_dossier_with_its_reasons(versions: Versions, designer: Desk) -> None:
    province = versions.province
    case_id, code = opened(versions)
    version_id = versions.publish(model(task("viec"), task("b"), path="s>nhan>viec>b>e"))
    page = f"/dossier/{code}/migrate"
    told = designer.get(page).text
    assert "Chưa chuyển được" in told
    assert "mã mới" in told
    assert "Chuyển được" in designer.post(page, mapping="a=viec", look="1").text
    assert province.row(case_id).version_id != version_id
    assert designer.post(page, mapping="a=viec").status_code == 303
    assert province.row(case_id).version_id == version_id
    assert "đã chạy trên bản 2" in designer.get(page).text


def test_who_works_on_dossiers_does_not_migrate_them(versions: Versions) -> None:
    province = versions.province
    _, code = opened(versions)
    version_id = versions.publish(model(task("viec"), task("b"), path="s>nhan>viec>b>e"))
    desk = Desk.of(province, province.counter)
    for page in (f"/designer/{version_id}/migrate", f"/dossier/{code}/migrate"):
        assert desk.get(page).status_code == 403
        assert desk.post(page).status_code == 403


def test_each_stretch_of_a_history_has_its_own_drawing(versions: Versions, designer: Desk) -> None:
    province = versions.province
    case_id, code = opened(versions)
    versions.publish(model(task("viec"), task("b"), path="s>nhan>viec>b>e"))
    versions.migrate(case_id, a="viec")
    desk = Desk.of(province, province.counter)
    told = desk.get(f"/audit/dossier/{code}").text
    assert told.count("data-replay-diagram=") == 2
    assert 'data-from="2"' in told
    for number, element, other in ((1, "a", "viec"), (2, "viec", "a")):
        source = desk.get(f"/dossier/{code}/process.bpmn?version={number}").text
        assert f'id="{element}"' in source
        assert f'id="{other}"' not in source
    assert desk.get(f"/dossier/{code}/process.bpmn?version=9").status_code == 404
