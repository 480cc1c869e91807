"""Whoever is signed in, as plain values: a row would go stale when a reading transaction ends."""

from dataclasses import dataclass

from flask_login import UserMixin

from eduportal.accounts.rules import Audience, Grant, Role, centers_of, kind_of, may_do


@dataclass(frozen=True)
class User(UserMixin):
    """An account, the person chosen in this session, and what the account may do."""

    account_id: int
    stamp: str
    name: str
    person_id: int | None
    person_name: str | None
    audience: Audience | None
    grants: frozenset[Grant]
    email: str | None = None

    def get_id(self) -> str:
        """What the session keeps: account, person and stamp."""
        return f"{self.account_id}:{self.person_id or ''}:{self.stamp}"

    @property
    def is_learner(self) -> bool:
        """Has a person who can apply for classes."""
        return self.person_id is not None

    @property
    def roles(self) -> frozenset[Role]:
        """The roles it has, somewhere."""
        return frozenset(grant.role for grant in self.grants)

    @property
    def is_instructor(self) -> bool:
        """Teaches."""
        return Role.INSTRUCTOR in self.roles

    @property
    def is_viewer(self) -> bool:
        """Reads what the office has of some centers or all, figures above all."""
        return may_do(self.grants, Role.VIEWER)

    @property
    def is_desk(self) -> bool:
        """Also enters and moves people."""
        return may_do(self.grants, Role.DESK)

    @property
    def is_staff(self) -> bool:
        """Also plans and changes what is offered."""
        return may_do(self.grants, Role.STAFF)

    @property
    def is_admin(self) -> bool:
        """Works in the office for every center, and gives roles."""
        return Role.ADMIN in self.roles

    @property
    def departments(self) -> frozenset[str]:
        """The departments whose training it looks after."""
        return frozenset(
            grant.department
            for grant in self.grants
            if grant.role is Role.DEPARTMENT and grant.department
        )

    def centers_of(self, mark: str) -> frozenset[int] | None:
        """The centers for which it may do what a mark (viewer, desk, staff, admin) asks for.

        None means every center.
        """
        return centers_of(self.grants, Role(mark))

    def may_at(self, mark: str, center_id: int) -> bool:
        """Whether it may do at one center what a mark of the office asks for."""
        if not may_do(self.grants, Role(mark)):
            return False
        centers = self.centers_of(mark)
        return centers is None or center_id in centers

    @property
    def kind(self) -> str:
        """In one word, for the record of who did what."""
        return kind_of(self.roles, self.audience)


def parsed_id(text: str) -> tuple[int, int | None, str] | None:
    """Account, person and stamp out of what the session kept, or None."""
    account, _colon, rest = text.partition(":")
    person, _colon, stamp = rest.partition(":")
    if not account.isdecimal() or not (person.isdecimal() or not person) or not stamp:
        return None
    return int(account), int(person) if person else None, stamp
