"""One-time codes by text message."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa

from eduportal.accounts import rules
from eduportal.accounts.actions import tries
from eduportal.accounts.actions.once import insert_once
from eduportal.accounts.models import SignInCode
from eduportal.accounts.rules import Refusal, SentCode
from eduportal.notices.actions import post
from eduportal.notices.models import Channel
from eduportal.shared import clock, events
from eduportal.shared.db import db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Refused


@writing
def send_code(phone: str, address: str, key: str) -> datetime:
    """Send a code to a phone, known to us or not; returns when it stops being good.

    `address` is the network address of whoever asks, `key` the secret that hashes the code.
    Raises Refused where too many were asked for.
    """
    tries.forget_old()
    row = locked_code(phone)
    now = clock.now()
    _ask_the_rules(phone, address, now)
    code = f"{secrets.randbelow(10**rules.CODE_DIGITS):0{rules.CODE_DIGITS}d}"
    row.code_hash = _hashed(phone, code, key)
    row.created_at, row.expires_at = now, now + rules.CODE_LIFE
    row.tries, row.used_at = 0, None
    tries.note(f"phone:{phone}", "code_sent", succeeded=True)
    tries.note(f"address:{address}", "code_sent", succeeded=True)
    _post(phone, code, f"sign-in-code:{row.id}:{now.timestamp():.6f}")
    return row.expires_at


@writing
def try_code(phone: str, typed: str, key: str) -> Refusal | None:
    """Try a code; None lets its owner in. It answers, not raises: a wrong try must stay counted."""
    row = locked_code(phone)
    right = hmac.compare_digest(row.code_hash, _hashed(phone, typed, key))
    sent = SentCode(row.expires_at, row.tries, used=row.used_at is not None)
    refusal = rules.code_refusal(sent, right, clock.now())
    row.tries += 1
    if refusal is None:
        row.used_at = clock.now()
    else:
        events.record(By("stranger"), "sign_in_failed", way="code", why=refusal[0].name)
    return refusal


def locked_code(phone: str) -> SignInCode:
    """The phone's row, held until the turn ends; made where there was none, good for nothing."""
    now = clock.now()
    nothing = {"code_hash": "", "created_at": now, "expires_at": now, "tries": 0, "used_at": None}
    insert_once(SignInCode, ["phone"], {"phone": phone} | nothing)
    return db.session.scalars(
        sa.select(SignInCode)
        .where(SignInCode.phone == phone)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _ask_the_rules(phone: str, address: str, now: datetime) -> None:
    hour = timedelta(hours=1)
    refusal = rules.send_refusal(
        tries.moments(f"phone:{phone}", "code_sent", hour),
        tries.made(f"address:{address}", "code_sent", hour),
        now,
    )
    if refusal:
        reason, facts = refusal
        raise Refused(reason, **facts)


def _hashed(phone: str, code: str, key: str) -> str:
    return hmac.new(key.encode(), f"{phone}:{code}".encode(), hashlib.sha256).hexdigest()


def _post(phone: str, code: str, dedupe: str) -> None:
    minutes = int(rules.CODE_LIFE.total_seconds() // 60)
    post(
        Channel.SMS,
        phone,
        "accounts.code",
        "로그인 인증번호",
        f"[수강신청] 인증번호는 {code}입니다. {minutes}분 안에 입력해 주세요. "
        "누구에게도 알려 주지 마세요.",
        dedupe,
        secret=True,
    )
