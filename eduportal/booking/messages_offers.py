"""What people are told about a free place that is offered; at night the message waits for morning.

Posted in the turn that makes it true.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _

from eduportal.booking import messages
from eduportal.booking.rules.offers import told_at
from eduportal.catalog.models import Center, Office
from eduportal.catalog.rules.intake import Intake
from eduportal.notices import actions as notices
from eduportal.shared import clock, dates, phones
from eduportal.shared.db import db

Facts = sa.Row[*tuple[Any, ...]]


def tell_offered(run: Facts, booking_id: int, person: Facts, until: datetime) -> None:
    """A place is kept for somebody, and until when they have to say whether they want it."""
    _tell(
        run,
        booking_id,
        person,
        "offered",
        _("기다리시던 강좌에 자리가 났습니다."),
        _(
            "%(until)s까지 자리를 맡아 둡니다. 그때까지 수강하실지 꼭 답해 주세요.",
            until=_until(until),
        ),
        _how_to_answer(run, booking_id),
        _("답이 없으면 다음 분께 자리가 돌아갑니다."),
    )


def tell_accepted(run: Facts, booking_id: int, person: Facts, seat: str | None) -> None:
    """The answer to somebody who took the place: theirs now."""
    seated = [_("좌석: %(seat)s", seat=seat)] if seat else []
    messages.tell(
        run,
        booking_id,
        person,
        "placed",
        _("수강이 확정되었습니다."),
        *seated,
        _("첫 수업: %(first)s", first=dates.written_datetime(run.starts_at)),
        _("못 오시면 꼭 취소해 주세요. 다음 분께 자리가 돌아갑니다."),
    )


def tell_declined(run: Facts, booking_id: int, person: Facts) -> None:
    """The answer to somebody who does not want the place."""
    sentence = _("빈자리를 받지 않으셔서 신청이 끝났습니다. 알려 주셔서 고맙습니다.")
    _tell(run, booking_id, person, "declined", sentence)


def tell_lapsed(run: Facts, booking_id: int, person: Facts) -> None:
    """No answer came in time."""
    _tell(
        run,
        booking_id,
        person,
        "lapsed",
        _("안내해 드린 기한까지 답이 없어 자리가 다음 분께 돌아갔습니다."),
        _("접수 기간이면 다시 신청하실 수 있습니다."),
    )


def tell_lengthened(run: Facts, booking_id: int, person: Facts, until: datetime) -> None:
    """There is more time to answer."""
    _tell(
        run,
        booking_id,
        person,
        # Each lengthening is an occasion of its own.
        f"offer_lengthened:{until:%Y%m%d%H%M%S}",
        _("빈자리 안내에 답하실 기한을 %(until)s까지로 늘렸습니다.", until=_until(until)),
        _how_to_answer(run, booking_id),
    )


def take_back(booking_id: int) -> None:
    """The offer ended before its message went out in the morning: nobody is to read it now."""
    notices.take_back(f"booking:{booking_id}:offered")


def _tell(run: Facts, booking_id: int, person: Facts, occasion: str, *sentences: str) -> None:
    not_before = told_at(clock.now(), Intake.of(run.intake))
    messages.tell(run, booking_id, person, occasion, *sentences, not_before=not_before)


def _until(until: datetime) -> str:
    return dates.written_until(until)


def _how_to_answer(run: Facts, booking_id: int) -> str:
    phone = phones.written(_phone(run.center_id))
    base = str(current_app.config["PUBLIC_URL"]).rstrip("/")
    if base:
        address = f"{base}/my/bookings/{booking_id}/offer"
        return _("답하기: %(address)s\n전화로 답하기: %(phone)s", address=address, phone=phone)
    return _(
        "‘나의 신청 내역’에서 답하시거나 %(phone)s번으로 전화해 주세요.",
        phone=phone,
    )


def _phone(center_id: int) -> str | None:
    office = sa.select(Office.phone).scalar_subquery()
    query = sa.select(sa.func.coalesce(Center.phone, office)).where(Center.id == center_id)
    return db.session.scalar(query)
