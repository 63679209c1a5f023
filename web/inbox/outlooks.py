"""The nightly forecast as the inbox and a dossier's page show it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.reports.forecasts import ForecastRun, ToldForecast
from web.forms.wording import lower_first

OUTLOOK_TONES = {"late": "bad", "tight": "warn", "fine": "good"}


def forecast_shown(one: ToldForecast | None, item: Mapping[str, Any]) -> dict[str, str] | None:
    """The forecast beside a line: for the process's own tasks whose clock runs."""
    if one is None or item["is_paused"] or item["kind"] != "task" or item["decided_at"] is not None:
        return None
    is_for_new_day = item["is_late"] and one.outlook != "late"  # the limit of law has passed, the day promised anew not
    sentence = f"So với ngày hẹn lại: {lower_first(one.sentence)}" if is_for_new_day else one.sentence
    return {"sentence": sentence, "tone": OUTLOOK_TONES[one.outlook]}


def forecast_note(run: ForecastRun | None) -> str:
    """What the order rests on, in a sentence or two."""
    if run is None:
        return "Chưa có dự báo: lần đầu được lập sau 2 giờ sáng; tới lúc đó xếp theo hạn."
    told = (
        f"Dự báo lập đêm {run.day:%d/%m/%Y}: thời gian còn lại so với thời gian các bước còn lại thường mất ở hồ sơ"
        " cùng thủ tục đã xong. Việc phải làm sớm nhất để kịp hạn xếp trước; việc mới trong ngày xếp theo hạn của bước."
    )
    if "error_hours" in run.figures:
        hours, limits = (
            f"{run.figures[name]:g}".replace(".", ",") for name in ("error_hours", "error_of_limits_hours")
        )
        told += f" Thử lại trên hồ sơ đã xong: lệch giữa {hours} giờ làm việc (theo thời hạn các bước: {limits} giờ)."
    return told


def _hours(value: float) -> str:
    return f"{value:g}".replace(".", ",")
