"""Reads of bookings: one's own, and a run's roster."""

from eduportal.booking.queries.bookings import (
    Standing,
    ending_reason,
    live_booking_id,
    office_booking,
    office_meeting,
    office_phone,
    office_run,
    own_booking,
    own_bookings,
    roster,
    unreachable,
)

__all__ = [
    "Standing",
    "ending_reason",
    "live_booking_id",
    "office_booking",
    "office_meeting",
    "office_phone",
    "office_run",
    "own_booking",
    "own_bookings",
    "roster",
    "unreachable",
]
