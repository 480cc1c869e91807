"""Centers, courses, runs and meetings: what everybody sees, and what staff plan."""

from flask import Flask

from eduportal.catalog import commands, routes
from eduportal.catalog.office import runs
from eduportal.shared import menu
from eduportal.shared.forms import lazy_text as _l
from eduportal.shared.menu import Item


def add_to(app: Flask) -> None:
    """Give the portal the catalog's pages, and the command that adds who works at its centers."""
    app.register_blueprint(routes.blueprint)
    app.register_blueprint(runs.blueprint)
    app.cli.add_command(commands.account)
    menu.add(
        app,
        Item(20, _l("강좌"), "catalog_office.runs", "viewer"),
        Item(40, _l("과정"), "catalog_office.courses", "staff"),
    )
