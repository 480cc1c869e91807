"""A page on which anybody draws a published draw once more."""

from flask import Blueprint, render_template

from eduportal.shared.guard import public

blueprint = Blueprint("draws", __name__, template_folder="templates")


@blueprint.route("/draws/check")
@public
def check() -> str:
    """Pick a draw's file: the browser computes it anew and sends nothing."""
    return render_template("booking/check_draw.html")
