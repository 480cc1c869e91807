"""The office: how far one's long work is, and what came of it."""

from flask import Blueprint, abort, make_response, render_template, url_for
from werkzeug.wrappers import Response

from eduportal.jobs import queries, work
from eduportal.jobs.queries import JobLine
from eduportal.jobs.rules import JobState
from eduportal.shared import guard
from eduportal.shared.guard import viewer

REFRESH_SECONDS = 2

blueprint = Blueprint("jobs", __name__, url_prefix="/office/jobs", template_folder="templates")


@blueprint.route("")
@viewer
def jobs() -> str:
    """One's own long work, the newest first."""
    return render_template("jobs/jobs.html", jobs=queries.jobs(guard.user().account_id))


@blueprint.route("/<int:job_id>")
@viewer
def job(job_id: int) -> Response:
    """How far a job is; the page looks again by itself until the job is over."""
    found = queries.job(job_id, _owner())
    if found is None:
        abort(404)
    response = make_response(
        render_template("jobs/job.html", job=found, path=_path_on(found), seconds=REFRESH_SECONDS)
    )
    if not found.state.is_over:
        response.headers["Refresh"] = str(REFRESH_SECONDS)
    return response


def _path_on(job: JobLine) -> str | None:
    """Where somebody goes on from a job that is done."""
    page = work.page_of(job.kind)
    if job.state is not JobState.DONE:
        return None
    return job.path or (url_for(page, job_id=job.id) if page else None)


def _owner() -> int | None:
    """Whose jobs may be seen: an administrator's are everybody's."""
    return None if guard.may("admin") else guard.user().account_id
