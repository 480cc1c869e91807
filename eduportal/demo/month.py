"""The month around today: runs that ended, run, fill up and are about to open."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from eduportal.accounts.rules import Audience
from eduportal.attendance import actions as attendance
from eduportal.attendance.rules import Mark
from eduportal.booking import actions as booking
from eduportal.booking.actions import approving, draws, restrictions
from eduportal.booking.actions.policies import change_policy
from eduportal.booking.actions.promising import renew_promise
from eduportal.booking.models import Booking
from eduportal.booking.rules import HOLDING, State
from eduportal.catalog import actions as catalog
from eduportal.catalog.closed_days import public_holidays
from eduportal.catalog.models import Meeting, Run
from eduportal.catalog.rules import CourseContent, Kind, RunPlan, Span, meeting_days
from eduportal.catalog.rules.intake import (
    SENIOR_65,
    ChannelShare,
    Intake,
    SeatChoice,
    Selection,
)
from eduportal.demo.place import Lab, Site
from eduportal.shared import clock, dates
from eduportal.shared.db import db
from eduportal.shared.events import SYSTEM, By
from eduportal.shared.refusal import Refused

MORNING, AFTERNOON, EVENING = (time(10), time(12)), (time(14), time(16)), (time(19), time(21))
FIRST_COME = Intake()
DRAWN = Intake(Selection.DRAW, loss_memory=True, offer_hours=24, last_meeting=2, left_over=True)
FAIR = Intake(Selection.FAIR_WINDOW, fair_hours=72, offer_hours=24)
OLDER_FIRST = Intake(
    Selection.PRIORITY_FIRST_COME,
    groups=("basic_livelihood", "disabled", SENIOR_65),
    reserved_percent=25,
)
BESIDE_ONLINE = Intake(
    channels=(
        ChannelShare("online"),
        ChannelShare("phone", 25),
        ChannelShare("visit", 25),
        ChannelShare("kiosk"),
    )
)
STRICT = Intake(strikes=(0, 30), late_cancel_hours=38)
SCREENED = Intake(Selection.SCREENING)
ASKED = Intake(offer_hours=24, last_meeting=2, left_over=True)
IN_LINE = Intake(waiting_line=True, seat_choice=SeatChoice.PERSON)
CHUNHYANG, HOA = 1, 2
STAYED_AWAY = "첫 수업에 오지 않으셨고 전화도 받지 않으셨습니다."
BASIC, START_UP, DUTY = "기초·활용", "창업·취업", "직무"


FRIDAY = 4


@dataclass(frozen=True)
class Story:
    """One run of the demo; days count from today, `opens_in` and `closes_in` from now."""

    title: str
    summary: str
    lab: int
    hours: tuple[time, time]
    first: int
    opens_in: timedelta
    closes_in: timedelta
    people: int = 0
    meetings: int = 8
    track: str = BASIC
    kind: Kind = Kind.REGULAR
    audience: Audience = Audience.RESIDENT
    section: str | None = None
    ending: str = "published"
    youngest: int | None = 14
    known: bool = False
    # Other residents whom visitors may sign in as: who applies, who comes when all places are gone.
    also: int | None = None
    waits: int | None = None
    # How many gave up their place on the last evening, and how many never came.
    late: int = 0
    absent: int = 0
    # Who was drawn cannot come: the place goes to whoever waits.
    given_up: bool = False
    fee: int = 0
    material_fee: int = 0
    approved: bool = False
    shown_in: timedelta | None = None
    # None: as the office gives places; what is told of the past was first come, first served.
    intake: Intake | None = FIRST_COME


def _days(number: float) -> timedelta:
    return timedelta(days=number)


STORIES = (
    Story(
        "엑셀 기초",
        "표를 만들고 더하고 찾는 법을 처음부터 배웁니다.",
        2,
        MORNING,
        -46,
        _days(-66),
        _days(-56),
        27,
        section="오전",
        known=True,
    ),
    Story(
        "스마트폰 기초",
        "전화, 문자, 사진, 길 찾기를 손에 익힙니다.",
        3,
        AFTERNOON,
        -44,
        _days(-64),
        _days(-54),
        24,
        section="오후",
        youngest=55,
    ),
    Story(
        "엑셀 실무",
        "업무 자료를 빠르게 정리하는 법을 배웁니다.",
        2,
        AFTERNOON,
        -30,
        _days(-45),
        _days(-35),
        26,
        2,
        DUTY,
        audience=Audience.EMPLOYEE,
    ),
    Story(
        "스마트폰 사진 특강",
        "잘 찍고 보기 좋게 고치는 법을 하루에 배웁니다.",
        2,
        EVENING,
        -9,
        _days(-24),
        _days(-14),
        28,
        1,
        kind=Kind.FREE_SPECIAL,
        also=HOA,
        absent=3,
        intake=STRICT,
    ),
    Story(
        "코딩엔트리기초",
        "블록을 쌓아 게임과 이야기를 만들어 봅니다.",
        1,
        AFTERNOON,
        -45,
        _days(-65),
        _days(-55),
        33,
        track=START_UP,
        intake=DRAWN,
    ),
    Story(
        "인터넷쇼핑몰만들기",
        "상품 등록부터 배송까지 내 가게를 만들어 봅니다.",
        0,
        AFTERNOON,
        -14,
        _days(-34),
        _days(-24),
        28,
        track=START_UP,
    ),
    Story(
        "1인개인방송",
        "기획, 촬영, 편집, 방송까지 혼자 해 봅니다.",
        1,
        MORNING,
        -7,
        _days(-27),
        _days(-17),
        22,
        track=START_UP,
    ),
    Story(
        "ITQ파워포인트",
        "자격증 시험에 나오는 기능을 차례로 익힙니다.",
        2,
        MORNING,
        -7,
        _days(-27),
        _days(-17),
        26,
        known=True,
        late=1,
        intake=STRICT,
    ),
    Story(
        "한글 문서작성",
        "편지와 안내문, 표가 있는 문서를 만듭니다.",
        3,
        MORNING,
        -6,
        _days(-26),
        _days(-16),
        20,
        also=HOA,
        absent=2,
        intake=STRICT,
    ),
    Story(
        "누리소통망 시작하기",
        "사진과 글을 올리고 이웃과 이야기를 나눕니다.",
        0,
        MORNING,
        6,
        _days(-9),
        _days(-3),
        37,
        4,
        also=CHUNHYANG,
        given_up=True,
        intake=DRAWN,
    ),
    Story(
        "디지털 배움지도사",
        "이웃에게 스마트폰을 가르치는 법을 배웁니다. 지원 동기를 보고 뽑습니다.",
        1,
        MORNING,
        24,
        _days(-6),
        _days(-1),
        27,
        4,
        track=START_UP,
        intake=SCREENED,
    ),
    Story(
        "코딩엔트리기초",
        "블록을 쌓아 게임과 이야기를 만들어 봅니다.",
        1,
        AFTERNOON,
        15,
        _days(-1.2),
        _days(2),
        31,
        track=START_UP,
        intake=DRAWN,
    ),
    Story(
        "동영상 편집(파워디렉터)",
        "찍어 둔 영상을 자르고 붙이고 자막을 넣습니다.",
        0,
        EVENING,
        17,
        _days(-2),
        _days(1.1),
        9,
        section="야간",
        intake=FAIR,
    ),
    Story(
        "컴퓨터활용능력 2급",
        "필기와 실기를 함께 준비합니다.",
        3,
        EVENING,
        16,
        _days(-1),
        _days(3),
        21,
        section="야간",
        fee=20000,
        material_fee=5000,
        intake=OLDER_FIRST,
    ),
    Story(
        "스마트폰 활용",
        "키오스크, 은행, 병원 예약을 스스로 해 봅니다.",
        2,
        EVENING,
        14,
        _days(-1.5),
        _days(1.5),
        33,
        youngest=55,
        known=True,
        intake=BESIDE_ONLINE,
    ),
    Story(
        "스마트폰 활용",
        "키오스크, 은행, 병원 예약을 스스로 해 봅니다.",
        1,
        EVENING,
        8,
        _days(-3),
        _days(3),
        4,
        3,
        section="야간",
        youngest=55,
    ),
    Story(
        "생활 속 인터넷 은행",
        "이체와 공과금 내기를 안전하게 연습합니다.",
        2,
        AFTERNOON,
        18,
        _days(-2),
        _days(2),
        34,
        waits=CHUNHYANG,
        intake=ASKED,
    ),
    Story(
        "영상 제작 실무",
        "홍보 영상을 기획하고 만드는 직원 과정입니다.",
        3,
        AFTERNOON,
        12,
        _days(-2),
        _days(4),
        11,
        2,
        DUTY,
        audience=Audience.EMPLOYEE,
        approved=True,
    ),
    Story(
        "인공지능 도구 활용",
        "글쓰기와 그림, 자료 정리를 인공지능과 함께 해 봅니다.",
        1,
        EVENING,
        20,
        timedelta(minutes=6),
        _days(3),
        section="야간",
        intake=IN_LINE,
    ),
    Story(
        "스마트스토어 창업",
        "가게 이름 짓기부터 첫 주문까지 준비합니다.",
        0,
        MORNING,
        27,
        _days(7),
        _days(10),
        track=START_UP,
        shown_in=_days(2),
        intake=None,
    ),
    Story(
        "사진 편집",
        "오래된 사진을 되살리고 앨범을 만듭니다.",
        3,
        AFTERNOON,
        28,
        _days(6),
        _days(9),
        section="오후",
        intake=None,
    ),
    Story(
        "드론 영상 촬영",
        "안전하게 날리고 찍는 법을 배웁니다.",
        0,
        AFTERNOON,
        30,
        _days(-4),
        _days(3),
        4,
        track=START_UP,
        ending="cancelled",
    ),
    Story(
        "3D 모델링과 프린팅",
        "생활 소품을 그리고 출력해 봅니다.",
        1,
        MORNING,
        45,
        _days(20),
        _days(23),
        track=START_UP,
        ending="draft",
    ),
)


def live(site: Site, residents: Sequence[int], now: datetime) -> None:
    """Let every story happen, each act at its own moment; inside a turn to write."""
    chance = random.Random(now.toordinal())
    courses: dict[str, int] = {}
    for story in STORIES:
        crowd = list(site.employee_ids if story.audience is Audience.EMPLOYEE else residents)
        chance.shuffle(crowd)
        if story.known:
            # The resident whom visitors sign in as has something to find in every state.
            crowd.insert(0, residents[0])
        if story.also is not None:
            crowd.insert(0, residents[story.also])
        telling = _Telling(story, site, now, chance, courses)
        if story.waits is not None:
            telling.last = residents[story.waits]
            crowd.remove(telling.last)
        telling.tell(crowd)


class _Telling:
    """One story on its way from a draft to its last mark."""

    def __init__(
        self,
        story: Story,
        site: Site,
        now: datetime,
        chance: random.Random,
        courses: dict[str, int],
    ) -> None:
        self.story, self.now, self.chance, self.courses = story, now, chance, courses
        self.last: int | None = None
        self.lab: Lab = site.labs[story.lab]
        self.staff = By("staff", "visit", site.staff_account_id)
        self.opens = _announced(now, story.opens_in, time(10))
        self.closes = _announced(now, story.closes_in, time(18))
        self.run_id = 0

    def tell(self, crowd: Sequence[int]) -> None:
        with clock.moved_to(min(self.opens, self.now) - timedelta(days=2)):
            self._plan()
            if self.story.ending != "draft":
                self._publish()
        self._apply(crowd)
        self._approve_some()
        self._cancel_some()
        self._draw()
        self._come_or_not()
        self._hold_meetings()
        if self.story.ending == "cancelled":
            booking.cancel_run(self.staff, self.run_id, None, "신청하신 분이 모자라 열지 못합니다.")

    def _publish(self) -> None:
        at = _announced(self.now, self.story.shown_in, time(9)) if self.story.shown_in else None
        catalog.publish_run(self.staff, self.run_id, None, at)
        # What a worker does as soon as it sees the run: promise how lots will be drawn.
        renew_promise(SYSTEM, self.run_id)

    def _approve_some(self) -> None:
        """The departments have got round to every application but the last three."""
        if not self.story.approved:
            return
        waiting = db.session.execute(
            sa.select(Booking.id, Booking.department)
            .where(Booking.run_id == self.run_id, Booking.state == State.APPLIED)
            .order_by(Booking.number)
        ).all()
        for booking_id, department in waiting[:-3]:
            with clock.moved_to(min(self.closes, self.now) - timedelta(minutes=10)):
                try:
                    approving.approve(By("department"), booking_id, frozenset({str(department)}))
                except Refused:
                    continue

    def _plan(self) -> None:
        story = self.story
        content = CourseContent(
            story.title, story.summary, None, story.kind, story.track, story.audience
        )
        if story.title not in self.courses:
            self.courses[story.title] = catalog.create_course(SYSTEM, content)
        course_id = self.courses[story.title]
        spans = self._spans()
        self.run_id = catalog.create_run(SYSTEM, course_id, self._run_plan(spans[0].start), None)
        catalog.set_meetings(SYSTEM, self.run_id, spans, None)
        if self.story.intake is not None:
            change_policy(SYSTEM, self.run_id, None, self.story.intake)

    def _run_plan(self, first: datetime) -> RunPlan:
        return RunPlan(
            center_id=self.lab.center_id,
            room_id=self.lab.room_id,
            instructor_id=self.lab.instructor_id,
            section=self.story.section,
            note=None,
            fee=self.story.fee,
            book_fee=0 if self.story.meetings == 1 else 12000,
            capacity=self.lab.seats,
            apply_from=self.opens,
            apply_until=self.closes,
            cancel_until=dates.start_of(dates.seoul_date(first)),
            waiting_limit=10,
            monthly_limit=2,
            minimum_age=self.story.youngest,
            maximum_age=None,
            relations="lives,works,studies",
            material_fee=self.story.material_fee,
            minimum_people=(self.lab.seats + 1) // 2,
            needs_approval=self.story.approved,
            department_limit=3 if self.story.approved else None,
        )

    def _spans(self) -> list[Span]:
        today = dates.seoul_date(self.now)
        first = today + timedelta(days=self.story.first)
        weekdays = _weekdays(first, keeps_today=self.story.first % 7 == 0)
        closed = set(public_holidays({today.year - 1, today.year, today.year + 1})) - {today}
        days = meeting_days(first, weekdays, self.story.meetings, closed)
        start, end = self.story.hours
        return [Span(dates.at(day, start), dates.at(day, end)) for day in days]

    def _apply(self, crowd: Sequence[int]) -> None:
        window = (min(self.closes, self.now) - self.opens).total_seconds()
        if window <= 0:
            return
        moments = sorted(self.chance.random() ** 3 * window for _n in range(self.story.people))
        people = self._in_turn(crowd)
        for seconds in moments:
            with clock.moved_to(self.opens + timedelta(seconds=seconds)):
                self._let_somebody_apply(people)

    def _in_turn(self, crowd: Sequence[int]) -> Iterator[int]:
        for person_id in crowd:
            if self.last is not None and len(self._placed()) == self.lab.seats:
                yield self.last
                self.last = None
            yield person_id

    def _let_somebody_apply(self, people: Iterator[int]) -> None:
        for person_id in people:
            kind = self.story.audience.value
            by = By(kind, "online", None, person_id)
            if self.chance.random() < 0.2:
                by = By("staff", self.chance.choice(("phone", "visit")), self.staff.account_id)
            try:
                booking.apply(by, self.run_id, person_id)
            except Refused:
                continue
            return

    def _cancel_some(self) -> None:
        # The first stays: it may be whom visitors sign in as.
        ids = self._placed()[1:]
        for booking_id in self.chance.sample(ids, k=min(len(ids) // 9, 2)):
            self._leave(booking_id, min(self.closes, self.now) - timedelta(minutes=5))

    def _draw(self) -> None:
        """Lots are drawn as soon as the window is closed; later somebody cannot come."""
        intake = self.story.intake
        if intake is None or not intake.selection.draws or self.closes >= self.now:
            return
        with clock.moved_to(self.closes + timedelta(minutes=1)):
            draws.advance(SYSTEM, self.run_id)
        if self.story.given_up:
            self._leave(self._placed()[-1], self.now - timedelta(hours=3))

    def _leave(self, booking_id: int, moment: datetime) -> None:
        person_id = db.session.scalar(sa.select(Booking.person_id).where(Booking.id == booking_id))
        with clock.moved_to(moment):
            booking.cancel_own(By("resident", "online", None, person_id), booking_id, "")

    def _come_or_not(self) -> None:
        """Some leave on the last evening, some never come: what the register is for."""
        if not (self.story.late or self.story.absent):
            return
        first = db.session.scalars(
            sa.select(Meeting).where(Meeting.run_id == self.run_id).order_by(Meeting.starts_at)
        ).first()
        if first is None:
            return
        eve = dates.start_of(dates.seoul_date(first.starts_at)) - timedelta(hours=3)
        for booking_id in self._placed()[-self.story.late :] if self.story.late else ():
            self._leave(booking_id, eve)
        for booking_id in self._placed()[: self.story.absent]:
            with clock.moved_to(first.ends_at + timedelta(hours=1)):
                restrictions.record_no_show(self.staff, booking_id, None, STAYED_AWAY)

    def _hold_meetings(self) -> None:
        today = dates.seoul_date(self.now)
        meetings = db.session.execute(
            sa.select(Meeting.id, Meeting.starts_at, Meeting.ends_at)
            .where(Meeting.run_id == self.run_id)
            .order_by(Meeting.starts_at)
        ).all()
        by = By("instructor", "online", self.lab.account_id)
        for meeting in meetings:
            if dates.seoul_date(meeting.starts_at) < today and self.story.people:
                with clock.moved_to(meeting.ends_at):
                    attendance.mark_sheet(by, meeting.id, self._marks())
        if meetings[-1].ends_at < dates.start_of(today):
            with clock.moved_to(meetings[-1].ends_at + timedelta(hours=1)):
                attendance.close_run(self.staff, self.run_id)

    def _marks(self) -> dict[int, Mark]:
        # Some come nearly always, some hardly ever: as in life, and most complete.
        return {booking_id: self._mark(booking_id) for booking_id in self._placed()}

    def _mark(self, booking_id: int) -> Mark:
        often = 94 if booking_id % 9 else 60
        weights = (often, 3, 2, 100 - often, 1)
        return self.chance.choices(list(Mark), weights)[0]

    def _placed(self) -> list[int]:
        return list(
            db.session.scalars(
                sa.select(Booking.id)
                .join(Run, Run.id == Booking.run_id)
                .where(Run.id == self.run_id, Booking.state.in_(HOLDING))
                .order_by(Booking.number)
            )
        )


def _weekdays(first: date, keeps_today: bool) -> set[int]:
    """Two weekdays, two days apart; a weekend only where the class is to be held today."""
    day = first.weekday()
    if day > FRIDAY and not keeps_today:
        day = 0
    later = (day + 2) % 7
    return {day, later if later <= FRIDAY else day - 2}


def _announced(now: datetime, distance: timedelta, hour: time) -> datetime:
    """At the full hour of a day, as offices announce it; what is near is a few minutes from now."""
    moment = now + distance
    if abs(distance) < timedelta(days=1):
        return moment.replace(second=0, microsecond=0)
    return dates.at(dates.seoul_date(moment), hour)
