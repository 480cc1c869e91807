"""The file that goes out: the words that came in stand where our fact is what it was."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from eduportal.catalog.standard_set import columns as c
from eduportal.catalog.standard_set.columns import COLUMNS, Cells

# As the set is exchanged: with the mark that lets Excel read Korean.
UTF_8, CP949 = "utf-8-sig", "cp949"
# A word as it stood in the file, and what we would have written ourselves then. None in its place:
# the file's word was not followed, so ours goes out.
Declared = Mapping[str, list[Any]]


def words_out(ours: Cells, declared: Declared | None, today: date) -> Cells:
    """What a run's line says: declared words where ours have not changed since, else ours."""
    told = declared or {}
    words = {name: _word(name, ours[name], told.get(name)) for name in COLUMNS}
    as_declared = all(words[name] == told[name][0] for name in COLUMNS[:-1] if name in told)
    if c.AS_OF not in told or not as_declared:
        words[c.AS_OF] = today.isoformat()
    return words


def as_csv(lines: Iterable[Cells]) -> str:
    """The lines under the columns' names.

    No quote is set before a sign that Excel would run: the set is exchanged between machines,
    which would read the quote as part of the name.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([line[name] for name in COLUMNS] for line in lines)
    return file.getvalue()


def letters_lacking_in(text: str, encoding: str) -> list[str]:
    """The letters that an encoding does not have, each once."""
    lacking = dict.fromkeys(letter for letter in text if not _fits(letter, encoding))
    return list(lacking)


def _word(name: str, ours: str, pair: list[Any] | None) -> str:
    if pair is None:
        return ours
    said, then = pair
    if name == c.HOMEPAGE:
        # An address that the office gave stands; where it gave none, our page is better.
        return said or ours
    return str(said) if then == ours else ours


def _fits(letter: str, encoding: str) -> bool:
    try:
        letter.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
