"""Pages that gather all features: the first page, privacy, the office's day."""

from flask import Flask

from eduportal.portal import models, office, office_logs, risk_office, routes, setup
from eduportal.shared import menu
from eduportal.shared.forms import lazy_text as _l
from eduportal.shared.menu import Item

__all__ = ["add_to", "models"]


def add_to(app: Flask) -> None:
    """Give the portal its gathering pages, and every page the office's name."""
    app.register_blueprint(routes.blueprint)
    app.register_blueprint(office.blueprint)
    app.register_blueprint(risk_office.blueprint)
    app.register_blueprint(office_logs.blueprint)
    app.register_blueprint(setup.blueprint)
    menu.add(
        app,
        Item(10, _l("오늘"), "portal_office.today", "viewer"),
        Item(70, _l("운영일지"), "portal_logs.logs", "viewer"),
    )
