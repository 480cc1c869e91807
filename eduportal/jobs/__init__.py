"""Long work: put in a line, done by `eduportal work`, its progress shown on a page."""

from flask import Flask

from eduportal.jobs import models, office, work
from eduportal.notices.commands import Companion, beside

__all__ = ["add_to", "models"]


def add_to(app: Flask) -> None:
    """Register the pages of jobs, and let the worker do them beside its sending."""
    app.register_blueprint(office.blueprint)
    beside(app, Companion(work.until, work.once))
