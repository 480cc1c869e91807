import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from eduportal import cli
from eduportal.booking.rules.draw_file import (
    Document,
    Finding,
    Flaw,
    drawn,
    read,
    read_commitment,
    read_list,
    verify,
    write,
)
from eduportal.booking.rules.draw_terms import (
    BadDraw,
    Commitment,
    Entry,
    OfficeSecret,
    Reason,
    Share,
    Source,
    Terms,
)
from eduportal.config import PROJECT
from tests.booking.draws import LOTTERY, NUMBERS, SECRET, random_document

GUIDE = PROJECT / "docs" / "draw.md"
TERMS = Terms("첫걸음", "마감", 3, 2, ("F",), (Share("R", 1),), (Share("P", 1),))
ENTRIES = [
    *(Entry("A1", "F"), Entry("A2", "R"), Entry("A3", "R", "P"), Entry("A4", "", "P")),
    *(Entry(f"B{n}", lots=n) for n in range(1, 6)),
]
BY_LOTTERY = drawn(Commitment(TERMS, LOTTERY), ENTRIES, NUMBERS)
BY_SECRET = drawn(Commitment(TERMS, OfficeSecret.of(SECRET)), ENTRIES, SECRET)

Plain = dict[str, Any]


def changed(change: Callable[[Plain], object], document: Document = BY_LOTTERY) -> str:
    """A file somebody had their hands on."""
    plain = json.loads(write(document))
    change(plain)
    return json.dumps(plain)


# Verifying


@given(st.integers())
def test_what_was_drawn_is_right(seed: int) -> None:
    document = random_document(seed)

    assert read(write(document)) == document
    assert verify(document) == []


@pytest.mark.parametrize("document", [BY_LOTTERY, BY_SECRET], ids=["lottery", "secret"])
def test_changing_any_letter_of_the_file_is_found(document: Document) -> None:
    text = write(document)
    unseen = [at for at in range(len(text)) if is_unseen(document, text, at)]

    assert unseen == []


def is_unseen(document: Document, text: str, at: int) -> bool:
    """Whether one letter can become another without a word (blanks between words are free)."""
    other = "1" if text[at] == "0" else "0"
    try:
        forged = read(text[:at] + other + text[at + 1 :])
    except BadDraw:
        return False
    return forged != document and not verify(forged)


@given(st.integers(), st.data())
def test_another_entry_is_found(seed: int, data: st.DataObject) -> None:
    document = random_document(seed)
    entries = list(document.entries)
    if entries:
        at = data.draw(st.integers(0, len(entries) - 1))
        entries[at] = replace(entries[at], lots=entries[at].lots + 1)
    else:
        entries = [Entry("NEW")]
    forged = replace(document, entries=tuple(entries))

    assert any("명단 해시와 맞지" in sentence for sentence in verify(forged))


@pytest.mark.parametrize(
    "terms",
    [
        replace(TERMS, capacity=4),
        replace(TERMS, waiting=9),
        replace(TERMS, reserved=(Share("R", 0),)),
        replace(TERMS, closes_at="내일"),
        replace(TERMS, rules=("아는 사람 먼저",)),
    ],
)
def test_other_terms_are_found(terms: Terms) -> None:
    """Even where all that follows from them is computed anew."""
    again = drawn(Commitment(terms, LOTTERY), ENTRIES, NUMBERS)
    forged = replace(again, commitment_hash=BY_LOTTERY.commitment_hash)

    assert any("약속 해시와 맞지" in sentence for sentence in verify(forged))


def test_a_file_that_was_exchanged_whole_is_found_by_what_was_announced() -> None:
    other = drawn(Commitment(TERMS, LOTTERY), ENTRIES[1:], NUMBERS)
    announced = BY_LOTTERY.commitment_hash

    assert verify(other) == []
    assert verify(other, announced_commitment=announced) == []
    assert verify(other, announced_list=BY_LOTTERY.list_hash) == [Finding.OTHER_LIST.value]
    assert verify(BY_SECRET, announced_commitment=announced) == [Finding.OTHER_COMMITMENT.value]


def test_another_secret_is_found() -> None:
    again = drawn(Commitment(TERMS, OfficeSecret.of("00" * 32)), ENTRIES, "00" * 32)
    forged = replace(again, commitment=BY_SECRET.commitment)

    assert Reason.HIDDEN_VALUE_DIFFERS.value in verify(forged)


def test_another_public_value_is_found() -> None:
    found = verify(replace(BY_LOTTERY, value="1,2,3,4,5,6"))

    assert "의 결과가" in found[0]


def test_a_value_in_another_form_is_found() -> None:
    assert NUMBERS in verify(replace(BY_LOTTERY, value="3, 7, 11, 19, 31, 40"))[0]


def test_a_ticket_that_is_in_twice_is_found() -> None:
    forged = replace(BY_LOTTERY, entries=(*BY_LOTTERY.entries, BY_LOTTERY.entries[0]))

    assert any("두 번 있습니다" in sentence for sentence in verify(forged))


def test_somebody_from_outside_is_found() -> None:
    result = (replace(BY_LOTTERY.result[0], ticket="FRIEND"), *BY_LOTTERY.result[1:])

    found = verify(replace(BY_LOTTERY, result=result))

    assert found == [
        Finding.NOT_IN_RESULT.value % {"ticket": BY_LOTTERY.result[0].ticket},
        Finding.NOT_IN_LIST.value % {"ticket": "FRIEND"},
    ]


def test_two_who_changed_places_are_found_with_what_they_should_have() -> None:
    first, second, *others = BY_LOTTERY.result
    swapped = (
        replace(first, ticket=second.ticket),
        replace(second, ticket=first.ticket),
    )

    found = verify(replace(BY_LOTTERY, result=(*swapped, *others)))

    assert len(found) == 2
    assert all("확정 1번" in sentence and "확정 2번" in sentence for sentence in found)


def test_another_order_of_the_result_is_found() -> None:
    forged = replace(BY_LOTTERY, result=BY_LOTTERY.result[::-1])

    assert verify(forged) == [Finding.ORDER_DIFFERS.value]


def test_of_many_differences_some_are_told_and_the_others_counted() -> None:
    found = verify(replace(BY_LOTTERY, result=()))

    assert len(found) == 6
    assert found[-1] == Finding.MORE.value % {"number": 4}


# Reading


def put(path: str, value: object) -> Callable[[Plain], object]:
    """Write something else at a place of the file."""

    def change(plain: Plain) -> None:
        *way, last = path.split(".")
        place: Any = plain
        for name in way:
            place = place[int(name) if name.isdigit() else name]
        place[last] = value

    return change


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("", Flaw.NOT_JSON),
        ("추첨 결과", Flaw.NOT_JSON),
        ("[" * 100_000, Flaw.NOT_JSON),
        ("1" * 5_000, Flaw.NOT_JSON),
        ("[]", Flaw.OTHER_KIND),
        ("{}", Flaw.MISSING),
        ('{"version": "eduportal-draw-1", "version": "eduportal-draw-1"}', Flaw.TWICE),
        ('{"version": "eduportal-draw-2"}', Flaw.OTHER_VERSION),
        (changed(lambda plain: plain.pop("value")), Flaw.MISSING),
        (changed(lambda plain: plain["list"].pop("sha256")), Flaw.MISSING),
        (changed(lambda plain: plain["list"]["entries"][0].pop("lots")), Flaw.MISSING),
        (changed(put("note", "")), Flaw.UNKNOWN),
        (changed(put("commitment.terms.note", "")), Flaw.UNKNOWN),
        (changed(put("value", 7)), Flaw.OTHER_KIND),
        (changed(put("list.entries.0.lots", True)), Flaw.OTHER_KIND),
        (changed(put("list.entries.0.lots", 1.0)), Flaw.OTHER_KIND),
        (changed(put("list.entries", ["A1"])), Flaw.OTHER_KIND),
        (changed(put("commitment.terms.first", [1])), Flaw.OTHER_KIND),
        (changed(put("commitment.terms.reserved", [["R"]])), Flaw.OTHER_KIND),
        (changed(put("commitment.source.kind", "guess")), Flaw.OTHER_KIND),
        (changed(put("commitment.terms.run", "\ud800")), Flaw.NOT_JSON),
    ],
)
def test_what_is_no_draw_cannot_be_read(text: str, flaw: Flaw) -> None:
    with pytest.raises(BadDraw) as bad:
        read(text)

    assert bad.value.reason is flaw
    assert "%(" not in bad.value.sentence


@given(st.integers())
def test_what_was_published_on_the_way_is_read_back(seed: int) -> None:
    document = random_document(seed)

    assert read_commitment(document.commitment.text) == document.commitment
    assert read_list(document.list_text) == document.entries


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"version": "eduportal-draw-0"}'])
def test_what_is_no_commitment_cannot_be_read(text: str) -> None:
    with pytest.raises(BadDraw):
        read_commitment(text)


@pytest.mark.parametrize("lines", ["", "eduportal-draw-0\nab\n", "A,,,x\n", "A,,\n", "A,,,1,\n"])
def test_what_is_no_list_cannot_be_read(lines: str) -> None:
    start = "" if not lines or lines.startswith("edu") else "eduportal-draw-1\nab\n"

    with pytest.raises(BadDraw):
        read_list(start + lines)


def test_a_draw_that_cannot_be_run_is_not_put_together() -> None:
    source: Source = OfficeSecret("")
    for commitment, entries, value in (
        (Commitment(TERMS, source), ENTRIES, SECRET),
        (Commitment(TERMS, LOTTERY), [Entry("A"), Entry("A")], NUMBERS),
        (Commitment(TERMS, LOTTERY), ENTRIES, "아직"),
        (Commitment(replace(TERMS, run="\ud800"), LOTTERY), ENTRIES, NUMBERS),
    ):
        with pytest.raises(BadDraw):
            drawn(commitment, entries, value)


# The command


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A draw's file as it is downloaded."""
    path = tmp_path / "draw.json"
    path.write_text(write(BY_LOTTERY), encoding="utf-8")
    return path


def asked(file: Path, *options: str) -> Result:
    return CliRunner().invoke(cli.main, ["draw", "verify", str(file), *options])


def test_the_command_says_that_a_draw_is_right(file: Path) -> None:
    hashes = ("--commitment", BY_LOTTERY.commitment_hash, "--list", BY_LOTTERY.list_hash)

    told = asked(file, *hashes)

    assert told.exit_code == 0
    for words in (
        "발표와 같습니다",
        "첫걸음",
        "확정 3명, 대기 2명, 미선정 4명",
        *hashes[1::2],
        NUMBERS,
    ):
        assert words in told.output


def test_the_command_shows_a_secret_that_was_revealed(file: Path) -> None:
    file.write_text(write(BY_SECRET), encoding="utf-8")

    assert f"비밀값 {SECRET}" in asked(file).output


def test_the_command_says_what_is_not_right(file: Path) -> None:
    file.write_text(changed(put("result.0.ticket", "FRIEND")), encoding="utf-8")

    told = asked(file)

    assert told.exit_code == 1
    assert "맞지 않습니다" in told.output
    assert "(FRIEND)가 결과에는 있으나" in told.output


def test_the_command_compares_with_what_was_announced(file: Path) -> None:
    assert asked(file, "--list", "0" * 64).exit_code == 1
    assert asked(file, "--commitment", "0" * 64).exit_code == 1


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"{}", b'{"version": 2}'])
def test_the_command_refuses_what_is_no_draw(file: Path, content: bytes) -> None:
    file.write_bytes(content)

    told = asked(file)

    assert told.exit_code == 2
    assert "추첨 파일" in told.output


def test_the_command_says_that_there_is_no_file(file: Path) -> None:
    told = asked(file.with_name("other.json"))

    assert told.exit_code == 2
    assert "파일을 읽을 수 없습니다" in told.output
    assert asked(file.parent).exit_code == 2


# What the guide says


def program(tmp_path: Path) -> Path:
    """The verifier that stands in the guide, as a stranger would copy it."""
    code = GUIDE.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    assert len(code.strip().splitlines()) <= 31
    path = tmp_path / "thirty_lines.py"
    path.write_text(code, encoding="utf-8")
    return path


def judged(program: Path, text: str) -> int:
    file = program.with_name("draw.json")
    file.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", str(program), str(file)], capture_output=True, check=False
    )
    assert b"Traceback" not in done.stderr
    return done.returncode


def test_the_thirty_lines_of_the_guide_agree_on_what_is_right(tmp_path: Path) -> None:
    copied = program(tmp_path)

    for document in (BY_LOTTERY, BY_SECRET, *map(random_document, range(12))):
        assert judged(copied, write(document)) == 0


@pytest.mark.parametrize(
    "change",
    [
        put("value", "1,2,3,4,5,6"),
        put("list.entries.0.lots", 2),
        put("commitment.terms.capacity", 4),
        put("commitment.sha256", "0" * 64),
        put("list.sha256", "0" * 64),
        put("result.0.ticket", "FRIEND"),
        lambda plain: plain["list"]["entries"].append(plain["list"]["entries"][0]),
    ],
)
def test_the_thirty_lines_of_the_guide_find_what_is_wrong(
    change: Callable[[Plain], object], tmp_path: Path
) -> None:
    assert judged(program(tmp_path), changed(change)) == 1


def test_the_guide_normalizes_a_value_as_the_rules_do() -> None:
    text = GUIDE.read_text(encoding="utf-8")

    assert '`"40, 3 , 11,19,31 + 07"` → `"3,7,11,19,31,40"`' in text
    assert drawn(Commitment(TERMS, LOTTERY), ENTRIES, "40, 3 , 11,19,31 + 07") == BY_LOTTERY
