"""Putting messages in, and taking them out: every test on both databases."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from eduportal.notices import actions, queries
from eduportal.notices.actions import LEASE
from eduportal.notices.models import Channel, Delivery
from eduportal.shared import clock
from eduportal.shared.db import writing
from tests.notices.conftest import only_notice, outbox, post_mail, post_text

ALL = tuple(Channel)

pytestmark = pytest.mark.usefixtures("app")


def test_a_message_waits_from_the_moment_it_was_posted() -> None:
    post_mail()

    notice = only_notice()
    assert notice.delivery is Delivery.WAITING
    assert notice.next_try_at == notice.created_at


def test_of_two_messages_for_one_occasion_the_first_stays() -> None:
    post_mail(body="첫째", dedupe="once")
    post_mail(body="둘째", dedupe="once")

    assert only_notice().body == "첫째"


def test_nothing_is_posted_by_a_verb_that_fails() -> None:
    @writing
    def failing() -> None:
        post_mail()
        raise LookupError

    with pytest.raises(LookupError):
        failing()

    assert outbox() == []


def test_a_claimed_message_is_nobody_elses_while_the_lease_lasts() -> None:
    post_mail()

    assert actions.claim(ALL)
    assert actions.claim(ALL) is None
    assert not queries.anything_due(ALL)


def test_it_can_be_claimed_again_when_the_lease_has_run_out() -> None:
    post_mail()
    first = actions.claim(ALL)

    with time_machine.travel(clock.now() + LEASE):
        again = actions.claim(ALL)

    assert first
    assert again
    assert (again.token, again.tries) == (first.token, 2)


def test_codes_go_before_everything_else() -> None:
    post_mail(1)
    post_text(2, secret=True)

    claimed = actions.claim(ALL)

    assert claimed
    assert claimed.secret


def test_a_channel_that_cannot_send_is_left_alone() -> None:
    post_text()

    assert actions.claim([Channel.EMAIL]) is None
    assert queries.waiting_count(Channel.SMS) == 1


def test_a_message_put_off_is_not_due_before_its_time() -> None:
    post_mail()
    message = actions.claim(ALL)
    assert message

    actions.put_off(message, clock.now() + timedelta(minutes=1), "HTTP 500")

    assert actions.claim(ALL) is None
    assert only_notice().error == "HTTP 500"


def test_whoever_lost_the_lease_cannot_put_off_what_another_holds() -> None:
    post_mail()
    slow = actions.claim(ALL)
    with time_machine.travel(clock.now() + LEASE):
        quick = actions.claim(ALL)
        assert slow
        assert quick

        actions.put_off(slow, clock.now())

        assert only_notice().claimed_until == quick.claimed_until


def test_whoever_lost_the_lease_still_says_that_it_went_out() -> None:
    post_mail()
    slow = actions.claim(ALL)
    assert slow
    with time_machine.travel(clock.now() + LEASE):
        actions.claim(ALL)

        actions.mark_sent(slow)

    assert only_notice().delivery is Delivery.SENT


def test_what_was_sent_cannot_fail_any_more() -> None:
    post_mail()
    message = actions.claim(ALL)
    assert message
    actions.mark_sent(message)

    actions.give_up(message, "too late")

    assert only_notice().delivery is Delivery.SENT


def test_the_page_of_sent_messages_is_not_there_in_a_real_office(app: Flask) -> None:
    assert app.test_client().get("/sent-messages").status_code == 404
