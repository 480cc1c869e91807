"""What is typed about centers, rooms, closed days and blocks; shape only."""

import json
from collections.abc import Mapping
from datetime import date, time

from flask_babel import gettext as _
from wtforms import HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional, ValidationError

from eduportal.catalog.actions.blocks import BlockFacts
from eduportal.catalog.actions.centers import Named, hours_in_text
from eduportal.catalog.actions.closures import Closure
from eduportal.catalog.actions.rooms import RoomFacts
from eduportal.catalog.forms.fields import WEEKDAY_NAMES, Checkboxes
from eduportal.catalog.rules import BlockKind
from eduportal.catalog.rules.places import BlockPattern, Repeat, Week, in_text
from eduportal.catalog.rules.seats import MOST_COLUMNS, MOST_ROWS
from eduportal.shared.forms import (
    DayField,
    Form,
    PhoneField,
    TimeOfDayField,
    at_most,
    between,
    blank_to_none,
    chosen,
    labelled,
    options,
    required,
)
from eduportal.shared.forms import lazy_text as _l

BACKWARDS = "마지막 날은 처음 날과 같거나 그 뒤여야 합니다."


class SeenForm(Form):
    """A form that knows what stood in its fields when it was opened.

    So two who edit one thing at once each change what they changed, and nothing else.
    """

    seen = HiddenField()

    def remember(self, values: Mapping[str, object]) -> None:
        """Keep what stands in the fields now; what came back from the browser stays."""
        if self.seen.data is None:
            kept = {name: in_text(value) for name, value in values.items()}
            self.seen.data = json.dumps(kept, ensure_ascii=False)

    def as_seen(self) -> dict[str, str]:
        """What stood in the fields; nothing where the browser sent none of it."""
        try:
            kept = json.loads(self.seen.data or "{}")
        except ValueError:
            return {}
        if not isinstance(kept, dict):
            return {}
        return {str(name): str(value) for name, value in kept.items()}


class CenterNameForm(Form):
    """What a center is called and where it is, from a day on."""

    name = StringField(
        _l("교육장 이름"),
        [required(_l("교육장 이름을 입력해 주세요.")), at_most(80)],
        filters=[blank_to_none],
    )
    place = StringField(_l("주소"), [Optional(), at_most(200)], filters=[blank_to_none])
    since = DayField(
        _l("이날부터"), [InputRequired(_l("이 이름을 쓰기 시작하는 날을 입력해 주세요."))]
    )

    def named(self) -> Named:
        """What was typed, for the verbs."""
        typed = self.data
        return Named(typed["name"], typed["place"], typed["since"])


class NewCenterForm(CenterNameForm):
    """A center that is opened."""

    phone = PhoneField(_l("전화"), [Optional()])
    summary = TextAreaField(_l("소개"), [Optional(), at_most(1000)], filters=[blank_to_none])


class CorrectNameForm(SeenForm):
    """How a name or an address should have been written."""

    name = StringField(
        _l("교육장 이름"),
        [required(_l("교육장 이름을 입력해 주세요.")), at_most(80)],
        filters=[blank_to_none],
    )
    place = StringField(_l("주소"), [Optional(), at_most(200)], filters=[blank_to_none])


class CenterForm(SeenForm):
    """What does not depend on a day."""

    phone = PhoneField(_l("전화"), [Optional()])
    summary = TextAreaField(_l("소개"), [Optional(), at_most(1000)], filters=[blank_to_none])
    position = IntegerField(
        _l("차례"), [between(0, 999, _l("차례는 0부터 999까지 숫자로 입력해 주세요."))]
    )

    def wanted(self) -> dict[str, object]:
        """What was typed, for the verb."""
        return {name: self.data[name] for name in ("phone", "summary", "position") if name in self}


class HoursForm(SeenForm):
    """When a center is open: two times for each weekday, both empty where it is closed."""

    def week(self) -> dict[int, tuple[time | None, time | None]]:
        """What was typed, for the verb."""
        typed = self.data
        return {day: (typed[f"opens_{day}"], typed[f"closes_{day}"]) for day in range(7)}


for _day, _name in WEEKDAY_NAMES:
    setattr(
        HoursForm,
        f"opens_{_day}",
        TimeOfDayField(_l("%(day)s 여는 시각", day=_name), [Optional()]),
    )
    setattr(
        HoursForm,
        f"closes_{_day}",
        TimeOfDayField(_l("%(day)s 닫는 시각", day=_name), [Optional()]),
    )


def hours_form(week: Week) -> HoursForm:
    """The form with the hours that are kept."""
    kept = {f"opens_{day}": hours[0] for day, hours in week.items()}
    kept |= {f"closes_{day}": hours[1] for day, hours in week.items()}
    form = HoursForm(data=kept)
    form.remember({str(day): hours_in_text(week.get(day, (None, None))) for day in range(7)})
    return form


class ClosedDayForm(Form):
    """Days on which a center is closed. `seen`: the classes on them that were shown."""

    center_id = SelectField(_l("교육장"), coerce=int)
    first = DayField(_l("처음 날"), [InputRequired(_l("쉬기 시작하는 날을 입력해 주세요."))])
    last = DayField(_l("마지막 날"), [Optional()])
    name = StringField(
        _l("이름"),
        [required(_l("쉬는 까닭을 입력해 주세요.")), at_most(80)],
        filters=[blank_to_none],
    )
    seen = HiddenField()

    def validate_last(self, field: DayField) -> None:
        """Not before the first, and no more than a year."""
        first = self.first.data
        if field.data and first and field.data < first:
            raise ValidationError(_(BACKWARDS))
        if field.data and first and (field.data - first).days > 366:
            raise ValidationError(_("처음 날부터 1년 안의 날을 입력해 주세요."))

    def closure(self) -> Closure:
        """What was typed, for the verbs; one day where only one was given."""
        typed = self.data
        return Closure(typed["first"], typed["last"] or typed["first"], typed["name"])


class HolidayForm(Form):
    """A public holiday that the calendar does not know."""

    day = DayField(_l("날짜"), [InputRequired(_l("쉬는 날을 입력해 주세요."))])
    name = StringField(
        _l("이름"),
        [required(_l("공휴일 이름을 입력해 주세요.")), at_most(80)],
        filters=[blank_to_none],
    )
    seen = HiddenField()


class RoomForm(SeenForm):
    """What staff say about a room."""

    name = StringField(
        _l("강의실 이름"),
        [required(_l("강의실 이름을 입력해 주세요.")), at_most(80)],
        filters=[blank_to_none],
    )
    opened_on = DayField(_l("여는 날"), [InputRequired(_l("쓰기 시작하는 날을 입력해 주세요."))])
    equipment = TextAreaField(_l("장비"), [Optional(), at_most(2000)], filters=[blank_to_none])
    note = TextAreaField(_l("메모"), [Optional(), at_most(2000)], filters=[blank_to_none])

    def facts(self) -> RoomFacts:
        """What was typed, for the verbs."""
        typed = self.data
        return RoomFacts(typed["name"], typed["opened_on"], typed["equipment"], typed["note"])


class NewRoomForm(RoomForm):
    """A room with its seats."""

    rows = IntegerField(
        _l("줄 수(앞뒤)"),
        [
            between(
                1,
                MOST_ROWS,
                _l("줄 수는 1부터 %(most)s까지 숫자로 입력해 주세요.", most=MOST_ROWS),
            )
        ],
    )
    columns = IntegerField(
        _l("한 줄의 좌석 수"),
        [
            between(
                1,
                MOST_COLUMNS,
                _l("좌석 수는 1부터 %(most)s까지 숫자로 입력해 주세요.", most=MOST_COLUMNS),
            )
        ],
    )


class CloseRoomForm(Form):
    """Up to when a room is used."""

    last_day = DayField(
        _l("마지막으로 쓰는 날"), [InputRequired(_l("마지막으로 쓰는 날을 입력해 주세요."))]
    )


class BlockForm(Form):
    """When a room is used for something else."""

    kind = RadioField(_l("구분"), [chosen()], choices=options(labelled(BlockKind)))
    title = StringField(
        _l("제목"),
        [required(_l("무엇에 쓰는지 입력해 주세요.")), at_most(80)],
        filters=[blank_to_none],
    )
    first = DayField(_l("처음 날"), [InputRequired(_l("처음 날을 입력해 주세요."))])
    last = DayField(_l("마지막 날"), [Optional()])
    starts = TimeOfDayField(_l("시작 시각"), [InputRequired(_l("시작 시각을 입력해 주세요."))])
    ends = TimeOfDayField(_l("끝 시각"), [InputRequired(_l("끝 시각을 입력해 주세요."))])
    repeat = RadioField(
        _l("여러 날이면"), [chosen()], choices=options(labelled(Repeat)), default=Repeat.THROUGH
    )
    weekdays = Checkboxes(_l("요일"), coerce=int, choices=options(WEEKDAY_NAMES))
    note = TextAreaField(_l("메모"), [Optional(), at_most(1000)], filters=[blank_to_none])

    def validate_last(self, field: DayField) -> None:
        """No more than two years: a pattern is written out day by day."""
        first = self.first.data
        if field.data and first and field.data < first:
            raise ValidationError(_(BACKWARDS))
        if field.data and first and (field.data - first).days > 731:
            raise ValidationError(_("처음 날부터 2년 안의 날을 입력해 주세요."))

    def validate_weekdays(self, field: Checkboxes) -> None:
        """Every week needs a weekday."""
        if self.repeat.data == Repeat.WEEKLY and not field.data:
            raise ValidationError(_("요일을 하나 이상 골라 주세요."))

    def pattern(self) -> BlockPattern:
        """What was typed, for the rules; one day where only one was given."""
        typed = self.data
        first: date = typed["first"]
        return BlockPattern(
            first,
            typed["last"] or first,
            typed["starts"],
            typed["ends"],
            Repeat(typed["repeat"]),
            frozenset(typed["weekdays"] or ()),
        )

    def facts(self) -> BlockFacts:
        """What was typed, for the verb."""
        typed = self.data
        return BlockFacts(BlockKind(typed["kind"]), typed["title"], typed["note"])
