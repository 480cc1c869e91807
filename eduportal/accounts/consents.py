"""What people are asked to agree to: one text a purpose, each with its version.

A text that was shown is never edited: a new wording is a new version, since every answer names
the version that it was given to. Personal Information Protection Act, art. 15(2) and 22.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask_babel import lazy_gettext

from eduportal.accounts.rules import Purpose

# Reads like any other text, in the language of whoever looks.
_l = cast(Callable[[str], str], lazy_gettext)


@dataclass(frozen=True)
class ConsentText:
    """One question: why, which items, how long they are kept, and what a no means."""

    purpose: Purpose
    version: str
    required: bool
    title: str
    why: str
    items: str
    kept: str
    refusing: str


TEXTS = (
    ConsentText(
        purpose=Purpose.SERVICE,
        version="2026-11",
        required=True,
        title=_l("수강신청과 교육 운영"),
        why=_l("본인 확인, 수강신청 접수와 안내 문자, 출석과 수료 관리"),
        items=_l("이름, 생년월일, 휴대전화 번호, 우리 구와의 관계, 사는 동"),
        kept=_l("마지막 강좌가 끝난 뒤 1년. 수료 기록은 수료증을 다시 드리기 위해 5년"),
        refusing=_l("동의하지 않을 수 있습니다. 다만 동의하지 않으면 수강신청을 할 수 없습니다."),
    ),
    ConsentText(
        purpose=Purpose.STATISTICS,
        version="2026-11",
        required=False,
        title=_l("성별 통계"),
        why=_l("성별 이용 현황을 세어 더 고르게 이용할 수 있도록 강좌를 계획"),
        items=_l("성별 (말씀하신 경우에만)"),
        kept=_l("동의를 거두실 때까지, 길어도 마지막 강좌가 끝난 뒤 1년"),
        refusing=_l(
            "동의하지 않을 수 있습니다. 동의하지 않아도 불이익이 없으며, 성별을 저장하지 않습니다."
        ),
    ),
    ConsentText(
        purpose=Purpose.NEWS,
        version="2026-11",
        required=False,
        title=_l("새 강좌 안내 문자"),
        why=_l("새로 여는 강좌를 문자로 알려 드림"),
        items=_l("이름, 휴대전화 번호"),
        kept=_l("동의를 거두실 때까지, 길어도 2년"),
        refusing=_l(
            "동의하지 않을 수 있습니다. 동의하지 않아도 불이익이 없으며, 신청한 강좌의 안내는 그대로 받습니다."
        ),
    ),
)

OPTIONAL = tuple(text for text in TEXTS if not text.required)


def text_of(purpose: Purpose) -> ConsentText:
    """The text that is shown now for a purpose."""
    return next(text for text in TEXTS if text.purpose is purpose)
