"""Centers, courses, runs and meetings: what everybody sees, and what staff plan."""

from flask import Flask

from eduportal.catalog import commands, office, routes


def add_to(app: Flask) -> None:
    """Give the portal the catalog's pages, and the command that adds who works at its centers."""
    app.register_blueprint(routes.blueprint)
    app.register_blueprint(office.blueprint)
    app.cli.add_command(commands.account)
