"""Why a line of the national standard set, or a file of it, cannot come in or go out."""

from enum import StrEnum


class Reason(StrEnum):
    """Why not."""

    BAD_LINES = (
        "고칠 줄이 %(count)s개 있어 아무것도 들여오지 않았습니다. "
        "고쳐서 다시 올리거나 ‘좋은 줄만 들여오기’를 골라 주세요."
    )
    NOTHING_TO_BRING = "들여올 수 있는 줄이 없습니다."
    CENTER_NEEDED = (
        "교육장소: ‘%(place)s’은(는) 없는 교육장입니다. 교육장은 관리자가 만들 수 있습니다."
    )
    OTHER_CENTER = "교육장소: ‘%(place)s’은(는) 맡고 계신 교육장이 아닙니다."
    CENTER_UNCLEAR = "교육장소: ‘%(place)s’ 이름을 쓴 교육장이 여럿입니다."
    ROOM_UNCLEAR = (
        "교육장소: ‘%(place)s’의 어느 강의실인지 알 수 없습니다. "
        "교육장 이름 뒤에 강의실 이름을 적어 주세요."
    )
    PLACE_TOO_LONG = "교육장소: 교육장과 강의실 이름은 각각 80자까지 쓸 수 있습니다."
    NO_MEETING = (
        "%(first)s부터 %(last)s까지 %(weekdays)s 가운데 쉬는 날을 빼면 수업하는 날이 없습니다."
    )
    TOO_LONG = "교육 기간이 3년을 넘습니다."
    TOO_MANY_MEETINGS = "수업이 %(count)s번입니다. 한 강좌는 %(most)s번까지 넣을 수 있습니다."
    SAME_RUN = "%(line)s번째 줄과 같은 강좌입니다."
    LETTERS_LACKING = (
        "CP949로 쓸 수 없는 글자가 있습니다: %(letters)s. "
        "UTF-8로 받거나 강좌에서 이 글자를 바꿔 주세요."
    )
    UPLOAD_GONE = "올린 파일은 하루 동안만 둡니다. 파일을 다시 올려 주세요."


class Kept(StrEnum):
    """Why what the file says was not taken over."""

    PUBLISHED = "공개한 강좌라 바꾸지 않습니다"
    CANCELLED = "폐강된 강좌라 바꾸지 않습니다"
    EDITED = "담당자가 고친 값을 그대로 둡니다"
