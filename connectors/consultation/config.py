"""What the consultation connector must be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

PREFIX = "MOTCUA_CONSULTATION_"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationConfig:
    """Our address on the document exchange and the key we share with it."""

    base_url: str = ""
    organisation: str = ""  # our organisation code on the document exchange, e.g. H27.01
    organisation_name: str = ""
    secret: str = field(default="", repr=False)
    timeout_seconds: float = 10.0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> ConsultationConfig:
        return cls(
            base_url=environment.get(PREFIX + "URL", ""),
            organisation=environment.get(PREFIX + "ORGANISATION", ""),
            organisation_name=environment.get(PREFIX + "ORGANISATION_NAME", ""),
            secret=environment.get(PREFIX + "SECRET", ""),
            timeout_seconds=float(environment.get(PREFIX + "TIMEOUT", "10")),
        )

    def objections(self) -> list[str]:
        """What is missing, one Vietnamese sentence each."""
        needed = {
            "URL": (self.base_url, "địa chỉ của trục liên thông"),
            "ORGANISATION": (self.organisation, "mã định danh của cơ quan gửi"),
            "SECRET": (self.secret, "khóa dùng chung để ký thông điệp"),
        }
        return [f"Thiếu {PREFIX}{name}: {what}." for name, (value, what) in needed.items() if not value]
