"""What is missing before residents can come: asked of the rows, kept nowhere."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from flask import current_app

from eduportal.accounts import work_accounts
from eduportal.catalog import queries as catalog
from eduportal.catalog.models import Center, Course, Office, Run
from eduportal.catalog.rules import RunState
from eduportal.notices import sender_row
from eduportal.notices.delivery import carriers
from eduportal.notices.models import Channel
from eduportal.shared import clock
from eduportal.shared.db import db


class Lack(StrEnum):
    """Something that is missing, in the order in which to do it."""

    OFFICE = "사무소 이름과 연락처를 적어 주세요."
    CENTER = "교육장을 하나 이상 만들어 주세요."
    SEATS = "쓸 수 있는 좌석이 있는 강의실을 만들어 주세요."
    POLICY = "기본 모집 기준을 한 번 확인하고 저장해 주세요."
    STAFF = "관리자 말고는 일하는 분이 없습니다. 담당자나 접수 창구를 초대해 주세요."
    SENDER_LOCKED = "저장된 발송 비밀번호를 이 서버의 비밀 열쇠로 풀 수 없습니다. 다시 적어 주세요."
    SMS = "문자를 보낼 방법이 없어 구민이 인증번호를 받지 못합니다. 알림 발송을 정해 주세요."
    EMAIL = "이메일을 보낼 방법이 없습니다. 알림 발송을 정해 주세요."
    COURSE = "과정을 하나 이상 만들어 주세요."
    PUBLISHED = "공개한 강좌가 없습니다. 강좌를 만들어 공개해 주세요."
    OPENED = "아직 사무소를 열지 않았습니다. 모두 확인했으면 열어 주세요."

    @property
    def must(self) -> bool:
        """Whether the office cannot open without it."""
        return self in _MUST

    @property
    def is_last(self) -> bool:
        """Whether it comes after all the others."""
        return self is Lack.OPENED

    @property
    def endpoint(self) -> str:
        """The page that mends it."""
        return _PAGES[self]


_MUST = frozenset({Lack.OFFICE, Lack.CENTER, Lack.SEATS, Lack.POLICY})
_PAGES = {
    Lack.OFFICE: "catalog_settings.office",
    Lack.CENTER: "portal_setup.centers",
    Lack.SEATS: "portal_setup.rooms",
    Lack.POLICY: "catalog_settings.policy",
    Lack.STAFF: "catalog_people.invite",
    Lack.SENDER_LOCKED: "notices_office.sender",
    Lack.SMS: "notices_office.sender",
    Lack.EMAIL: "notices_office.sender",
    Lack.COURSE: "catalog_office.new_course",
    Lack.PUBLISHED: "catalog_office.runs",
    Lack.OPENED: "portal_setup.open_office",
}


@dataclass(frozen=True)
class Step:
    """One step of set-up; done or not is read from rows."""

    name: str
    done: bool


def missing() -> list[Lack]:
    """What is missing, the first to do first."""
    office = catalog.office()
    lacks = {lack for lack, there in _ASKED.items() if not there()}
    lacks |= _missing_in(office)
    lacks |= _missing_ways()
    return [lack for lack in Lack if lack in lacks]


def is_open() -> bool:
    """Whether set-up was finished."""
    return db.session.scalar(sa.select(Office.opened_at)) is not None


def steps() -> list[Step]:
    """The steps of set-up, in their order."""
    lacks = set(missing())
    needs = {
        "office": {Lack.OFFICE},
        "centers": {Lack.CENTER},
        "rooms": {Lack.SEATS},
        "people": {Lack.STAFF},
        "policy": {Lack.POLICY},
        "sender": {Lack.SMS, Lack.EMAIL, Lack.SENDER_LOCKED},
        "open": {Lack.OPENED},
    }
    return [Step(name, not (needed & lacks)) for name, needed in needs.items()]


def _missing_in(office: Office | None) -> set[Lack]:
    if office is None:
        return {Lack.OFFICE, Lack.POLICY, Lack.OPENED}
    there = {
        Lack.OFFICE: bool(office.name and office.phone),
        Lack.POLICY: office.policy_set_at is not None,
        Lack.OPENED: office.opened_at is not None,
    }
    return {lack for lack, is_there in there.items() if not is_there}


def _missing_ways() -> set[Lack]:
    ways = carriers(sender_row.in_force(current_app.config))
    lacks = {lack for channel, lack in _WAYS.items() if channel not in ways}
    return lacks | ({Lack.SENDER_LOCKED} if sender_row.is_locked(current_app.config) else set())


_WAYS = {Channel.SMS: Lack.SMS, Channel.EMAIL: Lack.EMAIL}


def _any(query: sa.Select[int]) -> bool:
    return db.session.scalar(query.limit(1)) is not None


def _has_seats() -> bool:
    return any(room.seats for room in catalog.rooms(None, clock.today()))


def _has_published() -> bool:
    return _any(sa.select(Run.id).where(Run.state == RunState.PUBLISHED))


_ASKED: dict[Lack, Callable[[], bool]] = {
    Lack.CENTER: lambda: _any(sa.select(Center.id)),
    Lack.SEATS: _has_seats,
    Lack.STAFF: work_accounts.others_at_work,
    Lack.COURSE: lambda: _any(sa.select(Course.id)),
    Lack.PUBLISHED: _has_published,
}
