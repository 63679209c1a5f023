from __future__ import annotations

from datetime import UTC, datetime, timedelta

from engine.delivery.health import Breaker, BreakerState

NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
REST = timedelta(seconds=30)


def broken() -> Breaker:
    breaker = Breaker(threshold=3, rest=REST, longest_rest=timedelta(seconds=100))
    for _ in range(3):
        breaker.failed("postal", NOW)
    return breaker


def test_few_failures_are_forgiven() -> None:
    breaker = Breaker(threshold=3)
    breaker.failed("postal", NOW)
    breaker.failed("postal", NOW)
    assert breaker.rests_until("postal", NOW) is None


def test_success_starts_the_count_anew() -> None:
    breaker = Breaker(threshold=2)
    breaker.failed("postal", NOW)
    assert not breaker.succeeded("postal")
    breaker.failed("postal", NOW)
    assert breaker.state("postal") is BreakerState.CLOSED


def test_too_many_failures_make_it_rest() -> None:
    assert broken().rests_until("postal", NOW) == NOW + REST


def test_one_neighbours_trouble_is_its_own() -> None:
    assert broken().rests_until("consultation", NOW) is None


def test_after_the_rest_exactly_one_probe_goes() -> None:
    breaker = broken()
    later = NOW + REST
    assert breaker.rests_until("postal", later) is None
    assert breaker.state("postal") is BreakerState.HALF_OPEN
    assert breaker.rests_until("postal", later) is not None


def test_a_failed_probe_rests_longer_up_to_the_longest() -> None:
    breaker = broken()
    now, rests = NOW, []
    for _ in range(4):
        until = breaker.rests_until("postal", now)
        assert until is not None
        rests.append((until - now).total_seconds())
        now = until
        assert breaker.rests_until("postal", now) is None
        breaker.failed("postal", now)
    assert rests == [30, 60, 100, 100]


def test_a_good_probe_closes_it_and_says_so() -> None:
    breaker = broken()
    breaker.rests_until("postal", NOW + REST)
    assert breaker.succeeded("postal")
    assert breaker.rests_until("postal", NOW + REST) is None


def test_a_probe_that_never_reports_is_given_up() -> None:
    breaker = broken()
    breaker.rests_until("postal", NOW + REST)
    assert breaker.rests_until("postal", NOW + REST * 10) is None
