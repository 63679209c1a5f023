"""The ten status codes of the national portal, which are also the public state of a dossier (domain facts 3.6)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Any, ClassVar


class Status(IntEnum):
    SUBMITTED = 1
    RECEIVED = 2
    NOT_ACCEPTED = 3
    IN_PROGRESS = 4
    SUPPLEMENT_REQUIRED = 5
    FINANCIAL_OBLIGATION = 6
    WITHDRAWN = 7
    STOPPED = 8
    DECIDED = 9
    RETURNED = 10

    FINAL: ClassVar[frozenset[int]]


Status.FINAL = frozenset({Status.NOT_ACCEPTED, Status.WITHDRAWN, Status.STOPPED, Status.RETURNED})

KEYS: Mapping[Status, str] = {
    Status.SUBMITTED: "registered",
    Status.RECEIVED: "received",
    Status.NOT_ACCEPTED: "not_received",
    Status.IN_PROGRESS: "processing",
    Status.SUPPLEMENT_REQUIRED: "supplement",
    Status.FINANCIAL_OBLIGATION: "financial_obligation",
    Status.WITHDRAWN: "withdrawn",
    Status.STOPPED: "stopped",
    Status.DECIDED: "done",
    Status.RETURNED: "returned",
}


def status_key(row: Mapping[str, Any]) -> str:
    """A case's state by its key in a ruleset. Code 8 covers two: suspended for a while, and stopped for good."""
    status = Status(row["status"])
    if row["is_suspended"] and status in {Status.RECEIVED, Status.IN_PROGRESS}:
        return "suspended"
    return KEYS[status]
