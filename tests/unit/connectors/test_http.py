"""The one HTTP door, against servers that misbehave in ways no sandbox switch covers."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connectors.http import LARGEST_REPLY, Bearer, Door, _retry_after
from engine.errors import DeliveryRejected, DeliveryRetryable

Reply = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def server(reply: Reply, *, certificate: Path | None = None) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))  # unread input would reset the line on close
            with suppress(OSError):
                reply(self)

        def log_message(self, *args: object) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """A handshake that the client broke off is what the test wants."""

    found = Quiet(("127.0.0.1", 0), Handler)
    scheme = "http"
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        found.socket = context.wrap_socket(found.socket, server_side=True)
        scheme = "https"
    thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"{scheme}://127.0.0.1:{found.server_port}"
    found.shutdown()
    found.server_close()
    thread.join()


def answer(status: int, body: bytes = b"{}", **headers: str) -> Reply:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return reply


def drip(handler: BaseHTTPRequestHandler) -> None:
    """Never silent for long enough to be a read timeout, and never done."""
    handler.send_response(200)
    handler.end_headers()
    for _ in range(60):
        handler.wfile.write(b" " * 70_000)
        handler.wfile.flush()
        time.sleep(0.1)


@pytest.fixture
def expired(tmp_path: Path) -> Path:
    """A self-signed certificate that ended yesterday, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=10))
        .not_valid_after(now - timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "expired.pem"
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(certificate.public_bytes(pem) + private)
    return path


def call(url: str, timeout: float = 5) -> dict[str, object]:
    return Door(base_url=url, timeout_seconds=timeout).call("POST", "/x", body=b"{}")


def test_a_json_object_is_read() -> None:
    with server(answer(201, b'{"reference":"1"}')) as url:
        assert call(url) == {"reference": "1"}


@pytest.mark.parametrize("body", [b"", b"[]", b'"x"', b"{", b"\xff"])
def test_anything_else_is_retryable(body: bytes) -> None:
    with server(answer(200, body)) as url, pytest.raises(DeliveryRetryable):
        call(url)


@pytest.mark.parametrize("status", [400, 404, 409, 410, 422])
def test_the_orders_own_fault_is_rejected(status: int) -> None:
    with server(answer(status, b'{"message":"sai"}')) as url, pytest.raises(DeliveryRejected, match="sai"):
        call(url)


@pytest.mark.parametrize("status", [301, 302, 401, 403, 408, 423, 425, 429, 500, 502, 503, 504])
def test_what_may_pass_is_retryable(status: int) -> None:
    with server(answer(status)) as url, pytest.raises(DeliveryRetryable):
        call(url)


def test_a_redirect_is_never_followed() -> None:
    """A neighbour must not send our orders and keys to somebody else."""
    called: list[str] = []

    def elsewhere(handler: BaseHTTPRequestHandler) -> None:
        called.append(handler.path)
        answer(200)(handler)

    with server(elsewhere) as other, server(answer(307, Location=other)) as url, pytest.raises(DeliveryRetryable):
        call(url)
    assert called == []


def test_an_expired_certificate_is_refused_and_said(expired: Path) -> None:
    with server(answer(200), certificate=expired) as url, pytest.raises(DeliveryRetryable, match="Chứng thư"):
        call(url)


def test_a_dripping_reply_ends_with_the_time() -> None:
    started = time.monotonic()
    with server(drip) as url, pytest.raises(DeliveryRetryable, match="quá chậm"):
        call(url, timeout=0.5)
    assert time.monotonic() - started < 8


def test_an_endless_reply_ends_with_the_size() -> None:
    with server(answer(200, b" " * (LARGEST_REPLY + 1))) as url, pytest.raises(DeliveryRetryable, match="quá dài"):
        call(url)


def test_a_netrc_entry_does_not_replace_our_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login a password b\n")
    monkeypatch.setenv("NETRC", str(netrc))
    seen: list[str] = []

    def look(handler: BaseHTTPRequestHandler) -> None:
        seen.append(handler.headers["Authorization"])
        answer(200)(handler)

    with server(look) as url:
        door = Door(base_url=url)
        door._session().trust_env = True
        door.call("POST", "/x", auth=Bearer("t1"))
    assert seen == ["Bearer t1"]


@pytest.mark.parametrize(("value", "seconds"), [("7", 7), ("0", 0), ("999999999", 86_400), ("", None), ("soon", None)])
def test_retry_after_in_seconds(value: str, seconds: int | None) -> None:
    assert _retry_after(value) == seconds


def test_retry_after_as_a_date() -> None:
    in_a_minute = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    assert 50 <= (_retry_after(in_a_minute) or 0) <= 60


def test_retry_after_in_the_past_is_now() -> None:
    assert _retry_after(format_datetime(datetime.now(UTC) - timedelta(days=1), usegmt=True)) == 0
