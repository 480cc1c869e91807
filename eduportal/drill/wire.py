"""HTTP/1.1 as it is spoken on the wire: requests that are ready-made bytes, answers in short."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True)
class Answer:
    """An answer's code, its headers (names in small letters), the cookies it sets, its body."""

    code: int
    headers: dict[bytes, bytes]
    cookies: dict[str, str]
    body: bytes

    def header(self, name: bytes) -> str:
        """One header's value; empty where there is none."""
        return self.headers.get(name, b"").decode("latin-1")


async def read_answer(reader: asyncio.StreamReader) -> Answer:
    """The next answer on a connection; raises IncompleteReadError where it breaks off."""
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head[:-4].split(b"\r\n")
    pairs = [(name.lower(), value.strip()) for name, _colon, value in map(_parts, lines)]
    headers = dict(pairs)
    body = await reader.readexactly(int(headers.get(b"content-length", b"0")))
    cookies = (value.decode().partition(";")[0] for name, value in pairs if name == b"set-cookie")
    named = {name: value for name, _equals, value in (one.partition("=") for one in cookies)}
    return Answer(int(first.split()[1]), headers, named, body)


async def exchange(port: int, request: bytes) -> Answer:
    """One request on a connection of its own, to 127.0.0.1."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        return await read_answer(reader)
    finally:
        writer.close()


def get(path: str, cookies: Mapping[str, str]) -> bytes:
    """A page, as a browser asks for it."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{_cookie(cookies)}\r\n".encode()


def post(path: str, cookies: Mapping[str, str], **fields: str) -> bytes:
    """A form, as a browser sends it."""
    body = "&".join(f"{name}={quote(value)}" for name, value in fields.items())
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{_cookie(cookies)}"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def _cookie(cookies: Mapping[str, str]) -> str:
    return f"Cookie: {'; '.join(f'{name}={value}' for name, value in cookies.items())}\r\n"


def _parts(line: bytes) -> tuple[bytes, bytes, bytes]:
    return line.partition(b":")
