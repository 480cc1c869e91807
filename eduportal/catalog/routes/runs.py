"""The list of runs, a run's page, the server's clock."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import Response, abort, jsonify, render_template, request, url_for
from wtforms import SelectField

from eduportal.accounts.rules import Audience
from eduportal.catalog import queries, rules
from eduportal.catalog.forms import ALL, RunFilterForm, chosen_in
from eduportal.catalog.models import Meeting
from eduportal.catalog.queries import CenterLine, Filters
from eduportal.catalog.queries import calendar as calendar_queries
from eduportal.catalog.queries.alternatives import alternatives
from eduportal.catalog.queries.changes import next_change
from eduportal.catalog.queries.fees import run_money
from eduportal.catalog.routes.blueprint import blueprint
from eduportal.catalog.rules import Kind, Status
from eduportal.catalog.sharing import course_data, description
from eduportal.catalog.wording import run_in_words
from eduportal.shared import clock as clocks
from eduportal.shared.forms import options
from eduportal.shared.guard import public
from eduportal.shared.pages import same_for_strangers


@dataclass(frozen=True)
class Chosen:
    """What a list is narrowed to: as people read it, and as the address has it."""

    words: str | None
    conditions: list[str]
    query: dict[str, str]

    @property
    def all(self) -> list[str]:
        """Words and conditions."""
        return [f"‘{self.words}’", *self.conditions] if self.words else self.conditions


@blueprint.route("/runs")
@public
@same_for_strangers(next_change)
def runs() -> str:
    """The runs that everybody can see, narrowed and searched."""
    centers = queries.centers(clocks.today())
    form = _filter_form(centers)
    page = queries.runs_page(_filters(form), clocks.now(), _page_number())
    return render_template(
        "catalog/runs.html",
        page=page,
        form=form,
        chosen=_chosen(form),
        centers={center.id: center.name for center in centers},
        now=clocks.now(),
    )


@blueprint.route("/runs/<int:run_id>")
@public
@same_for_strangers(next_change)
def run(run_id: int) -> str:
    """Every fact that somebody needs before applying."""
    found = queries.run(run_id, clocks.now())
    if found is None:
        abort(404)
    centers = {center.id: center for center in queries.centers(clocks.today())}
    center, status = centers[found.center_id], rules.status(found.standing, clocks.now())
    url = url_for("catalog.run", run_id=run_id, _external=True)
    return render_template(
        "catalog/run.html",
        run=found,
        status=status,
        center=center,
        numbers=_numbers(found.meetings),
        names={one.id: one.name for one in centers.values()},
        related=calendar_queries.related(found, clocks.now()),
        alternatives=alternatives(run_id, clocks.now()),
        money=run_money(found),
        words=run_in_words(found),
        url=url,
        description=description(found, status, center),
        course_data=course_data(found, status, center, queries.office(), url),
        now=clocks.now(),
    )


@blueprint.route("/clock")
@public
def clock() -> Response:
    """The moment by the server's clock, which opens and closes every window."""
    response = jsonify(now=clocks.now().isoformat())
    response.headers["Cache-Control"] = "no-store"
    return response


def _numbers(meetings: Iterable[Meeting]) -> dict[int, int]:
    """Which class of the run each one is; those called off have no number."""
    held = (meeting.id for meeting in meetings if meeting.cancelled_at is None)
    return {meeting_id: number for number, meeting_id in enumerate(held, start=1)}


def _filter_form(centers: list[CenterLine]) -> RunFilterForm:
    form = RunFilterForm(request.args)
    form.center.choices = options(((center.id, center.name) for center in centers), ALL)
    form.track.choices = options(((track, track) for track in queries.tracks()), ALL)
    form.validate()
    return form


def _filters(form: RunFilterForm) -> Filters:
    status, kind, audience = chosen_in(form.status), chosen_in(form.kind), chosen_in(form.audience)
    return Filters(
        center_id=chosen_in(form.center),
        status=Status(status) if status else None,
        kind=Kind(kind) if kind else None,
        track=chosen_in(form.track),
        audience=Audience(audience) if audience else None,
        weekday=chosen_in(form.weekday),
        words=rules.search_words(chosen_in(form.words) or ""),
    )


def _chosen(form: RunFilterForm) -> Chosen:
    fields = [field for field in form if chosen_in(field) is not None]
    selects = [field for field in fields if isinstance(field, SelectField)]
    return Chosen(
        words=chosen_in(form.words),
        conditions=[f"{field.label.text} {_label(field)}" for field in selects],
        query={field.name: field.data for field in fields},
    )


def _label(field: SelectField) -> str:
    return next(str(label) for _value, label, selected, *_more in field.iter_choices() if selected)


def _page_number() -> int:
    return request.args.get("page", 1, type=int)
