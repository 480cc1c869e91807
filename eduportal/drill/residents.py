"""Virtual residents: each opens the page, clicks when the window opens, and waits as people do."""

import asyncio
import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape

from eduportal.booking.rules import Reason
from eduportal.drill.plan import Plan
from eduportal.drill.wire import Answer, exchange, get, post, read_answer

PAGES_AT_ONCE = 8
TOKEN = re.compile(rb'name="csrf_token"[^>]*value="([^"]+)"')
BOOKING = re.compile(r"/my/bookings/(\d+)$")
# How soon somebody tries again whose connection broke, and at most when the page itself does.
AFTER_A_BREAK, AFTER_A_WAIT = 1.0, 5.0


@dataclass
class Resident:
    """Somebody with a session, and how it went for them; moments are of the monotonic clock."""

    person_id: int
    run_id: int
    cookies: dict[str, str]
    token: str = ""
    came: float = 0
    clicked: float = 0
    answered: float = 0
    booking_id: int | None = None
    turned_away: str | None = None
    waits: int = 0
    errors: list[str] = field(default_factory=list)

    @property
    def path(self) -> str:
        """The page to apply on."""
        return f"/runs/{self.run_id}/apply"

    @property
    def line(self) -> str:
        """The page of the waiting line."""
        return f"/runs/{self.run_id}/line"

    def read(self, page: Answer) -> bool:
        """Keep the cookies that a page sets and its form's token; whether it has one."""
        self.cookies |= page.cookies
        found = TOKEN.search(page.body) if page.code == 200 else None
        self.token = unescape(found[1].decode()) if found else ""
        return found is not None

    def hear(self, answer: Answer) -> float | None:
        """Take an answer in; how many seconds to wait before the next try, None where it stands."""
        if answer.code == 503:
            self.waits += 1
            return min(AFTER_A_WAIT, float(answer.header(b"retry-after") or AFTER_A_BREAK))
        booking = BOOKING.search(answer.header(b"location")) if answer.code == 303 else None
        if booking:
            self.booking_id = int(booking[1])
        elif answer.code == 409:
            self.turned_away = _why(answer)
        else:
            self.errors.append(f"{answer.code} {answer.header(b'location')}".strip())
            return AFTER_A_BREAK
        self.answered = time.monotonic()
        return None


Heard = Callable[[Resident], None]


async def open_pages(port: int, residents: Sequence[Resident]) -> None:
    """Everybody opens the page before the window does, and stays on it."""
    queue = iter(residents)
    await asyncio.gather(*(_open_some(port, queue) for _n in range(PAGES_AT_ONCE)))


async def all_come(
    port: int,
    residents: Sequence[Resident],
    plan: Plan,
    heard: Heard,
) -> None:
    """Everybody comes, evenly over the plan's seconds; ends when all have their answer."""
    began, seconds, patience = time.monotonic(), plan.seconds, plan.patience
    comes = stand_in_line if plan.line else click
    await asyncio.gather(
        *(
            comes(port, resident, began + seconds * n / len(residents), patience, heard)
            for n, resident in enumerate(residents)
        )
    )


async def _open_some(port: int, queue: Iterator[Resident]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for resident in queue:
        writer.write(get(resident.path, resident.cookies))
        page = await read_answer(reader)
        if not resident.read(page):
            resident.errors.append(f"{page.code} before applying")
    writer.close()


async def click(port: int, resident: Resident, at: float, patience: float, heard: Heard) -> None:
    """Click at a moment on the page that is open already."""
    await asyncio.sleep(at - time.monotonic())
    resident.came = resident.clicked = time.monotonic()
    try:
        async with asyncio.timeout(patience):
            await _ask_until_answered(port, resident)
    except TimeoutError:
        return
    heard(resident)


async def stand_in_line(
    port: int, resident: Resident, at: float, patience: float, heard: Heard
) -> None:
    """Come into the waiting line, look as often as the page does, and apply when it is time."""
    await asyncio.sleep(at - time.monotonic())
    resident.came = time.monotonic()
    try:
        async with asyncio.timeout(patience):
            while not await _is_let_in(port, resident):
                await asyncio.sleep(AFTER_A_BREAK)
            resident.clicked = time.monotonic()
            await _ask_until_answered(port, resident)
    except TimeoutError:
        return
    heard(resident)


async def _is_let_in(port: int, resident: Resident) -> bool:
    """The line's page, the looks of its script, and the page to apply on; False: all over."""
    try:
        page = await exchange(port, get(resident.line, resident.cookies))
        resident.cookies |= page.cookies
        while page.code == 200:
            turn = await exchange(port, get(f"{resident.line}/turn", resident.cookies))
            resident.cookies |= turn.cookies
            told = json.loads(turn.body)
            if told["stage"] in ("admitted", "unknown"):
                page = await exchange(port, get(resident.line, resident.cookies))
                resident.cookies |= page.cookies
                break
            await asyncio.sleep(told["pause"] / 1000)
        if page.code != 303:
            raise ValueError(f"{page.code} in the line")
        form = await exchange(port, get(resident.path, resident.cookies))
    except (OSError, asyncio.IncompleteReadError, ValueError) as error:
        resident.errors.append(_named(error))
        return False
    return resident.read(form)


async def _ask_until_answered(port: int, resident: Resident) -> None:
    request = post(resident.path, resident.cookies, csrf_token=resident.token)
    while (wait := await _try(port, resident, request)) is not None:
        await asyncio.sleep(wait)


async def _try(port: int, resident: Resident, request: bytes) -> float | None:
    try:
        return resident.hear(await exchange(port, request))
    except (OSError, asyncio.IncompleteReadError) as error:
        resident.errors.append(_named(error))
        return AFTER_A_BREAK


def _named(error: Exception) -> str:
    return str(error) if type(error) is ValueError else type(error).__name__


def _why(answer: Answer) -> str:
    page = answer.body.decode("utf-8", errors="replace")
    return next((reason.name for reason in Reason if reason.value in page), "REFUSED")
