"""The office's menu: each feature adds its own pages, whoever may open them sees them."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask, current_app, url_for

from eduportal.shared import guard


@dataclass(frozen=True)
class Item:
    """One page of the office's menu; lower `order` stands further left."""

    order: int
    label: str
    endpoint: str
    mark: str


def add(app: Flask, *items: Item) -> None:
    """Let pages stand in the office's menu."""
    app.extensions.setdefault("eduportal.menu", []).extend(items)


def show(app: Flask) -> None:
    """Give the templates `office_menu()`: label and address of each page the user may open."""
    app.add_template_global(_items, "office_menu")


def _items() -> Iterator[tuple[str, str]]:
    items: list[Item] = current_app.extensions.get("eduportal.menu", [])
    for item in sorted(items, key=lambda one: one.order):
        if guard.may(item.mark):
            yield item.label, url_for(item.endpoint)
