"""The first page, how personal data are handled, and what search engines are told."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response, abort, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from eduportal.accounts.consents import TEXTS
from eduportal.catalog import calendar_files as files
from eduportal.catalog import queries as catalog
from eduportal.catalog.forms import RunFilterForm
from eduportal.catalog.queries.calendar import sitemap_lines
from eduportal.catalog.queries.changes import next_change
from eduportal.portal import own_calendar as own
from eduportal.shared import clock, dates, guard
from eduportal.shared.conditional import unless_known
from eduportal.shared.guard import public, resident
from eduportal.shared.pages import same_for_strangers

blueprint = Blueprint("portal", __name__, template_folder="templates")

# Pages of one person or of the office; the rest of an address after a run's is its application.
NOT_FOR_SEARCH = (
    "/office",
    "/my",
    "/sign-in",
    "/setup",
    "/invitation",
    "/teach",
    "/runs/*/apply",
    "/clock",
)


@dataclass(frozen=True)
class Office:
    """What every page says about the office."""

    name: str = "우리 구청"
    department: str = "정보화교육 담당 부서"
    phone: str = ""
    is_set_up: bool = False


@blueprint.route("/")
@public
@same_for_strangers(next_change)
def home() -> str:
    """Both centers, what is open now and what opens next."""
    now = clock.now()
    centers = catalog.centers(clock.today())
    return render_template(
        "portal/home.html",
        form=RunFilterForm(),
        centers=centers,
        names={center.id: center.name for center in centers},
        open_runs=catalog.open_now(now),
        next_runs=catalog.opening_next(now),
        now=now,
    )


@blueprint.route("/privacy")
@public
def privacy() -> str:
    """개인정보 처리 안내: what people are asked to agree to, word for word."""
    return render_template("portal/privacy.html", texts=TEXTS)


@blueprint.route("/sitemap.xml")
@public
def sitemap() -> Response:
    """Every page that a search engine should know, and when it last changed."""
    page = render_template("portal/sitemap.xml", pages=list(_pages()))
    return unless_known(page, "application/xml")


@blueprint.route("/robots.txt")
@public
def robots() -> Response:
    """What search engines leave alone, and where the list of the rest is."""
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in NOT_FOR_SEARCH),
        "",
        f"Sitemap: {url_for('portal.sitemap', _external=True)}",
    ]
    return unless_known("\n".join(lines) + "\n", "text/plain")


@blueprint.route("/my/calendar")
@resident
def own_calendar() -> str:
    """How somebody gets their own classes into a calendar, and the address for it."""
    user = guard.user()
    key = own.key(user.account_id, user.person_id or 0, current_user.stamp)
    address = url_for("portal.own_calendar_file", key=key, _external=True)
    return render_template(
        "portal/own_calendar.html",
        address=address,
        subscription=f"webcal:{address.partition(':')[2]}",
    )


@blueprint.route("/my/calendar.ics")
@public
def own_calendar_file() -> Response:
    """The classes of whomever the key belongs to: a calendar program cannot sign in."""
    # In the query, which no log keeps.
    person_id = own.reader_of(request.args.get("key", ""))
    if person_id is None:
        abort(404)
    centers = {center.id: center for center in catalog.centers(clock.today())}
    found = [
        files.class_of(one.run, one.meeting, centers[one.run.center_id], _address(one.run.id))
        for one in own.own_classes(person_id, clock.now())
    ]
    return unless_known(files.calendar_file(_("나의 수업"), found), files.TYPE)


def _address(run_id: int) -> str:
    return url_for("catalog.run", run_id=run_id, _external=True)


def _pages() -> Iterator[tuple[str, date | None]]:
    for endpoint in ("portal.home", "catalog.runs", "catalog.openings", "portal.privacy"):
        yield url_for(endpoint, _external=True), None
    for center in catalog.centers(clock.today()):
        yield url_for("catalog.center", center_id=center.id, _external=True), None
        yield url_for("catalog.schedule", center_id=center.id, _external=True), None
    for run_id, changed_at in sitemap_lines(clock.now()):
        url = url_for("catalog.run", run_id=run_id, _external=True)
        yield url, dates.seoul_date(changed_at)


@blueprint.app_context_processor
def say_whose_portal_it_is() -> dict[str, Office]:
    """Give every page the office; a plain one until it is set up, and when all else fails."""
    if "office" not in g:
        g.office = _office()
    return {"office": g.office}


def _office() -> Office:
    try:
        row = catalog.office()
    except SQLAlchemyError:
        # The page that says the database cannot be reached needs a name above it too.
        return Office()
    return Office(row.name, row.department, row.phone, True) if row else Office()
