"""People, and how they sign in."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eduportal.accounts.rules import Audience, Relation, Role, Sex
from eduportal.shared.db import Model, choice


class Account(Model):
    """A way to sign in: a phone (which may serve several people) or an e-mail with a password.

    `session_stamp` is part of every session; changing it signs the account out everywhere.
    """

    __tablename__ = "account"
    __table_args__ = (
        sa.CheckConstraint("phone IS NOT NULL OR email IS NOT NULL", name="reachable"),
        sa.CheckConstraint("email = lower(email)", name="email_lower"),
        sa.CheckConstraint("email IS NULL OR password_hash IS NOT NULL", name="password"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    phone: Mapped[str | None] = mapped_column(sa.String(11), unique=True)
    email: Mapped[str | None] = mapped_column(sa.String(254), unique=True)
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))
    name: Mapped[str | None] = mapped_column(sa.String(80))
    active: Mapped[bool] = mapped_column(default=True)
    session_stamp: Mapped[str] = mapped_column(sa.String(32))
    created_at: Mapped[datetime]


class Person(Model):
    """A human being who may learn here. `phone` is where messages reach them (digits)."""

    __tablename__ = "person"
    __table_args__ = (
        sa.UniqueConstraint("account_id", "name", "birth_date"),
        sa.CheckConstraint(
            "audience = 'resident' OR employee_number IS NOT NULL", name="employee_number"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(sa.String(80))
    birth_date: Mapped[date]
    sex: Mapped[Sex | None] = mapped_column(choice(Sex, "sex"))
    dong: Mapped[str | None] = mapped_column(sa.String(40))
    relation: Mapped[Relation] = mapped_column(choice(Relation, "relation"))
    audience: Mapped[Audience] = mapped_column(choice(Audience, "audience"))
    department: Mapped[str | None] = mapped_column(sa.String(80))
    employee_number: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    phone: Mapped[str | None] = mapped_column(sa.String(11), index=True)
    email: Mapped[str | None] = mapped_column(sa.String(254))
    created_at: Mapped[datetime]


class PriorityGroup(Model):
    """A group that may be preferred (우선 대상, R4), as the office calls it."""

    __tablename__ = "priority_group"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(40), unique=True)
    name: Mapped[str] = mapped_column(sa.String(80), unique=True)
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)


class PersonGroup(Model):
    """That somebody saw the proof that a person is in a group: by whom, until which day.

    The proof itself is never kept. `valid_until` None: for good.
    """

    __tablename__ = "person_group"
    __table_args__ = (
        sa.Index("ix_person_group_person", "person_id", "revoked_at"),
        sa.CheckConstraint("(revoked_at IS NULL) = (revoked_reason IS NULL)", name="revoked"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("priority_group.id"))
    verified_at: Mapped[datetime]
    verified_by: Mapped[int | None]
    valid_until: Mapped[date | None]
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str | None] = mapped_column(sa.Text)

    group: Mapped[PriorityGroup] = relationship()


class Consent(Model):
    """One answer to one question at one time; a no is kept as well (art. 22)."""

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    purpose: Mapped[str] = mapped_column(sa.String(40))
    text_version: Mapped[str] = mapped_column(sa.String(20))
    agreed: Mapped[bool]
    at: Mapped[datetime]
    channel: Mapped[str] = mapped_column(sa.String(20))


class RoleGrant(Model):
    """A role at a center (None: every center), from when until when.

    Who looks after a department's training has `department` instead of a center.
    """

    __tablename__ = "role_grant"
    __table_args__ = (
        sa.CheckConstraint("(role = 'department') = (department IS NOT NULL)", name="department"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), index=True)
    role: Mapped[Role] = mapped_column(choice(Role, "role"))
    center_id: Mapped[int | None] = mapped_column(sa.ForeignKey("center.id"))
    department: Mapped[str | None] = mapped_column(sa.String(80))
    granted_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Invitation(Model):
    """A link by which somebody sets the password of their account; only its hash is kept."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), index=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInCode(Model):
    """The last one-time code sent to a phone; only its hash is kept.

    One row a phone: whoever asks for a code, or tries one, locks it first, so that no two at once
    count as one.
    """

    __tablename__ = "sign_in_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    phone: Mapped[str] = mapped_column(sa.String(11), unique=True)
    code_hash: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime] = mapped_column(index=True)
    expires_at: Mapped[datetime]
    tries: Mapped[int]
    used_at: Mapped[datetime | None]


class SignInTry(Model):
    """One try to sign in, by number, e-mail or network address: what throttling counts (G2)."""

    __tablename__ = "sign_in_try"
    __table_args__ = (sa.Index("ix_sign_in_try_who", "who", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    who: Mapped[str] = mapped_column(sa.String(280))
    what: Mapped[str] = mapped_column(sa.String(20))
    succeeded: Mapped[bool]
