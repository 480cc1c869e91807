"""A draw from its promise to its result: nobody steers it, and nothing changes it afterwards."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from eduportal.accounts.models import Person
from eduportal.booking import actions, draw_promises, drawing, messages_draws, promises
from eduportal.booking.actions import draws, promising
from eduportal.booking.actions.draw_lists import close
from eduportal.booking.models import Booking, Draw, DrawEntry, Restriction
from eduportal.booking.rules import State
from eduportal.booking.rules.draw_file import drawn, read, verify, write
from eduportal.booking.rules.draw_terms import OfficeSecret, PublicValue
from eduportal.booking.rules.drawing import Reason
from eduportal.booking.rules.restrictions import Cause
from eduportal.catalog.actions.runs import edit_run, plan_of
from eduportal.catalog.models import Run
from eduportal.catalog.policies import keep
from eduportal.catalog.rules.intake import ChannelShare, Intake, Repeat, Selection
from eduportal.notices.models import Notice
from eduportal.shared import clock
from eduportal.shared.db import db
from eduportal.shared.events import By, Event
from eduportal.shared.refusal import Missing, Refused
from tests import factories
from tests.booking.conftest import STAFF, by, fresh, states
from tests.race.racer import all_at_once

LOTTERY = "동행복권 로또 6/45 당첨번호"
NUMBERS = "3, 7, 11, 19, 31, 40"


def intake(**given: Any) -> Intake:
    return Intake(**{"selection": Selection.DRAW} | given)


@pytest.fixture
def office(app: Flask) -> None:
    factories.create_office()


def drawn_run(how: Intake | None = None, **given: Any) -> Run:
    """A run that is open now, whose places lots decide about: two of them, two may wait."""
    fields: dict[str, Any] = {
        "capacity": 2,
        "waiting_limit": 2,
        "starts_in": factories.until_the_tenth(),
    }
    return factories.create_run(intake=how or intake(), **fields | given)


def apply_all(run: Run, count: int = 6, **person: Any) -> list[Booking]:
    return [applied(run, factories.create_person(**person)) for _n in range(count)]


def applied(run: Run, person: Person | None = None, channel: str = "online") -> Booking:
    person = person or factories.create_person()
    who = By("resident", channel, person.account_id, person.id)
    booking_id = actions.apply(who, run.id, person.id)
    return db.session.get_one(Booking, booking_id, populate_existing=True)


def draw_of(run: Run) -> Draw:
    db.session.rollback()
    draw = drawing.standing_draw(run.id)
    assert draw is not None
    return draw


def entry_of(booking: Booking) -> DrawEntry:
    db.session.rollback()
    query = sa.select(DrawEntry).where(DrawEntry.booking_id == booking.id)
    return db.session.scalars(query.order_by(DrawEntry.id.desc())).first()  # type: ignore[return-value]


def after_closing(run: Run) -> Any:
    return clock.moved_to(run.apply_until + timedelta(minutes=1))


def draw_by_secret(run: Run) -> Draw:
    with after_closing(run):
        draws.sweep()
    return draw_of(run)


def messages(booking: Booking) -> list[str]:
    db.session.rollback()
    query = sa.select(Notice.body).where(Notice.dedupe.startswith(f"booking:{booking.id}:"))
    return list(db.session.scalars(query.order_by(Notice.id)))


def counts(run: Run) -> tuple[int, int, int]:
    row = fresh(run)
    return row.places_taken, row.waiting, row.applied


def test_a_secret_draws_by_itself_after_the_closing(office: None) -> None:
    run = drawn_run()
    bookings = apply_all(run)
    before = draw_of(run)
    assert (before.closed_at, before.secret_hash) == (
        None,
        OfficeSecret.of(str(before.secret)).sha256,
    )

    draw = draw_by_secret(run)

    assert draw.drawn_at is not None
    assert Counter(states(run)) == {"placed": 2, "waiting": 2, "not_selected": 2}
    assert counts(run) == (2, 2, 0)
    assert fresh(run).selected_at is not None
    document = drawing.document_of(draw)
    assert document is not None
    assert verify(read(write(document))) == []
    outcomes = {one.ticket: one.outcome for one in document.result}
    for booking in bookings:
        assert outcomes[entry_of(booking).ticket] == fresh(booking).state.value
    assert promises.broken() == []


# With a public value


def closed_for_lottery(**given: Any) -> Run:
    """A run with six applications whose list is closed and waits for the lottery."""
    run = drawn_run(intake(draw_source=LOTTERY), **given)
    apply_all(run)
    with after_closing(run):
        draws.sweep()
    return run


def when_known(run: Run) -> Any:
    comes = drawing.comes_at(draw_of(run))
    assert comes is not None
    return clock.moved_to(comes + timedelta(hours=1))


def test_a_public_value_is_named_before_and_drawn_with_after(office: None) -> None:
    run = closed_for_lottery()
    source = drawing.commitment_of(draw_of(run)).source
    assert isinstance(source, PublicValue)
    assert "회(" in source.moment
    assert states(run) == ["applied"] * 6

    with when_known(run):
        draws.sweep()
        assert states(run) == ["applied"] * 6
        draws.enter_value(
            By("staff", "online", 7), run.id, None, NUMBERS, draws.normalized(run.id, NUMBERS)
        )

    draw = draw_of(run)
    assert (draw.public_value, draw.account_id) == ("3,7,11,19,31,40", 7)
    assert Counter(states(run)) == {"placed": 2, "waiting": 2, "not_selected": 2}
    assert promises.broken() == []


def test_the_result_is_the_librarys_for_the_published_list(office: None) -> None:
    run = closed_for_lottery()
    before = draw_of(run)
    commitment, entries = drawing.commitment_of(before), drawing.entries_of(before)
    with when_known(run):
        draws.draw_lots(STAFF, run.id, None, NUMBERS)

    document = drawn(commitment, entries, NUMBERS)
    assert document == drawing.document_of(draw_of(run))
    assert (document.commitment_hash, document.list_hash) == (
        before.commitment_hash,
        before.entries_hash,
    )


def refusal_of(act: Any, *args: Any) -> str:
    with pytest.raises(Refused) as refused:
        act(*args)
    assert "%(" not in refused.value.sentence
    return refused.value.reason.name


def test_a_value_is_refused_until_it_can_be_known(office: None) -> None:
    run = drawn_run(intake(draw_source=LOTTERY))
    apply_all(run)

    assert refusal_of(draws.draw_lots, STAFF, run.id, None, NUMBERS) == "NOT_CLOSED"
    with after_closing(run):
        draws.sweep()
        assert refusal_of(draws.draw_lots, STAFF, run.id, None, NUMBERS) == "VALUE_TOO_EARLY"
        assert refusal_of(draws.draw_lots, STAFF, run.id, None) == "VALUE_NEEDED"
    assert states(run) == ["applied"] * 6


@pytest.mark.parametrize("typed", ["3, 7, 11", "로또", "", "1 2 3 4 5 6 7", "9" * 300])
def test_a_value_typed_wrong_draws_nothing(office: None, typed: str) -> None:
    run = closed_for_lottery()

    with when_known(run):
        refusal_of(draws.draw_lots, STAFF, run.id, None, typed)
    assert draw_of(run).public_value is None
    assert states(run) == ["applied"] * 6


def test_only_the_value_that_was_looked_over_is_drawn_with(office: None) -> None:
    run = closed_for_lottery()

    with when_known(run):
        seen = draws.normalized(run.id, NUMBERS)
        assert (
            refusal_of(draws.enter_value, STAFF, run.id, None, "1,2,3,4,5,6", seen)
            == "VALUE_CHANGED"
        )
    assert states(run) == ["applied"] * 6


def test_nothing_changes_a_drawn_result(office: None) -> None:
    run = closed_for_lottery()
    with when_known(run):
        draws.draw_lots(STAFF, run.id, None, NUMBERS)
        before = states(run)
        assert refusal_of(draws.draw_lots, STAFF, run.id, None, "1,2,3,4,5,6") == "ALREADY_DRAWN"
        assert refusal_of(draws.draw_lots, STAFF, run.id, None) == "ALREADY_DRAWN"
        assert refusal_of(promising.void, STAFF, run.id, None, "다시 뽑자") == "ALREADY_DRAWN"
        draws.sweep()
    assert states(run) == before
    assert draw_of(run).public_value == "3,7,11,19,31,40"


def test_a_value_is_not_typed_where_a_secret_draws(office: None) -> None:
    run = drawn_run()
    apply_all(run)
    with after_closing(run):
        close(STAFF, run.id)
        assert refusal_of(draws.draw_lots, STAFF, run.id, None, NUMBERS) == "NO_VALUE_NEEDED"


def test_a_list_that_is_closed_too_late_gets_a_later_value(office: None) -> None:
    run = drawn_run(intake(draw_source=LOTTERY))
    apply_all(run)
    first = draw_of(run)
    comes = drawing.comes_at(first)
    assert comes is not None
    with clock.moved_to(comes + timedelta(hours=1)):
        draws.sweep()

    db.session.refresh(first)
    assert first.voided_reason == Reason.CLOSED_LATE.value
    later = drawing.comes_at(draw_of(run))
    assert later is not None
    assert later > comes
    assert draw_of(run).closed_at is not None


def test_another_centers_staff_find_no_draw(office: None) -> None:
    run = closed_for_lottery()
    elsewhere = frozenset({run.center_id + 1})

    with when_known(run):
        with pytest.raises(Missing):
            draws.draw_lots(STAFF, run.id, elsewhere, NUMBERS)
        with pytest.raises(Missing):
            draws.advance(STAFF, run.id, elsewhere)
        with pytest.raises(Missing):
            promising.void(STAFF, run.id, elsewhere, "-")


# Who is in it, and for what


def test_a_fair_window_draws_its_first_hours_and_then_goes_by_arrival(office: None) -> None:
    how = intake(selection=Selection.FAIR_WINDOW, fair_hours=30)
    run = drawn_run(
        how, capacity=4, waiting_limit=3, apply_until=factories.now() + timedelta(days=3)
    )
    first = apply_all(run, 5)
    ends = run.apply_from + timedelta(hours=30)
    with clock.moved_to(ends + timedelta(minutes=1)):
        later = apply_all(run, 4)
        assert {one.state for one in later} == {State.APPLIED}
        draws.sweep()
        assert states(run).count("applied") == 0

    drawn_states = Counter(fresh(one).state.value for one in first)
    assert drawn_states == {"placed": 4, "waiting": 1}
    assert [fresh(one).state.value for one in later] == [
        "waiting",
        "waiting",
        "not_selected",
        "not_selected",
    ]
    assert "정원과 대기 인원이 모두" in messages(later[-1])[-1]
    assert promises.broken() == []


def test_after_a_fair_window_with_room_places_go_by_arrival(office: None) -> None:
    how = intake(selection=Selection.FAIR_WINDOW, fair_hours=30)
    run = drawn_run(how, capacity=3, apply_until=factories.now() + timedelta(days=3))
    apply_all(run, 1)
    with clock.moved_to(run.apply_from + timedelta(hours=30, minutes=1)):
        apply_all(run, 1)
        draws.sweep()
        assert states(run) == ["placed", "placed"]
        last = apply_all(run, 2)
    assert [fresh(one).state.value for one in last] == ["placed", "waiting"]
    assert promises.broken() == []


def test_a_reserved_share_is_drawn_among_priority_groups(office: None) -> None:
    how = intake(selection=Selection.PRIORITY_DRAW, groups=("senior65",), reserved_percent=50)
    run = drawn_run(how, capacity=2)
    old = apply_all(run, 2)
    apply_all(run, 8, birth_date=date(1990, 1, 1))

    draw_by_secret(run)

    assert State.PLACED in {fresh(one).state for one in old}
    codes = {row.group_code for row in drawing.rows_of(draw_of(run).id)}
    assert len(codes) == 2
    assert "senior65" not in str(draw_of(run).entries)
    assert promises.broken() == []


def test_priority_groups_go_first_where_no_share_is_said(office: None) -> None:
    run = drawn_run(intake(selection=Selection.PRIORITY_DRAW, groups=("senior65",)), capacity=3)
    apply_all(run, 6, birth_date=date(1990, 1, 1))
    old = apply_all(run, 3)

    draw_by_secret(run)

    assert {fresh(one).state for one in old} == {State.PLACED}


def test_a_channels_share_is_kept_in_the_draw(office: None) -> None:
    ways = (ChannelShare("online", 0), ChannelShare("phone", 50))
    run = drawn_run(intake(channels=ways), capacity=2)
    apply_all(run, 7)
    by_phone = applied(run, channel="phone")

    draw_by_secret(run)

    assert fresh(by_phone).state is State.PLACED
    assert entry_of(by_phone).channel_code
    assert "phone" not in str(draw_of(run).entries)


def lose(run: Run, person: Person) -> None:
    """Let somebody lose a draw, however the lot falls."""
    booking = applied(run, person)
    draw_by_secret(run)
    booking, entry = fresh(booking), entry_of(booking)
    entry.outcome = booking.state = State.NOT_SELECTED
    booking.held_from = booking.seat_id = None
    db.session.commit()


def test_losses_are_counted_in_the_family_and_spent_on_winning(office: None) -> None:
    person = factories.create_person()
    family = [factories.create_course(family="스마트폰") for _n in range(2)]
    for course in (family[0], family[1], factories.create_course()):
        lose(drawn_run(course=course), person)
    assert drawing.losses([person.id], family[0].id) == {person.id: 2}

    run = drawn_run(intake(loss_memory=True), course=family[0])
    booking, others = applied(run, person), apply_all(run, 4)
    draw_by_secret(run)
    assert entry_of(booking).lots == 3
    assert {entry_of(one).lots for one in others} == {1}
    lost = [one for one in others if fresh(one).state is State.NOT_SELECTED]
    assert "추첨권이 2장" in messages(lost[0])[-1]

    won = fresh(booking)
    won.state, won.held_from = State.PLACED, factories.now() + timedelta(days=9)
    db.session.commit()
    assert drawing.losses([person.id], family[0].id).get(person.id, 0) == 0


def test_giving_up_before_the_draw_is_no_loss(office: None) -> None:
    run = drawn_run(intake(loss_memory=True))
    person = factories.create_person()
    booking = applied(run, person)
    apply_all(run)
    with after_closing(run):
        close(STAFF, run.id)
        actions.cancel_own(by(person), booking.id, "-")
        draws.sweep()
    assert drawing.losses([person.id], run.course_id) == {}


def test_whoever_took_it_lately_waits_behind(office: None) -> None:
    course, person = factories.create_course(), factories.create_person()
    past = factories.create_run(course, starts_in=timedelta(days=-30))
    factories.create_booking(past, person, state=State.COMPLETED)
    how = intake(repeat=Repeat.WAIT, repeat_months=24)
    run = drawn_run(how, course=course, waiting_limit=9)
    again = applied(run, person)
    apply_all(run, 3)

    draw_by_secret(run)

    assert fresh(again).state is State.WAITING
    assert states(run).count("placed") == 2
    assert len(drawing.rows_of(draw_of(run).id)) == 3
    assert again.number > max(row.number for row in rows(run, State.WAITING) if row.id != again.id)
    assert [sentence for ask in draw_promises.QUESTIONS for sentence in ask()] == []


def rows(run: Run, state: State) -> list[Booking]:
    db.session.rollback()
    query = sa.select(Booking).where(Booking.run_id == run.id, Booking.state == state)
    return list(db.session.scalars(query.order_by(Booking.number)))


def test_where_there_is_room_for_all_nobody_is_drawn(office: None) -> None:
    run = drawn_run(intake(draw_source=LOTTERY), capacity=6)
    bookings = apply_all(run, 3)

    draw = draw_by_secret(run)

    assert states(run) == ["placed"] * 3
    assert (draw.public_value, drawing.document_of(draw)) == (None, None)
    assert "추첨 없이" in messages(bookings[0])[-1]
    assert promises.broken() == []


def test_a_run_nobody_applied_for_is_decided_too(office: None) -> None:
    run = drawn_run(intake(left_over=True))
    draws.sweep()
    draw_by_secret(run)

    with after_closing(run):
        assert applied(run).state is State.PLACED


def test_whom_staff_let_in_late_is_behind_the_drawn(office: None) -> None:
    run = drawn_run(intake(draw_source=LOTTERY), waiting_limit=9)
    apply_all(run, 4)
    with after_closing(run):
        draws.sweep()
        person = factories.create_person()
        late = actions.apply(STAFF, run.id, person.id, None, "전산 장애")
    with when_known(run):
        draws.draw_lots(STAFF, run.id, None, NUMBERS)

    assert states(run).count("placed") == 2
    assert rows(run, State.WAITING)[-1].id == late
    assert len(drawing.rows_of(draw_of(run).id)) == 4


# What happens between the closing and the draw


def test_who_gave_up_keeps_the_ticket_and_is_skipped(office: None) -> None:
    run = closed_for_lottery()
    document = drawn(drawing.commitment_of(draw_of(run)), drawing.entries_of(draw_of(run)), NUMBERS)
    line = [one.ticket for one in document.result]
    by_ticket = {row.ticket: row.booking for row in drawing.rows_of(draw_of(run).id)}
    winner = by_ticket[line[0]]
    with when_known(run):
        who = By("resident", "online", None, winner.person_id)
        actions.cancel_own(who, winner.id, "-")
        draws.draw_lots(STAFF, run.id, None, NUMBERS)

    assert [fresh(by_ticket[ticket]).state.value for ticket in line] == [
        *("cancelled", "placed", "placed", "waiting", "waiting", "not_selected"),
    ]
    assert entry_of(winner).outcome is None
    assert drawing.document_of(draw_of(run)) == document
    assert promises.broken() == []


def test_limits_are_asked_again_and_the_next_gets_the_place(office: None) -> None:
    run = closed_for_lottery()
    document = drawn(drawing.commitment_of(draw_of(run)), drawing.entries_of(draw_of(run)), NUMBERS)
    line = [one.ticket for one in document.result]
    by_ticket = {row.ticket: row.booking for row in drawing.rows_of(draw_of(run).id)}
    winner = by_ticket[line[1]]
    with when_known(run):
        restrict(winner.person_id)
        draws.draw_lots(STAFF, run.id, None, NUMBERS)

    assert [fresh(by_ticket[ticket]).state.value for ticket in line] == [
        *("placed", "not_selected", "placed", "waiting", "waiting", "not_selected"),
    ]
    assert "신청하실 수 없습니다" in messages(winner)[-1]
    reason = db.session.scalar(
        sa.select(Event.detail).where(
            Event.booking_id == winner.id, Event.verb == "booking.passed_over"
        )
    )
    assert reason is not None
    assert reason["why"] == "RESTRICTED"
    assert promises.broken() == []


def restrict(person_id: int | None) -> None:
    today = clock.today()
    factories.save(
        Restriction(
            person_id=person_id,
            cause=next(iter(Cause)),
            step=1,
            reason="-",
            from_on=today,
            until_on=today + timedelta(days=90),
            decided_at=clock.now(),
        )
    )


def test_places_promised_stay_until_the_draw_and_more_are_given_after(office: None) -> None:
    run = closed_for_lottery()
    assert refusal_of(actions.change_capacity, STAFF, run.id, None, 1) == "SEATS_PROMISED"
    actions.change_capacity(STAFF, run.id, None, 3)

    with when_known(run):
        draws.draw_lots(STAFF, run.id, None, NUMBERS)

    assert drawing.promised(draw_of(run)).capacity == 2
    assert Counter(states(run)) == {"placed": 3, "waiting": 1, "not_selected": 2}
    assert promises.broken() == []


# A promise that no longer holds


def test_every_open_run_has_a_promise_at_once(office: None) -> None:
    run = drawn_run()
    assert drawing.standing_draw(run.id) is None
    draws.sweep()
    promise = draw_of(run)

    draws.sweep()
    assert draw_of(run).id == promise.id


def test_a_run_that_nobody_sees_yet_promises_nothing(office: None) -> None:
    run = drawn_run(
        published_at=factories.now() + timedelta(hours=1),
        apply_from=factories.now() + timedelta(days=1),
    )

    draws.sweep()
    assert drawing.standing_draw(run.id) is None


def test_a_new_capacity_makes_a_new_promise_openly(office: None) -> None:
    run = drawn_run()
    apply_all(run)
    first = draw_of(run)
    actions.change_capacity(STAFF, run.id, None, 3)

    db.session.refresh(first)
    assert "(2석에서 3석으로)" in str(first.voided_reason)
    second = draw_of(run)
    assert drawing.commitment_of(second).terms.capacity == 3
    # Who changes a policy chooses no other secret by it.
    assert second.secret_hash == first.secret_hash
    draw_by_secret(run)
    assert states(run).count("placed") == 3
    assert promises.broken() == []


def test_a_new_policy_makes_a_new_promise_openly(office: None) -> None:
    run = drawn_run()
    apply_all(run)
    first = draw_of(run)
    change_intake(run, intake(loss_memory=True, draw_source=LOTTERY))
    draws.sweep()

    db.session.refresh(first)
    assert "추첨권 늘리기, 씨앗이 될 값" in str(first.voided_reason)
    assert draw_of(run).secret_hash is None


def test_no_more_lots_end_the_promise(office: None) -> None:
    run = drawn_run()
    draws.sweep()
    first = draw_of(run)
    change_intake(run, Intake())
    draws.sweep()

    db.session.refresh(first)
    assert first.voided_reason == Reason.NO_LONGER_BY_LOT.value


def change_intake(run: Run, new: Intake) -> None:
    row = fresh(run)
    keep(row, new, [row.starts_at])
    db.session.commit()


def test_after_the_closing_no_policy_changes_the_terms(office: None) -> None:
    run = closed_for_lottery()
    before = draw_of(run).commitment
    change_intake(run, intake(draw_source=LOTTERY, loss_memory=True))
    with after_closing(run):
        draws.sweep()

    assert draw_of(run).commitment == before


def test_an_administrator_voids_a_closed_list_for_all_to_see(office: None) -> None:
    run = closed_for_lottery()
    first = draw_of(run)
    with after_closing(run):
        promising.void(By("admin"), run.id, None, "명단을 잘못 굳혔습니다")
        draws.sweep()

    db.session.refresh(first)
    assert first.voided_reason == "명단을 잘못 굳혔습니다"
    second = draw_of(run)
    assert second.closed_at is not None
    assert second.entries_hash != first.entries_hash
    with when_known(run):
        draws.draw_lots(STAFF, run.id, None, NUMBERS)
    assert promises.broken() == []


# What goes wrong meanwhile


def test_a_worker_that_died_after_the_closing_is_followed_by_another(office: None) -> None:
    run = drawn_run()
    apply_all(run)
    with after_closing(run):
        closed = close(STAFF, run.id)
        assert closed is not None
        assert states(run) == ["applied"] * 6
        draws.sweep()

    assert draw_of(run).entries_hash == closed.entries_hash
    assert Counter(states(run)) == {"placed": 2, "waiting": 2, "not_selected": 2}


def test_a_draw_that_fails_in_the_middle_leaves_nothing(
    office: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = drawn_run()
    apply_all(run)

    def fail(*_given: object) -> None:
        raise RuntimeError

    with after_closing(run):
        monkeypatch.setattr(messages_draws, "tell_lost", fail)
        with pytest.raises(RuntimeError):
            draws.sweep()
        assert states(run) == ["applied"] * 6
        assert draw_of(run).drawn_at is None
        monkeypatch.undo()
        draws.sweep()
    assert Counter(states(run)) == {"placed": 2, "waiting": 2, "not_selected": 2}


def at_closing(run: Run, act: Any) -> Any:
    """An act, after the closing, in whatever thread it runs."""

    def do() -> str:
        with after_closing_of(run.apply_until):
            act()
        return "done"

    return do


def after_closing_of(moment: datetime) -> Any:
    return clock.moved_to(moment + timedelta(minutes=1))


def test_two_workers_draw_once(app: Flask, office: None) -> None:
    run = drawn_run()
    apply_all(run, 12)
    told = all_at_once(app, [at_closing(run, draws.sweep) for _n in range(4)])

    assert told == {"done": 4}
    assert Counter(states(run)) == {"placed": 2, "waiting": 2, "not_selected": 8}
    drawn_events = sa.select(sa.func.count()).where(Event.verb == "run.drawn")
    assert db.session.scalar(drawn_events) == 1
    assert promises.broken() == []


def test_somebody_gives_up_in_the_very_moment(app: Flask, office: None) -> None:
    run = drawn_run()
    people = [factories.create_person() for _n in range(8)]
    bookings = [applied(run, person) for person in people]
    with after_closing(run):
        close(STAFF, run.id)
    ids = {person.id: booking.id for person, booking in zip(people, bookings, strict=True)}

    def give_up(person_id: int) -> Any:
        who = By("resident", "online", None, person_id)
        return at_closing(run, lambda: actions.cancel_own(who, ids[person_id], "-"))

    acts = [give_up(person.id) for person in people[:4]]
    told = all_at_once(app, [at_closing(run, draws.sweep), *acts, at_closing(run, draws.sweep)])

    assert told == {"done": 6}
    assert states(run).count("cancelled") == 4
    assert states(run).count("placed") == 2
    assert promises.broken() == []


def test_a_large_draw_asks_the_database_little(office: None) -> None:
    run = drawn_run(capacity=28, waiting_limit=10)
    for _n in range(200):
        factories.create_booking(run, state=State.APPLIED)
    row = fresh(run)
    row.applied = 200
    db.session.commit()

    asked: list[str] = []
    listener = (db.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    sa.event.listen(*listener)
    try:
        draw_by_secret(run)
    finally:
        sa.event.remove(*listener)

    assert Counter(states(run)) == {"placed": 28, "waiting": 10, "not_selected": 162}
    # Events and messages go together; only who gets a place costs a handful each.
    assert len(asked) < 28 * 5 + 10 + 40


def test_a_row_changed_by_hand_is_found(office: None) -> None:
    run = drawn_run()
    apply_all(run)
    draw = draw_by_secret(run)
    loser = next(row for row in drawing.rows_of(draw.id) if row.outcome is State.NOT_SELECTED)
    loser.outcome = State.PLACED
    draw.entries = str(draw.entries).replace(",1\n", ",2\n", 1)
    db.session.commit()

    found = " ".join(promises.broken())
    assert "the list is not the one that was published" in found
    assert "another result" in found


def edit(run: Run, **given: Any) -> None:
    plan = replace(plan_of(fresh(run)), **given)
    db.session.rollback()
    edit_run(STAFF, run.id, plan, None, reason="사정이 있어")


@pytest.mark.parametrize("by_lot", [intake(), intake(draw_source=LOTTERY)])
def test_a_closed_list_keeps_its_window(office: None, by_lot: Intake) -> None:
    run = drawn_run(by_lot)
    apply_all(run)
    later = run.apply_until + timedelta(days=1)
    with after_closing(run):
        assert refusal_of(lambda: edit(run, apply_until=later)) == "LIST_CLOSED"
        draws.sweep()
        if by_lot.draw_source:
            assert refusal_of(lambda: edit(run, apply_until=later)) == "LIST_CLOSED"
        else:
            # What is drawn is drawn: left-over places may be given for longer.
            edit(run, apply_until=later)
    assert promises.broken() == []


def test_nobody_closes_a_list_at_once(office: None) -> None:
    run = drawn_run()
    apply_all(run, 1)
    now = clock.now()

    assert refusal_of(lambda: edit(run, apply_until=now - timedelta(minutes=1))) == "LIST_AT_ONCE"
    edit(run, apply_until=now + timedelta(days=1))
    assert drawing.promised(draw_of(run)).closes_at > now


def test_the_first_hours_are_closed_while_the_window_goes_on(office: None) -> None:
    opened = factories.now() - timedelta(hours=3)
    run = drawn_run(intake(selection=Selection.FAIR_WINDOW, fair_hours=2), apply_from=opened)

    later = run.apply_until + timedelta(hours=5)
    edit(run, apply_until=later)
    assert fresh(run).apply_until == later
    with clock.moved_to(opened + timedelta(hours=4)):
        assert (
            refusal_of(lambda: edit(run, apply_from=opened + timedelta(hours=3))) == "LIST_CLOSED"
        )


def test_nobody_draws_again_by_voiding_once_the_value_is_out(office: None) -> None:
    run = closed_for_lottery()
    with when_known(run):
        assert refusal_of(promising.void, STAFF, run.id, None, "다시") == "VALUE_IS_OUT"
        draws.draw_lots(STAFF, run.id, None, NUMBERS)
    assert promises.broken() == []


def test_seats_do_not_follow_the_published_order(office: None) -> None:
    run = drawn_run(intake(selection=Selection.PRIORITY_DRAW, groups=("senior65",)), capacity=8)
    young = apply_all(run, 5, birth_date=date(1990, 1, 1))
    old = apply_all(run, 4)

    draw_by_secret(run)

    placed = [fresh(one) for one in (*young, *old) if fresh(one).state is State.PLACED]
    assert len(placed) == 8
    assert [one.number for one in placed] == sorted(one.number for one in placed)
    assert [one.seat_id for one in placed] == sorted(one.seat_id or 0 for one in placed)
    assert promises.broken() == []
