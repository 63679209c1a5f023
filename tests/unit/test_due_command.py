from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from engine.errors import InputError
from web.commands.due import command


def run(*arguments):
    return CliRunner().invoke(command, arguments)


@pytest.mark.parametrize(
    ("arguments", "due"),
    [
        (["--from", "2026-01-05T16:00", "--limit", "3d"], "2026-01-08T17:00:00+07:00"),
        (["--from", "2026-01-05T16:00", "--limit", "16h"], "2026-01-07T16:00:00+07:00"),
        (["--from", "2026-01-06T09:00+07:00", "--limit", "5cd"], "2026-01-12T17:00:00+07:00"),
        (["--from", "2026-01-05T09:00:00Z", "--limit", "3d"], "2026-01-08T17:00:00+07:00"),
        (["--from", "2026-01-31", "--limit", "1m"], "2026-03-02T17:00:00+07:00"),
        (
            ["--from", "2026-01-05T16:00", "--limit", "3d", "--calendar", "vn-public-sector"],
            "2026-01-08T17:00:00+07:00",
        ),
        (
            [
                *("--from", "2026-01-05T09:00", "--limit", "3d"),
                *("--pause", "2026-01-06T10:00/2026-01-07T08:00", "--pause", "2026-01-08T10:00/2026-01-09T08:00"),
            ],
            "2026-01-10T17:00:00+07:00",
        ),
    ],
)
def test_json_is_one_document_with_the_due_moment(arguments, due):
    result = run(*arguments, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {"due": due}


def test_people_read_it_as_an_official_writes_it():
    assert run("--from", "2026-01-05T16:00", "--limit", "3d").stdout == "17:00 ngày 08/01/2026\n"


def test_a_calendar_file_is_used(tmp_path):
    body = {"hours": {"weekday": ["07:30-11:30", "13:00-16:00"]}, "days": [{"date": "2026-01-08", "kind": "off"}]}
    file = tmp_path / "own.json"
    file.write_text(json.dumps(body), encoding="utf-8")
    result = run("--from", "2026-01-05T16:00", "--limit", "3d", "--calendar", str(file), "--json")
    assert json.loads(result.stdout) == {"due": "2026-01-09T16:00:00+07:00"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--from", "yesterday", "--limit", "3d"],
        ["--from", "2026-02-30T08:00", "--limit", "3d"],
        ["--from", "2026-01-05T16:00", "--limit", "-3d"],
        ["--from", "2026-01-05T16:00", "--limit", "0d"],
        ["--from", "2026-01-05T16:00", "--limit", "soon"],
        ["--from", "2026-01-05T16:00", "--limit", "3d", "--calendar", "nowhere"],
        ["--from", "2026-01-05T16:00", "--limit", "3d", "--calendar", "nowhere.json"],
        ["--from", "2026-01-05T16:00", "--limit", "3d", "--pause", "2026-01-06T10:00"],
        ["--from", "2026-01-05T16:00", "--limit", "3d", "--pause", "2026-01-07T10:00/2026-01-06T10:00"],
        ["--from", "0001-01-01T00:00", "--limit", "3d"],
        ["--from", "2026-01-05T16:00", "--limit", "10000d"],
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(arguments):
    result = run(*arguments)
    assert isinstance(result.exception, InputError)
    assert "\n" not in result.exception.message


def test_a_missing_option_is_bad_usage():
    assert run("--limit", "3d").exit_code == 2
