"""One test per sentence of the rules of applying."""

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from eduportal.accounts.models import Person
from eduportal.accounts.rules import Relation
from eduportal.booking import actions, promises
from eduportal.booking.actions.applying import Entry
from eduportal.booking.models import Booking
from eduportal.booking.rules import Reason, State
from eduportal.catalog.models import Run, Seat
from eduportal.notices.models import Notice
from eduportal.shared import clock
from eduportal.shared.db import db
from eduportal.shared.events import By, Event
from eduportal.shared.refusal import Missing, Refused
from tests import factories
from tests.booking.conftest import STAFF, apply, booking, by, fresh, seat_of, states


def refused(person: Person, run: Run) -> Any:
    """Why applying is refused."""
    with pytest.raises(Refused) as caught:
        actions.apply(by(person), run.id, person.id)
    return caught.value.reason


def test_the_first_get_places_and_seats_from_number_one(run: Run, people: list[Person]) -> None:
    first, second = apply(people[0], run), apply(people[1], run)
    assert [first.state, second.state] == [State.PLACED, State.PLACED]
    assert [seat_of(first), seat_of(second)] == [1, 2]


def test_a_broken_seat_is_not_given(run: Run, people: list[Person]) -> None:
    assert run.room
    run.room.seats[0].out_of_order = True
    db.session.commit()
    assert seat_of(apply(people[0], run)) == 2


def test_when_places_are_gone_one_waits_in_the_order_of_arrival(
    run: Run, people: list[Person]
) -> None:
    for person in people[:4]:
        apply(person, run)
    assert states(run) == ["placed", "placed", "waiting", "waiting"]
    assert (fresh(run).places_taken, run.waiting, run.last_number) == (2, 2, 4)


def test_when_the_list_is_full_as_well_it_says_so(run: Run, people: list[Person]) -> None:
    for person in people[:5]:
        apply(person, run)
    assert refused(people[5], run) is Reason.WAITING_FULL
    assert len(states(run)) == 5


def test_a_newcomer_never_gets_past_the_list(run: Run, people: list[Person]) -> None:
    for person in people[:3]:
        apply(person, run)
    # The waiting one may not have the place: two other runs of the month.
    for _n in range(2):
        other = factories.create_run(starts_in=factories.until_the_tenth(14))
        factories.create_booking(other, people[2])
    actions.cancel(STAFF, _id(run, people[0]), None, "본인 요청")
    assert states(run) == ["cancelled", "placed", "waiting"]
    late = apply(people[3], run)
    assert late.state is State.PLACED
    passed = db.session.scalars(
        sa.select(Event.booking_id).where(Event.verb == "booking.passed_over")
    )
    assert set(passed) == {_id(run, people[2])}
    assert promises.broken() == _over_the_limit(people[2])


def _over_the_limit(person: Person) -> list[str]:
    # The factory wrote past the rules to make the situation; that alone is found.
    return [
        sentence
        for sentence in promises.nobody_has_more_than_the_limit()
        if sentence.startswith(f"person {person.id}:")
    ] + list(promises.every_place_has_its_event())


def _id(run: Run, person: Person) -> int:
    return db.session.scalars(
        sa.select(Booking.id).where(Booking.run_id == run.id, Booking.person_id == person.id)
    ).one()


def test_one_live_booking_per_person_and_run(run: Run, people: list[Person]) -> None:
    apply(people[0], run)
    assert refused(people[0], run) is Reason.ALREADY_BOOKED


def test_whoever_cancelled_may_apply_again_at_the_end(run: Run, people: list[Person]) -> None:
    first = apply(people[0], run)
    actions.cancel_own(by(people[0]), first.id, "")
    assert apply(people[0], run).number == 2


def test_before_the_window_nobody_applies(run: Run, people: list[Person]) -> None:
    run.apply_from = factories.now() + timedelta(minutes=1)
    db.session.commit()
    assert refused(people[0], run) is Reason.NOT_YET_OPEN


def test_the_audience_the_age_and_the_relation_are_asked(run: Run) -> None:
    run.relations = "lives"
    db.session.commit()
    assert refused(factories.create_employee(), run) is Reason.OTHER_AUDIENCE
    young = factories.create_person(birth_date=clock.today() - timedelta(days=12 * 365))
    assert refused(young, run) is Reason.TOO_YOUNG
    assert refused(factories.create_person(relation=Relation.WORKS), run) is Reason.OTHER_RELATION


def test_overlapping_meetings_are_refused_by_the_other_runs_name(
    run: Run, people: list[Person]
) -> None:
    other = factories.create_run(
        factories.create_course("사진 특강"), starts_in=factories.until_the_tenth(hour=11)
    )
    apply(people[0], run)
    with pytest.raises(Refused) as caught:
        actions.apply(by(people[0]), other.id, people[0].id)
    assert caught.value.reason is Reason.OVERLAPS
    assert run.title in caught.value.sentence


def test_two_runs_a_month_over_both_centers(people: list[Person]) -> None:
    tenth = factories.until_the_tenth()
    runs = [factories.create_run(starts_in=tenth + timedelta(days=n * 3)) for n in range(3)]
    apply(people[0], runs[0])
    apply(people[0], runs[1])
    assert refused(people[0], runs[2]) is Reason.MONTHLY_LIMIT
    next_month = factories.create_run(starts_in=tenth + timedelta(days=31))
    assert apply(people[0], next_month).state is State.PLACED


def test_the_answer_the_event_and_the_message_are_one(run: Run, people: list[Person]) -> None:
    made = apply(people[0], run)
    event = db.session.scalars(sa.select(Event).where(Event.booking_id == made.id)).one()
    notice = db.session.scalars(sa.select(Notice)).one()
    assert (event.verb, event.person_id, event.channel) == (
        "booking.placed",
        people[0].id,
        "online",
    )
    assert notice.address == people[0].phone
    assert "좌석: 1번" in notice.body


def test_the_message_names_a_seat_by_what_is_written_on_it(run: Run, people: list[Person]) -> None:
    db.session.execute(sa.update(Seat).where(Seat.number == 1).values(label="창가"))
    db.session.commit()
    apply(people[0], run)
    notice = db.session.scalars(sa.select(Notice)).one()
    assert "좌석: 창가\n" in notice.body


def test_a_refusal_writes_nothing(run: Run, people: list[Person]) -> None:
    run.apply_until = factories.now() - timedelta(seconds=1)
    db.session.commit()
    refused(people[0], run)
    assert states(run) == []
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Event)) == 0
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Notice)) == 0


def test_what_a_person_was_is_kept_with_the_booking(run: Run, people: list[Person]) -> None:
    made = apply(people[0], run)
    assert (made.age_band, made.dong, made.relation.value) == ("70대", "대림1동", "lives")


ENTRY = Entry("01000009999", "임꺽정", date(1950, 1, 1), Relation.LIVES)


def test_staff_enter_somebody_who_called_into_the_same_order(
    run: Run, people: list[Person]
) -> None:
    apply(people[0], run)
    made = booking(actions.enter(By("staff", "phone"), run.id, None, ENTRY))
    assert (made.number, made.channel) == (2, "phone")
    assert made.person
    assert made.person.name == "임꺽정"


def test_the_same_caller_is_the_same_person(run: Run) -> None:
    other = factories.create_run(starts_in=timedelta(days=6))
    first = booking(actions.enter(By("staff", "phone"), run.id, None, ENTRY))
    second = booking(actions.enter(By("staff", "visit"), other.id, None, ENTRY))
    assert first.person_id == second.person_id


def test_not_even_staff_enter_somebody_before_the_window(run: Run) -> None:
    run.apply_from = factories.now() + timedelta(minutes=1)
    db.session.commit()
    with pytest.raises(Refused) as caught:
        actions.enter(STAFF, run.id, None, ENTRY, "급한 사정")
    assert caught.value.reason is Reason.NOT_YET_OPEN


def test_after_the_window_staff_need_a_reason(run: Run) -> None:
    run.apply_until = factories.now() - timedelta(minutes=1)
    db.session.commit()
    with pytest.raises(Refused) as caught:
        actions.enter(STAFF, run.id, None, ENTRY)
    assert caught.value.reason is Reason.CLOSED
    made = booking(actions.enter(STAFF, run.id, None, ENTRY, "전산 장애로 접수하지 못함"))
    assert made.state is State.PLACED


def test_another_centers_staff_enter_nobody(run: Run) -> None:
    with pytest.raises(Missing):
        actions.enter(STAFF, run.id, frozenset({run.center_id + 99}), ENTRY)


@pytest.mark.usefixtures("app")
def test_who_waits_already_is_not_entered_again_once_the_run_has_begun() -> None:
    window: dict[str, Any] = {
        "apply_from": factories.now() - timedelta(days=9),
        "apply_until": factories.now() - timedelta(days=5),
    }
    run = factories.create_run(starts_in=-timedelta(hours=3), meetings=3, capacity=1, **window)
    person = factories.create_person()
    factories.create_booking(run)
    factories.create_booking(run, person, state=State.WAITING)

    with pytest.raises(Refused) as refused:
        actions.apply(By("staff", "phone"), run.id, person.id, None, "뒤늦게 오심")
    assert refused.value.reason is Reason.ALREADY_BOOKED
