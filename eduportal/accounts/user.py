"""Whoever is signed in, as plain values: a row would go stale when a reading transaction ends."""

from dataclasses import dataclass

from flask_login import UserMixin

from eduportal.accounts.rules import Audience, Role, kind_of


@dataclass(frozen=True)
class User(UserMixin):
    """An account, the person chosen in this session, and what the account may do.

    `center_ids` are the centers whose office work it does; None means every center.
    """

    account_id: int
    stamp: str
    name: str
    person_id: int | None
    person_name: str | None
    audience: Audience | None
    roles: frozenset[Role]
    center_ids: frozenset[int] | None

    def get_id(self) -> str:
        """What the session keeps: account, person and stamp."""
        return f"{self.account_id}:{self.person_id or ''}:{self.stamp}"

    @property
    def is_learner(self) -> bool:
        """Has a person who can apply for classes."""
        return self.person_id is not None

    @property
    def is_instructor(self) -> bool:
        """Teaches."""
        return Role.INSTRUCTOR in self.roles

    @property
    def is_staff(self) -> bool:
        """Works in the office, for some centers or for all."""
        return Role.STAFF in self.roles or self.is_admin

    @property
    def is_admin(self) -> bool:
        """Works in the office for every center, and gives roles."""
        return Role.ADMIN in self.roles

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
