"""Staff: runs that may be too small, what could save them, and what was decided."""

from flask import Blueprint, render_template

from eduportal.catalog import queries as catalog
from eduportal.portal import runs_at_risk
from eduportal.shared import clock, guard
from eduportal.shared.guard import viewer

blueprint = Blueprint("portal_risk", __name__, template_folder="templates")


@blueprint.route("/office/runs-at-risk")
@viewer
def runs() -> str:
    """Each run with who is missing, by when it is decided, and the ways out."""
    found = runs_at_risk.at_risk(guard.center_ids(), clock.now())
    return render_template(
        "portal/runs_at_risk.html",
        found=runs_at_risk.with_ways_out(found),
        kept=runs_at_risk.kept_runs(guard.center_ids(), clock.now()),
        names=catalog.center_names(clock.today()),
    )
