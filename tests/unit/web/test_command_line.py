"""The entrance of the command line: lazy, one line an error, stable exit codes."""

from __future__ import annotations

import errno
import subprocess
import sys

import click
import pytest

from engine import errors
from web import cli


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> list[Exception]:
    """A command `fail` that raises what the test puts here."""
    what: list[Exception] = []

    @click.command("fail")
    def fail() -> None:
        raise what[0]

    monkeypatch.setattr(cli.Commands, "get_command", lambda *_: fail)
    return what


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.InputError("a"), 2),
        (errors.UnreadableFile(), 2),
        (errors.NotConfigured(), 2),
        (errors.Refused(), 1),
        (errors.NotFound(), 1),
        (errors.ReplayMismatch(), 1),
        (OSError(errno.ENOSPC, "No space left on device"), 2),
        (FileNotFoundError(errno.ENOENT, "No such file or directory", "a.bpmn"), 2),
        (click.Abort(), 1),
    ],
)
def test_an_error_is_one_line_and_a_code(
    failing: list[Exception], capsys: pytest.CaptureFixture[str], error: Exception, code: int
) -> None:
    failing.append(error)
    assert cli.main(["fail"]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("Lỗi: ")
    assert err.count("\n") == 1


def test_a_defect_of_ours_is_not_hidden(failing: list[Exception]) -> None:
    failing.append(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        cli.main(["fail"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing"], "Không có lệnh 'nothing'."),
        (["due"], "Thiếu tùy chọn '--from'."),
        (["due", "--from"], "Tùy chọn '--from' cần một giá trị."),
        (["due", "--frm", "x"], "Không có tùy chọn '--frm'. Có phải là '--from'?"),
        (["version", "x"], "Thừa: x."),
        (["web", "--port", "99999"], "Giá trị của '--port' không dùng được: 99999 nằm ngoài khoảng"),
    ],
)
def test_bad_usage_is_said_in_vietnamese(capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    assert cli.main(arguments) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


def test_every_command_is_listed_and_can_be_loaded(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == 0
    listed = capsys.readouterr().out
    context = click.Context(cli.cli)
    group = cli.Commands()
    for name in group.list_commands(context):
        assert name in listed
        assert isinstance(group.get_command(context, name), click.Command)
        assert cli.COMMANDS[name]


def test_help_loads_nothing_heavy() -> None:
    code = "import sys; from web import cli; cli.main(['--help']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split("\n")[-2].split())
    assert not loaded & {"sqlalchemy", "psycopg", "flask", "SpiffWorkflow", "procrastinate", "lxml", "typst", "alembic"}
