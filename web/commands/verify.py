"""motcua verify BUNDLE: check a history offline, without the database. Exit 0 whole, 1 broken, 2 not a bundle."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from engine.history.verify import verify_bundle


@click.command("verify")
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option("--key", default=None, help="Khóa công khai của nhật ký (base64), lấy từ nguồn bạn tin.")
@click.option("--json", "as_json", is_flag=True, help="In một tài liệu JSON.")
def command(bundle: Path, key: str | None, *, as_json: bool) -> None:
    """Kiểm tra gói bằng chứng của một hồ sơ, không cần cơ sở dữ liệu."""
    verdict = verify_bundle(bundle, trusted_key=key)
    if as_json:
        click.echo(
            json.dumps(
                {
                    "whole": verdict.is_whole,
                    "code": verdict.code,
                    "events": verdict.events,
                    "sealed": verdict.sealed,
                    "findings": [finding.text for finding in verdict.findings],
                    "not_covered": list(verdict.not_covered),
                },
                ensure_ascii=False,
            )
        )
    else:
        click.echo(f"Hồ sơ {verdict.code}: {verdict.events} sự kiện, {verdict.sealed} đã niêm phong.")
        for finding in verdict.findings:
            click.echo(f"SAI: {finding.text}")
        for sentence in verdict.not_covered:
            click.echo(f"Chưa kiểm được: {sentence}")
        click.echo("Lịch sử nguyên vẹn." if verdict.is_whole else "Lịch sử KHÔNG nguyên vẹn.")
    sys.exit(0 if verdict.is_whole else 1)
