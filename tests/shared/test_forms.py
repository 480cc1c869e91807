"""What no form takes, and how days, times and numbers may be typed."""

from datetime import UTC, date, datetime, time

import pytest
from flask import Flask
from wtforms import StringField

from eduportal.shared.forms import DayField, Form, MomentField, PhoneField, TimeOfDayField


class Everything(Form):
    """One field of each kind."""

    text = StringField()
    day = DayField()
    moment = MomentField()
    time = TimeOfDayField()
    phone = PhoneField()


def filled(app: Flask, **typed: str) -> Everything:
    """The form as it was typed."""
    with app.test_request_context(method="POST", data=typed):
        form = Everything()
        form.validate()
        return form


@pytest.mark.parametrize(
    "number",
    [
        "540301-1234567",
        "5403011234567",
        "540301 - 1234567",
        "５４０３０１-１２３４５６７",
        "540301–2234567",
    ],
)
def test_a_resident_number_is_refused_and_forgotten(app: Flask, number: str) -> None:
    form = filled(app, text=f"번호는 {number}입니다")
    assert "주민등록번호는 받지 않습니다" in form.text.errors[0]
    assert form.text.data is None


@pytest.mark.parametrize("fine", ["01012345678", "2026-12-01 10:00", "540301", "E1234567890123456"])
def test_other_numbers_are_fine(app: Flask, fine: str) -> None:
    assert not filled(app, text=fine).text.errors


def test_a_nul_is_refused(app: Flask) -> None:
    assert filled(app, text="a\0b").text.errors


@pytest.mark.parametrize("typed", ["2026-12-01", "2026.12.1", "20261201", "2026년 12월 1일"])
def test_a_day_may_be_typed_in_many_ways(app: Flask, typed: str) -> None:
    assert filled(app, day=typed).day.data == date(2026, 12, 1)


@pytest.mark.parametrize(
    "typed", ["2026-13-01", "어제", "2026-12", "20261301", "0001-01-01", "9999-12-31"]
)
def test_no_day_is_said_so_and_stays_as_typed(app: Flask, typed: str) -> None:
    form = filled(app, day=typed)
    assert "날짜를 다시 확인해 주세요" in form.day.errors[0]
    assert form.day._value() == typed


@pytest.mark.parametrize(
    ("typed", "instant"),
    [
        ("2026-12-01 10:00", datetime(2026, 12, 1, 1, tzinfo=UTC)),
        ("2026-12-01T10:00:30", datetime(2026, 12, 1, 1, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_is_on_the_seoul_clock(app: Flask, typed: str, instant: datetime) -> None:
    assert filled(app, moment=typed).moment.data == instant


@pytest.mark.parametrize("typed", ["10:00", "2026-12-01", "2026-12-01 25:00"])
def test_no_moment_is_said_so(app: Flask, typed: str) -> None:
    assert filled(app, moment=typed).moment.errors


@pytest.mark.parametrize(
    ("typed", "clock"), [("9:30", time(9, 30)), ("0930", time(9, 30)), ("10시", time(10))]
)
def test_a_time_may_be_typed_short(app: Flask, typed: str, clock: time) -> None:
    assert filled(app, time=typed).time.data == clock


@pytest.mark.parametrize("typed", ["99", "9:30:10:5", "반", "24:00"])
def test_no_time_is_said_so(app: Flask, typed: str) -> None:
    assert "시각을 다시 확인해 주세요" in filled(app, time=typed).time.errors[0]


@pytest.mark.parametrize("typed", ["010-1234-5678", "01012345678", "+82 10 1234 5678"])
def test_a_phone_number_may_be_typed_in_many_ways(app: Flask, typed: str) -> None:
    assert filled(app, phone=typed).phone.data == "01012345678"


@pytest.mark.parametrize("typed", ["010-123-4567", "011-123-4567", "1", "+1 212 555 0100"])
def test_no_phone_number_is_said_so(app: Flask, typed: str) -> None:
    assert filled(app, phone=typed).phone.errors
