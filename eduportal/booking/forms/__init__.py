"""What residents and staff fill in about bookings; shape only."""

from eduportal.booking.forms.bookings import (
    CapacityForm,
    ConfirmForm,
    EntryForm,
    MeetingForm,
    ReasonForm,
)

__all__ = ["CapacityForm", "ConfirmForm", "EntryForm", "MeetingForm", "ReasonForm"]
