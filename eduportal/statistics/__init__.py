"""Figures: metrics, monthly and yearly tables, and the past results brought in from files."""

from flask import Flask

from eduportal.statistics import commands, office


def add_to(app: Flask) -> None:
    """Register the staff's pages and the commands `import` and `report`."""
    app.register_blueprint(office.blueprint)
    app.cli.add_command(commands.imports)
    app.cli.add_command(commands.reports)
