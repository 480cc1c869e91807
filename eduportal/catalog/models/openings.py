"""The moments at which runs open for applications, and the secrets of their waiting lines."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eduportal.shared.db import Model


class Opening(Model):
    """A moment at which runs with a waiting line open; all of them share the line.

    `secret` gives those who are there at the opening their order: `secret_hash` is shown before,
    the secret itself from the opening on. `ticket_key` turns a person into an opaque ticket number
    and is never shown, so that a published list of tickets names nobody.
    """

    __tablename__ = "opening"

    id: Mapped[int] = mapped_column(primary_key=True)
    opens_at: Mapped[datetime] = mapped_column(unique=True)
    secret: Mapped[str] = mapped_column(sa.String(64))
    secret_hash: Mapped[str] = mapped_column(sa.String(64))
    ticket_key: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime]
