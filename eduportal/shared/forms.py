"""What every form shares: the shape of its fields, and Korean sentences when it is not met.

Forms check shape only. Permission and availability are rules, asked inside the turn to write.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, cast

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import Field, StringField, TelField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import DataRequired, InputRequired, Length, StopValidation, ValidationError

from eduportal.shared import dates, phones
from eduportal.shared.refusal import Refused
from eduportal.shared.resident_number import contains_resident_number

# WTForms shows a lazy text like any other; its types know only str.
lazy = cast(Callable[[str], str], lazy_gettext)
# The same, with facts to fill in.
lazy_text = cast(Callable[..., str], lazy_gettext)
_l = lazy

NO_RESIDENT_NUMBER = _l("주민등록번호는 받지 않습니다. 번호를 지우고 다시 입력해 주세요.")

NO_SUCH_LETTER = _l("쓸 수 없는 글자가 있습니다. 지우고 다시 입력해 주세요.")


class Form(FlaskForm):
    """Base of every form."""

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Field by field; then no text may hold a resident registration number, or a NUL."""
        fine = bool(super().validate(extra_validators))
        for field in self:
            sentence = _forbidden(field)
            if sentence:
                field.errors = [sentence]
                field.raw_data = [""]
                field.data = None
                fine = False
        return fine


def carried_out(form: Form, verb: Callable[[], object]) -> bool:
    """Run a verb; when its rules refuse, the reason stands on top of the form."""
    try:
        verb()
    except Refused as refused:
        form.form_errors.append(refused.sentence)
        return False
    return True


class PhoneField(TelField):
    """A Korean number, however it is typed; data is its digits."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """To digits; what cannot be one stays as typed and fails."""
        text = (valuelist[0] if valuelist else "").strip()
        digits = phones.parsed(text)
        self.data = digits or text or None
        if text and digits is None:
            raise ValueError(_("전화번호를 다시 확인해 주세요. 예: 010-1234-5678"))

    def _value(self) -> str:
        typed = self.raw_data[0] if self.raw_data else None
        return str(typed) if typed is not None else phones.written(self.data) if self.data else ""


class DayField(StringField):
    """A Seoul day, typed as 2026-12-01, 2026.12.1 or 20261201; data is a date."""

    data: date | None  # type: ignore[assignment]

    def process_formdata(self, valuelist: list[str]) -> None:
        """To a date; ValueError with a sentence where it is none."""
        text = (valuelist[0] if valuelist else "").strip()
        self.data = _day(text) if text else None

    def _value(self) -> str:
        typed = self.raw_data[0] if self.raw_data else None
        return str(typed) if typed is not None else self.data.isoformat() if self.data else ""


class TimeOfDayField(StringField):
    """A clock time, typed as 10:00, 10:00:30 or 1000; data is a time."""

    data: time | None  # type: ignore[assignment]

    def process_formdata(self, valuelist: list[str]) -> None:
        """To a time; ValueError with a sentence where it is none."""
        text = (valuelist[0] if valuelist else "").strip()
        self.data = _time(text) if text else None

    def _value(self) -> str:
        typed = self.raw_data[0] if self.raw_data else None
        return str(typed) if typed is not None else self.data.strftime("%H:%M") if self.data else ""


class MomentField(StringField):
    """A day and time of the Seoul clock, typed as 2026-12-01 10:00(:30); data is a UTC instant."""

    data: datetime | None  # type: ignore[assignment]

    def process_formdata(self, valuelist: list[str]) -> None:
        """To an instant; ValueError with a sentence where it is none."""
        text = (valuelist[0] if valuelist else "").strip().replace("T", " ")
        if not text:
            self.data = None
            return
        day, _gap, clock_time = text.rpartition(" ")
        if not day:
            raise ValueError(_("날짜와 시각을 함께 입력해 주세요. 예: 2026-12-01 10:00"))
        self.data = dates.at(_day(day), _time(clock_time))

    def _value(self) -> str:
        typed = self.raw_data[0] if self.raw_data else None
        if typed is not None:
            return str(typed)
        return f"{dates.seoul(self.data):%Y-%m-%d %H:%M:%S}" if self.data else ""


def required(sentence: str | None = None) -> DataRequired:
    """The field must be filled in; `sentence` says with what."""
    return DataRequired(sentence or _l("꼭 입력해 주세요."))


def chosen(sentence: str | None = None) -> InputRequired:
    """One of the choices must be taken."""
    return InputRequired(sentence or _l("하나를 골라 주세요."))


def options(pairs: Iterable[tuple[object, str]], nothing: str | None = None) -> list[SelectChoice]:
    """Choices out of values and labels, after one that chooses nothing where that is given."""
    first = [] if nothing is None else [SelectChoice("", nothing)]
    return first + [SelectChoice(str(value), label) for value, label in pairs]


def labelled(enum: Any) -> list[tuple[str, str]]:
    """The values of an enum with their labels."""
    return [(member.value, member.label) for member in enum]


def at_most(letters: int) -> Length:
    """No more letters than the column holds."""
    return Length(max=letters, message=_l("%(max)d자까지 쓸 수 있습니다."))


def blank_to_none(text: str | None) -> str | None:
    """A field's filter: white space around is taken off, and nothing is None."""
    return (text or "").strip() or None


def mobile_only(_form: Form, field: Field) -> None:
    """A validator: text messages must be able to reach the number."""
    if not field.errors and not phones.is_mobile(field.data):
        raise ValidationError(_("010으로 시작하는 휴대전화 번호 11자리를 입력해 주세요."))


def between(low: int, high: int, sentence: str) -> Callable[[Form, Field], None]:
    """A validator for whole numbers, with one sentence for both ends."""

    def check(_form: Form, field: Field) -> None:
        if field.data is None or not low <= field.data <= high:
            # In place of WTForms' own sentence about what is no number.
            field.errors = []
            raise StopValidation(sentence)

    return check


def _forbidden(field: Field) -> str | None:
    typed = [text for text in (field.raw_data or []) if isinstance(text, str)]
    if any(contains_resident_number(text) for text in typed):
        return str(NO_RESIDENT_NUMBER)
    # PostgreSQL stores no NUL; nobody types one.
    return str(NO_SUCH_LETTER) if any("\0" in text for text in typed) else None


def _day(text: str) -> date:
    parts = re.findall(r"\d+", text)
    if len(parts) == 1 and len(parts[0]) == 8:
        parts = [parts[0][:4], parts[0][4:6], parts[0][6:]]
    try:
        year, month, day = (int(part) for part in parts)
        # No office plans beyond these years, and the calendar's ends have no Seoul midnight.
        if not 1900 <= year <= 2100:
            raise ValueError
        return date(year, month, day)
    except ValueError:
        raise ValueError(_("날짜를 다시 확인해 주세요. 예: 2026-03-01 또는 20260301")) from None


def _time(text: str) -> time:
    parts = re.findall(r"\d+", text)
    if len(parts) == 1 and len(parts[0]) == 4:
        parts = [parts[0][:2], parts[0][2:]]
    if len(parts) == 1 and len(parts[0]) <= 2:
        # Whoever writes "10" or "10시" means the full hour.
        parts = [parts[0], "0"]
    try:
        hour, minute, second = (int(part) for part in [*parts, "0"][: max(3, len(parts))])
        return time(hour, minute, second)
    except ValueError:
        raise ValueError(_("시각을 다시 확인해 주세요. 예: 10:00")) from None
