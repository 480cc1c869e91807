"""The daily log (운영일지): filled from the rows, completed by hand, printed and signed."""

from datetime import date
from functools import partial

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.catalog import queries as catalog
from eduportal.catalog.queries import CenterLine
from eduportal.portal import actions, daily_log
from eduportal.portal.log_form import LogForm
from eduportal.portal.models import DailyLog
from eduportal.shared import clock, dates, guard
from eduportal.shared.forms import carried_out
from eduportal.shared.guard import desk, viewer

Answer = str | Response | tuple[str, int]

blueprint = Blueprint(
    "portal_logs", __name__, url_prefix="/office/logs", template_folder="templates"
)


@blueprint.route("")
@viewer
def logs() -> str:
    """The days of a month at a center, with those that have a log."""
    centers = catalog.centers(clock.today(), guard.center_ids())
    center = _chosen(centers, request.args.get("center", type=int))
    month = _month(request.args.get("month"))
    return render_template(
        "portal/logs.html",
        centers=centers,
        center=center,
        month=month,
        before=dates.first_of_month(dates.day_before(month)),
        after=dates.next_month(month),
        days=daily_log.logged_days(center.id, month) if center else [],
        today=clock.today(),
    )


@blueprint.route("/<int:center_id>/<string:day>")
@viewer
def log(center_id: int, day: str) -> str:
    """One day's log, ready to be printed."""
    return _page("portal/log.html", _center(center_id), _day(day))


@blueprint.route("/<int:center_id>/<string:day>/edit", methods=["GET", "POST"])
@desk
def edit(center_id: int, day: str) -> Answer:
    """Complete a day's log by hand."""
    center, on = _center(center_id), _day(day)
    written = daily_log.log_of(center_id, on)
    form = LogForm(obj=written, seen=str(written.version if written else 0))
    act = partial(
        actions.write_log, guard.by(), center_id, on, form.typed(), form.version, guard.center_ids()
    )
    if form.validate_on_submit() and carried_out(form, act):
        flash(_("일지를 저장했습니다."))
        return redirect(url_for("portal_logs.log", center_id=center_id, day=day), 303)
    if form.is_submitted():
        # What is there now stands above what was typed; saving once more means it was read.
        form.seen.raw_data, form.seen.data = None, str(_version(center_id, on))
    page = _page("portal/edit_log.html", center, on, form=form)
    return (page, 422) if form.errors else page


def _page(template: str, center: CenterLine, day: date, **values: object) -> str:
    log = daily_log.log_of(center.id, day)
    return render_template(
        template,
        center=center,
        day=day,
        rows=daily_log.day_of(center.id, day),
        log=log,
        today=clock.today(),
        **values,
    )


def _version(center_id: int, day: date) -> int:
    log: DailyLog | None = daily_log.log_of(center_id, day)
    return log.version if log else 0


def _center(center_id: int) -> CenterLine:
    centers = catalog.centers(clock.today(), guard.center_ids())
    found = next((center for center in centers if center.id == center_id), None)
    if found is None:
        abort(404)
    return found


def _chosen(centers: list[CenterLine], center_id: int | None) -> CenterLine | None:
    return next(
        (center for center in centers if center.id == center_id), centers[0] if centers else None
    )


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        abort(404)
    if not 2000 <= day.year <= 2100:
        abort(404)
    return day


def _month(text: str | None) -> date:
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        return dates.first_of_month(clock.today())
    return month if 2000 <= month.year < 2100 else dates.first_of_month(clock.today())
