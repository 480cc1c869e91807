"""Applying, waiting, and the desk."""

from flask import Flask

from eduportal.booking import department, line, line_pages, line_work
from eduportal.booking.office import (
    bookings,
    meetings,
    payments,
    seating,
    telling,
    timetable,
    training,
)
from eduportal.booking.routes import applying, draws
from eduportal.notices.commands import Companion, beside
from eduportal.shared import menu
from eduportal.shared.forms import lazy as _l
from eduportal.shared.menu import Item


def add_to(app: Flask) -> None:
    """Register the resident's and the staff's pages."""
    app.register_blueprint(applying.blueprint)
    app.register_blueprint(draws.blueprint)
    app.register_blueprint(line_pages.blueprint)
    line.remember(app)
    beside(app, Companion(line_work.until, line_work.once))
    app.register_blueprint(bookings.blueprint)
    app.register_blueprint(payments.blueprint)
    app.register_blueprint(telling.blueprint)
    app.register_blueprint(department.blueprint)
    app.register_blueprint(training.blueprint)
    app.register_blueprint(seating.blueprint)
    app.register_blueprint(meetings.blueprint)
    app.register_blueprint(timetable.blueprint)
    menu.add(app, Item(30, _l("시간표"), "booking_timetable.timetable", "viewer"))
