"""Pages for what went wrong: a title, a sentence, and what to do next."""

import logging

import structlog
from flask import Flask, Response, make_response, render_template
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from eduportal.shared.db import Busy, Unsure
from eduportal.shared.refusal import Missing

Page = tuple[str, int]

# Seconds after which the turn to write is likely to be had.
AGAIN_AFTER = 3


def add_pages(app: Flask) -> None:
    """Answer every error with a calm Korean page."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(Busy, _busy)
    app.register_error_handler(Missing, _missing)
    app.register_error_handler(Exception, _broken)


def _http(error: HTTPException) -> Page | HTTPException:
    code = error.code or 500
    if code < 400:
        return error
    title, sentence = _words(code)
    return page(code, title, sentence)


def _stale_form(_error: CSRFError) -> Page:
    return page(
        400,
        _("화면이 오래되었습니다"),
        _(
            "이 화면을 연 지 오래되어 안전을 위해 처리하지 않았습니다. 앞 화면으로 돌아가 다시 눌러 주세요."
        ),
    )


def _missing(_error: Missing) -> Page:
    return page(404, *_words(404))


def _busy(error: Busy) -> Response:
    if isinstance(error, Unsure):
        title = _("처리되었는지 확인하지 못했습니다")
        sentence = _("앞 화면으로 돌아가 처리되었는지 먼저 확인해 주세요.")
    else:
        title = _("지금 신청이 몰리고 있습니다")
        sentence = _("요청은 처리되지 않았고 바뀐 것도 없습니다. 잠시 뒤 다시 눌러 주세요.")
    return make_response(*page(503, title, sentence), {"Retry-After": str(AGAIN_AFTER)})


def _broken(error: Exception) -> Page:
    structlog.get_logger("eduportal").log(logging.ERROR, "request failed", exc_info=error)
    title, sentence = _words(500)
    return page(500, title, sentence)


def page(code: int, title: str, sentence: str) -> Page:
    """The error page with its status code."""
    return render_template("error.html", code=code, title=title, sentence=sentence), code


def _words(code: int) -> tuple[str, str]:
    known = {
        400: (_("요청을 이해하지 못했습니다"), _("앞 화면으로 돌아가 다시 시도해 주세요.")),
        403: (
            _("볼 수 없는 화면입니다"),
            _("이 화면을 볼 권한이 없습니다. 다른 이름으로 로그인했는지 확인해 주세요."),
        ),
        404: (
            _("찾는 화면이 없습니다"),
            _("주소가 바뀌었거나, 볼 수 없는 자료입니다. 강좌 안내에서 다시 찾아 주세요."),
        ),
        405: (_("이렇게는 열 수 없는 화면입니다"), _("앞 화면으로 돌아가 단추를 눌러 주세요.")),
        413: (_("파일이 너무 큽니다"), _("더 작은 파일로 나누어 올려 주세요.")),
        429: (_("너무 여러 번 시도했습니다"), _("잠시 쉬었다가 다시 시도해 주세요.")),
    }
    broken = (
        _("일시적인 문제가 생겼습니다"),
        _("요청을 처리하지 못했습니다. 잠시 뒤 다시 시도하고, 계속되면 아래 전화로 알려 주세요."),
    )
    return known.get(code, broken if code >= 500 else known[400])
