"""Staff: what a room is used for besides classes."""

from dataclasses import dataclass
from datetime import date
from functools import partial

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.catalog.actions import blocks as actions
from eduportal.catalog.forms.places import BlockForm
from eduportal.catalog.models import Room
from eduportal.catalog.queries import sites as queries
from eduportal.catalog.queries.sites import Site
from eduportal.catalog.refusals import refused
from eduportal.catalog.rules import Span
from eduportal.catalog.rules import places as rules
from eduportal.shared import clock, dates, guard
from eduportal.shared.forms import carried_out
from eduportal.shared.guard import staff, viewer

Answer = str | Response | tuple[str, int]

blueprint = Blueprint("catalog_blocks", __name__, url_prefix="/office", template_folder="templates")


@dataclass(frozen=True)
class Month:
    """The month that a list shows, and those beside it."""

    first: date
    before: str
    after: str


@blueprint.route("/rooms/<int:room_id>/blocks")
@viewer
def blocks(room_id: int) -> str:
    """What a room is used for in a month, besides classes."""
    room, month = _room(room_id), _month()
    theirs = guard.user().centers_of("staff") if guard.may("staff") else frozenset()
    return render_template(
        "catalog/places/blocks.html",
        room=room,
        site=_site(room),
        month=month,
        blocks=queries.blocks(room_id, month.first),
        may_edit=theirs is None or room.center_id in theirs,
    )


@blueprint.route("/rooms/<int:room_id>/blocks/new", methods=["GET", "POST"])
@staff
def new_block(room_id: int) -> Answer:
    """Keep a room free of classes: look at the days first, then save them."""
    room, form = _room(room_id), BlockForm()
    site = _site(room)
    spans = _spans(form) if form.validate_on_submit() else []
    if spans and request.form.get("step") == "save":
        act = partial(
            actions.add_blocks, guard.by(), room_id, spans, form.facts(), guard.center_ids()
        )
        if carried_out(form, act):
            flash(_("강의실 예약 %(count)s번을 저장했습니다.", count=len(spans)))
            return _to_month(room_id, spans[0])
    page = render_template(
        "catalog/places/new_block.html", form=form, room=room, site=site, spans=spans
    )
    return (page, 422) if form.errors else page


@blueprint.route("/blocks/<int:block_id>/delete", methods=["POST"])
@staff
def delete_block(block_id: int) -> Response:
    """Let the room be had for classes again."""
    block = queries.block(block_id, guard.center_ids())
    if block is None:
        abort(404)
    span = Span(block.starts_at, block.ends_at)
    room_id = actions.remove_block(guard.by(), block_id, guard.center_ids())
    flash(_("강의실 예약을 지웠습니다."))
    return _to_month(room_id, span)


def _spans(form: BlockForm) -> list[Span]:
    pattern = form.pattern()
    if refusal := rules.block_refusal(pattern):
        form.form_errors.append(refused(refusal).sentence)
        return []
    return [
        Span(dates.at(start.date(), start.time()), dates.at(end.date(), end.time()))
        for start, end in rules.stretches(pattern)
    ]


def _to_month(room_id: int, span: Span) -> Response:
    month = f"{dates.seoul_date(span.start):%Y-%m}"
    return redirect(url_for("catalog_blocks.blocks", room_id=room_id, month=month), 303)


def _month() -> Month:
    first = _asked_month()
    before = date(first.year - (first.month == 1), (first.month - 2) % 12 + 1, 1)
    return Month(first, f"{before:%Y-%m}", f"{dates.next_month(first):%Y-%m}")


def _asked_month() -> date:
    try:
        asked = date.fromisoformat(f"{request.args.get('month', '')}-01")
    except ValueError:
        return dates.first_of_month(clock.today())
    if not 1950 <= asked.year <= 2100:
        return dates.first_of_month(clock.today())
    return asked


def _room(room_id: int) -> Room:
    room = queries.room(room_id, guard.center_ids())
    if room is None:
        abort(404)
    return room


def _site(room: Room) -> Site:
    site = queries.site(room.center_id, guard.center_ids(), clock.today())
    if site is None:
        abort(404)
    return site
