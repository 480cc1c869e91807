"""What the portal is measured against: Flask views that do nothing but the work itself."""

import os

import sqlalchemy as sa
from flask import Flask, render_template_string

from eduportal import create_app
from eduportal.booking.rules import HOLDING, LIVE
from eduportal.shared import clock
from eduportal.shared.db import UTCDateTime, db, writing

portal = create_app()
app = Flask(__name__)

FOR_UPDATE = "" if portal.config["DATABASE_URL"].startswith("sqlite") else " FOR NO KEY UPDATE"
LIVE_STATES = ", ".join(f"'{state}'" for state in sorted(LIVE))
HOLDING_STATES = ", ".join(f"'{state}'" for state in sorted(HOLDING))
PERSON = sa.text(
    "SELECT id, audience, relation, birth_date, sex, dong, phone, email FROM person"
    f" WHERE id = :person{FOR_UPDATE}"
)
LOAD = sa.text(
    "SELECT booking.run_id, run.title, run.section, run.starts_on, EXISTS (SELECT 1 FROM meeting AS"
    " theirs, meeting AS new WHERE theirs.run_id = booking.run_id AND new.run_id = :run AND"
    " theirs.starts_at < new.ends_at AND new.starts_at < theirs.ends_at) FROM booking JOIN run ON"
    f" run.id = booking.run_id WHERE booking.person_id = :person AND booking.state IN ({LIVE_STATES})"
)
RUN = sa.text(
    "SELECT id, title, section, state, audience, room_id, capacity, places_taken, waiting,"
    " waiting_limit, monthly_limit, minimum_age, maximum_age, relations, apply_from, apply_until,"
    f" cancel_until, starts_at, ends_at, starts_on FROM run WHERE id = :run{FOR_UPDATE}"
)
SEAT = sa.text(
    "SELECT id, number FROM seat WHERE room_id = :room AND NOT out_of_order AND NOT EXISTS (SELECT 1"
    " FROM booking WHERE booking.run_id = :run AND booking.seat_id = seat.id AND booking.state IN"
    f" ({HOLDING_STATES})) ORDER BY number LIMIT 1"
)
COUNT = sa.text(
    "UPDATE run SET last_number = last_number + 1, places_taken = places_taken + :placed,"
    " waiting = waiting + 1 - :placed WHERE id = :run RETURNING last_number"
)
BOOK = sa.text(
    "INSERT INTO booking (run_id, person_id, seat_id, number, state, channel, applied_at,"
    " changed_at, held_from, age_band, dong, relation, audience) VALUES (:run, :person, :seat,"
    " :number, :state, 'online', :now, :now, :held, '70대', '대림1동', 'lives', 'resident')"
    " RETURNING id"
).bindparams(sa.bindparam("now", type_=UTCDateTime), sa.bindparam("held", type_=UTCDateTime))
RECORD = sa.text(
    "INSERT INTO event (at, verb, by_kind, channel, person_id, run_id, booking_id, detail) VALUES"
    " (:now, 'booking.placed', 'resident', 'online', :person, :run, :booking, '{}')"
).bindparams(sa.bindparam("now", type_=UTCDateTime))
TELL = sa.text(
    "INSERT INTO notice (created_at, channel, address, kind, subject, body, secret, dedupe,"
    " delivery, tries, next_try_at) VALUES (:now, 'sms', '01000000000', 'booking.placed', 's', 'b',"
    " :no, :dedupe, 'waiting', 0, :now) ON CONFLICT (dedupe) DO NOTHING"
).bindparams(sa.bindparam("now", type_=UTCDateTime))


@app.post("/runs/<int:run>/apply/<int:person>")
def apply(run: int, person: int) -> tuple[str, int]:
    """The application's statements, in the same turn, without form, session or page."""
    with portal.app_context():
        _apply(run, person)
    return "", 303


@writing
def _apply(run: int, person: int) -> None:
    ask, now = db.session.execute, clock.now()
    ask(PERSON, {"person": person}).one()
    ask(LOAD, {"person": person, "run": run}).all()
    facts = ask(RUN, {"run": run}).one()
    placed = facts.places_taken < facts.capacity
    seat = ask(SEAT, {"room": facts.room_id, "run": run}).first() if placed else None
    number = ask(COUNT, {"run": run, "placed": int(placed)}).scalar_one()
    booking = ask(
        BOOK,
        {
            "run": run,
            "person": person,
            "seat": seat.id if seat else None,
            "number": number,
            "state": "placed" if placed else "waiting",
            "now": now,
            "held": now if placed else None,
        },
    ).scalar_one()
    ask(RECORD, {"now": now, "person": person, "run": run, "booking": booking})
    ask(TELL, {"now": now, "no": False, "dedupe": f"booking:{booking}:placed"})


TEMPLATE = (
    "<!DOCTYPE html><title>{{ title }}</title><ul>"
    + ("<li class='card'><h2>{{ title }}</h2><p>" + "강좌 안내 " * 12 + "</p></li>\n") * 50
    + "</ul>"
)


@app.get("/page")
def page() -> str:
    """A template of 10 kB, and nothing else."""
    return render_template_string(TEMPLATE, title="강좌 안내")


assert os.environ.get("EDUPORTAL_SECRET_KEY")
