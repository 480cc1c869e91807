"""Staff: closed days of the centers, and the office's word above the public holidays."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.catalog.actions import closures as actions
from eduportal.catalog.forms.places import ClosedDayForm, HolidayForm
from eduportal.catalog.models import Meeting
from eduportal.catalog.queries import sites as queries
from eduportal.shared import clock, dates, guard
from eduportal.shared.forms import Form, carried_out, options
from eduportal.shared.guard import admin, staff, viewer
from eduportal.shared.refusal import Refused

Answer = str | Response | tuple[str, int]

blueprint = Blueprint(
    "catalog_closures", __name__, url_prefix="/office", template_folder="templates"
)


@blueprint.route("/closed-days")
@viewer
def closed_days() -> str:
    """The closed days that are not over, with the classes that stand on them."""
    return render_template(
        "catalog/places/closed_days.html",
        closings=queries.closings(guard.center_ids(), clock.today(), clock.now()),
        may_all=guard.may("admin"),
        may_some=guard.may("staff"),
        theirs=guard.user().centers_of("staff") if guard.may("staff") else frozenset(),
    )


@blueprint.route("/closed-days/new", methods=["GET", "POST"])
@staff
def new_closed_day() -> Answer:
    """Close one of one's centers on some days: look at the classes on them first."""
    form = ClosedDayForm(data={"center_id": request.args.get("center", type=int)})
    sites = queries.sites(guard.center_ids(), clock.today())
    form.center_id.choices = options((site.id, site.today.name) for site in sites)

    def act() -> None:
        center_id: int = form.data["center_id"]
        actions.close_center_on(guard.by(), center_id, form.closure(), guard.center_ids())

    return _closing_page(form, act)


@blueprint.route("/closed-days/new-for-all", methods=["GET", "POST"])
@admin
def new_closed_day_for_all() -> Answer:
    """Close every center on some days: look at the classes on them first."""
    form = ClosedDayForm()
    del form.center_id
    return _closing_page(form, lambda: actions.close_all_on(guard.by(), form.closure()))


@blueprint.route("/closed-days/<int:closed_id>/delete", methods=["POST"])
@staff
def delete_closed_day(closed_id: int) -> Response:
    """Take a center's closed days back."""
    actions.open_center_again(guard.by(), closed_id, guard.center_ids())
    flash(_("휴관일을 지웠습니다."))
    return redirect(url_for("catalog_closures.closed_days"), 303)


@blueprint.route("/closed-days/<int:closed_id>/delete-for-all", methods=["POST"])
@admin
def delete_closed_day_for_all(closed_id: int) -> Response:
    """Take closed days of every center back."""
    actions.open_all_again(guard.by(), closed_id)
    flash(_("휴관일을 지웠습니다."))
    return redirect(url_for("catalog_closures.closed_days"), 303)


@blueprint.route("/holidays")
@viewer
def holidays() -> str:
    """This and next year's public holidays."""
    year = clock.today().year
    lines = queries.holiday_lines([year, year + 1])
    return render_template(
        "catalog/places/holidays.html",
        years=[(one, [line for line in lines if line.day.year == one]) for one in (year, year + 1)],
        may_edit=guard.may("admin"),
        today=clock.today(),
    )


@blueprint.route("/holidays/new", methods=["GET", "POST"])
@admin
def new_holiday() -> Answer:
    """Add a public holiday that the calendar does not know."""
    form = HolidayForm()
    meetings: list[Meeting] = []
    if form.validate_on_submit():
        day, name = form.data["day"], form.data["name"]
        meetings = queries.meetings_on(day, day, None, None, clock.now())
        act = partial(actions.add_holiday, guard.by(), day, name)
        if _looked_over(form, meetings) and carried_out(form, act):
            flash(_("%(day)s을 공휴일로 더했습니다.", day=dates.written_date(day)))
            return redirect(url_for("catalog_closures.holidays"), 303)
    return _page("catalog/places/new_holiday.html", form, meetings=meetings)


@blueprint.route("/holidays/<string:day>/work", methods=["POST"])
@admin
def work_on_holiday(day: str) -> Response:
    """Let a public holiday be a day like others."""
    try:
        worked = date.fromisoformat(day)
    except ValueError:
        abort(404)
    return _act(
        partial(actions.work_on_holiday, guard.by(), worked),
        _("%(day)s은 근무하는 날로 바꾸었습니다.", day=dates.written_date(worked)),
    )


@blueprint.route("/holiday-overrides/<int:override_id>/delete", methods=["POST"])
@admin
def undo_override(override_id: int) -> Response:
    """Let the calendar's word stand again."""
    return _act(partial(actions.undo_override, guard.by(), override_id), _("되돌렸습니다."))


def _closing_page(form: ClosedDayForm, act: Callable[[], object]) -> Answer:
    meetings: list[Meeting] = []
    if form.validate_on_submit():
        meetings = _standing_on(form)
        if _looked_over(form, meetings) and carried_out(form, act):
            flash(_("휴관일을 더했습니다."))
            if meetings:
                flash(
                    _(
                        "그사이 수업이 %(count)s번 있습니다. 옮기거나 휴강으로 처리해 주세요.",
                        count=len(meetings),
                    ),
                    "warning",
                )
            return redirect(url_for("catalog_closures.closed_days"), 303)
    return _page("catalog/places/new_closed_day.html", form, meetings=meetings)


def _standing_on(form: ClosedDayForm) -> list[Meeting]:
    closure = form.closure()
    center_id: int | None = form.data.get("center_id")
    among = guard.center_ids()
    last = max(closure.last, closure.first - timedelta(days=1))
    return queries.meetings_on(closure.first, last, center_id, among, clock.now())


def _looked_over(form: ClosedDayForm | HolidayForm, meetings: Sequence[Meeting]) -> bool:
    """Whether these classes, and no others, were on the page that was sent."""
    shown = ",".join(str(meeting.id) for meeting in meetings)
    if not shown or form.seen.data == shown:
        return True
    form.seen.data = shown
    return False


def _act(act: Callable[[], object], done: str) -> Response:
    try:
        act()
    except Refused as refused:
        flash(refused.sentence, "danger")
    else:
        flash(done)
    return redirect(url_for("catalog_closures.holidays"), 303)


def _page(template: str, form: Form, **values: object) -> Answer:
    page = render_template(template, form=form, **values)
    return (page, 422) if form.errors else page
