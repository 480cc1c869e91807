"""Verbs that let people in, and that write down who they are and what they agreed to."""

from eduportal.accounts.actions.codes import send_code, try_code
from eduportal.accounts.actions.passwords import begin_try, fail_try, pass_try
from eduportal.accounts.actions.people import (
    NewPerson,
    answer_consent,
    change_residence,
    enter_person,
    register,
)
from eduportal.accounts.actions.sessions import (
    Ticket,
    admit,
    confirm_birth_date,
    leave,
    sign_out_everywhere,
)
from eduportal.accounts.actions.workers import NewEmployee, add_account, add_employee

__all__ = [
    "NewEmployee",
    "NewPerson",
    "Ticket",
    "add_account",
    "add_employee",
    "admit",
    "answer_consent",
    "begin_try",
    "change_residence",
    "confirm_birth_date",
    "enter_person",
    "fail_try",
    "leave",
    "pass_try",
    "register",
    "send_code",
    "sign_out_everywhere",
    "try_code",
]
