"""People, roles, consents, and signing in."""

from flask import Flask
from flask_login import LoginManager, current_user

from eduportal.accounts import group_office, routes, session


def add_to(app: Flask) -> None:
    """Register the pages, and who is signed in."""
    manager = LoginManager()
    # It would bind sessions to the network address, which phones change all the time.
    manager.session_protection = None
    manager.user_loader(session.load_user)
    manager.init_app(app, add_context_processor=False)
    app.before_request(session.sign_out_idle)
    app.context_processor(lambda: {"user": current_user, "demo": app.config["DEMO"]})
    app.register_blueprint(routes.blueprint)
    app.register_blueprint(group_office.blueprint)
