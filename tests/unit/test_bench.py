"""What `motcua bench` measures is there to be measured."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest

from engine.deadlines import VIETNAM, working_time
from engine.errors import InputError
from engine.rulesets import packaged_calendar
from engine.run import Complete, Instance, compile_program
from web.bench.engine import hostile_files
from web.bench.stages import AGAIN, ON, Stages

AT = datetime(2026, 1, 5, 8, tzinfo=VIETNAM)


@pytest.mark.parametrize("name", sorted(hostile_files()))
def test_each_hostile_file_is_refused(name: str) -> None:
    with pytest.raises(InputError) as told:
        compile_program(hostile_files()[name])
    assert "\n" not in told.value.message


@pytest.mark.parametrize("number", [2, 12])
def test_a_model_of_stages_runs_to_its_end_and_can_be_gone_round(number: int) -> None:
    what = compile_program(Stages(number=number).source(), variables={"again": "string?"})
    instance, _ = Instance.start(what, instance_id=UUID(int=1), at=AT, working_time=working_time(packaged_calendar()))
    for stage in range(number):
        instance.apply(Complete(address=f"t{stage}#1", variables=AGAIN), at=AT)
        instance.apply(Complete(address=f"t{stage}#2", variables=ON), at=AT)
    assert instance.is_ended


def test_the_peer_reads_the_same_model_with_its_timers_quoted() -> None:
    ours, theirs = Stages(number=3).source(), Stages(number=3).source(quoted=True)
    assert theirs.replace(b'"P30D"', b"P30D") == ours != theirs
