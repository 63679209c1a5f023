"""The peer: plain SpiffWorkflow, its whole state as one JSON blob in one row; load, complete a task, store, commit.

No history, inbox, deadline, right, letter or key: the least that anything built on the library must do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import psycopg
from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer

PROCESS = "bench"


class WholeBlob:
    """The model is parsed once."""

    def __init__(self, connection: psycopg.Connection[Any], source: bytes) -> None:
        parser = BpmnParser()
        parser.add_bpmn_str(source)
        self._spec, self._nested = parser.get_spec(PROCESS), parser.get_subprocess_specs(PROCESS)
        self._serializer = BpmnWorkflowSerializer(registry=BpmnWorkflowSerializer.configure())
        self._connection = connection
        connection.execute("create table if not exists whole_blob (id uuid primary key, body text not null)")
        connection.commit()

    def run(self, form: Mapping[str, Any]) -> int:
        """Create one instance with its first task done, as a reception does; complete the others. Returns how many."""
        instance_id, done = self.begin(form), 1
        while not self.step(instance_id, form):
            done += 1
        return done + 1

    def begin(self, form: Mapping[str, Any]) -> UUID:
        """A new instance whose first task is done."""
        workflow, instance_id = BpmnWorkflow(self._spec, self._nested), uuid4()
        workflow.do_engine_steps()
        self._complete(workflow, form)
        body = self._serializer.serialize_json(workflow)
        self._connection.execute("insert into whole_blob (id, body) values (%s, %s)", (instance_id, body))
        self._connection.commit()
        return instance_id

    def step(self, instance_id: UUID, form: Mapping[str, Any]) -> bool:
        """Load, complete the next task, store, commit; True when it was the last."""
        found = self._connection.execute("select body from whole_blob where id = %s for update", (instance_id,))
        workflow = self._serializer.deserialize_json(found.fetchone()[0])  # type: ignore[index]  # just stored
        self._complete(workflow, form)
        body = self._serializer.serialize_json(workflow)
        self._connection.execute("update whole_blob set body = %s where id = %s", (body, instance_id))
        self._connection.commit()
        return workflow.get_next_task(state=TaskState.READY, manual=True) is None

    def size(self, instance_id: UUID) -> int:
        """Bytes of the stored state."""
        found = self._connection.execute("select octet_length(body) from whole_blob where id = %s", (instance_id,))
        return int(found.fetchone()[0])  # type: ignore[index]  # just stored

    @staticmethod
    def _complete(workflow: BpmnWorkflow, form: Mapping[str, Any]) -> None:
        task = workflow.get_next_task(state=TaskState.READY, manual=True)
        task.data.update(form)
        task.run()
        workflow.do_engine_steps()
