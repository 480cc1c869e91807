"""The waiting line on screen: one's place, the signed ticket that keeps it, and the proof."""

import csv
import io
from dataclasses import astuple, dataclass
from math import ceil

from flask import (
    Blueprint,
    abort,
    after_this_request,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask import Response as Page
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from eduportal.booking.line import Line, lines
from eduportal.booking.queries.line import awaited_run
from eduportal.booking.rules.line import Stage, Standing
from eduportal.shared import clock, guard
from eduportal.shared.conditional import unless_known
from eduportal.shared.guard import public, resident

TICKET_SECONDS = 24 * 3600

blueprint = Blueprint("booking_line", __name__, template_folder="templates")


@dataclass(frozen=True)
class Ticket:
    """What a browser keeps: its number, when it came, and whether its turn has come."""

    number: str
    arrived: int
    is_admitted: bool


@blueprint.route("/runs/<int:run_id>/line")
@resident
def line(run_id: int) -> str | Response:
    """One's place in the line, and on to the application once it is one's turn."""
    run = awaited_run(run_id, clock.now())
    if run is None:
        abort(404)
    its_line = lines().of_run(run_id)
    if its_line is None:
        return redirect(url_for("booking.apply", run_id=run_id), 303)
    number = its_line.ticket(_person_id())
    standing = _standing(its_line, number)
    if standing.stage is Stage.ADMITTED:
        return redirect(url_for("booking.apply", run_id=run_id), 303)
    return render_template(
        "booking/line.html",
        run=run,
        opening=its_line.opening,
        tickets_from=its_line.tickets_from,
        number=number,
        standing=standing,
        stages=Stage,
        left=left_in_words(standing.left),
        seconds=ceil(standing.pause / 1_000),
        now=clock.now(),
    )


@blueprint.route("/runs/<int:run_id>/line/turn")
@public
def turn(run_id: int) -> Page:
    """The same for the page's script, by the ticket alone: asked for by thousands at once."""
    its_line = lines().of_run(run_id)
    ticket = _held(its_line) if its_line else None
    if its_line is None or ticket is None:
        return jsonify(stage="unknown")
    standing = _standing(its_line, ticket.number)
    return jsonify(
        stage=standing.stage,
        people=standing.people,
        place=standing.turn.place if standing.turn else None,
        ahead=standing.ahead,
        left=standing.left,
        pause=standing.pause,
    )


@blueprint.route("/openings/<int:opening_id>/line")
@public
def proof(opening_id: int) -> str:
    """How the order of a line came about, for everybody to check."""
    its_line = _line_of(opening_id)
    number = its_line.ticket(_person_id()) if guard.may("resident") else None
    is_open = its_line.since_opening() >= 0
    return render_template(
        "booking/line_proof.html",
        opening=its_line.opening,
        is_open=is_open,
        present=its_line.present() if is_open else None,
        is_over=its_line.is_over,
        number=number,
        own=its_line.known(number) if number else None,
        own_hash=its_line.draw_hash(number) if number and is_open else None,
    )


@blueprint.route("/openings/<int:opening_id>/line.csv")
@public
def order(opening_id: int) -> Page:
    """The drawn order, ticket by ticket, once the line is over; tickets name nobody."""
    its_line = _line_of(opening_id)
    rows = its_line.drawn()
    if rows is None:
        abort(404)
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([_("순서"), _("번호표"), _("해시")])
    writer.writerows(rows)
    return unless_known(f"\ufeff{file.getvalue()}", "text/csv")


def not_yet(run_id: int) -> Response | None:
    """The way to the line, for whoever cannot apply for a run before their turn."""
    its_line = lines().of_run(run_id)
    if its_line is None:
        return None
    standing = _standing(its_line, its_line.ticket(_person_id()))
    if standing.stage is Stage.ADMITTED:
        return None
    return redirect(url_for("booking_line.line", run_id=run_id), 303)


def left_in_words(left: int) -> str:
    """About how long it takes; the script says it with the same words."""
    seconds = ceil(left / 1_000)
    if seconds < 10:
        return _("곧")
    if seconds < 60:
        return _("약 %(count)s초", count=seconds)
    return _("약 %(count)s분", count=ceil(seconds / 60))


def _standing(its_line: Line, number: str) -> Standing:
    """How they stand, and the ticket that says so to every process, also after a crash."""
    held = _held(its_line)
    own = held if held and held.number == number else None
    if own and own.is_admitted:
        return Standing(Stage.ADMITTED, its_line.since_opening(), 0, own.arrived)
    standing = its_line.standing(number, own.arrived if own else None)
    if standing.arrived is not None:
        _hand_out(its_line, own, Ticket(number, standing.arrived, standing.stage is Stage.ADMITTED))
    return standing


def _held(its_line: Line) -> Ticket | None:
    """The ticket that the browser shows, if we signed it."""
    try:
        opening_id, *kept = _signer().loads(request.cookies.get(_cookie(its_line), ""))
    except (BadSignature, TypeError, ValueError):
        return None
    return Ticket(*kept) if opening_id == its_line.opening.id and len(kept) == 3 else None


def _hand_out(its_line: Line, held: Ticket | None, ticket: Ticket) -> None:
    if ticket == held:
        return

    @after_this_request
    def keep(response: Page) -> Page:
        response.set_cookie(
            _cookie(its_line),
            _signer().dumps([its_line.opening.id, *astuple(ticket)]),
            max_age=TICKET_SECONDS,
            secure=current_app.config["COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
        return response


def _cookie(its_line: Line) -> str:
    return f"eduportal_line_{its_line.opening.id}"


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="eduportal.line")


def _line_of(opening_id: int) -> Line:
    its_line = lines().of_opening(opening_id)
    if its_line is None:
        abort(404)
    return its_line


def _person_id() -> int:
    person_id = guard.user().person_id
    if person_id is None:
        abort(403)
    return person_id
