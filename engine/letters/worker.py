"""The process that runs Typst: no network, no files written, little memory, one letter at a time.

Stands alone (standard library and typst only) so that nothing of the house, its settings or secrets is in its memory.
Frames on stdin and stdout: four bytes of length, then JSON in, one status byte and PDF or message out.
"""

from __future__ import annotations

import ctypes
import json
import platform
import resource
import struct
import sys
from datetime import UTC, datetime
from typing import Any, BinaryIO

import typst

MEMORY_BYTES = 2 << 30
SECONDS_PER_LETTER = 20
SYSTEM_CALLS = {  # machine: (audit architecture, socket, connect, execve, execveat, ptrace, io_uring_setup)
    "x86_64": (0xC000003E, (41, 42, 59, 322, 101, 425)),
    "aarch64": (0xC00000B7, (198, 203, 221, 281, 117, 425)),
}
PR_SET_NO_NEW_PRIVS = 38
PR_SET_SECCOMP = 22
SECCOMP_MODE_FILTER = 2
RETURN_ALLOW, RETURN_EPERM = 0x7FFF0000, 0x00050001
LOAD_WORD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06


def close_the_doors() -> None:
    """Refuse sockets, new programs and written files for the rest of this process's life."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    if sys.platform == "linux" and platform.machine() in SYSTEM_CALLS:
        _forbid(*SYSTEM_CALLS[platform.machine()])


def _forbid(architecture: int, calls: tuple[int, ...]) -> None:
    """A seccomp filter: EPERM for `calls`, all else allowed; another architecture's calls are refused whole."""
    program = [(LOAD_WORD, 0, 0, 4), (JUMP_IF_EQUAL, 1, 0, architecture), (RETURN, 0, 0, RETURN_EPERM)]
    program.append((LOAD_WORD, 0, 0, 0))
    for call in calls:
        program += [(JUMP_IF_EQUAL, 0, 1, call), (RETURN, 0, 0, RETURN_EPERM)]
    program.append((RETURN, 0, 0, RETURN_ALLOW))
    code = b"".join(struct.pack("HBBI", *instruction) for instruction in program)
    held = ctypes.create_string_buffer(code)
    header = ctypes.create_string_buffer(struct.pack("HP", len(program), ctypes.addressof(held)))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl.argtypes = [ctypes.c_int, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_ulong]
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, None, 0, 0) or libc.prctl(
        PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(header), 0, 0
    ):
        raise OSError(ctypes.get_errno(), "seccomp")


def limit_next_letter() -> None:
    """CPU time is counted over the process's life, so the limit moves with each letter."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + SECONDS_PER_LETTER
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def compile_letter(job: dict[str, Any], fonts: typst.Fonts) -> bytes:
    """One letter as PDF/A-2b, the same bytes for the same job."""
    pdf = typst.compile(
        job["template"],
        root=job["root"],
        font_paths=fonts,
        sys_inputs={"data": job["data"]},
        pdf_standards="a-2b",
        timestamp=datetime.fromtimestamp(job["timestamp"], UTC),
    )
    if not isinstance(pdf, bytes):
        raise TypeError("typst gave no single document")
    return pdf


def read_frame(stream: BinaryIO) -> bytes | None:
    """The next frame's body; None when the house has closed the pipe."""
    head = stream.read(4)
    return stream.read(struct.unpack(">I", head)[0]) if len(head) == 4 else None


def write_frame(stream: BinaryIO, body: bytes) -> None:
    """One frame, sent at once."""
    stream.write(struct.pack(">I", len(body)) + body)
    stream.flush()


def main() -> None:
    """Load the typeface, shut the doors, then render until the pipe closes."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[sys.argv[1]])
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    close_the_doors()
    write_frame(sink, b"+" + ",".join(fonts.families()).encode())
    while (frame := read_frame(source)) is not None:
        limit_next_letter()
        try:
            write_frame(sink, b"+" + compile_letter(json.loads(frame), fonts))
        except (typst.TypstError, RuntimeError, ValueError, TypeError, OSError) as error:
            write_frame(sink, b"-" + str(error).encode())


if __name__ == "__main__":
    main()
