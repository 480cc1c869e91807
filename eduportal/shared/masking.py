"""What a list may show of a person (safeguard notice 2026-9, art. 12)."""

from flask import Flask

from eduportal.shared import phones


def masked_name(name: str) -> str:
    """`홍*동`, `김*`, `M*** N*****`: the first letters stay, and the last of a name in one word."""
    words = name.split()
    if len(words) > 1:
        return " ".join(word[0] + "*" * (len(word) - 1) for word in words)
    if len(name) <= 2:
        return name[:1] + "*"
    return name[0] + "*" * (len(name) - 2) + name[-1]


def masked_phone(phone: str | None) -> str:
    """`010-****-1234` from `01012341234`; a dash for none."""
    return f"{phone[:3]}-****-{phone[-4:]}" if phone else "-"


def add_filters(app: Flask) -> None:
    """Give the templates the ways to write names and numbers."""
    app.add_template_filter(masked_name)
    app.add_template_filter(masked_phone)
    app.add_template_filter(phones.written, "phone")
