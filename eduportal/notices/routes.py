"""The page that stands in for phone and mailbox in the demo office."""

from flask import Blueprint, abort, current_app, render_template

from eduportal.notices import queries
from eduportal.shared.guard import public

blueprint = Blueprint("notices", __name__, template_folder="templates")


@blueprint.route("/sent-messages")
@public
def sent() -> str:
    """The newest messages, with what is in them: only in the demo office."""
    if not current_app.config["DEMO"]:
        abort(404)
    return render_template("notices/sent.html", notices=queries.newest())
