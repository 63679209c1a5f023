"""Random processes and random officers: the engine opens, arms and ends exactly what a token game of our own does."""

from __future__ import annotations

import copy
from random import Random

import pytest

from engine.errors import NotFound, StaleTask
from engine.run import Complete, Fire, Instance, PlainTime, Program
from tests.assurance import record
from tests.bpmn_models import AT, CASE, program
from tests.token_game import SIGNS, Branches, Game, Maker, Model, Sequence, Task, draw

TIME = PlainTime()
SEED = 20_261_122
SHORT, LONG = 60, 3_000
STEPS = 40
MOST_STATES = 120


def compiled(model: Model) -> Program:
    return program(draw(model), variables={"x": "int"})


def begun(what: Program) -> Instance:
    instance, _ = Instance.start(what, instance_id=CASE, at=AT, working_time=TIME, variables={"x": 0})
    return instance


def compare(instance: Instance, game: Game) -> None:
    """The same is open, armed and over."""
    told = game.open()
    tasks = {one.address for one in instance.waiting if one.kind == "task"}
    assert tasks == {address for address, kind in told.items() if kind == "task"}
    assert {one.address for one in instance.timers} == {address for address, kind in told.items() if kind == "timer"}
    assert instance.is_ended == game.is_over


def move(instance: Instance, game: Game, address: str, x: int) -> None:
    """The same deed in both; they end at the same end."""
    is_task = game.open()[address] == "task"
    game.take(address, x if is_task else None)
    deed = Complete(address=address, variables={"x": x}) if is_task else Fire(address=address)
    step = instance.apply(deed, at=AT)
    assert step.end_event == (game.end if game.is_over else None)
    compare(instance, game)


def refuses(instance: Instance, address: str) -> None:
    """Somebody does what is not open any more: refused, and nothing has changed."""
    before = instance.dump()
    with pytest.raises((StaleTask, NotFound)):
        instance.apply(Complete(address=address), at=AT)
    assert instance.dump() == before


def play(seed: int) -> int:
    """One model and one officer, saved and restored before every move; how many moves it took."""
    rng = Random(seed)
    model = Maker(rng).model(rng.randint(1, 4))
    what, game = compiled(model), Game(model)
    instance, unbroken = begun(what), begun(what)
    compare(instance, game)
    seen: set[str] = set()
    moves = 0
    while not game.is_over:
        assert moves < 10 * STEPS, f"seed {seed} never ends"
        told = sorted(game.open())
        is_tired = moves >= STEPS  # from now on tasks come first, and every loop is left
        work = [one for one in told if game.open()[one] == "task"] if is_tired else []
        address, x = rng.choice(work or told), 0 if is_tired else rng.choice(SIGNS)
        instance = Instance.restore(what, instance.dump(), working_time=TIME)
        move(unbroken, copy.deepcopy(game), address, x)
        move(instance, game, address, x)
        assert instance.dump() == unbroken.dump()
        gone = sorted(seen - game.open().keys())
        if gone and rng.random() < 0.2:
            refuses(instance, rng.choice(gone))
        seen |= set(told)
        moves += 1
    return moves


def explore(model: Model) -> tuple[int, set[str | None]]:
    """Every state that any officers can bring it to, up to a number; how many, and at which ends they came out."""
    what, game = compiled(model), Game(model)
    ends: set[str | None] = set()
    waiting = [(begun(what).dump(), game)]
    met = {waiting[0][0]}
    while waiting and len(met) < MOST_STATES:
        state, game = waiting.pop(0)
        for address in game.open():
            for x in SIGNS:
                after, instance = copy.deepcopy(game), Instance.restore(what, state, working_time=TIME)
                move(instance, after, address, x)
                if after.is_over:
                    ends.add(after.end)
                elif (reached := instance.dump()) not in met:
                    met.add(reached)
                    waiting.append((reached, after))
    return len(met), ends


def test_random_processes_are_played_as_the_token_game_plays_them() -> None:
    assert sum(play(SEED + number) for number in range(SHORT)) > 5 * SHORT


def test_small_processes_reach_the_same_states_and_ends_whoever_does_what() -> None:
    for number in range(4):
        rng = Random(SEED + number)
        states, ends = explore(Maker(rng).model(1))
        assert states > 1
        assert ends


def test_a_game_of_another_model_is_told_apart() -> None:
    """The judge can say no."""
    ways = (Task("a"), Task("b"))
    drawn = Model(body=Sequence("q", (Task("t"), Branches("k", "parallel", ways))), ends=1)
    played = Model(body=Sequence("q", (Task("t"), Branches("k", "inclusive", ways))), ends=1)
    instance, game = begun(compiled(drawn)), Game(played)
    compare(instance, game)
    with pytest.raises(AssertionError):
        move(instance, game, "t#1", 0)


@pytest.mark.prove
def test_thousands_of_random_processes_are_played_as_the_token_game_plays_them() -> None:
    moves = sum(play(SEED + number) for number in range(LONG))
    explored = [explore(Maker(Random(SEED + number)).model(2)) for number in range(LONG // 20)]
    record(
        "Engine against a token game of our own",
        f"{LONG:,} random processes, {moves:,} moves of random officers, and {len(explored):,} processes explored in"
        f" {sum(states for states, _ in explored):,} states: same open tasks, timers and ends, saved before every move",
        seed=SEED,
    )
