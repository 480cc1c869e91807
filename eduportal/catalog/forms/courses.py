"""What is typed about a course; shape only."""

from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import Optional

from eduportal.accounts.rules import Audience
from eduportal.catalog.rules import CourseContent, Kind
from eduportal.shared.forms import (
    Form,
    at_most,
    blank_to_none,
    chosen,
    labelled,
    options,
    required,
)
from eduportal.shared.forms import lazy_text as _l


class CourseForm(Form):
    """What a course is."""

    title = StringField(
        _l("과정 이름"),
        [required(_l("과정 이름을 입력해 주세요.")), at_most(120)],
        filters=[blank_to_none],
    )
    kind = RadioField(_l("구분"), [chosen()], choices=options(labelled(Kind)))
    track = StringField(
        _l("분야"), [required(_l("분야를 입력해 주세요.")), at_most(40)], filters=[blank_to_none]
    )
    audience = RadioField(_l("대상"), [chosen()], choices=options(labelled(Audience)))
    summary = TextAreaField(
        _l("배우는 내용"),
        [required(_l("무엇을 배우는지 적어 주세요.")), at_most(2000)],
        filters=[blank_to_none],
    )
    preparation = TextAreaField(_l("준비물"), [Optional(), at_most(1000)], filters=[blank_to_none])

    def content(self) -> CourseContent:
        """What was typed, for the verbs."""
        typed = self.data
        return CourseContent(
            title=typed["title"],
            summary=typed["summary"],
            preparation=typed["preparation"],
            kind=Kind(typed["kind"]),
            track=typed["track"],
            audience=Audience(typed["audience"]),
        )
