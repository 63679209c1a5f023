"""The evidence bundle of one case: its events, the newest checkpoint, and proof that each event lies under it."""

from __future__ import annotations

import base64
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, select

from engine.history.merkle import inclusion_proof, subroot_of
from engine.history.seal import LogKey
from engine.store.tables import cases, checkpoint, event, seal_leaf

FORMAT = "motcua-evidence-1"


def evidence_bundle(connection: Connection, case_id: UUID, key: LogKey) -> bytes:
    """The bundle as JSON bytes. Events not yet sealed carry no proof, and the verifier says so."""
    case = connection.execute(select(cases.c.code, cases.c.head_hash).where(cases.c.id == case_id)).one()
    events = connection.execute(
        select(event.c.seq, event.c.body, event.c.hash).where(event.c.case_id == case_id).order_by(event.c.seq)
    ).all()
    sealed = connection.execute(
        select(checkpoint.c.size, checkpoint.c.note).order_by(checkpoint.c.size.desc()).limit(1)
    ).one_or_none()
    proofs = _proofs(connection, case_id, sealed.size) if sealed is not None else {}
    body: dict[str, Any] = {
        "format": FORMAT,
        "case": str(case_id),
        "code": case.code,
        "head": bytes(case.head_hash).hex(),
        "log": {"origin": key.origin, "public_key": base64.b64encode(key.public).decode()},
        "checkpoint": sealed.note if sealed is not None else None,
        "events": [
            {
                "seq": one.seq,
                "body": base64.b64encode(bytes(one.body)).decode(),
                "hash": bytes(one.hash).hex(),
                "proof": proofs.get(one.seq),
            }
            for one in events
        ],
    }
    return orjson.dumps(body, option=orjson.OPT_INDENT_2)


def _proofs(connection: Connection, case_id: UUID, size: int) -> dict[int, dict[str, Any]]:
    mine = connection.execute(
        select(seal_leaf.c.seq, seal_leaf.c.position).where(seal_leaf.c.case_id == case_id, seal_leaf.c.position < size)
    ).all()
    leaves = [
        bytes(leaf)
        for leaf in connection.execute(
            select(seal_leaf.c.hash).where(seal_leaf.c.position < size).order_by(seal_leaf.c.position)
        ).scalars()
    ]
    subroot = subroot_of(leaves)
    return {
        one.seq: {
            "position": one.position,
            "path": [node.hex() for node in inclusion_proof(one.position, size, subroot)],
        }
        for one in mine
    }
