"""The sender: takes one message after the other, sends it, writes down what became of it."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from threading import Event

import structlog

from eduportal.notices import actions, queries
from eduportal.notices.delivery import Carrier, NotYet, Undeliverable, Undelivered
from eduportal.notices.models import Channel
from eduportal.notices.rules import TRIES, Message, pause
from eduportal.shared import clock


class Outcome(StrEnum):
    """What one try came to."""

    SENT = "sent"
    LATER = "to be tried again"
    FAILED = "given up"


def drain(carriers: Mapping[Channel, Carrier], stop: Event) -> Counter[Outcome]:
    """Send what is due until nothing is, or until told to stop; how often each outcome came.

    Between claiming a message and writing down what became of it no transaction is open: a slow
    mail server holds up nobody. Dying in between leaves the lease to run out, and the next sender
    repeats the message under the same name.
    """
    outcomes: Counter[Outcome] = Counter()
    while not stop.is_set() and queries.anything_due(carriers):
        message = actions.claim(carriers)
        if message:
            outcomes[_deliver(message, carriers[Channel(message.channel)])] += 1
    return outcomes


def _deliver(message: Message, carrier: Carrier) -> Outcome:
    try:
        _refuse_a_killer(message)
        carrier.send(message)
    except NotYet as wish:
        actions.put_off(message, wish.until)
        return Outcome.LATER
    except Undeliverable as error:
        return _give_up(message, str(error))
    except Exception as error:
        # One message that breaks a carrier in a new way must not stop the others.
        return _after_failure(message, error)
    actions.mark_sent(message)
    return Outcome.SENT


def _refuse_a_killer(message: Message) -> None:
    if message.tries > TRIES:
        raise Undeliverable("every sender that took it stopped in the middle")


def _after_failure(message: Message, error: Exception) -> Outcome:
    reason = str(error) if isinstance(error, Undelivered) else type(error).__name__
    wait = pause(message.tries)
    if wait is None:
        return _give_up(message, reason)
    actions.put_off(message, clock.now() + wait, reason)
    _log(message, reason, wait)
    return Outcome.LATER


def _give_up(message: Message, reason: str) -> Outcome:
    actions.give_up(message, reason)
    _log(message, reason, None)
    return Outcome.FAILED


def _log(message: Message, reason: str, wait: timedelta | None) -> None:
    structlog.get_logger("eduportal").warning(
        "notice not delivered",
        notice=message.id,
        channel=message.channel,
        error=reason,
        tries=message.tries,
        next_try_in_seconds=int(wait.total_seconds()) if wait else None,
    )
