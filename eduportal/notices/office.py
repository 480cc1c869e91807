"""Administrators: how messages go out, and whether they arrive."""

from secrets import token_hex

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from eduportal.notices import queries, sender_row
from eduportal.notices.actions import post
from eduportal.notices.delivery import carriers, missing
from eduportal.notices.forms import SenderForm, TestMailForm, TestTextForm
from eduportal.notices.models import Channel
from eduportal.notices.rules import TEST
from eduportal.notices.sender_row import CHANNELS
from eduportal.shared import guard
from eduportal.shared.forms import Form, carried_out
from eduportal.shared.guard import admin

Answer = str | Response | tuple[str, int]

SHOWN = ("MAIL_FROM", "SMS_URL", "SMS_FROM")

blueprint = Blueprint(
    "notices_office", __name__, url_prefix="/office/settings", template_folder="templates"
)


@blueprint.route("/sender", methods=["GET", "POST"])
@admin
def sender() -> Answer:
    """How mail and text messages go out, and what became of the last tries."""
    kept = sender_row.kept(current_app.config)
    shown = {name: kept.get(name, "") for name in SHOWN}
    form = SenderForm(data={name.lower(): value for name, value in shown.items()})
    if not form.is_submitted():
        form.seen.keep(shown)

    def act() -> None:
        key = str(current_app.config["SECRET_KEY"])
        sender_row.save(guard.by(), form.values(), key, form.seen.shown)

    if form.validate_on_submit() and carried_out(form, act):
        flash(_("저장했습니다. 시험 메시지를 보내 잘 도착하는지 확인해 주세요."))
        return redirect(url_for("notices_office.sender"), 303)
    return _page(form, TestTextForm(formdata=None))


@blueprint.route("/sender/test-mail", methods=["POST"])
@admin
def test_mail() -> Answer:
    """A mail to whoever is signed in."""
    if TestMailForm().validate_on_submit():
        _post(Channel.EMAIL, str(current_user.email))
    return _to_results()


@blueprint.route("/sender/test-text", methods=["POST"])
@admin
def test_text() -> Answer:
    """A text message to one's own phone."""
    form = TestTextForm()
    if not form.validate_on_submit():
        return _page(_as_kept(), form)
    _post(Channel.SMS, str(form.phone.data))
    return _to_results()


def _as_kept() -> SenderForm:
    kept = sender_row.kept(current_app.config)
    shown = {name: kept.get(name, "") for name in SHOWN}
    form = SenderForm(formdata=None, data={name.lower(): value for name, value in shown.items()})
    form.seen.keep(shown)
    return form


def _page(form: Form, text_form: Form) -> Answer:
    settings = sender_row.in_force(current_app.config)
    ways = carriers(settings)
    page = render_template(
        "notices/sender.html",
        form=form,
        text_form=text_form,
        stored=sender_row.stored_names(),
        locked=sender_row.is_locked(current_app.config),
        set_above=_set_above(),
        ways={channel.value for channel in ways},
        missing={channel.value: missing(channel, settings) for channel in Channel},
        tests=queries.newest_of(TEST),
    )
    return (page, 422) if form.errors or text_form.errors else page


def _set_above() -> dict[str, list[str]]:
    """The server's own settings that stand above what is kept here, by channel."""
    mail, text = (
        [f"EDUPORTAL_{name}" for name in names if current_app.config[name]] for names in CHANNELS
    )
    return {Channel.EMAIL.value: mail, Channel.SMS.value: text}


def _post(channel: Channel, address: str) -> None:
    post(
        channel,
        address,
        TEST,
        _("시험 메시지"),
        _("[수강신청] 시험 메시지입니다. 이 글이 보이면 알림이 잘 나가고 있습니다."),
        f"test:{token_hex(16)}",
    )
    flash(_("시험 메시지를 보낼 목록에 넣었습니다. 잠시 뒤 아래에서 결과를 확인해 주세요."))


def _to_results() -> Response:
    return redirect(url_for("notices_office.sender", _anchor="results"), 303)
