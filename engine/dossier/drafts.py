"""What an officer has typed into a task's form and not yet sent: sealed under the case's key; no act, no event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from engine.dossier.actor import Actor
from engine.dossier.house import House
from engine.errors import NotFound, StaleTask
from engine.store.tables import cases, draft, work_item

PURPOSE = b"draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormDraft:
    """The fields as they were typed, right or not; files are never among them."""

    typed: Mapping[str, Any]
    saved_at: datetime


def keep_draft(house: House, actor: Actor, item_id: UUID, typed: Mapping[str, Any]) -> datetime:
    """Keep what this officer has typed so far. Raises NotFound, StaleTask when the task is done already."""
    with house.store.transaction(units=actor.units) as connection:
        found = connection.execute(
            select(work_item.c.state, cases.c.data_key)
            .join(cases, cases.c.id == work_item.c.case_id)
            .where(work_item.c.id == item_id)
        ).one_or_none()
        if found is None:
            raise NotFound("Không tìm thấy việc này, hoặc bạn không có quyền xem.")
        if found.state != "open":
            raise StaleTask
        body = house.keys.encrypt(bytes(found.data_key), orjson.dumps(dict(typed)), PURPOSE)
        new = insert(draft).values(work_item_id=item_id, officer_id=actor.id, body=body)
        kept = connection.execute(
            new.on_conflict_do_update(
                index_elements=[draft.c.work_item_id, draft.c.officer_id],
                set_={"body": new.excluded.body, "saved_at": func.clock_timestamp()},
            ).returning(draft.c.saved_at)
        )
        saved_at: datetime = kept.scalar_one()
        return saved_at


def draft_of(house: House, connection: Connection, actor: Actor, item_id: UUID) -> FormDraft | None:
    """What this officer typed into this task's form the last time they had it open."""
    row = connection.execute(
        select(draft.c.body, draft.c.saved_at, cases.c.data_key)
        .join(work_item, work_item.c.id == draft.c.work_item_id)
        .join(cases, cases.c.id == work_item.c.case_id)
        .where(draft.c.work_item_id == item_id, draft.c.officer_id == actor.id)
    ).one_or_none()
    if row is None:
        return None
    plain = house.keys.decrypt(bytes(row.data_key), bytes(row.body), PURPOSE)
    return FormDraft(typed=orjson.loads(plain), saved_at=row.saved_at)


def drop_draft(house: House, actor: Actor, item_id: UUID) -> None:
    """Forget it: the officer wants the form as it was first shown."""
    with house.store.transaction(units=actor.units) as connection:
        connection.execute(delete(draft).where(draft.c.work_item_id == item_id, draft.c.officer_id == actor.id))
