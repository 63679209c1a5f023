"""All we take of SpiffWorkflow: its task states, its task and spec life cycle, and the container of a scope's tasks.

Ids and time never come from the library: every token gets its id from the machine, so that no global is patched and the
same inputs give the same state in any process (docs/decisions/0021-a-token-machine-of-our-own-rules.md).
"""

from __future__ import annotations

from typing import Any

from SpiffWorkflow import TaskState, Workflow
from SpiffWorkflow.specs import WorkflowSpec
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task

VERSION = "3.2.0"

__all__ = ["VERSION", "LeanTask", "TaskSpec", "TaskState", "Workflow", "WorkflowSpec"]


class LeanTask(Task):  # type: ignore[misc]
    """A task without the library's random id, wall clock and log lines (their extras cost more than the step)."""

    def __init__(self, workflow: Any, task_spec: Any, parent: Any, task_id: int, state: int = TaskState.FUTURE) -> None:
        self.id = task_id
        self.workflow = workflow
        self.task_spec = task_spec
        self.triggered = False
        self.data: Any = None
        self.internal_data: dict[str, Any] = {}
        self._state = state
        self._children: list[int] = []
        self._parent = None if parent is None else parent.id
        workflow.tasks[task_id] = self
        if parent is not None:
            parent.adopt(task_id)

    def adopt(self, child: int) -> None:
        self._children.append(child)

    def disown(self, child: int) -> None:
        self._children.remove(child)

    def _set_state(self, value: int) -> None:
        self._state = value
