"""The waiting line as residents meet it, and as several web processes keep it together."""

import csv
import hashlib
import hmac
import io
import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeSerializer

from eduportal.accounts.models import Person
from eduportal.booking import line_work
from eduportal.booking.line import AT_ONCE, Lines, Pace, lines
from eduportal.booking.line_pages import left_in_words
from eduportal.booking.models.line import LineBatch
from eduportal.booking.rules.line import QUIET, SETTLED, Stage
from eduportal.catalog.actions.openings import opening_for
from eduportal.catalog.models import Run
from eduportal.catalog.models.openings import Opening
from eduportal.catalog.rules.intake import Intake
from eduportal.shared import clock
from eduportal.shared.db import Busy, db
from eduportal.shared.events import SYSTEM
from eduportal.shared.events import Event as Record
from tests import factories
from tests.accounts.steps import count, sign_in
from tests.booking.conftest import states

OPENS = factories.now() + timedelta(hours=2)
SECOND = timedelta(seconds=1)
SETTLES = timedelta(milliseconds=SETTLED)
TOKENS = {"SECRET_KEY": "test"}


@pytest.fixture
def moment() -> Iterator[Any]:
    """Half a minute before the opening; the clock stands still until it is moved."""
    with time_machine.travel(OPENS - 30 * SECOND, tick=False) as traveller:
        yield traveller


@pytest.fixture
def run(app: Flask, moment: Any, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A run in demand that opens in half a minute, with one turn a second."""
    monkeypatch.setitem(app.config, "LINE_RATE", 1)
    monkeypatch.setitem(app.extensions, "eduportal.lines", Lines(app, AT_ONCE))
    factories.create_office()
    run = factories.create_run(
        capacity=5,
        apply_from=OPENS,
        apply_until=OPENS + timedelta(days=2),
        intake=Intake(waiting_line=True),
    )
    opening_for(SYSTEM, OPENS)
    return run


@pytest.fixture
def visit(app: Flask, run: Run) -> Callable[[Person | None], FlaskClient]:
    """Somebody's browser, signed in; each call is another device."""

    def device(person: Person | None = None) -> FlaskClient:
        browser = app.test_client()
        sign_in(browser, person or factories.create_person())
        return browser

    return device


Visit = Callable[..., FlaskClient]


def opening() -> Opening:
    """The only opening."""
    db.session.rollback()
    return db.session.scalars(sa.select(Opening)).one()


def page(browser: FlaskClient, run: Run) -> str:
    """What the line's page says."""
    answer = browser.get(f"/runs/{run.id}/line")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def turn(browser: FlaskClient, run: Run) -> dict[str, Any]:
    """What the page's script is told."""
    answer = browser.get(f"/runs/{run.id}/line/turn")
    assert answer.json is not None
    return dict(answer.json)


def restart(app: Flask, pace: Pace = AT_ONCE) -> Lines:
    """A process that begins anew: it knows what is in the rows."""
    app.extensions["eduportal.lines"] = Lines(app, pace)
    return lines()


def test_it_waits_opens_and_lets_in(visit: Visit, run: Run, moment: Any) -> None:
    first, second = visit(), visit()
    for browser in (first, second):
        assert "번호표를 받으셨습니다" in page(browser, run)
        assert "추첨으로 정합니다" in page(browser, run)
    moment.move_to(OPENS + SECOND)
    assert {turn(one, run)["stage"] for one in (first, second)} == {"ordering"}
    moment.move_to(OPENS + SETTLES)
    told = {turn(one, run)["stage"]: one for one in (first, second)}
    assert set(told) == {"admitted", "waiting"}
    assert turn(told["waiting"], run) == {
        "stage": "waiting",
        "people": 2,
        "place": 2,
        "ahead": 0,
        "left": 1_000,
        "pause": 1_200,
    }
    assert "내 앞에 계신 분" in page(told["waiting"], run)
    moment.shift(SECOND)
    assert turn(told["waiting"], run)["stage"] == "admitted"


def test_on_to_the_application_when_it_is_ones_turn(visit: Visit, run: Run, moment: Any) -> None:
    browser = visit()
    page(browser, run)
    moment.move_to(OPENS + SETTLES)

    answer = browser.get(f"/runs/{run.id}/line")

    assert (answer.status_code, answer.location) == (303, f"/runs/{run.id}/apply")
    assert browser.get(answer.location).status_code == 200
    assert browser.post(answer.location).status_code == 303
    assert states(run) == ["placed"]


def test_nobody_applies_before_their_turn(visit: Visit, run: Run, moment: Any) -> None:
    browser = visit()
    for at in (OPENS - 10 * SECOND, OPENS + SECOND):
        moment.move_to(at)
        for answer in (browser.get(f"/runs/{run.id}/apply"), browser.post(f"/runs/{run.id}/apply")):
            assert (answer.status_code, answer.location) == (303, f"/runs/{run.id}/line")
    assert states(run) == []
    moment.move_to(OPENS + SETTLES)
    assert browser.post(f"/runs/{run.id}/apply").status_code == 303
    assert states(run) == ["placed"]


def test_without_script_the_page_comes_again(visit: Visit, run: Run, moment: Any) -> None:
    browser = visit()
    # To the opening, the two seconds it takes to settle, and a moment for one's rank.
    assert re.search(
        r'<noscript>\s*<meta http-equiv="refresh" content="33">\s*</noscript>', page(browser, run)
    )


def test_before_there_are_tickets_it_says_from_when(visit: Visit, run: Run, moment: Any) -> None:
    moment.move_to(OPENS - timedelta(hours=1, seconds=10))
    browser = visit()
    assert "아직 대기줄이 열리지 않았습니다" in page(browser, run)
    assert turn(browser, run) == {"stage": "unknown"}
    assert count(LineBatch) == 0
    moment.shift(10 * SECOND)
    assert "번호표를 받으셨습니다" in page(browser, run)
    assert turn(browser, run)["stage"] == "before"


def test_reload_second_device_and_restart_change_nothing(
    app: Flask, visit: Visit, run: Run, moment: Any
) -> None:
    people = [factories.create_person() for _n in range(6)]
    browsers = [visit(person) for person in people]
    for browser in browsers:
        page(browser, run)
    moment.move_to(OPENS + SETTLES)
    places = [turn(browser, run)["place"] for browser in browsers]
    assert sorted(places) == list(range(1, 7))

    assert [turn(browser, run)["place"] or 1 for browser in browsers] == places
    other_devices = [visit(person) for person in people]
    waiting = [one for one, place in zip(other_devices, places, strict=True) if place > 1]
    assert all("내 앞에 계신 분" in page(one, run) for one in waiting)
    restart(app)
    again = [turn(one, run)["place"] for one in waiting]
    assert again == [place for place in places if place > 1]


def test_what_a_crash_lost_comes_back_with_the_ticket(
    app: Flask, visit: Visit, run: Run, moment: Any
) -> None:
    browsers = [visit() for _n in range(4)]
    for browser in browsers:
        page(browser, run)
    batches = db.session.scalars(sa.select(LineBatch).order_by(LineBatch.id)).all()
    moment.move_to(OPENS + SETTLES)
    told = [turn(browser, run) for browser in browsers]
    third = next(place for place, one in enumerate(told) if one["place"] == 3)
    db.session.delete(batches[third])
    db.session.commit()
    restart(app)

    assert turn(browsers[third], run) == told[third]
    again = [turn(browser, run) for browser in browsers]
    assert [one["place"] or 1 for one in again] == [one["place"] for one in told]
    # It is written down for the other processes.
    assert count(LineBatch) == 4


def test_whoever_was_let_in_stays_so(app: Flask, visit: Visit, run: Run, moment: Any) -> None:
    browser = visit()
    page(browser, run)
    moment.move_to(OPENS + SETTLES)
    assert turn(browser, run)["stage"] == "admitted"
    # Afterwards it turns out that others had better lots.
    restart(app)
    other = lines().of_run(run.id)
    assert other
    for person in range(1_000, 1_050):
        other.standing(other.ticket(person), -1)

    assert browser.get(f"/runs/{run.id}/line").location == f"/runs/{run.id}/apply"
    assert browser.get(f"/runs/{run.id}/apply").status_code == 200


def test_who_comes_late_stands_behind(visit: Visit, run: Run, moment: Any) -> None:
    early = [visit() for _n in range(3)]
    for browser in early:
        page(browser, run)
    moment.move_to(OPENS + SETTLES)
    late = visit()
    assert "순서를 정하고 있습니다" in page(late, run)
    moment.shift(SETTLES)
    assert turn(late, run)["place"] == 4
    moment.shift(SECOND)
    assert turn(late, run)["stage"] == "admitted"


def test_two_processes_come_to_the_same_line(app: Flask, run: Run, moment: Any) -> None:
    one, other = Lines(app, AT_ONCE).of_run(run.id), Lines(app, AT_ONCE).of_run(run.id)
    assert one
    assert other
    numbers = [one.ticket(person) for person in range(40)]
    for place, number in enumerate(numbers):
        (one if place % 2 else other).standing(number)
    moment.move_to(OPENS + SETTLES)
    late = [one.ticket(person) for person in range(100, 110)]
    for place, number in enumerate(late):
        moment.shift(timedelta(milliseconds=7))
        (one if place % 2 else other).standing(number)
    moment.shift(timedelta(hours=1))

    assert [one.known(number).turn for number in numbers + late] == [
        other.known(number).turn for number in numbers + late
    ]
    assert [one.known(number).turn.place for number in late] == list(range(41, 51))  # type: ignore[union-attr]


def test_the_earliest_arrival_counts(app: Flask, run: Run, moment: Any) -> None:
    one, other = Lines(app, AT_ONCE).of_run(run.id), Lines(app, AT_ONCE).of_run(run.id)
    assert one
    assert other
    number = one.ticket(1)
    one.standing(number)
    moment.move_to(OPENS + 10 * SECOND)

    assert other.standing(number).arrived == -30_000


def test_no_row_for_each_visitor(app: Flask, run: Run, moment: Any) -> None:
    line = Lines(app, Pace(write=0.3, write_when_calm=0.3)).of_run(run.id)
    assert line
    for person in range(500):
        line.standing(line.ticket(person))
    batches: list[LineBatch] = []
    for _n in range(500):
        db.session.rollback()
        batches = list(db.session.scalars(sa.select(LineBatch)))
        if sum(len(batch.arrivals) for batch in batches) == 500:
            break
        time.sleep(0.02)

    assert sum(len(batch.arrivals) for batch in batches) == 500
    assert len(batches) < 20


def test_a_batch_that_could_not_be_written_is_written_later(
    app: Flask, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = Lines(app, AT_ONCE).of_run(run.id)
    assert line

    def busy(_statement: object) -> None:
        raise Busy

    with monkeypatch.context() as patched:
        patched.setattr("eduportal.booking.line.append", busy)
        line.standing(line.ticket(1))
    assert count(LineBatch) == 0
    db.session.rollback()
    line.standing(line.ticket(2))
    batch = db.session.scalars(sa.select(LineBatch)).one()
    assert [number for number, _at in batch.arrivals] == [line.ticket(1), line.ticket(2)]


def test_a_batch_whose_number_came_first_but_was_seen_later_counts(
    app: Flask, run: Run, moment: Any
) -> None:
    line = Lines(app, AT_ONCE).of_run(run.id)
    assert line
    row = {"opening_id": opening().id, "at": clock.now()}
    factories.save(LineBatch(id=10, arrivals=[["LATER", -1]], **row))
    assert line.known("LATER").arrived == -1
    factories.save(LineBatch(id=9, arrivals=[["EARLIER", -2]], **row))

    assert line.known("EARLIER").arrived == -2


def test_nothing_is_asked_of_the_database_when_nothing_can_be_new(
    app: Flask, run: Run, visit: Visit, moment: Any
) -> None:
    browser = visit()
    page(browser, run)
    restart(app, Pace(runs=60, read=60, order=60, write=60, write_when_calm=60))
    turn(browser, run)
    path, asked = f"/runs/{run.id}/line/turn", []

    def note(*given: Any) -> None:
        asked.append(given[2])

    sa.event.listen(db.engine, "before_cursor_execute", note)
    answers = [browser.get(path) for _n in range(3)]
    sa.event.remove(db.engine, "before_cursor_execute", note)

    assert [one.json["stage"] for one in answers if one.json] == ["before"] * 3
    assert asked == []


@pytest.mark.parametrize("forged", ["", "nonsense", "other key", "other opening", "too short"])
def test_a_forged_ticket_is_worth_nothing(run: Run, visit: Visit, moment: Any, forged: str) -> None:
    line, person = lines().of_run(run.id), factories.create_person()
    assert line
    own = [line.opening.id, line.ticket(person.id), -5, True]
    signed = {
        "": "",
        "nonsense": "nonsense",
        "other key": URLSafeSerializer("guessed", salt="eduportal.line").dumps(own),
        "other opening": URLSafeSerializer("test", salt="eduportal.line").dumps([99, *own[1:]]),
        "too short": URLSafeSerializer("test", salt="eduportal.line").dumps([1]),
    }
    moment.move_to(OPENS + SECOND)
    browser = visit(person)
    browser.set_cookie(f"eduportal_line_{line.opening.id}", signed[forged])

    assert turn(browser, run) == {"stage": "unknown"}
    assert browser.get(f"/runs/{run.id}/apply").location == f"/runs/{run.id}/line"
    assert line.known(line.ticket(person.id)).arrived == 1_000


def test_the_ticket_of_another_person_is_worth_nothing(run: Run, visit: Visit, moment: Any) -> None:
    early, late = visit(), visit()
    page(early, run)
    name = f"eduportal_line_{opening().id}"
    cookie = early.get_cookie(name)
    assert cookie
    moment.move_to(OPENS + SETTLES)
    late.set_cookie(name, cookie.value)

    page(late, run)

    moment.shift(SETTLES - timedelta(milliseconds=1))
    assert turn(late, run)["stage"] in ("ordering", "admitted")
    line = lines().of_run(run.id)
    assert line
    assert line.present() == 1


def test_a_moved_opening_has_a_line_of_its_own(run: Run, visit: Visit, moment: Any) -> None:
    browser = visit()
    page(browser, run)
    later = OPENS + timedelta(minutes=30)
    db.session.execute(sa.update(Run).values(apply_from=later))
    db.session.commit()
    # Until the worker or whoever moved it has made the opening, there is no line.
    assert browser.get(f"/runs/{run.id}/line").location == f"/runs/{run.id}/apply"
    opening_for(SYSTEM, later)

    assert turn(browser, run) == {"stage": "unknown"}
    assert "번호표를 받으셨습니다" in page(browser, run)
    assert turn(browser, run)["stage"] == "before"
    moment.move_to(OPENS + SETTLES)
    assert turn(browser, run)["stage"] == "before"


def test_when_the_line_is_through_people_pass_without_noticing(
    run: Run, visit: Visit, moment: Any
) -> None:
    page(visit(), run)
    moment.move_to(OPENS + SETTLES + timedelta(milliseconds=QUIET + 1))
    page_of_another = visit().get(f"/runs/{run.id}/apply")
    assert page_of_another.status_code == 200
    assert count(LineBatch) == 1
    assert visit().post(f"/runs/{run.id}/apply").status_code == 303
    assert states(run) == ["placed"]
    assert count(LineBatch) == 1


def test_runs_without_a_line_or_an_opening_are_as_ever(
    app: Flask, run: Run, visit: Visit, moment: Any
) -> None:
    plain = factories.create_run(apply_from=OPENS - timedelta(days=1))
    unprepared = factories.create_run(
        apply_from=OPENS - timedelta(seconds=90), intake=Intake(waiting_line=True)
    )
    browser = visit()
    for one in (plain, unprepared):
        assert browser.get(f"/runs/{one.id}/apply").status_code == 200
        assert browser.get(f"/runs/{one.id}/line").location == f"/runs/{one.id}/apply"
    assert browser.get("/runs/999/line").status_code == 404


def test_a_run_that_nobody_sees_yet_has_no_line(run: Run, visit: Visit, moment: Any) -> None:
    db.session.execute(sa.update(Run).values(published_at=OPENS - SECOND))
    db.session.commit()
    browser = visit()
    assert browser.get(f"/runs/{run.id}/line").status_code == 404
    assert turn(browser, run) == {"stage": "unknown"}


def test_the_runs_page_leads_to_the_line(run: Run, client: FlaskClient, moment: Any) -> None:
    assert f'href="/runs/{run.id}/line"' in client.get(f"/runs/{run.id}").get_data(as_text=True)


def test_a_stranger_signs_in_first(run: Run, client: FlaskClient) -> None:
    assert "/sign-in" in client.get(f"/runs/{run.id}/line").location
    assert turn(client, run) == {"stage": "unknown"}


def test_an_opening_is_made_once_and_only_ahead(app: Flask, run: Run, moment: Any) -> None:
    assert opening_for(SYSTEM, OPENS) == opening().id
    made = db.session.scalars(sa.select(Record).where(Record.verb == "opening.made")).one()
    assert made.detail["secret_hash"] == opening().secret_hash
    assert opening().secret not in str(made.detail)
    assert opening_for(SYSTEM, clock.now()) is None
    moment.move_to(OPENS)
    assert opening_for(SYSTEM, OPENS) == opening().id


def test_the_worker_makes_what_is_missing(app: Flask, run: Run, moment: Any) -> None:
    factories.create_run(apply_from=OPENS + SECOND, apply_until=OPENS + timedelta(days=1))
    forgotten = OPENS + timedelta(hours=1)
    for _n in range(2):
        factories.create_run(
            apply_from=forgotten,
            apply_until=OPENS + timedelta(days=1),
            intake=Intake(waiting_line=True),
        )

    assert line_work.once(app, Event()).startswith("1 openings made,")
    assert line_work.once(app, Event()).startswith("0 openings made,")

    moments = db.session.scalars(sa.select(Opening.opens_at).order_by(Opening.opens_at)).all()
    assert moments == [OPENS, forgotten]


def test_the_worker_goes_on_when_the_database_is_busy(
    app: Flask, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = Event()

    def busy() -> int:
        stop.set()
        raise Busy

    monkeypatch.setattr(line_work, "_make_missing", busy)
    line_work.until(app, stop)


def test_anybody_can_check_the_order(
    run: Run, visit: Visit, client: FlaskClient, moment: Any
) -> None:
    browsers = [visit() for _n in range(5)]
    for browser in browsers:
        page(browser, run)
    row, path = opening(), f"/openings/{opening().id}/line"
    before = client.get(path).get_data(as_text=True)
    assert row.secret_hash in before
    assert row.secret not in before
    assert row.secret not in page(browsers[0], run)
    assert client.get(f"{path}.csv").status_code == 404

    moment.move_to(OPENS + timedelta(milliseconds=QUIET) + 30 * SECOND)
    places = [browsers[0].get(path).get_data(as_text=True), client.get(path).get_data(as_text=True)]
    assert all(row.secret in text and "5명" in text for text in places)
    assert "나의 순서" in places[0]
    assert "나의 순서" not in places[1]
    assert row.ticket_key not in places[0]

    table = list(csv.reader(io.StringIO(client.get(f"{path}.csv").get_data(as_text=True)[1:])))[1:]
    secret = bytes.fromhex(row.secret)
    assert hashlib.sha256(secret).hexdigest() == row.secret_hash
    assert [place for place, _number, _hash in table] == ["1", "2", "3", "4", "5"]
    for _place, number, drawn in table:
        assert hmac.new(secret, f"{row.id}:{number}".encode(), "sha256").hexdigest() == drawn
    assert [drawn for *_rest, drawn in table] == sorted(drawn for *_rest, drawn in table)
    assert client.get("/openings/999/line").status_code == 404


@pytest.mark.parametrize(
    ("left", "words"),
    [(0, "곧"), (9_000, "곧"), (9_001, "약 10초"), (60_000, "약 1분"), (60_001, "약 2분")],
)
def test_the_time_to_go_is_said_in_words(app: Flask, left: int, words: str) -> None:
    with app.test_request_context():
        assert left_in_words(left) == words


def test_the_desk_is_not_in_the_line(app: Flask, run: Run) -> None:
    line = lines().of_run(run.id)
    assert line
    assert line.standing(line.ticket(1)).stage is Stage.BEFORE
    paths = [rule.rule for rule in app.url_map.iter_rules() if "line" in rule.rule]
    assert not [path for path in paths if path.startswith("/office") and "/line" in path]


def test_who_stood_in_a_line_is_deleted_after_two_years(
    app: Flask, client: FlaskClient, run: Run, moment: Any
) -> None:
    opening_id = db.session.scalars(sa.select(Opening.id)).one()
    db.session.add(LineBatch(opening_id=opening_id, at=clock.now(), arrivals=[["A", -1]]))
    db.session.commit()

    moment.move_to(OPENS + timedelta(days=729))
    assert "0 batches" in line_work.once(app, Event())
    moment.move_to(OPENS + timedelta(days=731))
    assert "1 batches" in line_work.once(app, Event())

    db.session.rollback()
    assert db.session.scalars(sa.select(LineBatch.id)).all() == []
    assert client.get(f"/openings/{opening_id}/line").status_code == 404
