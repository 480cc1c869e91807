"""One change to many runs at once; plain values, no database."""

from enum import StrEnum


class Act(StrEnum):
    """What can be done to many runs in one step."""

    WINDOW = "window"
    INSTRUCTOR = "instructor"
    FEES = "fees"
    NUMBERS = "numbers"
    PUBLISH = "publish"
    DELETE = "delete"

    @property
    def label(self) -> str:
        """As written on screen."""
        return _LABELS[self]


_LABELS = {
    Act.WINDOW: "접수 기간 바꾸기",
    Act.INSTRUCTOR: "강사 바꾸기",
    Act.FEES: "수강료·교재비·재료비 바꾸기",
    Act.NUMBERS: "대기 인원·나이·최소 인원 바꾸기",
    Act.PUBLISH: "공개하기 (지금 또는 정한 때)",
    Act.DELETE: "초안 지우기",
}


class Reason(StrEnum):
    """Why nothing was done."""

    SOME_REFUSE = (
        "아무것도 바꾸지 않았습니다. 다음 강좌에서는 할 수 없으니 빼거나 고쳐 주세요: %(names)s"
    )
    NOTHING_TYPED = "바꿀 내용을 하나 이상 적어 주세요."
    NOTHING_CHANGES = "고른 강좌는 이미 모두 이렇게 되어 있습니다."
