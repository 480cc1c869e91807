"""The 25 columns, in the order in which they are written, and what a line is known by."""

import re

from eduportal.catalog.rules import normalized

TITLE, INSTRUCTOR = "강좌명", "강사명"
FIRST_DAY, LAST_DAY = "교육시작일자", "교육종료일자"
STARTS, ENDS = "교육시작시각", "교육종료시각"
SUMMARY, AUDIENCE, METHOD = "강좌내용", "교육대상구분", "교육방법구분"
WEEKDAYS, PLACE = "운영요일", "교육장소"
CAPACITY, FEE = "강좌정원수", "수강료"
ADDRESS, OFFICE, PHONE = "교육장도로명주소", "운영기관명", "운영기관전화번호"
APPLY_FROM, APPLY_UNTIL = "접수시작일자", "접수종료일자"
CHANNELS, SELECTION = "접수방법구분", "선정방법구분"
HOMEPAGE = "홈페이지주소"
SUBSIDIZED, CREDITS, ACCOUNT = (
    "직업능력개발훈련비지원강좌여부",
    "학점은행제평가(학점)인정여부",
    "평생학습계좌제평가인정여부",
)
AS_OF = "데이터기준일자"

COLUMNS = (
    *(TITLE, INSTRUCTOR, FIRST_DAY, LAST_DAY, STARTS, ENDS, SUMMARY, AUDIENCE, METHOD, WEEKDAYS),
    *(PLACE, CAPACITY, FEE, ADDRESS, OFFICE, PHONE, APPLY_FROM, APPLY_UNTIL, CHANNELS, SELECTION),
    *(HOMEPAGE, SUBSIDIZED, CREDITS, ACCOUNT, AS_OF),
)
KEY = (TITLE, FIRST_DAY, STARTS, PLACE)

_WITH_SECONDS = re.compile(r"\d{1,2}:\d{2}:00")

# A line's cells by column: those of a file, or ours.
Cells = dict[str, str]


def key_of(cells: Cells) -> str:
    """What a line is known by; spacing and seconds make no other course of it."""
    first, starts = plain(cells[FIRST_DAY]), plain(cells[STARTS])
    return "|".join((normalized(cells[TITLE]), first, starts, normalized(cells[PLACE])))


def plain(text: str) -> str:
    """A cell without what makes no difference: white space around it, and seconds that are none."""
    text = text.strip()
    return text[:-3] if _WITH_SECONDS.fullmatch(text) else text
