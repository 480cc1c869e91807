"""A run's draw for everybody: what is promised, the list, the result, and the file of it."""

from flask import Blueprint, Response, abort, render_template

from eduportal.booking.queries import draws as queries
from eduportal.booking.queries.draws import Published
from eduportal.booking.rules.draw_file import write
from eduportal.catalog import queries as catalog
from eduportal.catalog.models import Run
from eduportal.shared import clock
from eduportal.shared.guard import public

blueprint = Blueprint("run_draws", __name__, template_folder="templates")


@blueprint.route("/runs/<int:run_id>/draw")
@public
def draw(run_id: int) -> str:
    """What is promised, what was listed, what came out; the browser computes it anew."""
    run, published = _published(run_id)
    return render_template("booking/draws/draw.html", run=run, published=published, now=clock.now())


@blueprint.route("/runs/<int:run_id>/draw.json")
@public
def file(run_id: int) -> Response:
    """The published file, to be verified anywhere."""
    _run, published = _published(run_id)
    if published.document is None:
        abort(404)
    response = Response(write(published.document), mimetype="application/json")
    response.headers["Content-Disposition"] = f"attachment; filename=draw-{run_id}.json"
    return response


def _published(run_id: int) -> tuple[Run, Published]:
    run = catalog.run(run_id, clock.now())
    published = queries.published(run) if run else None
    if run is None or published is None:
        abort(404)
    return run, published
