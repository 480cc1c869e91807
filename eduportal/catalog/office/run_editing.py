"""The edit form of a run: what its reader was shown, and what to choose where two changed it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from eduportal.catalog.actions.runs import plan_of
from eduportal.catalog.forms import RunForm
from eduportal.catalog.models import Run
from eduportal.catalog.office.run_words import RunWords
from eduportal.catalog.queries.runs import ChangedBy, last_changes
from eduportal.catalog.rules import RunPlan, editing, publishing
from eduportal.shared import clock

MINE, THEIRS = "mine", "theirs"
_MOMENTS = ("apply_from", "apply_until", "cancel_until")


@dataclass(frozen=True)
class Seen:
    """What a reader was shown; `free`: its room and capacity, too.

    Who chooses between two changes is `asked` about their fields, and saw `before` at first.
    """

    plan: RunPlan
    free: bool
    asked: tuple[str, ...] = ()
    before: RunPlan | None = None


@dataclass(frozen=True)
class Choice:
    """A field that two changed: what it was, what each made of it, who the other was."""

    name: str
    label: str
    before: str
    theirs: str
    mine: str
    changed: ChangedBy | None


class Stale(Exception):
    """What came back is not what was sent out for this run."""


def is_hidden(run: Run) -> bool:
    """Whether nobody but staff has seen the run."""
    return publishing.is_hidden(run.state, run.published_at, clock.now())


def seen_now(run: Run) -> Seen:
    """What is shown to whoever opens the form now."""
    return Seen(plan_of(run), is_hidden(run))


def seen_of(run: Run) -> Seen:
    """What the form that came in had shown; raises Stale. Where it does not say, what is there."""
    token = request.form.get("seen")
    if not token:
        return seen_now(run)
    try:
        kept = _signer().loads(token)
    except BadSignature as error:
        raise Stale from error
    if kept["run"] != run.id:
        raise Stale
    before = kept["before"]
    return Seen(
        _plan(run, kept["plan"]),
        kept["free"],
        tuple(kept["asked"]),
        _plan(run, before) if before else None,
    )


def token_of(run: Run, seen: Seen) -> str:
    """What goes out with the form, so that nobody can change what was shown."""
    return str(
        _signer().dumps(
            {
                "run": run.id,
                "plan": _plain(seen.plan),
                "free": seen.free,
                "asked": seen.asked,
                "before": _plain(seen.before) if seen.before else None,
            }
        )
    )


def typed_plan(form: RunForm, seen: Seen) -> RunPlan:
    """What was typed; what was not shown, or chosen to stay as others made it, as it was seen."""
    kept = {name for name in editing.FIELDS if name not in form} | _chosen(seen, THEIRS)
    return form.plan(**{name: getattr(seen.plan, name) for name in kept})


def is_undecided(seen: Seen) -> bool:
    """Whether something still has to be chosen."""
    return bool(set(seen.asked) - _chosen(seen, THEIRS) - _chosen(seen, MINE))


def choices(run: Run, mine: RunPlan, seen: Seen) -> tuple[list[Choice], Seen]:
    """What is to be chosen, field by field, and what has been seen by whoever chooses."""
    there, before = plan_of(run), seen.before or seen.plan
    both = editing.merged(seen.plan, mine, there).both | (
        set(seen.asked) if is_undecided(seen) else set()
    )
    who, words = last_changes(run.id), RunWords()
    found = [
        Choice(
            name,
            words.label(name),
            words.value(name, getattr(before, name)),
            words.value(name, getattr(there, name)),
            words.value(name, getattr(mine, name)),
            who.get(name),
        )
        for name in editing.FIELDS
        if name in both
    ]
    shown = editing.shown_next(seen.plan, there, both)
    return found, replace(seen, plan=shown, asked=tuple(one.name for one in found), before=before)


def typed_again() -> list[tuple[str, str]]:
    """All that was typed, to be sent along with what is chosen."""
    sent = request.form.items(multi=True)
    return [(n, text) for n, text in sent if n not in ("csrf_token", "seen") and n[:7] != "choose-"]


def _chosen(seen: Seen, side: str) -> set[str]:
    return {name for name in seen.asked if request.form.get(f"choose-{name}") == side}


def _plan(run: Run, kept: Mapping[str, Any]) -> RunPlan:
    values: dict[str, Any] = {
        name: datetime.fromisoformat(value) if name in _MOMENTS else value
        for name, value in kept.items()
        if name in editing.FIELDS
    }
    return replace(plan_of(run), **values)


def _plain(plan: RunPlan) -> dict[str, Any]:
    return {n: v.isoformat() if n in _MOMENTS else v for n, v in asdict(plan).items()}


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="eduportal.run-as-seen")
