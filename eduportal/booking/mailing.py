"""A message to the people of one run: whom it goes to, and what each of them reads.

The verb that sends and the page that shows it first both read this, so that they agree.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from eduportal.accounts.models import Person
from eduportal.booking.messages import Facts, reach, titled
from eduportal.booking.models import Booking
from eduportal.booking.rules import HOLDING, LIVE, State
from eduportal.catalog.models import Center, Office, Run, Seat
from eduportal.notices.models import Channel
from eduportal.notices.rules import text_type
from eduportal.shared import dates, phones
from eduportal.shared.db import db
from eduportal.shared.masking import masked_name

Centers = frozenset[int] | None
MOST_RECIPIENTS = 500
# What carriers take as one long message.
MOST_BYTES = 2000
PLACEHOLDERS = ("이름", "강좌", "첫수업", "강의실", "좌석", "문의전화")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


class Reason(StrEnum):
    """Why a message is not sent."""

    UNKNOWN_PLACEHOLDER = (
        "‘{%(name)s}’은(는) 쓸 수 없습니다. {이름}, {강좌}, {첫수업}, {강의실}, {좌석}, {문의전화}만 "
        "쓸 수 있습니다."
    )
    NOBODY = "받을 분이 없습니다. 받을 사람을 다시 골라 주세요."
    NOBODY_REACHED = "문자나 이메일을 받을 수 있는 분이 없습니다. 명단의 연락처로 전화해 주세요."
    TOO_MANY = "한 번에 %(most)s명까지 보낼 수 있습니다. 받을 사람을 나누어 주세요."
    TOO_LONG = (
        "문자 한 통에 담을 수 있는 길이(%(most)s바이트)를 넘었습니다. 지금 %(bytes)s바이트입니다."
    )


class Audience(StrEnum):
    """Whom of a run a message goes to."""

    PLACED = "placed"
    WAITING = "waiting"
    ALL = "all"

    @property
    def label(self) -> str:
        """As staff read it."""
        return {"placed": "수강확정", "waiting": "대기", "all": "모두"}[self.value]

    @property
    def states(self) -> frozenset[State]:
        """Where the bookings stand that it means; nobody who left."""
        placed = HOLDING | {State.COMPLETED, State.NOT_COMPLETED}
        return {
            Audience.PLACED: placed,
            Audience.WAITING: frozenset({State.WAITING}),
            Audience.ALL: placed | LIVE,
        }[self]


@dataclass(frozen=True)
class Recipient:
    """Somebody in the run, where messages reach them, and what they would read."""

    booking_id: int
    name: str
    channel: Channel
    address: str | None
    text: str
    masked_text: str

    @property
    def size(self) -> int:
        """How many bytes carriers count (EUC-KR: two for a Korean letter)."""
        return sum(1 if letter.isascii() else 2 for letter in self.text)

    @property
    def type(self) -> str:
        """SMS or LMS."""
        return text_type(self.text)


@dataclass(frozen=True)
class Mailing:
    """Everybody that a message goes to, or cannot reach."""

    run: Run
    recipients: Sequence[Recipient]

    @property
    def reached(self) -> list[Recipient]:
        """Whom it reaches."""
        return [one for one in self.recipients if one.address]

    @property
    def unreachable(self) -> list[Recipient]:
        """Whom somebody has to call."""
        return [one for one in self.recipients if not one.address]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many get it as SMS, LMS or by e-mail."""
        return Counter(one.type if one.channel is Channel.SMS else "email" for one in self.reached)

    @property
    def longest(self) -> int:
        """The most bytes that anybody's text has."""
        return max((one.size for one in self.recipients), default=0)

    @property
    def refusal(self) -> tuple[Reason, dict[str, object]] | None:
        """Why it cannot be sent."""
        if not self.recipients:
            return Reason.NOBODY, {}
        if not self.reached:
            return Reason.NOBODY_REACHED, {}
        if len(self.reached) > MOST_RECIPIENTS:
            return Reason.TOO_MANY, {"most": MOST_RECIPIENTS}
        if self.longest > MOST_BYTES:
            return Reason.TOO_LONG, {"most": MOST_BYTES, "bytes": self.longest}
        return None


def unknown_placeholder(body: str) -> str | None:
    """The first name in braces that nothing stands for."""
    names: Iterable[str] = _PLACEHOLDER.findall(body)
    return next((name for name in names if name not in PLACEHOLDERS), None)


def filled_in(body: str, facts: Mapping[str, str]) -> str:
    """The text with what its placeholders stand for; what is put in is not looked at again."""
    return _PLACEHOLDER.sub(lambda found: facts[found[1]], body)


def mailing(run: Run, audience: Audience, body: str) -> Mailing:
    """What a text becomes for everybody it is for; its placeholders are known ones."""
    return mailing_to(run, _people(run.id, audience), body)


def mailing_to(run: Run, people: Iterable[Facts], body: str) -> Mailing:
    """What a text becomes for people: a booking's id, name, phone, email, seat number and label."""
    shared = {
        "강좌": titled(run.title, run.section),
        "첫수업": dates.written_datetime(run.starts_at) or "미정",
        "강의실": run.room.name if run.room else "미정",
        "문의전화": _phone(run),
    }
    return Mailing(run, [_recipient(row, shared, body) for row in people])


def run_of(run_id: int, centers: Centers) -> Run | None:
    """A run of the user's centers, with its room and course."""
    query = sa.select(Run).where(Run.id == run_id)
    if centers is not None:
        query = query.where(Run.center_id.in_(centers))
    loaded = (joinedload(Run.room), joinedload(Run.course))
    return db.session.scalar(query.options(*loaded).execution_options(populate_existing=True))


def _people(run_id: int, audience: Audience) -> Sequence[Facts]:
    return db.session.execute(
        sa.select(Booking.id, Person.name, Person.phone, Person.email, Seat.number, Seat.label)
        .join(Person, Person.id == Booking.person_id)
        .outerjoin(Seat, Seat.id == Booking.seat_id)
        .where(Booking.run_id == run_id, Booking.state.in_(audience.states))
        .order_by(Booking.number)
    ).all()


def _recipient(row: Facts, shared: Mapping[str, str], body: str) -> Recipient:
    channel, address = reach(row)
    seat = row.label or (f"{row.number}번" if row.number else "당일 안내")
    facts = {**shared, "좌석": seat}
    return Recipient(
        row.id,
        row.name,
        channel,
        address,
        filled_in(body, facts | {"이름": row.name}),
        filled_in(body, facts | {"이름": masked_name(row.name)}),
    )


def _phone(run: Run) -> str:
    center = db.session.scalar(sa.select(Center.phone).where(Center.id == run.center_id))
    return phones.written(center or db.session.scalar(sa.select(Office.phone)))
