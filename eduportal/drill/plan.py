"""What a drill is asked for, and why it cannot be had."""

from collections.abc import Iterator
from dataclasses import dataclass

DATABASES = ("sqlite", "postgresql")
SERVER = "postgresql+psycopg://"
MOST_PEOPLE, MOST_RUNS, LONGEST = 50_000, 200, 600


@dataclass(frozen=True)
class Plan:
    """So many residents apply for so many runs with so many seats in all.

    Their clicks are spread over `seconds` after the opening. `waiting` is how many each run's
    waiting list takes, `patience` how long a resident waits for an answer before giving up. With
    `line` everybody comes through the waiting line.
    """

    people: int = 2000
    runs: int = 20
    seats: int = 400
    waiting: int = 10
    seconds: float = 1.0
    database: str = "sqlite"
    line: bool = False
    patience: float = 120.0

    def seats_of(self, number: int) -> int:
        """The seats of one run; what cannot be shared out evenly goes to the first ones."""
        return self.seats // self.runs + (number < self.seats % self.runs)


def refusals(plan: Plan) -> Iterator[str]:
    """A sentence for everything that no drill can be made of."""
    known = plan.database in DATABASES or plan.database.startswith(SERVER)
    asked = (
        (
            1 <= plan.people <= MOST_PEOPLE,
            f"--people: 신청하는 사람은 1명부터 {MOST_PEOPLE:,}명까지 적어 주세요.",
        ),
        (
            1 <= plan.runs <= MOST_RUNS,
            f"--runs: 강좌는 1개부터 {MOST_RUNS}개까지 적어 주세요.",
        ),
        (
            plan.seats >= max(1, plan.runs),
            "--seats: 강좌마다 한 자리는 있어야 합니다. 자리를 강좌 수 이상으로 적어 주세요.",
        ),
        (
            plan.seats <= plan.people,
            "--seats: 자리가 신청하는 사람보다 많으면 겨룰 것이 없습니다. 자리를 줄여 주세요.",
        ),
        (plan.waiting >= 0, "--waiting: 대기 인원은 0명 이상으로 적어 주세요."),
        (
            0 < plan.seconds <= LONGEST,
            f"--seconds: 신청이 몰리는 시간은 0초보다 길게, {LONGEST}초까지 적어 주세요.",
        ),
        (known, f"--database: sqlite, postgresql 또는 {SERVER}… 주소를 적어 주세요."),
    )
    return (sentence for fine, sentence in asked if not fine)
