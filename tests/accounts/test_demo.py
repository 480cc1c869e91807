from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eduportal.accounts import queries
from eduportal.accounts.rules import DEMO_PASSWORD, Role
from tests.factories import (
    create_center,
    create_employee,
    create_office,
    create_person,
    create_staff,
)


@pytest.fixture
def demo(app: Flask) -> Iterator[FlaskClient]:
    create_office()
    app.config["DEMO"] = True
    yield app.test_client()
    app.config["DEMO"] = False


def test_the_demo_lists_its_residents(demo: FlaskClient) -> None:
    person = create_person(phone="01000001234")

    page = demo.get("/sign-in").text

    assert person.name in page
    assert "1954-03-01" in page
    assert "/sent-messages" in page


def test_the_demo_lists_who_works_there(demo: FlaskClient) -> None:
    center = create_center()
    create_staff(center, email="staff@example.org")
    create_staff(center, Role.INSTRUCTOR, email="teacher@example.org")
    create_employee()

    page = demo.get("/sign-in/work").text

    assert "staff@example.org" in page
    assert "teacher@example.org" in page
    assert "이직원" in page
    assert DEMO_PASSWORD in page


def test_the_demo_fills_in_an_email(demo: FlaskClient) -> None:
    assert 'value="staff@example.org"' in demo.get("/sign-in/work?email=staff@example.org").text


def test_the_lists_stay_short(demo: FlaskClient) -> None:
    center = create_center()
    for _number in range(6):
        create_person()
        create_employee()
        create_staff(center)
        create_staff(center, Role.INSTRUCTOR)
        create_staff()

    assert len(queries.demo_residents()) + len(queries.demo_workers()) <= 12


def test_a_real_office_lists_nobody(client: FlaskClient) -> None:
    create_office()
    person = create_person()
    create_staff(create_center(), email="staff@example.org")

    assert person.name not in client.get("/sign-in").text
    page = client.get("/sign-in/work?email=staff@example.org").text
    assert "staff@example.org" not in page
    assert DEMO_PASSWORD not in page
