"""What residents and staff see and do about places."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from eduportal.accounts.models import Consent, Person
from eduportal.accounts.rules import Audience
from eduportal.booking.models import Booking
from eduportal.booking.rules import State
from eduportal.catalog.models import HolidayOverride, Run, Seat
from eduportal.shared.db import db
from eduportal.shared.events import AccessLine
from tests import factories
from tests.accounts.steps import sign_in, sign_in_to_work
from tests.booking.conftest import apply, fresh, states


@pytest.fixture
def signed_in(client: FlaskClient, people: list[Person]) -> FlaskClient:
    """The first resident, signed in."""
    sign_in(client, people[0])
    return client


@pytest.fixture
def at_work(client: FlaskClient, run: Run) -> FlaskClient:
    """Staff of the run's center, signed in."""
    sign_in_to_work(client, factories.create_staff(run.center))
    return client


def text(answer: object) -> str:
    """What a page says."""
    return answer.get_data(as_text=True)  # type: ignore[attr-defined, no-any-return]


def test_applying_answers_with_the_booking_and_says_the_seat(
    signed_in: FlaskClient, run: Run
) -> None:
    answer = signed_in.post(f"/runs/{run.id}/apply", follow_redirects=True)
    assert "수강이 확정되었습니다" in text(answer)
    assert "좌석은 1번입니다" in text(answer)


def test_a_labeled_seat_is_no_number(signed_in: FlaskClient, run: Run) -> None:
    db.session.execute(sa.update(Seat).where(Seat.number == 1).values(label="창가"))
    db.session.commit()
    answer = signed_in.post(f"/runs/{run.id}/apply", follow_redirects=True)
    assert "좌석은 창가입니다" in text(answer)
    assert "좌석 창가<" in text(signed_in.get("/my"))


def test_two_taps_lead_to_the_same_booking(signed_in: FlaskClient, run: Run) -> None:
    first = signed_in.post(f"/runs/{run.id}/apply")
    second = signed_in.post(f"/runs/{run.id}/apply")
    assert first.location == second.location
    assert states(run) == ["placed"]


def test_waiting_is_said_with_the_rank_on_both_pages(
    signed_in: FlaskClient, run: Run, people: list[Person]
) -> None:
    for person in people[1:4]:
        apply(person, run)
    answer = signed_in.post(f"/runs/{run.id}/apply", follow_redirects=True)
    assert "대기 2번입니다" in text(answer)
    assert "대기 2번" in text(signed_in.get("/my"))


def test_a_refusal_is_said_on_the_page(signed_in: FlaskClient, run: Run) -> None:
    run.apply_until = factories.now()
    db.session.commit()
    answer = signed_in.post(f"/runs/{run.id}/apply")
    assert answer.status_code == 409
    assert "에 끝났습니다" in text(answer)


def test_nothing_is_booked_by_looking(signed_in: FlaskClient, run: Run) -> None:
    assert signed_in.get(f"/runs/{run.id}/apply").status_code == 200
    assert states(run) == []


def test_a_draft_cannot_be_found(signed_in: FlaskClient, run: Run) -> None:
    draft = factories.create_run(state="draft")
    assert signed_in.get(f"/runs/{draft.id}/apply").status_code == 404


def test_an_empty_list_leads_to_the_catalog(signed_in: FlaskClient) -> None:
    assert "아직 신청한 강좌가 없습니다" in text(signed_in.get("/my"))


def test_cancelling_asks_once_more_and_then_says_so(signed_in: FlaskClient, run: Run) -> None:
    booking = signed_in.post(f"/runs/{run.id}/apply").location
    assert "신청을 취소할까요?" in text(signed_in.get(f"{booking}/cancellation"))
    answer = signed_in.post(f"{booking}/cancellation", follow_redirects=True)
    assert "신청을 취소했습니다" in text(answer)
    assert states(run) == ["cancelled"]


def test_after_the_set_time_cancelling_names_the_phone(signed_in: FlaskClient, run: Run) -> None:
    booking = signed_in.post(f"/runs/{run.id}/apply").location
    run.cancel_until = factories.now() - timedelta(minutes=1)
    db.session.commit()
    answer = signed_in.post(f"{booking}/cancellation", follow_redirects=True)
    assert "02-2000-0000" in text(answer)
    assert states(run) == ["placed"]


def test_the_roster_is_masked_and_looking_leaves_a_line(
    at_work: FlaskClient, run: Run, people: list[Person]
) -> None:
    apply(people[0], run)
    page = text(at_work.get(f"/office/runs/{run.id}/roster"))
    assert people[0].name not in page
    assert str(people[0].phone) not in page.replace("-", "")
    assert "홍" in page
    line = db.session.scalars(sa.select(AccessLine)).one()
    assert (line.what, line.person_id) == (f"roster of run {run.id}", None)


def test_unmasking_is_one_act_about_one_person(
    at_work: FlaskClient, run: Run, people: list[Person]
) -> None:
    made = apply(people[0], run)
    assert at_work.get(f"/office/bookings/{made.id}/person").status_code == 405
    page = text(at_work.post(f"/office/bookings/{made.id}/person"))
    assert people[0].name in page
    line = db.session.scalars(sa.select(AccessLine)).one()
    assert line.person_id == people[0].id
    assert line.account_id


ENTRY = {
    "channel": "phone",
    "phone": "010-0000-7777",
    "name": "임꺽정",
    "birth_date": "19500101",
    "relation": "lives",
    "dong": "",
    "sex": "",
    "consent": "y",
    "late_reason": "",
}


def test_staff_enter_a_caller_with_the_consent_on_record(at_work: FlaskClient, run: Run) -> None:
    answer = at_work.post(f"/office/runs/{run.id}/entry", data=ENTRY, follow_redirects=True)
    assert "좌석 1번" in text(answer)
    booking = db.session.scalars(sa.select(Booking)).one()
    assert booking.channel == "phone"
    consent = db.session.scalars(sa.select(Consent).where(Consent.agreed)).one()
    assert (consent.person_id, consent.channel) == (booking.person_id, "phone")


def test_without_the_consent_nobody_is_entered(at_work: FlaskClient, run: Run) -> None:
    answer = at_work.post(f"/office/runs/{run.id}/entry", data=ENTRY | {"consent": ""})
    assert answer.status_code == 422
    assert states(run) == []
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Person)) == 0


@pytest.mark.parametrize("field", ["name", "dong", "late_reason"])
def test_a_resident_number_is_refused_and_not_stored(
    at_work: FlaskClient, run: Run, field: str
) -> None:
    typed = ENTRY | {field: "651231-1234567"}
    answer = at_work.post(f"/office/runs/{run.id}/entry", data=typed)
    assert answer.status_code == 422
    assert "주민등록번호는 받지 않습니다" in text(answer)
    assert "651231" not in text(answer)
    assert states(run) == []


def test_an_act_without_a_reason_is_refused(
    at_work: FlaskClient, run: Run, people: list[Person]
) -> None:
    made = apply(people[0], run)
    answer = at_work.post(f"/office/bookings/{made.id}/cancellation", data={"reason": " "})
    assert answer.status_code == 422
    assert states(run) == ["placed"]


def test_staff_cancel_and_the_next_moves_up(
    at_work: FlaskClient, run: Run, people: list[Person]
) -> None:
    made = [apply(person, run) for person in people[:3]]
    at_work.post(f"/office/bookings/{made[0].id}/cancellation", data={"reason": "본인 요청"})
    assert states(run) == ["cancelled", "placed", "placed"]


def test_placing_out_of_turn_shows_its_reason_on_the_roster(
    at_work: FlaskClient, run: Run, people: list[Person]
) -> None:
    made = [apply(person, run) for person in people[:3]]
    run.capacity = 3
    db.session.commit()
    at_work.post(f"/office/bookings/{made[2].id}/placement", data={"reason": "장애인 동반"})
    assert "장애인 동반" in text(at_work.get(f"/office/runs/{run.id}/roster"))


def test_a_refused_act_says_why_on_its_form(
    at_work: FlaskClient, run: Run, people: list[Person]
) -> None:
    made = [apply(person, run) for person in people[:3]]
    answer = at_work.post(f"/office/bookings/{made[2].id}/placement", data={"reason": "사유"})
    assert answer.status_code == 422
    assert "남은 자리가 없습니다" in text(answer)


def test_a_cancelled_run_says_so_to_whoever_was_in_it(
    at_work: FlaskClient, run: Run, people: list[Person]
) -> None:
    made = apply(people[0], run)
    at_work.post(f"/office/runs/{run.id}/cancellation", data={"reason": "강사 사정"})
    at_work.post("/sign-out")
    sign_in(at_work, people[0])
    assert "강사 사정" in text(at_work.get(f"/my/bookings/{made.id}"))


def test_a_meeting_is_moved_from_its_form(at_work: FlaskClient, run: Run) -> None:
    meeting = run.meetings[0]
    typed = {
        "day": (meeting.starts_at + timedelta(days=6)).date().isoformat(),
        "starts": "14:00",
        "ends": "16:00",
        "room_id": str(meeting.room_id),
        # Whatever day it is that this is run on.
        "on_holiday": "y",
    }
    answer = at_work.post(f"/office/meetings/{meeting.id}/move", data=typed)
    assert answer.status_code == 303
    backwards = typed | {"ends": "13:00"}
    answer = at_work.post(f"/office/meetings/{meeting.id}/move", data=backwards)
    assert answer.status_code == 422


def test_a_public_holiday_is_asked_about_first(at_work: FlaskClient, run: Run) -> None:
    meeting = run.meetings[0]
    day = (meeting.starts_at + timedelta(days=6)).date()
    typed = {"day": day.isoformat(), "starts": "14:00", "ends": "16:00"}
    typed["room_id"] = str(meeting.room_id)
    db.session.add(HolidayOverride(day=day, name="새해 첫날", is_holiday=True))
    db.session.commit()
    address = f"/office/meetings/{meeting.id}/move"

    asked = at_work.post(address, data=typed)

    assert asked.status_code == 422
    assert "‘새해 첫날’입니다" in text(asked)
    assert at_work.post(address, data=typed | {"on_holiday": "y"}).status_code == 303


def test_a_closed_run_shows_who_completed(at_work: FlaskClient, run: Run) -> None:
    factories.create_booking(run, state=State.COMPLETED)
    assert "수료" in text(at_work.get(f"/office/runs/{run.id}/roster"))
    assert fresh(run).places_taken == 1


def test_the_offices_reason_is_read_on_ones_own_page(
    at_work: FlaskClient, run: Run, people: list[Person]
) -> None:
    made = apply(people[0], run)
    at_work.post(f"/office/bookings/{made.id}/cancellation", data={"reason": "이중 신청"})
    at_work.post("/sign-out")
    sign_in(at_work, people[0])
    assert "이중 신청" in text(at_work.get(f"/my/bookings/{made.id}"))


def test_staff_are_told_whom_no_message_reaches(
    at_work: FlaskClient, run: Run, people: list[Person]
) -> None:
    people[0].phone = "0226700000"
    db.session.commit()
    apply(people[0], run)
    answer = at_work.post(
        f"/office/runs/{run.id}/cancellation", data={"reason": "사유"}, follow_redirects=True
    )
    assert "문자를 받을 수 없는 분이 1명" in text(answer)


def test_employees_are_entered_on_a_page_of_their_own(at_work: FlaskClient, run: Run) -> None:
    run.audience = Audience.EMPLOYEE
    db.session.commit()
    roster = text(at_work.get(f"/office/runs/{run.id}/roster"))
    assert "직원 신청 넣기" in roster
    assert "전화·방문 신청 넣기" not in roster
