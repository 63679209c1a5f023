"""What the postal connector must be told: the customer's account with the post, and where the one-stop unit is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

PREFIX = "MOTCUA_POSTAL_"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostalConfig:
    """Our account with the post, and the address where it finds us."""

    base_url: str = ""
    customer_code: str = ""
    customer_key: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)  # of the account; also signs callbacks
    office_name: str = ""
    office_address: str = ""
    office_phone: str = ""
    office_province: str = ""
    timeout_seconds: float = 10.0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> PostalConfig:
        return cls(
            base_url=environment.get(PREFIX + "URL", ""),
            customer_code=environment.get(PREFIX + "CUSTOMER_CODE", ""),
            customer_key=environment.get(PREFIX + "CUSTOMER_KEY", ""),
            secret=environment.get(PREFIX + "SECRET", ""),
            office_name=environment.get(PREFIX + "OFFICE_NAME", ""),
            office_address=environment.get(PREFIX + "OFFICE_ADDRESS", ""),
            office_phone=environment.get(PREFIX + "OFFICE_PHONE", ""),
            office_province=environment.get(PREFIX + "OFFICE_PROVINCE", ""),
            timeout_seconds=float(environment.get(PREFIX + "TIMEOUT", "10")),
        )

    def objections(self) -> list[str]:
        """What is missing, one Vietnamese sentence each."""
        needed = {
            "URL": (self.base_url, "địa chỉ dịch vụ của bưu điện"),
            "CUSTOMER_CODE": (self.customer_code, "mã khách hàng tại bưu điện"),
            "CUSTOMER_KEY": (self.customer_key, "khóa khách hàng"),
            "SECRET": (self.secret, "mật khẩu khách hàng"),
            "OFFICE_NAME": (self.office_name, "tên bộ phận một cửa"),
            "OFFICE_ADDRESS": (self.office_address, "địa chỉ bộ phận một cửa"),
            "OFFICE_PHONE": (self.office_phone, "điện thoại bộ phận một cửa"),
        }
        return [f"Thiếu {PREFIX}{name}: {what}." for name, (value, what) in needed.items() if not value]
