"""Who may not apply for a while: the rules, the verbs, what two at once do, and the pages."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eduportal.accounts.models import Person
from eduportal.accounts.rules import Role
from eduportal.booking import actions, promises, strikes
from eduportal.booking.actions import places
from eduportal.booking.actions import restrictions as verbs
from eduportal.booking.models import Appeal, Booking, Restriction
from eduportal.booking.queries.restrictions import Show, register
from eduportal.booking.rules import State, entry
from eduportal.booking.rules import restrictions as rules
from eduportal.booking.rules.restrictions import Cause, Held, Reason, Standing
from eduportal.catalog.models import Office, Run
from eduportal.catalog.rules.intake import Intake
from eduportal.notices.models import Notice
from eduportal.shared import clock, dates
from eduportal.shared.db import db
from eduportal.shared.events import AccessLine
from eduportal.shared.refusal import Missing, Refused
from tests import factories
from tests.accounts.steps import sign_in, sign_in_to_work
from tests.booking.conftest import STAFF, apply, by, fresh, states
from tests.booking.conftest import booking as read
from tests.race.racer import all_at_once

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TODAY = date(2026, 12, 10)
STRICT = Intake(strikes=(0, 30, 60), late_cancel_hours=38, strike_months=12)


# Rules


def strike(days_ago: int = 10, until: date | None = None, **given: Any) -> Held:
    fields: dict[str, Any] = {
        "cause": Cause.NO_SHOW,
        "decided_on": TODAY - days_ago * DAY,
        "until_on": until,
    }
    return Held(**fields | given)


def test_the_first_is_a_warning_that_says_what_would_follow() -> None:
    found = rules.penalty((0, 30), 12, [], TODAY)
    assert (found.step, found.first, found.last, found.next_days) == (1, None, None, 30)
    assert found.is_warning


def test_the_second_begins_today() -> None:
    found = rules.penalty((0, 30), 12, [strike()], TODAY)
    assert (found.step, found.first, found.last) == (2, TODAY, date(2027, 1, 8))


def test_the_last_value_repeats() -> None:
    assert [rules.days_for((0, 30, 60), step) for step in (1, 2, 3, 4, 9)] == [0, 30, 60, 60, 60]
    assert rules.days_for((), 1) == 0


@pytest.mark.parametrize(
    "one",
    [
        strike(lifted=True),
        strike(cause=Cause.BY_HAND),
        strike(days_ago=365),
        strike(days_ago=400),
    ],
)
def test_what_is_lifted_by_hand_or_old_is_no_strike(one: Held) -> None:
    assert rules.penalty((0, 30), 12, [one], TODAY).step == 1


def test_what_is_not_quite_as_old_still_counts() -> None:
    assert rules.penalty((0, 30), 12, [strike(days_ago=364)], TODAY).step == 2


def test_one_begins_the_day_after_the_last_ends() -> None:
    last = TODAY + 20 * DAY
    found = rules.penalty((30,), 12, [strike(until=TODAY + 5 * DAY), strike(until=last)], TODAY)
    assert (found.first, found.last) == (last + DAY, last + 30 * DAY)


def test_what_was_lifted_or_is_over_moves_nothing() -> None:
    held = [strike(until=TODAY + 20 * DAY, lifted=True), strike(until=TODAY - DAY)]
    assert rules.penalty((30,), 12, held, TODAY).first == TODAY


def test_by_hand_stands_behind_what_is_there() -> None:
    found = rules.by_hand(7, [strike(until=TODAY)], TODAY)
    assert (found.first, found.last) == (TODAY + DAY, TODAY + 7 * DAY)


STARTS = datetime.fromisoformat("2026-12-12T10:00+09:00")


@pytest.mark.parametrize(
    ("before", "held_before", "late"),
    [
        (38 * HOUR, 60 * HOUR, True),
        (38 * HOUR + timedelta(seconds=1), 60 * HOUR, False),
        (HOUR, 60 * HOUR, True),
        (0 * HOUR, 60 * HOUR, False),
        (-HOUR, 60 * HOUR, False),
        # Got the place in the last hours.
        (HOUR, 38 * HOUR, False),
        (HOUR, 2 * HOUR, False),
    ],
)
def test_late_is_within_the_hours_before_the_first_meeting(
    before: timedelta, held_before: timedelta, late: bool
) -> None:
    assert rules.is_late(38, STARTS, STARTS - held_before, STARTS - before) is late


def test_nothing_is_late_where_no_hours_are_set() -> None:
    assert not rules.is_late(0, STARTS, STARTS - 60 * HOUR, STARTS - HOUR)


def test_only_who_had_a_place_can_stay_away_and_only_once_it_began() -> None:
    def reason(strikes: tuple[int, ...], state: State, now: datetime) -> Reason | None:
        refusal = rules.no_show_refusal(strikes, state, STARTS, now)
        return refusal[0] if refusal else None

    assert reason((), State.PLACED, STARTS) is Reason.NOT_PUNISHED
    assert reason((0,), State.WAITING, STARTS) is Reason.HAD_NO_PLACE
    assert reason((0,), State.COMPLETED, STARTS) is Reason.HAD_NO_PLACE
    assert reason((0,), State.PLACED, STARTS - HOUR) is Reason.NOT_BEGUN
    assert reason((0,), State.PLACED, STARTS) is None


@pytest.mark.parametrize(
    ("first", "last", "lifted", "standing"),
    [
        (None, None, False, Standing.WARNING),
        (TODAY, TODAY, False, Standing.NOW),
        (TODAY + DAY, TODAY + DAY, False, Standing.TO_COME),
        (TODAY - DAY, TODAY - DAY, False, Standing.OVER),
        (TODAY, TODAY, True, Standing.LIFTED),
    ],
)
def test_a_line_stands_somewhere(
    first: date | None, last: date | None, lifted: bool, standing: Standing
) -> None:
    assert rules.standing(first, last, lifted, TODAY) is standing


def test_the_last_of_february_has_a_day_a_year_before() -> None:
    assert rules.months_before(date(2028, 2, 29), 12) == date(2027, 2, 28)


# Verbs


def strict_run(starts_in: timedelta = 20 * DAY, **given: Any) -> Run:
    """A run whose policy punishes; people may cancel until it begins."""
    if db.session.get(Office, 1) is None:
        factories.create_office()
    start = factories.now() + starts_in
    fields: dict[str, Any] = {
        "intake": STRICT,
        "capacity": 2,
        "cancel_until": start,
        "monthly_limit": 9,
    }
    return factories.create_run(starts_in=starts_in, **fields | given)


def held(run: Run, person: Person, **given: Any) -> Booking:
    """A place that somebody has had for a while."""
    return factories.create_booking(run, person, held_from=factories.now() - 9 * DAY, **given)


def lines() -> list[Restriction]:
    db.session.rollback()
    query = sa.select(Restriction).order_by(Restriction.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def told(person: Person) -> list[str]:
    """What a person was told, in order."""
    db.session.rollback()
    query = sa.select(Notice.body).where(Notice.address == person.phone).order_by(Notice.id)
    return list(db.session.scalars(query))


def refused(verb: Callable[..., object], *args: Any) -> Any:
    with pytest.raises(Refused) as caught:
        verb(*args)
    return caught.value.reason


def begun_run(**given: Any) -> Run:
    return strict_run(-HOUR, apply_from=factories.now() - 9 * DAY, **given)


def strike_of(person: Person, days_ago: int = 20, **given: Any) -> Restriction:
    """A line that is in the register already."""
    booking = held(strict_run(), person, state=State.CANCELLED)
    fields = {
        "person_id": person.id,
        "booking_id": booking.id,
        "cause": Cause.NO_SHOW,
        "step": 1,
        "reason": "연락 없이 오지 않음",
        "decided_at": factories.now() - days_ago * DAY,
    }
    return factories.save(Restriction(**fields | given))


def restricted(person: Person, days: int = 30, **given: Any) -> Restriction:
    today = clock.today()
    span = {"from_on": today, "until_on": today + days * DAY}
    return strike_of(person, 0, step=2, **span | given)


@pytest.fixture
def person(app: Flask) -> Person:
    return factories.create_person()


def test_a_late_cancellation_is_a_warning_first(person: Person) -> None:
    booking = held(strict_run(5 * HOUR), person)
    actions.cancel_own(by(person), booking.id, "")

    (line,) = lines()
    assert (line.cause, line.step, line.from_on, line.person_id) == (
        Cause.LATE_CANCEL,
        1,
        None,
        person.id,
    )
    assert "38시간" in line.reason
    assert any("경고로 기록합니다" in body and "30일" in body for body in told(person))
    assert read(booking.id).state is State.CANCELLED
    assert list(promises.places_are_counted_right()) == []


def test_an_early_cancellation_is_held_against_nobody(person: Person) -> None:
    booking = held(strict_run(), person)
    actions.cancel_own(by(person), booking.id, "")
    assert lines() == []


def test_where_nothing_is_punished_cancelling_late_is_free(person: Person) -> None:
    booking = held(strict_run(5 * HOUR, intake=Intake(late_cancel_hours=38)), person)
    actions.cancel_own(by(person), booking.id, "")
    assert lines() == []


def test_who_waits_or_got_the_place_late_may_leave(person: Person) -> None:
    waits = factories.create_booking(strict_run(5 * HOUR), person, state=State.WAITING)
    just_placed = factories.create_booking(strict_run(6 * HOUR), person)
    for booking in (waits, just_placed):
        actions.cancel_own(by(person), booking.id, "")
    assert lines() == []


def test_the_office_cancels_without_a_strike(person: Person) -> None:
    booking = held(strict_run(5 * HOUR), person)
    actions.cancel(STAFF, booking.id, None, "강사 사정")
    assert lines() == []


def test_the_second_strike_keeps_from_applying_until_its_last_day(person: Person) -> None:
    strike_of(person)
    booking = held(strict_run(5 * HOUR), person)
    actions.cancel_own(by(person), booking.id, "")

    line = lines()[-1]
    assert (line.step, line.from_on, line.until_on) == (
        2,
        clock.today(),
        clock.today() + 29 * DAY,
    )
    assert refused(apply, person, strict_run()) is entry.Reason.RESTRICTED
    assert line.until_on
    with clock.moved_to(factories.now() + 30 * DAY):
        run = strict_run(60 * DAY, apply_until=factories.now() + 50 * DAY)
        assert apply(person, run).state is State.PLACED


def test_the_sentence_names_the_last_day_of_all_that_follow(person: Person) -> None:
    today = clock.today()
    first = restricted(person, 3)
    strike_of(person, 0, from_on=today + 4 * DAY, until_on=today + 33 * DAY)
    run = strict_run()
    with pytest.raises(Refused) as caught:
        apply(person, run)
    assert dates.written_date(today + 33 * DAY) in caught.value.sentence
    assert "이의신청" in caught.value.sentence

    verbs.lift(STAFF, first.id, None, "진단서 확인")
    assert apply(person, run).state is State.PLACED


def test_a_no_show_gives_the_place_on_while_places_are_given(person: Person) -> None:
    run = begun_run(capacity=1, intake=Intake(strikes=(0, 30), last_meeting=2))
    booking = held(run, person)
    waits = factories.create_booking(run, state=State.WAITING)
    verbs.record_no_show(STAFF, booking.id, None, "첫 수업에 연락 없이 오지 않음")

    assert states(run) == ["withdrawn", "placed"]
    assert read(waits.id).held_from
    assert fresh(run).places_taken == 1
    assert lines()[0].cause is Cause.NO_SHOW
    assert list(promises.places_are_counted_right()) == []


def test_once_places_are_given_no_more_a_no_show_frees_only_the_seat(person: Person) -> None:
    run = begun_run(capacity=1)
    booking = held(run, person)
    factories.create_booking(run, state=State.WAITING)
    verbs.record_no_show(STAFF, booking.id, None, "오지 않음")
    assert states(run) == ["withdrawn", "waiting"]


def test_a_no_show_is_written_once(person: Person) -> None:
    booking = held(begun_run(), person)
    verbs.record_no_show(STAFF, booking.id, None, "오지 않음")
    assert refused(verbs.record_no_show, STAFF, booking.id, None, "또") is Reason.RECORDED
    assert len(lines()) == 1


def test_a_no_show_needs_a_policy_a_place_and_a_class(person: Person) -> None:
    mild = held(strict_run(-HOUR, intake=Intake(), apply_from=factories.now() - 9 * DAY), person)
    early = held(strict_run(), person)
    waits = factories.create_booking(begun_run(), person, state=State.WAITING)
    reasons = [
        refused(verbs.record_no_show, STAFF, booking.id, None, "오지 않음")
        for booking in (mild, early, waits)
    ]
    assert reasons == [Reason.NOT_PUNISHED, Reason.NOT_BEGUN, Reason.HAD_NO_PLACE]
    assert lines() == []


def test_staff_restrict_by_hand_within_a_year(person: Person) -> None:
    booking = held(strict_run(), person)
    for days in (0, 366):
        assert refused(verbs.restrict, STAFF, booking.id, None, "반복", days) is (
            Reason.TOO_MANY_DAYS
        )
    verbs.restrict(STAFF, booking.id, None, "다른 분의 이름으로 신청", 10)
    assert refused(verbs.restrict, STAFF, booking.id, None, "또", 10) is Reason.RECORDED
    (line,) = lines()
    assert (line.cause, line.until_on) == (Cause.BY_HAND, clock.today() + 9 * DAY)
    assert read(booking.id).state is State.PLACED


def test_another_centers_staff_find_nothing(person: Person) -> None:
    booking, elsewhere = held(begun_run(), person), frozenset({-1})
    line = restricted(person)
    for verb, number, *rest in (
        (verbs.record_no_show, booking.id, "오지 않음"),
        (verbs.restrict, booking.id, "반복", 3),
        (verbs.lift, line.id, "면제"),
        (verbs.answer, line.id, True, "면제"),
    ):
        with pytest.raises(Missing):
            verb(STAFF, number, elsewhere, *rest)
    assert len(lines()) == 1


def test_who_was_erased_is_not_written_down(person: Person) -> None:
    booking = held(begun_run(), person)
    booking.person_id = None
    db.session.commit()
    assert refused(verbs.record_no_show, STAFF, booking.id, None, "오지 않음") is Reason.ERASED


def test_what_is_lifted_stays_and_counts_no_more(person: Person) -> None:
    line = restricted(person)
    verbs.lift(STAFF, line.id, None, "입원 확인")
    assert refused(verbs.lift, STAFF, line.id, None, "또") is Reason.LIFTED
    line = lines()[0]
    assert (line.lifted_reason, line.lifted_at is not None) == ("입원 확인", True)
    assert "해제했습니다" in told(person)[-1]
    assert apply(person, strict_run()).state is State.PLACED


def test_an_appeal_is_made_once_and_by_the_person_alone(person: Person) -> None:
    line = restricted(person)
    with pytest.raises(Missing):
        verbs.appeal(by(factories.create_person()), line.id, "저는 갔습니다.")
    verbs.appeal(by(person), line.id, "그날 병원에 있었습니다.")
    assert refused(verbs.appeal, by(person), line.id, "또") is Reason.APPEALED
    assert "접수했습니다" in told(person)[-1]


def test_an_appeal_that_is_granted_lifts_it(person: Person) -> None:
    line = restricted(person)
    verbs.appeal(by(person), line.id, "병원에 있었습니다.")
    verbs.answer(STAFF, line.id, None, True, "진단서를 확인했습니다.")
    assert refused(verbs.answer, STAFF, line.id, None, False, "또") is Reason.ANSWERED
    assert lines()[0].lifted_reason == "진단서를 확인했습니다."
    assert apply(person, strict_run()).state is State.PLACED


def test_an_appeal_that_is_refused_leaves_it_and_is_answered(person: Person) -> None:
    line = restricted(person)
    verbs.appeal(by(person), line.id, "몰랐습니다.")
    verbs.answer(STAFF, line.id, None, False, "문자로 두 번 안내했습니다.")
    assert lines()[0].lifted_at is None
    assert "문자로 두 번 안내했습니다." in told(person)[-1]


def test_lifting_answers_the_appeal_that_waits(person: Person) -> None:
    line = restricted(person)
    verbs.appeal(by(person), line.id, "병원에 있었습니다.")
    verbs.lift(STAFF, line.id, None, "확인함")
    appeal = db.session.scalars(sa.select(Appeal)).one()
    assert (appeal.granted, appeal.answer) == (True, "확인함")


def test_nobody_appeals_against_what_is_lifted(person: Person) -> None:
    line = restricted(person)
    verbs.lift(STAFF, line.id, None, "확인함")
    assert refused(verbs.appeal, by(person), line.id, "왜요") is Reason.LIFTED


def test_an_answer_needs_an_appeal(person: Person) -> None:
    with pytest.raises(Missing):
        verbs.answer(STAFF, restricted(person).id, None, True, "네")


# Two at once


@pytest.fixture
def unlocked(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No turn to write and no person locked, and a pause between looking and writing."""
    turn = app.extensions.pop("eduportal.turn", None)
    if db.engine.dialect.name == "sqlite":
        monkeypatch.setattr(db.engine.dialect, "do_begin", lambda _connection: None)
    bare = sa.select(*places.PERSON_FACTS, *places.PERSON_HISTORY)
    theirs = bare.where(Person.id == sa.bindparam("person_id"))
    monkeypatch.setattr(places, "PERSON_LOCKED", theirs)
    look = strikes.against

    def look_slowly(person_id: int) -> list[Held]:
        seen = look(person_id)
        time.sleep(0.3)
        return seen

    monkeypatch.setattr(strikes, "against", look_slowly)
    yield
    if turn:
        app.extensions["eduportal.turn"] = turn


def stay_away_at_once(app: Flask, person: Person, times: int) -> Counter[str]:
    """Somebody who has a warning did not come to several classes, all written down together."""
    strike_of(person)
    bookings = [held(begun_run(), person).id for _n in range(times)]

    def stay_away(booking_id: int) -> Callable[[], str]:
        def act() -> str:
            verbs.record_no_show(STAFF, booking_id, None, "오지 않음")
            return "written"

        return act

    return all_at_once(app, [stay_away(number) for number in bookings])


def test_without_the_persons_lock_two_strikes_are_the_same_days(
    app: Flask, person: Person, unlocked: None
) -> None:
    stay_away_at_once(app, person, 2)
    assert [line.step for line in lines()[1:]] == [2, 2]
    assert len({line.from_on for line in lines()[1:]}) == 1


def test_two_strikes_at_once_stand_one_after_another(app: Flask, person: Person) -> None:
    answers = stay_away_at_once(app, person, 3)

    assert answers == {"written": 3}
    new = sorted(lines()[1:], key=lambda line: line.step)
    assert [line.step for line in new] == [2, 3, 4]
    spans = [(line.from_on, line.until_on) for line in new]
    assert all(one[1] is not None and other[0] == one[1] + DAY for one, other in pairwise(spans))


def test_a_cancellation_and_a_no_show_at_once_are_two_steps(app: Flask, person: Person) -> None:
    late, missed = held(strict_run(5 * HOUR), person), held(begun_run(), person)
    ids, actor = (late.id, missed.id), by(person)

    def cancel() -> str:
        actions.cancel_own(actor, ids[0], "")
        return "done"

    def stay_away() -> str:
        verbs.record_no_show(STAFF, ids[1], None, "오지 않음")
        return "done"

    assert all_at_once(app, [cancel, stay_away]) == {"done": 2}
    assert sorted(line.step for line in lines()) == [1, 2]


def test_two_taps_write_one_line(app: Flask, person: Person) -> None:
    booking_id = held(begun_run(), person).id

    def act() -> str:
        try:
            verbs.record_no_show(STAFF, booking_id, None, "오지 않음")
        except Refused as refused:
            return refused.reason.name
        return "written"

    assert all_at_once(app, [act] * 4) == {"written": 1, "RECORDED": 3}
    assert len(lines()) == 1


def test_two_appeals_at_once_are_one(app: Flask, person: Person) -> None:
    line_id, actor = restricted(person).id, by(person)

    def act() -> str:
        try:
            verbs.appeal(actor, line_id, "병원에 있었습니다.")
        except Refused as refused:
            return refused.reason.name
        return "made"

    assert all_at_once(app, [act] * 3) == {"made": 1, "APPEALED": 2}


# The register


def test_the_register_shows_what_is_asked_for(person: Person) -> None:
    now, over = restricted(person), restricted(person, 0)
    over.from_on = over.until_on = clock.today() - DAY
    warning, lifted = strike_of(person), restricted(person)
    db.session.commit()
    verbs.lift(STAFF, lifted.id, None, "면제")
    verbs.appeal(by(person), warning.id, "갔습니다.")

    def shown(show: Show, centers: frozenset[int] | None = None) -> set[int]:
        return {line.restriction.id for line in register(show, centers)}

    assert shown(Show.NOW) == {now.id}
    assert shown(Show.WARNINGS) == {warning.id}
    assert shown(Show.OVER) == {over.id, lifted.id}
    assert shown(Show.APPEALS) == {warning.id}
    assert shown(Show.ALL) == {now.id, over.id, warning.id, lifted.id}
    assert shown(Show.ALL, frozenset({-1})) == set()


# Pages


def text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


@pytest.fixture
def at_work(client: FlaskClient, app: Flask) -> FlaskClient:
    """An administrator, signed in."""
    factories.create_office()
    sign_in_to_work(client, factories.create_staff())
    return client


def test_the_person_is_warned_before_cancelling(client: FlaskClient, person: Person) -> None:
    booking = held(strict_run(5 * HOUR), person)
    sign_in(client, person)
    page = text(client.get(f"/my/bookings/{booking.id}/cancellation"))
    assert "경고로 기록합니다" in page
    answer = client.post(f"/my/bookings/{booking.id}/cancellation", data={"knows": "1"})
    assert answer.status_code == 303
    assert len(lines()) == 1


def test_who_was_not_warned_is_asked_once_more(client: FlaskClient, person: Person) -> None:
    booking = held(strict_run(5 * HOUR), person)
    sign_in(client, person)
    answer = client.post(f"/my/bookings/{booking.id}/cancellation")
    assert "경고로 기록합니다" in text(answer)
    assert (read(booking.id).state, lines()) == (State.PLACED, [])


def test_nobody_is_warned_of_what_does_not_follow(client: FlaskClient, person: Person) -> None:
    booking = held(strict_run(), person)
    sign_in(client, person)
    assert "경고" not in text(client.get(f"/my/bookings/{booking.id}/cancellation"))
    assert client.post(f"/my/bookings/{booking.id}/cancellation").status_code == 303
    assert read(booking.id).state is State.CANCELLED


def test_a_person_sees_their_own_and_appeals_on_the_page(
    client: FlaskClient, person: Person
) -> None:
    line = restricted(person)
    other = restricted(factories.create_person())
    sign_in(client, person)
    page = text(client.get("/my"))
    assert "이용 제한 안내" in page
    assert f"/my/restrictions/{line.id}" in page
    assert client.get(f"/my/restrictions/{other.id}").status_code == 404
    assert client.post(f"/my/restrictions/{other.id}", data={"text": "-"}).status_code == 404

    address = f"/my/restrictions/{line.id}"
    assert "연락 없이 오지 않음" in text(client.get(address))
    assert client.post(address, data={"text": " "}).status_code == 422
    assert client.post(address, data={"text": "가" * 1001}).status_code == 422
    assert db.session.scalars(sa.select(Appeal)).all() == []
    assert client.post(address, data={"text": "병원에 있었습니다."}).status_code == 303
    page = text(client.get(address))
    assert "병원에 있었습니다." in page
    assert "<textarea" not in page


def test_who_has_no_line_sees_no_notice(client: FlaskClient, person: Person) -> None:
    factories.create_office()
    sign_in(client, person)
    assert "이용 제한" not in text(client.get("/my"))


def test_names_are_masked_until_they_are_opened(at_work: FlaskClient, person: Person) -> None:
    line = restricted(person)
    for address in ("/office/restrictions", f"/office/restrictions/{line.id}"):
        assert person.name not in text(at_work.get(address))
    assert person.name in text(at_work.post("/office/restrictions"))
    assert person.name in text(at_work.post(f"/office/restrictions/{line.id}/person"))
    looked = db.session.scalars(
        sa.select(AccessLine).where(AccessLine.person_id == person.id)
    ).all()
    assert len(looked) == 2


def test_the_register_can_be_taken_along_masked(at_work: FlaskClient, person: Person) -> None:
    restricted(person)
    file = at_work.get("/office/restrictions.csv?show=now").data.decode("utf-8-sig")
    assert "제한 관리대장" in file
    assert "무단불참" in file
    assert person.name not in file
    assert at_work.get("/office/restrictions.xlsx").data[:2] == b"PK"


def test_staff_write_lift_and_answer_on_the_pages(at_work: FlaskClient, person: Person) -> None:
    booking = held(begun_run(), person)
    roster = text(at_work.get(f"/office/runs/{booking.run_id}/roster"))
    address = f"/office/bookings/{booking.id}/no-show"
    assert address in roster
    assert at_work.post(address, data={"reason": ""}).status_code == 422
    assert lines() == []
    at_work.post(address, data={"reason": "연락 없이 오지 않음"})
    (line,) = lines()
    verbs.appeal(by(person), line.id, "갔습니다.")
    answer = f"/office/restrictions/{line.id}/answer"
    assert "갔습니다." in text(at_work.get(answer))
    assert at_work.post(answer, data={"text": "확인함"}).status_code == 422
    done = at_work.post(answer, data={"text": "출석부를 확인했습니다.", "granted": "yes"})
    assert done.status_code == 303, text(done)
    assert lines()[0].lifted_reason == "출석부를 확인했습니다."
    assert "출석부를 확인했습니다." in text(at_work.get(f"/office/restrictions/{line.id}"))


def test_by_hand_bad_days_are_said_at_the_field(at_work: FlaskClient, person: Person) -> None:
    booking = held(strict_run(), person)
    address = f"/office/bookings/{booking.id}/restriction"
    for days in ("", "0", "366", "열흘", "99999999999999999999"):
        answer = at_work.post(address, data={"reason": "반복", "days": days})
        assert (days, answer.status_code) == (days, 422)
    assert lines() == []
    at_work.post(address, data={"reason": "반복", "days": "14"})
    line = lines()[0]
    at_work.post(f"/office/restrictions/{line.id}/lift", data={"reason": "착오"})
    assert lines()[0].lifted_at


def test_the_desk_reads_and_staff_decide(client: FlaskClient, person: Person) -> None:
    line = restricted(person)
    assert line.booking
    desk = factories.create_staff(line.booking.run.center, Role.DESK)
    sign_in_to_work(client, desk)
    assert client.get(f"/office/restrictions/{line.id}").status_code == 200
    for act in ("lift", "answer"):
        assert client.post(f"/office/restrictions/{line.id}/{act}").status_code == 403


def test_restrictions_that_overlap_are_found(app: Flask) -> None:
    factories.create_office()
    person = factories.create_person()
    for lifted in (None, clock.now(), None):
        factories.save(
            Restriction(
                person_id=person.id,
                cause=Cause.BY_HAND,
                step=1,
                reason="-",
                from_on=TODAY,
                until_on=TODAY + 5 * DAY,
                decided_at=clock.now(),
                lifted_at=lifted,
                lifted_reason="-" if lifted else None,
            )
        )
    assert [one for one in promises.broken() if "same day" in one] == [
        "restrictions 1 and 3 of one person hold on the same day"
    ]
