"""Class registration for a district office's education centers."""

import os
from collections.abc import Mapping
from pathlib import Path

from flask import Flask
from flask_babel import Babel
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from eduportal import (
    accounts,
    attendance,
    booking,
    catalog,
    config,
    jobs,
    notices,
    portal,
    statistics,
)
from eduportal.shared import (
    assets,
    dates,
    db,
    errors,
    guard,
    log,
    masking,
    menu,
    pages,
    paths,
    security,
)

FEATURES = (notices, jobs, accounts, catalog, booking, attendance, statistics, portal)


def create_app(given: Mapping[str, object] | None = None) -> Flask:
    """The portal. `given` settings stand above files and environment; raises ConfigError."""
    app = Flask(__name__, instance_path=_instance_path(given), instance_relative_config=True)
    config.load(app, given)
    app.url_map.converters["int"] = paths.Id
    db.prepare(app)
    Migrate(app, db.db, directory=str(config.PROJECT / "migrations"))
    Babel(app)
    CSRFProtect(app)
    log.add_request_log(app)
    security.add_headers(app)
    errors.add_pages(app)
    assets.serve_well(app)
    dates.add_filters(app)
    masking.add_filters(app)
    menu.show(app)
    pages.keep_in(app)
    for feature in FEATURES:
        feature.add_to(app)
    guard.protect(app)
    if app.config["TRUSTED_PROXIES"]:
        hops = app.config["TRUSTED_PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    return app


def _instance_path(given: Mapping[str, object] | None) -> str:
    path = (given or {}).get("INSTANCE_PATH") or os.environ.get("EDUPORTAL_INSTANCE_PATH")
    return str(Path(str(path or config.PROJECT / "instance")).resolve())
