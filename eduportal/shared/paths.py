"""Numbers in addresses."""

from typing import Any

from werkzeug.routing import IntegerConverter

LARGEST = 2**31 - 1


class Id(IntegerConverter):
    """A row's number: what no row can have is an address that leads nowhere, not an error."""

    def __init__(self, map: Any, **bounds: Any) -> None:
        super().__init__(map, **{"max": LARGEST} | bounds)
