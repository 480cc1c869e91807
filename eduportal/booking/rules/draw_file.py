"""The file of a draw as it is published, and what of it is not right."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from eduportal.booking.rules.draw import Result, canonical_list, draw, list_hash
from eduportal.booking.rules.draw_terms import (
    VERSION,
    BadDraw,
    Commitment,
    Entry,
    OfficeSecret,
    PublicValue,
    Share,
    Source,
    Terms,
    normal_value,
    refusals,
    sha256,
)

MOST_DIFFERENCES = 5


class Flaw(StrEnum):
    """Why a file cannot be read as a draw."""

    NOT_JSON = "추첨 파일이 아닙니다(JSON 형식이 아닙니다). 내려받은 파일을 그대로 써 주세요."
    OTHER_VERSION = "‘%(version)s’ 판의 추첨 파일입니다. 이 프로그램은 ‘%(known)s’ 판만 확인합니다."
    MISSING = "추첨 파일에 ‘%(name)s’ 항목이 없습니다."
    UNKNOWN = "추첨 파일에 알 수 없는 ‘%(name)s’ 항목이 있습니다."
    TWICE = "추첨 파일에 ‘%(name)s’ 항목이 두 번 있습니다."
    OTHER_KIND = "추첨 파일의 ‘%(name)s’ 항목이 정해진 형식과 다릅니다."


class Finding(StrEnum):
    """What of a published draw is not as it should be."""

    COMMITMENT_DIFFERS = "추첨 기준이 약속 해시와 맞지 않습니다. 계산하면 %(computed)s입니다."
    LIST_DIFFERS = "명단이 명단 해시와 맞지 않습니다. 계산하면 %(computed)s입니다."
    OTHER_COMMITMENT = "파일의 약속 해시가 접수 마감 전에 공고된 해시와 다릅니다."
    OTHER_LIST = "파일의 명단 해시가 접수 마감 뒤에 공고된 해시와 다릅니다."
    VALUE_NOT_NORMAL = "공개된 값이 바르게 적혀 있지 않습니다. 바른 모양: ‘%(normal)s’"
    NOT_IN_RESULT = "추첨 번호(%(ticket)s)가 명단에는 있으나 결과에 없습니다."
    NOT_IN_LIST = "추첨 번호(%(ticket)s)가 결과에는 있으나 명단에 없습니다."
    RESULT_DIFFERS = (
        "추첨 번호(%(ticket)s)의 결과가 다릅니다. 다시 계산: %(computed)s, 발표: %(given)s"
    )
    ORDER_DIFFERS = "결과의 차례가 다시 계산한 차례와 다릅니다."
    MORE = "이 밖에도 다른 곳이 %(number)s군데 있습니다."


OUTCOMES = {"placed": "확정", "waiting": "대기", "not_selected": "미선정"}


@dataclass(frozen=True)
class Document:
    """All that is published of a draw, as it was published: nothing of it is believed yet."""

    commitment: Commitment
    commitment_hash: str
    entries: tuple[Entry, ...]
    list_hash: str
    value: str
    result: tuple[Result, ...]

    @property
    def list_text(self) -> str:
        """What the hash of the list is made of."""
        return canonical_list(self.commitment.sha256, self.entries)


def drawn(commitment: Commitment, entries: Sequence[Entry], value: str) -> Document:
    """Run a draw and put all of it together; BadDraw where it cannot be run."""
    result = draw(commitment, entries, value)
    return Document(
        commitment=commitment,
        commitment_hash=commitment.sha256,
        entries=tuple(sorted(entries, key=lambda entry: entry.ticket)),
        list_hash=list_hash(commitment, entries),
        value=normal_value(commitment.source, value),
        result=result,
    )


# Writing


def write(document: Document) -> str:
    """The file's text."""
    commitment = document.commitment
    plain = {
        "version": VERSION,
        "commitment": {
            "terms": commitment.terms.plain(),
            "source": commitment.source.plain(),
            "sha256": document.commitment_hash,
        },
        "list": {"entries": _rows(document.entries), "sha256": document.list_hash},
        "value": document.value,
        "result": _rows(document.result),
    }
    return json.dumps(plain, ensure_ascii=False, indent=1) + "\n"


def _rows(things: Sequence[Entry] | Sequence[Result]) -> list[dict[str, Any]]:
    return [asdict(thing) for thing in things]


# Reading

_TOP = {"version": str, "commitment": dict, "list": dict, "value": str, "result": list}
_PROMISE = {"version": str, "terms": dict, "source": dict}
_COMMITMENT = {"terms": dict, "source": dict, "sha256": str}
_TERMS = {
    **dict.fromkeys(("run", "closes_at"), str),
    **dict.fromkeys(("capacity", "waiting"), int),
    **dict.fromkeys(("first", "reserved", "channels", "rules"), list),
}
_PUBLIC = {"kind": str, "name": str, "moment": str, "form": str, "count": int}
_SECRET = {"kind": str, "sha256": str}
_LIST = {"entries": list, "sha256": str}
_ENTRY = {"ticket": str, "group": str, "channel": str, "lots": int}
_RESULT = {"ticket": str, "rank": int, "outcome": str, "place": int, "via": str}


def read(text: str) -> Document:
    """A document out of a file's text; BadDraw says what of it cannot be read."""
    top = _fields("", _parsed(text), _TOP)
    promise = _fields("commitment", top["commitment"], _COMMITMENT)
    listed = _fields("list", top["list"], _LIST)
    return Document(
        commitment=Commitment(_terms(promise["terms"]), _source(promise["source"])),
        commitment_hash=promise["sha256"],
        entries=tuple(Entry(**_fields("list.entries", row, _ENTRY)) for row in listed["entries"]),
        list_hash=listed["sha256"],
        value=top["value"],
        result=tuple(Result(**_fields("result", row, _RESULT)) for row in top["result"]),
    )


def read_commitment(text: str) -> Commitment:
    """A commitment out of the text that was published of it (`Commitment.text`)."""
    promise = _fields("", _parsed(text), _PROMISE)
    return Commitment(_terms(promise["terms"]), _source(promise["source"]))


def read_list(text: str) -> tuple[Entry, ...]:
    """The entries out of the text that was published of them (`canonical_list`)."""
    version, *lines = text.splitlines() or [""]
    if version != VERSION:
        raise BadDraw(Flaw.OTHER_VERSION, version=version, known=VERSION)
    rows = [line.split(",") for line in lines[1:]]
    if any(len(row) != 4 or not row[3].isdecimal() for row in rows):
        raise BadDraw(Flaw.OTHER_KIND, name="list.entries")
    return tuple(Entry(ticket, group, way, int(lots)) for ticket, group, way, lots in rows)


def _parsed(text: str) -> Any:
    try:
        plain = json.loads(text, object_pairs_hook=_once)
        # Half a letter (an unpaired surrogate) is no text: it could not be hashed.
        json.dumps(plain, ensure_ascii=False).encode()
    except BadDraw:
        raise
    except (ValueError, RecursionError) as error:
        raise BadDraw(Flaw.NOT_JSON) from error
    version = plain.get("version", VERSION) if isinstance(plain, dict) else VERSION
    if version != VERSION:
        raise BadDraw(Flaw.OTHER_VERSION, version=version, known=VERSION)
    return plain


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object that says nothing twice: readers would not agree which of the two counts."""
    made: dict[str, Any] = {}
    for name, value in pairs:
        if name in made:
            raise BadDraw(Flaw.TWICE, name=name)
        made[name] = value
    return made


def _fields(where: str, plain: Any, kinds: Mapping[str, type]) -> dict[str, Any]:
    """An object with exactly these fields of exactly these kinds (True is no number here)."""
    if type(plain) is not dict:
        raise BadDraw(Flaw.OTHER_KIND, name=where)
    for name in kinds.keys() ^ plain.keys():
        raise BadDraw(Flaw.MISSING if name in kinds else Flaw.UNKNOWN, name=_path(where, name))
    for name, kind in kinds.items():
        if type(plain[name]) is not kind:
            raise BadDraw(Flaw.OTHER_KIND, name=_path(where, name))
    return plain


def _path(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _terms(plain: Any) -> Terms:
    facts = _fields("terms", plain, _TERMS)
    return Terms(
        **{
            **facts,
            "first": _texts("terms.first", facts["first"]),
            "rules": _texts("terms.rules", facts["rules"]),
            "reserved": tuple(_share("terms.reserved", row) for row in facts["reserved"]),
            "channels": tuple(_share("terms.channels", row) for row in facts["channels"]),
        }
    )


def _texts(where: str, plain: list[Any]) -> tuple[str, ...]:
    if any(type(text) is not str for text in plain):
        raise BadDraw(Flaw.OTHER_KIND, name=where)
    return tuple(plain)


def _share(where: str, plain: Any) -> Share:
    if type(plain) is not list or [type(part) for part in plain] != [str, int]:
        raise BadDraw(Flaw.OTHER_KIND, name=where)
    return Share(*plain)


def _source(plain: dict[str, Any]) -> Source:
    if plain.get("kind") == "secret":
        return OfficeSecret(_fields("source", plain, _SECRET)["sha256"])
    facts = _fields("source", plain, _PUBLIC)
    if facts["kind"] != "public":
        raise BadDraw(Flaw.OTHER_KIND, name="source.kind")
    return PublicValue(**{name: value for name, value in facts.items() if name != "kind"})


# Verifying


def verify(
    document: Document,
    *,
    announced_commitment: str | None = None,
    announced_list: str | None = None,
) -> list[str]:
    """What is not right, in sentences; nothing at all: the draw is as it should be.

    The announced hashes are those that somebody wrote down at the time: a file that was exchanged
    as a whole agrees with itself, but not with them.
    """
    found = [*_hash_findings(document)]
    if announced_commitment not in (None, document.commitment_hash):
        found.append(Finding.OTHER_COMMITMENT.value)
    if announced_list not in (None, document.list_hash):
        found.append(Finding.OTHER_LIST.value)
    unusable = [bad.sentence for bad in refusals(document.commitment, document.entries)]
    return found + (unusable or _drawn_findings(document))


def _drawn_findings(document: Document) -> list[str]:
    try:
        normal = normal_value(document.commitment.source, document.value)
    except BadDraw as bad:
        return [bad.sentence]
    if normal != document.value:
        return [Finding.VALUE_NOT_NORMAL.value % {"normal": normal}]
    return _result_findings(document)


def _hash_findings(document: Document) -> Iterator[str]:
    computed = document.commitment.sha256
    if computed != document.commitment_hash:
        yield Finding.COMMITMENT_DIFFERS.value % {"computed": computed}
    computed = sha256(document.list_text)
    if computed != document.list_hash:
        yield Finding.LIST_DIFFERS.value % {"computed": computed}


def _result_findings(document: Document) -> list[str]:
    computed = draw(document.commitment, document.entries, document.value)
    if computed == document.result:
        return []
    found = list(_differences(computed, document.result)) or [Finding.ORDER_DIFFERS.value]
    more = len(found) - MOST_DIFFERENCES
    shown = found[:MOST_DIFFERENCES]
    return [*shown, Finding.MORE.value % {"number": more}] if more > 0 else shown


def _differences(computed: Sequence[Result], given: Sequence[Result]) -> Iterator[str]:
    published = {one.ticket: one for one in given}
    for one in computed:
        other = published.pop(one.ticket, None)
        if other is None:
            yield Finding.NOT_IN_RESULT.value % {"ticket": one.ticket}
        elif other != one:
            facts = {"computed": in_words(one), "given": in_words(other)}
            yield Finding.RESULT_DIFFERS.value % {"ticket": one.ticket, **facts}
    for ticket in published:
        yield Finding.NOT_IN_LIST.value % {"ticket": ticket}


def in_words(result: Result) -> str:
    """What a ticket got, in short."""
    place = f" {result.place}번" if result.place else ""
    via = f", {result.via}" if result.via else ""
    outcome = OUTCOMES.get(result.outcome, result.outcome)
    return f"{outcome}{place}(추첨 순위 {result.rank}번{via})"
