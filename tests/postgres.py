"""A PostgreSQL server of the tests' own: made in a temporary folder, thrown away at the end."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# Durability is of no use to rows that live for a second. The zone is not UTC on purpose: an
# office's server need not think in UTC either.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
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


def lacking() -> str | None:
    """What keeps this machine from running a server of the tests' own; None when nothing does."""
    if not _binaries():
        return "PostgreSQL is not installed"
    if os.getuid() == 0 and not _stand_in():
        return "PostgreSQL does not run as root, and there is no user postgres"
    return None


@contextmanager
def running() -> Iterator[Server]:
    """A server for as long as the block lasts, where nothing is lacking."""
    binaries = _binaries()
    assert binaries
    folder = Path(tempfile.mkdtemp(prefix="eduportal-pg-"))
    try:
        _give_to_owner(folder)
        _initialize(binaries, folder)
        with _started(binaries, folder):
            yield Server(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path | None:
    newest_first = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    for folder in [*newest_first, _configured()]:
        if folder and (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    return None


def _version(binaries: Path) -> float:
    return float(binaries.parent.name)


def _configured() -> Path | None:
    if not shutil.which("pg_config"):
        return None
    shown = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=True)
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


def _initialize(binaries: Path, folder: Path) -> None:
    _run(
        binaries / "initdb",
        "--pgdata",
        folder / "data",
        "--username=postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
        within=folder,
    )


@contextmanager
def _started(binaries: Path, folder: Path) -> Iterator[None]:
    settings = SETTINGS | {"unix_socket_directories": str(folder)}
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    control = (binaries / "pg_ctl", "--pgdata", folder / "data", "--wait")
    _run(*control, "--log", folder / "log", "--options", options, "start", within=folder)
    try:
        yield
    finally:
        _run(*control, "--mode=immediate", "stop", within=folder)


def _run(*command: str | Path, within: Path) -> None:
    owner = _stand_in()
    # The server inherits what its starter prints to; a pipe would never be closed.
    with (within / "output").open("w+", encoding="utf-8") as output:
        done = subprocess.run(
            [str(word) for word in command],
            cwd=within,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
            user=owner.pw_uid if owner else None,
            group=owner.pw_gid if owner else None,
            extra_groups=[] if owner else None,
        )
        if done.returncode:
            output.seek(0)
            raise RuntimeError(f"{command[0]} failed:\n{output.read()}")
