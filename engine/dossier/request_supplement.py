"""Ask the applicant, once per stage and completely, for what is missing (form 02; NĐ 61/2018 art. 17, 19)."""

from __future__ import annotations

from datetime import datetime

from engine.deadlines import legal_due, parse_limit
from engine.dossier.case import Case
from engine.dossier.command import Filled
from engine.dossier.letters import draft_letter
from engine.dossier.reason import reason_in
from engine.errors import Refused
from engine.run import Waiting


def before(case: Case, waiting: Waiting, form: Filled) -> None:
    """Refuse a second request in the same stage; the reason must be written."""
    case.event_type = "SupplementRequested"
    case.data["reason"] = reason_in(form, "Yêu cầu bổ sung hồ sơ", "supplement_content", "reason", "opinion")
    count_request(case, str(case.facts.get("phase", 1)))


def after(case: Case, waiting: Waiting, form: Filled) -> None:
    """Write form 02 and start the applicant's own limit."""
    due = start_limit(case)
    draft_letter(
        case,
        "supplement_request",
        unit_code=case.row["receiving_unit"],
        data={"reason": case.data["reason"], "papers": _papers(form), "due": due.isoformat() if due else None},
    )


def count_request(case: Case, stage: str) -> None:
    """One more request in this stage: at reception, or in a phase. Raises Refused when the ruleset allows no more."""
    asked = case.facts.setdefault("supplements", {})
    most = case.ruleset.supplement.requests_per_stage
    if asked.get(stage, 0) >= most:
        raise Refused(f"Mỗi giai đoạn chỉ được yêu cầu bổ sung {most} lần; hồ sơ này đã được yêu cầu bổ sung.")
    asked[stage] = asked.get(stage, 0) + 1


def start_limit(case: Case) -> datetime | None:
    """The applicant's own limit, if the procedure or the ruleset sets one."""
    words = case.version.manifest.supplement.limit or case.ruleset.supplement.limit
    due = legal_due(case.now, parse_limit(words), case.calendar) if words else None
    if due is not None:
        case.arm("supplement", due)
        case.facts |= {
            "supplement_due": due.isoformat(),
            "supplement_limit": words,
            "supplement_asked_at": case.now.isoformat(),
        }
    return due


def _papers(form: Filled) -> list[str]:
    told = form.values.get("supplement_content") or ""
    return [line.strip() for line in str(told).splitlines() if line.strip()]
