"""Korean phone numbers: kept as digits, written with dashes."""

import re

import phonenumbers

MOBILE = re.compile(r"^010\d{8}$")


def parsed(text: str) -> str | None:
    """The digits of a valid Korean number (`01012345678`, `0226701234`), or None."""
    try:
        number = phonenumbers.parse(text, "KR")
    except phonenumbers.NumberParseException:
        return None
    digits = "0" + phonenumbers.national_significant_number(number)
    if number.country_code != 82:
        return None
    # Numbers starting 010-0 are given to nobody: the demo office uses them, so only the shape
    # of a mobile number is asked for. phonenumbers by itself would accept ten digits, and 011.
    if digits.startswith("01"):
        return digits if MOBILE.match(digits) else None
    return digits if phonenumbers.is_possible_number(number) else None


def is_mobile(digits: str | None) -> bool:
    """Whether a text message can reach it."""
    return bool(digits and MOBILE.match(digits))


def written(digits: str | None) -> str:
    """`010-1234-5678`; a dash for none."""
    if not digits:
        return "-"
    area = 2 if digits.startswith("02") else 3
    return f"{digits[:area]}-{digits[area:-4]}-{digits[-4:]}"
