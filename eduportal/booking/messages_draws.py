"""What people are told when lots or a screening decided; posted in the turn that decides."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _

from eduportal.booking.messages import tell
from eduportal.shared import dates

Facts = sa.Row[*tuple[Any, ...]]


def tell_won(run: Facts, booking_id: int, person: Facts, seat: str | None, ticket: str) -> None:
    """The lot gave a place."""
    sentence = _("추첨 결과 수강이 확정되었습니다. (추첨 번호 %(ticket)s)", ticket=ticket)
    tell(run, booking_id, person, "drawn", sentence, *_place(run, seat), *_see(run.id))


def tell_all_placed(run: Facts, booking_id: int, person: Facts, seat: str | None) -> None:
    """Nobody had to be drawn."""
    sentence = _("신청하신 분이 정원보다 많지 않아 추첨 없이 수강이 확정되었습니다.")
    tell(run, booking_id, person, "drawn", sentence, *_place(run, seat))


def tell_waits(run: Facts, booking_id: int, person: Facts, ticket: str, rank: int) -> None:
    """The lot gave a place in the waiting list."""
    drawn = _(
        "추첨 결과 대기 %(rank)s번입니다. (추첨 번호 %(ticket)s)",
        rank=rank,
        ticket=ticket,
    )
    tell(run, booking_id, person, "drawn", drawn, _when_free(), *_see(run.id))


def tell_lost(run: Facts, booking_id: int, person: Facts, ticket: str, lots: int | None) -> None:
    """The lot gave nothing; `lots` is what the person has in the next draw, where it counts."""
    lost = _(
        "추첨 결과 이번에는 선정되지 않으셨습니다. (추첨 번호 %(ticket)s)",
        ticket=ticket,
    )
    next_time = (
        [_("이 과정의 다음 추첨에서는 추첨권이 %(lots)s장이 됩니다.", lots=lots)] if lots else []
    )
    tell(run, booking_id, person, "drawn", lost, *next_time, *_see(run.id))


def tell_passed_over(run: Facts, booking_id: int, person: Facts, why: str) -> None:
    """It was their turn, and a rule said no."""
    sentence = _("추첨 차례가 되었지만 자리를 드리지 못했습니다. 사유: %(why)s", why=why)
    tell(run, booking_id, person, "drawn", sentence)


def tell_by_arrival(
    run: Facts, booking_id: int, person: Facts, seat: str | None, rank: int | None
) -> None:
    """Who came after those that were drawn: a place, a `rank` in the list, or neither."""
    if rank is None:
        sentences = [_("남은 자리에 수강이 확정되었습니다."), *_place(run, seat)]
    elif rank:
        sentences = [_("대기 %(rank)s번입니다.", rank=rank), _when_free()]
    else:
        sentences = [_("정원과 대기 인원이 모두 차서 이번에는 자리를 드리지 못했습니다.")]
    tell(run, booking_id, person, "drawn", *sentences)


def tell_screened(
    run: Facts, booking_id: int, person: Facts, seat: str | None, rank: int | None
) -> None:
    """The screening gave a place, or a `rank` in the waiting list."""
    if rank:
        sentences = [_("심사 결과 대기 %(rank)s번입니다.", rank=rank), _when_free()]
    else:
        sentences = [_("심사 결과 수강이 확정되었습니다."), *_place(run, seat)]
    tell(run, booking_id, person, "screened", *sentences)


def tell_screened_out(run: Facts, booking_id: int, person: Facts, reason: str) -> None:
    """The screening gave nothing."""
    sentence = _("심사 결과 이번에는 선정되지 않으셨습니다. 사유: %(reason)s", reason=reason)
    tell(run, booking_id, person, "screened", sentence)


def _place(run: Facts, seat: str | None) -> Iterable[str]:
    if seat is not None:
        yield _("좌석: %(seat)s", seat=seat)
    yield _("첫 수업: %(first)s", first=dates.written_datetime(run.starts_at))


def _when_free() -> str:
    return _("자리가 나면 순서대로 바로 알려 드립니다.")


def _see(run_id: int) -> Iterable[str]:
    base = str(current_app.config["PUBLIC_URL"]).rstrip("/")
    if base:
        yield _("추첨 결과는 누구나 다시 계산해 볼 수 있습니다.") + f"\n{base}/runs/{run_id}/draw"
