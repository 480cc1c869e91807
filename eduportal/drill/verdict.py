"""What came of a drill, on one page."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from eduportal.booking import promises
from eduportal.booking.models import Booking
from eduportal.booking.rules import Reason, State
from eduportal.catalog.models import Run
from eduportal.drill.plan import Plan
from eduportal.drill.residents import Resident
from eduportal.shared.db import db


@dataclass(frozen=True)
class Effort:
    """Processor seconds between the first click and the last answer, and how long that was."""

    seconds: float
    server: float
    database: float | None
    residents: float


@dataclass(frozen=True)
class Verdict:
    """What residents were told, what the rows say, and how long it took."""

    plan: Plan
    answers: Counter[str]
    errors: Counter[str]
    waits: int
    oversold: int
    lost: int
    broken: list[str]
    delays: list[float]
    in_line: list[float]
    effort: Effort

    @property
    def is_clean(self) -> bool:
        """Whether nothing at all was wrong."""
        wrong = self.errors or self.oversold or self.lost or self.broken
        return not wrong and not self.answers["답 없음"] and not self.answers["거절"]

    @property
    def per_second(self) -> float:
        """Applications answered a second."""
        return len(self.delays) / self.effort.seconds if self.effort.seconds else 0

    def delay(self, share: float) -> float:
        """The seconds from click to answer that this share of residents did not exceed."""
        return _share(self.delays, share)


def judge(plan: Plan, residents: Sequence[Resident], effort: Effort) -> Verdict:
    """Hold what residents were told against the rows."""
    db.session.rollback()
    rows = db.session.execute(sa.select(Booking.id, Booking.state))
    states = {row.id: row.state for row in rows}
    over = sa.func.sum(sa.case((Run.places_taken > Run.capacity, Run.places_taken - Run.capacity)))
    return Verdict(
        plan=plan,
        answers=Counter(_answer(one, states) for one in residents),
        errors=Counter(error for one in residents for error in one.errors),
        waits=sum(one.waits for one in residents),
        oversold=int(db.session.scalar(sa.select(over)) or 0),
        lost=sum(one.booking_id is not None and one.booking_id not in states for one in residents),
        broken=promises.broken(),
        delays=sorted(one.answered - one.clicked for one in residents if one.answered),
        in_line=sorted(one.clicked - one.came for one in residents if one.clicked > one.came),
        effort=effort,
    )


def page(verdict: Verdict) -> str:
    """The page, in Korean."""
    return "\n".join((*_what_was(verdict), *_how_long(verdict)))


def _what_was(verdict: Verdict) -> Iterator[str]:
    plan = verdict.plan
    yield f"개통 연습 결과: {'이상 없음' if verdict.is_clean else '문제가 있습니다'}"
    yield (
        f"  {plan.people:,}명이 {plan.seconds:g}초 동안 강좌 {plan.runs}개의 {plan.seats:,}자리"
        f"(대기 {plan.waiting}명씩)에 신청, {_database(plan)}{', 대기줄' if plan.line else ''}"
    )
    yield f"  답변: {_counted(verdict.answers)}"
    yield (
        f"  잠시 뒤 다시 안내 {verdict.waits:,}번,"
        f" 오류 {verdict.errors.total():,}건{_listed(verdict.errors)}"
    )
    yield (
        f"  정원 초과 {verdict.oversold}자리, 기록에 없는 답변 {verdict.lost}건,"
        f" 순서 등 어긋난 약속 {len(verdict.broken)}건"
    )
    yield from (f"    - {sentence}" for sentence in verdict.broken[:10])


def _how_long(verdict: Verdict) -> Iterator[str]:
    if verdict.in_line:
        yield (
            f"  대기줄에서 기다린 시간: 절반 {_share(verdict.in_line, 0.5):.1f}초,"
            f" 95% {_share(verdict.in_line, 0.95):.1f}초, 가장 오래 {verdict.in_line[-1]:.1f}초"
        )
    yield (
        f"  누른 때부터 답변까지: 절반 {verdict.delay(0.5):.2f}초, 95% {verdict.delay(0.95):.2f}초,"
        f" 99% {verdict.delay(0.99):.2f}초, 가장 오래 {verdict.delay(1):.2f}초"
    )
    yield (
        f"  신청 {len(verdict.delays):,}건에 {verdict.effort.seconds:.1f}초,"
        f" 초당 {verdict.per_second:.0f}건"
    )
    yield f"  {_shares(verdict.effort)}"
    # The line lets people in at its own pace, which says nothing of what the server bears.
    if not verdict.plan.line:
        yield f"  이 서버는 분당 약 {_rounded(verdict.per_second * 60):,}건의 신청을 견딥니다."


def _answer(resident: Resident, states: Mapping[int, State]) -> str:
    if resident.booking_id is not None:
        state = states.get(resident.booking_id)
        return {State.PLACED: "확정", State.WAITING: "대기"}.get(state, "기타") if state else "기타"
    if resident.turned_away is None:
        return "답 없음"
    return "마감" if resident.turned_away == Reason.WAITING_FULL.name else "거절"


def _share(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0


def _counted(answers: Counter[str]) -> str:
    always = ("확정", "대기", "마감")
    rest = [kind for kind in sorted(answers) if kind not in always]
    return ", ".join(f"{kind} {answers[kind]:,}명" for kind in (*always, *rest))


def _listed(errors: Counter[str]) -> str:
    shown = ", ".join(f"{what} {count:,}" for what, count in errors.most_common(5))
    return f" ({shown})" if shown else ""


def _database(plan: Plan) -> str:
    return "SQLite" if plan.database == "sqlite" else "PostgreSQL"


def _rounded(number: float) -> int:
    return int(number) // 100 * 100 if number >= 1000 else int(number)


def _shares(effort: Effort) -> str:
    database = effort.database or 0
    total = (effort.server + database + effort.residents) or 1
    parts = [("서버", effort.server), ("가상 주민", effort.residents)]
    if effort.database is not None:
        parts.insert(1, ("데이터베이스", database))
    shown = ", ".join(f"{what} {part:.1f}초({part / total:.0%})" for what, part in parts)
    return f"쓴 CPU 시간: {shown}"
