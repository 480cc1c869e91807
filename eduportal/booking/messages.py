"""What people are told about their bookings; posted in the turn that makes it true."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _

from eduportal.accounts.rules import Audience, Relation
from eduportal.catalog.models import Run, Seat
from eduportal.notices.actions import post
from eduportal.notices.models import Channel
from eduportal.shared import clock, dates, phones

Facts = sa.Row[*tuple[Any, ...]]


def titled(title: str, section: str | None) -> str:
    """A run's title with its section."""
    return f"{title} ({section})" if section else title


def audience_in_words(audience: str) -> str:
    """`구민` or `구청 직원`."""
    return {"resident": _("구민"), "employee": _("구청 직원")}[Audience(audience).value]


def relations_in_words(relations: Any) -> str:
    """`우리 구에 사는 분, 우리 구에 직장이 있는 분`, in a fixed order."""
    words = {
        Relation.LIVES: _("우리 구에 사는 분"),
        Relation.WORKS: _("우리 구에 직장이 있는 분"),
        Relation.STUDIES: _("우리 구에 다니는 학교가 있는 분"),
        Relation.ELSEWHERE: _("다른 지역에 사는 분"),
    }
    return ", ".join(words[relation] for relation in Relation if relation.value in set(relations))


def seat_in_words(seat: Facts | Seat) -> str:
    """What is written on a seat, as in `창가`; `7번` where that is its number alone."""
    return seat.label or _("%(number)s번", number=seat.number)


def tell_placed(run: Facts, booking_id: int, person: Facts, seat: str | None) -> None:
    """The answer to an application that got a place."""
    tell(run, booking_id, person, "placed", _("수강이 확정되었습니다."), *_seat(seat), _starts(run))


def tell_waiting(run: Facts, booking_id: int, person: Facts, rank: int) -> None:
    """The answer to an application that waits."""
    tell(
        run,
        booking_id,
        person,
        "waiting",
        _("대기 %(rank)s번으로 접수되었습니다.", rank=rank),
        _("자리가 나면 순서대로 확정하고 바로 알려 드립니다."),
    )


def tell_applied(run: Facts, booking_id: int, person: Facts) -> None:
    """The answer to an application that the department has to approve."""
    tell(
        run,
        booking_id,
        person,
        "applied",
        _("신청을 접수했습니다. 부서 승인을 기다립니다."),
        _("승인된 순서대로 자리를 드리고, 결과를 알려 드립니다."),
    )


def tell_collected(run: Facts, booking_id: int, person: Facts) -> None:
    """The answer to an application about which lots or a screening will decide."""
    tell(
        run,
        booking_id,
        person,
        "collected",
        _("신청을 접수했습니다."),
        _("접수가 끝난 뒤 수강하실 분을 정해 알려 드립니다. 먼저 신청해도 늦게 신청해도 같습니다."),
    )


def tell_nominated(
    run: Facts, booking_id: int, person: Facts, seat: str | None, rank: int | None
) -> None:
    """The department applied for somebody: a place, or a `rank` in the waiting list."""
    if rank:
        answer = [_("대기 %(rank)s번으로 접수되었습니다.", rank=rank)]
    else:
        answer = [_("수강이 확정되었습니다."), *_seat(seat), _starts(run)]
    first = _("소속 부서에서 이 강좌에 추천했습니다.")
    tell(run, booking_id, person, "nominated", first, *answer)


def tell_not_selected(run: Facts, booking_id: int, person: Facts, reason: str) -> None:
    """An application that the department did not approve."""
    sentence = _("부서 승인을 받지 못해 신청이 끝났습니다. 사유: %(reason)s", reason=reason)
    tell(run, booking_id, person, "not_selected", sentence)


def tell_placed_from_waiting(run: Facts, booking_id: int, person: Facts, seat: str | None) -> None:
    """A seat came free."""
    tell(
        run,
        booking_id,
        person,
        "placed",
        _("자리가 나서 수강이 확정되었습니다."),
        *_seat(seat),
        _starts(run),
        _("못 오시면 꼭 취소해 주세요. 다음 분께 자리가 돌아갑니다."),
    )


def tell_cancelled(run: Facts, booking_id: int, person: Facts, by_office: str | None) -> None:
    """A booking ended, by the person or (with the reason) by the office."""
    if by_office is None:
        tell(run, booking_id, person, "cancelled", _("신청이 취소되었습니다."))
    else:
        sentence = _("신청을 취소했습니다. 사유: %(reason)s", reason=by_office)
        tell(run, booking_id, person, "cancelled", sentence)


def tell_run_cancelled(
    run: Facts, booking_id: int, person: Facts, reason: str, instead: Iterable[Facts] = ()
) -> None:
    """The whole run is off; `instead` are runs (id, title, section, starts_at) to look at."""
    sentence = _("강좌가 폐강되었습니다. 사유: %(reason)s", reason=reason)
    others = [
        _(
            "%(title)s, 첫 수업 %(first)s",
            title=titled(other.title, other.section),
            first=dates.written_datetime(other.starts_at),
        )
        + _link(other.id)
        for other in instead
    ]
    lead = [_("대신 이런 강좌가 있습니다.")] if others else []
    tell(run, booking_id, person, "run_cancelled", sentence, *lead, *others)


def _link(run_id: int) -> str:
    """Where to read on, in a message: nothing where nobody has said how the portal is reached."""
    base = str(current_app.config["PUBLIC_URL"]).rstrip("/")
    return f"\n{base}/runs/{run_id}" if base else ""


def tell_moved(
    run: Facts,
    booking_id: int,
    person: Facts,
    old: datetime,
    new: tuple[datetime, datetime],
    room: str,
) -> None:
    """One meeting is at another time or in another room."""
    tell(
        run,
        booking_id,
        person,
        # Each moving is an occasion of its own, also back to where it was.
        f"moved:{clock.now():%Y%m%d%H%M%S%f}",
        _(
            "%(old)s 수업이 %(new)s, %(room)s(으)로 바뀌었습니다.",
            old=dates.written_datetime(old),
            new=dates.written_span(*new),
            room=room,
        ),
    )


def tell_called_off(
    run: Facts, booking_id: int, person: Facts, when: tuple[datetime, datetime], reason: str
) -> None:
    """One meeting is not held."""
    sentence = _(
        "%(when)s 수업은 휴강합니다. 사유: %(reason)s",
        when=dates.written_span(*when),
        reason=reason,
    )
    tell(run, booking_id, person, _occasion("called_off"), sentence)


def tell_restored(
    run: Facts, booking_id: int, person: Facts, when: tuple[datetime, datetime], room: str
) -> None:
    """One meeting that was called off is held after all."""
    sentence = _(
        "휴강하기로 했던 %(when)s 수업을 %(room)s에서 그대로 합니다.",
        when=dates.written_span(*when),
        room=room,
    )
    tell(run, booking_id, person, _occasion("restored"), sentence)


def tell_added(
    run: Facts,
    booking_id: int,
    person: Facts,
    when: tuple[datetime, datetime],
    room: str,
    instead_of: datetime | None,
) -> None:
    """One meeting more: a make-up for one that was called off, or an extra one."""
    facts = {"when": dates.written_span(*when), "room": room}
    if instead_of is None:
        sentence = _("%(when)s, %(room)s에서 수업을 한 번 더 합니다.", **facts)
    else:
        sentence = _(
            "휴강한 %(old)s 수업의 보강을 %(when)s, %(room)s에서 합니다.",
            old=dates.written_date(instead_of),
            **facts,
        )
    tell(run, booking_id, person, _occasion("class_added"), sentence)


def tell_instructor(run: Facts, instructor: Facts, meeting_id: int, sentence: str) -> None:
    """Who teaches (id, phone, email), about one meeting; nothing where neither address is kept."""
    channel, address = _contact(instructor)
    if address is None:
        return
    subject = _("[정보화교육] %(title)s", title=titled(run.title, run.section))
    # Both instructors may be told of one meeting in the same moment.
    key = f"meeting:{meeting_id}:instructor:{instructor.id}:{_occasion('told')}"
    post(channel, address, "meeting.instructor", subject, f"{subject}\n{sentence}", key)


def _occasion(name: str) -> str:
    # Each is an occasion of its own, also back to what it was.
    return f"{name}:{clock.now():%Y%m%d%H%M%S%f}"


def _seat(seat: str | None) -> Iterable[str]:
    return [] if seat is None else [_("좌석: %(seat)s", seat=seat)]


def _starts(run: Facts) -> str:
    return _("첫 수업: %(first)s", first=dates.written_datetime(run.starts_at))


def tell(
    run: Facts,
    booking_id: int,
    person: Facts,
    occasion: str,
    *sentences: str,
    not_before: datetime | None = None,
) -> None:
    """Tell a person (phone, email) about a booking, once an occasion; nobody without either."""
    channel, address = _contact(person)
    if address is None:
        return
    title = titled(run.title, run.section)
    subject = _("[정보화교육] %(title)s", title=title)
    post(
        channel,
        address,
        f"booking.{occasion.split(':')[0]}",
        subject,
        "\n".join((subject, *sentences)),
        f"booking:{booking_id}:{occasion}",
        not_before=not_before,
    )


def _contact(person: Facts) -> tuple[Channel, str | None]:
    if phones.is_mobile(person.phone):
        return Channel.SMS, person.phone
    return Channel.EMAIL, person.email


def reach(person: Facts) -> tuple[Channel, str | None]:
    """How messages reach a person (phone, email), and at which address; None: nowhere."""
    return _contact(person)


def tell_roster(
    run: Run, message_id: int, booking_id: int, channel: Channel, address: str, text: str
) -> None:
    """What staff wrote to the people of a run, to one of them."""
    subject = _("[정보화교육] %(title)s", title=titled(run.title, run.section))
    key = f"roster:{message_id}:{booking_id}"
    post(channel, address, "booking.roster", subject, text, key)
