"""The first page, and how personal data are handled."""

from dataclasses import dataclass

from flask import Blueprint, g, render_template
from sqlalchemy.exc import SQLAlchemyError

from eduportal.accounts.consents import TEXTS
from eduportal.catalog import queries as catalog
from eduportal.catalog.forms import RunFilterForm
from eduportal.shared import clock
from eduportal.shared.guard import public

blueprint = Blueprint("portal", __name__, template_folder="templates")


@dataclass(frozen=True)
class Office:
    """What every page says about the office."""

    name: str = "우리 구청"
    department: str = "정보화교육 담당 부서"
    phone: str = ""


@blueprint.route("/")
@public
def home() -> str:
    """Both centers, what is open now and what opens next."""
    now = clock.now()
    centers = catalog.centers(clock.today())
    return render_template(
        "portal/home.html",
        form=RunFilterForm(),
        centers=centers,
        names={center.id: center.name for center in centers},
        open_runs=catalog.open_now(now),
        next_runs=catalog.opening_next(now),
        now=now,
    )


@blueprint.route("/privacy")
@public
def privacy() -> str:
    """개인정보 처리 안내: what people are asked to agree to, word for word."""
    return render_template("portal/privacy.html", texts=TEXTS)


@blueprint.app_context_processor
def say_whose_portal_it_is() -> dict[str, Office]:
    """Give every page the office; a plain one until it is set up, and when all else fails."""
    if "office" not in g:
        g.office = _office()
    return {"office": g.office}


def _office() -> Office:
    try:
        row = catalog.office()
    except SQLAlchemyError:
        # The page that says the database cannot be reached needs a name above it too.
        return Office()
    return Office(row.name, row.department, row.phone) if row else Office()
