from datetime import UTC, datetime, timedelta

import pytest

from eduportal.notices.rules import TRIES, Message, pause, text_type

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


def message(secret: bool) -> Message:
    return Message(7, "sms", "01000000000", "", "", secret, NOON, 1, NOON)


def test_pauses_double_from_a_minute_up_to_hours() -> None:
    minutes = [pause(tries) for tries in range(1, TRIES)]

    assert minutes[:4] == [timedelta(minutes=number) for number in (1, 2, 4, 8)]
    assert minutes[-1] == timedelta(hours=4)


def test_after_the_last_try_nothing_is_left_to_wait_for() -> None:
    assert pause(TRIES) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [("가" * 45, "SMS"), ("가" * 45 + "a", "LMS"), ("a" * 90, "SMS"), ("a" * 91, "LMS")],
)
def test_a_text_is_long_above_ninety_bytes_of_euc_kr(text: str, kind: str) -> None:
    assert text_type(text) == kind


def test_a_secret_is_too_late_after_three_minutes() -> None:
    assert not message(secret=True).too_late(NOON + timedelta(seconds=179))
    assert message(secret=True).too_late(NOON + timedelta(minutes=3))


def test_any_other_message_is_never_too_late() -> None:
    assert not message(secret=False).too_late(NOON + timedelta(days=3))
