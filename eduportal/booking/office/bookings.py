"""Staff: who is in a run, people entered by phone or at the desk, places given and taken."""

from functools import partial

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.booking import actions, queries
from eduportal.booking.forms import CapacityForm, EntryForm, MeetingForm, ReasonForm
from eduportal.booking.forms.meetings import CancelRunForm
from eduportal.booking.messages import seat_in_words
from eduportal.booking.office.meetings import ask_for_calls
from eduportal.booking.on_holiday import is_meant
from eduportal.booking.queries import Standing
from eduportal.booking.queries import meetings as meeting_queries
from eduportal.booking.queries.payments import by_booking
from eduportal.booking.queries.restrictions import lines_of_person
from eduportal.booking.rules import HOLDING, LIVE, State, has_begun
from eduportal.booking.rules.restrictions import HAD_A_PLACE
from eduportal.catalog import queries as catalog
from eduportal.catalog.models import Meeting, Run
from eduportal.catalog.policies import intake_of
from eduportal.catalog.queries import RunLine, alternatives
from eduportal.shared import clock, dates, events, guard, phones
from eduportal.shared.forms import Form, carried_out, options
from eduportal.shared.guard import desk, staff
from eduportal.shared.refusal import Refused

Answer = str | Response | tuple[str, int]

blueprint = Blueprint("booking_office", __name__, url_prefix="/office", template_folder="templates")


@blueprint.route("/runs/<int:run_id>/roster")
@desk
def roster(run_id: int) -> str:
    """Everybody who applied, names and numbers masked."""
    run = _run(run_id)
    standings = queries.roster(run_id)
    events.looked_at(guard.by(), f"roster of run {run_id}", address=request.remote_addr)
    return render_template(
        "booking/roster.html",
        run=run,
        placed=[standing for standing in standings if _has_place(standing)],
        offered=[standing for standing in standings if standing.offer_until],
        waiting=[standing for standing in standings if standing.rank],
        awaiting=[standing for standing in standings if standing.booking.state is State.APPLIED],
        gone=[standing for standing in standings if _is_gone(standing)],
        live=LIVE,
        money=by_booking(run_id),
        no_shows=_punishes_no_shows(run),
        had_a_place=HAD_A_PLACE,
    )


@blueprint.route("/bookings/<int:booking_id>/person", methods=["POST"])
@desk
def person(booking_id: int) -> str:
    """One person unmasked: a POST, since looking is an act that leaves a line."""
    standing = _booking(booking_id)
    if standing.booking.person is None:
        abort(404)
    events.looked_at(
        guard.by(),
        f"contact of booking {booking_id}",
        person_id=standing.booking.person_id,
        address=request.remote_addr,
    )
    standing = _booking(booking_id)
    return render_template(
        "booking/person.html",
        standing=standing,
        restrictions=lines_of_person(standing.booking.person_id, guard.center_ids()),
    )


@blueprint.route("/runs/<int:run_id>/entry", methods=["GET", "POST"])
@desk
def entry(run_id: int) -> Answer:
    """Enter somebody who called or came."""
    run, form = _run(run_id), EntryForm()
    if form.validate_on_submit():
        try:
            booking_id = _enter(run_id, form)
        except Refused as refused:
            form.form_errors.append(refused.sentence)
        else:
            flash(_entered(_booking(booking_id)))
            return redirect(url_for("booking_office.roster", run_id=run_id), 303)
    return _page("booking/entry.html", form, run=run)


@blueprint.route("/bookings/<int:booking_id>/placement", methods=["GET", "POST"])
@desk
def placement(booking_id: int) -> Answer:
    """Give a waiting person a place before their turn."""
    standing, form = _booking(booking_id), ReasonForm()
    by_phone = _out_of_reach(standing)
    act = partial(actions.place, guard.by(), booking_id, guard.center_ids(), form.reason.data or "")
    if form.validate_on_submit() and carried_out(form, act):
        flash(_("수강을 확정했습니다."))
        _ask_for_calls(by_phone)
        return _to_roster(standing)
    return _page(
        "booking/act.html",
        form,
        standing=standing,
        title=_("대기 중인 분 확정"),
        lead=_("순서보다 먼저 자리를 드립니다. 사유가 기록에 남고 명단에 보입니다."),
        button=_("확정하기"),
    )


@blueprint.route("/bookings/<int:booking_id>/cancellation", methods=["GET", "POST"])
@desk
def cancellation(booking_id: int) -> Answer:
    """Cancel somebody's booking for the office."""
    standing, form = _booking(booking_id), ReasonForm()
    by_phone = _out_of_reach(standing)
    act = partial(
        actions.cancel, guard.by(), booking_id, guard.center_ids(), form.reason.data or ""
    )
    if form.validate_on_submit() and carried_out(form, act):
        flash(_("신청을 취소했습니다."))
        _ask_for_calls(by_phone)
        return _to_roster(standing)
    return _page(
        "booking/act.html",
        form,
        standing=standing,
        title=_("신청 취소"),
        lead=_("신청을 취소합니다. 사유는 신청하신 분께 전해지고 기록에 남습니다."),
        button=_("취소하기"),
    )


@blueprint.route("/runs/<int:run_id>/capacity", methods=["GET", "POST"])
@staff
def capacity(run_id: int) -> Answer:
    """Offer more or fewer places."""
    run = _run(run_id)
    form = CapacityForm(capacity=run.capacity)
    act = partial(
        actions.change_capacity, guard.by(), run_id, guard.center_ids(), form.capacity.data or 0
    )
    if form.validate_on_submit() and carried_out(form, act):
        flash(_("정원을 바꾸었습니다."))
        return redirect(url_for("catalog_office.run", run_id=run_id), 303)
    losing = _would_lose(run, form.capacity.data or run.capacity) if form.form_errors else []
    return _page("booking/capacity.html", form, run=run, losing=losing)


@blueprint.route("/runs/<int:run_id>/cancellation", methods=["GET", "POST"])
@staff
def cancel_run(run_id: int) -> Answer:
    """Call a run off (폐강): what is offered instead and who is told come first."""
    run = _run(run_id)
    form = CancelRunForm(instead=request.args.getlist("instead", type=int))
    told, lines = meeting_queries.told(run), alternatives.candidates(run, clock.now())
    form.instead.choices = options((line.id, _offered(line)) for line in lines)
    chosen = form.instead.data or []
    act = partial(
        actions.cancel_run, guard.by(), run_id, guard.center_ids(), form.reason.data or "", chosen
    )
    preview = form.validate_on_submit() and request.form.get("step") == "preview"
    if not preview and form.validate_on_submit() and carried_out(form, act):
        flash(_("강좌를 폐강하고, 신청하신 분들께 문자나 전자우편으로 알렸습니다."))
        ask_for_calls(run_id, told.by_phone)
        return redirect(url_for("catalog_office.run", run_id=run_id), 303)
    page = render_template(
        "booking/cancel_run.html",
        form=form,
        run=run,
        told=told,
        preview=preview,
        chosen=[line for line in lines if line.id in chosen],
    )
    return (page, 422) if form.errors else page


@blueprint.route("/meetings/<int:meeting_id>/move", methods=["GET", "POST"])
@staff
def move_meeting(meeting_id: int) -> Answer:
    """Hold one meeting at another time or in another room."""
    meeting = queries.office_meeting(meeting_id, guard.center_ids())
    if meeting is None:
        abort(404)
    form = _meeting_form(meeting)
    fine = form.validate_on_submit() and is_meant(form, form.moments()[0])
    if fine and carried_out(form, partial(_move, meeting_id, form)):
        flash(_("수업을 옮겼습니다."))
        ask_for_calls(meeting.run_id, queries.unreachable(meeting.run_id))
        return redirect(url_for("catalog_office.run", run_id=meeting.run_id), 303)
    return _page("booking/move_meeting.html", form, meeting=meeting, run=meeting.run)


def _punishes_no_shows(run: Run) -> bool:
    return bool(intake_of(run).strikes) and has_begun(clock.now(), run.starts_at)


def _would_lose(run: Run, capacity: int) -> list[Standing]:
    """Whoever came last to the places that would not be there any more, for staff to decide."""
    if capacity >= run.places_taken:
        return []
    events.looked_at(guard.by(), f"roster of run {run.id}", address=request.remote_addr)
    there = [one for one in queries.roster(run.id) if one.booking.state in HOLDING]
    last = sorted(there, key=lambda one: one.booking.number, reverse=True)
    return last[: run.places_taken - capacity]


def _out_of_reach(standing: Standing) -> int:
    person = standing.booking.person
    return int(person is not None and not (phones.is_mobile(person.phone) or person.email))


def _ask_for_calls(people: int) -> None:
    if people:
        flash(
            _(
                "문자를 받을 수 없는 분이 %(count)s명 있습니다. 명단의 연락처로 전화해 주세요.",
                count=people,
            ),
            "warning",
        )


def _page(template: str, form: Form, **values: object) -> Answer:
    page = render_template(template, form=form, **values)
    return (page, 422) if form.is_submitted() else page


def _run(run_id: int) -> Run:
    run = queries.office_run(run_id, guard.center_ids())
    if run is None:
        abort(404)
    return run


def _booking(booking_id: int) -> Standing:
    standing = queries.office_booking(booking_id, guard.center_ids())
    if standing is None:
        abort(404)
    return standing


def _to_roster(standing: Standing) -> Response:
    return redirect(url_for("booking_office.roster", run_id=standing.booking.run_id), 303)


def _is_gone(standing: Standing) -> bool:
    state = standing.booking.state
    return not (_has_place(standing) or state in (State.APPLIED, State.WAITING, State.OFFERED))


def _has_place(standing: Standing) -> bool:
    return standing.booking.state in (State.PLACED, State.COMPLETED, State.NOT_COMPLETED)


def _enter(run_id: int, form: EntryForm) -> int:
    by = guard.by(form.channel.data)
    return actions.enter(by, run_id, guard.center_ids(), form.entry(), form.late_reason.data)


def _entered(standing: Standing) -> str:
    if standing.rank:
        return _("대기 %(rank)s번으로 접수했습니다.", rank=standing.rank)
    seat = standing.booking.seat
    if seat is None:
        return _("수강을 확정했습니다.")
    return _("수강을 확정했습니다. 좌석 %(seat)s입니다.", seat=seat_in_words(seat))


def _offered(line: RunLine) -> str:
    names = catalog.center_names(clock.today())
    return _(
        "%(title)s, %(center)s, 첫 수업 %(first)s, 남은 자리 %(left)s석",
        title=line.title,
        center=names[line.center_id],
        first=dates.written_datetime(line.starts_at),
        left=line.seats_left,
    )


def _meeting_form(meeting: Meeting) -> MeetingForm:
    start, end = dates.seoul(meeting.starts_at), dates.seoul(meeting.ends_at)
    form = MeetingForm(
        day=start.date(), starts=start.time(), ends=end.time(), room_id=meeting.room_id
    )
    form.room_id.choices = options(catalog.room_choices(meeting.run.center_id, start.date()))
    return form


def _move(meeting_id: int, form: MeetingForm) -> None:
    moments, room_id = form.moments(), form.room_id.data
    actions.move_meeting(guard.by(), meeting_id, guard.center_ids(), *moments, room_id)
