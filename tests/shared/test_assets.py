"""Our own files: compressed, and under an address that changes with them."""

import gzip
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

GZIP = {"Accept-Encoding": "gzip"}


@pytest.fixture
def small(client: FlaskClient) -> Iterator[TestResponse]:
    """Our style sheet, as a browser asks for it."""
    with closing(client.get("/static/css/eduportal.css", headers=GZIP)) as answer:
        yield answer


def test_a_style_sheet_is_small_on_the_wire(app: Flask, small: TestResponse) -> None:
    css = Path(str(app.static_folder), "css", "eduportal.css").read_bytes()
    assert small.content_encoding == "gzip"
    assert gzip.decompress(small.data) == css
    assert "Accept-Encoding" in small.headers["Vary"]


def test_it_is_not_sent_again(client: FlaskClient, small: TestResponse) -> None:
    known = GZIP | {"If-None-Match": small.headers["ETag"]}
    with closing(client.get("/static/css/eduportal.css", headers=known)) as again:
        assert (again.status_code, again.data) == (304, b"")


def test_its_address_names_its_version(client: FlaskClient) -> None:
    assert re.search(r"eduportal\.css\?v=[0-9a-f]+", client.get("/privacy").text)


def test_pages_are_not_compressed(client: FlaskClient) -> None:
    assert client.get("/sign-in", headers=GZIP).content_encoding is None
