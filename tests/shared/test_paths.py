"""Numbers in addresses."""

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize("number", ["2147483648", "99999999999999999999", "0"])
def test_a_number_that_no_row_has_leads_nowhere(client: FlaskClient, number: str) -> None:
    assert client.get(f"/runs/{number}").status_code == 404
