"""Where staff begin their day."""

from flask import Blueprint, render_template

from eduportal.portal import queries
from eduportal.shared import clock, guard
from eduportal.shared.guard import staff

blueprint = Blueprint("portal_office", __name__, template_folder="templates")


@blueprint.route("/office")
@staff
def today() -> str:
    """Today's classes, the windows that are open, and the way to everything else."""
    day = queries.office_day(guard.center_ids(), clock.now())
    return render_template("portal/office.html", day=day, today=clock.today(), now=clock.now())
