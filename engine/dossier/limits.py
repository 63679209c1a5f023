"""Which limit of law and which cut-off hour a dossier has: by channel, by area, by phase, as its procedure says."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

from engine.deadlines import Limit, parse_limit
from engine.model.procedure import Manifest
from engine.rulesets import Ruleset

if TYPE_CHECKING:
    from engine.dossier.case import Case

CHANNELS = {"counter": 1, "online": 2, "post": 3}
"""The national portal's codes of the way a dossier came in."""
NAMES = {number: name for name, number in CHANNELS.items()}


def limit_of(
    manifest: Manifest, ruleset: Ruleset, *, channel: str, is_remote: bool = False, phase: int = 1
) -> Limit | None:
    """The limit of law of one phase; None where the procedure fixes none."""
    phases = {one.number: one.limit for one in manifest.phases}
    words = phases.get(phase, "") or ("" if phase > 1 else manifest.limits.get(channel) or manifest.limit)
    if is_remote and manifest.limits.get("remote"):
        return parse_limit(manifest.limits["remote"])
    if not words:
        return None
    limit = parse_limit(words)
    return ruleset.remote_area.limit(limit, manifest.field) if is_remote else limit


def cutoff_of(manifest: Manifest, *, channel: str) -> time | None:
    """The hour after which a dossier counts as received on the next working day."""
    words = manifest.cutoffs.get(channel) or manifest.cutoff
    return time.fromisoformat(words) if words else None


def begin_term(case: Case, *, phase: int = 1) -> Limit | None:
    """Let the limit of law begin: at once, or after the check of validity where the procedure has one."""
    manifest, channel = case.version.manifest, NAMES[case.row["channel"]]
    is_remote = case.house.directory.is_remote(case.row["locality"])
    limit = limit_of(manifest, case.ruleset, channel=channel, is_remote=is_remote, phase=phase)
    cutoff = cutoff_of(manifest, channel=channel)
    if cutoff is None:  # the procedure names no hour: that of the unit, if it has one
        cutoff = case.calendar.hours_on(case.calendar.local(case.now).date()).cutoff
    check = manifest.validity_check_limit if phase == 1 else ""
    case.ledger = case.ledger.begin(
        case.now, limit, phase=phase, cutoff=cutoff, check=parse_limit(check) if check else None
    )
    return limit
