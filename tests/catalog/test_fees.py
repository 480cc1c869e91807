"""What a run costs, who pays less, and until when how much is paid back."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eduportal.catalog.actions import reductions as actions
from eduportal.catalog.actions.reductions import Terms
from eduportal.catalog.models import Meeting, Reduction
from eduportal.catalog.queries import fees as queries
from eduportal.catalog.rules.fees import (
    Lesson,
    Reason,
    Step,
    longer_than_a_month,
    reduced,
    refund,
    refund_of_provider,
    refund_steps,
    whole_tens,
    won,
)
from eduportal.shared.db import db
from eduportal.shared.events import By
from eduportal.shared.refusal import Missing, Refused
from tests.accounts.steps import sign_in_to_work, verbs
from tests.catalog.steps import counted, words
from tests.factories import (
    create_center,
    create_office,
    create_run,
    create_staff,
    until_the_tenth,
)
from tests.race.racer import all_at_once

SEOUL = ZoneInfo("Asia/Seoul")
ADMIN = By("admin")


def at(month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    """A moment of 2027 on the Seoul clock."""
    return datetime(2027, month, day, hour, minute, tzinfo=SEOUL)


def lesson(month: int, day: int, minutes: int = 120) -> Lesson:
    """A class that begins at ten."""
    start = at(month, day)
    return Lesson(start.date(), start, start + timedelta(minutes=minutes))


# Tuesdays and Thursdays of four weeks: 16 hours, a third of them is 5 hours 20.
EIGHT = [lesson(1, day) for day in (5, 7, 12, 14, 19, 21, 26, 28)]


# Amounts


def test_won_are_written_with_commas() -> None:
    assert (won(0), won(10000)) == ("0원", "10,000원")


def test_what_is_computed_is_rounded_down_to_ten_won() -> None:
    assert (whole_tens(6666), whole_tens(9), whole_tens(10)) == (6660, 0, 10)
    assert reduced(9999, 50) == 4990
    assert reduced(10000, 33) == 6700


def test_a_reduction_of_all_leaves_nothing() -> None:
    assert reduced(10000, 100) == 0


# The table of one month


def test_before_the_first_class_all_is_paid_back_to_the_won() -> None:
    assert refund(9999, EIGHT, at(1, 5) - timedelta(microseconds=1)) == 9999
    assert refund(9999, EIGHT, at(1, 5)) == 6660


def test_two_thirds_until_a_third_of_the_hours_has_passed() -> None:
    # Two classes, and 80 minutes of the third.
    assert refund(10000, EIGHT, at(1, 12, 11, 20)) == 6660
    assert refund(10000, EIGHT, at(1, 12, 11, 21)) == 5000


def test_one_half_until_half_of_the_hours_has_passed() -> None:
    # Exactly half has passed from the fourth class's end to the fifth one's beginning.
    assert refund(10000, EIGHT, at(1, 19)) == 5000
    assert refund(10000, EIGHT, at(1, 19, 10, 1)) == 0


def test_after_half_nothing_is_paid_back() -> None:
    assert refund(10000, EIGHT, at(2, 1)) == 0


def test_thirds_are_of_hours_not_of_classes() -> None:
    long_first = [lesson(1, 5, 240), lesson(1, 7, 60), lesson(1, 12, 60)]

    # A third of six hours has passed in the middle of the first of three classes.
    assert refund(9000, long_first, at(1, 5, 12)) == 6000
    assert refund(9000, long_first, at(1, 5, 12, 1)) == 4500
    assert refund(9000, long_first, at(1, 5, 14)) == 0


def test_a_make_up_class_counts_when_it_is_held() -> None:
    # The class of the 7th is held on the 29th instead: everything turns a class later.
    made_up = [one for one in EIGHT if one.day.day != 7] + [lesson(1, 29)]

    assert refund(10000, made_up, at(1, 12, 11, 21)) == 6660
    assert refund(10000, made_up, at(1, 14, 11, 20)) == 6660
    assert refund(10000, made_up, at(1, 14, 11, 21)) == 5000


def test_the_order_in_which_classes_are_given_does_not_matter() -> None:
    assert refund_steps(10000, EIGHT[::-1]) == refund_steps(10000, EIGHT)


def test_a_run_without_classes_pays_all_back_and_has_no_table() -> None:
    assert refund(10000, [], at(1, 5)) == 10000
    assert refund_steps(10000, []) == []


def test_the_table_names_the_runs_own_dates_and_amounts() -> None:
    assert refund_steps(10000, EIGHT) == [
        Step(at(1, 5), 10000),
        Step(at(1, 12, 11, 20), 6660),
        Step(at(1, 19), 5000),
        Step(None, 0),
    ]


def test_the_table_and_the_rule_agree_at_every_hour() -> None:
    for lessons in (EIGHT, [*EIGHT, lesson(2, 4), lesson(2, 9), lesson(3, 2)], [lesson(1, 5, 50)]):
        steps = refund_steps(10000, lessons)
        for hours in range(24 * 70):
            moment = at(1, 1) + timedelta(hours=hours, minutes=7)
            step = next(one for one in steps if one.until is None or moment < one.until)
            assert refund(10000, lessons, moment) == step.amount


def test_amounts_that_round_to_the_same_are_one_line() -> None:
    assert [step.amount for step in refund_steps(10, [lesson(1, 5)])] == [10, 0]


# More than a month


@pytest.mark.parametrize(
    ("first", "last", "longer"),
    [
        (date(2027, 1, 5), date(2027, 2, 4), False),
        (date(2027, 1, 5), date(2027, 2, 5), True),
        (date(2027, 1, 31), date(2027, 2, 28), False),
        (date(2027, 1, 31), date(2027, 3, 1), True),
        (date(2027, 12, 20), date(2028, 1, 19), False),
        (date(2027, 12, 20), date(2028, 1, 20), True),
        (date(2027, 1, 5), date(2027, 1, 5), False),
    ],
)
def test_a_month_goes_to_the_day_before_its_own_number(
    first: date, last: date, longer: bool
) -> None:
    assert longer_than_a_month(first, last) is longer


def test_of_a_longer_run_this_month_goes_by_the_table_and_later_months_are_whole() -> None:
    # Two classes in January, four in February, two in March: by hours 1/4, 1/2, 1/4 of 40,000.
    lessons = [lesson(1, 19), lesson(1, 26)]
    lessons += [lesson(2, day) for day in (2, 9, 16, 23)]
    lessons += [lesson(3, 2), lesson(3, 9)]

    assert refund(40000, lessons, at(1, 18)) == 40000
    assert refund(40000, lessons, at(1, 19, 11)) == whole_tens(10000 * 2 // 3 + 30000)
    assert refund(40000, lessons, at(1, 28)) == 30000
    assert refund(40000, lessons, at(2, 2, 10, 1)) == 23330
    assert refund(40000, lessons, at(2, 10)) == 20000
    assert refund(40000, lessons, at(2, 20)) == 10000
    assert refund(40000, lessons, at(3, 10)) == 0


def test_a_months_run_over_new_year_is_one_table() -> None:
    lessons = [lesson(1, 20), lesson(2, 2), lesson(2, 17)]

    assert [step.amount for step in refund_steps(9000, lessons)] == [9000, 6000, 4500, 0]


# The provider's failure


def test_what_cannot_be_taught_is_paid_back_by_the_day() -> None:
    first, last = date(2027, 1, 1), date(2027, 1, 30)
    back = partial(refund_of_provider, 10000, first, last)

    assert back(date(2026, 12, 20)) == 10000
    assert back(first) == 10000
    assert back(date(2027, 1, 11)) == 6660
    assert back(last) == 330
    assert back(date(2027, 2, 5)) == 0


# Reductions


def listed() -> list[tuple[str, int, bool]]:
    """The reductions as they stand."""
    db.session.rollback()
    return [(one.name, one.percent, one.active) for one in queries.reductions()]


def test_reductions_are_added_at_the_end_and_moved(app: Flask) -> None:
    ids = [actions.add_reduction(ADMIN, Terms(name, 50)) for name in ("가", "나", "다")]
    actions.move_reduction(ADMIN, ids[2], up=True)
    actions.move_reduction(ADMIN, ids[2], up=True)
    actions.move_reduction(ADMIN, ids[2], up=True)
    actions.move_reduction(ADMIN, ids[0], up=False)

    assert [name for name, _percent, _active in listed()] == ["다", "나", "가"]
    assert verbs().count("reduction.moved") == 3


def test_a_reductions_name_is_given_once(app: Flask) -> None:
    first = actions.add_reduction(ADMIN, Terms("장애인", 50))
    actions.add_reduction(ADMIN, Terms("다자녀", 30))

    with pytest.raises(Refused) as refused:
        actions.add_reduction(ADMIN, Terms("장애인", 70))
    assert refused.value.reason is Reason.NAME_TAKEN
    with pytest.raises(Refused):
        actions.change_reduction(ADMIN, first, Terms("장애인", 50), Terms("다자녀", 50))
    assert [name for name, _percent, _active in listed()] == ["장애인", "다자녀"]


def test_a_retired_reduction_is_kept_and_can_come_back(app: Flask) -> None:
    reduction_id = actions.add_reduction(ADMIN, Terms("장애인", 50))
    actions.retire_reduction(ADMIN, reduction_id)
    actions.retire_reduction(ADMIN, reduction_id)
    assert listed() == [("장애인", 50, False)]

    actions.restore_reduction(ADMIN, reduction_id)
    assert listed() == [("장애인", 50, True)]
    assert verbs() == ["reduction.added", "reduction.retired", "reduction.restored"]


def test_a_reduction_that_is_not_there_cannot_be_changed(app: Flask) -> None:
    for act in (
        partial(actions.retire_reduction, ADMIN, 7),
        partial(actions.move_reduction, ADMIN, 7, up=True),
        partial(actions.change_reduction, ADMIN, 7, Terms("가", 1), Terms("나", 1)),
    ):
        with pytest.raises(Missing):
            act()


def test_two_who_change_different_things_both_get_their_way(app: Flask) -> None:
    reduction_id = actions.add_reduction(ADMIN, Terms("장애인", 50))
    seen = Terms("장애인", 50)
    actions.change_reduction(ADMIN, reduction_id, seen, Terms("등록장애인", 50))
    actions.change_reduction(ADMIN, reduction_id, seen, Terms("장애인", 70))

    assert listed() == [("등록장애인", 70, True)]


def test_two_who_change_the_same_differently_are_told(app: Flask) -> None:
    reduction_id = actions.add_reduction(ADMIN, Terms("장애인", 50))
    seen = Terms("장애인", 50)
    actions.change_reduction(ADMIN, reduction_id, seen, Terms("장애인", 60))

    with pytest.raises(Refused) as refused:
        actions.change_reduction(ADMIN, reduction_id, seen, Terms("장애인", 70))
    assert "60%" in refused.value.sentence
    assert listed() == [("장애인", 60, True)]


def test_of_two_who_add_the_same_name_at_once_one_is_told(app: Flask) -> None:
    def add() -> str:
        try:
            actions.add_reduction(ADMIN, Terms("장애인", 50))
        except Refused as refused:
            return refused.reason.name
        return "added"

    assert all_at_once(app, [add, add]) == {"added": 1, "NAME_TAKEN": 1}


# Pages


@pytest.fixture
def admin(client: FlaskClient) -> FlaskClient:
    create_office()
    sign_in_to_work(client, create_staff())
    return client


def test_reductions_are_for_administrators_only(app: Flask, client: FlaskClient) -> None:
    create_office()
    reduction_id = actions.add_reduction(ADMIN, Terms("장애인", 50))
    assert client.get("/office/reductions").status_code == 303

    sign_in_to_work(client, create_staff(create_center()))
    assert client.get("/office/reductions").status_code == 403
    assert client.get(f"/office/reductions/{reduction_id}").status_code == 403
    for act in ("retire", "restore", "up", "down"):
        assert client.post(f"/office/reductions/{reduction_id}/{act}").status_code == 403


def test_an_administrator_adds_changes_and_retires_on_the_page(admin: FlaskClient) -> None:
    assert "아직 감면 대상이 없습니다" in words(admin.get("/office/reductions"))
    admin.post("/office/reductions", data={"name": "장애인", "percent": "50"})
    admin.post("/office/reductions", data={"name": "다자녀", "percent": "30"})
    other = db.session.scalars(sa.select(Reduction.id).order_by(Reduction.id)).all()[1]

    admin.post(f"/office/reductions/{other}/up")
    page = words(admin.get("/office/reductions"))
    assert page.index("다자녀") < page.index("장애인")

    changed = {"name": "다자녀 가정", "percent": "40", "seen_name": "다자녀", "seen_percent": "30"}
    assert admin.post(f"/office/reductions/{other}", data=changed).status_code == 303
    admin.post(f"/office/reductions/{other}/retire")
    assert listed() == [("장애인", 50, True), ("다자녀 가정", 40, False)]
    assert admin.get("/office/reductions/99").status_code == 404


@pytest.mark.parametrize("percent", ["0", "101", "절반", ""])
def test_a_percentage_that_is_none_is_refused(admin: FlaskClient, percent: str) -> None:
    answer = admin.post("/office/reductions", data={"name": "장애인", "percent": percent})

    assert answer.status_code == 422
    assert "1부터 100까지 숫자로 입력해 주세요." in words(answer)
    assert listed() == []


def test_a_stale_page_shows_what_is_there_now(admin: FlaskClient) -> None:
    reduction_id = actions.add_reduction(ADMIN, Terms("장애인", 50))
    actions.change_reduction(ADMIN, reduction_id, Terms("장애인", 50), Terms("장애인", 60))
    stale = {"name": "장애인", "percent": "70", "seen_name": "장애인", "seen_percent": "50"}

    answer = admin.post(f"/office/reductions/{reduction_id}", data=stale)
    assert answer.status_code == 422
    assert 'name="seen_percent" value="60"' in answer.text
    assert listed() == [("장애인", 60, True)]


# What residents read


def test_a_free_run_says_so_in_one_line(client: FlaskClient) -> None:
    create_office()
    actions.add_reduction(ADMIN, Terms("장애인", 50))
    run = create_run()

    page = words(client.get(f"/runs/{run.id}"))
    assert "수강료 무료입니다." in page
    assert "감면" not in page
    assert "환불" not in page


def test_a_run_says_what_it_costs_whom_and_what_is_paid_back(client: FlaskClient) -> None:
    create_office()
    actions.add_reduction(ADMIN, Terms("기초생활수급자", 100))
    actions.add_reduction(ADMIN, Terms("장애인", 50))
    actions.retire_reduction(ADMIN, actions.add_reduction(ADMIN, Terms("옛 감면", 10)))
    run = create_run(
        starts_in=until_the_tenth(), meetings=3, fee=10000, book_fee=12000, material_fee=3000
    )

    page = words(client.get(f"/runs/{run.id}"))
    assert "10,000원 교육장에서 내 주세요. 이 누리집에서는 돈을 받지 않습니다." in page
    assert "교재비 12,000원과 재료비 3,000원은 따로 듭니다." in page
    assert "기초생활수급자 100% 무료" in page
    assert "장애인 50% 5,000원" in page
    assert "옛 감면" not in page
    for amount in ("10,000원", "6,660원", "5,000원"):
        assert amount in page
    assert "첫 수업 전" in page


def test_a_class_that_was_called_off_counts_nowhere(client: FlaskClient) -> None:
    create_office()
    run = create_run(starts_in=until_the_tenth(), meetings=3, fee=9000)
    off = db.session.scalars(sa.select(Meeting).order_by(Meeting.starts_at)).first()
    assert off
    off.cancelled_at = datetime.now(UTC)
    db.session.commit()

    money = queries.run_money(run)
    assert money
    assert money.refunds[0].until == run.meetings[1].starts_at.replace(second=0)


def test_a_free_runs_money_is_asked_of_nobody(app: Flask) -> None:
    create_office()
    run = create_run()
    with counted() as statements:
        assert queries.run_money(run) is None
    assert statements == []
