"""Why a verb of the catalog says no."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a verb says no."""

    TITLE_TAKEN = "‘%(title)s’ 과정이 이미 있습니다. 다른 이름을 써 주세요."
    WINDOW_BACKWARDS = "접수 마감은 접수 시작보다 뒤여야 합니다."
    AGES_BACKWARDS = "최고 나이는 최저 나이보다 적을 수 없습니다."
    RELATION_NEEDED = "신청할 수 있는 사람(거주, 직장, 재학)을 하나 이상 골라 주세요."
    ROOM_ELSEWHERE = "고른 강의실은 이 교육장의 강의실이 아닙니다. 강의실을 다시 골라 주세요."
    INSTRUCTOR_GONE = "고른 강사는 지금 활동하지 않습니다. 강사를 다시 골라 주세요."
    MEETING_BACKWARDS = "끝나는 시각은 시작하는 시각보다 뒤여야 합니다."
    OVERLAPS_ITSELF = "이 강좌의 %(when)s 수업과 시간이 겹칩니다."
    ROOM_TAKEN = (
        "%(room)s에서는 %(when)s에 ‘%(other)s’(%(center)s) 수업이 있습니다. "
        "시간이나 강의실을 바꿔 주세요."
    )
    INSTRUCTOR_TAKEN = (
        "%(instructor)s 강사는 %(when)s에 ‘%(other)s’(%(center)s) 수업을 합니다. "
        "시간이나 강사를 바꿔 주세요."
    )
    ROOM_BLOCKED = (
        "%(room)s은(는) %(when)s에 ‘%(title)s’(%(kind)s)(으)로 쓸 수 없습니다. "
        "시간이나 강의실을 바꿔 주세요."
    )
    CENTER_CLOSED = "%(day)s은(는) ‘%(name)s’(으)로 쉬는 날입니다. 다른 날을 골라 주세요."
    OUTSIDE_HOURS = "%(when)s은(는) 교육장이 문을 여는 시간이 아닙니다. 시간을 바꿔 주세요."
    INSTRUCTOR_AWAY = (
        "%(instructor)s 강사는 %(day)s에 수업할 수 없습니다(%(name)s). 날이나 강사를 바꿔 주세요."
    )
    INSTRUCTOR_UNAVAILABLE = (
        "%(when)s은(는) %(instructor)s 강사가 수업할 수 있는 시간이 아닙니다. "
        "시간이나 강사를 바꿔 주세요."
    )
    INSTRUCTOR_OTHER_COURSES = (
        "%(instructor)s 강사가 맡을 수 있는 과정이 아닙니다. 다른 강사를 골라 주세요."
    )
    ROOM_CLOSED = "%(day)s에는 %(room)s을(를) 쓸 수 없습니다. 다른 강의실을 골라 주세요."
    ROOM_NEEDED = "강의실을 골라 주세요."
    MEETINGS_NEEDED = "수업 날짜를 넣어 주세요."
    CAPACITY_ABOVE_SEATS = (
        "정원 %(capacity)s명이 강의실에서 쓸 수 있는 좌석 %(seats)s개보다 많습니다. "
        "정원을 줄이거나 강의실을 바꿔 주세요."
    )
    WINDOW_AFTER_START = "접수는 첫 수업(%(first)s) 전에 끝나야 합니다."
    CANCEL_AFTER_START = "취소 기한은 첫 수업(%(first)s)보다 늦을 수 없습니다."
    WINDOW_BEFORE_PUBLICATION = (
        "공개는 접수 시작(%(opens)s)보다 늦을 수 없습니다. 공개 시각을 앞당겨 주세요."
    )
    WINDOW_OVER = "접수 마감(%(until)s)이 이미 지났습니다. 접수 기간을 다시 정해 주세요."
    NOT_A_DRAFT = "이미 공개한 강좌입니다. 작성중인 강좌에서만 할 수 있습니다."
    RUN_CANCELLED = "폐강된 강좌는 바꿀 수 없습니다."
    SETTLED = "공개한 강좌의 교육장과 강의실, 정원, 부서별 인원은 여기서 바꿀 수 없습니다."
    REASON_NEEDED = "접수가 시작되었거나 신청한 분이 있는 강좌입니다. 바꾸는 사유를 적어 주세요."


# Features and pages beside this one keep reasons of their own.
Refusal = tuple[StrEnum, dict[str, object]]
