"""Staff: the centers with their names and hours, and the rooms with their seats."""

from collections.abc import Callable
from datetime import date
from functools import partial

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.catalog.actions import centers as center_actions
from eduportal.catalog.actions import rooms as room_actions
from eduportal.catalog.forms.places import (
    CenterForm,
    CenterNameForm,
    CloseRoomForm,
    CorrectNameForm,
    NewCenterForm,
    NewRoomForm,
    RoomForm,
    hours_form,
)
from eduportal.catalog.models import CenterName, Room
from eduportal.catalog.queries import sites as queries
from eduportal.catalog.queries.sites import Site
from eduportal.catalog.rules import seats
from eduportal.shared import clock, dates, guard
from eduportal.shared.forms import Form, carried_out
from eduportal.shared.guard import admin, staff, viewer
from eduportal.shared.refusal import Refused

Answer = str | Response | tuple[str, int]

blueprint = Blueprint("catalog_places", __name__, url_prefix="/office", template_folder="templates")


@blueprint.route("/centers")
@viewer
def centers() -> str:
    """The centers that one may look at."""
    return render_template(
        "catalog/places/centers.html",
        sites=queries.sites(guard.center_ids(), clock.today()),
        rooms=queries.room_counts(guard.center_ids(), clock.today()),
    )


@blueprint.route("/centers/new", methods=["GET", "POST"])
@admin
def new_center() -> Answer:
    """Open a center."""
    form = NewCenterForm()
    if form.validate_on_submit():
        phone, summary = form.phone.data, form.summary.data
        try:
            center_id = center_actions.add_center(guard.by(), form.named(), phone, summary)
        except Refused as refused:
            form.form_errors.append(refused.sentence)
        else:
            flash(_("교육장을 만들었습니다. 이제 강의실을 넣어 주세요."))
            return _to_center(center_id)
    return _page("catalog/places/new_center.html", form)


@blueprint.route("/centers/<int:center_id>")
@viewer
def center(center_id: int) -> str:
    """A center: what it is called and was, when it is open, its rooms."""
    site = _site(center_id)
    return render_template(
        "catalog/places/center.html",
        site=site,
        today=clock.today(),
        week=queries.opening_week(center_id),
        outside=queries.outside_hours(center_id, clock.now()),
        rooms=queries.rooms_of(center_id),
        closings=[
            one
            for one in queries.closings(guard.center_ids(), clock.today(), clock.now())
            if one.row.center_id in (None, center_id)
        ],
        may_edit=_may_plan(center_id),
        may_rename=guard.may("admin"),
    )


@blueprint.route("/centers/<int:center_id>/edit", methods=["GET", "POST"])
@staff
def edit_center(center_id: int) -> Answer:
    """Change what does not depend on a day; the order among the centers is the office's."""
    site = _site(center_id)
    form = CenterForm(obj=site.center)
    form.remember({name: getattr(site.center, name) for name in center_actions.FACTS})
    if not guard.may("admin"):
        del form.position

    def act() -> None:
        center_actions.edit_center(
            guard.by(), center_id, form.wanted(), form.as_seen(), guard.center_ids()
        )

    if form.validate_on_submit() and carried_out(form, act):
        flash(_("교육장 정보를 바꾸었습니다."))
        return _to_center(center_id)
    return _page("catalog/places/edit_center.html", form, site=site)


@blueprint.route("/centers/<int:center_id>/names/new", methods=["GET", "POST"])
@admin
def rename(center_id: int) -> Answer:
    """Let a center be called, or be, otherwise from a day on."""
    site, form = _site(center_id), CenterNameForm()
    if not form.is_submitted():
        latest = site.history[0]
        form.name.data, form.place.data = latest.name, latest.place
    act = partial(_rename, center_id, form)
    if form.validate_on_submit() and carried_out(form, act):
        flash(
            _("%(day)s부터 쓸 이름과 주소를 저장했습니다.", day=dates.written_date(form.since.data))
        )
        return _to_center(center_id)
    return _page("catalog/places/rename.html", form, site=site)


@blueprint.route("/center-names/<int:name_id>/correct", methods=["GET", "POST"])
@admin
def correct_name(name_id: int) -> Answer:
    """Mend how a name or an address is written."""
    row = _name(name_id)
    center_id = row.center_id
    form = CorrectNameForm(obj=row)
    form.remember({"name": row.name, "place": row.place})

    def act() -> None:
        typed = form.data
        center_actions.correct_center_name(
            guard.by(), name_id, typed["name"], typed["place"], form.as_seen()
        )

    if form.validate_on_submit() and carried_out(form, act):
        flash(_("이름과 주소를 고쳤습니다."))
        return _to_center(center_id)
    return _page("catalog/places/correct_name.html", form, site=_site(center_id), row=row)


@blueprint.route("/center-names/<int:name_id>/withdraw", methods=["POST"])
@admin
def withdraw_name(name_id: int) -> Response:
    """Take back a name that has not begun."""
    center_id = _name(name_id).center_id
    act = partial(center_actions.withdraw_center_name, guard.by(), name_id)
    return _act(act, _("앞으로 쓸 이름을 되돌렸습니다."), _center_address(center_id))


@blueprint.route("/centers/<int:center_id>/hours", methods=["GET", "POST"])
@staff
def hours(center_id: int) -> Answer:
    """Say when a center is open."""
    site = _site(center_id)
    form = hours_form(queries.opening_week(center_id))

    def act() -> None:
        center_actions.set_opening_hours(
            guard.by(), center_id, form.week(), form.as_seen(), guard.center_ids()
        )

    if form.validate_on_submit() and carried_out(form, act):
        flash(_("여는 시간을 저장했습니다."))
        outside = len(queries.outside_hours(center_id, clock.now()))
        if outside:
            flash(
                _(
                    "여는 시간 밖에 있는 수업이 %(count)s번 있습니다. 아래에서 확인해 주세요.",
                    count=outside,
                ),
                "warning",
            )
        return _to_center(center_id)
    return _page("catalog/places/hours.html", form, site=site)


# Rooms


@blueprint.route("/centers/<int:center_id>/rooms/new", methods=["GET", "POST"])
@staff
def new_room(center_id: int) -> Answer:
    """Add a room."""
    site, form = _site(center_id), NewRoomForm(data={"opened_on": clock.today()})
    if form.validate_on_submit():
        facts, rows, columns = form.facts(), form.rows.data or 1, form.columns.data or 1
        try:
            room_id = room_actions.add_room(
                guard.by(), center_id, facts, rows, columns, guard.center_ids()
            )
        except Refused as refused:
            form.form_errors.append(refused.sentence)
        else:
            flash(_("강의실을 만들었습니다. 좌석 배치를 확인해 주세요."))
            return _to_room(room_id)
    return _page("catalog/places/new_room.html", form, site=site)


@blueprint.route("/rooms/<int:room_id>")
@viewer
def room(room_id: int) -> str:
    """A room: equipment, seats, what it is used for next."""
    found = _room(room_id)
    return render_template(
        "catalog/places/room.html",
        room=found,
        site=_site(found.center_id),
        grid=seats.grid(queries.seat_plan(room_id)),
        meetings=queries.coming_in_room(room_id, clock.now()),
        blocks=queries.coming_blocks(room_id, clock.now()),
        today=clock.today(),
        may_edit=_may_plan(found.center_id),
    )


@blueprint.route("/rooms/<int:room_id>/plan")
@viewer
def plan(room_id: int) -> str:
    """The seats on one sheet, for the door."""
    found = _room(room_id)
    placed = queries.seat_plan(room_id)
    return render_template(
        "catalog/places/plan.html",
        room=found,
        site=_site(found.center_id),
        grid=seats.grid(placed),
        count=len(placed),
        working=seats.working(placed),
        today=clock.today(),
    )


@blueprint.route("/rooms/<int:room_id>/edit", methods=["GET", "POST"])
@staff
def edit_room(room_id: int) -> Answer:
    """Change what is said about a room."""
    found = _room(room_id)
    center_id = found.center_id
    form = RoomForm(obj=found)
    form.remember({name: getattr(found, name) for name in room_actions.FACTS})

    def act() -> None:
        room_actions.edit_room(
            guard.by(), room_id, form.facts(), form.as_seen(), guard.center_ids()
        )

    if form.validate_on_submit() and carried_out(form, act):
        flash(_("강의실 정보를 바꾸었습니다."))
        return _to_room(room_id)
    return _page("catalog/places/edit_room.html", form, room=found, site=_site(center_id))


@blueprint.route("/rooms/<int:room_id>/close", methods=["GET", "POST"])
@staff
def close_room(room_id: int) -> Answer:
    """Use a room up to a day and no longer."""
    found = _room(room_id)
    center_id = found.center_id
    form = CloseRoomForm(data={"last_day": found.closed_on})

    def act() -> None:
        last_day: date = form.data["last_day"]
        room_actions.close_room(guard.by(), room_id, last_day, guard.center_ids())

    if form.validate_on_submit() and carried_out(form, act):
        flash(_("강의실을 %(day)s까지 씁니다.", day=dates.written_date(form.last_day.data)))
        return _to_room(room_id)
    return _page("catalog/places/close_room.html", form, room=found, site=_site(center_id))


@blueprint.route("/rooms/<int:room_id>/reopen", methods=["POST"])
@staff
def reopen_room(room_id: int) -> Response:
    """Use a room again."""
    _room(room_id)
    act = partial(room_actions.reopen_room, guard.by(), room_id, guard.center_ids())
    return _act(act, _("강의실을 다시 씁니다."), _room_address(room_id))


@blueprint.route("/rooms/<int:room_id>/delete", methods=["POST"])
@staff
def delete_room(room_id: int) -> Response:
    """Take a room away that nothing ever used."""
    center_id = _room(room_id).center_id
    act = partial(room_actions.delete_room, guard.by(), room_id, guard.center_ids())
    there = _room_address(room_id)
    return _act(act, _("강의실을 지웠습니다."), _center_address(center_id), there)


def _rename(center_id: int, form: CenterNameForm) -> None:
    center_actions.rename_center(guard.by(), center_id, form.named())


def _act(
    act: Callable[[], object], done: str, address: str, refused_to: str | None = None
) -> Response:
    try:
        act()
    except Refused as refused:
        flash(refused.sentence, "danger")
        return redirect(refused_to or address, 303)
    flash(done)
    return redirect(address, 303)


def _page(template: str, form: Form, **values: object) -> Answer:
    page = render_template(template, form=form, **values)
    return (page, 422) if form.errors else page


def _site(center_id: int) -> Site:
    site = queries.site(center_id, guard.center_ids(), clock.today())
    if site is None:
        abort(404)
    return site


def _name(name_id: int) -> CenterName:
    row = queries.center_name(name_id)
    if row is None:
        abort(404)
    return row


def _room(room_id: int) -> Room:
    room = queries.room(room_id, guard.center_ids())
    if room is None:
        abort(404)
    return room


def _may_plan(center_id: int) -> bool:
    """Whether the user, who may look, may also change what the center has."""
    theirs = guard.user().centers_of("staff")
    return guard.may("staff") and (theirs is None or center_id in theirs)


def _center_address(center_id: int) -> str:
    return url_for("catalog_places.center", center_id=center_id)


def _room_address(room_id: int) -> str:
    return url_for("catalog_places.room", room_id=room_id)


def _to_center(center_id: int) -> Response:
    return redirect(_center_address(center_id), 303)


def _to_room(room_id: int) -> Response:
    return redirect(_room_address(room_id), 303)
