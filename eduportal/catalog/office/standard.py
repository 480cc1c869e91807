"""Staff: the national standard set (전국평생학습강좌표준데이터), in and out."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Redirection

from eduportal.catalog import standard_work
from eduportal.catalog.forms.standard import DefaultsForm, ExportForm, UploadForm
from eduportal.catalog.queries.standard import Outgoing, standard_lines
from eduportal.catalog.rules.standard import Reason
from eduportal.catalog.standard_set import reading
from eduportal.catalog.standard_set.planning import Defaults, usual_defaults
from eduportal.catalog.standard_set.surveying import Standing
from eduportal.catalog.standard_set.writing import as_csv, letters_lacking_in
from eduportal.catalog.standard_work import IMPORT, PREVIEW
from eduportal.jobs import actions as jobs
from eduportal.jobs import queries as kept_jobs
from eduportal.jobs import work
from eduportal.jobs.queries import Kept
from eduportal.shared import clock, guard, uploads
from eduportal.shared.downloads import csv_download
from eduportal.shared.guard import staff
from eduportal.shared.resident_number import contains_resident_number
from eduportal.shared.tables import Cell, Column, Group, Row, Table

Answer = str | Response | Redirection | tuple[str, int]
# What is done at once: nobody needs to see a file this small progress.
SMALL_LINES, SMALL_BYTES = 200, 64 * 1024
PER_PAGE = 50
MOST_SENTENCES = 20

blueprint = Blueprint(
    "catalog_standard", __name__, url_prefix="/office/standard-set", template_folder="../templates"
)


@blueprint.route("", methods=["GET", "POST"])
@staff
def index() -> Answer:
    """Send a file in, or take one out."""
    form = UploadForm()
    if form.validate_on_submit():
        content, name = form.file.data.read(), form.file.data.filename or ""
        sentences = _refusals(content, name)
        if not sentences:
            given = standard_work.given_for(name, content, usual_defaults(), guard.center_ids())
            return _look_over(given, _is_small(content))
        form.form_errors += sentences
    page = render_template("catalog/standard/index.html", form=form, export=_export_form())
    return (page, 422) if form.errors else page


@blueprint.route("/<int:job_id>", methods=["GET", "POST"])
@staff
def preview(job_id: int) -> Answer:
    """What a file would do; then let it."""
    kept = _kept(job_id)
    result = kept.result
    if result is None or "lines" not in result:
        return redirect(url_for("jobs.job", job_id=job_id), 303)
    form = DefaultsForm(data=vars(Defaults.out_of(kept.given["defaults"])))
    if form.validate_on_submit():
        return _act(kept, form)
    page = render_template(
        "catalog/standard/preview.html",
        form=form,
        job_id=job_id,
        name=kept.given["name"],
        result=result,
        standings=list(Standing),
        chosen=_chosen(),
        lines=_page_of(result["lines"]),
    )
    return (page, 422) if form.errors else page


@blueprint.route("/<int:job_id>/faults.csv")
@staff
def faults(job_id: int) -> Response:
    """The lines that cannot come in, each with every reason."""
    result = _kept(job_id).result or {}
    bad = [line for line in result.get("lines", ()) if line["standing"] == Standing.BAD]
    rows = [
        Row((Cell(line["line"]), Cell(line["title"]), Cell(reason)))
        for line in bad
        for reason in line["reasons"]
    ]
    columns = (Column(_("줄"), numeric=True), Column(_("강좌명")), Column(_("고칠 점")))
    table = Table(_("고칠 줄"), columns, (Group(tuple(rows)),))
    return csv_download(table, _("고칠 줄.csv"))


@blueprint.route("/courses.csv")
@staff
def courses() -> Answer:
    """The file: public runs, and drafts as a file declared them."""
    export = _export_form()
    if not export.validate():
        return _index_with(export)
    text = as_csv(
        standard_lines(
            Outgoing(
                export.first.data or clock.today(),
                export.last.data,
                among=guard.center_ids(),
                base=request.host_url,
            )
        )
    )
    encoding = export.encoding.data
    lacking = letters_lacking_in(text, encoding)
    if lacking:
        sentence = _(Reason.LETTERS_LACKING.value, letters=" ".join(lacking[:30]))
        export.form_errors.append(sentence)
        return _index_with(export)
    return _file(text.encode(encoding), clock.today())


def _index_with(export: ExportForm) -> Answer:
    return render_template("catalog/standard/index.html", form=UploadForm(), export=export), 422


def _file(body: bytes, day: date) -> Response:
    response = Response(body, mimetype="text/csv")
    name = _("전국평생학습강좌표준데이터_%(day)s.csv", day=day.isoformat())
    encoded = f"UTF-8''{quote(name, safe='')}"
    response.headers.set("Content-Disposition", "attachment", **{"filename*": encoded})
    return response


def _export_form() -> ExportForm:
    usual = {"from": clock.today().isoformat()}
    return ExportForm(MultiDict({**usual, **request.args.to_dict()}))


# A file on its way in


def _refusals(content: bytes, name: str) -> list[str]:
    """Why a file is not even kept: resident numbers are never stored, and it must be readable."""
    if contains_resident_number(name):
        return [_("파일 이름에서 주민등록번호로 보이는 숫자를 지우고 다시 올려 주세요.")]
    if not (_is_small(content) or uploads.holds_resident_number(content)):
        return []
    try:
        found = reading.read(content)
    except uploads.Unreadable as unreadable:
        return [unreadable.sentence]
    numbers = [fault for fault in found.faults if fault.has_resident_number]
    more = len(numbers) - MOST_SENTENCES
    sentences = [fault.sentence for fault in numbers[:MOST_SENTENCES]]
    return (
        [*sentences, _("이런 줄이 %(count)s개 더 있습니다.", count=more)] if more > 0 else sentences
    )


def _is_small(content: bytes) -> bool:
    return len(content) <= SMALL_BYTES and content.count(b"\n") <= SMALL_LINES


def _look_over(given: Mapping[str, Any], small: bool) -> Redirection:
    title = _("‘%(name)s’ 살펴보기", name=given["name"])[:200]
    job_id = jobs.start(guard.by(), PREVIEW, title, given)
    if small:
        work.do_now(job_id)
        return redirect(url_for("catalog_standard.preview", job_id=job_id), 303)
    return redirect(url_for("jobs.job", job_id=job_id), 303)


def _act(kept: Kept, form: DefaultsForm) -> Redirection:
    lines = len((kept.result or {})["lines"])
    changed = form.defaults().in_json != kept.given["defaults"]
    if changed or request.form.get("step") != "import":
        # What was typed is looked at before it is written.
        given = kept.given | {"defaults": form.defaults().in_json}
        if changed:
            flash(_("바꾼 기본값으로 다시 살펴보았습니다. 확인한 뒤 들여와 주세요."))
        return _look_over(given, lines <= SMALL_LINES)
    title = _("‘%(name)s’ 들여오기", name=kept.given["name"])[:200]
    given = {"preview": kept.id, "good_only": form.good_only.data}
    job_id = jobs.start(guard.by(), IMPORT, title, given)
    if lines <= SMALL_LINES:
        work.do_now(job_id)
    return redirect(url_for("jobs.job", job_id=job_id), 303)


def _kept(job_id: int) -> Kept:
    owner = None if guard.may("admin") else guard.user().account_id
    kept = kept_jobs.kept(job_id, PREVIEW, owner)
    if kept is None:
        abort(404)
    return kept


# The lines of a preview, by what becomes of them


def _chosen() -> str:
    """Which lines are shown; all of them where the address names none."""
    standing = request.args.get("standing", "")
    return standing if standing in [one.value for one in Standing] else ""


def _page_of(lines: list[dict[str, Any]]) -> dict[str, Any]:
    chosen = _chosen()
    shown = [line for line in lines if not chosen or line["standing"] == chosen]
    pages = max(1, -(-len(shown) // PER_PAGE))
    number = min(max(1, request.args.get("page", 1, type=int)), pages)
    first = (number - 1) * PER_PAGE
    return {
        "items": shown[first : first + PER_PAGE],
        "count": len(shown),
        "number": number,
        "pages": pages,
    }
