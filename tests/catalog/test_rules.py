from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

import pytest

from eduportal.catalog import rules
from eduportal.catalog.rules import (
    Dated,
    Readiness,
    Reason,
    RunPlan,
    RunState,
    Slot,
    Span,
    Standing,
    Status,
    Taken,
)

NOW = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TUESDAY = date(2026, 12, 1)

RUN = Standing(
    state=RunState.PUBLISHED,
    apply_from=NOW - DAY,
    apply_until=NOW + DAY,
    starts_at=NOW + 10 * DAY,
    ends_at=NOW + 20 * DAY,
    capacity=2,
    places_taken=0,
    waiting=0,
    waiting_limit=1,
)
PLAN = RunPlan(
    center_id=1,
    room_id=1,
    instructor_id=None,
    section=None,
    note=None,
    fee=0,
    book_fee=0,
    capacity=20,
    apply_from=NOW,
    apply_until=NOW + DAY,
    cancel_until=NOW + 2 * DAY,
    waiting_limit=10,
    monthly_limit=2,
    minimum_age=14,
    maximum_age=None,
    relations="lives",
)
READY = Readiness(
    room_id=1,
    seats=22,
    capacity=22,
    starts_at=NOW + 10 * DAY,
    apply_until=NOW + DAY,
    cancel_until=NOW + 9 * DAY,
)


def slot(start: datetime, hours: int = 2, room_id: int = 1, who: int | None = None) -> Slot:
    return Slot(Span(start, start + hours * HOUR), room_id, who)


def taken(slot: Slot) -> Taken:
    return Taken(slot, "엑셀 기초", "정보문화센터", "제1강의실", "박강사")


def reasons(refusals: list[rules.Refusal]) -> list[StrEnum]:
    return [reason for reason, _facts in refusals]


# Status


def test_a_draft_is_a_draft_whatever_the_clock_says() -> None:
    assert rules.status(replace(RUN, state=RunState.DRAFT), NOW) is Status.DRAFT


def test_a_cancelled_run_is_cancelled_whatever_the_clock_says() -> None:
    assert rules.status(replace(RUN, state=RunState.CANCELLED), NOW) is Status.CANCELLED


def test_before_its_window_a_run_is_upcoming() -> None:
    assert rules.status(RUN, RUN.apply_from - timedelta(microseconds=1)) is Status.UPCOMING


def test_the_window_opens_in_its_first_moment() -> None:
    assert rules.status(RUN, RUN.apply_from) is Status.OPEN


def test_the_window_is_closed_in_its_last_moment() -> None:
    assert rules.status(RUN, RUN.apply_until) is Status.STARTING


def test_a_full_run_takes_people_for_its_list() -> None:
    assert rules.status(replace(RUN, places_taken=2), NOW) is Status.WAITLIST


def test_a_free_seat_belongs_to_those_who_wait() -> None:
    run = replace(RUN, places_taken=1, waiting=1, waiting_limit=3)
    assert rules.status(run, NOW) is Status.WAITLIST
    assert run.seats_left == 0


def test_with_seats_and_list_full_it_is_closed() -> None:
    assert rules.status(replace(RUN, places_taken=2, waiting=1), NOW) is Status.CLOSED


def test_between_its_first_and_last_meeting_it_runs() -> None:
    assert rules.status(RUN, RUN.apply_until + 9 * DAY) is Status.RUNNING


def test_after_its_last_meeting_it_has_ended() -> None:
    assert rules.status(RUN, NOW + 20 * DAY) is Status.ENDED


# Meetings


def test_a_pattern_meets_on_its_weekdays_only() -> None:
    days = rules.meeting_days(TUESDAY, {1, 3}, 4, ())

    assert days == [date(2026, 12, day) for day in (1, 3, 8, 10)]


def test_a_pattern_leaves_public_holidays_out_and_names_them() -> None:
    closed = {date(2026, 12, 3): "임시 공휴일", date(2026, 12, 4): "다른 요일"}

    days = rules.meeting_days(TUESDAY, {1, 3}, 3, closed)

    assert days == [date(2026, 12, day) for day in (1, 8, 10)]
    assert rules.skipped_days(TUESDAY, days[-1], {1, 3}, closed) == [
        (date(2026, 12, 3), "임시 공휴일")
    ]


@pytest.mark.parametrize(("weekdays", "count"), [(set(), 3), ({1}, 0), ({1}, 61)])
def test_a_pattern_needs_weekdays_and_a_count(weekdays: set[int], count: int) -> None:
    with pytest.raises(ValueError, match="a pattern needs"):
        rules.meeting_days(TUESDAY, weekdays, count, ())


def test_meetings_at_one_time_of_day_are_written_once() -> None:
    assert rules.time_of_day([(time(10), time(12))] * 3) == "10:00~12:00"


def test_meetings_at_different_times_are_not_written_as_one() -> None:
    assert rules.time_of_day([(time(10), time(12)), (time(14), time(16))]) == ""


def test_weekdays_and_hours_in_words() -> None:
    assert rules.weekdays_in_words("1,3") == "화·목"
    assert rules.weekdays_in_words("") == ""
    assert rules.hours_in_words(960) == "16시간"
    assert rules.hours_in_words(90) == "1시간 30분"


# Searching


def test_texts_are_compared_without_spaces_case_and_ways_of_typing() -> None:
    decomposed = "\u1112\u1161\u11ab\u1100\u1173\u11af"
    assert rules.normalized(f"ＩＴＱ {decomposed}") == "itq한글"


def test_no_word_is_found_across_two_texts() -> None:
    assert "기초강" not in rules.searchable(["엑셀 기초", None, "강좌"])


def test_every_typed_word_counts() -> None:
    assert rules.search_words("  엑셀   ABC ") == ("엑셀", "abc")


# Names


NAMES = [
    Dated(date(1999, 11, 29), "제1정보문화센터", None),
    Dated(date(2019, 5, 2), "창업스마트교육장", None),
]


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(1990, 1, 1), "제1정보문화센터"),
        (date(2019, 5, 1), "제1정보문화센터"),
        (date(2019, 5, 2), "창업스마트교육장"),
    ],
)
def test_a_center_is_called_what_it_was_called_on_the_day(day: date, name: str) -> None:
    assert rules.as_of(NAMES, day).name == name


# Clashes


def test_two_classes_in_one_room_clash() -> None:
    refusal = rules.clash_refusal([slot(NOW)], [taken(slot(NOW + HOUR))])

    assert refusal
    assert refusal[0] is Reason.ROOM_TAKEN
    assert refusal[1]["other"] == "엑셀 기초"
    assert refusal[1]["center"] == "정보문화센터"
    assert refusal[1]["room"] == "제1강의실"


def test_one_instructor_cannot_hold_two_classes_at_once() -> None:
    refusal = rules.clash_refusal([slot(NOW, who=7)], [taken(slot(NOW, room_id=2, who=7))])

    assert refusal
    assert refusal[0] is Reason.INSTRUCTOR_TAKEN
    assert refusal[1]["instructor"] == "박강사"


def test_a_class_may_begin_when_the_one_before_it_ends() -> None:
    assert rules.clash_refusal([slot(NOW)], [taken(slot(NOW + 2 * HOUR))]) is None


def test_other_rooms_and_classes_without_an_instructor_do_not_clash() -> None:
    assert rules.clash_refusal([slot(NOW)], [taken(slot(NOW, room_id=2))]) is None


def test_a_meeting_ends_after_it_begins() -> None:
    refusal = rules.pattern_refusal([Span(NOW, NOW)])

    assert refusal
    assert refusal[0] is Reason.MEETING_BACKWARDS


def test_meetings_of_one_run_do_not_overlap() -> None:
    spans = [Span(NOW, NOW + 2 * HOUR), Span(NOW + HOUR, NOW + 3 * HOUR)]
    refusal = rules.pattern_refusal(spans)

    assert refusal == (Reason.OVERLAPS_ITSELF, {"when": spans[0]})


# Plans and publication


def test_a_plan_that_makes_sense() -> None:
    assert rules.plan_refusal(PLAN) is None


@pytest.mark.parametrize(
    ("plan", "reason"),
    [
        (replace(PLAN, apply_until=NOW), Reason.WINDOW_BACKWARDS),
        (replace(PLAN, relations=""), Reason.RELATION_NEEDED),
        (replace(PLAN, minimum_age=60, maximum_age=59), Reason.AGES_BACKWARDS),
    ],
)
def test_a_plan_that_contradicts_itself(plan: RunPlan, reason: Reason) -> None:
    assert rules.plan_refusal(plan) == (reason, {})


def test_a_draft_that_lacks_nothing_can_be_published() -> None:
    assert rules.publication_refusals(READY, NOW) == []


@pytest.mark.parametrize(
    ("draft", "reason"),
    [
        (replace(READY, room_id=None), Reason.ROOM_NEEDED),
        (replace(READY, capacity=23), Reason.CAPACITY_ABOVE_SEATS),
        (replace(READY, starts_at=None), Reason.MEETINGS_NEEDED),
        (replace(READY, apply_until=NOW), Reason.WINDOW_OVER),
        (replace(READY, apply_until=NOW + 11 * DAY), Reason.WINDOW_AFTER_START),
        (replace(READY, cancel_until=NOW + 11 * DAY), Reason.CANCEL_AFTER_START),
    ],
)
def test_what_a_draft_lacks_is_named(draft: Readiness, reason: Reason) -> None:
    assert reasons(rules.publication_refusals(draft, NOW)) == [reason]


def test_everything_that_a_draft_lacks_is_named_at_once() -> None:
    bare = replace(READY, room_id=None, starts_at=None, apply_until=NOW)

    assert reasons(rules.publication_refusals(bare, NOW)) == [
        Reason.ROOM_NEEDED,
        Reason.WINDOW_OVER,
        Reason.MEETINGS_NEEDED,
    ]


# Edits


def edit(*, state: RunState = RunState.PUBLISHED, **given: Any) -> StrEnum | None:
    asked: dict[str, Any] = {
        "changed": {"note"},
        "applied": False,
        "opened": False,
        "reason": None,
    }
    refusal = rules.edit_refusal(state, **asked | given)
    return refusal[0] if refusal else None


def test_a_draft_is_edited_freely() -> None:
    assert edit(state=RunState.DRAFT, changed={"room_id", "capacity"}) is None


def test_a_published_run_is_edited_freely_while_nobody_could_apply() -> None:
    assert edit() is None


@pytest.mark.parametrize("since", [{"applied": True}, {"opened": True}])
def test_after_that_an_edit_needs_a_reason(since: dict[str, Any]) -> None:
    assert edit(**since) is Reason.REASON_NEEDED
    assert edit(**since, reason="강사 사정") is None


@pytest.mark.parametrize("field", sorted(rules.SETTLED_BY_PUBLICATION))
def test_where_and_for_how_many_is_settled_by_publication(field: str) -> None:
    assert edit(changed={field}, reason="까닭") is Reason.SETTLED


def test_a_cancelled_run_is_not_edited() -> None:
    assert edit(state=RunState.CANCELLED) is Reason.RUN_CANCELLED
