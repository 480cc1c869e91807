"""Next month from last: the same classes on the days that the other month has."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from eduportal.accounts.models import Account
from eduportal.catalog import actions, month_plans
from eduportal.catalog.actions.months import create_drafts
from eduportal.catalog.models import (
    Center,
    ClosedDay,
    Course,
    Instructor,
    InstructorAbsence,
    Meeting,
    Room,
    Run,
)
from eduportal.catalog.month_plans import Draft
from eduportal.catalog.rules import RunState, months
from eduportal.catalog.rules.months import Class, Rhythm
from eduportal.shared import clock, dates
from eduportal.shared.db import db
from eduportal.shared.events import Event
from eduportal.shared.refusal import Missing, Refused
from tests.accounts.steps import sign_in_to_work
from tests.catalog.steps import STAFF, class_on, counted, draft_in, only, plan_in, read, words
from tests.factories import (
    create_center,
    create_course,
    create_instructor,
    create_office,
    create_room,
    create_staff,
    save,
)
from tests.race.racer import all_at_once

MORNING = (time(10), time(12))
# A little ahead, whenever the tests run; no November has a public holiday.
OCTOBER = date(clock.today().year + 1, 10, 1)
NOVEMBER = dates.next_month(OCTOBER)


# Rules


def classes(*days: date, hours: tuple[time, time] = MORNING) -> list[Class]:
    return [Class(day, *hours) for day in days]


def weekly(first: date, weekday: int, count: int) -> list[date]:
    start = months.nth_weekday(first, 1, weekday)
    return [start + timedelta(days=7 * n) for n in range(count)]


def test_a_rhythm_is_read_off_the_classes() -> None:
    days = [*weekly(date(2026, 12, 1), 1, 4), *weekly(date(2026, 12, 1), 3, 4)]
    rhythm = months.rhythm_of(classes(*days))

    assert rhythm == Rhythm(date(2026, 12, 1), (1, 3), 8, {1: MORNING, 3: MORNING})
    assert rhythm.one_time == MORNING


def test_one_class_that_was_moved_does_not_make_a_weekday() -> None:
    days = weekly(date(2026, 12, 1), 1, 5)
    moved = [*classes(*days), Class(date(2026, 12, 12), time(14), time(16))]

    assert months.rhythm_of(moved).weekdays == (1,)
    assert months.rhythm_of(moved).count == 6


def test_each_weekday_keeps_its_own_hours() -> None:
    evening = (time(19), time(21))
    days = [
        *classes(*weekly(date(2026, 12, 1), 1, 4)),
        *classes(*weekly(date(2026, 12, 1), 3, 4), hours=evening),
    ]
    rhythm = months.rhythm_of(days)

    assert (rhythm.one_time, rhythm.times) == (None, {1: MORNING, 3: evening})


@pytest.mark.parametrize(
    ("first", "month", "expected"),
    [
        (date(2026, 12, 1), date(2027, 1, 1), date(2027, 1, 5)),  # first Tuesday
        (date(2026, 11, 10), date(2026, 12, 1), date(2026, 12, 8)),  # second Tuesday
        (date(2026, 12, 29), date(2027, 1, 1), date(2027, 1, 26)),  # fifth: there is none
        (date(2026, 12, 3), date(2026, 12, 1), date(2026, 12, 3)),
    ],
)
def test_the_first_class_keeps_its_week_and_weekday(
    first: date, month: date, expected: date
) -> None:
    assert months.moved_to(months.rhythm_of(classes(first)), month).first == expected


@given(
    first=st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    weekdays=st.sets(st.integers(0, 6), min_size=1),
    count=st.integers(1, 60),
    closed=st.sets(st.integers(0, 200)),
)
def test_no_class_falls_on_a_closed_day_and_none_is_lost(
    first: date, weekdays: set[int], count: int, closed: set[int]
) -> None:
    shut: Mapping[date, str] = {first + timedelta(days=n): "쉬는 날" for n in closed}
    rhythm = Rhythm(first, tuple(sorted(weekdays)), count, dict.fromkeys(weekdays, MORNING))
    fall = months.fall(rhythm, shut)

    assert fall is not None
    days = [one.day for one in fall.classes]
    assert len(days) == count
    assert {day.weekday() for day in days} <= weekdays
    assert {(one.starts, one.ends) for one in fall.classes} == {MORNING}
    assert not set(days) & set(shut)
    assert {day for day, _name in fall.skipped} <= set(shut)


@given(
    first=st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    month=st.dates(date(2020, 1, 1), date(2040, 1, 1)),
)
def test_the_moved_first_class_is_in_its_month_on_the_same_weekday(
    first: date, month: date
) -> None:
    month = month.replace(day=1)
    moved = months.moved_to(months.rhythm_of(classes(first)), month).first

    assert (moved.year, moved.month) == (month.year, month.month)
    assert moved.weekday() == first.weekday()
    assert months.nth_of_month(first) - months.nth_of_month(moved) in (0, 1)


def test_a_place_that_is_closed_for_years_gives_no_days() -> None:
    shut = {date(2026, 1, 1) + timedelta(days=n): "공사" for n in range(2000)}

    assert months.fall(Rhythm(date(2026, 1, 5), (0,), 1, {0: MORNING}), shut) is None


def at(day: str, hour: int = 0) -> datetime:
    """A moment on the office's own clock."""
    return datetime.combine(date.fromisoformat(day), time(hour))


def test_the_last_moment_to_cancel_keeps_its_distance() -> None:
    started, new = at("2026-12-01", 10), at("2027-01-05", 10)

    assert months.same_distance(at("2026-12-01"), started, new) == at("2027-01-05")
    assert months.same_distance(at("2026-11-28", 18), started, new) == at("2027-01-02", 18)
    earlier = at("2027-01-05", 8)
    assert months.same_distance(at("2026-12-01", 9), started, earlier) == earlier


# Pages


@pytest.fixture
def center(app: Flask) -> Center:
    create_office()
    return create_center("창업스마트교육장")


@pytest.fixture
def room(center: Center) -> Room:
    return create_room(center, 28, name="제1강의실")


@pytest.fixture
def staff(client: FlaskClient, center: Center) -> FlaskClient:
    sign_in_to_work(client, create_staff(center))
    return client


def tuesdays(month: date, count: int = 4) -> list[date]:
    return weekly(month, 1, count)


def run_in(room: Room, title: str = "엑셀 기초", hour: int = 10, **given: Any) -> int:
    """A run on the Tuesdays of the month that others are made from."""
    spans = [class_on(day, hour, hour + 2) for day in tuesdays(OCTOBER)]
    first = spans[0].start
    window = {
        "apply_from": first - timedelta(days=20),
        "apply_until": first - timedelta(days=17),
        "cancel_until": dates.start_of(dates.seoul_date(first)),
    }
    course = db.session.scalars(sa.select(Course).where(Course.title == title)).first()
    return draft_in(room, *spans, course=course or create_course(title), **window | given)


def address(center: Center | None = None) -> str:
    centers = f"&centers={center.id}" if center else ""
    return f"/office/months/plan?source={OCTOBER:%Y-%m}&target={NOVEMBER:%Y-%m}{centers}"


def as_shown(page: TestResponse) -> dict[str, Any]:
    """What a browser would send back: everything that the form has, as it stands."""
    form = page.text[page.text.index('id="month"') :]
    sent: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        field = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        ticked = " checked" in tag or field.get("type") not in ("checkbox", "radio")
        if ticked and "name" in field:
            sent.setdefault(field["name"], []).append(field.get("value", ""))
    for name, inside in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.findall(r'<option selected value="([^"]*)"', inside)
        sent[name] = chosen[:1] or [""]
    return sent


def made() -> list[Run]:
    """The drafts of the month that was made."""
    db.session.rollback()
    query = sa.select(Run).where(Run.starts_on >= NOVEMBER).order_by(Run.starts_at, Run.id)
    return list(db.session.scalars(query))


def create(staff: FlaskClient, **changed: Any) -> TestResponse:
    """Look at the month, then make it as it was shown, but for what is changed."""
    sent = as_shown(staff.get(address()))
    return staff.post(address(), data=sent | changed | {"step": "create"})


def test_a_month_is_made_from_another_in_one_step(staff: FlaskClient, room: Room) -> None:
    source = run_in(room, section="오전", book_fee=12000, minimum_people=7, material_fee=500)
    page = staff.get(address())
    assert "고른 강좌 1개를 모두 만들 수 있습니다." in words(page)

    answer = staff.post(address(), data=as_shown(page) | {"step": "create"})
    assert answer.status_code == 303
    assert "초안 1개를 만들었습니다." in words(staff.get(answer.location))
    [draft] = made()
    days = [dates.seoul_date(meeting.starts_at) for meeting in draft.meetings]
    assert days == tuesdays(NOVEMBER)
    assert (draft.state, draft.full_title, draft.room_id) == (
        RunState.DRAFT,
        "엑셀 기초 (오전)",
        room.id,
    )
    assert (draft.book_fee, draft.minimum_people, draft.material_fee) == (12000, 7, 500)
    assert draft.time_of_day == "10:00~12:00"
    assert draft.cancel_until == dates.start_of(tuesdays(NOVEMBER)[0])
    event = db.session.scalars(sa.select(Event).where(Event.run_id == draft.id)).one()
    assert event.detail["copied_from"] == source


def test_the_window_is_the_offices_own(staff: FlaskClient, room: Room) -> None:
    run_in(room)
    create(staff)

    [draft] = made()
    opens, closes = dates.seoul(draft.apply_from), dates.seoul(draft.apply_until)
    assert (opens.month, opens.hour, closes.hour) == (OCTOBER.month, 10, 18)
    assert 15 <= opens.day <= 21
    assert draft.starts_at
    assert draft.apply_from < draft.apply_until < draft.starts_at


def test_another_window_can_be_given_to_all(staff: FlaskClient, room: Room) -> None:
    run_in(room)
    opens = dates.at(OCTOBER, time(9))
    create(
        staff,
        apply_from=f"{OCTOBER} 09:00",
        apply_until=f"{OCTOBER + timedelta(days=4)} 18:00",
    )

    assert [draft.apply_from for draft in made()] == [opens]


def test_a_window_that_ends_before_it_opens_is_refused(staff: FlaskClient, room: Room) -> None:
    run_in(room)
    backwards = {"apply_from": f"{OCTOBER} 09:00", "apply_until": f"{OCTOBER} 08:00"}
    answer = create(staff, **backwards)

    assert answer.status_code == 422
    assert "접수 마감은 접수 시작보다 뒤여야 합니다." in words(answer)
    assert made() == []


def test_closed_days_are_skipped_and_named(staff: FlaskClient, room: Room) -> None:
    run_in(room)
    second = tuesdays(NOVEMBER)[1]
    save(ClosedDay(center_id=room.center_id, first_on=second, last_on=second, name="대청소"))
    page = words(staff.get(address()))
    assert f"{dates.written_date(second)} 대청소" in page

    create(staff)
    [draft] = made()
    assert second not in [dates.seoul_date(one.starts_at) for one in draft.meetings]
    assert draft.meeting_count == 4


def test_nobody_makes_a_month_of_another_center(staff: FlaskClient, room: Room) -> None:
    elsewhere = create_room(create_center("다른 곳"))
    run_in(elsewhere, "남의 강좌")
    run_in(room)

    page = staff.get(f"{address()}&centers={elsewhere.center_id}")
    assert "남의 강좌" not in words(page)
    assert "남의 강좌" not in words(staff.get(address()))


def test_the_verb_asks_for_the_center_itself(room: Room) -> None:
    source = read(run_in(room))
    draft = Draft(source.id, source.course_id, "엑셀", actions.runs.plan_of(source), ())

    with pytest.raises(Missing):
        create_drafts(STAFF, [draft], only(create_center("다른 곳")))


def test_the_same_month_twice_is_noticed_and_unticked(staff: FlaskClient, room: Room) -> None:
    run_in(room)
    create(staff)
    page = staff.get(address())

    assert "이미 만든 초안이 있습니다: 엑셀 기초" in words(page)
    [source] = db.session.scalars(sa.select(Run.id).where(Run.starts_on < NOVEMBER))
    assert f"r{source}-chosen" not in as_shown(page)
    again = create(staff)
    assert "만들 강좌를 하나 이상 골라 주세요." in words(again)
    assert len(made()) == 1


def test_pressing_twice_makes_nothing_twice(staff: FlaskClient, room: Room) -> None:
    run_in(room)
    sent = as_shown(staff.get(address())) | {"step": "create"}
    staff.post(address(), data=sent)
    answer = staff.post(address(), data=sent)

    assert answer.status_code == 422
    assert "제1강의실에서는" in words(answer)
    assert len(made()) == 1


def test_an_empty_month_says_what_to_do(staff: FlaskClient, room: Room) -> None:
    empty = words(staff.get("/office/months/new"))
    assert "옮겨 올 강좌가 아직 없습니다." in empty

    run_in(room)
    other = create_center("빈 곳")
    administrator = create_staff()
    client = staff.application.test_client()
    sign_in_to_work(client, administrator)
    assert "시작한 강좌가 없습니다. 다른 달이나 교육장을" in words(client.get(address(other)))


def test_the_months_to_choose_from_are_those_with_runs(staff: FlaskClient, room: Room) -> None:
    run_in(room)
    page = staff.get("/office/months/new")

    assert f"{OCTOBER.year}년 {OCTOBER.month}월 (강좌 1개)" in words(page)
    assert f'value="{NOVEMBER:%Y-%m}"' in page.text


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?source=x&target=y",
        f"?source={OCTOBER:%Y-%m}&target={OCTOBER:%Y-%m}",
        "?target=9999-12",
    ],
)
def test_months_that_cannot_be_are_refused_with_a_sentence(
    staff: FlaskClient, room: Room, query: str
) -> None:
    run_in(room)
    assert staff.get(f"/office/months/plan{query}").status_code == 422


def test_the_same_month_is_refused(staff: FlaskClient, room: Room) -> None:
    run_in(room)
    page = staff.get(f"/office/months/plan?source={OCTOBER:%Y-%m}&target={OCTOBER:%Y-%m}")

    assert "가져올 달과 다른 달을 골라 주세요." in words(page)


# Conflicts, in words, and solved on the page


def test_what_stands_there_already_is_named(staff: FlaskClient, room: Room) -> None:
    run_in(room)
    draft_in(room, class_on(tuesdays(NOVEMBER)[2]), course=create_course("먼저 있던 강좌"))
    page = words(staff.get(address()))

    assert "고칠 강좌가 1개 있습니다." in page
    assert "‘먼저 있던 강좌’(창업스마트교육장)" in page
    assert create(staff).status_code == 422
    assert [run.title for run in made()] == ["먼저 있던 강좌"]


def test_a_conflict_is_solved_with_another_room(
    staff: FlaskClient, room: Room, center: Center
) -> None:
    source = run_in(room)
    draft_in(room, class_on(tuesdays(NOVEMBER)[2]), course=create_course("먼저 있던 강좌"))
    other = create_room(center, name="제2강의실")

    assert create(staff, **{f"r{source}-room_id": other.id}).status_code == 303
    assert {run.room_id for run in made()} == {room.id, other.id}


def test_two_proposals_that_clash_are_both_told(
    staff: FlaskClient, room: Room, center: Center
) -> None:
    one = run_in(room, "엑셀")
    two = run_in(create_room(center, name="제2강의실"), "한글")
    sent = as_shown(staff.get(address())) | {f"r{two}-room_id": room.id, "step": "check"}
    page = words(staff.post(address(), data=sent))

    assert "이 화면의 ‘한글’과(와)" in page
    assert "이 화면의 ‘엑셀’과(와)" in page
    answer = staff.post(address(), data=sent | {"step": "create"})
    assert "다음 강좌를 먼저 고치거나 빼 주세요: 엑셀, 한글" in words(answer)
    assert made() == []
    del sent[f"r{one}-chosen"]
    assert staff.post(address(), data=sent | {"step": "create"}).status_code == 303
    assert [run.title for run in made()] == ["한글"]


def test_what_was_typed_is_kept(staff: FlaskClient, room: Room) -> None:
    source = run_in(room)
    wednesday = NOVEMBER + timedelta(days=(2 - NOVEMBER.weekday()) % 7)
    typed = {
        f"r{source}-first": str(wednesday),
        f"r{source}-weekdays": ["2"],
        f"r{source}-count": "3",
        f"r{source}-starts": "14:00",
        f"r{source}-ends": "17:00",
    }
    looked = create(staff, **typed)
    assert looked.status_code == 422
    assert "수업 날짜를 아직 보지 않았습니다." in words(looked)
    assert made() == []

    answer = staff.post(address(), data=as_shown(looked) | {"step": "create"})
    assert answer.status_code == 303
    [draft] = made()
    assert (draft.starts_on, draft.meeting_count, draft.time_of_day) == (
        wednesday,
        3,
        "14:00~17:00",
    )


def test_hours_left_empty_are_those_of_last_time(staff: FlaskClient, room: Room) -> None:
    source = run_in(room)
    create(staff, **{f"r{source}-starts": "", f"r{source}-ends": ""})

    assert [draft.time_of_day for draft in made()] == ["10:00~12:00"]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("first", f"{OCTOBER}", "첫 수업일은"),
        ("first", "언젠가", "날짜를 다시 확인해 주세요."),
        ("count", "0", "수업 횟수는 1번부터 60번까지"),
        ("ends", "09:00", "끝나는 시각은 시작하는 시각보다 뒤여야 합니다."),
        ("ends", "", "시작 시각과 끝 시각을 함께 입력해 주세요."),
        ("weekdays", [], "수업하는 요일을 하나 이상 골라 주세요."),
    ],
)
def test_what_cannot_be_is_said_at_its_run(
    staff: FlaskClient, room: Room, field: str, value: Any, sentence: str
) -> None:
    source = run_in(room)
    answer = create(staff, **{f"r{source}-{field}": value})

    assert answer.status_code == 422
    assert sentence in words(answer)
    assert made() == []


def test_a_room_of_another_center_cannot_be_chosen(staff: FlaskClient, room: Room) -> None:
    source = run_in(room)
    strange = create_room(create_center("다른 곳"))

    assert create(staff, **{f"r{source}-room_id": strange.id}).status_code == 422
    assert made() == []


def test_rooms_instructors_and_seats_are_looked_at(
    staff: FlaskClient, room: Room, center: Center
) -> None:
    gone = create_instructor(center, name="박강사")
    away = create_instructor(center, name="이강사")
    run_in(room, "엑셀", instructor_id=gone.id)
    run_in(room, "한글", hour=14, instructor_id=away.id, capacity=28)
    small = create_room(center, 28, name="작은 방")
    run_in(small, "드론", capacity=28)
    db.session.get_one(Instructor, gone.id).active = False
    db.session.get_one(Room, small.id).seats[0].out_of_order = True
    first = tuesdays(NOVEMBER)[0]
    save(InstructorAbsence(instructor_id=away.id, first_on=first, last_on=first, reason="출장"))
    page = words(staff.get(address()))

    assert "고른 강사는 지금 활동하지 않습니다." in page
    assert "이강사 강사는" in page
    assert "출장" in page
    assert "정원 28명이 강의실에서 쓸 수 있는 좌석 27개보다" in page


def test_a_room_that_is_closed_by_then_is_named(staff: FlaskClient, room: Room) -> None:
    run_in(room)
    db.session.get_one(Room, room.id).closed_on = NOVEMBER
    db.session.commit()

    assert "제1강의실을(를) 쓸 수 없습니다." in words(staff.get(address()))


def test_a_center_that_is_closed_for_years_says_so(staff: FlaskClient, room: Room) -> None:
    run_in(room)
    years = NOVEMBER + timedelta(days=1200)
    save(ClosedDay(center_id=room.center_id, first_on=NOVEMBER, last_on=years, name="공사"))
    page = words(staff.get(address()))

    assert "2년 안에 수업할 수 있는 날이 모자랍니다." in page
    assert create(staff).status_code == 422


def test_a_window_that_is_over_is_said_and_does_not_stop(staff: FlaskClient, room: Room) -> None:
    run_in(room)
    over = {"apply_from": "2020-01-01 10:00", "apply_until": "2020-01-02 10:00"}
    sent = as_shown(staff.get(address())) | over
    page = words(staff.post(address(), data=sent | {"step": "check"}))

    assert "만들 수는 있지만 공개하기 전에 고쳐야 합니다" in page
    assert "접수 마감(2020. 1. 2.(목) 10:00)이 이미 지났습니다." in page
    assert staff.post(address(), data=sent | {"step": "create"}).status_code == 303


def test_what_happens_between_looking_and_making_is_asked_again(
    staff: FlaskClient, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_in(room)
    sent = as_shown(staff.get(address()))
    # The page looks, then somebody takes the room, then the verb looks under its locks.
    monkeypatch.setattr("eduportal.catalog.office.months.problems_of", looked_before)
    draft_in(room, class_on(tuesdays(NOVEMBER)[0]), course=create_course("먼저 온 강좌"))
    answer = staff.post(address(), data=sent | {"step": "create"})

    assert answer.status_code == 422
    assert "아무것도 만들지 않았습니다." in words(answer)
    assert [run.title for run in made()] == ["먼저 온 강좌"]


def looked_before(drafts: Sequence[Draft], _now: datetime) -> dict[int, month_plans.Problems]:
    """What a look told at a time when nothing stood in the way."""
    return {draft.source_id: month_plans.Problems() for draft in drafts}


def test_all_or_none(room: Room) -> None:
    source = read(run_in(room))
    plan = actions.runs.plan_of(source)
    fine = Draft(source.id, source.course_id, "되는 강좌", plan, (class_on(tuesdays(NOVEMBER)[0]),))
    clash = Draft(
        read(run_in(room, "다른", hour=14)).id,
        source.course_id,
        "안 되는 강좌",
        plan,
        (class_on(tuesdays(OCTOBER)[0]),),
    )
    with pytest.raises(Refused) as refused:
        create_drafts(STAFF, [fine, clash], None)

    assert "안 되는 강좌" in refused.value.sentence
    assert "되는 강좌, " not in refused.value.sentence
    assert made() == []


def test_of_two_who_make_the_same_month_at_once_one_is_refused(app: Flask, room: Room) -> None:
    sources = [read(run_in(room, "엑셀")), read(run_in(room, "한글", hour=14))]
    drafts = [
        Draft(
            source.id,
            source.course_id,
            source.title,
            actions.runs.plan_of(source),
            tuple(class_on(day, hour, hour + 2) for day in tuesdays(NOVEMBER)),
        )
        for source, hour in zip(sources, (10, 14), strict=True)
    ]

    def make(wanted: Sequence[Draft]) -> str:
        try:
            create_drafts(STAFF, wanted, None)
        except Refused as refused:
            return refused.reason.name
        return "made"

    told = all_at_once(app, [partial(make, drafts), partial(make, drafts[::-1])])
    assert told == {"made": 1, "NOT_CREATED": 1}
    assert len(made()) == 2


def test_a_class_called_off_counts_as_planned(staff: FlaskClient, room: Room) -> None:
    run_id = run_in(room)
    last = read(run_id).meetings[-1]
    last.cancelled_at, last.cancelled_reason = clock.now(), "강사 사정"
    db.session.commit()
    actions.follow_meetings(run_id)
    save(
        Meeting(
            run_id=run_id,
            room_id=room.id,
            starts_at=last.starts_at + timedelta(days=3),
            ends_at=last.ends_at + timedelta(days=3),
            makes_up_for_id=last.id,
        )
    )
    create(staff)

    assert [(draft.meeting_count, draft.weekdays) for draft in made()] == [(4, "1")]


def test_a_cancelled_run_is_not_copied(staff: FlaskClient, room: Room) -> None:
    run = read(run_in(room))
    run.state, run.cancelled_on = RunState.CANCELLED, clock.today()
    db.session.commit()

    run_in(room, "한글", hour=14)
    assert "엑셀 기초" not in words(staff.get(address()))


def test_sixty_runs_ask_no_more_than_two(staff: FlaskClient, room: Room, center: Center) -> None:
    def asked() -> int:
        with counted() as statements:
            page = staff.get(address())
        assert page.status_code == 200
        return len(statements)

    teacher = create_instructor(center)
    for hour in (8, 10):
        run_in(room, f"강좌 {hour}", hour, instructor_id=teacher.id)
    few = asked()
    rooms = [create_room(center, name=f"방 {n}") for n in range(12)]
    for n, one in enumerate(rooms):
        for hour in (8, 10, 12, 14, 16):
            run_in(one, f"강좌 {n} {hour}", hour)
    assert asked() == few
    sent = as_shown(staff.get(address()))
    body = sum(len(name) + len(value) + 2 for name, values in sent.items() for value in values)
    assert body < 100_000
    assert create(staff).status_code == 303
    assert len(made()) == 62


def test_making_a_month_is_for_staff(app: Flask, center: Center, room: Room) -> None:
    run_in(room)
    teacher = create_instructor(center)
    client = app.test_client()
    assert client.get(address()).status_code == 303
    sign_in_to_work(client, db.session.get_one(Account, teacher.account_id))
    assert client.get(address()).status_code == 403
    assert client.post(address()).status_code == 403


def test_a_plan_in_a_room_stays_what_it_was(room: Room) -> None:
    assert actions.runs.plan_of(read(draft_in(room))) == plan_in(room)
