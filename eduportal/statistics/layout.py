"""Figures laid out as tables: the rows, their subtotals and totals."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from flask_babel import gettext as _

from eduportal.accounts.rules import Audience
from eduportal.catalog.rules import Kind
from eduportal.shared.tables import Cell, Column, Group, Role, Row, Table
from eduportal.statistics import words
from eduportal.statistics.figures import Centers, Line, PeopleLine, Slice, summed
from eduportal.statistics.metrics import (
    CANCELLED_RUNS,
    METRICS,
    PEOPLE_METRICS,
    PER_RUN,
    RUNS,
    Counts,
    Metric,
    measured,
)
from eduportal.statistics.rules import Period

AUDIENCES = tuple(Audience)
KINDS = tuple(Kind)


def results(period: Period, as_of: date, lines: Sequence[Line], centers: Centers) -> Table:
    """Center by center, each by audience, kind and track; then the totals."""
    whole = Slice(period, as_of, RUNS)
    groups = [
        _center_group(replace(whole, center_id=center_id), words.center(names, as_of), own)
        for center_id, names in centers.items()
        if (own := [line for line in lines if line.center_id == center_id])
    ]
    heads = _text_columns(_("교육장"), _("대상"), _("구분"), _("분야"))
    return Table(
        title=words.results_title(period),
        columns=(*heads, *words.metric_columns(METRICS)),
        groups=(*groups, _total_group(whole, lines)) if groups else (),
        period=words.span(period, as_of),
        as_of=words.as_of(as_of),
        summary=words.summary(lines),
        footnotes=(
            *words.definitions(METRICS),
            *words.past_remark(line.has_past for line in lines),
            *words.renames(period, as_of, centers, {line.center_id for line in lines}),
        ),
    )


def by_month(period: Period, as_of: date, lines: Sequence[Line]) -> Table:
    """Month by month for each audience, then for both together."""
    whole = Slice(period, as_of, RUNS)
    groups = [
        _month_group(replace(whole, audience=audience), audience.label, own)
        for audience in AUDIENCES
        if (own := [line for line in lines if line.audience is audience])
    ]
    total = _month_group(whole, _("합계"), lines, Role.TOTAL)
    return Table(
        title=words.months_title(period),
        columns=(*_text_columns(_("대상"), _("월")), *words.metric_columns(METRICS)),
        groups=(*groups, total) if groups else (),
        period=words.span(period, as_of),
        as_of=words.as_of(as_of),
        footnotes=(
            *words.definitions(METRICS),
            *words.past_remark(line.has_past for line in lines),
        ),
    )


def people(period: Period, as_of: date, lines: Sequence[PeopleLine]) -> Table:
    """Each audience and the total, of the portal's own runs."""
    whole = Slice(period, as_of, RUNS)
    counts = {line.audience: line.counts for line in lines}
    rows = [
        _row((audience.label,), replace(whole, audience=audience), PEOPLE_METRICS, counts[audience])
        for audience in AUDIENCES
        if audience in counts
    ]
    total = _row((_("합계"),), whole, PEOPLE_METRICS, counts[None], Role.TOTAL)
    return Table(
        title=_("실인원과 출석"),
        columns=(*_text_columns(_("대상")), *words.metric_columns(PEOPLE_METRICS)),
        groups=(Group((*rows, total)),) if rows else (),
        period=words.span(period, as_of),
        as_of=words.as_of(as_of),
        footnotes=(*words.definitions(PEOPLE_METRICS), words.no_past_people()),
    )


def runs(asked: Slice, rows: Sequence[Mapping[str, Any]], centers: Centers) -> Table:
    """The runs behind a number, one row each, and their sum."""
    metrics = (CANCELLED_RUNS,) if asked.metric is CANCELLED_RUNS else PER_RUN
    heads = (
        *_text_columns(_("강좌명"), _("교육장")),
        Column(_("강의실"), in_files_only=True),
        *_text_columns(_("시작일")),
        Column(_("종료일"), in_files_only=True),
        *_text_columns(_("대상"), _("구분"), _("분야")),
        Column(_("자료"), in_files_only=True),
    )
    parts = [_run_row(row, metrics, centers, asked.as_of) for row in rows]
    return Table(
        title=words.runs_title(asked, rows, centers),
        columns=(*heads, *words.metric_columns(metrics)),
        groups=(Group((*parts, _runs_total(rows, len(heads), metrics))),) if rows else (),
        period=words.span(asked.period, asked.as_of),
        as_of=words.as_of(asked.as_of),
        footnotes=(
            *words.definitions(metrics),
            *words.past_remark(bool(row["past"]) for row in rows),
        ),
    )


def _center_group(whole: Slice, name: str, lines: Sequence[Line]) -> Group:
    keys = {(line.audience, line.kind, line.track) for line in lines}
    rows = [
        _sum_row(
            (name, audience.label, kind.label, track),
            replace(whole, audience=audience, kind=kind, track=track),
            lines,
        )
        for audience, kind, track in sorted(keys, key=_order)
    ]
    subtotal = _sum_row((name, _("소계"), "", ""), whole, lines, Role.SUBTOTAL)
    return Group((*rows, subtotal), name)


def _total_group(whole: Slice, lines: Sequence[Line]) -> Group:
    """Both audiences, each once more by kind and by track; then everything."""
    total = _("합계")
    rows = [
        _sum_row((total, *labels), part, lines, role)
        for audience in AUDIENCES
        for labels, part, role in _audience_parts(replace(whole, audience=audience), lines)
    ]
    grand = _sum_row((total, _("모두"), _("계"), _("계")), whole, lines, Role.TOTAL)
    return Group((*rows, grand), total)


def _audience_parts(
    whole: Slice, lines: Sequence[Line]
) -> list[tuple[tuple[str, str, str], Slice, Role]]:
    own = [line for line in lines if line.audience is whole.audience]
    kinds = sorted({line.kind for line in own}, key=KINDS.index)
    tracks = sorted({line.track for line in own})
    label = whole.audience.label if whole.audience else ""
    every = _("계")
    by_kind = [((label, kind.label, every), replace(whole, kind=kind), Role.PART) for kind in kinds]
    by_track = [((label, every, track), replace(whole, track=track), Role.PART) for track in tracks]
    # One kind or one track would only say the audience's line again.
    return [
        ((label, every, every), whole, Role.SUBTOTAL),
        *(by_kind if len(kinds) > 1 else []),
        *(by_track if len(tracks) > 1 else []),
    ]


def _month_group(
    whole: Slice, label: str, lines: Sequence[Line], role: Role = Role.SUBTOTAL
) -> Group:
    filled = {line.month for line in lines}
    rows = [
        _sum_row(
            (label, _("%(month)s월", month=month.first.month)), replace(whole, period=month), lines
        )
        for month in whole.period.months
        if month.first <= whole.as_of or month.first.month in filled
    ]
    return Group((*rows, _sum_row((label, _("계")), whole, lines, role)), label)


def _sum_row(
    heads: tuple[str, ...], part: Slice, lines: Sequence[Line], role: Role = Role.PART
) -> Row:
    counts = summed(line for line in lines if part.holds(line))
    return _row(heads, part, METRICS, counts, role)


def _row(
    heads: tuple[str, ...],
    part: Slice,
    metrics: Sequence[Metric],
    counts: Counts,
    role: Role = Role.PART,
) -> Row:
    numbers = (_number(part.of(metric), counts) for metric in metrics)
    return Row((*map(Cell, heads), *numbers), role)


def _number(part: Slice, counts: Counts) -> Cell:
    counted_by_themselves = (CANCELLED_RUNS, *PEOPLE_METRICS)
    base = part.metric if part.metric in counted_by_themselves else RUNS
    return Cell(measured(part.metric, counts), part.address if counts[base.name] else None)


def _run_row(
    row: Mapping[str, Any], metrics: Sequence[Metric], centers: Centers, as_of: date
) -> Row:
    run = None if row["past"] else {"run_id": row["id"]}
    texts = (
        words.center(centers[row["center_id"]], as_of),
        *(row[name] for name in ("room", "starts_on", "ends_on")),
        *(row["audience"].label, row["kind"].label, row["track"]),
        _("이전 실적") if row["past"] else _("포털"),
    )
    numbers = (row[metric.name] for metric in metrics)
    return Row((Cell(row["title"], run), *map(Cell, (*texts, *numbers))))


def _runs_total(rows: Sequence[Mapping[str, Any]], heads: int, metrics: Sequence[Metric]) -> Row:
    label = _("합계 %(number)s개 강좌", number=f"{len(rows):,}")
    sums = (sum(row[metric.name] for row in rows) for metric in metrics)
    return Row(tuple(map(Cell, (label, *[""] * (heads - 1), *sums))), Role.TOTAL)


def _order(key: tuple[Audience, Kind, str]) -> tuple[int, int, str]:
    audience, kind, track = key
    return AUDIENCES.index(audience), KINDS.index(kind), track


def _text_columns(*labels: str) -> tuple[Column, ...]:
    return tuple(Column(label) for label in labels)
