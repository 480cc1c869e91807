"""Who people are, and what they agreed to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from secrets import token_hex

import sqlalchemy as sa

from eduportal.accounts import consents, rules
from eduportal.accounts.actions import tries
from eduportal.accounts.actions.birth_dates import try_birth_date
from eduportal.accounts.actions.once import insert_once
from eduportal.accounts.models import Account, Consent, Person
from eduportal.accounts.rules import Audience, Purpose, Reason, Refusal, Relation, Sex
from eduportal.shared import clock, events
from eduportal.shared.db import db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Missing, Refused


@dataclass(frozen=True)
class NewPerson:
    """A resident who is not known yet."""

    phone: str
    name: str
    birth_date: date
    relation: Relation
    dong: str | None = None
    sex: Sex | None = None


def register(new: NewPerson, answers: Mapping[Purpose, bool]) -> int:
    """A person registers by an own phone, with an answer to every question; returns their id.

    Somebody who is there already (another tab, entered at the desk) is found again, as if they had
    typed their birth date. Raises Refused; the try stays counted.
    """
    outcome = _try_to_register(new, answers)
    if isinstance(outcome, int):
        return outcome
    reason, facts = outcome
    raise Refused(reason, **facts)


@writing
def enter_person(
    by: By,
    *,
    phone: str,
    name: str,
    birth_date: date,
    relation: Relation,
    dong: str | None = None,
    sex: Sex | None = None,
) -> int:
    """Staff enter somebody who called or came; returns the id of the same person, or a new one's.

    Staff have read out what must be agreed to, and heard a yes: that is kept, with its channel.
    Children may be entered: their guardian is there. Raises Refused for an impossible birth date.
    """
    if not rules.birth_date_is_possible(birth_date, clock.today()):
        raise Refused(Reason.BIRTH_DATE_IMPOSSIBLE)
    new = NewPerson(phone, name, birth_date, relation, dong, sex)
    account_id = phone_account(phone)
    person_id = _found(new)
    if not person_id:
        person_id = _insert(account_id, new)
        events.record(by, "person_entered", person_id=person_id)
    for purpose in _unanswered(person_id):
        if consents.text_of(purpose).required:
            _answer(by, person_id, purpose, agreed=True)
    return person_id


@writing
def change_residence(by: By, person_id: int, relation: Relation, dong: str | None) -> None:
    """A person tells how they belong to the district now; earlier bookings keep what they had."""
    values = {"relation": relation, "dong": rules.normal_dong(dong)}
    _change(person_id, **values)
    events.record(by, "person_changed", person_id=person_id, fields=sorted(values))


@writing
def answer_consent(by: By, person_id: int, purpose: Purpose, agreed: bool) -> None:
    """A person answers an optional question anew. Raises Refused for a required one."""
    if consents.text_of(purpose).required:
        raise Refused(Reason.CONSENT_REQUIRED)
    _answer(by, person_id, purpose, agreed)
    if purpose is Purpose.STATISTICS and not agreed:
        _change(person_id, sex=None)


def phone_account(phone: str) -> int:
    """The account of a phone, locked until the turn ends; made where there was none."""
    made = insert_once(
        Account,
        ["phone"],
        {
            "phone": phone,
            "active": True,
            "session_stamp": token_hex(16),
            "created_at": clock.now(),
        },
    )
    account_id = db.session.scalars(
        sa.select(Account.id).where(Account.phone == phone).with_for_update()
    ).one()
    if made:
        by = By("stranger", account_id=account_id)
        events.record(by, "account_added", subject="account", subject_id=account_id)
    return account_id


def claim(account_id: int, person_id: int) -> None:
    """Bind somebody whom the desk entered without an account to the account of their phone."""
    taken = db.session.execute(
        sa.update(Person)
        .where(Person.id == person_id, Person.account_id.is_(None))
        .values(account_id=account_id)
    )
    if taken.rowcount:  # type: ignore[attr-defined]
        by = By("resident", "online", account_id, person_id)
        events.record(by, "person_claimed", person_id=person_id)


@writing
def _try_to_register(new: NewPerson, answers: Mapping[Purpose, bool]) -> int | Refusal:
    """Who it is, or why not: answered, not raised, since the try must stay counted."""
    _ask_the_rules(new, answers)
    account_id = phone_account(new.phone)
    who = f"phone:{new.phone}"
    made = tries.made(who, "registration", rules.REGISTRATION_WINDOW)
    refusal = rules.tries_to_register_refusal(made)
    if refusal:
        return refusal
    if not answers.get(Purpose.STATISTICS):
        new = replace(new, sex=None)
    outcome = _known_by_name(new) or _insert(account_id, new)
    tries.note(who, "registration", succeeded=isinstance(outcome, int))
    if isinstance(outcome, int):
        _take_in(account_id, outcome, answers)
    return outcome


def _take_in(account_id: int, person_id: int, answers: Mapping[Purpose, bool]) -> None:
    claim(account_id, person_id)
    by = By("resident", "online", account_id, person_id)
    unanswered = _unanswered(person_id)
    if unanswered:
        events.record(by, "person_registered", person_id=person_id)
    for purpose in unanswered:
        _answer(by, person_id, purpose, answers.get(purpose, False))


def _known_by_name(new: NewPerson) -> int | Refusal | None:
    """The phone's person of that name, if the birth date confirms it; None where nobody has it.

    A second person of the same name is for the desk, else any birth date could be tried here.
    """
    rows = _of_that_name(new)
    if not rows:
        return None
    # Entered twice, once without an account: the same human being, tried once.
    own: dict[date, int] = {}
    for row in rows:
        if row.account_id is None or row.account_phone == new.phone:
            own.setdefault(row.birth_date, row.id)
    return _confirmed(own, new.birth_date) if own else (Reason.NAME_ELSEWHERE, {})


def _confirmed(own: Mapping[date, int], typed: date) -> int | Refusal:
    # A try counts for everybody of that name: whose count stands still would be a hint.
    refusals = {born: try_birth_date(person_id, born == typed) for born, person_id in own.items()}
    if typed in own and refusals[typed] is None:
        return own[typed]
    return rules.namesake_refusal([refusal[0] for refusal in refusals.values() if refusal])


def _of_that_name(new: NewPerson) -> Sequence[sa.Row[int, date, int | None, str | None]]:
    """Everybody of that name whom the phone reaches; one with an account comes first."""
    return db.session.execute(
        sa.select(
            Person.id, Person.birth_date, Person.account_id, Account.phone.label("account_phone")
        )
        .outerjoin(Account, Account.id == Person.account_id)
        .where(
            sa.or_(Person.phone == new.phone, Account.phone == new.phone),
            Person.name == rules.normal_name(new.name),
        )
        .order_by(Person.account_id.is_(None), Person.id)
    ).all()


def _ask_the_rules(new: NewPerson, answers: Mapping[Purpose, bool]) -> None:
    refusal = rules.registration_refusal(new.birth_date, clock.today())
    if refusal:
        raise Refused(refusal[0])
    if not all(answers.get(text.purpose) for text in consents.TEXTS if text.required):
        raise Refused(Reason.CONSENT_NEEDED)


def _found(new: NewPerson) -> int | None:
    """The same human being: same phone, name and birth date; one with an account comes first."""
    return db.session.scalar(
        sa.select(Person.id)
        .outerjoin(Account, Account.id == Person.account_id)
        .where(
            sa.or_(Person.phone == new.phone, Account.phone == new.phone),
            Person.name == rules.normal_name(new.name),
            Person.birth_date == new.birth_date,
        )
        .order_by(Person.account_id.is_(None), Person.id)
        .limit(1)
    )


def _insert(account_id: int, new: NewPerson) -> int:
    person = Person(
        account_id=account_id,
        name=rules.normal_name(new.name),
        birth_date=new.birth_date,
        sex=new.sex,
        dong=rules.normal_dong(new.dong),
        relation=new.relation,
        audience=Audience.RESIDENT,
        phone=new.phone,
        created_at=clock.now(),
    )
    db.session.add(person)
    db.session.flush()
    return person.id


def _change(person_id: int, **values: object) -> None:
    changed = db.session.execute(sa.update(Person).where(Person.id == person_id).values(**values))
    if not changed.rowcount:  # type: ignore[attr-defined]
        raise Missing


def _unanswered(person_id: int) -> list[Purpose]:
    """What this person has not been asked yet."""
    query = sa.select(Consent.purpose).where(Consent.person_id == person_id)
    answered = set(db.session.scalars(query))
    return [text.purpose for text in consents.TEXTS if text.purpose.value not in answered]


def _answer(by: By, person_id: int, purpose: Purpose, agreed: bool) -> None:
    version = consents.text_of(purpose).version
    db.session.execute(
        sa.insert(Consent).values(
            person_id=person_id,
            purpose=purpose.value,
            text_version=version,
            agreed=agreed,
            at=clock.now(),
            channel=by.channel,
        )
    )
    events.record(
        by,
        "consent_answered",
        person_id=person_id,
        purpose=purpose.value,
        version=version,
        agreed=agreed,
    )
