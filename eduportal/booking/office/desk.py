"""The desk: with a caller on the line, from the phone number to the receipt by keyboard."""

from datetime import date, timedelta

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from eduportal.accounts import actions as accounts
from eduportal.accounts import queries as people
from eduportal.accounts.models import Person
from eduportal.booking import actions, queries
from eduportal.booking.forms.desk import CallerForm, DeskForm, NewCallerForm, WeekForm
from eduportal.booking.queries import desk as desk_queries
from eduportal.booking.queries.desk import Open
from eduportal.booking.rules import LIVE
from eduportal.booking.rules.parity import by_way_and_age
from eduportal.catalog import queries as catalog
from eduportal.shared import clock, dates, events, guard
from eduportal.shared.guard import desk, viewer
from eduportal.shared.refusal import Refused

Answer = str | Response | tuple[str, int]

blueprint = Blueprint(
    "booking_desk", __name__, url_prefix="/office/desk", template_folder="templates"
)


@blueprint.route("", methods=["GET", "POST"])
@desk
def caller() -> Answer:
    """Who is on the line: a phone number leads to the person, or to three fields."""
    form = CallerForm()
    if not form.validate_on_submit():
        return _page("booking/desk/caller.html", form)
    phone = str(form.phone.data)
    known = people.people_with_phone(phone)
    events.looked_at(guard.by(), "people of a phone at the desk", address=request.remote_addr)
    if len(known) == 1:
        return redirect(url_for("booking_desk.person", person_id=known[0].person_id), 303)
    # A phone number stands in no address: this answers the POST itself.
    return render_template(
        "booking/desk/choose.html", known=known, form=NewCallerForm(None, phone=phone)
    )


@blueprint.route("/people", methods=["POST"])
@desk
def newcomer() -> Answer:
    """Somebody who was not known yet."""
    form = NewCallerForm()
    if form.validate_on_submit():
        try:
            person_id = accounts.enter_person(guard.by(_channel()), **form.who())
        except Refused as refused:
            form.form_errors.append(refused.sentence)
        else:
            return redirect(url_for("booking_desk.person", person_id=person_id), 303)
    known = people.people_with_phone(form.phone.data) if form.phone.data else []
    page = render_template("booking/desk/choose.html", known=known, form=form)
    return page, 422


@blueprint.route("/people/<int:person_id>", methods=["GET", "POST"])
@desk
def person(person_id: int) -> Answer:
    """Which run: typed words narrow the list, Enter applies for the one that is left."""
    who = people.person(person_id)
    if who is None:
        abort(404)
    form = DeskForm(channel=_channel())
    runs = _runs(who, form.words.data or "", form.channel.data or _channel())
    if form.validate_on_submit():
        session["desk_channel"] = form.channel.data
        chosen = _chosen(form, runs)
        if chosen is not None:
            return _apply(who, chosen, form, runs)
    return _choosing(who, form, runs)


@blueprint.route("/bookings/<int:booking_id>")
@desk
def receipt(booking_id: int) -> str:
    """What came of it, to read out and to print in big type."""
    standing = queries.office_booking(booking_id, guard.center_ids())
    if standing is None:
        abort(404)
    events.looked_at(
        guard.by(),
        f"receipt of booking {booking_id}",
        person_id=standing.booking.person_id,
        address=request.remote_addr,
    )
    run = standing.booking.run
    return render_template(
        "booking/desk/receipt.html",
        standing=standing,
        run=run,
        live=LIVE,
        center=catalog.center_names(clock.today())[run.center_id],
    )


@blueprint.route("/parity")
@viewer
def parity() -> str:
    """How applications of a week went, by way in and age: whether the phone is as good a way."""
    form = WeekForm(request.args)
    first = _monday(form.day.data if form.validate() and form.day.data else clock.today())
    last = first + timedelta(days=6)
    shares = desk_queries.parity(
        guard.center_ids(), dates.start_of(first), dates.start_of(last + timedelta(days=1))
    )
    return render_template(
        "booking/desk/parity.html",
        table=by_way_and_age(shares),
        first=first,
        last=last,
        before=first - timedelta(days=7),
        after=first + timedelta(days=7) if last < clock.today() else None,
    )


def _apply(who: Person, chosen: Open, form: DeskForm, runs: list[Open]) -> Answer:
    try:
        booking_id = actions.apply(
            guard.by(form.channel.data), chosen.id, who.id, guard.center_ids()
        )
    except Refused as refused:
        form.form_errors.append(f"{chosen.title}: {refused.sentence}")
        return _choosing(who, form, runs)
    return redirect(url_for("booking_desk.receipt", booking_id=booking_id), 303)


def _chosen(form: DeskForm, runs: list[Open]) -> Open | None:
    """The run that was marked, or the only one that the words leave."""
    marked = [run for run in runs if run.id == form.run_id.data]
    if marked or len(runs) != 1 or not form.words.data:
        return marked[0] if marked else None
    return runs[0]


def _choosing(who: Person, form: DeskForm, runs: list[Open]) -> Answer:
    if request.method == "GET":
        events.looked_at(
            guard.by(), "person at the desk", person_id=who.id, address=request.remote_addr
        )
    live = [one for one in queries.own_bookings(who.id) if one.booking.state in LIVE]
    centers = guard.center_ids()
    here = [one for one in live if centers is None or one.booking.run.center_id in centers]
    page = render_template(
        "booking/desk/person.html",
        who=who,
        form=form,
        runs=runs,
        names=catalog.center_names(clock.today()),
        standings=here,
        elsewhere=len(live) - len(here),
    )
    return (page, 422) if form.errors else page


def _runs(who: Person, words: str, channel: str) -> list[Open]:
    return list(
        desk_queries.open_runs(
            guard.center_ids(), who.id, who.audience, words, clock.now(), channel
        )
    )


def _channel() -> str:
    return str(session.get("desk_channel", "phone"))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _page(template: str, form: CallerForm) -> Answer:
    page = render_template(template, form=form)
    return (page, 422) if form.errors else page
