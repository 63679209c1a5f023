"""The command line. A command is a module of web/commands exporting `command`; it is imported only when it is run."""

from __future__ import annotations

import errno
import importlib
import os
import sys
from pathlib import Path

import click

from engine.errors import InputError, MotCuaError, NotConfigured
from web.click_words import speak_vietnamese

DONE, REFUSED, UNUSABLE = 0, 1, 2

COMMANDS = {
    "up": "Chạy tất cả trên máy này: cơ sở dữ liệu, trang web, xử lý nền, tỉnh mẫu.",
    "web": "Phục vụ trang web (máy chủ vận hành thật).",
    "worker": "Chạy một tiến trình xử lý nền.",
    "migrate": "Tạo hoặc nâng cấp cơ sở dữ liệu.",
    "doctor": "Kiểm tra hệ thống và chỉ cách sửa.",
    "process": "Quy trình BPMN: lint, run, diff, migrate.",
    "procedure": "Thủ tục: draft, import, export.",
    "due": "Tính hạn giải quyết theo lịch làm việc.",
    "history": "Xuất lịch sử hồ sơ làm bằng chứng.",
    "verify": "Kiểm tra một gói bằng chứng, không cần mạng.",
    "demo": "Tỉnh mẫu: nạp dữ liệu, chỉnh giờ.",
    "bench": "Đo tốc độ trên máy này.",
    "version": "In phiên bản.",
}
_FOLDER = Path(__file__).parent / "commands"


class Commands(click.Group):
    """Names to modules of web.commands. A file that is not in COMMANDS is a command too, listed without a line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        present = {path.stem for path in _FOLDER.glob("[a-z]*.py")}
        return [name for name in COMMANDS if name in present] + sorted(present - set(COMMANDS))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        found: click.Command = importlib.import_module(f"web.commands.{cmd_name}").command
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Các lệnh"):
            formatter.write_dl([(name, COMMANDS.get(name, "")) for name in self.list_commands(ctx)])


@click.group("motcua", cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def cli() -> None:
    """Một Cửa: bộ phận một cửa của cơ quan hành chính."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command. 0 done, 1 refused by a rule or findings, 2 bad usage or input: one line, never a traceback."""
    speak_vietnamese()
    try:
        result = cli.main(args=arguments, prog_name="motcua", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return UNUSABLE
    except click.UsageError as error:
        return _complain(f"{error.format_message()}{_hint(error)}", UNUSABLE)
    except click.ClickException as error:
        return _complain(error.format_message(), UNUSABLE)
    except click.Abort:
        return _complain("Đã dừng.", REFUSED)
    except MotCuaError as error:
        return _complain(error.message, exit_code(error))
    except BrokenPipeError:  # `motcua ... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as error:
        if error.errno == errno.ENOSPC:
            return _complain("Ổ đĩa đã đầy. Hãy giải phóng chỗ trống, hoặc đặt MOTCUA_DATA_DIR ở ổ khác.", UNUSABLE)
        if isinstance(error, FileNotFoundError | IsADirectoryError | NotADirectoryError | PermissionError):
            return _complain(f"Không đọc hoặc ghi được {error.filename}: {error.strerror}.", UNUSABLE)
        raise
    return result if isinstance(result, int) else DONE


def exit_code(error: MotCuaError) -> int:
    """What a script learns from an error of the house."""
    return UNUSABLE if isinstance(error, InputError | NotConfigured) else REFUSED


def _complain(sentence: str, code: int) -> int:
    click.echo(f"Lỗi: {' '.join(sentence.split())}", err=True)
    return code


def _hint(error: click.UsageError) -> str:
    return f" Xem: {error.ctx.command_path} --help" if error.ctx is not None else ""


if __name__ == "__main__":
    sys.exit(main())
