"""What is typed about how places are given (모집 기준); shape only.

One form for the office, a course and a run: few values, each in a field of its own.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import BooleanField, Field, IntegerField, RadioField, StringField
from wtforms.validators import InputRequired, Optional

from eduportal.catalog.forms.fields import Checkboxes
from eduportal.catalog.forms.places import SeenForm
from eduportal.catalog.refusals import refused
from eduportal.catalog.rules.intake import (
    PRIORITY,
    WHO,
    Admission,
    ChannelShare,
    Intake,
    Repeat,
    SeatChoice,
    Selection,
    Stage,
    ways_in,
)
from eduportal.catalog.rules.policy import COLUMNS, Finding, Policy, Reason, facts_of
from eduportal.shared.forms import (
    TimeOfDayField,
    at_most,
    between,
    blank_to_none,
    chosen,
    labelled,
    options,
    required,
)
from eduportal.shared.forms import lazy_text as _l

MOST_STRIKES = 4
_AS_TYPED = (
    *("selection", "fair_hours", "reserved_percent", "reserve_hours", "loss_memory"),
    *("draw_source", "share_hours", "repeat_months", "repeat", "travel_minutes", "offer_hours"),
    *("offer_to_midnight", "offer_opens", "offer_closes", "last_meeting", "left_over"),
    *("seat_choice", "accessible_hours", "waiting_line", "late_cancel_hours", "strike_months"),
    "decision_days",
)
# Where a finding about several fields is shown.
_SHOWN_AT = {"stages": "stage_priority", "channels": "way_online", "strikes": "strike_1"}


def _number(label: str, low: int, high: int) -> IntegerField:
    sentence = _l("%(low)s부터 %(high)s까지 숫자로 입력해 주세요.", low=low, high=high)
    return IntegerField(label, [InputRequired(sentence), between(low, high, sentence)])


def _perhaps(label: str, low: int, high: int) -> IntegerField:
    sentence = _l("%(low)s부터 %(high)s까지 숫자로 입력해 주세요.", low=low, high=high)
    return IntegerField(label, [Optional(), between(low, high, sentence)])


def _hours(label: str) -> IntegerField:
    return _perhaps(label, 0, 2_000)


def _day(label: str) -> IntegerField:
    sentence = _l("날짜는 1부터 31까지 숫자로 입력해 주세요.")
    return IntegerField(label, [InputRequired(sentence), between(1, 31, sentence)])


def _time(label: str) -> TimeOfDayField:
    return TimeOfDayField(label, [InputRequired(_l("시각을 입력해 주세요. 예: 10:00"))])


class IntakeForm(SeenForm):
    """How the places of a run are given."""

    selection = RadioField(_l("뽑는 방법"), [chosen()], choices=options(labelled(Selection)))
    fair_hours = _number(_l("처음 몇 시간을 같은 때로 볼까요(시간)"), 1, 720)
    loss_memory = BooleanField(_l("전에 추첨에서 떨어진 횟수만큼 추첨권을 더 줍니다"))
    draw_source = StringField(
        _l("추첨에 쓸 공개 값"), [Optional(), at_most(200)], filters=[blank_to_none]
    )

    stage_priority = _hours(_l(WHO[PRIORITY]))
    stage_lives = _hours(_l(WHO["lives"]))
    stage_works = _hours(_l(WHO["works"]))
    stage_studies = _hours(_l(WHO["studies"]))
    stage_elsewhere = _hours(_l(WHO["elsewhere"]))
    waiting_line = BooleanField(_l("접수를 시작할 때 대기줄을 세웁니다"))

    way_online = BooleanField(_l(Admission.ONLINE.label))
    way_online_percent = _perhaps(_l("온라인: 남겨 둘 자리(정원의 %)"), 0, 100)
    way_online_hours = _hours(_l("온라인: 시작하고 몇 시간 뒤부터"))
    way_phone = BooleanField(_l(Admission.PHONE.label))
    way_phone_percent = _perhaps(_l("전화: 남겨 둘 자리(정원의 %)"), 0, 100)
    way_phone_hours = _hours(_l("전화: 시작하고 몇 시간 뒤부터"))
    way_visit = BooleanField(_l(Admission.VISIT.label))
    way_visit_percent = _perhaps(_l("방문: 남겨 둘 자리(정원의 %)"), 0, 100)
    way_visit_hours = _hours(_l("방문: 시작하고 몇 시간 뒤부터"))
    way_kiosk = BooleanField(_l(Admission.KIOSK.label))
    way_kiosk_percent = _perhaps(_l("무인 접수기: 남겨 둘 자리(정원의 %)"), 0, 100)
    way_kiosk_hours = _hours(_l("무인 접수기: 시작하고 몇 시간 뒤부터"))
    share_hours = _hours(_l("접수 방법별 자리를 몇 시간 남겨 둘까요(시간)"))

    groups = Checkboxes(_l("우선 대상"))
    reserved_percent = _number(_l("우선 대상에게 남겨 둘 자리(정원의 %)"), 0, 999)
    reserve_hours = _hours(_l("우선 대상의 자리를 몇 시간 남겨 둘까요(시간)"))
    age_free_groups = Checkboxes(_l("나이와 상관없이 신청할 수 있는 대상"))

    repeat_months = _number(_l("같은 과정을 다시 들으려면 몇 개월 지나야 하나요(개월)"), 0, 120)
    repeat = RadioField(_l("그 안에 다시 신청하면"), [chosen()], choices=options(labelled(Repeat)))
    travel_minutes = _number(_l("교육장 사이를 옮겨 갈 시간(분)"), 0, 999)

    offer_hours = _number(_l("빈자리를 맡아 두는 시간(시간)"), 0, 720)
    offer_to_midnight = BooleanField(
        _l("시간을 세지 않고, 다음 날이 될 때(밤 12시)까지 맡아 둡니다")
    )
    offer_opens = _time(_l("안내하는 시간의 시작"))
    offer_closes = _time(_l("안내하는 시간의 끝"))
    last_meeting = _number(_l("몇 번째 수업을 시작하기 전까지 빈자리를 드리나요(번째)"), 1, 60)
    left_over = BooleanField(_l("접수가 끝난 뒤에도 남은 자리는 계속 접수합니다"))

    seat_choice = RadioField(_l("좌석"), [chosen()], choices=options(labelled(SeatChoice)))
    accessible_hours = _number(
        _l("휠체어 좌석을 첫 수업 몇 시간 전까지 비워 두나요(시간)"), 0, 2_000
    )

    strike_1 = _perhaps(_l("첫 번째(일)"), 0, 3_650)
    strike_2 = _perhaps(_l("두 번째(일)"), 0, 3_650)
    strike_3 = _perhaps(_l("세 번째(일)"), 0, 3_650)
    strike_4 = _perhaps(_l("네 번째(일)"), 0, 3_650)
    late_cancel_hours = _number(_l("첫 수업 몇 시간 전부터 늦은 취소인가요(시간)"), 0, 2_000)
    strike_months = _number(_l("몇 개월 지난 일은 세지 않나요(개월)"), 0, 120)
    decision_days = _number(_l("폐강을 첫 수업 며칠 전에 정하나요(일)"), 0, 60)

    def choose_among(self, names: Mapping[str, str], active: Iterable[str]) -> None:
        """The groups to choose from: those in use, and those that were chosen before."""
        chosen_before = {*(self.groups.data or ()), *(self.age_free_groups.data or ())}
        listed = {*active} | chosen_before
        pairs = [(code, name) for code, name in names.items() if code in listed]
        self.groups.choices = options(pairs)
        self.age_free_groups.choices = options(pairs)

    def intake(self) -> Intake:
        """What was typed, for the verb."""
        typed = self.data
        return Intake.of(
            {name: typed[name] for name in _AS_TYPED}
            | {
                "selection": Selection(typed["selection"]),
                "draw_source": typed["draw_source"] or "",
                "repeat": Repeat(typed["repeat"]),
                "seat_choice": SeatChoice(typed["seat_choice"]),
                "offer_opens": f"{typed['offer_opens']:%H:%M}",
                "offer_closes": f"{typed['offer_closes']:%H:%M}",
                "groups": typed["groups"],
                "age_free_groups": typed["age_free_groups"],
                "strikes": _strikes(typed),
                "stages": _stages(typed),
                "channels": _channels(typed),
            }
        )

    def shape_findings(self) -> list[Finding]:
        """What an intake could not even hold: no way in, a gap between restrictions."""
        found: list[Finding] = []
        if not any(self.data[f"way_{way.value}"] for way in Admission):
            found.append(("channels", Reason.WAY_NEEDED, {}))
        days = [self.data[f"strike_{n}"] for n in range(1, MOST_STRIKES + 1)]
        if None in days and any(day is not None for day in days[days.index(None) :]):
            found.append(("strikes", Reason.STRIKES_NEEDED, {}))
        return found

    def show(self, findings: Iterable[Finding]) -> bool:
        """Say what is wrong, each at its field; whether nothing is."""
        fine = True
        for name, reason, facts in findings:
            field: Field = self[_SHOWN_AT.get(name, name)]
            field.errors = [*field.errors, refused((reason, facts)).sentence]
            fine = False
        return fine


class PolicyForm(IntakeForm):
    """The defaults of runs: how places are given, and the values beside it."""

    window_from_day = _day(_l("접수를 시작하는 날(일)"))
    window_from_time = _time(_l("접수를 시작하는 시각"))
    window_until_day = _day(_l("접수를 마감하는 날(일)"))
    window_until_time = _time(_l("접수를 마감하는 시각"))
    monthly_limit = _number(_l("한 사람이 한 달에 신청할 수 있는 강좌(개)"), 1, 50)
    waiting_limit = _number(_l("대기 인원(명)"), 0, 500)
    minimum_age = _number(_l("최저 나이(만, 세)"), 0, 150)
    completion_percent = _number(_l("수료에 필요한 출석률(%)"), 1, 100)
    minimum_percent = _number(_l("강좌를 여는 데 필요한 인원(정원의 %)"), 0, 100)

    def policy(self) -> Policy:
        """What was typed, for the verb."""
        typed = self.data
        return Policy(**{name: typed[name] for name in COLUMNS}, intake=self.intake())


class ChangePolicyForm(IntakeForm):
    """How the places of one run are given, with the reason of a change that people notice."""

    reason = StringField(_l("바꾸는 사유"), [Optional(), at_most(500)], filters=[blank_to_none])
    place_all = BooleanField(_l("지금까지 신청한 분 모두에게 자리를 드리고 선착순으로 바꿉니다"))


class GroupForm(SeenForm):
    """What a priority group is called."""

    name = StringField(
        _l("우선 대상"),
        [required(_l("누가 우선 대상인지 적어 주세요. 예: 기초생활수급자")), at_most(80)],
        filters=[blank_to_none],
    )


def typed_of(intake: Intake) -> dict[str, Any]:
    """An intake as the form's fields show it."""
    values: dict[str, Any] = {name: getattr(intake, name) for name in _AS_TYPED}
    values |= {"groups": [*intake.groups], "age_free_groups": [*intake.age_free_groups]}
    hours = {stage.who: stage.hours for stage in intake.stages}
    values |= {f"stage_{who}": hours.get(who) for who in WHO}
    days = dict(enumerate(intake.strikes, start=1))
    values |= {f"strike_{n}": days.get(n) for n in range(1, MOST_STRIKES + 1)}
    for way in Admission:
        share = intake.share_of(way.value)
        values[f"way_{way.value}"] = share is not None
        values[f"way_{way.value}_percent"] = share.percent if share else None
        values[f"way_{way.value}_hours"] = share.hours if share else None
    return values


def typed_of_policy(policy: Policy) -> dict[str, Any]:
    """Defaults as the form's fields show them."""
    return {name: getattr(policy, name) for name in COLUMNS} | typed_of(policy.intake)


def seen_of(policy: Policy) -> dict[str, object]:
    """What the form remembers of the defaults that it showed."""
    return facts_of(policy)


def _stages(typed: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The windows in a row; without hours somebody is of the opening, those preferred aside."""
    hours = {who: typed[f"stage_{who}"] for who in WHO}
    return [
        vars(Stage(who, after))
        for who, after in hours.items()
        if after or (who == PRIORITY and after is not None)
    ]


def _channels(typed: Mapping[str, Any]) -> list[dict[str, Any]]:
    shares = [
        ChannelShare(
            way.value,
            typed[f"way_{way.value}_percent"] or 0,
            typed[f"way_{way.value}_hours"] or 0,
        )
        for way in Admission
        if typed[f"way_{way.value}"]
    ]
    return [vars(share) for share in ways_in(shares)]


def _strikes(typed: Mapping[str, Any]) -> list[int]:
    days = [typed[f"strike_{number}"] for number in range(1, MOST_STRIKES + 1)]
    return [day for day in days if day is not None]
