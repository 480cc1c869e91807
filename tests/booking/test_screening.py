"""Staff decide about all who applied, in one turn (심사)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eduportal.accounts.models import Account, Person
from eduportal.booking import actions, promises
from eduportal.booking.actions.screening import Choice, decide
from eduportal.booking.models import Booking
from eduportal.catalog.models import Center, Run
from eduportal.catalog.rules.intake import Intake, Selection
from eduportal.shared.db import db
from eduportal.shared.events import By
from eduportal.shared.refusal import Missing, Refused
from tests import factories
from tests.accounts.steps import sign_in, sign_in_to_work
from tests.booking.conftest import STAFF, fresh, states
from tests.booking.test_draws import apply_all, messages, restrict
from tests.race.racer import all_at_once


@pytest.fixture
def center(app: Flask) -> Center:
    factories.create_office()
    return factories.create_center()


def screened(center: Center, people: int = 5, **given: Any) -> tuple[Run, list[Booking]]:
    """A run whose window is over, with so many applications."""
    fields: dict[str, Any] = {
        "capacity": 2,
        "waiting_limit": 2,
        "starts_in": factories.until_the_tenth(),
    }
    run = factories.create_run(
        room=factories.create_room(center),
        intake=Intake(selection=Selection.SCREENING, groups=("senior65",)),
        **fields | given,
    )
    bookings = apply_all(run, people)
    close(run)
    return run, bookings


def close(run: Run) -> None:
    row = fresh(run)
    row.apply_until = factories.now() - timedelta(minutes=1)
    db.session.commit()


def choice(
    bookings: Sequence[Booking], placed: Sequence[int], waiting: Sequence[int] = ()
) -> Choice:
    """Who of them gets what, by their place in the list."""
    ids = [booking.id for booking in bookings]
    return Choice(
        frozenset(ids), [ids[at] for at in placed], [ids[at] for at in waiting], "지원 동기 부족"
    )


def refusal_of(run: Run, chosen: Choice, centers: frozenset[int] | None = None) -> str:
    with pytest.raises(Refused) as refused:
        decide(STAFF, run.id, centers, chosen)
    assert "%(" not in refused.value.sentence
    return refused.value.reason.name


def test_places_ranks_and_reasons_are_given_in_one_turn(center: Center) -> None:
    run, bookings = screened(center)
    decide(STAFF, run.id, None, choice(bookings, [3, 1], [4, 0]))

    assert [fresh(one).state.value for one in bookings] == [
        *("waiting", "placed", "not_selected", "placed", "waiting"),
    ]
    # The order that staff gave is the order of the list.
    assert fresh(bookings[4]).number < fresh(bookings[0]).number
    row = fresh(run)
    assert (row.places_taken, row.waiting, row.applied) == (2, 2, 0)
    assert row.selected_at is not None
    assert "대기 1번" in messages(bookings[4])[-1]
    assert "사유: 지원 동기 부족" in messages(bookings[2])[-1]
    assert promises.broken() == []


def test_it_is_decided_once(center: Center) -> None:
    run, bookings = screened(center)
    decide(STAFF, run.id, None, choice(bookings, [0]))

    assert refusal_of(run, choice(bookings, [1])) == "ALREADY_DECIDED"


def test_nothing_is_decided_while_people_apply(center: Center) -> None:
    run, bookings = screened(center)
    row = fresh(run)
    row.apply_until = factories.now() + timedelta(hours=1)
    db.session.commit()

    assert refusal_of(run, choice(bookings, [0])) == "STILL_COLLECTING"


def test_no_more_than_there_are_places(center: Center) -> None:
    run, bookings = screened(center)

    assert refusal_of(run, choice(bookings, [0, 1, 2])) == "TOO_MANY_PLACES"
    assert refusal_of(run, choice(bookings, [0], [1, 2, 3])) == "TOO_MANY_WAITING"
    assert refusal_of(run, choice(bookings, [0], [0])) == "CHOSEN_TWICE"
    assert states(run) == ["applied"] * 5


def test_a_list_that_changed_meanwhile_is_looked_over_again(center: Center) -> None:
    run, bookings = screened(center)
    chosen = choice(bookings, [0])
    who = By("resident", "online", None, bookings[2].person_id)
    actions.cancel_own(who, bookings[2].id, "-")

    assert refusal_of(run, chosen) == "CHANGED_MEANWHILE"
    assert states(run).count("applied") == 4


def test_who_may_not_have_a_place_by_now_is_named_by_number(center: Center) -> None:
    run, bookings = screened(center)
    restrict(bookings[1].person_id)

    with pytest.raises(Refused) as refused:
        decide(STAFF, run.id, None, choice(bookings, [0, 1]))
    assert "접수 2번은 확정할 수 없습니다" in refused.value.sentence
    assert states(run) == ["applied"] * 5


def test_another_center_or_another_way_of_selecting_finds_nothing(center: Center) -> None:
    run, bookings = screened(center)
    plain = factories.create_run()

    with pytest.raises(Missing):
        decide(STAFF, run.id, frozenset({center.id + 1}), choice(bookings, [0]))
    assert refusal_of(plain, choice([], [])) == "NOT_SCREENED"


def test_two_who_decide_at_once_decide_once(app: Flask, center: Center) -> None:
    run, bookings = screened(center)

    def one(at: int) -> Any:
        chosen = choice(bookings, [at])

        def act() -> str:
            decide(STAFF, run.id, None, chosen)
            return "decided"

        return act

    told = all_at_once(app, [one(0), one(1), one(2)])

    assert told == {"decided": 1, "Refused": 2}
    assert states(run).count("placed") == 1
    assert promises.broken() == []


# The page


@pytest.fixture
def staff(center: Center) -> Account:
    return factories.create_staff(center)


def form_of(bookings: Sequence[Booking], answers: Sequence[str], **given: Any) -> dict[str, Any]:
    marks = {f"answer-{one.id}": answer for one, answer in zip(bookings, answers, strict=True)}
    return {"seen": [one.id for one in bookings], "reason": "정원 초과", **marks, **given}


def test_staff_choose_look_over_and_decide(
    client: FlaskClient, center: Center, staff: Account
) -> None:
    run, bookings = screened(center)
    sign_in_to_work(client, staff)
    path = f"/office/runs/{run.id}/screening"
    page = client.get(path).text
    assert "만 65세 이상" in page
    assert "홍길동" not in page
    ranks = {f"rank-{bookings[1].id}": "2", f"rank-{bookings[2].id}": "1"}
    data = form_of(bookings, ["place", "wait", "wait", "no", "no"], **ranks)

    preview = client.post(path, data=data | {"step": "preview"})
    assert "이렇게 정합니다" in preview.text
    assert states(run) == ["applied"] * 5
    assert client.post(path, data=data | {"step": "decide"}).status_code == 303

    assert [fresh(one).state.value for one in bookings] == [
        *("placed", "waiting", "waiting", "not_selected", "not_selected"),
    ]
    assert fresh(bookings[2]).number < fresh(bookings[1]).number
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("answers", "given", "sentence"),
    [
        (["place"] * 5, {}, "남은 자리는 2석입니다"),
        (["wait"] * 5, {}, "대기는 2명까지입니다"),
        (["no"] * 5, {"reason": ""}, "사유를 적어 주세요"),
        (["place", "no", "no", "no", "no"], {"seen": "1"}, "신청한 분이 바뀌었습니다"),
        (["nonsense", "", "no", "no", "no"], {"reason": " "}, "사유를 적어 주세요"),
    ],
)
def test_what_cannot_be_decided_is_said_and_nothing_is_written(
    client: FlaskClient,
    center: Center,
    staff: Account,
    answers: list[str],
    given: dict[str, Any],
    sentence: str,
) -> None:
    run, bookings = screened(center)
    sign_in_to_work(client, staff)

    data = form_of(bookings, answers, **given) | {"step": "decide"}
    answer = client.post(f"/office/runs/{run.id}/screening", data=data)
    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert states(run) == ["applied"] * 5


def test_two_ranks_alike_are_asked_about(
    client: FlaskClient, center: Center, staff: Account
) -> None:
    run, bookings = screened(center)
    sign_in_to_work(client, staff)
    ranks = {f"rank-{one.id}": "1" for one in bookings[:2]}

    data = form_of(bookings, ["wait", "wait", "no", "no", "no"], **ranks)
    answer = client.post(f"/office/runs/{run.id}/screening", data=data)
    assert "대기 순서 1번이 두 번" in answer.text


def test_with_nobody_there_it_can_still_be_decided(
    client: FlaskClient, center: Center, staff: Account
) -> None:
    run, _none = screened(center, people=0)
    sign_in_to_work(client, staff)

    answer = client.post(f"/office/runs/{run.id}/screening", data={"step": "decide"})
    assert answer.status_code == 303
    assert fresh(run).selected_at is not None


def test_a_person_reads_that_a_screening_decides(client: FlaskClient, center: Center) -> None:
    run, bookings = screened(center)
    person = db.session.get_one(Person, bookings[0].person_id)
    sign_in(client, person)
    path = f"/my/bookings/{bookings[0].id}"
    assert "심사로 수강하실 분을 정해" in client.get(path).text

    decide(STAFF, run.id, None, choice(bookings, [1]))
    assert "사유: 지원 동기 부족" in client.get(path).text
