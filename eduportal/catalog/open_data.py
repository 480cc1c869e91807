"""Open data: the runs that everybody sees, in the national standard set, at one address."""

from flask import Blueprint, Response, request

from eduportal.catalog.queries.standard import Outgoing, changed_at, standard_lines
from eduportal.catalog.standard_set.writing import UTF_8, as_csv
from eduportal.shared import clock
from eduportal.shared.guard import public

MINUTES = 5

blueprint = Blueprint("catalog_open_data", __name__, url_prefix="/open-data")


@blueprint.route("/courses.csv")
@public
def courses() -> Response:
    """The public runs from today on; whoever has this very file is told so."""
    asked = Outgoing(clock.today(), public_only=True, base=request.host_url)
    body = as_csv(standard_lines(asked)).encode(UTF_8)
    response = Response(body, mimetype="text/csv")
    response.headers["Content-Disposition"] = "attachment; filename=courses.csv"
    response.last_modified = changed_at()
    response.cache_control.public = True
    response.cache_control.max_age = MINUTES * 60
    response.add_etag()
    response.make_conditional(request)
    return response
