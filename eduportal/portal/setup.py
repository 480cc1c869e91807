"""The way from an empty installation to an office that is open, step by step."""

from datetime import date
from functools import partial

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask import session as kept
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.accounts import actions as accounts
from eduportal.accounts import passwords, session, work_accounts
from eduportal.accounts.rules import PASSWORD_LETTERS, PROVED_LIFE, Reason
from eduportal.catalog import queries as catalog
from eduportal.catalog.actions.centers import Named, add_center
from eduportal.catalog.actions.office import open_office as opened
from eduportal.catalog.actions.rooms import RoomFacts, add_room
from eduportal.catalog.office.settings import next_window
from eduportal.catalog.policies import policy_of
from eduportal.catalog.wording import in_words
from eduportal.portal.forms import (
    AdministratorForm,
    FirstCenterForm,
    FirstRoomForm,
    SetupCodeForm,
)
from eduportal.portal.readiness import is_open, missing
from eduportal.portal.readiness import steps as all_steps
from eduportal.shared import clock, guard
from eduportal.shared.forms import Form, carried_out, options
from eduportal.shared.guard import admin, public
from eduportal.shared.refusal import Refused

Answer = str | Response | tuple[str, int]

# How long the right code lets its owner fill in who they are, in seconds since 1970.
PROVED = "setup_until"

blueprint = Blueprint("portal_setup", __name__, template_folder="templates")
blueprint.add_app_template_global(is_open, "office_is_open")
blueprint.add_app_template_global(missing, "office_lacks")


@blueprint.app_template_global("setup_is_open")
def setup_is_open() -> bool:
    """Whether the office still waits for its first administrator."""
    return not work_accounts.has_admin()


@blueprint.route("/setup", methods=["GET", "POST"])
@public
def begin() -> Answer:
    """Ask for the set-up code, then for the first administrator; not there once there is one."""
    if not setup_is_open():
        abort(404)
    if clock.now().timestamp() < kept.get(PROVED, 0):
        return _administrator()
    form = SetupCodeForm()
    if form.validate_on_submit():
        typed, key = str(form.code.data), str(current_app.config["SECRET_KEY"])
        refusal = accounts.try_setup_code(typed, key, _address())
        if refusal is None:
            kept[PROVED] = clock.now().timestamp() + PROVED_LIFE.total_seconds()
            return redirect(url_for("portal_setup.begin"), 303)
        form.form_errors.append(Refused(refusal[0], **refusal[1]).sentence)
    return _page("portal/setup/code.html", form)


@blueprint.route("/office/setup")
@admin
def steps() -> str:
    """All the steps, done and to do; left and taken up again at will."""
    return render_template(
        "portal/setup/steps.html", steps=all_steps(), open=is_open(), links=_links()
    )


@blueprint.route("/office/setup/centers", methods=["GET", "POST"])
@admin
def centers() -> Answer:
    """Name the centers, one after the other."""
    form = FirstCenterForm()

    def act() -> None:
        # From the first of January: runs of earlier this year may still be brought in.
        named = Named(str(form.name.data), form.place.data, _first_day())
        add_center(guard.by(), named, form.phone.data, None)

    if form.validate_on_submit() and carried_out(form, act):
        flash(_("‘%(name)s’을(를) 만들었습니다.", name=form.name.data))
        return redirect(url_for("portal_setup.centers"), 303)
    return _page("portal/setup/centers.html", form, centers=catalog.centers(clock.today()))


@blueprint.route("/office/setup/rooms", methods=["GET", "POST"])
@admin
def rooms() -> Answer:
    """Say which rooms there are, and how many seats they have."""
    names = catalog.center_names(clock.today())
    last = request.args.get("center", type=int)
    form = FirstRoomForm(center_id=last)
    form.center_id.choices = options(names.items())

    def act() -> None:
        facts = RoomFacts(str(form.name.data), _first_day())
        size = form.rows_and_columns()
        add_room(guard.by(), form.center_id.data, facts, *size, None, most=form.seats.data)

    if form.validate_on_submit() and carried_out(form, act):
        flash(_("‘%(name)s’을(를) 만들었습니다.", name=form.name.data))
        return redirect(url_for("portal_setup.rooms", center=form.center_id.data), 303)
    there = catalog.rooms(None, clock.today())
    return _page("portal/setup/rooms.html", form, rooms=there, centers=names)


@blueprint.route("/office/setup/open", methods=["GET", "POST"])
@admin
def open_office() -> Answer:
    """Look everything over once more, and open."""
    lacks = [lack for lack in missing() if lack.endpoint != "portal_setup.open_office"]
    form = Form()
    may_open = not any(lack.must for lack in lacks)
    act = partial(opened, guard.by())
    if form.validate_on_submit() and may_open and carried_out(form, act):
        flash(_("사무소를 열었습니다. 이제 강좌를 만들어 공개하면 구민이 신청할 수 있습니다."))
        return redirect(url_for("portal_office.today"), 303)
    office = catalog.office()
    policy = policy_of(office) if office else None
    return _page(
        "portal/setup/open.html",
        form,
        lacks=lacks,
        policy=policy,
        preview=next_window(policy) if policy else None,
        words=in_words(policy.intake) if policy else [],
        centers=catalog.centers(clock.today()),
        rooms=catalog.rooms(None, clock.today()),
        open=is_open(),
    )


@blueprint.route("/office/readiness")
@admin
def readiness() -> str:
    """What is missing before residents can come."""
    return render_template("portal/setup/readiness.html", lacks=missing())


def _administrator() -> Answer:
    form = AdministratorForm()
    if form.validate_on_submit():
        try:
            ticket = accounts.add_first_administrator(
                str(form.email.data),
                str(form.name.data),
                passwords.hashed(str(form.password.data)),
                _address(),
            )
        except Refused as refused:
            if refused.reason is Reason.SETUP_OVER:
                abort(404)
            form.form_errors.append(refused.sentence)
        else:
            session.open_for(ticket)
            flash(_("관리자 계정을 만들고 로그인했습니다. 이제 아래 순서대로 준비해 주세요."))
            return redirect(url_for("portal_setup.steps"), 303)
    return _page("portal/setup/administrator.html", form, letters=PASSWORD_LETTERS)


def _links() -> dict[str, tuple[str, str, str]]:
    """Each step's title, what it is for, and its page."""
    return {
        "office": (
            _("사무소 이름과 연락처"),
            _("모든 화면에 나오는 이름과 문의 전화입니다."),
            url_for("catalog_settings.office"),
        ),
        "centers": (
            _("교육장"),
            _("강좌를 여는 곳입니다."),
            url_for("portal_setup.centers"),
        ),
        "rooms": (
            _("강의실과 좌석"),
            _("강의실마다 좌석이 몇 개인지 적습니다."),
            url_for("portal_setup.rooms"),
        ),
        "people": (
            _("담당자와 권한"),
            _("함께 일할 분을 초대합니다."),
            url_for("catalog_people.people"),
        ),
        "policy": (
            _("기본 모집 기준"),
            _("접수 기간, 한 사람이 신청할 수 있는 수, 수료 기준입니다."),
            url_for("catalog_settings.policy"),
        ),
        "sender": (
            _("알림 발송"),
            _("인증번호와 안내가 나가는 길입니다."),
            url_for("notices_office.sender"),
        ),
        "open": (
            _("확인하고 열기"),
            _("빠진 것이 없는지 보고 사무소를 엽니다."),
            url_for("portal_setup.open_office"),
        ),
    }


def _first_day() -> date:
    return clock.today().replace(month=1, day=1)


def _address() -> str:
    return request.remote_addr or "unknown"


def _page(template: str, form: Form, **values: object) -> Answer:
    page = render_template(template, form=form, **values)
    return (page, 422) if form.errors else page
