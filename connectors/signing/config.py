"""What the signing connector must be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from engine.errors import NotConfigured
from engine.store.settings import Settings

PREFIX = "MOTCUA_SIGNING_"


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningConfig:
    """Where the signing service is, whose roots we trust, where pictures of signatures and seals lie."""

    base_url: str = ""
    secret: str = field(default="", repr=False)
    roots_file: Path | None = None  # PEM; without it the demo trusts the root that the service itself names
    images_dir: Path | None = None  # <signer id>.png: an officer's signature, an agency's seal
    blob_dir: Path = Path("blobs")
    is_production: bool = False
    timeout_seconds: float = 10.0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> SigningConfig:
        settings = Settings.from_environment(environment)
        return cls(
            base_url=environment.get(PREFIX + "URL", ""),
            secret=environment.get(PREFIX + "SECRET", ""),
            roots_file=_path(environment.get(PREFIX + "ROOTS")),
            images_dir=_path(environment.get(PREFIX + "IMAGES")),
            blob_dir=settings.blob_dir,
            is_production=settings.mode == "production",
            timeout_seconds=float(environment.get(PREFIX + "TIMEOUT", "10")),
        )

    def objections(self) -> list[str]:
        """What is missing, one Vietnamese sentence each."""
        needed = {
            "URL": (self.base_url, "địa chỉ của dịch vụ ký số"),
            "SECRET": (self.secret, "khóa dùng chung với dịch vụ ký số"),
        }
        found = [f"Thiếu {PREFIX}{name}: {what}." for name, (value, what) in needed.items() if not value]
        if self.is_production and self.roots_file is None:
            found.append(f"Thiếu {PREFIX}ROOTS: tệp chứng thư gốc (PEM) của tổ chức chứng thực được tin cậy.")
        try:
            self.trusted_roots()
        except NotConfigured as problem:
            found.append(problem.message)
        return found

    def trusted_roots(self) -> tuple[bytes, ...]:
        """The configured roots as DER; empty when none is configured."""
        if self.roots_file is None:
            return ()
        try:
            found = x509.load_pem_x509_certificates(self.roots_file.read_bytes())
        except (OSError, ValueError) as error:
            raise NotConfigured(f"Không đọc được tệp chứng thư gốc {self.roots_file}: {error}.") from error
        return tuple(certificate.public_bytes(Encoding.DER) for certificate in found)

    def picture_of(self, signer_id: str) -> bytes | None:
        """The signer's own picture, if the folder holds one."""
        if self.images_dir is None or not signer_id.replace(".", "").replace("-", "").isalnum():
            return None
        path = self.images_dir / f"{signer_id}.png"
        return path.read_bytes() if path.is_file() else None


def _path(value: str | None) -> Path | None:
    return Path(value) if value else None
