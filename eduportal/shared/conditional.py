"""Answers that are sent again only when they have changed."""

from datetime import datetime

from flask import Response, request

FRESH_SECONDS = 300


def unless_known(body: str, mimetype: str, changed_at: datetime | None = None) -> Response:
    """The text, or 304 to whoever has it already; not asked for again for five minutes.

    `changed_at` is for those who ask by date; where a tag is asked for, the text alone decides.
    Only the one who asked may keep it: a session's cookie can ride on any answer.
    """
    response = Response(body, mimetype=mimetype)
    response.cache_control.private = True
    response.cache_control.max_age = FRESH_SECONDS
    response.last_modified = changed_at
    response.add_etag()
    response.make_conditional(request)
    return response


def page_unless_known(page: str) -> Response:
    """A page for strangers: asked for each time, sent again only when it has changed."""
    response = Response(page)
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response
