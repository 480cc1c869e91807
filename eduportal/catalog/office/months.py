"""Staff: next month made out of another one, looked over run by run, then made in one step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.catalog import queries, rules
from eduportal.catalog.actions.months import create_drafts
from eduportal.catalog.actions.runs import plan_of
from eduportal.catalog.forms.months import DraftForm, MonthsForm, WindowForm
from eduportal.catalog.models import Run
from eduportal.catalog.month_plans import Draft, Problems, closed_by_center, problems_of
from eduportal.catalog.policies import policy_for
from eduportal.catalog.queries import months as month_queries
from eduportal.catalog.rules import RunPlan, Span, months, usual_window
from eduportal.catalog.rules.months import Class, Fall, Reason, Rhythm
from eduportal.catalog.rules.policy import Policy
from eduportal.shared import clock, dates, guard
from eduportal.shared.forms import Form, carried_out, options
from eduportal.shared.guard import staff

Answer = str | Response | tuple[str, int]

blueprint = Blueprint(
    "catalog_months", __name__, url_prefix="/office/months", template_folder="templates"
)


@blueprint.app_template_filter("month_name")
def named(month: date) -> str:
    """`2026년 12월`."""
    return _("%(year)s년 %(month)s월", year=month.year, month=month.month)


@dataclass(frozen=True)
class Ground:
    """What all drafts of a month stand on."""

    month: date
    usual: Policy
    closed: Mapping[int, Mapping[date, str]]
    window: tuple[datetime | None, datetime | None] = (None, None)


@dataclass
class Card:
    """One run as it is proposed: what was typed, what comes of it, and what is wrong with it."""

    run: Run
    form: DraftForm
    made: list[Run]
    draft: Draft | None = None
    fall: Fall | None = None
    problems: Problems = field(default_factory=Problems)

    @property
    def is_chosen(self) -> bool:
        """Whether it is to be made."""
        return bool(self.form.chosen.data)

    @property
    def is_fine(self) -> bool:
        """Whether it can be made so."""
        return self.draft is not None and not self.problems.stops

    @property
    def weekly(self) -> str:
        """`화·목 10:00~12:00`, or the weekdays alone where the hours differ."""
        held = self.fall.classes if self.fall else ()
        weekdays = rules.weekdays_of([one.day for one in held])
        hours = rules.time_of_day((one.starts, one.ends) for one in held)
        return f"{rules.weekdays_in_words(','.join(map(str, weekdays)))} {hours}"

    @property
    def days(self) -> str:
        """Its days and hours in few letters, to tell whether these were looked at."""
        spans = self.draft.spans if self.draft else ()
        return " ".join(f"{one.start:%m%d%H%M}-{one.end:%H%M}" for one in spans)


@blueprint.route("/new")
@staff
def new() -> Answer:
    """Choose the month that another one is made from."""
    lines = month_queries.months_with_runs(guard.center_ids())
    form = _months_form(lines)
    if not request.args:
        form.process(data=_usual_months(lines) | {"centers": list(_center_names())})
    return render_template("catalog/months/new.html", form=form, has_months=bool(lines))


@blueprint.route("/plan", methods=["GET", "POST"])
@staff
def plan() -> Answer:
    """Look at what a month would be, mend it, and make it."""
    lines = month_queries.months_with_runs(guard.center_ids())
    choice = _months_form(lines)
    if not choice.validate():
        page = render_template("catalog/months/new.html", form=choice, has_months=bool(lines))
        return page, 422
    source = date.fromisoformat(f"{choice.source.data}-01")
    target: date = choice.data["target"]
    form, window = Form(), WindowForm()
    cards = _cards(source, target, _chosen_centers(choice), window)
    if request.form.get("step") == "create" and _make(form, cards, window):
        flash(_made_words(cards))
        month = f"{target:%Y-%m}"
        return redirect(url_for("catalog_office.runs", month=month, status="draft"), 303)
    for card in cards:
        card.form.shown.data = card.days
    page = render_template(
        "catalog/months/plan.html",
        form=form,
        window=window,
        cards=cards,
        months=(source, target),
        centers=_center_names(),
        usual=_usual_words(cards),
        common=_said_once(cards),
    )
    return (page, 422) if form.errors or window.errors else page


def _months_form(lines: Sequence[month_queries.MonthLine]) -> MonthsForm:
    form = MonthsForm(request.args)
    form.source.choices = options(
        (
            f"{line.month:%Y-%m}",
            _("%(month)s (강좌 %(count)s개)", month=named(line.month), count=line.runs),
        )
        for line in lines
    )
    form.centers.choices = options(_center_names().items())
    return form


def _usual_months(lines: Sequence[month_queries.MonthLine]) -> dict[str, object]:
    """The month that is on, or the latest with runs; and the one after it."""
    this_month = dates.first_of_month(clock.today())
    with_runs = [line.month for line in lines]
    if not with_runs:
        return {}
    source = this_month if this_month in with_runs else with_runs[0]
    return {"source": f"{source:%Y-%m}", "target": dates.next_month(source)}


def _chosen_centers(choice: MonthsForm) -> frozenset[int]:
    """The centers that were ticked, of one's own; all of them where none was."""
    return frozenset(choice.centers.data or _center_names())


def _center_names() -> dict[int, str]:
    centers = queries.centers(clock.today(), guard.center_ids())
    return {center.id: center.name for center in centers}


def _cards(source: date, month: date, among: frozenset[int], window: WindowForm) -> list[Card]:
    """The runs of a month, each with what was typed about it and what is wrong with it."""
    runs = month_queries.runs_begun_in(source, among)
    made = month_queries.runs_begun_in(month, among)
    cards = [Card(run, _draft_form(run, month), _same(run, made)) for run in runs]
    _fill_choices(cards, month)
    typed = window.validate() if request.method == "POST" else False
    ground = _ground(month, among, window if typed else None)
    for card in cards:
        _lay_out(card, ground)
    drafts = [card.draft for card in cards if card.draft and card.is_chosen]
    found = problems_of(drafts, clock.now())
    for card in cards:
        if card.draft and card.is_chosen:
            card.problems.stops.extend(found[card.run.id].stops)
            card.problems.later.extend(found[card.run.id].later)
    return cards


def _same(run: Run, made: Sequence[Run]) -> list[Run]:
    """What stands there already of the same course, section and center."""
    wanted = (run.course_id, run.section, run.center_id)
    return [one for one in made if (one.course_id, one.section, one.center_id) == wanted]


def _draft_form(run: Run, month: date) -> DraftForm:
    prefix = f"r{run.id}"
    if request.method == "POST" and f"{prefix}-there" in request.form:
        return DraftForm(prefix=prefix)
    rhythm = months.moved_to(_rhythm(run), month)
    hours = rhythm.one_time
    return DraftForm(
        None,
        prefix=prefix,
        data={
            "there": "yes",
            "first": rhythm.first,
            "weekdays": list(rhythm.weekdays),
            "count": rhythm.count,
            "starts": hours[0] if hours else None,
            "ends": hours[1] if hours else None,
            "room_id": run.room_id,
            "instructor_id": run.instructor_id,
        },
    )


def _fill_choices(cards: Sequence[Card], month: date) -> None:
    """The rooms of its own center and the instructors for every card; ticked where it is new."""
    rooms = month_queries.rooms_to_choose(
        guard.center_ids(), month, {card.run.room_id for card in cards if card.run.room_id}
    )
    held_by = {card.run.instructor_id for card in cards if card.run.instructor_id}
    teaching = month_queries.instructors_to_choose(held_by)
    people = options(((one.id, one.name) for one in teaching), _("정하지 않음"))
    for card in cards:
        own = [(room.id, room.name) for room in rooms if room.center_id == card.run.center_id]
        card.form.room_id.choices = options(own)
        card.form.instructor_id.choices = people
        if f"{card.form._prefix}there" not in request.form:
            card.form.chosen.data = not card.made


def _ground(month: date, among: frozenset[int], window: WindowForm | None) -> Ground:
    before = dates.first_of_month(month - timedelta(days=1))
    return Ground(
        month,
        policy_for(None),
        closed_by_center(among, before, months.latest_day(month)),
        (window.apply_from.data, window.apply_until.data) if window else (None, None),
    )


def _lay_out(card: Card, ground: Ground) -> None:
    """The days, the window and the draft that come of what was typed."""
    if not _is_valid(card.form):
        return
    typed = card.form.data
    if dates.first_of_month(typed["first"]) != ground.month:
        card.problems.stops.append(_(Reason.FIRST_OUTSIDE_MONTH.value, month=named(ground.month)))
        return
    rhythm = months.changed(
        _rhythm(card.run), typed["first"], typed["weekdays"], typed["count"], card.form.clock
    )
    card.fall = months.fall(rhythm, ground.closed[card.run.center_id])
    if card.fall is None:
        first = dates.written_date(typed["first"])
        card.problems.stops.append(_(Reason.NO_CLASS_DAYS.value, first=first))
        return
    spans = tuple(_span(one) for one in card.fall.classes)
    card.draft = Draft(
        card.run.id,
        card.run.course_id,
        _title(card.run),
        _planned(card, spans[0].start, ground),
        spans,
    )
    if dates.first_of_month(card.fall.classes[0].day) != ground.month:
        first = dates.written_date(card.fall.classes[0].day)
        card.problems.later.append(
            _(Reason.STARTS_LATER.value, first=first, month=named(ground.month))
        )


def _is_valid(form: DraftForm) -> bool:
    """Whether a card can be laid out; a room or instructor who is not to choose is an error."""
    return bool(form.validate())


def _planned(card: Card, starts: datetime, ground: Ground) -> RunPlan:
    """What was decided about the run, with the place, the people and the window that are new."""
    closed = ground.closed[card.run.center_id]
    own = card.run.course.policy
    pattern = (Policy.of(own) if own else ground.usual).window
    opens, closes = usual_window(pattern, dates.seoul_date(starts), closed)
    typed = card.form.data
    return replace(
        plan_of(card.run),
        room_id=typed["room_id"],
        instructor_id=typed["instructor_id"],
        apply_from=ground.window[0] or _instant(opens),
        apply_until=ground.window[1] or _instant(closes),
        cancel_until=_cancel_until(card.run, starts),
    )


def _cancel_until(run: Run, starts: datetime) -> datetime:
    began = run.starts_at or starts
    naive = [dates.seoul(one).replace(tzinfo=None) for one in (run.cancel_until, began, starts)]
    return _instant(months.same_distance(*naive))


def _instant(moment: datetime) -> datetime:
    return dates.at(moment.date(), moment.time())


def _span(one: Class) -> Span:
    return Span(dates.at(one.day, one.starts), dates.at(one.day, one.ends))


def _rhythm(run: Run) -> Rhythm:
    """How its classes fall; one called off counts as planned, its make-up does not."""
    planned = [one for one in run.meetings if one.makes_up_for_id is None]
    local = [(dates.seoul(one.starts_at), dates.seoul(one.ends_at)) for one in planned]
    return months.rhythm_of([Class(start.date(), start.time(), end.time()) for start, end in local])


def _title(run: Run) -> str:
    return f"{run.course.title} ({run.section})" if run.section else run.course.title


def _make(form: Form, cards: Sequence[Card], window: WindowForm) -> bool:
    """Make the chosen drafts, all or none; what stands in their way is said on the form."""
    if not form.validate_on_submit() or window.errors:
        return False
    chosen = [card for card in cards if card.is_chosen]
    wrong = [_title(card.run) for card in chosen if not card.is_fine]
    unseen = [_title(card.run) for card in chosen if card.days != (card.form.shown.data or "")]
    if wrong:
        form.form_errors.append(_(Reason.NOT_CREATED.value, names=", ".join(wrong)))
        return False
    if unseen:
        form.form_errors.append(_(Reason.LOOK_AGAIN.value, names=", ".join(unseen)))
        return False
    drafts = [card.draft for card in chosen if card.draft]
    return carried_out(form, lambda: create_drafts(guard.by(), drafts, guard.center_ids()))


def _made_words(cards: Sequence[Card]) -> str:
    count = sum(card.is_chosen for card in cards)
    return _(
        "초안 %(count)s개를 만들었습니다. 아직 담당자만 봅니다. 확인하고 공개해 주세요.",
        count=count,
    )


def _said_once(cards: Sequence[Card]) -> list[str]:
    """What is to be mended of all that are to be made, taken off the single ones."""
    chosen = [card.problems.later for card in cards if card.is_chosen]
    if len(chosen) < 2:
        return []
    common = [sentence for sentence in chosen[0] if all(sentence in one for one in chosen)]
    for later in chosen:
        later[:] = [sentence for sentence in later if sentence not in common]
    return common


def _usual_words(cards: Sequence[Card]) -> str:
    """The window that most of them get, in words."""
    windows = [
        (card.draft.plan.apply_from, card.draft.plan.apply_until) for card in cards if card.draft
    ]
    if not windows:
        return ""
    return dates.written_span(*max(windows, key=windows.count))
