"""A rule's answer as what a verb raises and a page shows: its facts in written Korean."""

from datetime import date, datetime

from eduportal.catalog.rules import Refusal, Span
from eduportal.shared import dates
from eduportal.shared.refusal import Refused


def refused(refusal: Refusal) -> Refused:
    """The refusal, ready to be raised or read."""
    reason, facts = refusal
    return Refused(reason, **{name: _in_words(fact) for name, fact in facts.items()})


def refuse(refusal: Refusal | None) -> None:
    """Raise what a rule answered, if it said no."""
    if refusal is not None:
        raise refused(refusal)


def _in_words(fact: object) -> object:
    if isinstance(fact, Span):
        return dates.written_span(fact.start, fact.end)
    if isinstance(fact, datetime):
        return dates.written_datetime(fact)
    return dates.written_date(fact) if isinstance(fact, date) else fact
