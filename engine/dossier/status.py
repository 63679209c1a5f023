"""The ten status codes of the national portal, which are also the public state of a dossier (domain facts 3.6)."""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar


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
