"""Public holidays of Korea, with their names."""

from collections.abc import Iterable
from datetime import date

import holidays


def public_holidays(years: Iterable[int]) -> dict[date, str]:
    """The days of these years on which public offices are closed, substitute holidays included."""
    return dict(holidays.country_holidays("KR", years=years, language="ko"))
