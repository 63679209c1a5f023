from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from engine.deadlines import VIETNAM
from engine.errors import ExpressionError, StaleTask
from engine.run import Complete, Fire, Instance, PlainTime
from engine.run.working_time import Mode
from tests.bpmn_models import AT, CASE, addresses, flows, passed, program, properties, restored, start, users


def timed(inside: str, *, interrupts: bool = True, more: str = "") -> str:
    """A task with a boundary timer that leads to another task."""
    return (
        '<startEvent id="s"/>'
        + users("work", "late")
        + f'<boundaryEvent id="t" attachedToRef="work" cancelActivity="{str(interrupts).lower()}">{more}'
        + f"<timerEventDefinition>{inside}</timerEventDefinition></boundaryEvent>"
        + flows("s>work", "t>late")
    )


@pytest.mark.parametrize(
    ("inside", "due"),
    [
        ("<timeDuration>P3D</timeDuration>", AT + timedelta(days=3)),
        ("<timeDuration>PT4H30M</timeDuration>", AT + timedelta(hours=4, minutes=30)),
        ("<timeDuration>P1M</timeDuration>", datetime(2026, 12, 23, 8, 0, tzinfo=VIETNAM)),
        ('<timeDuration>"PT5S"</timeDuration>', AT + timedelta(seconds=5)),
        ("<timeDuration>wait</timeDuration>", AT + timedelta(days=2)),
        ("<timeDate>2026-12-01</timeDate>", datetime(2026, 12, 1, tzinfo=VIETNAM)),
        ("<timeDate>2026-12-01T09:30:00+07:00</timeDate>", datetime(2026, 12, 1, 9, 30, tzinfo=VIETNAM)),
        ("<timeDate>2026-12-01T02:30:00Z</timeDate>", datetime(2026, 12, 1, 9, 30, tzinfo=VIETNAM)),
    ],
)
def test_when_a_timer_is_due(inside: str, due: datetime) -> None:
    instance, _ = start(program(timed(inside), variables={"wait": 'string = "P2D"'}))
    (timer,) = instance.timers
    assert timer.due == due


class RememberingTime(PlainTime):
    """Notes in which mode it was asked."""

    def __init__(self) -> None:
        self.modes: list[str] = []

    def add(self, start: datetime, duration: str, mode: Mode) -> datetime:
        self.modes.append(mode)
        return super().add(start, duration, mode)


@pytest.mark.parametrize(("more", "mode"), [("", "working"), (properties(calendar="plain"), "plain")])
def test_the_calendar_is_the_working_one_unless_told(more: str, mode: str) -> None:
    time = RememberingTime()
    what = program(timed("<timeDuration>P1D</timeDuration>", more=more))
    Instance.start(what, instance_id=CASE, at=AT, working_time=time)
    assert time.modes == [mode]


def test_a_due_moment_is_computed_once_and_never_from_the_clock() -> None:
    what = program(timed("<timeDuration>P1D</timeDuration>"))
    instance, _ = start(what)
    time = RememberingTime()
    again = Instance.restore(what, instance.dump(), working_time=time)
    assert again.timers == instance.timers
    assert time.modes == []


def test_a_reminder_does_not_interrupt_and_fires_once_per_period_however_late() -> None:
    what = program(timed("<timeCycle>R3/P1D</timeCycle>", interrupts=False))
    instance, _ = start(what)
    much_later = AT + timedelta(days=30)
    dues = []
    for lap in range(1, 4):
        (timer,) = instance.timers
        dues.append((timer.address, timer.due - AT, timer.repeat))
        step = instance.apply(Fire(address=timer.address), at=much_later)
        assert passed(step) == ["t"]
        instance = restored(what, instance)
        assert addresses(instance) == ["work#1", *[f"late#{n}" for n in range(1, lap + 1)]]
    assert dues == [("t#1", timedelta(days=1), 2), ("t#2", timedelta(days=2), 1), ("t#3", timedelta(days=3), 0)]
    assert instance.timers == ()


def test_an_endless_reminder_stops_with_its_task() -> None:
    what = program(timed("<timeCycle>R/PT1H</timeCycle>", interrupts=False))
    instance, _ = start(what)
    (timer,) = instance.timers
    assert timer.repeat is None
    instance.apply(Fire(address=timer.address), at=AT)
    assert len(instance.timers) == 1
    instance.apply(Complete(address="work#1"), at=AT)
    assert instance.timers == ()


def test_a_timer_job_that_comes_twice_is_stale() -> None:
    what = program(timed("<timeCycle>R3/P1D</timeCycle>", interrupts=False))
    instance, _ = start(what)
    instance.apply(Fire(address="t#1"), at=AT)
    with pytest.raises(StaleTask):
        instance.apply(Fire(address="t#1"), at=AT)


def test_a_timer_in_the_flow_waits() -> None:
    what = program(
        '<startEvent id="s"/><intermediateCatchEvent id="t"><timerEventDefinition><timeDuration>PT5S</timeDuration>'
        "</timerEventDefinition></intermediateCatchEvent>" + users("after") + flows("s>t>after")
    )
    instance, _ = start(what)
    assert [waiting.kind for waiting in instance.waiting] == ["timer"]
    instance.apply(Fire(address="t#1"), at=AT)
    assert addresses(instance) == ["after#1"]


def test_an_event_gateway_takes_the_first_event_and_forgets_the_others() -> None:
    what = program(
        '<startEvent id="s"/><eventBasedGateway id="first"/><receiveTask id="answer"/>'
        '<intermediateCatchEvent id="silence">'
        "<timerEventDefinition><timeDuration>P5D</timeDuration></timerEventDefinition></intermediateCatchEvent>"
        + users("read", "decide")
        + flows("s>first>answer>read", "first>silence>decide")
    )
    instance, _ = start(what)
    assert addresses(instance) == ["answer#1", "silence#1"]
    instance = restored(what, instance)
    instance.apply(Fire(address="silence#1"), at=AT)
    assert addresses(instance) == ["decide#1"]
    assert instance.subscriptions == ()


@pytest.mark.parametrize(
    ("how", "value"),
    [("Duration", None), ("Duration", "soon"), ("Duration", "2026-12-01"), ("Date", "P3D"), ("Cycle", "R/PT1H")],
)
def test_what_a_timer_is_told_as_it_runs_is_refused_by_its_element(how: str, value: str | None) -> None:
    what = program(
        f'<startEvent id="s"/><intermediateCatchEvent id="t"><timerEventDefinition><time{how}>wanted</time{how}>'
        "</timerEventDefinition></intermediateCatchEvent>" + users("after") + flows("s>t>after")
    )
    with pytest.raises(ExpressionError, match=r"^t: ") as raised:
        start(what, wanted=value)
    assert raised.value.element_id == "t"
