"""The national standard set: read, understood, brought in once and again, and written out."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from eduportal.accounts.rules import Audience
from eduportal.catalog import actions
from eduportal.catalog.actions.standard import Brought, bring_in
from eduportal.catalog.models import (
    Center,
    CenterName,
    ClosedDay,
    Course,
    Meeting,
    Office,
    Room,
    Run,
    Seat,
    StandardRecord,
)
from eduportal.catalog.queries.standard import Outgoing, standard_lines
from eduportal.catalog.rules import Kind, RunState
from eduportal.catalog.rules.intake import Intake, Selection
from eduportal.catalog.rules.standard import Kept
from eduportal.catalog.standard_set import reading
from eduportal.catalog.standard_set.surveying import Standing, Survey
from eduportal.catalog.standard_set.writing import as_csv
from eduportal.shared import dates
from eduportal.shared.db import db
from eduportal.shared.events import Event
from eduportal.shared.refusal import Missing, Refused
from eduportal.shared.uploads import Unreadable
from tests.accounts.steps import count
from tests.catalog.standard_files import (
    LINE,
    SAMPLE,
    SAMPLE_CP949,
    STAFF,
    brought_in,
    file_of,
    looked_over,
    numbered,
    only_run,
    publish_all,
    reasons,
    runs,
    standings,
)
from tests.factories import (
    create_center,
    create_course,
    create_instructor,
    create_office,
    create_room,
    create_run,
    save,
)


@pytest.fixture(autouse=True)
def before_the_courses() -> Iterator[None]:
    """The files speak of spring 2027."""
    with time_machine.travel(datetime(2026, 11, 24, 3, tzinfo=UTC)):
        yield


@pytest.fixture
def office(app: Flask) -> Office:
    return create_office()


@pytest.fixture
def center(office: Office) -> Center:
    return create_center("정보문화센터")


@pytest.fixture
def room(center: Center) -> Room:
    return create_room(center, 24, name="제1강의실")


def out(**asked: Any) -> str:
    """The file that goes out."""
    db.session.rollback()
    return as_csv(standard_lines(Outgoing(**{"first": date(2026, 1, 1)} | asked)))


def told(**asked: Any) -> dict[str, str]:
    """The one line of the file that goes out."""
    db.session.rollback()
    [line] = standard_lines(Outgoing(**{"first": date(2026, 1, 1)} | asked))
    return line


def as_our_own() -> None:
    """Forget that any run came out of a file."""
    db.session.execute(sa.delete(StandardRecord))
    db.session.commit()


def days() -> list[date]:
    """The days of the one run's classes."""
    return [dates.seoul_date(meeting.starts_at) for meeting in only_run().meetings]


def bring(found: Survey, centers: frozenset[int] | None = None) -> Brought:
    """Bring in what was looked over before."""
    db.session.rollback()
    return bring_in(STAFF, found, False, "file.csv", centers)


# In and out again


@pytest.mark.parametrize("content", [SAMPLE, SAMPLE_CP949])
def test_the_sample_comes_out_byte_for_byte(office: Office, content: bytes) -> None:
    brought = brought_in(content)

    assert (brought.new, brought.left_out) == (12, 0)
    assert brought.centers == ["창업스마트교육장", "정보문화센터"]
    assert out().encode("utf-8-sig") == SAMPLE
    assert out().encode("cp949") == SAMPLE_CP949


def test_a_file_that_comes_in_again_doubles_nothing(office: Office) -> None:
    brought_in(SAMPLE)
    again = brought_in(SAMPLE_CP949)

    assert (again.new, again.changed, again.unchanged) == (0, 0, 12)
    assert (count(Run), count(StandardRecord), again.centers, again.rooms) == (12, 12, [], [])
    assert out().encode("utf-8-sig") == SAMPLE


def test_our_own_export_comes_in_again_as_the_same_runs(room: Room) -> None:
    brought_in(file_of({}))
    as_our_own()
    publish_all()

    content = out(base="https://edu.example").encode("utf-8-sig")

    assert standings(content) == [Standing.UNCHANGED]
    assert brought_in(content).unchanged == 1
    assert count(Run) == 1


def test_a_run_of_our_own_says_every_column(room: Room) -> None:
    brought_in(file_of({"교육대상구분": "55세 이상 구민", "수강료": "10000", "강좌내용": "두\n줄"}))
    as_our_own()
    publish_all()

    line = told(base="https://edu.example/")

    assert line == {
        **LINE,
        "강좌내용": "두 줄",
        "교육대상구분": "55세 이상 구민",
        "수강료": "10000",
        "교육장도로명주소": "대림1동",
        "운영기관명": "한강구청",
        "운영기관전화번호": "02-2000-0001",
        "접수방법구분": "온라인+전화+방문",
        "홈페이지주소": f"https://edu.example/runs/{only_run().id}",
        "데이터기준일자": "2026-11-24",
    }


def test_declared_words_go_out_until_our_fact_changes(room: Room) -> None:
    brought_in(file_of({"접수방법구분": "현장", "교육대상구분": "누구나", "수강료": "0"}))
    run = only_run()
    before = told()
    run.fee = 5000
    db.session.commit()

    after = told()

    assert (before["접수방법구분"], before["교육대상구분"]) == ("현장", "누구나")
    assert before["데이터기준일자"] == "2027-01-31"
    assert (after["수강료"], after["접수방법구분"]) == ("5000", "현장")
    assert after["데이터기준일자"] == dates.seoul_date(run.created_at).isoformat()


def test_only_what_everybody_sees_is_open_data(room: Room) -> None:
    brought_in(file_of(*numbered(2)))
    shown, _draft = runs()
    shown.state, shown.published_at = RunState.PUBLISHED, shown.created_at
    db.session.commit()

    assert told(public_only=True)["강좌명"] == "과정 0"
    assert len(standard_lines(Outgoing(date(2026, 1, 1)))) == 2


def test_a_cancelled_run_and_one_of_other_days_stay_here(room: Room) -> None:
    brought_in(file_of({}))

    assert standard_lines(Outgoing(date(2027, 3, 26))) == []
    assert standard_lines(Outgoing(date(2026, 1, 1), date(2027, 3, 1))) == []
    run = only_run()
    run.state, run.cancelled_on = RunState.CANCELLED, date(2027, 2, 1)
    db.session.commit()
    assert standard_lines(Outgoing(date(2026, 1, 1))) == []


# What a line says


def test_a_line_becomes_a_draft_with_its_classes(room: Room) -> None:
    brought_in(file_of({"운영요일": "화,목", "강좌정원수": "20"}))

    run = only_run()
    assert (run.state, run.room_id, run.capacity) == (RunState.DRAFT, room.id, 20)
    assert (run.starts_on, run.ends_on, run.meeting_count) == (
        date(2027, 3, 2),
        date(2027, 3, 25),
        8,
    )
    assert (run.weekdays, run.time_of_day, run.minutes) == ("1,3", "10:00~12:00", 960)
    assert run.apply_from == dates.at(date(2027, 2, 15), time(10))
    assert run.apply_until == dates.at(date(2027, 2, 17), time(18))
    assert run.cancel_until == dates.start_of(date(2027, 3, 2))
    assert (run.minimum_age, run.monthly_limit, run.waiting_limit) == (14, 2, 10)
    assert "엑셀기초" in run.search_text
    assert "정보문화센터" in run.search_text


def test_what_a_run_keeps_is_what_following_its_meetings_gives(room: Room) -> None:
    brought_in(file_of({}))
    names = [
        *("starts_at", "ends_at", "starts_on", "ends_on", "meeting_count", "minutes"),
        *("weekdays", "time_of_day", "search_text"),
    ]
    before = {name: getattr(only_run(), name) for name in names}

    actions.follow_meetings(only_run().id)

    assert {name: getattr(only_run(), name) for name in names} == before


@pytest.mark.parametrize(
    ("words", "weekdays"),
    [
        ("화+목", "1,3"),
        ("화,목", "1,3"),
        ("월요일·수요일", "0,2"),
        ("화목", "1,3"),
        ("월~금", "0,1,2,3,4"),
        ("매주 수요일", "2"),
    ],
)
def test_weekdays_are_written_in_many_ways(room: Room, words: str, weekdays: str) -> None:
    brought_in(file_of({"운영요일": words}))

    assert only_run().weekdays == weekdays


def test_one_day_needs_no_weekday(room: Room) -> None:
    brought_in(file_of({"교육종료일자": "2027-03-02", "운영요일": ""}))

    assert days() == [date(2027, 3, 2)]


def test_seconds_are_read(room: Room) -> None:
    brought_in(file_of({"교육시작시각": "10:00:00", "교육종료시각": "11:50:00"}))

    assert only_run().time_of_day == "10:00~11:50"
    assert told()["교육시작시각"] == "10:00:00"
    assert standings(file_of({"교육종료시각": "11:50:00"})) == [Standing.UNCHANGED]


def test_holidays_and_closed_days_have_no_class_and_the_last_day_stays_declared(
    room: Room,
) -> None:
    save(ClosedDay(first_on=date(2027, 3, 23), last_on=date(2027, 3, 26), name="점검"))

    brought_in(file_of({"교육시작일자": "2027-03-01", "운영요일": "월+화+목"}))

    assert date(2027, 3, 1) not in days()  # 삼일절
    assert days()[-1] == date(2027, 3, 22)
    line = told()
    assert (line["교육시작일자"], line["교육종료일자"]) == ("2027-03-01", "2027-03-25")


def test_the_format_lacks_what_the_defaults_say(room: Room) -> None:
    content = file_of({"접수시작일자": "", "접수종료일자": ""})
    found = looked_over(content, kind=Kind.FREE_SPECIAL, track="창업·취업", opens=time(9))

    bring(found)

    run = only_run()
    assert (run.kind, run.track, run.course.kind) == (Kind.FREE_SPECIAL, "창업·취업", run.kind)
    assert run.apply_from == dates.at(date(2027, 2, 15), time(9))


def test_a_course_is_found_by_its_title_and_keeps_its_kind(room: Room) -> None:
    course = create_course("엑셀 기초", kind=Kind.FREE_SPECIAL, summary="우리 글")

    brought_in(file_of({}))

    assert (only_run().course_id, only_run().kind) == (course.id, Kind.FREE_SPECIAL)
    assert told()["강좌내용"] == LINE["강좌내용"]


@pytest.mark.parametrize(
    ("words", "audience", "youngest", "oldest"),
    [
        ("구민", Audience.RESIDENT, 14, None),
        ("직원", Audience.EMPLOYEE, 14, None),
        ("구민·관내 직장인", Audience.RESIDENT, 14, None),
        ("55세 이상 구민", Audience.RESIDENT, 55, None),
        ("어린이(13세 이하)", Audience.RESIDENT, None, 13),
        ("19세 미만", Audience.RESIDENT, 14, 18),
    ],
)
def test_who_may_come_is_read_from_free_text(
    room: Room, words: str, audience: Audience, youngest: int | None, oldest: int | None
) -> None:
    brought_in(file_of({"교육대상구분": words}))

    run = only_run()
    assert (run.audience, run.minimum_age, run.maximum_age) == (audience, youngest, oldest)
    assert told()["교육대상구분"] == words


# Centers, rooms, instructors


def test_a_center_is_found_by_any_name_it_ever_had(room: Room, center: Center) -> None:
    old = db.session.scalars(sa.select(CenterName)).one()
    old.valid_until = date(2020, 12, 31)
    save(CenterName(center_id=center.id, name="대림배움터", valid_from=date(2021, 1, 1)))

    brought = brought_in(file_of({"교육장소": "정보문화센터 제1강의실"}))

    assert (only_run().center_id, brought.centers, brought.rooms) == (center.id, [], [])


def test_the_longest_name_counts(room: Room, center: Center) -> None:
    other = create_center("정보문화센터 별관")
    theirs = create_room(other, name="제1강의실")

    brought_in(file_of({"교육장소": "정보문화센터별관 제1강의실"}))

    assert only_run().room_id == theirs.id


def test_a_name_that_only_begins_alike_is_another_center(room: Room, center: Center) -> None:
    brought = brought_in(file_of({"교육장소": "정보문화센터별관 제1강의실"}))

    assert (brought.centers, brought.rooms) == (
        ["정보문화센터별관"],
        ["정보문화센터별관 제1강의실"],
    )


def test_a_missing_room_gets_a_seat_for_everybody(center: Center) -> None:
    lines = [{"강좌정원수": "12"}, {"교육시작시각": "09:00", "강좌정원수": "30"}]

    brought = brought_in(file_of(*lines))

    assert (brought.centers, brought.rooms) == ([], ["정보문화센터 제1강의실"])
    assert count(Seat) == 30


def test_a_center_that_is_made_stands_at_the_files_address(office: Office) -> None:
    brought_in(file_of({"교육장소": "새배움터 3층 강당", "교육장도로명주소": "강변로 1"}))

    name = db.session.scalars(sa.select(CenterName)).one()
    room = db.session.scalars(sa.select(Room)).one()
    assert (name.name, name.place, room.name) == ("새배움터 3층", "강변로 1", "강당")


def test_of_two_rooms_one_must_be_named(room: Room, center: Center) -> None:
    create_room(center, name="제2강의실")

    [reason] = reasons(file_of({"교육장소": "정보문화센터"}))

    assert "어느 강의실인지" in reason


def test_the_only_room_need_not_be_named(room: Room) -> None:
    brought_in(file_of({"교육장소": "정보문화센터"}))

    assert only_run().room_id == room.id
    assert told()["교육장소"] == "정보문화센터"


def test_staff_of_one_center_make_no_center_and_use_no_other(room: Room, center: Center) -> None:
    other = create_center("창업스마트교육장")
    mine = frozenset({other.id})
    content = file_of(
        {"교육장소": "새배움터 제1강의실"}, {}, {"교육장소": "창업스마트교육장 제9강의실"}
    )

    found = looked_over(content, mine)

    assert "관리자가 만들 수 있습니다" in found.faults[0].reason
    assert "맡고 계신 교육장이 아닙니다" in found.faults[1].reason
    brought = brought_in(content, good_only=True, centers=mine)
    assert (brought.new, brought.left_out, count(Center)) == (1, 2, 2)


def test_a_run_that_went_to_another_center_meanwhile_is_not_touched(
    room: Room, center: Center
) -> None:
    brought_in(file_of({}))
    mine = frozenset({center.id})
    found = looked_over(file_of({"수강료": "9000"}), mine)
    other = create_center("창업스마트교육장")
    run = only_run()
    run.center_id, run.room_id = other.id, create_room(other).id
    db.session.commit()

    with pytest.raises(Missing):
        bring(found, mine)
    assert only_run().fee == 0


def test_an_instructor_is_found_by_a_name_that_is_theirs_alone(room: Room, center: Center) -> None:
    teacher = create_instructor(center, name="박강사", name_is_public=True)
    for _twice in range(2):
        create_instructor(center, name="김강사")

    brought_in(file_of({"강사명": "박강사"}, {"강좌명": "둘", "강사명": "김강사"}))

    first, second = runs()
    assert (first.instructor_id, second.instructor_id) == (teacher.id, None)
    assert first.meetings[0].instructor_id == teacher.id
    assert "김강사" in out()


def test_a_name_that_may_not_be_told_does_not_go_out(room: Room, center: Center) -> None:
    teacher = create_instructor(center, name="박강사")
    brought_in(file_of({"강사명": "박강사"}))

    assert told()["강사명"] == ""
    teacher.name_is_public = True
    db.session.commit()
    assert told()["강사명"] == "박강사"


# What is wrong with a line


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"강좌명": " "}, "강좌명: 비어 있습니다."),
        ({"강좌명": "가" * 121}, "강좌명: 120자까지"),
        ({"교육시작일자": "2027.3.2"}, "교육시작일자: ‘2027.3.2’"),
        ({"교육종료일자": "2027-02-30"}, "교육종료일자: ‘2027-02-30’"),
        ({"교육종료일자": "2027-03-01"}, "교육종료일자가 교육시작일자보다 빠릅니다."),
        ({"교육시작시각": "25:00"}, "교육시작시각: ‘25:00’"),
        ({"교육종료시각": "09:00"}, "교육종료시각이 교육시작시각보다 빠릅니다."),
        ({"교육종료시각": "10:00"}, "교육종료시각이 교육시작시각과 같습니다."),
        ({"강좌정원수": "스물"}, "강좌정원수: ‘스물’"),
        ({"강좌정원수": "0"}, "강좌정원수: ‘0’"),
        ({"수강료": "-1"}, "수강료: ‘-1’"),
        ({"운영요일": "평일"}, "운영요일: ‘평일’"),
        ({"운영요일": ""}, "운영요일: 비어 있습니다."),
        ({"접수종료일자": "2027-02-14"}, "접수종료일자가 접수시작일자보다 빠릅니다."),
        ({"직업능력개발훈련비지원강좌여부": "예"}, "Y나 N으로"),
        ({"교육장소": ""}, "교육장소: 비어 있습니다."),
        ({"교육종료일자": "2027-03-02", "운영요일": "일"}, "수업하는 날이 없습니다."),
        ({"교육종료일자": "2031-03-02"}, "3년을 넘습니다."),
        ({"교육종료일자": "2028-03-02", "운영요일": "월~금"}, "200번까지"),
        ({"교육대상구분": "60세 이상 50세 이하"}, "최고 나이"),
        ({"강사명": "가" * 201}, "강사명: 200자까지"),
    ],
)
def test_each_fault_has_its_sentence(room: Room, given: dict[str, str], reason: str) -> None:
    [said] = reasons(file_of(given))
    assert reason in said


def test_a_resident_number_is_refused_without_being_repeated(room: Room) -> None:
    [fault] = looked_over(file_of({"강좌명": "900101-1234567 님의 강좌"})).faults

    assert "주민등록번호" in fault.sentence
    assert "1234567" not in fault.sentence + fault.title


def test_the_same_line_twice_names_the_first(room: Room) -> None:
    [reason] = reasons(file_of({}, {"강좌명": "엑셀  기초", "교육시작시각": "10:00:00"}))

    assert reason.startswith("2번째 줄과")


def test_a_file_without_lines_or_columns_is_no_file(office: Office) -> None:
    for content in (file_of(), SAMPLE.replace("운영요일".encode(), b"?")):
        with pytest.raises(Unreadable):
            reading.read(content)


def test_the_columns_of_a_merged_file_are_let_be(room: Room) -> None:
    lines = file_of({}).decode("utf-8-sig").splitlines()
    merged = "\r\n".join(
        f"{line},{more}"
        for line, more in zip(lines, ("제공기관코드,제공기관명", "1,한강구"), strict=True)
    )

    assert brought_in(merged.encode()).new == 1


def test_one_bad_line_keeps_the_whole_file_out(room: Room) -> None:
    content = file_of({}, {"강좌명": "둘", "강좌정원수": "x"})

    with pytest.raises(Refused) as refused:
        brought_in(content)
    assert "고칠 줄이 1개" in refused.value.sentence
    assert (count(Run), count(Course), count(Meeting)) == (0, 0, 0)
    assert brought_in(content, good_only=True).new == 1


def test_a_file_of_bad_lines_alone_brings_nothing(room: Room) -> None:
    with pytest.raises(Refused) as refused:
        brought_in(file_of({"강좌정원수": "x"}), good_only=True)
    assert "들여올 수 있는 줄이 없습니다" in refused.value.sentence


# Warnings


def test_what_stands_in_the_way_is_a_warning(room: Room) -> None:
    brought_in(file_of({"강좌명": "먼저 온 강좌"}))

    [line] = looked_over(file_of({"강좌정원수": "25"})).lines

    assert line.standing is Standing.NEW
    assert "정원 25명이" in line.notes[0]
    assert "‘먼저 온 강좌’" in line.notes[1]
    assert "그 밖에" in line.notes[-1]
    assert brought_in(file_of({})).new == 1


def test_lines_of_one_file_warn_of_each_other(office: Office) -> None:
    first, second = looked_over(file_of({}, {"강좌명": "둘", "교육종료일자": "2027-03-02"})).lines

    assert "‘둘’" in " ".join(first.notes)
    assert "‘엑셀 기초’" in " ".join(second.notes)


def test_a_room_elsewhere_or_at_another_hour_is_no_warning(office: Office) -> None:
    found = looked_over(
        file_of(
            {},
            {"교육장소": "정보문화센터 제2강의실"},
            {"교육시작시각": "13:00", "교육종료시각": "14:00"},
        )
    )

    assert [line.notes for line in found.lines] == [(), (), ()]


# Once more: what the file says now, what it said, what we have


def test_what_the_file_changed_is_taken_over(room: Room) -> None:
    brought_in(file_of({}))
    kept_meeting = only_run().meetings[0].id
    changed = {
        "교육종료일자": "2027-03-11",
        "강좌정원수": "20",
        "수강료": "9000",
        "접수종료일자": "2027-02-20",
        "교육대상구분": "직원",
        "강좌내용": "새 글",
        "접수방법구분": "전화",
    }

    [line] = looked_over(file_of(changed)).lines
    brought = brought_in(file_of(changed))

    assert {(one.column, one.after) for one in line.changes} == set(changed.items())
    assert (brought.changed, brought.kept, count(Run)) == (1, 0, 1)
    run = only_run()
    assert (run.capacity, run.fee, run.audience) == (20, 9000, Audience.EMPLOYEE)
    assert (run.meeting_count, run.ends_on, len(run.meetings)) == (4, date(2027, 3, 11), 4)
    assert run.meetings[0].id == kept_meeting
    assert run.apply_until == dates.at(date(2027, 2, 20), time(18))
    assert run.course.summary == "새 글"
    assert "새글" in run.search_text
    assert out().encode("utf-8-sig") == file_of(changed)


def test_what_staff_changed_and_the_file_did_not_stays(room: Room) -> None:
    brought_in(file_of({}))
    run = only_run()
    run.capacity, run.waiting_limit = 18, 3
    db.session.commit()

    brought_in(file_of({"수강료": "9000"}))

    run = only_run()
    assert (run.capacity, run.waiting_limit, run.fee) == (18, 3, 9000)
    assert told()["강좌정원수"] == "18"


def test_what_both_changed_stays_as_staff_have_it_and_is_told(room: Room) -> None:
    brought_in(file_of({}))
    run = only_run()
    run.capacity = 18
    db.session.commit()
    content = file_of({"강좌정원수": "20"})

    [line] = looked_over(content).lines
    brought = brought_in(content)

    [change] = line.changes
    assert (change.before, change.after, change.kept) == ("18", "20", Kept.EDITED)
    assert (brought.kept, only_run().capacity, told()["강좌정원수"]) == (1, 18, "18")
    assert standings(content) == [Standing.UNCHANGED]


def test_staff_who_agree_with_the_file_are_not_in_its_way(room: Room) -> None:
    brought_in(file_of({}))
    run = only_run()
    run.capacity = 20
    db.session.commit()

    assert brought_in(file_of({"강좌정원수": "20"})).kept == 0
    assert told()["강좌정원수"] == "20"


def test_hours_that_staff_set_stay_when_the_file_moves_the_day(room: Room) -> None:
    brought_in(file_of({}))
    run = only_run()
    run.apply_from = dates.at(date(2027, 2, 15), time(14))
    db.session.commit()

    brought_in(file_of({"접수시작일자": "2027-02-16"}))

    assert only_run().apply_from == dates.at(date(2027, 2, 16), time(14))


def test_a_published_run_takes_over_texts_alone(room: Room) -> None:
    brought_in(file_of({}))
    publish_all()
    content = file_of({"강좌정원수": "20", "교육종료일자": "2027-03-11", "강좌내용": "새 글"})

    [line] = looked_over(content).lines
    brought_in(content)

    kept = {change.column: change.kept for change in line.changes}
    assert kept == {
        "교육종료일자": Kept.PUBLISHED,
        "강좌정원수": Kept.PUBLISHED,
        "강좌내용": None,
    }
    run = only_run()
    assert (run.capacity, run.meeting_count, run.course.summary) == (24, 8, "새 글")
    assert told()["강좌정원수"] == "24"


def test_a_cancelled_run_stays_as_it_is(room: Room) -> None:
    brought_in(file_of({}))
    run = only_run()
    run.state, run.cancelled_on = RunState.CANCELLED, date(2027, 1, 1)
    db.session.commit()

    [line] = looked_over(file_of({"강좌정원수": "20"})).lines

    assert line.changes[0].kept is Kept.CANCELLED


def test_a_course_with_a_text_of_its_own_keeps_it(room: Room) -> None:
    create_course("엑셀 기초", summary="우리 글")
    brought_in(file_of({}))

    brought_in(file_of({"강좌내용": "다른 글"}))

    assert only_run().course.summary == "우리 글"
    assert told()["강좌내용"] == "다른 글"


def test_an_instructor_whom_staff_named_stays(room: Room, center: Center) -> None:
    brought_in(file_of({}))
    theirs = create_instructor(center, name="최강사")
    create_instructor(center, name="박강사")
    run = only_run()
    run.instructor_id = theirs.id
    db.session.commit()

    brought = brought_in(file_of({"강사명": "박강사"}))

    assert (brought.kept, only_run().instructor_id) == (1, theirs.id)


def test_an_instructor_whom_the_file_changes_goes_to_the_classes(
    room: Room, center: Center
) -> None:
    teacher = create_instructor(center, name="박강사")
    brought_in(file_of({}))

    brought_in(file_of({"강사명": "박강사"}))

    run = only_run()
    assert {run.instructor_id} | {one.instructor_id for one in run.meetings} == {teacher.id}


def test_a_new_day_on_the_file_is_no_change_but_goes_out(room: Room) -> None:
    brought_in(file_of({}))
    content = file_of({"데이터기준일자": "2027-04-30"})

    assert standings(content) == [Standing.UNCHANGED]
    brought_in(content)
    assert told()["데이터기준일자"] == "2027-04-30"


def test_a_draft_that_was_deleted_comes_in_as_new(room: Room) -> None:
    brought_in(file_of({}))
    actions.delete_draft(STAFF, only_run().id, None)

    assert brought_in(file_of({})).new == 1


def test_a_renamed_center_does_not_double_its_runs(room: Room, center: Center) -> None:
    brought_in(file_of({}))
    old = db.session.scalars(sa.select(CenterName)).one()
    old.valid_until = date(2027, 1, 31)
    save(CenterName(center_id=center.id, name="대림배움터", valid_from=date(2027, 2, 1)))

    assert told()["교육장소"] == "대림배움터 제1강의실"
    assert standings(file_of({})) == [Standing.UNCHANGED]
    assert standings(file_of({"교육장소": "대림배움터 제1강의실"})) == [Standing.UNCHANGED]
    both = looked_over(file_of({}, {"교육장소": "대림배움터 제1강의실"}))
    assert [fault.reason for fault in both.faults] == ["2번째 줄과 같은 강좌입니다."]


def test_an_edit_between_the_look_and_the_writing_is_not_lost(room: Room) -> None:
    brought_in(file_of({}))
    found = looked_over(file_of({"강좌정원수": "20"}))
    run = only_run()
    run.capacity = 18
    db.session.commit()

    brought = bring(found)

    assert (brought.kept, only_run().capacity) == (1, 18)


def test_a_file_that_came_in_between_the_look_and_the_writing_is_not_doubled(
    office: Office,
) -> None:
    found = looked_over(SAMPLE)
    brought_in(SAMPLE)

    brought = bring(found)

    assert (brought.new, brought.unchanged, count(Run), count(Room)) == (0, 12, 12, 4)


def test_every_act_is_on_record(room: Room) -> None:
    brought_in(file_of({}))
    brought_in(file_of({"수강료": "9000"}))

    events = db.session.scalars(sa.select(Event).order_by(Event.id)).all()
    assert [event.verb for event in events] == [
        "course.created",
        "run.imported",
        "standard_set.imported",
        "run.imported_again",
        "standard_set.imported",
    ]
    assert events[3].detail["changed"] == {"수강료": ["0", "9000"]}
    assert events[1].run_id == only_run().id


# Thousands


def test_of_3000_lines_all_ten_bad_ones_are_named_and_nothing_is_written(office: Office) -> None:
    content = large_file()
    found = looked_over(content)

    assert [fault.line for fault in found.faults] == [n + 2 for n in range(0, 3000, 300)]
    with pytest.raises(Refused):
        bring(found)
    assert (count(Run), count(Course), count(Center), count(Room)) == (0, 0, 0, 0)

    brought = brought_in(content, good_only=True)
    assert (brought.new, brought.left_out) == (2990, 10)
    assert (count(Run), count(StandardRecord)) == (2990, 2990)
    assert count(Meeting) == 8 * 2990


def large_file() -> bytes:
    """3,000 courses, every three hundredth without a place for anybody."""
    lines = numbered(3000)
    for number, line in enumerate(lines):
        line["교육장소"] = f"정보문화센터 제{number // 6 + 1}강의실"
        line["교육시작시각"] = f"{8 + 2 * (number % 6):02d}:00"
        line["교육종료시각"] = f"{10 + 2 * (number % 6):02d}:00"
        line["강좌정원수"] = "0" if number % 300 == 0 else "4"
    return file_of(*lines)


@pytest.mark.parametrize(
    ("selection", "words"),
    [
        (Selection.FIRST_COME, "선착순"),
        (Selection.FAIR_WINDOW, "추첨"),
        (Selection.DRAW, "추첨"),
        (Selection.PRIORITY_DRAW, "우선선발 후 추첨"),
        (Selection.PRIORITY_FIRST_COME, "우선선발 후 선착순"),
        (Selection.SCREENING, "심사"),
    ],
)
def test_how_places_are_given_goes_out(office: Office, selection: Selection, words: str) -> None:
    create_run(intake=Intake(selection=selection))

    assert told()["선정방법구분"] == words


def test_a_run_that_is_drawn_says_so_whatever_its_file_said(office: Office) -> None:
    brought_in(file_of({}))
    publish_all()
    assert told()["선정방법구분"] == "선착순"

    run = only_run()
    run.selection = Selection.DRAW
    db.session.commit()
    assert told()["선정방법구분"] == "추첨"
