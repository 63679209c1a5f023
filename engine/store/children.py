"""Child processes that never outlive us: the kernel signals them when we die, however we die."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def spawn(
    command: Sequence[str | Path],
    *,
    death_signal: signal.Signals = signal.SIGTERM,
    user: int | None = None,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    output: IO[bytes] | int | None = None,
    keep_descriptors: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own (Ctrl-C in the terminal reaches only us, and we decide the order).

    Main thread only: Linux sends the death signal when the *thread* that forked ends.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("a bound child must be started from the main thread")
    return subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        cwd=cwd,
        env=dict(environment) if environment is not None else None,
        start_new_session=True,
        user=user,
        group=user,
        extra_groups=[] if user is not None else None,
        pass_fds=tuple(keep_descriptors),
        preexec_fn=_bind_to_parent(death_signal),  # noqa: PLW1509 - only two system calls run in it
    )


def _bind_to_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    """Runs in the child after the change of user, which would clear the death signal."""
    if _libc is None:
        return None
    parent, prctl = os.getpid(), _libc.prctl

    def bind() -> None:
        prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:  # we died between fork and prctl
            os._exit(1)

    return bind


def stop(child: subprocess.Popen[bytes], *, ask: signal.Signals = signal.SIGTERM, patience_seconds: float = 10) -> None:
    """Ask a child to end, then insist."""
    if child.poll() is not None:
        return
    child.send_signal(ask)
    try:
        child.wait(patience_seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
