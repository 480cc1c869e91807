"""A verb that says no, and why, in words a resident understands."""

from enum import StrEnum

from flask_babel import gettext


class Refused(Exception):
    """Raised by a verb whose rules say no; nothing was written.

    `reason` is a member of a feature's enum of reasons, its value a Korean sentence that may
    name `facts` as %(name)s.
    """

    def __init__(self, reason: StrEnum, **facts: object) -> None:
        super().__init__(reason.name)
        self.reason = reason
        self.facts = facts

    @property
    def sentence(self) -> str:
        """The reason as a sentence for the page."""
        return str(gettext(self.reason.value, **self.facts))


class Missing(LookupError):
    """Raised by a verb whose row is not there, or not for whoever asks; shown as 404."""
