"""Trying a birth date: what people of one phone are told apart by."""

from eduportal.accounts import rules
from eduportal.accounts.actions import tries
from eduportal.accounts.rules import Refusal
from eduportal.shared import events
from eduportal.shared.events import By


def try_birth_date(person_id: int, right: bool) -> Refusal | None:
    """Count one try of a person's birth date; None where it confirms who they are.

    Whoever calls holds the account of the phone: two tries at once count as two.
    """
    who = f"person:{person_id}"
    wrong = tries.failed(who, "birth_date", rules.BIRTH_DATE_WINDOW)
    refusal = rules.birth_date_refusal(wrong, right)
    tries.note(who, "birth_date", succeeded=refusal is None)
    if refusal:
        events.record(
            By("stranger"),
            "sign_in_failed",
            subject="person",
            subject_id=person_id,
            way="birth_date",
            why=refusal[0].name,
        )
    return refusal
