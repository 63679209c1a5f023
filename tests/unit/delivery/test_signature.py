from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine.delivery.signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, WINDOW, check_signature, sign
from engine.errors import NotAllowed

NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
BODY = '{"answer":"đồng ý"}'.encode()


def test_signed_message_gives_its_id() -> None:
    headers = sign("secret", "consultation callback", "m-1", BODY, at=NOW)
    assert check_signature("secret", "consultation callback", headers, BODY, now=NOW) == "m-1"


def test_header_names_have_no_case() -> None:
    headers = {name.upper(): value for name, value in sign("secret", "p", "m-1", BODY, at=NOW).items()}
    assert check_signature("secret", "p", headers, BODY, now=NOW) == "m-1"


@pytest.mark.parametrize("shift", [WINDOW, -WINDOW])
def test_edge_of_the_window_is_inside(shift: timedelta) -> None:
    headers = sign("secret", "p", "m-1", BODY, at=NOW)
    assert check_signature("secret", "p", headers, BODY, now=NOW + shift) == "m-1"


@pytest.mark.parametrize("shift", [timedelta(seconds=301), timedelta(seconds=-301), timedelta(hours=1)])
def test_outside_the_window_is_refused(shift: timedelta) -> None:
    headers = sign("secret", "p", "m-1", BODY, at=NOW)
    with pytest.raises(NotAllowed, match="quá thời hạn"):
        check_signature("secret", "p", headers, BODY, now=NOW + shift)


def test_our_own_request_cannot_be_reflected_as_an_answer() -> None:
    headers = sign("secret", "consultation POST /api/documents", "m-1", BODY, at=NOW)
    with pytest.raises(NotAllowed):
        check_signature("secret", "consultation callback", headers, BODY, now=NOW)


@pytest.mark.parametrize("timestamp", ["", "x", "-1", "1e9", "٣", "9" * 13])
def test_odd_timestamps_are_refused(timestamp: str) -> None:
    headers = sign("secret", "p", "m-1", BODY, at=NOW) | {TIMESTAMP_HEADER: timestamp}
    with pytest.raises(NotAllowed):
        check_signature("secret", "p", headers, BODY, now=NOW)


@pytest.mark.parametrize("message_id", ["", "a\nb", "a b", "x" * 101, "é"])
def test_odd_message_ids_are_refused_even_when_signed(message_id: str) -> None:
    headers = sign("secret", "p", message_id, BODY, at=NOW)
    with pytest.raises(NotAllowed):
        check_signature("secret", "p", headers, BODY, now=NOW)


@pytest.mark.parametrize("signature", ["", "v1=", "v1=" + "0" * 64, "đ"])
def test_wrong_signatures_are_refused(signature: str) -> None:
    headers = sign("secret", "p", "m-1", BODY, at=NOW) | {SIGNATURE_HEADER: signature}
    with pytest.raises(NotAllowed):
        check_signature("secret", "p", headers, BODY, now=NOW)


def test_an_empty_secret_proves_nothing() -> None:
    with pytest.raises(NotAllowed):
        check_signature("", "p", sign("", "p", "m-1", BODY, at=NOW), BODY, now=NOW)
