"""Figures: metrics, monthly and yearly tables, and the past results brought in from files."""

from flask import Flask

from eduportal.shared import menu
from eduportal.shared.forms import lazy_text as _l
from eduportal.shared.menu import Item
from eduportal.statistics import commands, office


def add_to(app: Flask) -> None:
    """Register the staff's pages and the command `report`; the catalog has `import`."""
    app.register_blueprint(office.blueprint)
    menu.add(app, Item(80, _l("실적"), "statistics_office.month", "viewer"))
    app.cli.add_command(commands.reports)
