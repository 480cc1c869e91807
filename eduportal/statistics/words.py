"""Titles, sentences and footnotes of the tables."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _

from eduportal.accounts.rules import Audience
from eduportal.catalog.rules import Kind
from eduportal.shared.dates import written_date
from eduportal.shared.tables import Column, Footnote
from eduportal.statistics.figures import Centers, Line, Slice, summed
from eduportal.statistics.metrics import COUNTS, ENROLLMENTS, PEOPLE_METRICS, RUNS, Metric, measured
from eduportal.statistics.rules import DatedName, Period, name_on
from eduportal.statistics.rules import renames as renames_between


def metric_columns(metrics: Iterable[Metric]) -> tuple[Column, ...]:
    """One column for each metric, headed by its name and unit."""
    return tuple(map(metric_column, metrics))


def metric_column(metric: Metric) -> Column:
    """The column that shows a metric."""
    return Column(str(metric.label), str(metric.unit), True, metric.decimals, metric.name)


def center(names: Sequence[DatedName], day: date) -> str:
    """What a center is called on a day."""
    return name_on(names, day) if names else _("이름 없는 교육장")


def results_title(period: Period) -> str:
    """`2019년 5월 교육 실적` or `2019년 교육 실적 누계`."""
    if period.is_month:
        return _("%(period)s 교육 실적", period=_written(period))
    return _("%(period)s 교육 실적 누계", period=_written(period))


def months_title(period: Period) -> str:
    """`2019년 월별 교육 실적`."""
    return _("%(period)s 월별 교육 실적", period=_written(period))


def runs_title(asked: Slice, rows: Sequence[Mapping[str, Any]], centers: Centers) -> str:
    """`2019년 5월 · 구민 · 수강인원 1,821명의 강좌`: which number was opened."""
    named: dict[str, Callable[[Any], str]] = {
        "center_id": lambda value: center(centers[value], asked.as_of),
        "audience": lambda value: Audience(value).label,
        "kind": lambda value: Kind(value).label,
        "track": str,
    }
    parts = [named[name](value) for name, value in asked.parts.items()]
    return " · ".join([_written(asked.period), *parts, _metric_and_value(asked.metric, rows)])


def span(period: Period, as_of: date) -> str:
    """`2019. 1. 1. ~ 2019. 5. 31.`: up to the as-of day where that is earlier."""
    last = min(period.last, max(as_of, period.first))
    return f"{_short(period.first)} ~ {_short(last)}"


def as_of(day: date) -> str:
    """`2019. 5. 31.(금) 기준`."""
    return _("%(day)s 기준", day=written_date(day))


def summary(lines: Sequence[Line]) -> tuple[str, ...]:
    """The headline figures of each audience, as a report to the council says them."""
    sentences = []
    for audience in Audience:
        own = [line for line in lines if line.audience is audience]
        kinds = {kind.label: [x for x in own if x.kind is kind] for kind in Kind}
        tracks = {track: [x for x in own if x.track == track] for track in _tracks(own)}
        sentences.append(f"{audience.label}: {_runs_and_people(own)}{_in_brackets(kinds)}")
        if len(tracks) > 1:
            listed = _listed(tracks)
            sentences.append(
                _("%(audience)s 분야별: %(list)s", audience=audience.label, list=listed)
            )
    return tuple(sentences)


def definitions(metrics: Iterable[Metric]) -> list[Footnote]:
    """What each metric counts."""
    return [
        Footnote(str(metric.definition), f"{metric.label}({metric.unit})") for metric in metrics
    ]


def past_remark(in_it: Iterable[bool]) -> list[Footnote]:
    """How past results are counted, where there are any."""
    if not any(in_it):
        return []
    return [
        Footnote(
            _(
                "이전 실적(파일로 들여온 강좌)은 시작일이 있는 달에 파일에 적힌 수로 넣습니다."
                " 수료인원은 종료일부터 셉니다."
            )
        )
    ]


def no_past_people() -> Footnote:
    """Why a table of people leaves past results out."""
    return Footnote(_("이전 실적에는 수만 있고 사람이 없어, 이 표에는 넣지 못합니다."))


def renames(
    period: Period, as_of: date, centers: Centers, shown: Collection[int]
) -> list[Footnote]:
    """The renamings that fall in the period; the center's figures run on through them."""
    return [
        Footnote(_("“%(old)s” → “%(new)s” 명칭 변경(%(day)s)", old=old, new=new, day=_short(day)))
        for center_id, names in centers.items()
        if center_id in shown
        for old, new, day in renames_between(names, period.first, min(period.last, as_of))
    ]


def _metric_and_value(metric: Metric, rows: Sequence[Mapping[str, Any]]) -> str:
    if metric in PEOPLE_METRICS:
        return _("%(metric)s의 강좌", metric=metric.label)
    counts = {count.name: sum(row[count.name] for row in rows) for count in COUNTS}
    column = metric_column(metric)
    value = column.written(measured(metric, counts))
    return _(
        "%(metric)s %(value)s%(unit)s의 강좌", metric=column.label, value=value, unit=column.unit
    )


def _in_brackets(parts: Mapping[str, Sequence[Line]]) -> str:
    filled = {label: lines for label, lines in parts.items() if lines}
    return f"({_listed(filled)})" if len(filled) > 1 else ""


def _listed(parts: Mapping[str, Sequence[Line]]) -> str:
    return ", ".join(f"{label} {_runs_and_people(lines)}" for label, lines in parts.items())


def _runs_and_people(lines: Sequence[Line]) -> str:
    counts = summed(lines)
    number = f"{counts[RUNS.name]:,}{RUNS.unit}"
    return f"{number} {counts[ENROLLMENTS.name]:,}{ENROLLMENTS.unit}"


def _tracks(lines: Iterable[Line]) -> list[str]:
    return sorted({line.track for line in lines})


def _written(period: Period) -> str:
    if period.is_month:
        return _("%(year)s년 %(month)s월", year=period.first.year, month=period.first.month)
    return _("%(year)s년", year=period.first.year)


def _short(day: date) -> str:
    return f"{day.year}. {day.month}. {day.day}."
