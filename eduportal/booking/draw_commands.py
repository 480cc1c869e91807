"""`eduportal draw …`: looks at a published draw; needs its file and nothing of the portal."""

import sys
from collections import Counter
from pathlib import Path
from typing import NoReturn

import click

from eduportal.booking.rules.draw_file import OUTCOMES, Document, Flaw, read, verify
from eduportal.booking.rules.draw_terms import BadDraw, OfficeSecret
from eduportal.shared.log import say

NO_FILE = "파일을 읽을 수 없습니다: %s"


@click.group("draw")
def draw() -> None:
    """Look at a published draw."""


@draw.command("verify")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--commitment", metavar="HASH", help="As announced before the window closed.")
@click.option("--list", "list_hash", metavar="HASH", help="As announced right after it.")
def verify_file(file: Path, commitment: str | None, list_hash: str | None) -> None:
    """Draw again from a published FILE; exit 1 where it differs, 2 where it is no such file."""
    document = _document(file)
    found = verify(
        document, announced_commitment=_hash(commitment), announced_list=_hash(list_hash)
    )
    if found:
        say("추첨 결과가 맞지 않습니다.", error=True)
        for sentence in found:
            say(f"  - {sentence}", error=True)
        sys.exit(1)
    say(_summary(document))


def _document(file: Path) -> Document:
    try:
        return read(file.read_bytes().decode("utf-8-sig"))
    except OSError:
        _refuse(NO_FILE % file)
    except UnicodeDecodeError:
        _refuse(Flaw.NOT_JSON.value)
    except BadDraw as bad:
        _refuse(bad.sentence)


def _refuse(sentence: str) -> NoReturn:
    say(sentence, error=True)
    sys.exit(2)


def _hash(text: str | None) -> str | None:
    return text.strip().lower() if text is not None else None


def _summary(document: Document) -> str:
    terms, source = document.commitment.terms, document.commitment.source
    count = Counter(one.outcome for one in document.result)
    outcomes = ", ".join(f"{label} {count[name]}명" for name, label in OUTCOMES.items())
    if isinstance(source, OfficeSecret):
        value = f"사무소의 비밀값 {document.value}"
    else:
        value = f"{source.name}, {source.moment}: {document.value}"
    return "\n".join(
        (
            "다시 계산한 결과가 발표와 같습니다.",
            f"  강좌: {terms.run}",
            f"  접수 마감: {terms.closes_at}",
            f"  신청 {len(document.entries)}건, 정원 {terms.capacity}명: {outcomes}",
            f"  씨앗이 된 값: {value}",
            f"  약속 해시(접수 마감 전에 공고): {document.commitment_hash}",
            f"  명단 해시(접수 마감 뒤에 공고): {document.list_hash}",
            "두 해시와 씨앗이 된 값이 그때 공고된 것과 같은지 견주어 보시기 바랍니다.",
        )
    )
