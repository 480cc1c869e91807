"""What the server writes down for its operators: one line of JSON a request, no personal data."""

import logging
import time
import uuid

import click
import structlog
from flask import Flask, Response, g, request


def add_request_log(app: Flask) -> None:
    """Give every request an id, and log it when it is answered."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelName(str(app.config["LOG_LEVEL"]))
        ),
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=False,
    )
    app.before_request(_begin)
    app.after_request(_end)


def say(sentence: str, error: bool = False) -> None:
    """One sentence for whoever sits at the terminal."""
    click.echo(f"eduportal: {sentence}" if error else sentence, err=error)


def _begin() -> None:
    g.began = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=uuid.uuid4().hex[:12])


def _end(response: Response) -> Response:
    # The path only: query strings may hold what somebody searched for.
    structlog.get_logger("eduportal").info(
        "request",
        method=request.method,
        path=request.path,
        status=response.status_code,
        ms=round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1),
    )
    return response
