"""Files of the national standard set, as offices send them."""

import csv
import io
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from eduportal.catalog.actions.standard import Brought, bring_in
from eduportal.catalog.models import Run
from eduportal.catalog.rules import RunState
from eduportal.catalog.standard_set import reading
from eduportal.catalog.standard_set.columns import COLUMNS
from eduportal.catalog.standard_set.planning import Defaults, usual_defaults
from eduportal.catalog.standard_set.surveying import Standing, Survey, survey
from eduportal.shared.db import db
from eduportal.shared.events import By

DATA = Path(__file__).parent / "data"
SAMPLE = (DATA / "standard-courses.csv").read_bytes()
SAMPLE_CP949 = (DATA / "standard-courses-cp949.csv").read_bytes()
STAFF = By("staff", "online", 1)

LINE = {
    **dict.fromkeys(COLUMNS, ""),
    "강좌명": "엑셀 기초",
    "교육시작일자": "2027-03-02",
    "교육종료일자": "2027-03-25",
    "교육시작시각": "10:00",
    "교육종료시각": "12:00",
    "강좌내용": "표를 만들어 봅니다",
    "교육대상구분": "구민",
    "교육방법구분": "오프라인",
    "운영요일": "화+목",
    "교육장소": "정보문화센터 제1강의실",
    "강좌정원수": "24",
    "수강료": "0",
    "접수시작일자": "2027-02-15",
    "접수종료일자": "2027-02-17",
    "선정방법구분": "선착순",
    "직업능력개발훈련비지원강좌여부": "N",
    "학점은행제평가(학점)인정여부": "N",
    "평생학습계좌제평가인정여부": "N",
    "데이터기준일자": "2027-01-31",
}


def file_of(*lines: dict[str, str]) -> bytes:
    """A file with these lines, each a usual one but for what it says."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    writer.writerows([(LINE | line)[name] for name in COLUMNS] for line in lines)
    return file.getvalue().encode("utf-8-sig")


def numbered(count: int, **given: str) -> list[dict[str, str]]:
    """So many different courses."""
    return [{"강좌명": f"과정 {number}", **given} for number in range(count)]


def looked_over(content: bytes, centers: frozenset[int] | None = None, **defaults: Any) -> Survey:
    """A file beside what there is."""
    usual = vars(usual_defaults()) | defaults
    return survey(reading.read(content), Defaults(**usual), centers)


def brought_in(
    content: bytes, good_only: bool = False, centers: frozenset[int] | None = None
) -> Brought:
    """A file, brought in."""
    db.session.rollback()
    return bring_in(STAFF, looked_over(content, centers), good_only, "file.csv", centers)


def reasons(content: bytes) -> list[str]:
    """What is wrong with a file's lines, shape and meaning."""
    return [fault.reason for fault in looked_over(content).faults]


def standings(content: bytes) -> list[Standing]:
    """What becomes of each good line."""
    return [line.standing for line in looked_over(content).lines]


def runs() -> list[Run]:
    """Every run, read anew."""
    db.session.rollback()
    return list(db.session.scalars(sa.select(Run).order_by(Run.id)))


def only_run() -> Run:
    """The one run there is, read anew."""
    [run] = runs()
    return run


def publish_all() -> None:
    """Everybody sees every run."""
    for run in runs():
        run.state = RunState.PUBLISHED
        run.published_at = run.created_at
    db.session.commit()
