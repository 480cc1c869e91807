"""Everybody who works in the office: a week of a center, room by room."""

from datetime import date, timedelta

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from eduportal.booking.forms.meetings import TimetableForm
from eduportal.booking.queries import meetings as meetings
from eduportal.booking.queries import timetable as queries
from eduportal.booking.queries.meetings import Undo
from eduportal.booking.queries.timetable import Week
from eduportal.catalog import queries as catalog
from eduportal.catalog.forms import chosen_in
from eduportal.catalog.rules.timetable import STEP
from eduportal.shared import clock, guard
from eduportal.shared.dates import WEEKDAYS
from eduportal.shared.forms import options
from eduportal.shared.guard import viewer

blueprint = Blueprint(
    "booking_timetable", __name__, url_prefix="/office", template_folder="templates"
)

# No week that another could not follow.
FIRST_DAY, LAST_DAY = date(1901, 1, 7), date(2099, 12, 20)


@blueprint.route("/timetable")
@viewer
def timetable() -> str:
    """The classes and blocks of one week, by day and room; staff move classes on it."""
    form = TimetableForm(request.args)
    centers = catalog.centers(clock.today(), guard.center_ids())
    if not centers:
        return render_template("booking/timetable/none.html")
    form.center.choices = options((center.id, center.name) for center in centers)
    form.room.choices = []
    form.center.validate(form)
    center = next((one for one in centers if one.id == chosen_in(form.center)), centers[0])
    week = queries.week_of(center.id, _monday(form), request.args.get("room", type=int))
    form.room.choices = options(week.rooms, _("모든 강의실"))
    room = next((one for one, _name in week.rooms if one == form.room.data), None)
    form.center.data, form.week.data, form.room.data = center.id, week.first, room
    # What cannot be shown is left out, not refused.
    form.week.raw_data, form.center.errors, form.week.errors = None, [], []
    return render_template(
        "booking/timetable/week.html",
        form=form,
        center=center,
        week=week,
        room=room,
        movable=_may_move(center.id),
        undo=_undo(week),
        in_words=_in_words,
        step=STEP,
        week_after=timedelta(days=7),
    )


def _monday(form: TimetableForm) -> date:
    form.week.validate(form)
    day = chosen_in(form.week)
    asked = day if day and FIRST_DAY <= day <= LAST_DAY else clock.today()
    return queries.monday_of(asked)


def _may_move(center_id: int) -> bool:
    if not guard.may("staff"):
        return False
    centers = guard.user().centers_of("staff")
    return centers is None or center_id in centers


def _undo(week: Week) -> Undo | None:
    moved = request.args.get("moved", type=int)
    if moved is None or not guard.may("staff"):
        return None
    user = guard.user()
    return meetings.undo_of(moved, user.account_id, user.centers_of("staff"))


def _in_words(day: date) -> str:
    return _(
        "%(month)s월 %(day)s일 %(weekday)s요일",
        month=day.month,
        day=day.day,
        weekday=WEEKDAYS[day.weekday()],
    )
