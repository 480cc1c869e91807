"""Which centers a query is for."""

from typing import Any

import sqlalchemy as sa

Condition = sa.ColumnElement[bool]
Centers = frozenset[int] | None


def in_centers(column: Any, among: Centers) -> Condition:
    """Of these centers; None means every one."""
    return sa.true() if among is None else column.in_(among)
