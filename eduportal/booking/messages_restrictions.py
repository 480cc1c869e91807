"""What a person is told about the register of restrictions, each once."""

from flask_babel import gettext as _

from eduportal.booking.messages import Facts, tell
from eduportal.booking.models import Restriction
from eduportal.booking.rules.restrictions import Cause, Penalty
from eduportal.shared import dates


def tell_decided(run: Facts, person: Facts, restriction: Restriction, penalty: Penalty) -> None:
    """A warning, or until when they may not apply; and where to appeal."""
    _tell(
        run,
        person,
        restriction,
        "restricted",
        _("사유: %(reason)s", reason=restriction.reason),
        penalty_in_words(penalty),
        _("‘나의 신청 내역’에서 자세한 내용을 보고 이의신청을 하실 수 있습니다."),
    )


def tell_lifted(run: Facts, person: Facts, restriction: Restriction) -> None:
    """It counts no more."""
    sentence = _(
        "%(cause)s 기록을 해제했습니다. 사유: %(reason)s",
        cause=_(restriction.cause.label),
        reason=restriction.lifted_reason,
    )
    _tell(run, person, restriction, "restriction_lifted", sentence)


def tell_appealed(run: Facts, person: Facts, restriction: Restriction) -> None:
    """The appeal came in."""
    sentence = _("이의신청을 접수했습니다. 담당자가 살펴보고 답을 알려 드립니다.")
    _tell(run, person, restriction, "appeal_made", sentence)


def tell_refused(run: Facts, person: Facts, restriction: Restriction, answer: str) -> None:
    """The appeal changes nothing."""
    sentence = _("이의신청을 받아들이지 못했습니다. 답변: %(answer)s", answer=answer)
    _tell(run, person, restriction, "appeal_refused", sentence)


def penalty_in_words(penalty: Penalty) -> str:
    """`경고로 기록합니다. 다시 이런 일이 있으면 …`, or from when until when nobody may apply."""
    if penalty.first is None:
        warning = _("이번에는 경고로 기록합니다.")
        if not penalty.next_days:
            return warning
        more = _(
            "다시 이런 일이 있으면 %(days)s일 동안 신청하실 수 없습니다.", days=penalty.next_days
        )
        return f"{warning} {more}"
    return _(
        "%(first)s부터 %(last)s까지 새로 신청하실 수 없습니다. 이미 확정된 강좌는 그대로입니다.",
        first=dates.written_date(penalty.first),
        last=dates.written_date(penalty.last),
    )


def late_reason(hours: int) -> str:
    """Why giving up a place was too late."""
    return _("첫 수업까지 %(hours)s시간이 남지 않았을 때 취소함", hours=hours)


def _tell(
    run: Facts, person: Facts, restriction: Restriction, occasion: str, *sentences: str
) -> None:
    if restriction.booking_id is None:
        return
    names = {Cause.NO_SHOW: _("무단불참"), Cause.LATE_CANCEL: _("늦은 취소")}
    head = _("[이용 제한 안내] %(cause)s", cause=names.get(restriction.cause, _("이용 제한")))
    tell(run, restriction.booking_id, person, f"{occasion}:{restriction.id}", head, *sentences)
