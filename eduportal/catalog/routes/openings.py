"""The calendar of openings: when one can apply for what."""

from datetime import date, datetime

from flask import Response, render_template, request, url_for
from flask_login import current_user

from eduportal.catalog import queries
from eduportal.catalog.calendar import Month, month_of, openings_of
from eduportal.catalog.closed_days import closed_days
from eduportal.catalog.forms import ALL, chosen_in
from eduportal.catalog.forms.search import OpeningsForm
from eduportal.catalog.queries import CenterLine
from eduportal.catalog.queries import calendar as calendar_queries
from eduportal.catalog.routes.blueprint import blueprint
from eduportal.catalog.rules.calendar import (
    SUNDAY_FIRST,
    after_this_week,
    last_of_month,
    month_after,
    month_before,
)
from eduportal.shared import clock, dates
from eduportal.shared.conditional import page_unless_known
from eduportal.shared.forms import options
from eduportal.shared.guard import public


@blueprint.route("/openings")
@public
def openings() -> str | Response:
    """A month of openings, after those of today and this week."""
    centers = queries.centers(clock.today())
    form = openings_form(centers)
    page = _page(form, centers)
    return page if current_user.is_authenticated else page_unless_known(page)


def openings_form(centers: list[CenterLine]) -> OpeningsForm:
    """What the address asks for, as far as it can be chosen."""
    form = OpeningsForm(request.args)
    form.center.choices = options(((center.id, center.name) for center in centers), ALL)
    form.validate()
    return form


def _page(form: OpeningsForm, centers: list[CenterLine]) -> str:
    now, center_id = clock.now(), chosen_in(form.center)
    this_month = dates.first_of_month(clock.today())
    first = chosen_in(form.month) or this_month
    month = _month(first, now, center_id)
    soon = openings_of(_soon(now, center_id)) if first == this_month else None
    is_empty = soon == [] or not month.opens_something
    feed = url_for("catalog.openings_ics", center=center_id, _external=True)
    return render_template(
        "catalog/openings.html",
        form=form,
        month=month,
        coming=[day for day in month.days if day.date >= clock.today()],
        past=[day for day in month.days if day.date < clock.today()],
        center_id=center_id,
        centers={center.id: center.name for center in centers},
        soon=soon,
        next_opening=_next_opening(first, now, center_id) if is_empty else None,
        previous=month_before(first),
        following=month_after(first),
        weekdays=SUNDAY_FIRST,
        today=clock.today(),
        feed=feed,
        subscription=f"webcal:{feed.partition(':')[2]}",
    )


def _month(first: date, now: datetime, center_id: int | None) -> Month:
    after = dates.next_month(first)
    runs = calendar_queries.windows_within(
        dates.start_of(first), dates.start_of(after), now, center_id
    )
    return month_of(first, runs, closed_days(first, last_of_month(first), center_id))


def _soon(now: datetime, center_id: int | None) -> list[queries.RunLine]:
    today = clock.today()
    return calendar_queries.opening_within(
        dates.start_of(today), dates.start_of(after_this_week(today)), now, center_id
    )


def _next_opening(first: date, now: datetime, center_id: int | None) -> datetime | None:
    return calendar_queries.next_opening(max(now, dates.start_of(first)), now, center_id)
