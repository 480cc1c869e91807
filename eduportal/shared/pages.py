"""Pages that all strangers see alike, kept for a moment: the catalog stays quick in a rush.

A kept page is shown again while no event was recorded since it was made, and for its first second
without asking. It never outlives the minute, nor the next moment at which a page changes by the
clock alone: no opening, closing or beginning is shown late.
"""

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ParamSpec

import sqlalchemy as sa
from flask import Flask, current_app, request, session

from eduportal.shared import clock
from eduportal.shared.conditional import page_unless_known
from eduportal.shared.db import db
from eduportal.shared.events import Event

P = ParamSpec("P")
# The next moment between two at which pages change by the clock alone; None where there is none.
NextChange = Callable[[datetime, datetime], datetime | None]

UNASKED_SECONDS = 1.0
MOST = 200
# No transaction commits after so many that began later.
LATE = 500


@dataclass(frozen=True)
class Kept:
    """A page as it was made: after which events, when (monotonic clock), good until when."""

    text: str
    after: tuple[int, int]
    made: float
    until: datetime


def keep_in(app: Flask) -> None:
    """Let the app keep pages, each process for itself."""
    app.extensions["eduportal.pages"] = {}


def same_for_strangers(
    next_change: NextChange,
) -> Callable[[Callable[P, Any]], Callable[P, Any]]:
    """Mark a view whose page is the same for everybody who has no session."""

    def mark(view: Callable[P, Any]) -> Callable[P, Any]:
        @functools.wraps(view)
        def kept_or_made(*args: P.args, **kwargs: P.kwargs) -> Any:
            pages: dict[str, Kept] | None = current_app.extensions.get("eduportal.pages")
            if pages is None or session:
                return view(*args, **kwargs)
            kept = pages.get(request.url)
            if kept is None or not _is_good(kept):
                kept = _made(functools.partial(view, *args, **kwargs), next_change)
                if not isinstance(kept, Kept):
                    return kept
                _put(pages, kept)
            return page_unless_known(kept.text)

        return kept_or_made

    return mark


def _is_good(kept: Kept) -> bool:
    if clock.now() >= kept.until:
        return False
    return time.monotonic() - kept.made < UNASKED_SECONDS or _last_events() == kept.after


def _made(view: Callable[[], Any], next_change: NextChange) -> Any:
    # Asked before the page is made: what changes meanwhile makes it old, not wrong.
    made, now = time.monotonic(), clock.now()
    minute = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    until, after = next_change(now, minute) or minute, _last_events()
    text = view()
    # A page that left something in the session was meant for one reader.
    return Kept(text, after, made, until) if isinstance(text, str) and not session else text


def _last_events() -> tuple[int, int]:
    """The newest event's number, and how many of those just before it are there.

    On PostgreSQL a lower number may be committed after a higher one: then the count tells.
    """
    newest = sa.select(sa.func.max(Event.id)).scalar_subquery()
    last = sa.select(sa.func.coalesce(sa.func.max(Event.id), 0), sa.func.count())
    number, count = db.session.execute(last.where(Event.id > newest - LATE)).one()
    return number, count


def _put(pages: dict[str, Kept], kept: Kept) -> None:
    if len(pages) >= MOST:
        # Whoever asks for endless addresses pushes pages out, and fills no memory.
        pages.pop(next(iter(pages)), None)
    pages[request.url] = kept
