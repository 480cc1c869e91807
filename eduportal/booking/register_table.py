"""The register of restrictions as a table for files; names are masked in it."""

from collections.abc import Iterable

from flask_babel import gettext as _

from eduportal.booking.queries.restrictions import Line, Show
from eduportal.shared import clock, dates
from eduportal.shared.masking import masked_name
from eduportal.shared.tables import Cell, Column, Footnote, Group, Row, Table


def register_table(show: Show, lines: Iterable[Line]) -> Table:
    """제한 관리대장: a row for each line."""
    return Table(
        title=_("제한 관리대장"),
        columns=tuple(
            Column(label)
            for label in (
                _("번호"),
                _("기록한 날"),
                _("이름"),
                _("구분"),
                _("강좌"),
                _("사유"),
                _("제한 시작"),
                _("제한 끝"),
                _("상태"),
                _("해제 사유"),
                _("이의신청"),
            )
        ),
        groups=(Group(tuple(_row(line) for line in lines)),),
        period=_(show.label),
        as_of=_("기준일 %(day)s", day=dates.written_date(clock.today())),
        footnotes=(Footnote(_("이름은 가려서 내보냅니다. 제한 기간은 첫날과 끝날을 포함합니다.")),),
    )


def _row(line: Line) -> Row:
    one = line.restriction
    values = (
        str(one.id),
        dates.seoul_date(one.decided_at),
        masked_name(one.person.name) if one.person else _("(파기됨)"),
        _(one.cause.label),
        line.run.full_title if line.run else None,
        one.reason,
        one.from_on,
        one.until_on,
        _(line.standing.label),
        one.lifted_reason,
        _appeal_in_words(line),
    )
    return Row(tuple(Cell(value) for value in values))


def _appeal_in_words(line: Line) -> str | None:
    if line.appeal is None:
        return None
    if line.appeal.answered_at is None:
        return _("답변 대기")
    return _("받아들임") if line.appeal.granted else _("받아들이지 않음")
