"""Ad-hoc sub-processes that end when a condition holds: people do what they choose of it, as often as is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.errors import ExpressionError
from engine.model.elements import ACTIVITIES, HUMAN_TASKS
from engine.model.lower import is_lowered

if TYPE_CHECKING:
    from engine.run.places import Place
    from engine.run.tokens import Scope, Token


def goes_on(token: Token) -> bool:
    """Asks the condition after an activity. When it holds the rest is cancelled, or nothing new begins."""
    scope, place = token.workflow, token.task_spec
    holder, host = scope.spec.ad_hoc, scope.host
    if holder is None or host is None or place.node.kind not in ACTIVITIES:
        return True
    if "closing" in host.internal_data:
        return False
    if not _is_complete(scope, holder.completion, holder.id):
        if _is_offered(place):
            scope.machine.enter(scope, place)
        return True
    host.internal_data["closing"] = True
    if holder.cancels_rest:
        for other in scope.tokens():
            if other is not token and other.still_stands:
                scope.remove(other)
    return False


def _is_complete(scope: Scope, condition: str, element_id: str) -> bool:
    result = scope.spec.program.expressions.compile(condition, element_id).evaluate(scope.data.look_up)
    if not isinstance(result, bool):
        raise ExpressionError(f"Điều kiện “{condition}” không cho kết quả đúng/sai.", element_id)
    return result


def _is_offered(place: Place) -> bool:
    """A task of a person that no drawn flow leads to may be done again."""
    return place.node.kind in HUMAN_TASKS and all(is_lowered(flow.id) for flow in place.incoming)
