"""Send a dossier back to an earlier step, with the reason (trả lại bước trước)."""

from __future__ import annotations

from engine.dossier import approve_process
from engine.dossier.case import Case
from engine.dossier.command import Filled
from engine.dossier.reason import reason_in
from engine.run import Waiting


def before(case: Case, waiting: Waiting, form: Filled) -> None:
    """The reason must be written; the next officer sees it on top of the task."""
    case.event_type = "ReturnedToStep"
    case.data["reason"] = reason_in(form, "Trả lại bước trước", "return_reason", "reason", "opinion")
    case.facts["returned"] = {"reason": case.data["reason"], "by": case.actor.name, "from": waiting.name}


def after(case: Case, waiting: Waiting, form: Filled) -> None:
    """A process given back for mending becomes a draft again."""
    approve_process.give_back(case)
