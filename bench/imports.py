"""`python -m bench imports`: how long 3,000 lines of the standard set hold the turn to write.

A file of 3,000 courses with some ten classes each, new and then changed.
"""

import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from bench.office import portal
from eduportal.catalog.actions import standard
from eduportal.catalog.standard_set import columns as c
from eduportal.catalog.standard_set import reading
from eduportal.catalog.standard_set.planning import usual_defaults
from eduportal.catalog.standard_set.surveying import survey
from eduportal.catalog.standard_set.writing import as_csv
from eduportal.shared.events import SYSTEM

LINES, HOURS = 3000, range(8, 20, 2)
FIRST = date(2027, 3, 2)


def measure(backend: str, url: str, instance: str) -> None:
    """The same 3,000 lines twice: new, and then with other last days."""
    with portal(url, instance):
        for what, content in (("new", file_of()), ("changed", file_of(last=50))):
            bring(f"{backend}, {what}", content)


def bring(what: str, content: bytes) -> None:
    """One file, from its bytes to its rows."""
    read, seconds_read = timed(lambda: reading.read(content))
    found, seconds_survey = timed(lambda: survey(read, usual_defaults()))
    brought, seconds_turn = timed(lambda: standard.bring_in(SYSTEM, found, False, "bench.csv"))
    print(
        f"{what}: {brought.new} new, {brought.changed} changed; read in {seconds_read:.1f} s,"
        f" looked over in {seconds_survey:.1f} s, the turn was held for {seconds_turn:.1f} s"
    )


def timed(act: Callable[[], Any]) -> tuple[Any, float]:
    """What came of it, and how many seconds it took."""
    began = time.perf_counter()
    done = act()
    return done, time.perf_counter() - began


def file_of(last: int = 36) -> bytes:
    """Courses of some five weeks in a hundred rooms, twice a week."""
    return as_csv(_line(number, last) for number in range(LINES)).encode("utf-8-sig")


def _line(number: int, last: int) -> dict[str, str]:
    room, rest = number % 100, number // 100
    hour, days = HOURS[rest % len(HOURS)], ("월+수", "화+목", "수+금", "목+토", "화+금")
    return {
        **dict.fromkeys(c.COLUMNS, ""),
        c.TITLE: f"과정 {number}",
        c.FIRST_DAY: FIRST.isoformat(),
        c.LAST_DAY: (FIRST + timedelta(days=last)).isoformat(),
        c.STARTS: f"{hour:02d}:00",
        c.ENDS: f"{hour + 2:02d}:00",
        c.SUMMARY: "함께 배웁니다",
        c.AUDIENCE: "구민",
        c.WEEKDAYS: days[rest // len(HOURS) % len(days)],
        c.PLACE: f"교육장{room // 4:02d} 제{room % 4}강의실",
        c.CAPACITY: "24",
        c.FEE: "0",
        c.APPLY_FROM: "2027-02-15",
        c.APPLY_UNTIL: "2027-02-17",
        c.AS_OF: "2027-01-31",
    }
