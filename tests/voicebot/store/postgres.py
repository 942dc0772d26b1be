"""A PostgreSQL cluster of its own for tests: made in a folder, on a free port, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from voicebot.free_ports import free_ports


def programs() -> Path | None:
    """The folder of the newest installed PostgreSQL's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


class Cluster:
    """A running server. `url` reaches its empty database `voicebot`; stop and start as a test needs."""

    def __init__(self, programs: Path, folder: Path, port: int) -> None:
        self._programs, self._folder, self._port = programs, folder, port
        self.url = f"postgresql+psycopg://tester@127.0.0.1:{port}/voicebot"

    def create(self) -> None:
        self._run("initdb", "-A", "trust", "-U", "tester", "--no-sync", "-D", str(self._folder / "data"))
        self.start()
        self.reset()

    def start(self) -> None:
        options = f"-c listen_addresses=127.0.0.1 -c port={self._port} -c unix_socket_directories={self._folder}"
        options += " -c fsync=off"  # it may be killed here, but the machine does not lose power
        log = str(self._folder / "log")
        self._run("pg_ctl", "start", "-w", "-D", str(self._folder / "data"), "-l", log, "-o", options)

    def stop(self, how: str = "fast") -> None:
        self._run("pg_ctl", "stop", "-w", "-m", how, "-D", str(self._folder / "data"))

    def reset(self) -> None:
        """An empty database again."""
        import psycopg  # of the extra `postgres`: the tests on SQLite do without

        where = f"postgresql://tester@127.0.0.1:{self._port}/postgres"
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute("DROP DATABASE IF EXISTS voicebot WITH (FORCE)")
            connection.execute("CREATE DATABASE voicebot")

    def _run(self, program: str, *args: str) -> None:
        # PostgreSQL refuses to run as root: root hands over to the user that the package made.
        as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        subprocess.run(
            [*as_user, str(self._programs / program), *args],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            timeout=60,
        )


@contextmanager
def cluster(programs: Path) -> Iterator[Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="voicebot-pg-"))
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
    (port,) = free_ports(1)
    made = Cluster(programs, folder, port)
    try:
        made.create()
        yield made
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            made.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)
