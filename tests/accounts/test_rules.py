from datetime import UTC, date, datetime, timedelta

import pytest

from eduportal.accounts import rules
from eduportal.accounts.rules import Audience, Reason, Role, SentCode

NOW = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
TODAY = date(2026, 12, 1)


def ago(**given: float) -> datetime:
    return NOW - timedelta(**given)


def reason(refusal: rules.Refusal | None) -> Reason | None:
    return refusal[0] if refusal else None


# Sending a code


def test_the_first_code_is_sent() -> None:
    assert rules.send_refusal([], 0, NOW) is None


def test_a_second_code_within_30_seconds_is_refused_with_the_seconds_to_wait() -> None:
    assert rules.send_refusal([ago(seconds=12)], 0, NOW) == (
        Reason.CODE_TOO_SOON,
        {"seconds": 18},
    )


def test_a_second_code_after_30_seconds_is_sent() -> None:
    assert rules.send_refusal([ago(seconds=30)], 0, NOW) is None


def test_the_sixth_code_within_an_hour_is_refused_with_the_minutes_to_wait() -> None:
    sent = [ago(minutes=minutes) for minutes in (50, 40, 30, 20, 10)]
    assert rules.send_refusal(sent, 0, NOW) == (Reason.CODE_TOO_MANY, {"minutes": 10})


def test_a_classroom_of_28_shares_an_address() -> None:
    assert rules.send_refusal([], 28 * 5, NOW) is None


def test_a_flood_from_one_address_is_refused() -> None:
    assert reason(rules.send_refusal([], 200, NOW)) is Reason.ADDRESS_TOO_MANY


# Trying a code


def code(tries: int = 0, used: bool = False, left: float = 60) -> SentCode:
    return SentCode(NOW + timedelta(seconds=left), tries, used)


def test_the_right_code_lets_in() -> None:
    assert rules.code_refusal(code(), True, NOW) is None


def test_a_wrong_code_says_how_many_tries_are_left() -> None:
    assert rules.code_refusal(code(), False, NOW) == (Reason.CODE_WRONG, {"left": 4})


def test_the_fifth_wrong_code_uses_it_up() -> None:
    assert reason(rules.code_refusal(code(tries=4), False, NOW)) is Reason.CODE_USED_UP


def test_the_fifth_try_may_still_be_right() -> None:
    assert rules.code_refusal(code(tries=4), True, NOW) is None


def test_the_right_code_comes_too_late_after_five_wrong_ones() -> None:
    assert reason(rules.code_refusal(code(tries=5), True, NOW)) is Reason.CODE_USED_UP


def test_a_code_is_good_for_its_time_only() -> None:
    assert reason(rules.code_refusal(code(left=0), True, NOW)) is Reason.CODE_OVER


def test_a_code_is_good_once() -> None:
    assert reason(rules.code_refusal(code(used=True), True, NOW)) is Reason.CODE_OVER


def test_no_code_was_sent() -> None:
    assert reason(rules.code_refusal(None, True, NOW)) is Reason.CODE_OVER


# Birth date and password


def test_the_right_birth_date_confirms() -> None:
    assert rules.birth_date_refusal(4, right=True) is None


def test_a_wrong_birth_date_is_refused() -> None:
    assert reason(rules.birth_date_refusal(0, right=False)) is Reason.BIRTH_DATE_WRONG


def test_after_five_wrong_birth_dates_the_right_one_is_refused_too() -> None:
    assert reason(rules.birth_date_refusal(5, right=True)) is Reason.BIRTH_DATE_TOO_MANY


def test_after_five_wrong_passwords_nothing_is_tried() -> None:
    assert rules.password_refusal(4, 0) is None
    assert reason(rules.password_refusal(5, 0)) is Reason.PASSWORD_TOO_MANY


def test_passwords_from_one_address_are_held_against_floods() -> None:
    assert rules.password_refusal(0, 199) is None
    assert reason(rules.password_refusal(0, 200)) is Reason.ADDRESS_TOO_MANY


# Registering


def test_whoever_turned_14_today_may_register() -> None:
    assert rules.registration_refusal(date(2012, 12, 1), TODAY) is None


def test_whoever_turns_14_tomorrow_comes_with_a_guardian() -> None:
    assert reason(rules.registration_refusal(date(2012, 12, 2), TODAY)) is Reason.UNDER_AGE


@pytest.mark.parametrize("born", [date(2026, 12, 2), date(1905, 1, 1)])
def test_nobody_was_born_tomorrow_or_121_years_ago(born: date) -> None:
    assert reason(rules.registration_refusal(born, TODAY)) is Reason.BIRTH_DATE_IMPOSSIBLE


def test_after_five_tries_a_phone_registers_nobody() -> None:
    assert rules.tries_to_register_refusal(4) is None
    assert reason(rules.tries_to_register_refusal(5)) is Reason.REGISTRATION_TOO_MANY


def test_a_locked_namesake_is_said_whatever_was_typed() -> None:
    wrong, locked = Reason.BIRTH_DATE_WRONG, Reason.BIRTH_DATE_TOO_MANY
    assert reason(rules.namesake_refusal([wrong, wrong])) is Reason.NAME_KNOWN
    assert reason(rules.namesake_refusal([wrong, locked])) is locked


def test_age_turns_on_the_birthday() -> None:
    assert rules.age_on(date(2026, 2, 28), date(1954, 3, 1)) == 71
    assert rules.age_on(date(2026, 3, 1), date(1954, 3, 1)) == 72


@pytest.mark.parametrize(
    ("born", "band"),
    [(2020, "10세 미만"), (2010, "10대"), (1954, "70대"), (1946, "80대 이상"), (1930, "80대 이상")],
)
def test_age_bands(born: int, band: str) -> None:
    assert rules.age_band(TODAY, date(born, 1, 1)) == band


# Texts


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" 홍  길동 ", "홍 길동"),
        ("Nguyễn Văn An", "Nguyễn Văn An"),
        ("\u1112\u1169\u11bc", "홍"),
        ("王小明", "王小明"),
    ],
)
def test_a_name_in_any_script_is_found_again(typed: str, kept: str) -> None:
    assert rules.normal_name(typed) == kept


def test_a_dong_is_written_without_spaces() -> None:
    assert rules.normal_dong("대림 1동 ") == "대림1동"
    assert rules.normal_dong("  ") is None
    assert rules.normal_dong(None) is None


@pytest.mark.parametrize("text", ["a@b.kr", "kim.cheolsu@gu.example.kr"])
def test_an_address_of_mail(text: str) -> None:
    assert rules.is_email(text)


@pytest.mark.parametrize(
    "text", ["", "a", "a@b", "a b@c.kr", "a@b..kr", "@b.kr", "a" * 250 + "@b.kr"]
)
def test_no_address_of_mail(text: str) -> None:
    assert not rules.is_email(text)


@pytest.mark.parametrize("path", ["/", "/runs/3/apply", "/runs?center=1&q=엑셀", "/my#top"])
def test_a_path_on_this_site(path: str) -> None:
    assert rules.is_path_here(path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "my",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/my\r\nSet-Cookie: a=b",
    ],
)
def test_no_path_on_this_site(path: str) -> None:
    assert not rules.is_path_here(path)


def test_an_account_is_the_most_that_it_may_do() -> None:
    everything = [Role.INSTRUCTOR, Role.STAFF, Role.ADMIN]
    assert rules.kind_of(everything, Audience.EMPLOYEE) == "admin"
    assert rules.kind_of(everything[:2], None) == "staff"
    assert rules.kind_of(everything[:1], None) == "instructor"
    assert rules.kind_of([], Audience.EMPLOYEE) == "employee"
    assert rules.kind_of([], None) == "resident"


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("admin", "/office"),
        ("staff", "/office"),
        ("instructor", "/teach"),
        ("employee", "/my"),
        ("resident", "/my"),
    ],
)
def test_everybody_lands_where_they_belong(kind: str, path: str) -> None:
    assert rules.landing(kind) == path


def test_every_reason_is_a_whole_sentence() -> None:
    assert all(reason.value.rstrip().endswith(".") for reason in Reason)
