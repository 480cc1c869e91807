"""Administrators: who works at which center, and who gave them that."""

from collections.abc import Callable
from functools import partial
from secrets import token_urlsafe

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.accounts import actions as accounts
from eduportal.accounts import passwords, work_accounts
from eduportal.accounts import queries as known
from eduportal.accounts.actions import Letter
from eduportal.accounts.work_accounts import RoleLine, WorkAccount
from eduportal.catalog import queries
from eduportal.catalog.actions import people as actions
from eduportal.catalog.forms.people import FindForm, GrantForm, InviteForm
from eduportal.notices import sender_row
from eduportal.notices.delivery import carriers
from eduportal.notices.models import Channel
from eduportal.shared import clock, dates, events, guard
from eduportal.shared.downloads import csv_download
from eduportal.shared.forms import Form, carried_out
from eduportal.shared.guard import admin
from eduportal.shared.paths import LARGEST
from eduportal.shared.refusal import Refused
from eduportal.shared.tables import Cell, Column, Group, Row, Table

Answer = str | Response | tuple[str, int]

blueprint = Blueprint(
    "catalog_people", __name__, url_prefix="/office/people", template_folder="templates"
)


@blueprint.route("")
@admin
def people() -> str:
    """Everybody who works here, with what they may do and where."""
    form = FindForm(request.args)
    words = form.q.data if form.validate() else None
    return render_template(
        "catalog/people/people.html",
        form=form,
        people=work_accounts.work_accounts(words),
        centers=_center_names(),
        words=words,
    )


@blueprint.route("/invite", methods=["GET", "POST"])
@admin
def invite() -> Answer:
    """Invite somebody: an account, a role, and a link to set the password by."""
    form = InviteForm(**_usual())
    form.offer(_center_names())
    if form.validate_on_submit():
        there = known.by_email(str(form.email.data))
        if there:
            flash(_("이미 있는 이메일입니다. 이 계정에 권한을 더해 주세요."), "warning")
            return _to(there.id)
        letter = _letter(str(form.name.data))
        try:
            account_id = _invite(form, letter)
        except Refused as refused:
            form.form_errors.append(refused.sentence)
        else:
            return _invited(account_id, letter)
    return _page("catalog/people/invite.html", form)


@blueprint.route("/<int:account_id>", methods=["GET", "POST"])
@admin
def account(account_id: int) -> Answer:
    """One account: what it may do, and one more role for it."""
    found, form = _account(account_id), GrantForm(**_usual())
    form.offer(_center_names())

    def act() -> None:
        actions.grant_role(guard.by(), account_id, *form.granted())

    if form.validate_on_submit() and carried_out(form, act):
        flash(_("권한을 주었습니다. 바로 쓸 수 있습니다."))
        return _to(account_id)
    return _page(
        "catalog/people/account.html",
        form,
        account=found,
        centers=_center_names(),
        own=account_id == guard.user().account_id,
    )


@blueprint.route("/<int:account_id>/grants/<int:grant_id>/revoke", methods=["POST"])
@admin
def revoke(account_id: int, grant_id: int) -> Response:
    """Take a role away, at once."""
    act = partial(accounts.revoke_grant, guard.by(), account_id, grant_id)
    return _act(account_id, act, _("권한을 거두었습니다. 지금부터 쓸 수 없습니다."))


@blueprint.route("/<int:account_id>/invitation", methods=["POST"])
@admin
def invite_again(account_id: int) -> Answer:
    """A new link to set a password by; the one before is good no longer."""
    found = _account(account_id)
    if not found.active:
        abort(404)
    letter = _letter(found.name)
    accounts.invite_again(guard.by(), account_id, letter)
    return _invited(account_id, letter)


@blueprint.route("/<int:account_id>/close", methods=["POST"])
@admin
def close(account_id: int) -> Response:
    """Let somebody sign in no longer."""
    act = partial(accounts.close_account, guard.by(), account_id)
    return _act(account_id, act, _("계정을 닫았습니다. 모든 기기에서 로그아웃되었습니다."))


@blueprint.route("/<int:account_id>/reopen", methods=["POST"])
@admin
def reopen(account_id: int) -> Response:
    """Let somebody sign in again."""
    act = partial(accounts.reopen_account, guard.by(), account_id)
    return _act(account_id, act, _("계정을 다시 열었습니다."))


@blueprint.route("/record")
@admin
def record() -> str:
    """Who gave which role to whom, and took it away, and when."""
    account_id = _account_asked_for()
    return render_template(
        "catalog/people/record.html",
        record=work_accounts.role_page(account_id, request.args.get("page", 1, type=int)),
        account_id=account_id,
        about=work_accounts.name_of(account_id) if account_id else None,
        centers=_center_names(),
    )


@blueprint.route("/record.csv")
@admin
def record_csv() -> Response:
    """The whole record as CSV; that it was taken is written down."""
    lines = work_accounts.role_record(_account_asked_for())
    events.looked_at(guard.by(), "record of roles as a file", address=request.remote_addr)
    centers = _center_names()
    rows = tuple(Row(tuple(map(Cell, _in_words(line, centers)))) for line in lines)
    heads = (_("때"), _("한 일"), _("누구에게"), _("권한"), _("범위"), _("누가"), _("경로"))
    title = _("권한 기록")
    table = Table(title, tuple(map(Column, heads)), (Group(rows),))
    return csv_download(table, f"{title} ({clock.today()}).csv")


@blueprint.app_template_global("role_verb")
def role_verb(verb: str) -> str:
    """What was done to an account, in words."""
    return {
        "account_added": _("계정을 만듦"),
        "account_invited": _("초대함"),
        "invitation_accepted": _("초대를 받고 비밀번호를 정함"),
        "role_granted": _("권한을 줌"),
        "role_revoked": _("권한을 거둠"),
        "account_closed": _("계정을 닫음"),
        "account_reopened": _("계정을 다시 엶"),
    }[verb]


@blueprint.app_template_global("role_actor")
def role_actor(line: RoleLine) -> str:
    """Who did it: an administrator, the server's console, or whoever was invited."""
    return line.actor or (_("서버 명령") if line.channel == "system" else _("처음 설정"))


@blueprint.app_template_global("role_scope")
def role_scope(grant: RoleLine, centers: dict[int, str]) -> str:
    """What a role is for: a center, every one, or a department."""
    if grant.role is None:
        return ""
    if grant.department:
        return grant.department
    return centers.get(grant.center_id, "-") if grant.center_id else _("모든 교육장")


def _in_words(line: RoleLine, centers: dict[int, str]) -> tuple[str, ...]:
    return (
        dates.written_datetime(line.at),
        role_verb(line.verb),
        line.account,
        line.role.label if line.role else "",
        role_scope(line, centers),
        role_actor(line),
        line.channel,
    )


def _invite(form: InviteForm, letter: Letter) -> int:
    return actions.invite(guard.by(), form.worker(), passwords.hashed(token_urlsafe(32)), letter)


def _letter(name: str) -> Letter:
    token = token_urlsafe(32)
    if Channel.EMAIL not in carriers(sender_row.in_force(current_app.config)):
        return Letter(token)
    office = queries.office()
    sentences = (
        _("%(name)s 님, 안녕하세요.", name=name),
        _(
            "%(office)s 정보화교육 수강신청의 업무 계정에 초대합니다.",
            office=office.name if office else _("우리 구청"),
        ),
        _(
            "아래 주소에서 비밀번호를 정하면 바로 쓸 수 있습니다. 72시간 동안 한 번만 쓸 수 있습니다."
        ),
        _link(token),
        _("초대를 기다리지 않으셨다면 이 메일을 지워 주세요."),
    )
    return Letter(token, _("정보화교육 수강신청 업무 계정 초대"), "\n\n".join(sentences))


def _link(token: str) -> str:
    return url_for("accounts.invitation", token=token, _external=True)


def _invited(account_id: int, letter: Letter) -> str:
    # Shown by the answer to the POST itself: the link is kept nowhere, so no other page has it.
    return render_template(
        "catalog/people/invited.html",
        account=_account(account_id),
        link=_link(letter.token),
        mailed=letter.body is not None,
    )


def _usual() -> dict[str, object]:
    """With one center there is nothing to choose."""
    names = _center_names()
    return {"centers": [str(number) for number in names] if len(names) == 1 else []}


def _account_asked_for() -> int | None:
    number = request.args.get("account", type=int)
    if number is not None and not 0 <= number <= LARGEST:
        abort(404)
    return number


def _account(account_id: int) -> WorkAccount:
    found = work_accounts.work_account(account_id)
    if found is None:
        abort(404)
    return found


def _center_names() -> dict[int, str]:
    return queries.center_names(clock.today())


def _act(account_id: int, act: Callable[[], object], done: str) -> Response:
    try:
        act()
    except Refused as refused:
        flash(refused.sentence, "danger")
    else:
        flash(done)
    return _to(account_id)


def _to(account_id: int) -> Response:
    return redirect(url_for("catalog_people.account", account_id=account_id), 303)


def _page(template: str, form: Form, **values: object) -> Answer:
    page = render_template(template, form=form, **values)
    return (page, 422) if form.errors else page
