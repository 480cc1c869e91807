"""Centers, courses, runs and meetings: what everybody sees, and what staff plan."""

from flask import Flask

from eduportal.catalog import commands, open_data, routes, standard_commands, standard_work
from eduportal.catalog.office import (
    blocks,
    bulk,
    closures,
    fees,
    instructors,
    months,
    people,
    places,
    policies,
    runs,
    settings,
    standard,
)
from eduportal.shared import menu
from eduportal.shared.forms import lazy_text as _l
from eduportal.shared.menu import Item


def add_to(app: Flask) -> None:
    """Give the portal the catalog's pages, and the command that adds who works at its centers."""
    app.register_blueprint(routes.blueprint)
    app.register_blueprint(runs.blueprint)
    app.register_blueprint(months.blueprint)
    app.register_blueprint(bulk.blueprint)
    app.register_blueprint(fees.blueprint)
    app.register_blueprint(places.blueprint)
    app.register_blueprint(closures.blueprint)
    app.register_blueprint(blocks.blueprint)
    app.register_blueprint(people.blueprint)
    app.register_blueprint(settings.blueprint)
    app.register_blueprint(policies.blueprint)
    app.register_blueprint(instructors.blueprint)
    app.register_blueprint(standard.blueprint)
    app.register_blueprint(open_data.blueprint)
    standard_work.add_to(app)
    app.cli.add_command(commands.account)
    app.cli.add_command(standard_commands.imports)
    app.cli.add_command(standard_commands.exports)
    menu.add(
        app,
        Item(20, _l("강좌"), "catalog_office.runs", "viewer"),
        Item(40, _l("과정"), "catalog_office.courses", "viewer"),
        Item(50, _l("강사"), "catalog_instructors.index", "staff"),
        Item(60, _l("교육장"), "catalog_places.centers", "viewer"),
        Item(70, _l("표준데이터"), "catalog_standard.index", "staff"),
        Item(85, _l("계정과 권한"), "catalog_people.people", "admin"),
        Item(90, _l("설정"), "catalog_settings.index", "admin"),
    )
