"""How long to try, and what a message is made of; plain values, no database."""

from dataclasses import dataclass
from datetime import datetime, timedelta

TRIES = 12
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=4)
# A sign-in code is good for three minutes; one that comes later only confuses.
SECRET_LIFE = timedelta(minutes=3)
# The link by which somebody sets their password is a secret too, good for three days.
INVITATION = "accounts.invitation"
SECRET_LIVES = {INVITATION: timedelta(hours=72)}
# What staff send to themselves, to see that it arrives.
TEST = "notices.test"
BLANKED = "(보안을 위해 내용을 지웠습니다.)"
SHORT_MESSAGE_BYTES = 90


@dataclass(frozen=True)
class Message:
    """One claimed notice as plain values: what a carrier needs, outside any transaction."""

    id: int
    channel: str
    address: str
    subject: str
    body: str
    secret: bool
    created_at: datetime
    tries: int
    claimed_until: datetime
    kind: str = ""

    @property
    def token(self) -> str:
        """Its name in the world: the same on every repeat, so that a receiver can tell."""
        return f"notice-{self.id}-{int(self.created_at.timestamp() * 1_000_000)}"

    @property
    def good_until(self) -> datetime:
        """Until when a secret can be used."""
        return self.created_at + SECRET_LIVES.get(self.kind, SECRET_LIFE)

    def too_late(self, now: datetime) -> bool:
        """Whether it is a secret that nobody can use any more."""
        return self.secret and now >= self.good_until


def pause(tries: int) -> timedelta | None:
    """How long to wait after the given number of tries: 1, 2, 4 … minutes; None to give up."""
    if tries >= TRIES:
        return None
    return min(FIRST_PAUSE * (1 << (tries - 1)), LONGEST_PAUSE)


def text_type(text: str) -> str:
    """SMS up to 90 bytes as carriers count them (EUC-KR: two for a Korean letter), else LMS."""
    size = sum(1 if letter.isascii() else 2 for letter in text)
    return "SMS" if size <= SHORT_MESSAGE_BYTES else "LMS"
