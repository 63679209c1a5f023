"""Which processes of a file run: those a person may start, the first of them where only one may."""

from __future__ import annotations

from engine.model.elements import Model


def runnable_processes(model: Model) -> list[str]:
    """The executable processes that no other calls, what a person starts first."""
    drawn = [process.id for process in model.processes.values() if model.inside(process.id)] or list(model.processes)
    executable = [process_id for process_id in drawn if model.processes[process_id].is_executable] or drawn
    called = {node.called for node in model.nodes.values() if node.kind == "callActivity"}
    free = [process_id for process_id in executable if process_id not in called] or executable
    return sorted(free, key=lambda process_id: not _begins_by_itself(model, process_id))


def _begins_by_itself(model: Model, process_id: str) -> bool:
    starts = [node for node in model.inside(process_id) if node.kind == "startEvent"]
    return not starts or any(not node.definitions for node in starts)
