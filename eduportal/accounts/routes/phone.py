"""Residents sign in: phone, code, who, and on a new device the birth date."""

from datetime import date
from typing import cast

from flask import current_app, flash, make_response, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.accounts import actions, consents, queries, session
from eduportal.accounts.forms import (
    BirthDateForm,
    CodeForm,
    EmptyForm,
    NewPersonForm,
    PersonForm,
    PhoneForm,
)
from eduportal.accounts.queries import Known
from eduportal.accounts.routes.base import (
    Page,
    address,
    as_refused,
    blueprint,
    form_page,
    own_landing,
    show,
)
from eduportal.accounts.rules import Reason, normal_name
from eduportal.accounts.session import WayIn
from eduportal.shared.forms import Form
from eduportal.shared.guard import public
from eduportal.shared.refusal import Refused


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Page:
    """Ask for the phone number, and send a code to it."""
    form = PhoneForm()
    if request.method == "GET" and own_landing():
        return redirect(own_landing() or "/", 303)
    if form.validate_on_submit():
        phone = str(form.phone.data)
        if _code_sent(form, phone) or _code_is_there(form, phone):
            return _to("code")
    people = queries.demo_residents() if current_app.config["DEMO"] else []
    return form_page("accounts/sign_in.html", form, people=people)


@blueprint.route("/sign-in/code", methods=["GET", "POST"])
@public
def code() -> Page:
    """Ask for the code."""
    way = session.way_in()
    if way is None:
        return _to("sign_in")
    form = CodeForm()
    if form.validate_on_submit():
        refusal = actions.try_code(way.phone, str(form.code.data), _key())
        if refusal is None:
            return _after_code(session.prove(way))
        show(form, as_refused(refusal))
        form.code.data = None
    return form_page("accounts/code.html", form, way=way, again=EmptyForm())


@blueprint.route("/sign-in/code/again", methods=["POST"])
@public
def code_again() -> Page:
    """Send another code to the same phone."""
    way = session.way_in()
    if way is None:
        return _to("sign_in")
    form = EmptyForm()
    if form.validate_on_submit() and _code_sent(form, way.phone):
        flash(_("인증번호를 다시 보냈습니다. 가장 나중에 받은 번호를 입력해 주세요."))
    _flash_errors(form)
    return _to("code")


@blueprint.route("/sign-in/person", methods=["GET", "POST"])
@public
def person() -> Page:
    """Ask who of the phone's people it is."""
    way = session.proved_way_in()
    if way is None:
        return _to("sign_in")
    people = queries.family(way.phone)
    if not people:
        return _to("new_person")
    form = PersonForm()
    form.offer(people)
    if form.validate_on_submit():
        return _after_choice(way, int(form.person.data))
    return form_page("accounts/person.html", form)


@blueprint.route("/sign-in/birth-date", methods=["GET", "POST"])
@public
def birth_date() -> Page:
    """Ask for the birth date of whoever was chosen."""
    way = session.proved_way_in()
    chosen = _chosen(way)
    if way is None or chosen is None:
        return _to("person")
    form = BirthDateForm()
    if form.validate_on_submit() and _is_confirmed(form, way.phone, chosen.person_id):
        return _admitted(way, chosen.person_id, own_device=bool(form.own_device.data))
    return form_page("accounts/birth_date.html", form, chosen=chosen)


@blueprint.route("/sign-in/new-person", methods=["GET", "POST"])
@public
def new_person() -> Page:
    """Ask somebody who comes for the first time who they are and what they agree to."""
    way = session.proved_way_in()
    if way is None:
        return _to("sign_in")
    form = NewPersonForm()
    if form.validate_on_submit():
        try:
            person_id = actions.register(form.new_person(way.phone), form.answers())
            return _admitted(way, person_id)
        except Refused as refused:
            if refused.reason is Reason.NAME_KNOWN:
                return _to_namesake(way, str(form.name.data), refused)
            _show_registration(form, refused)
    return form_page(
        "accounts/new_person.html",
        form,
        phone=way.phone,
        texts=consents.TEXTS,
        has_family=bool(queries.family(way.phone)),
    )


def _code_sent(form: Form, phone: str) -> bool:
    try:
        session.begin_way_in(phone, actions.send_code(phone, address(), _key()))
    except Refused as refused:
        show(form, refused)
    return not form.errors


def _code_is_there(form: Form, phone: str) -> bool:
    """Whether the code that was sent before can still be typed: no reason to keep them waiting."""
    way = session.way_in()
    if way is None or way.phone != phone or not way.seconds_left:
        return False
    _flash_errors(form)
    return True


def _flash_errors(form: Form) -> None:
    for sentence in form.form_errors:
        flash(sentence, "warning")


def _after_code(way: WayIn) -> Response:
    """One person needs no choice; none is there for the first time."""
    people = queries.family(way.phone)
    if len(people) == 1:
        return _after_choice(way, people[0].person_id)
    return _to("person" if people else "new_person")


def _after_choice(way: WayIn, person_id: int) -> Response:
    if session.is_own_device(way.phone, person_id):
        return _admitted(way, person_id)
    session.choose(way, person_id)
    return _to("birth_date")


def _chosen(way: WayIn | None) -> Known | None:
    people = queries.family(way.phone) if way else []
    return next((known for known in people if way and known.person_id == way.person_id), None)


def _is_confirmed(form: BirthDateForm, phone: str, person_id: int) -> bool:
    typed = cast(date, form.birth_date.data)
    refusal = actions.confirm_birth_date(phone, person_id, typed)
    if refusal:
        show(form, as_refused(refusal))
    return refusal is None


def _admitted(way: WayIn, person_id: int, own_device: bool = False) -> Response:
    try:
        ticket = actions.admit(way.phone, person_id)
    except Refused as refused:
        flash(refused.sentence, "warning")
        return _to("sign_in")
    response = make_response(redirect(session.open_for(ticket), 303))
    if own_device:
        session.remember_device(response, ticket)
    return response


def _show_registration(form: NewPersonForm, refused: Refused) -> None:
    if refused.reason in (Reason.UNDER_AGE, Reason.BIRTH_DATE_IMPOSSIBLE):
        form.birth_date.errors = [*form.birth_date.errors, refused.sentence]
    else:
        show(form, refused)


def _to_namesake(way: WayIn, name: str, refused: Refused) -> Response:
    """On to the birth date of whoever has that name already; to the choice, if several do."""
    flash(refused.sentence, "warning")
    same = [known for known in queries.family(way.phone) if known.name == normal_name(name)]
    if len(same) != 1:
        return _to("person")
    session.choose(way, same[0].person_id)
    return _to("birth_date")


def _to(page: str) -> Response:
    return redirect(url_for(f"accounts.{page}"), 303)


def _key() -> str:
    return str(current_app.config["SECRET_KEY"])
