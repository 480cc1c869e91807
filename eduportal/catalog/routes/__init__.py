"""What everybody sees: runs, openings, centers, and the feeds of all of them."""

from eduportal.catalog.routes import centers, feeds, openings, runs
from eduportal.catalog.routes.blueprint import blueprint

__all__ = ["blueprint", "centers", "feeds", "openings", "runs"]
