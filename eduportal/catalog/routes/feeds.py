"""What programs read: calendars and the list of what is new."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from urllib.parse import urlsplit

from flask import Response, abort, render_template, request, url_for
from flask_babel import gettext as _

from eduportal.catalog import calendar_files as files
from eduportal.catalog import queries, sharing
from eduportal.catalog.forms import ALL, chosen_in
from eduportal.catalog.forms.search import NewsForm
from eduportal.catalog.queries import CenterLine
from eduportal.catalog.queries import calendar as calendar_queries
from eduportal.catalog.queries.calendar import Announcement
from eduportal.catalog.routes.blueprint import blueprint
from eduportal.catalog.rules import Kind
from eduportal.shared import clock, dates
from eduportal.shared.conditional import unless_known
from eduportal.shared.forms import options
from eduportal.shared.guard import public

ATOM = "application/atom+xml"


@blueprint.route("/openings.ics")
@public
def openings_ics() -> Response:
    """The beginning of every window, to subscribe to."""
    centers = _centers()
    center_id = chosen_in(_form(centers).center)
    runs = calendar_queries.windows_to_come(clock.now(), center_id)
    whose = [office_name(), centers[center_id].name if center_id else "", _("접수 달력")]
    name = " ".join(filter(None, whose))
    file = files.calendar_file(name, files.openings(runs, centers, address_of_run))
    return unless_known(file, files.TYPE, newest(runs))


@blueprint.route("/runs/<int:run_id>.ics")
@public
def run_ics(run_id: int) -> Response:
    """The classes of one run."""
    run, told = queries.run(run_id, clock.now()), calendar_queries.announced(run_id, clock.now())
    if run is None or told is None:
        abort(404)
    center = _centers()[run.center_id]
    classes = files.classes(told, run.meetings, center, address_of_run(run_id))
    file = files.calendar_file(run.full_title, classes)
    response = unless_known(file, files.TYPE, newest([told]))
    response.headers["Content-Disposition"] = f"inline; filename=run-{run_id}.ics"
    return response


@blueprint.route("/runs.atom")
@public
def runs_atom() -> Response:
    """Runs that are new or were changed, the latest first."""
    centers = _centers()
    form = _form(centers)
    kind = chosen_in(form.kind)
    runs = calendar_queries.news(clock.now(), chosen_in(form.center), Kind(kind) if kind else None)
    feed = render_template(
        "catalog/runs.xml",
        entries=[(run, sharing.lines_about(run, centers[run.center_id], run.room)) for run in runs],
        updated=newest(runs),
        host=urlsplit(request.host_url).hostname,
    )
    return unless_known(sharing.readable(feed), ATOM, newest(runs))


def address_of_run(run_id: int) -> str:
    """The whole address of a run's page."""
    return url_for("catalog.run", run_id=run_id, _external=True)


def office_name() -> str:
    """Whose calendar it is."""
    office = queries.office()
    return office.name if office else ""


def newest(runs: Iterable[Announcement]) -> datetime:
    """When a feed of these runs last changed, or when this day began.

    Names of centers change with a day, and texts of courses bear no moment: whoever asks by date
    alone learns of them the next day, whoever asks by tag at once.
    """
    return max([dates.start_of(clock.today()), *(run.updated_at for run in runs)])


def _centers() -> dict[int, CenterLine]:
    return {center.id: center for center in queries.centers(clock.today())}


def _form(centers: Mapping[int, CenterLine]) -> NewsForm:
    form = NewsForm(request.args)
    form.center.choices = options(((one.id, one.name) for one in centers.values()), ALL)
    form.validate()
    return form
