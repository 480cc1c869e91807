"""Applying, waiting, and the desk."""

from flask import Flask

from eduportal.booking import department, draw_work, line, line_pages, line_work, offer_work
from eduportal.booking.office import (
    bookings,
    desk,
    meetings,
    payments,
    screening,
    seating,
    small_runs,
    telling,
    timetable,
    training,
)
from eduportal.booking.office import draws as draw_office
from eduportal.booking.office import offers as offers_office
from eduportal.booking.office import policies as policies_office
from eduportal.booking.office import restrictions as restrictions_office
from eduportal.booking.office import seats as office_seats
from eduportal.booking.routes import applying, draw_pages, draws, restrictions
from eduportal.booking.routes import kiosk as kiosk_page
from eduportal.booking.routes import offers as own_offers
from eduportal.booking.routes import seats as own_seats
from eduportal.notices.commands import Companion, beside
from eduportal.shared import kiosk, menu
from eduportal.shared.forms import lazy as _l
from eduportal.shared.menu import Item


def add_to(app: Flask) -> None:
    """Register the resident's and the staff's pages."""
    app.register_blueprint(applying.blueprint)
    app.register_blueprint(draws.blueprint)
    app.register_blueprint(draw_pages.blueprint)
    app.register_blueprint(draw_office.blueprint)
    app.register_blueprint(screening.blueprint)
    app.register_blueprint(line_pages.blueprint)
    line.remember(app)
    beside(app, Companion(line_work.until, line_work.once))
    beside(app, Companion(draw_work.until, draw_work.once))
    beside(app, Companion(offer_work.until, offer_work.once))
    app.register_blueprint(bookings.blueprint)
    app.register_blueprint(policies_office.blueprint)
    app.register_blueprint(own_offers.blueprint)
    app.register_blueprint(offers_office.blueprint)
    app.register_blueprint(restrictions.blueprint)
    app.register_blueprint(restrictions_office.blueprint)
    app.register_blueprint(small_runs.blueprint)
    app.register_blueprint(desk.blueprint)
    app.register_blueprint(kiosk_page.blueprint)
    kiosk.watch(app, "kiosk.beginning")
    app.register_blueprint(payments.blueprint)
    app.register_blueprint(telling.blueprint)
    app.register_blueprint(department.blueprint)
    app.register_blueprint(training.blueprint)
    app.register_blueprint(seating.blueprint)
    app.register_blueprint(own_seats.blueprint)
    app.register_blueprint(office_seats.blueprint)
    app.register_blueprint(meetings.blueprint)
    app.register_blueprint(timetable.blueprint)
    menu.add(app, Item(15, _l("접수 창구"), "booking_desk.caller", "desk"))
    menu.add(app, Item(30, _l("시간표"), "booking_timetable.timetable", "viewer"))
