"""The standard set as staff and operators meet it: pages, jobs, commands, the open address."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from werkzeug.test import TestResponse

from eduportal.catalog import standard_work
from eduportal.catalog.actions.standard import bring_in
from eduportal.catalog.models import Center, Course, Room, Run
from eduportal.catalog.rules import Kind, RunState
from eduportal.jobs import actions as job_actions
from eduportal.jobs import work
from eduportal.jobs.models import Job
from eduportal.jobs.rules import LEASE, JobState
from eduportal.shared import clock
from eduportal.shared.db import db
from tests.accounts.steps import count, sign_in_to_work
from tests.catalog.standard_files import (
    DATA,
    SAMPLE,
    SAMPLE_CP949,
    brought_in,
    file_of,
    numbered,
    only_run,
    publish_all,
    runs,
)
from tests.catalog.steps import words
from tests.factories import create_center, create_office, create_room, create_staff

SAMPLE_FILE = str(DATA / "standard-courses.csv")


@pytest.fixture(autouse=True)
def before_the_courses() -> Iterator[None]:
    """The files speak of spring 2027."""
    with time_machine.travel(datetime(2026, 11, 24, 3, tzinfo=UTC)):
        yield


@pytest.fixture
def center(app: Flask) -> Center:
    create_office()
    return create_center("정보문화센터")


@pytest.fixture
def room(center: Center) -> Room:
    return create_room(center, 24, name="제1강의실")


@pytest.fixture
def admin(client: FlaskClient, center: Center) -> FlaskClient:
    sign_in_to_work(client, create_staff())
    return client


@pytest.fixture
def staff(client: FlaskClient, center: Center) -> FlaskClient:
    sign_in_to_work(client, create_staff(center))
    return client


def upload(client: FlaskClient, content: bytes, name: str = "courses.csv") -> TestResponse:
    """Send a file."""
    return client.post("/office/standard-set", data={"file": (io.BytesIO(content), name)})


def looked_at(client: FlaskClient, content: bytes) -> str:
    """Send a small file, and give the address of its preview."""
    address = upload(client, content).location
    assert address.startswith("/office/standard-set/")
    return address


def typed(**given: Any) -> dict[str, Any]:
    """The preview's form as it is shown."""
    return {
        "kind": "regular",
        "track": "기초·활용",
        "audience": "resident",
        "opens": "10:00",
        "closes": "18:00",
        "waiting_limit": 10,
        "monthly_limit": 2,
        "minimum_age": 14,
        "step": "import",
    } | given


def do_what_is_due(app: Flask) -> None:
    db.session.rollback()
    work.once(app, Event())


def jobs() -> list[Job]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Job).order_by(Job.id)))


# A small file, at once


def test_an_upload_is_looked_over_before_anything_is_written(admin: FlaskClient) -> None:
    page = admin.get(looked_at(admin, SAMPLE))

    text = words(page)
    assert "새 강좌 12개, 바뀜 0개, 그대로 0개, 고칠 줄 0개" in text
    assert "교육장: 창업스마트교육장" in text
    assert "강의실: 창업스마트교육장 제1강의실 (28석)" in text
    assert "선정방법이 ‘선착순’이 아닌 강좌가 6개" in text
    assert "컴퓨터 첫걸음" in text
    assert (count(Run), count(Course)) == (0, 0)


def test_it_comes_in_when_staff_say_so(admin: FlaskClient) -> None:
    address = looked_at(admin, SAMPLE_CP949)

    answer = admin.post(address, data=typed())

    page = admin.get(answer.location)
    assert "새로 넣은 강좌 12개" in page.text
    assert "/office/runs?status=draft" in page.text
    assert {run.state for run in runs()} == {RunState.DRAFT}


def test_other_defaults_are_looked_at_before_they_are_written(admin: FlaskClient) -> None:
    address = looked_at(admin, SAMPLE)

    answer = admin.post(address, data=typed(kind="free_special", closes="17:00"))

    assert answer.location != address
    assert count(Run) == 0
    admin.post(answer.location, data=typed(kind="free_special", closes="17:00"))
    assert {run.kind for run in runs()} == {Kind.FREE_SPECIAL}


def test_bad_lines_are_listed_and_downloaded(admin: FlaskClient, room: Room) -> None:
    content = file_of({}, {"강좌명": "둘", "강좌정원수": "x", "수강료": "y"})
    address = looked_at(admin, content)

    page, file = admin.get(f"{address}?standing=bad"), admin.get(f"{address}/faults.csv")

    assert "고칠 줄이 1개 있습니다" in words(page)
    assert "강좌정원수: ‘x’" in page.text
    assert "엑셀 기초" not in page.text
    assert file.data.decode("utf-8-sig").splitlines()[1].startswith("3,둘,강좌정원수: ‘x’")
    assert "수강료: ‘y’" in file.text


def test_good_lines_come_alone_only_when_asked_for(admin: FlaskClient, room: Room) -> None:
    address = looked_at(admin, file_of({}, {"강좌명": "둘", "강좌정원수": "x"}))

    refused = admin.get(admin.post(address, data=typed()).location)
    assert "고칠 줄이 1개 있어 아무것도 들여오지 않았습니다" in refused.text
    assert count(Run) == 0

    taken = admin.get(admin.post(address, data=typed(good_only="y")).location)
    assert "들여오지 않은 줄 1개" in taken.text
    assert count(Run) == 1


def test_changes_are_shown_old_and_new(admin: FlaskClient, room: Room) -> None:
    brought_in(file_of({}))
    run = only_run()
    run.capacity = 18
    db.session.commit()

    page = admin.get(looked_at(admin, file_of({"수강료": "9000", "강좌정원수": "20"})))

    assert "수강료: ‘0’ → ‘9000’" in words(page)
    assert "파일은 ‘20’, 지금은 ‘18’ (담당자가 고친 값을 그대로 둡니다)" in words(page)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("강좌명".encode("utf-16"), "UTF-8이나 CP949"),
        (SAMPLE.replace("운영요일".encode(), b"?"), "운영요일 열이 없습니다."),
        (file_of(), "강좌가 한 줄도 없습니다."),
        (b"PK\x03\x04", "엑셀 파일을 열 수 없습니다"),
    ],
)
def test_an_unreadable_file_says_why(admin: FlaskClient, content: bytes, sentence: str) -> None:
    answer = upload(admin, content)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert jobs() == []


def test_no_file_says_so(admin: FlaskClient) -> None:
    answer = admin.post("/office/standard-set", data={})

    assert answer.status_code == 422
    assert "파일을 골라 주세요" in answer.text


@pytest.mark.parametrize("lines", [1, 400])
def test_a_resident_number_is_neither_kept_nor_repeated(
    admin: FlaskClient, room: Room, lines: int
) -> None:
    answer = upload(admin, file_of(*numbered(lines), {"강사명": "900101-1234567", "강좌명": "끝"}))

    assert answer.status_code == 422
    assert f"{lines + 2}번째 줄: 주민등록번호로 보이는" in answer.text
    assert "1234567" not in answer.text
    assert jobs() == []


def test_bad_defaults_are_told(admin: FlaskClient) -> None:
    address = looked_at(admin, SAMPLE)

    answer = admin.post(address, data=typed(opens="아침", track=""))

    assert answer.status_code == 422
    assert "분야를 입력해 주세요" in answer.text
    assert count(Run) == 0


# Whose it is


def test_staff_of_one_center_bring_in_its_lines_only(staff: FlaskClient, room: Room) -> None:
    page = staff.get(looked_at(staff, SAMPLE))

    assert "교육장은 관리자가 만들 수 있습니다" in page.text
    assert "고칠 줄이 6개" in words(page)


def test_somebody_elses_upload_is_not_there(staff: FlaskClient, app: Flask, center: Center) -> None:
    address = looked_at(staff, file_of({}))
    other = app.test_client()
    sign_in_to_work(other, create_staff(center))

    for path in (address, f"{address}/faults.csv"):
        assert other.get(path).status_code == 404
    assert other.post(address, data=typed()).status_code == 404


def test_an_upload_is_gone_after_a_day(staff: FlaskClient, app: Flask) -> None:
    address = looked_at(staff, file_of({}))
    number = int(address.rpartition("/")[2])
    with time_machine.travel(clock.now() + timedelta(days=1, minutes=1)):
        job_actions.forget({standard_work.PREVIEW: standard_work.KEPT})

    assert db.session.get(Job, number) is None
    assert staff.get(address).status_code == 404


# A large file, as a job


def test_a_large_file_is_looked_over_and_brought_in_by_the_worker(
    admin: FlaskClient, app: Flask, room: Room
) -> None:
    content = file_of(*numbered(250), {"강좌명": "나쁜 줄", "강좌정원수": "x"})

    page = admin.get(upload(admin, content).location)
    assert "이 화면을 닫아도 계속됩니다" in page.text
    do_what_is_due(app)
    [look] = jobs()
    assert admin.get(f"/office/jobs/{look.id}").text.count(f"/office/standard-set/{look.id}")

    address = f"/office/standard-set/{look.id}"
    assert "251줄" in admin.get(address).text
    assert "6쪽" in words(admin.get(f"{address}?page=6"))
    admin.post(address, data=typed(good_only="y"))
    assert count(Run) == 0
    do_what_is_due(app)

    assert (count(Run), jobs()[-1].state) == (250, JobState.DONE)


def test_an_import_that_was_cut_off_is_finished_by_the_next_worker(
    admin: FlaskClient, app: Flask, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = upload(admin, file_of(*numbered(201))).location
    do_what_is_due(app)
    admin.post(f"/office/standard-set/{jobs()[0].id}", data=typed())

    def die(*given: Any) -> Any:
        bring_in(*given)
        raise SystemExit(9)  # after the commit, before it is written down that it is done

    monkeypatch.setattr(standard_work, "bring_in", die)
    with pytest.raises(SystemExit):
        do_what_is_due(app)
    monkeypatch.undo()
    assert jobs()[-1].state is JobState.RUNNING
    with time_machine.travel(clock.now() + LEASE + timedelta(seconds=1)):
        do_what_is_due(app)

    assert (count(Run), jobs()[-1].state) == (201, JobState.DONE)
    assert address.startswith("/office/jobs/")


def test_an_import_whose_upload_is_gone_says_so(admin: FlaskClient, app: Flask, room: Room) -> None:
    upload(admin, file_of(*numbered(201)))
    do_what_is_due(app)
    look = jobs()[0].id
    admin.post(f"/office/standard-set/{look}", data=typed())
    db.session.execute(sa.delete(Job).where(Job.id == look))
    db.session.commit()
    do_what_is_due(app)

    assert "하루 동안만" in (jobs()[-1].result or {})["sentence"]


# Out


def test_staff_download_what_they_brought_in(admin: FlaskClient) -> None:
    brought_in(SAMPLE)

    utf_8 = admin.get("/office/standard-set/courses.csv?from=2026-11-01")
    cp949 = admin.get("/office/standard-set/courses.csv?from=2026-11-01&encoding=cp949")

    assert (utf_8.data, cp949.data) == (SAMPLE, SAMPLE_CP949)
    assert "filename*=UTF-8''" in utf_8.headers["Content-Disposition"]


def test_letters_that_cp949_lacks_are_named(admin: FlaskClient, room: Room) -> None:
    brought_in(file_of({"강좌명": "카페 ☕ 창업"}))

    answer = admin.get("/office/standard-set/courses.csv?from=2026-11-01&encoding=cp949")

    assert answer.status_code == 422
    assert "쓸 수 없는 글자가 있습니다: ☕." in answer.text


def test_a_day_that_is_none_is_told(admin: FlaskClient) -> None:
    answer = admin.get("/office/standard-set/courses.csv?from=언제나")

    assert answer.status_code == 422


def test_the_open_address_has_public_runs_and_answers_who_has_them(
    app: Flask, client: FlaskClient, room: Room
) -> None:
    brought_in(file_of({}))
    assert "엑셀 기초" not in client.get("/open-data/courses.csv").text
    publish_all()

    answer = client.get("/open-data/courses.csv")
    has = {"If-None-Match": answer.headers["ETag"]}

    assert answer.data.decode("utf-8-sig").splitlines()[1].startswith("엑셀 기초,")
    assert f"http://localhost/runs/{only_run().id}" in answer.text
    assert answer.last_modified
    assert client.get("/open-data/courses.csv", headers=has).status_code == 304
    since = {"If-Modified-Since": answer.headers["Last-Modified"]}
    assert client.get("/open-data/courses.csv", headers=since).status_code == 304


# On the console


def test_the_console_brings_in_and_writes_out_byte_for_byte(
    runner: FlaskCliRunner, app: Flask, tmp_path: Path
) -> None:
    create_office()

    result = runner.invoke(args=["import", "courses", SAMPLE_FILE])
    assert (result.exit_code, "새로 넣은 강좌 12개" in result.output) == (0, True)

    for name, encoding, content in (("a", "utf-8-sig", SAMPLE), ("b", "cp949", SAMPLE_CP949)):
        options = ["--from", "2026-11-01", "--encoding", encoding, "--output", str(tmp_path / name)]
        assert runner.invoke(args=["export", "courses", *options]).exit_code == 0
        assert (tmp_path / name).read_bytes() == content
    printed = runner.invoke(args=["export", "courses", "--from", "2026-11-01"])
    assert printed.stdout_bytes == SAMPLE


def test_a_dry_run_writes_nothing(runner: FlaskCliRunner, app: Flask) -> None:
    create_office()

    result = runner.invoke(args=["import", "courses", "--dry-run", SAMPLE_FILE])

    assert result.exit_code == 0
    assert "새 강좌 12개" in result.output
    assert "만들 교육장: 창업스마트교육장, 정보문화센터" in result.output
    assert (count(Run), count(Center)) == (0, 0)


def test_bad_lines_end_with_1_and_all_their_sentences(
    runner: FlaskCliRunner, room: Room, tmp_path: Path
) -> None:
    file = tmp_path / "courses.csv"
    file.write_bytes(file_of({}, {"강좌명": "둘", "강좌정원수": "x"}, {"수강료": "y"}))

    result = runner.invoke(args=["import", "courses", str(file)])
    assert result.exit_code == 1
    for sentence in ("3번째 줄: 강좌정원수", "4번째 줄: 수강료", "고칠 줄이 2개"):
        assert sentence in result.output
    assert count(Run) == 0

    options = ["--good-lines-only", "--kind", "free_special", "--track", "디지털"]
    assert runner.invoke(args=["import", "courses", *options, str(file)]).exit_code == 0
    assert (only_run().kind, only_run().track) == (Kind.FREE_SPECIAL, "디지털")


def test_what_cannot_be_read_ends_with_1(
    runner: FlaskCliRunner, app: Flask, tmp_path: Path
) -> None:
    file = tmp_path / "courses.csv"
    file.write_bytes("강좌명".encode("utf-16"))

    result = runner.invoke(args=["import", "courses", str(file)])

    assert (result.exit_code, "UTF-8이나 CP949" in result.output) == (1, True)


@pytest.mark.parametrize(
    "asked",
    [
        ["import", "courses", "nowhere.csv"],
        ["import", "courses", "--track", " ", SAMPLE_FILE],
        ["import", "courses", "--kind", "other", SAMPLE_FILE],
        ["export", "courses", "--from", "someday"],
        ["export", "courses", "--encoding", "latin-1"],
        ["export", "courses", "--from", "2027-02-01", "--until", "2027-01-01"],
    ],
)
def test_what_cannot_be_asked_ends_with_2(
    runner: FlaskCliRunner, app: Flask, asked: list[str]
) -> None:
    assert runner.invoke(args=asked).exit_code == 2


def test_the_console_names_letters_that_cp949_lacks(runner: FlaskCliRunner, room: Room) -> None:
    brought_in(file_of({"강좌명": "카페 ☕ 창업"}))

    result = runner.invoke(
        args=["export", "courses", "--from", "2026-11-01", "--encoding", "cp949"]
    )

    assert (result.exit_code, "☕" in result.output) == (1, True)


def test_a_file_that_cannot_be_written_ends_with_1(
    runner: FlaskCliRunner, app: Flask, tmp_path: Path
) -> None:
    create_office()
    target = tmp_path / "missing" / "courses.csv"

    result = runner.invoke(args=["export", "courses", "--output", str(target)])

    assert (result.exit_code, "쓸 수 없습니다" in result.output) == (1, True)
