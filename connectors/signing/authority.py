"""A certification authority of our own for demos and tests: root, officers, agencies, timestamps, a revocation list.

Everything is made at first use and kept in one folder, keys encrypted. Nothing it signs is worth anything outside.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import RLock

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from engine.errors import NotFound, Refused, UnreadableFile

AUTHORITY = "Cơ quan chứng thực THỬ NGHIỆM Một Cửa"
ROOT_YEARS, HOLDER_YEARS = 20, 5
LIST_VALID = timedelta(days=30)
DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
KEY_BITS = 2048
MOST_NAME_BYTES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whom a certificate names: an officer (with the agency's name) or an agency (its seal)."""

    id: str
    name: str
    organisation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A certificate and its private key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def serial(self) -> str:
        return f"{self.certificate.serial_number:x}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A line of the list of certificates."""

    serial: str
    name: str
    organisation: str
    until: datetime
    is_revoked: bool


class Authority:
    """One folder of keys and certificates; safe between threads of one process."""

    def __init__(self, folder: Path, passphrase: str) -> None:
        self._folder = folder
        self._passphrase = passphrase.encode()
        self._lock = RLock()
        self._loaded: dict[str, Credential] = {}
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def prepare(self) -> None:
        """Make what every signature needs, so that the first one is not slower than the rest."""
        _ = self.root, self.timestamper

    def root_pem(self) -> bytes:
        """The root certificate, to be trusted by whoever verifies."""
        return self.root.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def root(self) -> Credential:
        return self._credential("root", self._make_root)

    @property
    def timestamper(self) -> Credential:
        return self._credential("timestamp", self._make_timestamper)

    def credential(self, holder: Holder) -> Credential:
        """The holder's certificate and key, issued when first asked for."""
        label = (
            "holder-" + hashlib.sha256(json.dumps([holder.id, holder.name, holder.organisation]).encode()).hexdigest()
        )
        return self._credential(label[:40], lambda: self._make_holder(holder))

    def holder_of(self, serial: str) -> Credential:
        """The credential of a certificate already issued."""
        with self._lock:
            for path in self._folder.glob("holder-*.pem"):
                if f"{x509.load_pem_x509_certificate(path.read_bytes()).serial_number:x}" == serial:
                    return self._loaded.get(path.stem) or self._load(path.stem)
        raise NotFound("Chứng thư này không do cơ quan chứng thực cấp.")

    def holders(self) -> list[Issued]:
        """Every certificate issued to an officer or an agency."""
        found = [x509.load_pem_x509_certificate(path.read_bytes()) for path in self._folder.glob("holder-*.pem")]
        revoked = self._revoked()
        return [
            Issued(
                serial=f"{certificate.serial_number:x}",
                name=_text(certificate, NameOID.COMMON_NAME),
                organisation=_text(certificate, NameOID.ORGANIZATION_NAME),
                until=certificate.not_valid_after_utc,
                is_revoked=f"{certificate.serial_number:x}" in revoked,
            )
            for certificate in sorted(found, key=lambda certificate: certificate.not_valid_before_utc)
        ]

    def sign_hash(self, serial: str, digest: bytes) -> bytes:
        """RSA PKCS#1 v1.5 over a SHA-256 digest; Refused when the certificate was revoked."""
        if serial in self._revoked():
            raise Refused("Chứng thư số đã bị thu hồi.")
        key = self.holder_of(serial).key
        return key.sign(digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))

    def timestamp(self, signature: bytes, at: datetime) -> bytes:
        """An RFC 3161 token (DER) over the SHA-256 of a signature."""
        stamper = DummyTimeStamper(
            asn1_x509.Certificate.load(self.timestamper.der),
            asn1_keys.PrivateKeyInfo.load(_plain(self.timestamper.key)),
            fixed_dt=at,
        )
        token = asyncio.run(stamper.async_timestamp(hashlib.sha256(signature).digest(), "sha256"))
        return bytes(token.dump())

    def revoke(self, serial: str, at: datetime) -> None:
        """Put a certificate on the revocation list for good."""
        with self._lock:
            self.holder_of(serial)
            revoked = self._revoked() | {serial: self._revoked().get(serial, at.isoformat())}
            _write(self._folder / "revoked.json", json.dumps(revoked).encode())

    def revocation_list(self, at: datetime) -> bytes:
        """A fresh list (DER)."""
        builder = x509.CertificateRevocationListBuilder(
            issuer_name=self.root.certificate.subject, last_update=at, next_update=at + LIST_VALID
        ).add_extension(x509.CRLNumber(int(at.timestamp())), critical=False)
        builder = builder.add_extension(self._authority_key(), critical=False)
        for serial, moment in sorted(self._revoked().items()):
            entry = x509.RevokedCertificateBuilder(int(serial, 16), datetime.fromisoformat(moment))
            builder = builder.add_revoked_certificate(entry.build())
        signed = builder.sign(self.root.key, hashes.SHA256())
        return signed.public_bytes(serialization.Encoding.DER)

    def _revoked(self) -> dict[str, str]:
        path = self._folder / "revoked.json"
        found: dict[str, str] = json.loads(path.read_bytes()) if path.exists() else {}
        return found

    def _credential(self, label: str, make: Callable[[], Credential]) -> Credential:
        with self._lock:
            if label in self._loaded:
                return self._loaded[label]
            if not (self._folder / f"{label}.pem").exists():
                made = make()
                _write(self._folder / f"{label}.key", _encrypted(made.key, self._passphrase))
                _write(self._folder / f"{label}.pem", made.certificate.public_bytes(serialization.Encoding.PEM))
            return self._load(label)

    def _load(self, label: str) -> Credential:
        key = serialization.load_pem_private_key((self._folder / f"{label}.key").read_bytes(), self._passphrase)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise UnreadableFile(f"Khóa {label} không phải khóa RSA.")
        certificate = x509.load_pem_x509_certificate((self._folder / f"{label}.pem").read_bytes())
        self._loaded[label] = Credential(certificate=certificate, key=key)
        return self._loaded[label]

    def _make_root(self) -> Credential:
        key = _new_key()
        name = _name(AUTHORITY, "Một Cửa")
        builder = _builder(name, name, key, ROOT_YEARS)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(_usage(is_authority=True), critical=True)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        return Credential(certificate=builder.sign(key, hashes.SHA256()), key=key)

    def _make_holder(self, holder: Holder) -> Credential:
        return self._issue(_name(holder.name, holder.organisation, holder.id), (DOCUMENT_SIGNING,), HOLDER_YEARS)

    def _make_timestamper(self) -> Credential:
        name = _name("Dấu thời gian THỬ NGHIỆM", "Một Cửa")
        return self._issue(name, (ExtendedKeyUsageOID.TIME_STAMPING,), ROOT_YEARS)

    def _issue(self, subject: x509.Name, purposes: Sequence[ObjectIdentifier], years: int) -> Credential:
        root, key = self.root, _new_key()
        builder = _builder(subject, root.certificate.subject, key, years)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(_usage(is_authority=False), critical=True)
        is_critical = ExtendedKeyUsageOID.TIME_STAMPING in purposes
        builder = builder.add_extension(x509.ExtendedKeyUsage(list(purposes)), critical=is_critical)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        builder = builder.add_extension(self._authority_key(), critical=False)
        return Credential(certificate=builder.sign(root.key, hashes.SHA256()), key=key)

    def _authority_key(self) -> x509.AuthorityKeyIdentifier:
        return x509.AuthorityKeyIdentifier.from_issuer_public_key(self.root.key.public_key())


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)


def _name(common: str, organisation: str, identifier: str = "") -> x509.Name:
    parts = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]),
        x509.NameAttribute(NameOID.COMMON_NAME, _within_name(common)),
    ]
    if identifier:
        parts.append(x509.NameAttribute(NameOID.USER_ID, identifier[:64]))
    return x509.Name(parts)


def _within_name(text: str) -> str:
    """A common name may take 64 bytes; one of a one-stop unit, with its diacritics, can take more."""
    if len(text.encode()) <= MOST_NAME_BYTES:
        return text
    return text.encode()[: MOST_NAME_BYTES - len("…".encode())].decode(errors="ignore").rstrip() + "…"


def _text(certificate: x509.Certificate, oid: ObjectIdentifier) -> str:
    return str(certificate.subject.get_attributes_for_oid(oid)[0].value)


def _builder(subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey, years: int) -> x509.CertificateBuilder:
    since = datetime.now(UTC) - timedelta(minutes=5)  # clocks of the demo's machines need not agree to the second
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(since + timedelta(days=365 * years))
    )


def _usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=not is_authority,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _encrypted(key: rsa.RSAPrivateKey, passphrase: bytes) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase),
    )


def _plain(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, readable by the owner only."""
    fresh = path.with_name(f".{secrets.token_hex(8)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
