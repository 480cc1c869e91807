"""Resident registration numbers never enter (Personal Information Protection Act, art. 24-2)."""

import re
import unicodedata

_PATTERN = re.compile(
    r"(?<!\d)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\s*[-\u2010-\u2015\u2212.~_/]?\s*[1-8]\d{6}(?!\d)"
)


def contains_resident_number(text: str) -> bool:
    """Whether something of the form YYMMDD-[1-8]NNNNNN stands in the text, in any digits."""
    return bool(_PATTERN.search(unicodedata.normalize("NFKC", text)))
