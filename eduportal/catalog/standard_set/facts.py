"""What a run of ours says in the columns of the set."""

from dataclasses import dataclass
from datetime import date, datetime, time

from eduportal.accounts.rules import Audience
from eduportal.catalog.rules import WEEKDAYS as WEEKDAY_LETTERS
from eduportal.catalog.rules.intake import Selection
from eduportal.catalog.standard_set import columns as c
from eduportal.catalog.standard_set.columns import Cells
from eduportal.shared import dates, phones

IN_CLASS = "오프라인"
EVERY_WAY = "온라인+전화+방문"
FIRST_COME = Selection.FIRST_COME.label


@dataclass(frozen=True)
class Facts:
    """A run in plain values; its center, room and office as they are called.

    `instructor` only where the name may be told; `weekdays` as a run keeps them (`1,3`).
    """

    title: str
    instructor: str
    first: date | None
    last: date | None
    starts: time | None
    ends: time | None
    summary: str
    audience: Audience
    minimum_age: int | None
    maximum_age: int | None
    weekdays: str
    center: str
    room: str | None
    address: str | None
    phone: str | None
    capacity: int
    fee: int
    apply_from: datetime
    apply_until: datetime
    selection: Selection = Selection.FIRST_COME


def written(facts: Facts, office: str, homepage: str = "") -> Cells:
    """Everything but the as-of day, which belongs to the file that goes out."""
    return {
        c.TITLE: facts.title,
        c.INSTRUCTOR: facts.instructor,
        c.FIRST_DAY: facts.first.isoformat() if facts.first else "",
        c.LAST_DAY: facts.last.isoformat() if facts.last else "",
        c.STARTS: _clock(facts.starts),
        c.ENDS: _clock(facts.ends),
        c.SUMMARY: " ".join(facts.summary.split()),
        c.AUDIENCE: _audience(facts),
        c.METHOD: IN_CLASS,
        c.WEEKDAYS: "+".join(WEEKDAY_LETTERS[int(n)] for n in facts.weekdays.split(",") if n),
        c.PLACE: " ".join(part for part in (facts.center, facts.room) if part),
        c.CAPACITY: str(facts.capacity),
        c.FEE: str(facts.fee),
        c.ADDRESS: facts.address or "",
        c.OFFICE: office,
        c.PHONE: phones.written(facts.phone) if facts.phone else "",
        c.APPLY_FROM: dates.seoul_date(facts.apply_from).isoformat(),
        c.APPLY_UNTIL: dates.seoul_date(facts.apply_until).isoformat(),
        c.CHANNELS: EVERY_WAY,
        c.SELECTION: _selection(facts.selection),
        c.HOMEPAGE: homepage,
        **dict.fromkeys((c.SUBSIDIZED, c.CREDITS, c.ACCOUNT), "N"),
        c.AS_OF: "",
    }


def _clock(moment: time | None) -> str:
    return moment.strftime("%H:%M:%S" if moment.second else "%H:%M") if moment else ""


def _selection(selection: Selection) -> str:
    """In the words that the set knows; of a fair window what decides in it."""
    return (Selection.DRAW if selection is Selection.FAIR_WINDOW else selection).label


def _audience(facts: Facts) -> str:
    """`구민`, `55세 이상 구민`, `14세 이상 39세 이하 구민`."""
    ages = ""
    if facts.minimum_age is not None:
        ages += f"{facts.minimum_age}세 이상 "
    if facts.maximum_age is not None:
        ages += f"{facts.maximum_age}세 이하 "
    return ages + facts.audience.label
