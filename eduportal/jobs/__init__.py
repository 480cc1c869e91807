"""Long work: put in a line, done by `eduportal work`, its progress shown on a page."""

from flask import Flask

from eduportal.jobs import models

__all__ = ["add_to", "models"]


def add_to(app: Flask) -> None:
    """Register the page of a job."""
