"""Who came: sheets, rates, completion."""

from flask import Flask

from eduportal.attendance import office, office_training, own_teaching, routes
from eduportal.shared import menu
from eduportal.shared.forms import lazy_text as _l
from eduportal.shared.menu import Item


def add_to(app: Flask) -> None:
    """Register the pages of instructors and staff."""
    app.register_blueprint(routes.blueprint)
    app.register_blueprint(office.blueprint)
    app.register_blueprint(own_teaching.blueprint)
    app.register_blueprint(office_training.blueprint)
    menu.add(app, Item(82, _l("직원 교육"), "attendance_training.index", "staff"))
