"""Sends requests that are ready-made bytes over a few connections, and counts what comes back."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """What a round of requests took: seconds overall, each one's wait, and the answers' codes."""

    seconds: float
    waits: list[float]
    codes: Counter[int]

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return len(self.waits) / self.seconds

    def wait(self, share: float) -> float:
        """The wait, in milliseconds, that this share of the requests did not exceed."""
        return sorted(self.waits)[min(len(self.waits) - 1, int(len(self.waits) * share))] * 1000


def send(port: int, requests: Sequence[bytes], connections: int) -> Result:
    """Send every request once, `connections` at a time, to 127.0.0.1."""
    return asyncio.run(_send(port, requests, connections))


async def _send(port: int, requests: Sequence[bytes], connections: int) -> Result:
    queue, waits, codes = iter(requests), [], Counter[int]()
    began = time.perf_counter()
    await asyncio.gather(*(_line(port, queue, waits, codes) for _n in range(connections)))
    return Result(time.perf_counter() - began, waits, codes)


async def _line(port: int, queue: Iterator[bytes], waits: list[float], codes: Counter[int]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in queue:
        sent = time.perf_counter()
        writer.write(request)
        codes[await _answer(reader)] += 1
        waits.append(time.perf_counter() - sent)
    writer.close()


async def _answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
    await reader.readexactly(length)
    return int(lines[0].split()[1])
