"""Who people are to the office, and when they may sign in; plain values, no database."""

import base64
import hashlib
import hmac
import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import ceil
from urllib.parse import urlsplit

MINIMUM_AGE_TO_REGISTER = 14
OLDEST_AGE = 120

CODE_DIGITS = 6
CODE_LIFE = timedelta(minutes=3)
CODE_TRIES = 5
CODE_EVERY = timedelta(seconds=30)
CODES_AN_HOUR = 5
# A classroom of 28 shares one address, so it is only held against floods.
ADDRESS_CODES_AN_HOUR = 200
# How long a right code lets its owner choose who they are, or fill in who they are.
PROVED_LIFE = timedelta(minutes=30)

BIRTH_DATE_TRIES = 5
BIRTH_DATE_WINDOW = timedelta(hours=1)

# Good or not: whoever registers tells a name and a birth date, which is a guess as well.
REGISTRATION_TRIES = 5
REGISTRATION_WINDOW = timedelta(hours=1)

PASSWORD_LETTERS = 10
PASSWORD_TRIES = 5
PASSWORD_WINDOW = timedelta(minutes=15)
ADDRESS_PASSWORD_TRIES = 200
ADDRESS_WINDOW = timedelta(hours=1)

SETUP_TRIES = 5
SETUP_WINDOW = timedelta(minutes=15)
SETUP_LETTERS = 12

INVITATION_LIFE = timedelta(hours=72)

DEVICE_LIFE = timedelta(days=180)
# What is counted to slow guessing down is of no use after the longest window above.
TRIES_KEPT = timedelta(days=1)

# Everybody in the demo office who signs in by e-mail has it; a real office has nobody with it.
DEMO_PASSWORD = "eduportal-demo"  # noqa: S105 (shown on the demo's sign-in page)

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


class Audience(StrEnum):
    """Residents (구민) and district employees as learners (직원), always counted apart."""

    RESIDENT = "resident"
    EMPLOYEE = "employee"

    @property
    def label(self) -> str:
        """As written on screen and in reports."""
        return {"resident": "구민", "employee": "직원"}[self.value]


class Relation(StrEnum):
    """How a person belongs to the district (R3)."""

    LIVES = "lives"
    WORKS = "works"
    STUDIES = "studies"
    ELSEWHERE = "elsewhere"

    @property
    def label(self) -> str:
        """As written on screen."""
        return _RELATION_LABELS[self]


_RELATION_LABELS = {
    Relation.LIVES: "거주",
    Relation.WORKS: "직장",
    Relation.STUDIES: "재학",
    Relation.ELSEWHERE: "다른 지역",
}


class Sex(StrEnum):
    """Told only if they wish."""

    FEMALE = "f"
    MALE = "m"

    @property
    def label(self) -> str:
        """As written on screen."""
        return {"f": "여성", "m": "남성"}[self.value]


class Role(StrEnum):
    """What an account may do for the office, and for its own department."""

    ADMIN = "admin"
    STAFF = "staff"
    DESK = "desk"
    INSTRUCTOR = "instructor"
    VIEWER = "viewer"
    DEPARTMENT = "department"

    @property
    def label(self) -> str:
        """As written on screen."""
        return _ROLE_LABELS[self]


_ROLE_LABELS = {
    Role.ADMIN: "관리자",
    Role.STAFF: "담당자",
    Role.DESK: "접수 창구",
    Role.INSTRUCTOR: "강사",
    Role.VIEWER: "조회 전용",
    Role.DEPARTMENT: "부서 교육담당",
}

# Whose grant is enough to do what a page asks for: each of the office's roles may do all that the
# one after it may.
OFFICE_ROLES: tuple[Role, ...] = (Role.ADMIN, Role.STAFF, Role.DESK, Role.VIEWER)


@dataclass(frozen=True)
class Grant:
    """A role at a center (None: every center); of a department where the role is one of those."""

    role: Role
    center_id: int | None = None
    department: str | None = None


def centers_of(grants: Collection[Grant], role: Role) -> frozenset[int] | None:
    """Where somebody may do what `role` may: the centers of that role and of those above it.

    None means every center.
    """
    enough = OFFICE_ROLES[: OFFICE_ROLES.index(role) + 1]
    there = [grant for grant in grants if grant.role in enough]
    if any(grant.role is Role.ADMIN or grant.center_id is None for grant in there):
        return None
    return frozenset(grant.center_id for grant in there if grant.center_id is not None)


def may_do(grants: Collection[Grant], role: Role) -> bool:
    """Whether somebody may do what one of the office's roles may, anywhere."""
    return any(grant.role in OFFICE_ROLES[: OFFICE_ROLES.index(role) + 1] for grant in grants)


@dataclass(frozen=True)
class Holding:
    """What a rule asks about somebody whose role or account is to be taken away."""

    account_id: int
    is_admin: bool
    other_admins: int


def revoke_refusal(role: Role, holding: Holding, actor_id: int | None) -> "Refusal | None":
    """Whether a role may be taken from somebody: never one's own keys, never the last ones."""
    if role is not Role.ADMIN or not holding.is_admin:
        return None
    if holding.account_id == actor_id:
        return Reason.OWN_ADMIN, {}
    return None if holding.other_admins else (Reason.LAST_ADMIN, {})


def close_refusal(holding: Holding, actor_id: int | None) -> "Refusal | None":
    """Whether somebody's account may be closed."""
    if holding.account_id == actor_id:
        return Reason.OWN_ACCOUNT, {}
    if holding.is_admin and not holding.other_admins:
        return Reason.LAST_ADMIN, {}
    return None


def grant_refusal(
    role: Role, center_ids: Collection[int | None], department: str | None
) -> "Refusal | None":
    """Whether a role is given for something: a center (None: every one), or a department."""
    if role is Role.DEPARTMENT:
        return None if department else (Reason.DEPARTMENT_NEEDED, {})
    return None if center_ids or role is Role.ADMIN else (Reason.CENTER_NEEDED, {})


class Purpose(StrEnum):
    """What a consent is asked for."""

    SERVICE = "service"
    STATISTICS = "statistics"
    NEWS = "news"


class Reason(StrEnum):
    """Why a verb says no."""

    CODE_TOO_SOON = "인증번호를 방금 보냈습니다. %(seconds)s초 뒤에 다시 받을 수 있습니다."
    CODE_TOO_MANY = (
        "이 번호로 인증번호를 여러 번 보냈습니다. 안전을 위해 %(minutes)s분 뒤에 다시 받아 주세요."
    )
    ADDRESS_TOO_MANY = "지금 이곳에서 로그인 요청이 너무 많습니다. 잠시 뒤 다시 시도해 주세요."
    CODE_WRONG = "인증번호가 다릅니다. 문자를 다시 확인해 주세요. %(left)s번 더 입력할 수 있습니다."
    CODE_OVER = "인증번호를 쓸 수 있는 시간이 지났습니다. 인증번호를 다시 받아 주세요."
    CODE_USED_UP = "여러 번 틀려서 이 인증번호는 쓸 수 없습니다. 인증번호를 다시 받아 주세요."
    BIRTH_DATE_WRONG = "등록된 생년월일과 다릅니다. 다시 확인해 주세요."
    BIRTH_DATE_TOO_MANY = (
        "생년월일이 여러 번 틀렸습니다. 한 시간 뒤에 다시 시도하거나 전화로 문의해 주세요."
    )
    REGISTRATION_TOO_MANY = (
        "이 번호로 등록을 여러 번 시도했습니다. 안전을 위해 한 시간 뒤에 다시 시도하거나 "
        "전화로 문의해 주세요."
    )
    NAME_KNOWN = (
        "이 번호에 같은 이름으로 등록된 분이 있습니다. 본인이시면 등록된 생년월일을 입력해 주세요. "
        "이름만 같은 다른 분이시면 전화하거나 교육장에 오시면 등록해 드립니다."
    )
    NAME_ELSEWHERE = (
        "이 번호에 같은 이름으로 등록된 분이 있지만, 이 번호로는 로그인할 수 없습니다. "
        "전화로 문의해 주세요."
    )
    PASSWORD_WRONG = "이메일 또는 비밀번호가 맞지 않습니다."  # noqa: S105 (a sentence)
    PASSWORD_TOO_MANY = "여러 번 틀려 잠시 막았습니다. 15분 뒤에 다시 시도해 주세요."  # noqa: S105
    ACCOUNT_CLOSED = "지금은 쓸 수 없는 계정입니다. 전화로 문의해 주세요."
    NO_SUCH_PERSON = "그 이름을 찾지 못했습니다. 처음부터 다시 시도해 주세요."
    BIRTH_DATE_IMPOSSIBLE = "생년월일을 다시 확인해 주세요."
    UNDER_AGE = (
        "만 14세 미만은 보호자의 동의가 필요합니다. 보호자와 함께 교육장에 오시거나 전화해 주세요. "
        "입력하신 내용은 저장하지 않았습니다."
    )
    CONSENT_NEEDED = "‘필수’라고 적힌 항목에 동의해야 등록할 수 있습니다."
    CONSENT_REQUIRED = "수강신청에 꼭 필요한 동의입니다. 거두려면 전화로 문의해 주세요."
    EMAIL_TAKEN = "이미 있는 이메일입니다."
    EMPLOYEE_NUMBER_TAKEN = "이미 등록된 직원 번호입니다."
    LAST_ADMIN = (
        "관리자가 한 명도 남지 않게 됩니다. 다른 분에게 관리자 권한을 먼저 주고, "
        "그분이 한 번 로그인한 뒤에 거두어 주세요."
    )
    OWN_ADMIN = "자신의 관리자 권한은 스스로 거둘 수 없습니다. 다른 관리자에게 부탁해 주세요."
    OWN_ACCOUNT = "지금 쓰고 있는 자신의 계정은 닫을 수 없습니다. 다른 관리자에게 부탁해 주세요."
    CENTER_NEEDED = "이 권한으로 일할 교육장을 하나 이상 골라 주세요."
    DEPARTMENT_NEEDED = "교육을 맡은 부서의 이름을 적어 주세요."
    GRANTED_ALREADY = "이미 가지고 있는 권한입니다."
    SETUP_CODE_WRONG = "설정 번호가 다릅니다. 서버를 시작한 화면에 나온 번호를 다시 확인해 주세요."
    SETUP_OVER = "이미 관리자가 있습니다. 로그인해 주세요."
    INVITATION_OVER = "이 초대는 더 쓸 수 없습니다. 관리자에게 새 초대를 부탁해 주세요."


Refusal = tuple[Reason, dict[str, object]]


@dataclass(frozen=True)
class SentCode:
    """What a rule asks of the last code that was sent to a number."""

    expires_at: datetime
    tries: int
    used: bool


def age_on(day: date, birth_date: date) -> int:
    """Full years (만 나이) on a day."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def age_band(day: date, birth_date: date) -> str:
    """`10대` … `80대 이상`, as demographic tables count them."""
    decade = age_on(day, birth_date) // 10 * 10
    if decade < 10:
        return "10세 미만"
    return "80대 이상" if decade >= 80 else f"{decade}대"


def send_refusal(sent: Sequence[datetime], from_address: int, now: datetime) -> Refusal | None:
    """Whether a code may be sent: `sent` to this number in the last hour, oldest first."""
    if sent and now - sent[-1] < CODE_EVERY:
        return Reason.CODE_TOO_SOON, {
            "seconds": ceil((sent[-1] + CODE_EVERY - now).total_seconds())
        }
    if len(sent) >= CODES_AN_HOUR:
        wait = sent[-CODES_AN_HOUR] + timedelta(hours=1) - now
        return Reason.CODE_TOO_MANY, {"minutes": ceil(wait.total_seconds() / 60)}
    if from_address >= ADDRESS_CODES_AN_HOUR:
        return Reason.ADDRESS_TOO_MANY, {}
    return None


def code_refusal(code: SentCode | None, right: bool, now: datetime) -> Refusal | None:
    """Whether a typed code lets its owner in; `code.tries` are those before this one."""
    if code is None or code.used or now >= code.expires_at:
        return Reason.CODE_OVER, {}
    if code.tries >= CODE_TRIES:
        return Reason.CODE_USED_UP, {}
    if right:
        return None
    left = CODE_TRIES - code.tries - 1
    return (Reason.CODE_WRONG, {"left": left}) if left else (Reason.CODE_USED_UP, {})


def birth_date_refusal(wrong_before: int, right: bool) -> Refusal | None:
    """Whether a typed birth date confirms who somebody is, after so many wrong ones."""
    if wrong_before >= BIRTH_DATE_TRIES:
        return Reason.BIRTH_DATE_TOO_MANY, {}
    return None if right else (Reason.BIRTH_DATE_WRONG, {})


def tries_to_register_refusal(made_before: int) -> Refusal | None:
    """Whether a phone may register somebody, after so many tries, good or not."""
    too_many = made_before >= REGISTRATION_TRIES
    return (Reason.REGISTRATION_TOO_MANY, {}) if too_many else None


def namesake_refusal(refused: Collection[Reason]) -> Refusal:
    """What to say when no birth date of that name was confirmed.

    Once one of them is locked it is always said, so that it tells nothing about what was typed.
    """
    locked = Reason.BIRTH_DATE_TOO_MANY in refused
    return (Reason.BIRTH_DATE_TOO_MANY if locked else Reason.NAME_KNOWN), {}


def password_refusal(wrong_before: int, from_address: int) -> Refusal | None:
    """Whether a password may be tried at all."""
    if wrong_before >= PASSWORD_TRIES:
        return Reason.PASSWORD_TOO_MANY, {}
    return (Reason.ADDRESS_TOO_MANY, {}) if from_address >= ADDRESS_PASSWORD_TRIES else None


def setup_refusal(wrong_before: int, from_address: int, right: bool) -> Refusal | None:
    """Whether a typed set-up code opens the first page of an office without an administrator."""
    if wrong_before >= SETUP_TRIES:
        return Reason.PASSWORD_TOO_MANY, {}
    if from_address >= ADDRESS_PASSWORD_TRIES:
        return Reason.ADDRESS_TOO_MANY, {}
    return None if right else (Reason.SETUP_CODE_WRONG, {})


def setup_code(key: str) -> str:
    """`ABCD-EFGH-JKLM`: made from the secret key, so that every process and node knows the same."""
    digest = hmac.new(key.encode(), b"eduportal.setup", hashlib.sha256).digest()
    letters = base64.b32encode(digest).decode()[:SETUP_LETTERS]
    return "-".join(letters[start : start + 4] for start in range(0, SETUP_LETTERS, 4))


def is_setup_code(typed: str, key: str) -> bool:
    """Whether this is the set-up code, however its dashes and capitals were typed."""
    bare = "".join(letter for letter in typed.upper() if letter.isalnum())
    right = setup_code(key).replace("-", "")
    return hmac.compare_digest(bare.encode(), right.encode())


def invitation_is_good(expires_at: datetime, used: bool, active: bool, now: datetime) -> bool:
    """Whether a link still lets somebody set their password."""
    return active and not used and now < expires_at


def token_hash(token: str) -> str:
    """What is kept of an invitation's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def birth_date_is_possible(birth_date: date, today: date) -> bool:
    """Whether somebody alive may have been born then."""
    return birth_date <= today and age_on(today, birth_date) <= OLDEST_AGE


def registration_refusal(birth_date: date, today: date) -> Refusal | None:
    """Whether somebody may register without coming in."""
    if not birth_date_is_possible(birth_date, today):
        return Reason.BIRTH_DATE_IMPOSSIBLE, {}
    young = age_on(today, birth_date) < MINIMUM_AGE_TO_REGISTER
    return (Reason.UNDER_AGE, {}) if young else None


def normal_name(text: str) -> str:
    """A name in any script, without stray spaces and in one form, so that it is found again."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def normal_dong(text: str | None) -> str | None:
    """`대림1동` from `대림 1동`; nothing is None."""
    return "".join(unicodedata.normalize("NFC", text or "").split()) or None


def is_email(text: str) -> bool:
    """Whether it has the form of an address."""
    return len(text) <= 254 and bool(_EMAIL.fullmatch(text))


def is_path_here(text: str) -> bool:
    """Whether it is a path on this very site, so that nobody is sent elsewhere by us."""
    if not text.startswith("/") or text.startswith("//"):
        return False
    if "\\" in text or any(unicodedata.category(letter) == "Cc" for letter in text):
        return False
    parts = urlsplit(text)
    return not parts.scheme and not parts.netloc


def kind_of(roles: Collection[Role], audience: Audience | None) -> str:
    """An account in one word, for the record of who did what: the most that it may do."""
    for role in (Role.ADMIN, Role.STAFF, Role.DESK, Role.INSTRUCTOR, Role.VIEWER, Role.DEPARTMENT):
        if role in roles:
            return role.value
    return (audience or Audience.RESIDENT).value


def landing(kind: str) -> str:
    """The page that somebody sees first after signing in."""
    return _LANDINGS.get(kind, "/my")


_LANDINGS = {
    "admin": "/office",
    "staff": "/office",
    "desk": "/office",
    "viewer": "/office",
    "instructor": "/teach",
    "department": "/department",
}
