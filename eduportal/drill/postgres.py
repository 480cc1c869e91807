"""A PostgreSQL server of one's own: made in a temporary folder, thrown away at the end."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# The zone is not UTC on purpose: an office's server need not think in UTC either.
SETTINGS = {
    "max_connections": "200",
    "timezone": "Asia/Seoul",
    "listen_addresses": "''",
}


@dataclass(frozen=True)
class Server:
    """A running server, reached through the socket in its folder."""

    folder: Path

    def url(self, database: str) -> str:
        """The address of one of its databases, as the portal's settings take it."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    @property
    def pid(self) -> int:
        """The process that all its others come from."""
        lines = (self.folder / "data" / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        return int(lines[0])

    def start(self, settings: Mapping[str, str]) -> None:
        """Start it, also after its processes were killed."""
        given = {**SETTINGS, **settings, "unix_socket_directories": str(self.folder)}
        options = " ".join(f"-c {name}={value}" for name, value in given.items())
        self._control("--wait", "--log", self.folder / "log", "--options", options, "start")

    def stop(self) -> None:
        """Stop it at once."""
        self._control("--wait", "--mode=immediate", "stop")

    def _control(self, *words: str | Path) -> None:
        folder = self.folder
        _run(_needed() / "pg_ctl", "--pgdata", folder / "data", *words, within=folder)


def lacking() -> str | None:
    """What keeps this machine from running a server of its own; None when nothing does."""
    if not _binaries():
        return "PostgreSQL is not installed"
    if os.getuid() == 0 and not _stand_in():
        return "PostgreSQL does not run as root, and there is no user postgres"
    return None


@contextmanager
def running(settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """A server for as long as the block lasts, where nothing is lacking."""
    server = Server(Path(tempfile.mkdtemp(prefix="eduportal-pg-")))
    try:
        _give_to_owner(server.folder)
        _initialize(server.folder)
        server.start(settings or {})
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(server.folder, ignore_errors=True)


def _needed() -> Path:
    binaries = _binaries()
    if binaries is None:
        raise RuntimeError("PostgreSQL is not installed")
    return binaries


def _binaries() -> Path | None:
    newest_first = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    for folder in [*newest_first, _configured()]:
        if folder and (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    return None


def _version(binaries: Path) -> float:
    return float(binaries.parent.name)


def _configured() -> Path | None:
    command = shutil.which("pg_config")
    if not command:
        return None
    shown = subprocess.run([command, "--bindir"], capture_output=True, text=True, check=True)  # noqa: S603
    return Path(shown.stdout.strip())


def _stand_in() -> pwd.struct_passwd | None:
    """Whom the server runs as in root's stead, since root may not: Debian's user `postgres`."""
    if os.getuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return None


def _give_to_owner(folder: Path) -> None:
    owner = _stand_in()
    if owner:
        os.chown(folder, owner.pw_uid, owner.pw_gid)


def _initialize(folder: Path) -> None:
    _run(
        _needed() / "initdb",
        "--pgdata",
        folder / "data",
        "--username=postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
        within=folder,
    )


def _run(*command: str | Path, within: Path) -> None:
    owner = _stand_in()
    # The server inherits what its starter prints to; a pipe would never be closed. A session of
    # its own keeps Ctrl-C from it: whoever started it stops it in order.
    with (within / "output").open("w+", encoding="utf-8") as output:
        done = subprocess.run(  # noqa: S603 (the server's own programs)
            [str(word) for word in command],
            cwd=within,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
            start_new_session=True,
            user=owner.pw_uid if owner else None,
            group=owner.pw_gid if owner else None,
            extra_groups=[] if owner else None,
        )
        if done.returncode:
            output.seek(0)
            raise RuntimeError(f"{command[0]} failed:\n{output.read()}")
