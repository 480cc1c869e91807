"""Pages on which people sign in and look after their own data."""

from eduportal.accounts.routes import own, phone, work
from eduportal.accounts.routes.base import blueprint

__all__ = ["blueprint", "own", "phone", "work"]
