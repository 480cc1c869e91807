"""That staff made a browser a machine for everybody, or an ordinary one again, is on record."""

from eduportal.shared import events
from eduportal.shared.db import writing
from eduportal.shared.events import By


@writing
def note_kiosk(by: By, began: bool) -> None:
    """Write it down."""
    events.record(by, "kiosk.began" if began else "kiosk.ended", subject="kiosk")
