"""A center, and the month's schedule that hangs on its board."""

from datetime import date

from flask import abort, render_template, request, url_for

from eduportal.catalog.closed_days import closed_days
from eduportal.catalog.forms import chosen_in
from eduportal.catalog.forms.search import MonthForm
from eduportal.catalog.queries import CenterLine
from eduportal.catalog.queries import calendar as calendar_queries
from eduportal.catalog.queries import public_centers as center_queries
from eduportal.catalog.routes.blueprint import blueprint
from eduportal.catalog.rules.calendar import last_of_month, month_after, month_before
from eduportal.shared import clock, dates
from eduportal.shared.guard import public


@blueprint.route("/centers/<int:center_id>")
@public
def center(center_id: int) -> str:
    """Where it is, when it is open, what it has, and what can be applied for."""
    today = clock.today()
    found = _center(center_id, today)
    next_month = dates.next_month(today)
    return render_template(
        "catalog/center.html",
        center=found,
        hours=center_queries.opening_hours(center_id),
        rooms=center_queries.standing_rooms(center_id, today),
        runs=calendar_queries.open_at(center_id, clock.now()),
        closed=sorted(closed_days(today, last_of_month(next_month), center_id).items()),
        months=(dates.first_of_month(today), next_month),
        url=url_for("catalog.center", center_id=center_id, _external=True),
    )


@blueprint.route("/centers/<int:center_id>/schedule")
@public
def schedule(center_id: int) -> str:
    """The classes of a month on one sheet or two, under the names of that month."""
    form = MonthForm(request.args)
    form.validate()
    month = chosen_in(form.month) or dates.first_of_month(clock.today())
    last = last_of_month(month)
    found = _center(center_id, last)
    runs = calendar_queries.held_in(month, center_id, clock.now())
    return render_template(
        "catalog/schedule.html",
        center=found,
        month=month,
        runs=runs,
        instructors=calendar_queries.public_instructors([run.id for run in runs]),
        closed=sorted(closed_days(month, last, center_id).items()),
        previous=month_before(month),
        following=month_after(month),
        url=url_for("catalog.center", center_id=center_id, _external=True),
    )


def _center(center_id: int, on_day: date) -> CenterLine:
    found = center_queries.center(center_id, on_day)
    if found is None:
        abort(404)
    return found
