"""Pages on which people sign in and look after their own data."""

from eduportal.accounts.routes import invitation, own, phone, work
from eduportal.accounts.routes.base import blueprint

__all__ = ["blueprint", "invitation", "own", "phone", "work"]
