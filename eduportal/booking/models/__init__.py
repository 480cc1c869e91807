"""Tables of booking."""

from eduportal.booking.models.bookings import Booking, Payment, RosterMessage
from eduportal.booking.models.draws import Draw, DrawEntry
from eduportal.booking.models.restrictions import Appeal, Restriction

__all__ = [
    "Appeal",
    "Booking",
    "Draw",
    "DrawEntry",
    "Payment",
    "Restriction",
    "RosterMessage",
]
