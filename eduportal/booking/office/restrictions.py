"""Staff: the register of restrictions (제한 관리대장), and what is decided in it."""

from functools import partial

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from eduportal.booking import queries as bookings
from eduportal.booking import strikes
from eduportal.booking.actions import restrictions as actions
from eduportal.booking.forms import ReasonForm
from eduportal.booking.forms.restrictions import AnswerForm, RestrictForm
from eduportal.booking.messages_restrictions import penalty_in_words
from eduportal.booking.queries import Standing
from eduportal.booking.queries import restrictions as queries
from eduportal.booking.queries.restrictions import Line, Show
from eduportal.booking.register_table import register_table
from eduportal.catalog.policies import intake_of
from eduportal.shared import clock, dates, events, guard
from eduportal.shared.downloads import csv_download, xlsx_download
from eduportal.shared.forms import Form, carried_out
from eduportal.shared.guard import desk, staff
from eduportal.shared.tables import Table

Answer = str | AnyResponse | tuple[str, int]

blueprint = Blueprint(
    "booking_restrictions", __name__, url_prefix="/office", template_folder="templates"
)


@blueprint.route("/restrictions", methods=["GET", "POST"])
@desk
def register() -> str:
    """The register, names masked; a POST opens them, and leaves a line for each person."""
    show, opened = _show(), request.method == "POST"
    lines = queries.register(show, guard.center_ids())
    seen = {line.restriction.person_id for line in lines} if opened else {None}
    for person_id in sorted(seen, key=lambda number: number or 0):
        what = f"register of restrictions, {show}" + ("" if opened else ", masked")
        events.looked_at(guard.by(), what, person_id=person_id, address=request.remote_addr)
    return render_template(
        "booking/register.html",
        lines=queries.register(show, guard.center_ids()),
        show=show,
        shows=list(Show),
        opened=opened,
        appeals=queries.open_appeals(guard.center_ids()),
        today=clock.today(),
    )


@blueprint.route("/restrictions.csv")
@desk
def register_csv() -> Response:
    """The register as CSV, names masked."""
    return csv_download(_table(), _filename("csv"))


@blueprint.route("/restrictions.xlsx")
@desk
def register_xlsx() -> Response:
    """The register as an Excel workbook, names masked."""
    return xlsx_download(_table(), _filename("xlsx"))


@blueprint.route("/restrictions/<int:restriction_id>")
@desk
def restriction(restriction_id: int) -> str:
    """One line with its history, the name masked."""
    return _line_page(_line(restriction_id), opened=False)


@blueprint.route("/restrictions/<int:restriction_id>/person", methods=["POST"])
@desk
def person(restriction_id: int) -> str:
    """One line with the name and how the person is reached: an act that leaves a line."""
    line = _line(restriction_id)
    if line.restriction.person is None:
        abort(404)
    what, person_id = f"restriction {restriction_id}", line.restriction.person_id
    events.looked_at(guard.by(), what, person_id=person_id, address=request.remote_addr)
    return _line_page(_line(restriction_id), opened=True)


@blueprint.route("/restrictions/<int:restriction_id>/lift", methods=["GET", "POST"])
@staff
def lift(restriction_id: int) -> Answer:
    """Let a line count no more."""
    line, form = _line(restriction_id), ReasonForm()
    act = partial(
        actions.lift, guard.by(), restriction_id, guard.center_ids(), form.reason.data or ""
    )
    if form.validate_on_submit() and carried_out(form, act):
        flash(_("해제했습니다. 지금부터 바로 신청하실 수 있고, 그분께 알렸습니다."))
        return _to_line(restriction_id)
    return _page("booking/restriction_lift.html", form, line=_fresh(line))


@blueprint.route("/restrictions/<int:restriction_id>/answer", methods=["GET", "POST"])
@staff
def answer(restriction_id: int) -> Answer:
    """Answer an appeal."""
    line, form = _line(restriction_id), AnswerForm()
    if line.appeal is None:
        abort(404)
    granted, text = form.granted.data == "yes", form.text.data or ""
    act = partial(actions.answer, guard.by(), restriction_id, guard.center_ids(), granted, text)
    if form.validate_on_submit() and carried_out(form, act):
        flash(_("이의신청에 답했습니다. 그분께 알렸습니다."))
        return _to_line(restriction_id)
    return _page("booking/restriction_answer.html", form, line=_fresh(line))


@blueprint.route("/bookings/<int:booking_id>/no-show", methods=["GET", "POST"])
@staff
def no_show(booking_id: int) -> Answer:
    """Write down that somebody did not come, once it was said what that leads to."""
    standing, form = _booking(booking_id), ReasonForm()
    act = partial(
        actions.record_no_show,
        guard.by(),
        booking_id,
        guard.center_ids(),
        form.reason.data or "",
    )
    if form.validate_on_submit() and carried_out(form, act):
        flash(_("무단불참으로 적고 그분께 알렸습니다."))
        return _to_roster(standing)
    return _page(
        "booking/restriction_new.html",
        form,
        standing=_booking(booking_id),
        title=_("무단불참 적기"),
        meaning=_what_it_means(standing),
        gives_place_up=standing.booking.state == "placed",
        button=_("무단불참으로 적기"),
    )


@blueprint.route("/bookings/<int:booking_id>/restriction", methods=["GET", "POST"])
@staff
def restrict(booking_id: int) -> Answer:
    """Let the person of a booking not apply for some days."""
    standing, form = _booking(booking_id), RestrictForm()
    act = partial(
        actions.restrict,
        guard.by(),
        booking_id,
        guard.center_ids(),
        form.reason.data or "",
        form.days.data or 0,
    )
    if form.validate_on_submit() and carried_out(form, act):
        flash(_("이용 제한을 적고 그분께 알렸습니다."))
        return _to_roster(standing)
    return _page(
        "booking/restriction_new.html",
        form,
        standing=_booking(booking_id),
        title=_("이용 제한 적기"),
        meaning=_("정한 날 동안 새로 신청하실 수 없습니다. 이미 확정된 강좌는 그대로입니다."),
        gives_place_up=False,
        button=_("이용 제한 적기"),
    )


def _what_it_means(standing: Standing) -> str | None:
    person_id, intake = standing.booking.person_id, intake_of(standing.booking.run)
    if person_id is None or not intake.strikes:
        return None
    return penalty_in_words(strikes.next_penalty(person_id, intake))


def _show() -> Show:
    asked = request.args.get("show", Show.NOW.value)
    return Show(asked) if asked in set(Show) else Show.NOW


def _table() -> Table:
    show = _show()
    events.looked_at(
        guard.by(), f"file of restrictions, {show}, masked", address=request.remote_addr
    )
    return register_table(show, queries.register(show, guard.center_ids()))


def _filename(ending: str) -> str:
    return f"{_('제한 관리대장')}_{dates.written_date(clock.today())[:-3]}.{ending}"


def _line_page(line: Line, opened: bool) -> str:
    return render_template(
        "booking/restriction.html",
        line=line,
        acts=queries.history(line.restriction.id),
        opened=opened,
    )


def _line(restriction_id: int) -> Line:
    line = queries.office_line(restriction_id, guard.center_ids())
    if line is None:
        abort(404)
    return line


def _fresh(line: Line) -> Line:
    """Read anew: a verb that refused has ended the reading that it came from."""
    return _line(line.restriction.id)


def _booking(booking_id: int) -> Standing:
    standing = bookings.office_booking(booking_id, guard.center_ids())
    if standing is None:
        abort(404)
    return standing


def _to_line(restriction_id: int) -> AnyResponse:
    return redirect(url_for("booking_restrictions.restriction", restriction_id=restriction_id), 303)


def _to_roster(standing: Standing) -> AnyResponse:
    return redirect(url_for("booking_office.roster", run_id=standing.booking.run_id), 303)


def _page(template: str, form: Form, **values: object) -> Answer:
    page = render_template(template, form=form, **values)
    return (page, 422) if form.is_submitted() else page
