"""Applying, waiting, and the desk."""

from flask import Flask

from eduportal.booking import routes
from eduportal.booking.office import bookings


def add_to(app: Flask) -> None:
    """Register the resident's and the staff's pages."""
    app.register_blueprint(routes.blueprint)
    app.register_blueprint(bookings.blueprint)
