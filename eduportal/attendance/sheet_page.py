"""The sheet's page, the same for whoever may open it: instructors and staff."""

from collections import Counter
from collections.abc import Sequence

from flask import flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.attendance import actions, queries, rules
from eduportal.attendance.actions import Saved
from eduportal.attendance.forms import SheetForm, sheet_form
from eduportal.attendance.models import ON_SHEET
from eduportal.attendance.queries import Lesson
from eduportal.attendance.rules import Mark
from eduportal.booking.rules import State
from eduportal.shared import clock, dates, events, guard
from eduportal.shared.refusal import Refused

Crumbs = Sequence[tuple[str, str | None]]


def show_or_save(lesson: Lesson, crumbs: Crumbs) -> str | Response:
    """The sheet of a meeting that the caller has found to be theirs; names in full, so a line."""
    lines = queries.sheet(lesson)
    form = sheet_form(lines)
    saved = _saved(form, lesson) if form.validate_on_submit() else None
    if saved:
        _say(saved)
        return redirect(request.path, 303)
    what = f"attendance sheet of meeting {lesson.id}"
    events.looked_at(guard.by(), what, address=request.remote_addr)
    seated = [line for line in lines if line.state in ON_SHEET]
    return render_template(
        "attendance/sheet.html",
        lesson=lesson,
        crumbs=crumbs,
        form=form,
        placed=[line for line in seated if line.state is State.PLACED],
        closed=[line for line in seated if line.state is not State.PLACED],
        withdrawn=[line for line in lines if line.state is State.WITHDRAWN],
        counts=Counter(line.mark for line in seated),
        refusal=_refusal(lesson),
        marks=list(Mark),
    )


def _saved(form: SheetForm, lesson: Lesson) -> Saved | None:
    fill = Mark.PRESENT if form.all.data else None
    try:
        return actions.mark_sheet(guard.by(), lesson.id, form.marks, seen=form.seen, fill=fill)
    except Refused as refused:
        form.form_errors.append(refused.sentence)
        return None


def _say(saved: Saved) -> None:
    if saved.written:
        flash(_("출석부를 저장했습니다."))
    elif not saved.kept:
        flash(_("바뀐 것이 없습니다. 출석부는 그대로입니다."), "info")
    if saved.kept:
        kept = _("그사이 다른 사람이 바꾼 표시 %(count)s개는 그대로 두었습니다.", count=saved.kept)
        flash(kept, "warning")


def _refusal(lesson: Lesson) -> str | None:
    day = dates.seoul_date(lesson.starts_at)
    reason = rules.marking_refusal(lesson.published, day, clock.today(), lesson.called_off)
    return Refused(reason, day=dates.written_date(day)).sentence if reason else None
