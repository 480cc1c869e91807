"""A week of a center on one page, and classes moved on it."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page

from eduportal.accounts.rules import Role
from eduportal.booking import actions
from eduportal.booking.queries import timetable as queries
from eduportal.catalog.closed_days import public_holidays
from eduportal.catalog.models import (
    Center,
    ClosedDay,
    HolidayOverride,
    Meeting,
    OpeningHours,
    Room,
    RoomBlock,
    Run,
)
from eduportal.catalog.rules import BlockKind, Span, timetable
from eduportal.catalog.rules.timetable import Place
from eduportal.notices.models import Notice
from eduportal.shared import dates
from eduportal.shared.db import db
from eduportal.shared.refusal import Refused
from tests.accounts.steps import sign_in, sign_in_to_work
from tests.booking.conftest import STAFF, fresh
from tests.catalog.steps import class_on, counted, draft_in, words
from tests.conftest import disposed, portal_on
from tests.e2e.test_story import served
from tests.factories import (
    PASSWORD,
    create_booking,
    create_center,
    create_office,
    create_person,
    create_room,
    create_run,
    create_staff,
    now,
    save,
    until_the_tenth,
)
from tests.race.racer import all_at_once

TENTH = dates.seoul_date(now() + until_the_tenth())


def monday() -> date:
    return queries.monday_of(TENTH)


@pytest.fixture
def center(app: Flask) -> Center:
    create_office()
    return create_center("창업스마트교육장")


@pytest.fixture
def room(center: Center) -> Room:
    return create_room(center, name="제1강의실")


@pytest.fixture
def run(room: Room) -> Run:
    """Ten to twelve on the tenth and the eleventh, people in it by a factory."""
    return create_run(room=room, starts_in=until_the_tenth())


@pytest.fixture
def staff(client: FlaskClient, center: Center) -> FlaskClient:
    sign_in_to_work(client, create_staff(center))
    return client


def first_meeting(run: Run) -> Meeting:
    db.session.rollback()
    return db.session.scalars(
        sa.select(Meeting).where(Meeting.run_id == run.id).order_by(Meeting.starts_at)
    ).all()[0]


def notices() -> list[Notice]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Notice).where(Notice.kind == "booking.moved")))


def page_of(center: Center, **query: object) -> str:
    given = {"center": center.id, "week": monday().isoformat()} | query
    return "/office/timetable?" + "&".join(f"{name}={value}" for name, value in given.items())


# Where things stand


def test_rows_are_half_hours_and_what_is_not_on_one_covers_both() -> None:
    assert timetable.places([(600, 720)], 540) == [Place(2, 4)]
    assert timetable.places([(615, 705)], 540) == [Place(2, 4)]
    assert timetable.places([(600, 605)], 540) == [Place(2, 1)]


def test_what_meets_in_a_row_goes_side_by_side() -> None:
    there = timetable.places([(540, 660), (600, 720), (660, 780), (780, 840)], 540)

    assert [(place.lane, place.lanes) for place in there] == [(0, 2), (1, 2), (0, 2), (0, 1)]


def test_the_usual_day_grows_to_full_hours() -> None:
    assert timetable.hours_shown([]) == (540, 1080)
    assert timetable.hours_shown([(510, 600), (1110, 1230)]) == (480, 1260)


def test_rows_outside_the_opening_hours_are_shut() -> None:
    assert timetable.shut(None, (540, 1080)) == []
    assert timetable.shut([(600, 1020)], (540, 1080)) == [Place(0, 2), Place(16, 2)]
    assert timetable.shut([], (540, 660)) == [Place(0, 4)]


# The page


def test_the_week_shows_each_class_in_its_room(
    staff: FlaskClient, center: Center, run: Run
) -> None:
    create_booking(run)
    text = words(staff.get(page_of(center)))

    assert "제1강의실" in text
    assert f"10:00~ 12:00 {run.title}" in text
    assert "확정과 정원 1/5" in text
    assert staff.get(page_of(center)).text.count("tt-published tt-row-2 tt-rows-4") == len(
        [meeting for meeting in run.meetings if dates.seoul_date(meeting.starts_at) <= week_end()]
    )


def week_end() -> date:
    return monday() + timedelta(days=6)


def test_drafts_scheduled_and_called_off_classes_say_so_in_words(
    staff: FlaskClient, center: Center, room: Room
) -> None:
    draft_in(room, class_on(monday(), 10, 12))
    scheduled = create_run(room=create_room(center), starts_in=until_the_tenth())
    off = create_run(room=create_room(center), starts_in=until_the_tenth())
    first = first_meeting(off)
    first.cancelled_at, first.cancelled_reason = now(), "강사 병가"
    db.session.get_one(Run, scheduled.id).published_at = now() + timedelta(days=1)
    db.session.commit()
    text = words(staff.get(page_of(center)))

    assert "작성중" in text
    assert "공개예정" in text
    assert "휴강" in text
    assert "사유: 강사 병가" in text


def test_a_cancelled_run_is_not_in_the_week(staff: FlaskClient, center: Center, run: Run) -> None:
    actions.cancel_run(STAFF, run.id, None, "강사 사정")
    text = words(staff.get(page_of(center)))

    assert run.title not in text
    assert "이 주에는 수업이 없습니다." in text


def test_blocks_closed_days_and_holidays_are_named(
    staff: FlaskClient, center: Center, room: Room
) -> None:
    spans = [class_on(monday(), 9, 18), Span(*(dates.start_of(d) for d in (monday(), week_end())))]
    for title, span in zip(("작품 전시", "긴 공사"), spans, strict=True):
        save(
            RoomBlock(
                room_id=room.id,
                starts_at=span.start,
                ends_at=span.end,
                kind=BlockKind.EXHIBITION,
                title=title,
            )
        )
    tuesday, wednesday = (monday() + timedelta(days=n) for n in (1, 2))
    save(ClosedDay(center_id=center.id, first_on=tuesday, last_on=tuesday, name="내부 공사"))
    save(HolidayOverride(day=wednesday, name="임시공휴일", is_holiday=True))
    answer = staff.get(page_of(center))
    text = words(answer)

    assert "09:00~ 18:00 전시 작품 전시" in text
    assert answer.text.count("긴 공사") == 6
    assert "내부 공사" in text
    assert "임시공휴일" in text


def test_a_weekend_is_shown_when_the_center_is_open_then(
    staff: FlaskClient, center: Center, room: Room
) -> None:
    assert "토요일" not in words(staff.get(page_of(center)))

    save(
        OpeningHours(
            center_id=center.id,
            weekday=5,
            opens=class_time(9),
            closes=class_time(13),
        )
    )
    answer = staff.get(page_of(center))
    assert "토요일" in words(answer)
    assert "tt-shut" in answer.text


def class_time(hour: int) -> object:
    return dates.seoul(class_on(monday(), hour, hour + 1).start).time()


def test_one_room_can_be_chosen(staff: FlaskClient, center: Center, run: Run) -> None:
    other = create_room(center, name="넓은강의실")

    text = words(staff.get(page_of(center, room=other.id)))
    assert run.title not in text
    assert "넓은강의실" in text


def test_a_strange_week_center_or_room_falls_back(
    staff: FlaskClient, center: Center, room: Room
) -> None:
    for query in ("week=gestern", "week=1900-01-01", "center=99", "center=x", "room=99", "room=x"):
        assert staff.get(f"/office/timetable?{query}").status_code == 200


def test_an_office_without_centers_or_rooms_says_so(app: Flask, client: FlaskClient) -> None:
    create_office()
    sign_in_to_work(client, create_staff())
    assert "볼 수 있는 교육장이 없습니다" in words(client.get("/office/timetable"))

    create_center()
    assert "아직 강의실이 없습니다" in words(client.get("/office/timetable"))


def test_who_may_see_and_move(app: Flask, client: FlaskClient, center: Center, run: Run) -> None:
    assert client.get(page_of(center)).status_code == 303
    sign_in(client, create_person())
    assert client.get(page_of(center)).status_code == 403

    reader = app.test_client()
    sign_in_to_work(reader, create_staff(center, Role.VIEWER))
    answer = reader.get(page_of(center))
    assert answer.status_code == 200
    assert "data-meeting" not in answer.text
    assert reader.get(drop_of(run)).status_code == 403


def test_staff_of_another_center_see_their_own(app: Flask, client: FlaskClient, run: Run) -> None:
    other = create_center("다른 곳")
    create_room(other, name="먼 강의실")
    sign_in_to_work(client, create_staff(other))

    text = words(client.get(f"/office/timetable?center={run.center_id}&week={monday()}"))
    assert "먼 강의실" in text
    assert run.title not in text
    assert client.get(drop_of(run)).status_code == 404


def test_the_week_takes_the_same_queries_however_many_classes(
    staff: FlaskClient, center: Center, room: Room
) -> None:
    create_run(room=room, starts_in=until_the_tenth())
    staff.get(page_of(center))
    with counted() as few:
        staff.get(page_of(center))
    for _n in range(12):
        create_run(room=create_room(center), starts_in=until_the_tenth())
    with counted() as many:
        staff.get(page_of(center))

    assert len(many) == len(few)


# Moving


def dropped(run: Run, day: date, hour: int = 14, room: Room | None = None) -> dict[str, object]:
    return {
        "day": day.isoformat(),
        "starts": f"{hour}:30",
        "room_id": room.id if room else run.room_id,
        "week": monday().isoformat(),
    }


def drop_of(run: Run, day: date | None = None, **given: object) -> str:
    query = dropped(run, day or a_free_day()) | given
    parts = "&".join(f"{name}={value}" for name, value in query.items())
    return f"/office/meetings/{first_meeting(run).id}/drop?{parts}"


def a_free_day() -> date:
    """The first day after the run's classes that is no public holiday."""
    days = [TENTH + timedelta(days=n) for n in range(3, 13)]
    holidays = public_holidays({day.year for day in days})
    return next(day for day in days if day not in holidays)


def test_the_check_says_how_many_are_told(staff: FlaskClient, run: Run) -> None:
    create_booking(run)
    create_booking(run, create_person(phone="0212345678", email=None))
    text = words(staff.get(drop_of(run)))

    assert "옮길 수 있습니다. 신청하신 2명에게 알립니다." in text
    assert "1명은 문자를 받을 수 없어" in text
    assert f"{dates.written_date(a_free_day())} 14:30 ~ 16:30" in text
    assert notices() == []


def test_the_check_names_everything_in_the_way(
    staff: FlaskClient, center: Center, room: Room, run: Run
) -> None:
    day = a_free_day()
    draft_in(room, class_on(day, 14, 16), section="오후")
    save(ClosedDay(center_id=center.id, first_on=day, last_on=day, name="내부 공사"))
    text = words(staff.get(drop_of(run, day)))

    assert "옮길 수 없습니다" in text
    assert "(오후)’(창업스마트교육장) 수업이 있습니다" in text
    assert "‘내부 공사’(으)로 쉬는 날입니다" in text
    assert "아직 신청하신" not in text


def test_the_check_knows_the_runs_own_classes_and_small_rooms(
    staff: FlaskClient, center: Center, run: Run
) -> None:
    second = TENTH + timedelta(days=1)
    text = words(staff.get(drop_of(run, second, starts="11:00")))
    assert "수업과 시간이 겹칩니다" in text

    small = create_room(center, seats=2)
    assert "정원 5명이" in words(staff.get(drop_of(run, room_id=small.id)))
    elsewhere = create_room(create_center("다른 곳"))
    assert "이 교육장의 강의실이 아닙니다" in words(staff.get(drop_of(run, room_id=elsewhere.id)))
    past = dates.seoul_date(now() - timedelta(days=3))
    assert "이미 지난 시각입니다" in words(staff.get(drop_of(run, past)))


def test_what_is_not_a_place_leads_to_the_form(staff: FlaskClient, run: Run) -> None:
    answer = staff.get(drop_of(run, starts="kurz"))

    assert answer.status_code == 303
    assert answer.location.endswith(f"/office/meetings/{first_meeting(run).id}/move")


def test_dropping_moves_tells_and_can_be_undone(staff: FlaskClient, run: Run) -> None:
    create_booking(run)
    meeting = first_meeting(run)
    before, day = meeting.starts_at, a_free_day()
    answer = staff.post(f"/office/meetings/{meeting.id}/drop", data=dropped(run, day))

    assert answer.status_code == 303
    assert f"week={monday()}" in answer.location
    assert first_start(meeting) == class_on(day, 14).start + timedelta(minutes=30)
    assert len(notices()) == 1
    page = staff.get(answer.location)
    assert "옮기기 되돌리기" in words(page)
    back = dropped(run, dates.seoul_date(before)) | {"starts": "10:00", "on_holiday": "y"}
    staff.post(f"/office/meetings/{meeting.id}/drop", data=back)
    assert first_start(meeting) == before
    assert len(notices()) == 2


def first_start(meeting: Meeting) -> object:
    return fresh(db.session.get_one(Meeting, meeting.id)).starts_at


def test_undo_is_offered_only_to_who_moved(
    app: Flask, staff: FlaskClient, center: Center, run: Run
) -> None:
    meeting = first_meeting(run)
    answer = staff.post(f"/office/meetings/{meeting.id}/drop", data=dropped(run, a_free_day()))
    colleague = app.test_client()
    sign_in_to_work(colleague, create_staff(center))

    assert "옮기기 되돌리기" not in words(colleague.get(answer.location))


def test_a_draft_is_moved_silently(staff: FlaskClient, center: Center, room: Room) -> None:
    draft = db.session.get_one(Run, draft_in(room, class_on(monday(), 10, 12)))
    assert "아무에게도 알리지 않습니다" in words(staff.get(drop_of(draft)))

    meeting = first_meeting(draft)
    staff.post(f"/office/meetings/{meeting.id}/drop", data=dropped(draft, a_free_day()))
    assert dates.seoul_date(first_start(meeting)) == a_free_day()  # type: ignore[arg-type]
    assert notices() == []


def test_a_public_holiday_is_asked_about(staff: FlaskClient, run: Run) -> None:
    day, meeting = a_free_day(), first_meeting(run)
    save(HolidayOverride(day=day, name="임시공휴일", is_holiday=True))
    assert "공휴일(임시공휴일)입니다. 그래도 이날 수업할까요?" in words(
        staff.get(drop_of(run, day))
    )

    address = f"/office/meetings/{meeting.id}/drop"
    assert staff.post(address, data=dropped(run, day)).status_code == 422
    assert dates.seoul_date(first_start(meeting)) == TENTH  # type: ignore[arg-type]
    assert staff.post(address, data=dropped(run, day) | {"on_holiday": "y"}).status_code == 303


def test_a_refused_drop_says_why_and_writes_nothing(
    staff: FlaskClient, room: Room, run: Run
) -> None:
    day, meeting = a_free_day(), first_meeting(run)
    draft_in(room, class_on(day, 14, 16))
    answer = staff.post(f"/office/meetings/{meeting.id}/drop", data=dropped(run, day))

    assert answer.status_code == 422
    assert "수업이 있습니다" in words(answer)
    assert dates.seoul_date(first_start(meeting)) == TENTH  # type: ignore[arg-type]


# In a browser


def test_a_class_is_moved_by_keyboard_and_by_mouse(
    blank: Callable[[str], str], tmp_path: Path, browser: Browser
) -> None:
    app = portal_on(blank("sqlite"), tmp_path, WTF_CSRF_ENABLED=True)
    with disposed(app), app.app_context():
        db.create_all()
        create_office()
        center = create_center()
        room = create_room(center, name="제1강의실")
        room_id, staff = room.id, create_staff(center).email
        draft = draft_in(room, class_on(monday(), 10, 12))
        address = page_of(center)
        db.session.rollback()
        with served(app) as url:
            page = browser.new_page(viewport={"width": 1280, "height": 1600})
            page.goto(f"{url}/sign-in/work")
            page.locator("[name=email]").fill(str(staff))
            page.locator("[name=password]").fill(PASSWORD)
            page.locator("main button[type=submit]").click()
            by_keyboard(page, url + address)
            assert where(draft) == (class_on(monday() + timedelta(days=1), 10).start, room_id)
            by_mouse(page, url + address)
            assert where(draft) == (class_on(monday() + timedelta(days=2), 13).start, room_id)
            page.close()
        db.session.remove()


def where(run_id: int) -> tuple[object, int]:
    db.session.rollback()
    query = sa.select(Meeting.starts_at, Meeting.room_id).where(Meeting.run_id == run_id)
    starts_at, room_id = db.session.execute(query).one()
    return starts_at, room_id


def by_keyboard(page: Page, address: str) -> None:
    page.goto(address)
    says = page.locator("[data-says]")
    page.locator(".tt-move").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    assert "월요일 10시 30분, 제1강의실" in says.inner_text()
    page.keyboard.press("Escape")
    assert page.locator(".tt-ghost").count() == 0
    for key in ("Enter", "Shift+ArrowRight", "Enter"):
        page.keyboard.press(key)
    page.locator("dialog[open] button[type=submit]").click()
    page.get_by_role("button", name="옮기기 되돌리기").wait_for()


def by_mouse(page: Page, address: str) -> None:
    page.goto(address)
    start = page.locator("[data-meeting]").bounding_box()
    # Days stand side by side, one room each: a column is a day, rows are half hours.
    columns = page.locator("[data-column]")
    target = columns.nth(2).bounding_box()
    assert start
    assert target
    row = start["height"] / 4
    page.mouse.move(start["x"] + 20, start["y"] + 5)
    page.mouse.down()
    for steps in (5, 2):
        page.mouse.move(target["x"] + 20, target["y"] + 8.5 * row, steps=steps)
    page.mouse.up()
    page.locator("dialog[open] button[type=submit]").click()
    page.get_by_role("button", name="옮기기 되돌리기").wait_for()


# Two at once


def moving(run: Run, room: Room, span: Span) -> Callable[[], str]:
    meeting_id, room_id = first_meeting(run).id, room.id

    def act() -> str:
        try:
            actions.move_meeting(STAFF, meeting_id, None, span.start, span.end, room_id)
        except Refused as refused:
            return refused.reason.name
        return "moved"

    return act


def test_of_two_who_move_two_classes_into_one_slot_one_is_refused(
    app: Flask, center: Center, room: Room
) -> None:
    for n in range(3):
        runs = [
            create_run(room=create_room(center), starts_in=until_the_tenth()) for _run in range(2)
        ]
        span = class_on(TENTH + timedelta(days=10 + n))
        told = all_at_once(app, [moving(run, room, span) for run in runs])

        assert told == {"moved": 1, "ROOM_TAKEN": 1}
        # The next round writes past the verbs: no reading may be open.
        db.session.rollback()
