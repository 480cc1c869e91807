"""Outbox and delivery; everyone may write to it, it knows no one."""

from flask import Flask

from eduportal.notices import commands, office, routes


def add_to(app: Flask) -> None:
    """Register the demo's page and `eduportal work`."""
    app.register_blueprint(routes.blueprint)
    app.register_blueprint(office.blueprint)
    app.cli.add_command(commands.work)
