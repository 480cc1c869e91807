"""What is typed about a run; shape only."""

from typing import Any

from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Optional

from eduportal.accounts.rules import Relation
from eduportal.catalog.forms.fields import Checkboxes, whole_number
from eduportal.catalog.rules import RELATIONS, RunPlan
from eduportal.shared.forms import (
    Form,
    MomentField,
    at_most,
    between,
    blank_to_none,
    labelled,
    options,
)
from eduportal.shared.forms import lazy_text as _l

_PLANNED = frozenset(RunPlan.__dataclass_fields__)
EMPLOYEES_ONLY = ("needs_approval", "department_limit")


class RunForm(Form):
    """What staff decide about a run, apart from its meetings; `seen` is what they were shown."""

    seen = HiddenField()
    center_id = SelectField(_l("교육장"), coerce=int)
    room_id = SelectField(_l("강의실"), coerce=whole_number)
    instructor_id = SelectField(_l("강사"), coerce=whole_number)
    section = StringField(_l("반"), [Optional(), at_most(40)], filters=[blank_to_none])
    capacity = IntegerField(
        _l("정원"), [between(1, 500, _l("정원은 1명부터 500명까지 숫자로 입력해 주세요."))]
    )
    waiting_limit = IntegerField(
        _l("대기 인원"),
        [between(0, 500, _l("대기 인원은 0명부터 500명까지 숫자로 입력해 주세요."))],
    )
    apply_from = MomentField(
        _l("접수 시작"), [InputRequired(_l("접수를 시작하는 때를 입력해 주세요."))]
    )
    apply_until = MomentField(
        _l("접수 마감"), [InputRequired(_l("접수를 마감하는 때를 입력해 주세요."))]
    )
    cancel_until = MomentField(
        _l("취소 기한"), [InputRequired(_l("직접 취소할 수 있는 마지막 때를 입력해 주세요."))]
    )
    monthly_limit = IntegerField(
        _l("한 달에 신청할 수 있는 강좌"),
        [between(1, 50, _l("1개부터 50개까지 숫자로 입력해 주세요."))],
    )
    minimum_age = IntegerField(
        _l("최저 나이"), [Optional(), between(0, 150, _l("나이는 숫자로 입력해 주세요."))]
    )
    maximum_age = IntegerField(
        _l("최고 나이"), [Optional(), between(0, 150, _l("나이는 숫자로 입력해 주세요."))]
    )
    relations = Checkboxes(
        _l("신청할 수 있는 사람"),
        choices=options(labelled(Relation)),
    )
    fee = IntegerField(
        _l("수강료(원)"),
        [between(0, 10_000_000, _l("수강료는 숫자로 입력해 주세요. 없으면 0입니다."))],
    )
    book_fee = IntegerField(
        _l("교재비(원)"),
        [between(0, 10_000_000, _l("교재비는 숫자로 입력해 주세요. 없으면 0입니다."))],
    )
    material_fee = IntegerField(
        _l("재료비(원)"),
        [between(0, 10_000_000, _l("재료비는 숫자로 입력해 주세요. 없으면 0입니다."))],
        default=0,
    )
    minimum_people = IntegerField(
        _l("최소 인원"),
        [Optional(), between(1, 500, _l("최소 인원은 1명부터 500명까지 숫자로 입력해 주세요."))],
    )
    needs_approval = BooleanField(_l("부서 승인을 받아야 신청이 확정됩니다"))
    department_limit = IntegerField(
        _l("부서별 인원"),
        [Optional(), between(1, 500, _l("부서별 인원은 1명부터 500명까지 숫자로 입력해 주세요."))],
    )
    note = TextAreaField(_l("알리는 말"), [Optional(), at_most(2000)], filters=[blank_to_none])
    reason = StringField(_l("바꾸는 사유"), [Optional(), at_most(500)], filters=[blank_to_none])

    def plan(self, **settled: Any) -> RunPlan:
        """What was typed, for the verbs; `settled` stands for fields that are not shown."""
        typed = {name: value for name, value in self.data.items() if name in _PLANNED}
        typed["relations"] = ",".join(one for one in RELATIONS if one in typed["relations"])
        return RunPlan(**typed | settled)
