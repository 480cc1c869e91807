"""One test per sentence of offering a free place, answering it, and what staff do with it."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from eduportal.accounts.models import Person
from eduportal.booking import actions, promises
from eduportal.booking.actions import offers, placing
from eduportal.booking.models import Booking, Restriction
from eduportal.booking.queries import own_booking, waiting
from eduportal.booking.rules import Reason, State, entry
from eduportal.booking.rules import offers as rules
from eduportal.booking.rules.restrictions import Cause
from eduportal.catalog.models import Run
from eduportal.catalog.queries.runs import Filters, RunLine, runs_page
from eduportal.catalog.rules import Status
from eduportal.catalog.rules.intake import Admission, ChannelShare, Intake
from eduportal.notices.models import Notice
from eduportal.shared.db import db
from eduportal.shared.events import By, Event
from eduportal.shared.refusal import Missing, Refused
from tests import factories
from tests.booking.conftest import STAFF, apply, booking, by, fresh, seat_of, states

DESK = By("staff", "phone", None)
OFFERS = Intake(offer_hours=24)
# A Tuesday morning in Seoul, and the night before it.
MORNING = datetime.fromisoformat("2026-12-01T10:00:00+09:00")
NIGHT = datetime.fromisoformat("2026-12-01T23:30:00+09:00")


@pytest.fixture(autouse=True)
def morning() -> Iterator[time_machine.Traveller]:
    """Every test begins in the morning."""
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


@pytest.fixture
def run(app: Flask) -> Run:
    """Two places, three may wait; freed places are offered."""
    factories.create_office()
    return run_with(OFFERS)


def run_with(intake: Intake, **given: Any) -> Run:
    """A run whose places are given so."""
    fields: dict[str, Any] = {
        "capacity": 2,
        "waiting_limit": 3,
        "starts_in": timedelta(days=20, hours=1),
    }
    return factories.create_run(intake=intake, **fields | given)


@pytest.fixture
def full(run: Run, people: list[Person]) -> list[Booking]:
    """Two placed, two waiting; the bookings in order."""
    return [apply(person, run) for person in people[:4]]


@pytest.fixture
def offered(full: list[Booking], people: list[Person]) -> Booking:
    """The third, to whom the first's place is offered."""
    actions.cancel_own(by(people[0]), full[0].id, "")
    return booking(full[2].id)


def refused(verb: Callable[..., object], *args: Any) -> Any:
    with pytest.raises(Refused) as caught:
        verb(*args)
    return caught.value.reason


def sweep() -> int:
    """What the worker does every few seconds."""
    return offers.close_lapsed(factories.now() - timedelta(hours=1))


def told(person: Person) -> list[Notice]:
    """The messages to a person, in order."""
    query = sa.select(Notice).where(Notice.address == person.phone).order_by(Notice.id)
    return list(db.session.scalars(query))


def events_of(one: Booking) -> list[Event]:
    """What happened to a booking, in order."""
    return list(
        db.session.scalars(sa.select(Event).where(Event.booking_id == one.id).order_by(Event.id))
    )


# Made


def test_a_freed_place_is_offered_to_the_head_of_the_list(run: Run, offered: Booking) -> None:
    assert states(run) == ["cancelled", "placed", "offered", "waiting"]
    assert (fresh(run).places_taken, run.waiting) == (2, 1)
    assert seat_of(offered) == 1
    assert offered.offered_at == MORNING
    assert offered.offer_until == MORNING + timedelta(days=1, hours=11)
    assert offered.held_from is None
    assert promises.broken() == []


def test_without_offers_a_freed_place_is_given_at_once(people: list[Person]) -> None:
    run = run_with(Intake())
    first, *_others = [apply(person, run) for person in people[:3]]
    actions.cancel_own(by(people[0]), first.id, "")
    assert states(run) == ["cancelled", "placed", "placed"]


def test_who_is_offered_a_place_is_told_until_when_and_what_to_do(
    app: Flask, people: list[Person], full: list[Booking], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "PUBLIC_URL", "https://edu.example.kr/")
    actions.cancel_own(by(people[0]), full[0].id, "")
    notice = told(people[2])[-1]
    assert "2026. 12. 2.(수) 21:00까지" in notice.body
    assert f"https://edu.example.kr/my/bookings/{full[2].id}/offer" in notice.body
    assert "02-2000-0001" in notice.body.replace("02-000-0001", "02-2000-0001")
    assert notice.next_try_at == MORNING


def test_at_night_the_message_waits_for_the_morning(
    people: list[Person], full: list[Booking], morning: time_machine.Traveller
) -> None:
    morning.move_to(NIGHT)
    actions.cancel_own(by(people[0]), full[0].id, "")
    assert told(people[2])[-1].next_try_at == NIGHT + timedelta(hours=8, minutes=30)
    assert told(people[0])[-1].next_try_at == NIGHT  # Their own cancellation is told at once.


def test_answered_before_morning_the_message_is_taken_back(
    people: list[Person], full: list[Booking], morning: time_machine.Traveller
) -> None:
    morning.move_to(NIGHT)
    actions.cancel_own(by(people[0]), full[0].id, "")
    offers.accept_own(by(people[2]), full[2].id)
    assert [notice.kind for notice in told(people[2])] == ["booking.waiting", "booking.placed"]


def test_several_free_places_are_offered_at_once_and_no_more(run: Run, full: list[Booking]) -> None:
    actions.change_capacity(STAFF, run.id, None, 5)
    assert states(run) == ["placed", "placed", "offered", "offered"]
    assert fresh(run).places_taken == 4
    assert {seat_of(booking(one.id)) for one in full} == {1, 2, 3, 4}
    assert promises.broken() == []


def test_an_hour_before_the_cut_off_nobody_is_asked_and_staff_call(
    run: Run, full: list[Booking], morning: time_machine.Traveller
) -> None:
    assert run.starts_at
    morning.move_to(run.starts_at - timedelta(minutes=59))
    actions.cancel(STAFF, full[0].id, None, "전화로 취소")
    assert states(run) == ["cancelled", "placed", "waiting", "waiting"]
    assert [one.id for one in waiting.to_call_for(None)] == [run.id]
    assert refused(placing.offer, DESK, full[2].id, None, "먼저 전화") is (
        rules.Reason.TOO_LATE_TO_OFFER
    )
    placing.place(DESK, full[2].id, None, "전화로 여쭈어 봄")
    assert promises.broken() == []


def test_whoever_is_applying_now_is_placed_not_asked(people: list[Person]) -> None:
    run = run_with(OFFERS)
    record_places([clash(people[0], run)])
    wait = factories.create_booking(run, people[0], state=State.WAITING)
    apply(people[1], run)
    assert states(run) == ["waiting", "placed"]
    assert events_of(wait)[-1].verb == "booking.passed_over"
    assert promises.broken() == []


def clash(person: Person, run: Run) -> Booking:
    """Another course at the same hours."""
    starts_in = (run.starts_at or factories.now()) - factories.now()
    other = factories.create_run(starts_in=starts_in)
    return factories.create_booking(other, person)


def test_no_newcomer_gets_past_a_free_place_that_is_out_as_an_offer(
    run: Run, offered: Booking, people: list[Person]
) -> None:
    apply(people[4], run)
    assert states(run) == ["cancelled", "placed", "offered", "waiting", "waiting"]


def test_a_place_kept_for_others_passes_the_earlier_over_on_record(people: list[Person]) -> None:
    channels = (ChannelShare(Admission.ONLINE), ChannelShare(Admission.PHONE, percent=50))
    run = run_with(Intake(offer_hours=24, channels=channels))
    placed = [
        factories.create_booking(run, people[0]),
        factories.create_booking(run, people[1], channel="phone"),
    ]
    online = factories.create_booking(run, people[2], state=State.WAITING)
    phone = factories.create_booking(run, people[3], state=State.WAITING, channel="phone")
    record_places(placed)
    actions.cancel(STAFF, placed[1].id, None, "전화")
    assert [one.state for one in map(reread, (online, phone))] == [State.WAITING, State.OFFERED]
    assert events_of(online)[-1].detail["why"] == "KEPT_FOR_OTHERS"
    assert promises.broken() == []


def record_places(bookings: list[Booking]) -> None:
    """Made past the verbs, they lack their event."""
    for one in bookings:
        factories.save(
            Event(
                at=factories.now(),
                verb="booking.placed",
                by_kind="system",
                channel="system",
                run_id=one.run_id,
                booking_id=one.id,
                detail={},
            )
        )


def reread(one: Booking) -> Booking:
    return booking(one.id)


def test_a_full_department_is_passed_over(app: Flask) -> None:
    factories.create_office()
    run = run_with(OFFERS, audience="employee", department_limit=1)
    clerks = [factories.create_employee(department=name) for name in "총총세민"]
    made = [
        factories.create_booking(run, clerks[0], department="총"),
        factories.create_booking(run, clerks[2], department="세"),
        factories.create_booking(run, clerks[1], department="총", state=State.WAITING),
        factories.create_booking(run, clerks[3], department="민", state=State.WAITING),
    ]
    actions.cancel(STAFF, made[1].id, None, "출장")
    assert states(run) == ["placed", "cancelled", "waiting", "offered"]


# Answered


def test_an_accepted_offer_is_a_place_with_its_seat(
    run: Run, offered: Booking, people: list[Person], morning: time_machine.Traveller
) -> None:
    morning.shift(timedelta(hours=2))
    assert offers.accept_own(by(people[2]), offered.id) is State.PLACED
    placed = booking(offered.id)
    assert (placed.state, seat_of(placed)) == (State.PLACED, 1)
    assert placed.held_from == MORNING + timedelta(hours=2)
    assert (fresh(run).places_taken, run.waiting) == (2, 1)
    assert "좌석: 1번" in told(people[2])[-1].body
    assert promises.broken() == []


def test_the_second_of_two_taps_finds_it_placed(offered: Booking, people: list[Person]) -> None:
    offers.accept_own(by(people[2]), offered.id)
    assert offers.accept_own(by(people[2]), offered.id) is State.PLACED
    assert [event.verb for event in events_of(offered)].count("booking.placed") == 1


def test_somebody_elses_offer_is_not_there(offered: Booking, people: list[Person]) -> None:
    for own in (offers.accept_own, offers.decline_own):
        with pytest.raises(Missing):
            own(by(people[3]), offered.id)
    for by_phone in (offers.accept_for, offers.decline_for):
        with pytest.raises(Missing):
            by_phone(STAFF, offered.id, frozenset({0}))


def test_a_declined_offer_goes_to_the_next_in_the_same_turn(
    run: Run, offered: Booking, people: list[Person]
) -> None:
    assert offers.decline_own(by(people[2]), offered.id) is State.DECLINED
    assert states(run) == ["cancelled", "placed", "declined", "offered"]
    assert booking(offered.id).seat_id is None
    assert promises.broken() == []


def test_an_offer_that_is_over_goes_to_the_next(
    run: Run, offered: Booking, people: list[Person], morning: time_machine.Traveller
) -> None:
    assert offered.offer_until
    morning.move_to(offered.offer_until)
    assert sweep() == 1
    assert sweep() == 0
    assert states(run) == ["cancelled", "placed", "lapsed", "offered"]
    assert "다음 분께 돌아갔습니다" in told(people[2])[-1].body
    assert promises.broken() == []


def test_accepted_too_late_it_is_over_and_the_next_has_it(
    run: Run, offered: Booking, people: list[Person], morning: time_machine.Traveller
) -> None:
    assert offered.offer_until
    morning.move_to(offered.offer_until)
    assert offers.accept_own(by(people[2]), offered.id) is State.LAPSED
    assert states(run) == ["cancelled", "placed", "lapsed", "offered"]


def test_declined_too_late_it_is_over(
    run: Run, offered: Booking, people: list[Person], morning: time_machine.Traveller
) -> None:
    assert offered.offer_until
    morning.move_to(offered.offer_until)
    assert offers.decline_own(by(people[2]), offered.id) is State.LAPSED
    assert states(run)[2:] == ["lapsed", "offered"]


def test_whoever_let_it_lapse_may_apply_again_and_stands_behind(
    run: Run, offered: Booking, people: list[Person], morning: time_machine.Traveller
) -> None:
    assert offered.offer_until
    run.apply_until = offered.offer_until + timedelta(days=1)
    db.session.commit()
    morning.move_to(offered.offer_until)
    again = apply(people[2], run)
    assert states(run) == ["cancelled", "placed", "lapsed", "offered", "waiting"]
    assert again.number == 5
    assert promises.broken() == []


def test_the_next_write_closes_what_is_over(
    run: Run, offered: Booking, people: list[Person], morning: time_machine.Traveller
) -> None:
    assert offered.offer_until
    run.apply_until = offered.offer_until + timedelta(days=1)
    db.session.commit()
    morning.move_to(offered.offer_until)
    apply(people[4], run)
    assert states(run) == ["cancelled", "placed", "lapsed", "offered", "waiting"]
    assert promises.broken() == []


def test_where_nobody_waits_a_newcomer_gets_what_an_offer_held(
    run: Run, offered: Booking, people: list[Person], morning: time_machine.Traveller
) -> None:
    assert offered.offer_until
    run.apply_until = offered.offer_until + timedelta(days=1)
    db.session.commit()
    actions.cancel_own(by(people[3]), booking(offered.id + 1).id, "")
    morning.move_to(offered.offer_until)
    assert apply(people[4], run).state is State.PLACED


def test_an_offer_can_be_cancelled_like_any_booking(
    run: Run, offered: Booking, people: list[Person]
) -> None:
    actions.cancel_own(by(people[2]), offered.id, "")
    assert states(run) == ["cancelled", "placed", "cancelled", "offered"]
    assert booking(offered.id).held_until is None
    assert promises.broken() == []


def test_limits_are_asked_again_when_an_offer_is_accepted(
    run: Run, offered: Booking, people: list[Person]
) -> None:
    clash(people[2], run)
    reason = refused(offers.accept_own, by(people[2]), offered.id)
    assert reason is Reason.OVERLAPS
    assert states(run)[2] == "offered"


def test_a_restricted_person_cannot_accept(offered: Booking, people: list[Person]) -> None:
    today = MORNING.date()
    factories.save(
        Restriction(
            person_id=people[2].id,
            cause=Cause.BY_HAND,
            from_on=today,
            until_on=today + timedelta(days=30),
            step=1,
            reason="시험",
            decided_at=MORNING,
        )
    )
    assert refused(offers.accept_own, by(people[2]), offered.id) is entry.Reason.RESTRICTED


def test_what_an_offer_stood_in_the_way_of_elsewhere_is_offered_when_it_ends(
    offered: Booking, run: Run, people: list[Person], morning: time_machine.Traveller
) -> None:
    elsewhere = run_with(OFFERS)
    wait = factories.create_booking(elsewhere, people[2], state=State.WAITING)
    actions.change_capacity(STAFF, elsewhere.id, None, 3)
    assert booking(wait.id).state is State.WAITING  # At the same hours.
    offers.decline_own(by(people[2]), offered.id)
    assert booking(wait.id).state is State.OFFERED


def test_an_offer_that_lapsed_frees_its_person_for_another_list(
    offered: Booking, people: list[Person], morning: time_machine.Traveller
) -> None:
    elsewhere = run_with(OFFERS)
    wait = factories.create_booking(elsewhere, people[2], state=State.WAITING)
    assert offered.offer_until
    morning.move_to(offered.offer_until)
    sweep()
    assert booking(wait.id).state is State.OFFERED
    assert promises.broken() == []


def test_the_offer_of_a_cancelled_run_ends_with_it(run: Run, offered: Booking) -> None:
    actions.cancel_run(STAFF, run.id, None, "강사 사정")
    assert states(run) == ["cancelled"] * 4
    assert promises.broken() == []


def test_capacity_cannot_go_below_what_is_offered(run: Run, offered: Booking) -> None:
    assert refused(actions.change_capacity, STAFF, run.id, None, 1) is (
        Reason.CAPACITY_BELOW_PLACED
    )
    assert states(run)[2] == "offered"


def test_a_class_that_comes_nearer_takes_its_offers_with_it(
    run: Run, offered: Booking, morning: time_machine.Traveller
) -> None:
    run.gives_until = MORNING + timedelta(hours=1)
    db.session.commit()
    morning.move_to(MORNING + timedelta(hours=1))
    sweep()
    assert states(run) == ["cancelled", "placed", "lapsed", "waiting"]


# By staff


def test_staff_offer_out_of_turn_with_a_reason(run: Run, full: list[Booking]) -> None:
    assert refused(placing.offer, DESK, full[3].id, None, " ") is Reason.REASON_NEEDED
    assert refused(placing.offer, DESK, full[3].id, None, "동행") is Reason.FULL
    run = fresh(run)
    run.capacity = 3
    db.session.commit()
    placing.offer(DESK, full[3].id, None, "동행하시는 분")
    offered = booking(full[3].id)
    assert (offered.state, offered.out_of_turn_reason) == (State.OFFERED, "동행하시는 분")
    made = events_of(offered)[-1]
    assert (made.verb, made.reason, made.channel) == ("booking.offered", "동행하시는 분", "phone")


def test_staff_record_what_was_said_on_the_phone(run: Run, offered: Booking) -> None:
    offers.note_call(DESK, offered.id, None)
    assert waiting.offers_out(None)[0].called_at == MORNING
    assert offers.accept_for(DESK, offered.id, None) is State.PLACED
    assert events_of(offered)[-1].channel == "phone"


def test_a_refusal_on_the_phone_passes_it_on(run: Run, offered: Booking) -> None:
    assert offers.decline_for(DESK, offered.id, None) is State.DECLINED
    assert states(run)[2:] == ["declined", "offered"]


def test_staff_give_more_time_until_the_cut_off_with_a_reason(
    run: Run, offered: Booking, people: list[Person], morning: time_machine.Traveller
) -> None:
    assert offered.offer_until
    assert run.starts_at
    later = offered.offer_until + timedelta(hours=10)
    assert refused(offers.lengthen, DESK, offered.id, None, later, "") is Reason.REASON_NEEDED
    beyond = run.starts_at + timedelta(minutes=1)
    assert refused(offers.lengthen, DESK, offered.id, None, beyond, "여행") is (
        rules.Reason.BEYOND_CUT_OFF
    )
    offers.lengthen(DESK, offered.id, None, later, "여행 중")
    morning.move_to(later - timedelta(seconds=1))
    assert sweep() == 0
    assert offers.accept_own(by(people[2]), offered.id) is State.PLACED


def test_an_offer_that_is_over_is_not_lengthened(
    offered: Booking, morning: time_machine.Traveller
) -> None:
    assert offered.offer_until
    morning.move_to(offered.offer_until)
    later = offered.offer_until + timedelta(hours=1)
    assert refused(offers.lengthen, DESK, offered.id, None, later, "전화") is (
        rules.Reason.NOT_OFFERED
    )


def test_a_withdrawn_offer_ends_the_application_with_its_reason(
    run: Run, offered: Booking, people: list[Person]
) -> None:
    offers.withdraw(DESK, offered.id, None, "다른 강좌로 옮기심")
    assert states(run) == ["cancelled", "placed", "cancelled", "offered"]
    assert "다른 강좌로 옮기심" in told(people[2])[-1].body
    assert refused(offers.withdraw, DESK, offered.id, None, "또") is rules.Reason.NOT_OFFERED
    assert promises.broken() == []


# Read


def test_reads_see_an_offer_as_over_before_any_write_closes_it(
    run: Run, offered: Booking, people: list[Person], morning: time_machine.Traveller
) -> None:
    assert offered.offer_until
    morning.move_to(offered.offer_until)
    db.session.rollback()
    standing = own_booking(offered.id, people[2].id)
    assert standing is not None
    assert standing.booking.state is State.LAPSED
    assert waiting.offers_out(None) == []
    assert waiting.offer_of(offered.id) is None
    assert not db.session.dirty
    assert states(run)[2] == "offered"


def test_the_rank_follows_the_lists_order(run: Run, people: list[Person]) -> None:
    gives_way = factories.create_booking(run, people[0], state=State.WAITING, gives_way=True)
    other = factories.create_booking(run, people[1], state=State.WAITING)
    ranks = [own_booking(one.id, one.person_id or 0) for one in (gives_way, other)]
    assert [one.rank if one else None for one in ranks] == [2, 1]


def test_the_estimate_comes_from_past_runs_of_the_course(run: Run, people: list[Person]) -> None:
    for _n in range(3):
        past = run_with(
            OFFERS,
            course=run.course,
            capacity=4,
            starts_in=timedelta(days=-10),
            apply_from=MORNING - timedelta(days=20),
            apply_until=MORNING - timedelta(days=15),
        )
        for _m in range(2):
            left: dict[str, Any] = {
                "held_from": MORNING - timedelta(days=16),
                "held_until": MORNING - timedelta(days=12),
            }
            factories.create_booking(past, state=State.CANCELLED, **left)
    assert waiting.chances({run.id: 1})[run.id] == [
        "지난 3번의 강좌에서 접수가 끝난 뒤 2명 중 1명꼴로 자리가 났습니다.",
        "자리가 날 가능성이 높습니다.",
    ]


def test_too_few_past_runs_give_a_sentence_without_a_number(run: Run) -> None:
    assert waiting.chances({run.id: 1})[run.id] == [rules.Said.UNKNOWN.value]


def test_a_message_that_waits_for_morning_is_not_due(
    people: list[Person], full: list[Booking], morning: time_machine.Traveller
) -> None:
    morning.move_to(NIGHT)
    actions.cancel_own(by(people[0]), full[0].id, "")
    offer = told(people[2])[-1]
    assert offer.kind == "booking.offered"
    assert offer.next_try_at > NIGHT


# What broke in others (research: bugs around capacity that are not plain oversell)


def test_an_offer_is_counted_once_as_held(run: Run, offered: Booking, people: list[Person]) -> None:
    assert fresh(run).places_taken == 2
    offers.accept_own(by(people[2]), offered.id)
    assert fresh(run).places_taken == 2


def test_a_cancelled_offer_frees_its_place_once(
    run: Run, offered: Booking, people: list[Person]
) -> None:
    actions.cancel_own(by(people[3]), offered.id + 1, "")
    actions.cancel_own(by(people[2]), offered.id, "")
    assert refused(actions.cancel_own, by(people[2]), offered.id, "") is Reason.NOT_LIVE
    assert (fresh(run).places_taken, run.waiting) == (1, 0)


def test_when_the_winner_of_the_list_cancels_the_next_is_asked(
    run: Run, offered: Booking, people: list[Person]
) -> None:
    offers.accept_own(by(people[2]), offered.id)
    actions.cancel_own(by(people[2]), offered.id, "")
    assert states(run) == ["cancelled", "placed", "cancelled", "offered"]


def test_ending_many_offers_at_once_frees_no_more_than_they_held(
    run: Run, full: list[Booking], people: list[Person], morning: time_machine.Traveller
) -> None:
    actions.change_capacity(STAFF, run.id, None, 4)
    for person in people[4:6]:
        factories.create_booking(run, person, state=State.WAITING)
    morning.shift(timedelta(days=3))
    sweep()
    assert states(run) == ["placed", "placed", "lapsed", "lapsed", "offered", "offered"]
    assert fresh(run).places_taken == 4
    assert promises.broken() == []


def test_no_offer_message_goes_out_for_a_turn_that_failed(
    people: list[Person], full: list[Booking], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_args: Any) -> None:
        raise RuntimeError("as if the machine stopped")

    before = len(told(people[2]))
    monkeypatch.setattr("eduportal.booking.messages_offers.tell_offered", fails)
    with pytest.raises(RuntimeError):
        actions.cancel_own(by(people[0]), full[0].id, "")
    db.session.rollback()
    assert booking(full[0].id).state is State.PLACED
    assert len(told(people[2])) == before


def test_lists_see_a_place_as_free_that_only_an_offer_that_is_over_holds(
    run: Run, offered: Booking, people: list[Person], morning: time_machine.Traveller
) -> None:
    assert offered.offer_until
    run.apply_until = offered.offer_until + timedelta(days=1)
    db.session.commit()
    actions.cancel_own(by(people[3]), offered.id + 1, "")
    assert listed(run) == (Status.WAITLIST, 0)
    morning.move_to(offered.offer_until)
    assert listed(run) == (Status.OPEN, 1)
    assert fresh(run).seats_left == 1
    assert list(runs_with(Status.WAITLIST)) == []
    assert states(run)[2] == "offered"
    # Once somebody waits for it, it is theirs.
    factories.create_booking(run, people[4], state=State.WAITING)
    assert listed(run) == (Status.WAITLIST, 0)


def listed(run: Run) -> tuple[Status, int]:
    """How the list of courses shows a run."""
    db.session.rollback()
    line = next(one for one in runs_page(Filters(), factories.now()).items if one.id == run.id)
    assert line.id in {one.id for one in runs_with(line.status)}
    return line.status, line.seats_left


def runs_with(status: Status) -> Iterator[RunLine]:
    """Runs of the list, narrowed to a status."""
    return iter(runs_page(Filters(status=status), factories.now()).items)
