"""Three hundred residents who do not exist, with numbers that nobody can have."""

import random
from datetime import date, timedelta

from faker import Faker

from eduportal.accounts import actions as accounts
from eduportal.accounts.actions.people import NewPerson
from eduportal.accounts.rules import Purpose, Relation, Sex
from eduportal.shared.db import db

COUNT = 300
HERE = (Relation.LIVES, Relation.WORKS, Relation.STUDIES)
DONGS = ("대림1동", "대림2동", "문래동", "당산1동", "양평1동", "신길3동", "여의동", "영등포동")


def settle(today: date) -> list[int]:
    """Register the residents as they would themselves; their ids, well-known ones first."""
    chance, faker = random.Random(2019), Faker("ko_KR")
    faker.seed_instance(2019)
    known = [
        _register("01000000001", "홍길동", date(1954, 3, 1), "대림1동", Sex.MALE),
        _register("01000000001", "성춘향", date(1956, 5, 5), "대림1동", Sex.FEMALE),
        _register("01000000002", "Nguyễn Thị Hoa", date(1990, 7, 20), "대림2동", None),
    ]
    others = [_somebody(number, today, chance, faker) for number in range(3, COUNT + 1)]
    db.session.flush()
    return known + others


def _somebody(number: int, today: date, chance: random.Random, faker: Faker) -> int:
    # Most learners are old: in Seoul's centers seven of ten are 55 or more.
    age = chance.choices((19, 30, 45, 55, 65, 75), (1, 2, 3, 4, 5, 3))[0] + chance.randrange(9)
    born = today - timedelta(days=round(age * 365.25) + chance.randrange(360))
    sex = chance.choice((Sex.FEMALE, Sex.FEMALE, Sex.MALE, None))
    relation = chance.choices(HERE, (8, 1, 1))[0]
    phone = f"0100{number:07d}"
    return _register(phone, faker.name(), born, chance.choice(DONGS), sex, relation)


def _register(
    phone: str,
    name: str,
    born: date,
    dong: str,
    sex: Sex | None,
    relation: Relation = Relation.LIVES,
) -> int:
    answers = dict.fromkeys(Purpose, True)
    return accounts.register(NewPerson(phone, name, born, relation, dong, sex), answers)
