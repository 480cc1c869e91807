"""A rehearsal of the opening minute: the real portal, a scratch database, virtual residents."""
