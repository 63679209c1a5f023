"""A draft becomes law by its own process: submitted, appraised, approved by a numbered decision, published."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from engine.catalogue.drafting import lint_context, save_draft, start_draft
from engine.dossier.actor import Actor, Seat
from engine.dossier.approve_process import SubmitProcess, submit_process
from engine.dossier.command import Filled
from engine.errors import FormRefused, ModelRefused, NotAllowed, Refused, StaleTask
from engine.model.procedure import Manifest
from engine.reports.processes import process_list
from engine.store.tables import process_version
from tests.desk import Desk, with_role
from tests.province import Province

OPERATIONS = {"consultation": ["request", "recall"], "postal": ["pick_up", "deliver_result"]}


def version(province: Province, version_id: UUID) -> object:
    with province.house.store.transaction(role="worker") as connection:
        return connection.execute(select(process_version).where(process_version.c.id == version_id)).one()


def drafted(province: Province, code: str, *, old: bytes = b"", new: bytes = b"") -> UUID:
    """A draft of TP01 with one change in its drawing."""
    with province.house.store.transaction(units=("*",)) as connection:
        version_id = start_draft(connection, code, by=None)
        row = connection.execute(select(process_version).where(process_version.c.id == version_id)).one()
        source = bytes(row.source)
        assert old in source
        context = lint_context(Manifest.from_data(row.manifest), row.forms, province.house.directory, OPERATIONS)
        save_draft(connection, version_id, source.replace(old, new) if old else source, row.revision, context)
    return version_id


def submit(province: Province, version_id: UUID) -> UUID:
    designer = province.actor("H27.03", "process_designer")
    form = Filled(key="draft", values={"procedure_code": "TP01", "summary": "Rút ngắn bước xét duyệt"})
    return submit_process(province.house, designer, SubmitProcess(id=uuid4(), version_id=version_id, form=form)).case_id


@pytest.fixture
def chain(ship: Callable[..., Province]) -> Province:
    province = ship("TP01", "QTNB")
    extra = {
        "H27.03": "process_designer",
        "H27.04": "iso_appraiser",
        "H27.02": "process_approver",
        "H27.05": "control_officer",
    }
    for code, role in extra.items():
        seats = frozenset({Seat(unit_code=code, role=role)})
        province.people[code, role] = Actor(kind="officer", name=role, id=uuid4(), unit_code=code, seats=seats)
    return province


CHANGE = {"old": "Xét duyệt".encode(), "new": "Xét duyệt nhanh".encode()}


def test_a_draft_goes_the_whole_way_and_dossiers_at_work_stay_on_theirs(chain: Province) -> None:
    before = chain.receive("TP01")
    version_id = drafted(chain, "TP01", **CHANGE)
    case_id = submit(chain, version_id)
    assert version(chain, version_id).state == "appraising"  # type: ignore[attr-defined]
    chain.complete(case_id, "step2_appraise", decision="forward", opinion="Đạt yêu cầu")
    chain.complete(
        case_id, "step3_approve", decision="forward", decision_number="1512/QĐ-UBND", decision_on="2026-10-05"
    )
    approved = version(chain, version_id)
    assert (approved.state, approved.decision_number) == ("approved", "1512/QĐ-UBND")  # type: ignore[attr-defined]
    chain.complete(case_id, "step4_publish", effective_on="2026-10-05", is_checked=True)
    assert version(chain, version_id).state == "published"  # type: ignore[attr-defined]
    after = chain.receive("TP01")
    assert chain.row(after.case_id).version_id == version_id
    assert chain.row(before.case_id).version_id != version_id
    with chain.house.store.transaction(role="worker") as connection:
        states = connection.execute(
            text("SELECT state FROM process_version WHERE procedure_code = 'TP01' ORDER BY number")
        ).scalars()
        assert list(states) == ["retired", "published"]


def test_a_process_given_back_is_mended_and_submitted_again_under_its_new_hash(chain: Province) -> None:
    version_id = drafted(chain, "TP01", **CHANGE)
    case_id = submit(chain, version_id)
    first = version(chain, version_id).content_hash  # type: ignore[attr-defined]
    locked = version(chain, version_id)
    context = lint_context(
        Manifest.from_data(locked.manifest),  # type: ignore[attr-defined]
        locked.forms,  # type: ignore[attr-defined]
        chain.house.directory,
        OPERATIONS,
    )
    with pytest.raises(Refused, match="không sửa được"), chain.house.store.transaction(units=("*",)) as connection:
        save_draft(connection, version_id, bytes(locked.source), 1, context)  # type: ignore[attr-defined]
    chain.complete(
        case_id, "step2_appraise", decision="return", return_reason="Thiếu bước kiểm soát", opinion="Chưa đạt"
    )
    assert version(chain, version_id).state == "draft"  # type: ignore[attr-defined]
    drafted(chain, "TP01", old="Xét duyệt nhanh".encode(), new="Xét duyệt, kiểm soát".encode())
    chain.complete(case_id, "step1_draft", procedure_code="TP01", summary="Đã thêm bước kiểm soát")
    again = version(chain, version_id)
    assert again.state == "appraising"  # type: ignore[attr-defined]
    assert again.content_hash != first  # type: ignore[attr-defined]


def test_the_chairman_must_give_number_and_date(chain: Province) -> None:
    case_id = submit(chain, drafted(chain, "TP01", **CHANGE))
    chain.complete(case_id, "step2_appraise", decision="forward", opinion="Đạt")
    with pytest.raises(FormRefused) as refused:
        chain.complete(case_id, "step3_approve", decision="forward")
    assert set(refused.value.errors) == {"decision_number", "decision_on"}


def test_a_draft_with_errors_cannot_be_submitted(chain: Province) -> None:
    version_id = drafted(chain, "TP01", old=b'name="role" value="signer"', new=b'name="role" value="king"')
    with pytest.raises(ModelRefused):
        submit(chain, version_id)
    assert version(chain, version_id).state == "draft"  # type: ignore[attr-defined]


def test_two_designers_do_not_overwrite_each_other(chain: Province) -> None:
    version_id = drafted(chain, "TP01", **CHANGE)
    row = version(chain, version_id)
    context = lint_context(
        Manifest.from_data(row.manifest),  # type: ignore[attr-defined]
        row.forms,  # type: ignore[attr-defined]
        chain.house.directory,
        OPERATIONS,
    )
    with pytest.raises(StaleTask), chain.house.store.transaction(units=("*",)) as connection:
        save_draft(connection, version_id, bytes(row.source), row.revision - 1, context)  # type: ignore[attr-defined]


def test_only_a_designer_submits(chain: Province) -> None:
    version_id = drafted(chain, "TP01", **CHANGE)
    form = Filled(key="draft", values={})
    with pytest.raises(NotAllowed):
        submit_process(chain.house, chain.counter, SubmitProcess(id=uuid4(), version_id=version_id, form=form))


def test_without_a_published_version_nothing_is_received(province: Province) -> None:
    with pytest.raises(Refused, match="chưa có quy trình nội bộ"), province.house.store.transaction(units=("*",)) as c:
        province.house.versions.published(c, "TP01", date(2026, 10, 5))


def test_procedures_are_listed_in_the_order_of_the_alphabet(ship: Callable[..., Province]) -> None:
    province = ship("TN02", "TTHC-TINH-01", "TP01")
    with province.house.store.transaction(units=("*",)) as connection:
        words = [row["name"].split()[0] for row in process_list(connection)]
    assert words == ["Cấp", "Chuyển", "Công"]


def test_who_publishes_reads_from_when_it_is_in_force(chain: Province) -> None:
    case_id = submit(chain, drafted(chain, "TP01", **CHANGE))
    chain.complete(case_id, "step2_appraise", decision="forward", opinion="Đạt yêu cầu")
    chain.complete(case_id, "step3_approve", decision="forward", decision_number="9", decision_on="2026-10-05")
    item = chain.task(case_id)
    desk = Desk.of(chain, with_role(chain, "control_officer"))
    form = {"effective_on": "12/10/2026", "is_checked": "true", "_revision": str(item.revision), "_csrf": desk.token()}
    page = desk.client.post(f"/inbox/{item.id}", data=form, follow_redirects=True)
    assert "(bản 2), áp dụng cho hồ sơ tiếp nhận từ ngày 12/10/2026" in page.text
