"""Outbox and delivery; everyone may write to it, it knows no one."""

from flask import Flask

from eduportal.notices import commands, routes


def add_to(app: Flask) -> None:
    """Register the demo's page and `eduportal work`."""
    app.register_blueprint(routes.blueprint)
    app.cli.add_command(commands.work)
