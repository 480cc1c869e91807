"""Who came: sheets, rates, completion."""

from flask import Flask

from eduportal.attendance import office, routes


def add_to(app: Flask) -> None:
    """Register the pages of instructors and staff."""
    app.register_blueprint(routes.blueprint)
    app.register_blueprint(office.blueprint)
