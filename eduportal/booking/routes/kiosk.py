"""The machine in the center: where it begins, and how staff set it up."""

from flask import Blueprint, abort, flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.accounts import session
from eduportal.booking.actions.kiosk import note_kiosk
from eduportal.booking.forms import ConfirmForm
from eduportal.shared import guard, kiosk
from eduportal.shared.guard import public, staff

Answer = str | Response

blueprint = Blueprint("kiosk", __name__, template_folder="templates")


@blueprint.route("/kiosk")
@public
def beginning() -> Answer:
    """Where the machine stands between two people: whoever was signed in is not any more."""
    if not kiosk.here():
        abort(404)
    session.close()
    response = make_response(render_template("booking/kiosk.html"))
    # Nobody's device: the next one with this phone says their birth date again.
    response.delete_cookie(session.DEVICE_COOKIE, path=url_for("accounts.sign_in"))
    return response


@blueprint.route("/office/kiosk", methods=["GET", "POST"])
@staff
def set_up() -> Answer:
    """Make this browser such a machine, or an ordinary one again."""
    form = ConfirmForm()
    if not form.validate_on_submit():
        return render_template("booking/kiosk_setup.html", form=form, on=kiosk.here())
    if kiosk.here():
        response = make_response(redirect(url_for("kiosk.set_up"), 303))
        kiosk.end(response)
        note_kiosk(guard.by(), began=False)
        flash(_("이 컴퓨터는 이제 무인 접수기가 아닙니다."))
        return response
    note_kiosk(guard.by(), began=True)
    session.close()
    response = make_response(redirect(url_for("kiosk.beginning"), 303))
    kiosk.begin(response)
    return response
