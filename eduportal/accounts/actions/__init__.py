"""Verbs that let people in, and that write down who they are and what they agreed to."""

from eduportal.accounts.actions.codes import send_code, try_code
from eduportal.accounts.actions.invitations import (
    Letter,
    NewWorker,
    accept_invitation,
    invite,
    invite_again,
)
from eduportal.accounts.actions.passwords import begin_try, fail_try, pass_try
from eduportal.accounts.actions.people import (
    NewPerson,
    answer_consent,
    change_residence,
    enter_person,
    register,
)
from eduportal.accounts.actions.roles import (
    Places,
    close_account,
    grant_role,
    reopen_account,
    revoke_grant,
    revoke_role,
)
from eduportal.accounts.actions.sessions import (
    Ticket,
    admit,
    confirm_birth_date,
    leave,
    sign_out_everywhere,
)
from eduportal.accounts.actions.setup import add_first_administrator, try_setup_code
from eduportal.accounts.actions.workers import NewEmployee, add_account, add_employee

__all__ = [
    "Letter",
    "NewEmployee",
    "NewPerson",
    "NewWorker",
    "Places",
    "Ticket",
    "accept_invitation",
    "add_account",
    "add_employee",
    "add_first_administrator",
    "admit",
    "answer_consent",
    "begin_try",
    "change_residence",
    "close_account",
    "confirm_birth_date",
    "enter_person",
    "fail_try",
    "grant_role",
    "invite",
    "invite_again",
    "leave",
    "pass_try",
    "register",
    "reopen_account",
    "revoke_grant",
    "revoke_role",
    "send_code",
    "sign_out_everywhere",
    "try_code",
    "try_setup_code",
]
