"""Every value of an intake is read back in a sentence, unless it is as everybody expects."""

from dataclasses import fields
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from eduportal.catalog.rules.intake import (
    COMPUTED_GROUPS,
    FIRST_TIMER,
    PRIORITY,
    SENIOR_65,
    ChannelShare,
    Intake,
    Repeat,
    SeatChoice,
    Selection,
    Stage,
    proposed,
)
from eduportal.catalog.rules.intake_words import Around, Words, sentences

OPENS = datetime(2026, 12, 15, 1, tzinfo=UTC)
RUN = Around(COMPUTED_GROUPS, 28, OPENS, OPENS + timedelta(days=3), 14)

SAID: list[tuple[dict[str, Any], str]] = [
    ({"selection": Selection.DRAW}, "추첨으로 정합니다"),
    ({"selection": Selection.DRAW}, "먼저 신청해도 유리하지 않습니다"),
    ({"selection": Selection.SCREENING}, "담당자가 신청을 살펴보고"),
    ({"selection": Selection.FAIR_WINDOW, "fair_hours": 5}, "처음 5시간 안에 신청하신 분은 모두"),
    ({"selection": Selection.FAIR_WINDOW}, "그 뒤에 신청하신 분께는 남은 자리를"),
    ({"selection": Selection.PRIORITY_DRAW, "groups": (SENIOR_65,)}, "우선 대상: 만 65세 이상"),
    ({"selection": Selection.PRIORITY_DRAW, "groups": (SENIOR_65,)}, "먼저 자리를 드리고, 남은"),
    ({"selection": Selection.PRIORITY_FIRST_COME}, "남은 자리는 먼저 신청한 순서대로"),
    (
        {"groups": (SENIOR_65,), "reserved_percent": 20},
        "정원 28명 가운데 6자리는 만 65세 이상인 분께 먼저 드립니다.",
    ),
    ({"groups": (FIRST_TIMER,), "reserved_percent": 50}, "14자리는 처음 오시는 분께 먼저"),
    ({"groups": (SENIOR_65,), "reserved_percent": 20}, "남으면 접수가 끝난 뒤 다른 분께"),
    (
        {"groups": (SENIOR_65,), "reserved_percent": 20, "reserve_hours": 5},
        "남으면 2026-12-15 06:00:00+00:00부터 다른 분께",
    ),
    ({"age_free_groups": ("disabled",)}, "나이와 상관없이 신청하실 수 있는 분: disabled"),
    ({"selection": Selection.DRAW, "loss_memory": True}, "떨어진 횟수만큼 추첨권을 더"),
    ({"selection": Selection.DRAW, "draw_source": "로또"}, "추첨에는 ‘로또’ 값을 씁니다."),
    (
        {"stages": (Stage("works", 24),)},
        "우리 구에 직장이 있는 분은 2026-12-16 01:00:00+00:00부터 신청하실",
    ),
    ({"stages": (Stage(PRIORITY, 0), Stage("lives", 5))}, "우선 대상인 분은 접수를 시작할 때부터"),
    ({"channels": (ChannelShare("phone"), ChannelShare("visit"))}, "신청을 받는 방법: 전화, 방문"),
    ({"channels": (ChannelShare("phone", 50),)}, "28명 가운데 14자리는 전화 접수로 신청하신"),
    ({"channels": (ChannelShare("phone", 50),), "share_hours": 3}, "04:00:00+00:00부터 다른"),
    ({"channels": (ChannelShare("visit", 0, 2),)}, "방문 접수는 2026-12-15 03:00:00"),
    ({"repeat_months": 6}, "최근 6개월 안에 같은 과정을 들으신 분은 신청하실 수 없습니다."),
    ({"repeat_months": 6, "repeat": Repeat.WAIT}, "다른 분들 다음에"),
    ({"travel_minutes": 30}, "옮겨 갈 시간이 30분"),
    ({"offer_hours": 24}, "24시간 동안 자리를 맡아 둡니다"),
    ({"offer_hours": 24, "offer_opens": time(9)}, "09:00~21:00만 셉니다"),
    ({"offer_hours": 24, "offer_closes": time(20)}, "08:00~20:00만 셉니다"),
    ({"offer_hours": 24, "offer_to_midnight": True}, "밤 12시"),
    ({"last_meeting": 2}, "2번째 수업을 시작하기 전까지"),
    ({"left_over": True}, "접수가 끝나도 자리가 남아 있으면"),
    ({"seat_choice": SeatChoice.PERSON}, "앉을 자리를 직접 고르실"),
    ({"accessible_hours": 48}, "휠체어 좌석은 첫 수업 48시간 전까지"),
    ({"waiting_line": True}, "대기줄에 섭니다"),
    ({"strikes": (0, 30)}, "1번째까지는 경고만"),
    ({"strikes": (0, 30)}, "2번째에는 30일 동안 신청하실 수 없습니다"),
    ({"strikes": (0, 30), "late_cancel_hours": 38}, "38시간이 남지 않았을 때 취소하셔도"),
    ({"strikes": (0, 30), "strike_months": 6}, "6개월이 지난 일은 세지 않습니다"),
    ({"decision_days": 5}, "14명이 모이지 않으면 첫 수업 5일 전에"),
]


@pytest.mark.parametrize(("given", "said"), SAID)
def test_each_value_is_said(given: dict[str, Any], said: str) -> None:
    assert said in told(Intake(**given), RUN)


def test_no_value_is_left_without_a_sentence() -> None:
    assert {name for given, _said in SAID for name in given} == {one.name for one in fields(Intake)}


def test_what_everybody_expects_takes_two_sentences() -> None:
    assert told(Intake(), Around(capacity=20)) == (
        "먼저 신청한 순서대로 자리를 드립니다.\n"
        "자리가 나면 대기하신 순서대로 확정하고 바로 알려 드립니다."
    )


def test_without_a_run_hours_and_percents_are_said() -> None:
    intake = Intake(
        groups=(SENIOR_65,),
        reserved_percent=20,
        reserve_hours=5,
        stages=(Stage("works", 24),),
        channels=(ChannelShare("phone", 50, 2),),
    )
    text = told(intake, Around(COMPUTED_GROUPS))

    assert "정원의 20%는 만 65세 이상인 분께" in text
    assert "접수를 시작하고 5시간 뒤부터 다른 분께" in text
    assert "접수를 시작하고 24시간 뒤부터 신청하실" in text
    assert "정원의 50%는 전화 접수로" in text
    assert "전화 접수는 시작하고 2시간 뒤부터" in text


def test_sentences_are_short_enough_to_be_read_aloud() -> None:
    for words, _facts in sentences(proposed(), RUN):
        assert len(words.value) < 80


def test_every_sentence_can_be_said() -> None:
    said = {words for given, _said in SAID for words, _f in sentences(Intake(**given), RUN)}
    loose = Around(COMPUTED_GROUPS)
    said |= {words for given, _said in SAID for words, _f in sentences(Intake(**given), loose)}
    said |= {words for words, _facts in sentences(proposed(), RUN)}

    assert said == set(Words)


def told(intake: Intake, around: Around) -> str:
    return "\n".join(words.value % facts for words, facts in sentences(intake, around))
