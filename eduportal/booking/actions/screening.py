"""Staff decide about those who applied for a run, all together (심사)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from eduportal.booking import messages_draws
from eduportal.booking.actions import places
from eduportal.booking.actions.places import Centers, Facts
from eduportal.booking.actions.selecting import Selecting, in_words, locked_applicants
from eduportal.booking.rules import screening as rules
from eduportal.booking.rules.screening import Reason
from eduportal.catalog.rules import RunState
from eduportal.catalog.rules.intake import Selection
from eduportal.shared import clock, dates
from eduportal.shared.db import writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Refused


@dataclass(frozen=True)
class Choice:
    """Who of those that staff saw gets a place, who waits (in this order); by booking.

    The rest is told the reason.
    """

    seen: frozenset[int]
    placed: Sequence[int]
    waiting: Sequence[int]
    reason: str


@writing
def decide(by: By, run_id: int, centers: Centers, choice: Choice) -> None:
    """Give places, ranks and refusals in one turn, and tell everybody.

    Raises Refused where somebody has come or gone since staff looked, or a rule says no.
    """
    people = locked_applicants(run_id)
    run = places.locked_run(run_id, centers)
    _refuse_untimely(run)
    selecting = Selecting(by, run, people)
    chosen = [*choice.placed, *choice.waiting]
    if choice.seen != selecting.applied.keys() or not {*chosen} <= choice.seen:
        raise Refused(Reason.CHANGED_MEANWHILE)
    if len({*chosen}) != len(chosen):
        raise Refused(Reason.CHOSEN_TWICE)
    places.refuse(
        rules.choice_refusal(choice.placed, choice.waiting, selecting.free, run.waiting_limit)
    )
    rest = _rest(selecting, choice)
    if rest and not choice.reason.strip():
        raise Refused(Reason.REASON_NEEDED)
    _carry_out(selecting, choice, rest)
    selecting.finish("run.screened", reason=choice.reason)


def _refuse_untimely(run: Facts) -> None:
    intake = places.intake_of(run)
    if intake.selection is not Selection.SCREENING or run.state != RunState.PUBLISHED:
        raise Refused(Reason.NOT_SCREENED)
    if run.selected_at is not None:
        raise Refused(Reason.ALREADY_DECIDED)
    if clock.now() < run.apply_until:
        raise Refused(Reason.STILL_COLLECTING, closes=dates.written_datetime(run.apply_until))


def _rest(selecting: Selecting, choice: Choice) -> list[Facts]:
    chosen: Collection[int] = {*choice.placed, *choice.waiting}
    return [one for one in selecting.applied.values() if one.id not in chosen]


def _carry_out(selecting: Selecting, choice: Choice, rest: Sequence[Facts]) -> None:
    run = selecting.run
    for booking in (selecting.applied[booking_id] for booking_id in choice.placed):
        refusal = selecting.refusal(booking)
        if refusal is not None:
            raise Refused(Reason.NOT_NOW, number=booking.number, why=in_words(refusal))
        seat = selecting.place(booking)
        messages_draws.tell_screened(run, booking.id, selecting.person(booking), seat, None)
    for booking in (selecting.applied[booking_id] for booking_id in choice.waiting):
        rank = selecting.wait(booking)
        messages_draws.tell_screened(run, booking.id, selecting.person(booking), None, rank)
    for booking in rest:
        selecting.leave_out(booking, reason=choice.reason)
        person = selecting.person(booking)
        messages_draws.tell_screened_out(run, booking.id, person, choice.reason)
