"""Pages that gather all features: the first page, privacy, the office's day."""

from flask import Flask

from eduportal.portal import office, routes


def add_to(app: Flask) -> None:
    """Give the portal its gathering pages, and every page the office's name."""
    app.register_blueprint(routes.blueprint)
    app.register_blueprint(office.blueprint)
