from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskCliRunner

from eduportal.catalog.models import Center, CenterName, Room
from eduportal.shared.db import db
from eduportal.shared.events import Event
from eduportal.statistics.models import PastRun
from eduportal.statistics.past_runs import BadFile
from tests import factories
from tests.statistics.files import OF_2019, brought_in, csv_of

pytestmark = pytest.mark.usefixtures("app")


def faults(content: bytes) -> list[tuple[int, str]]:
    with pytest.raises(BadFile) as bad:
        brought_in(content)
    db.session.rollback()
    assert count(PastRun) == count(Center) == count(Room) == count(Event) == 0
    return [(fault.line, fault.reason) for fault in bad.value.faults]


def count(model: type) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def past_run() -> PastRun:
    return db.session.scalars(sa.select(PastRun)).one()


def test_a_line_becomes_a_past_run() -> None:
    imported = brought_in(csv_of({"비고": "보강 1회"}))
    run = past_run()

    assert (imported.new, imported.changed, imported.unchanged) == (1, 0, 0)
    assert (run.title, run.kind.label, run.track, run.audience.label) == (
        *("ITQ 한글", "정규", "기초·활용", "구민"),
    )
    assert (run.starts_on, run.ends_on) == (date(2019, 5, 2), date(2019, 5, 20))
    assert (run.meeting_count, run.hours, run.capacity) == (8, 16, 28)
    assert (run.applications, run.enrollments, run.completions) == (25, 20, 15)
    assert run.note == "보강 1회"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_both_encodings_of_offices_are_read(encoding: str) -> None:
    brought_in(csv_of({"강좌명": "한글 문서작성"}, encoding=encoding))

    assert past_run().title == "한글 문서작성"


def test_syllables_that_a_mac_wrote_in_parts_are_whole_again() -> None:
    brought_in(csv_of({"강좌명": "\u1112\u1161\u11ab글"}))

    assert past_run().title == "한글"


def test_missing_centers_and_rooms_are_made_and_listed() -> None:
    imported = brought_in(csv_of({}, {"시작일": "2019-01-02", "강의실": "제2강의실"}))

    assert imported.centers == ["정보문화센터"]
    assert imported.rooms == ["정보문화센터 제1강의실", "정보문화센터 제2강의실"]
    name = db.session.scalars(sa.select(CenterName)).one()
    assert (name.name, name.valid_from, name.valid_until) == (
        "정보문화센터",
        date(2019, 1, 2),
        None,
    )
    opened = db.session.scalars(sa.select(Room.opened_on))
    assert set(opened) == {date(2019, 1, 2)}


def test_a_center_is_found_by_any_name_it_ever_had() -> None:
    center = factories.create_center("제2정보문화센터")
    center.names[0].valid_until = date(2019, 5, 1)
    db.session.add(
        CenterName(center_id=center.id, name="정보문화센터", valid_from=date(2019, 5, 2))
    )
    db.session.commit()

    imported = brought_in(csv_of({"교육장": "제2정보문화센터"}, {"강좌명": "엑셀"}))

    assert imported.centers == []
    assert set(db.session.scalars(sa.select(PastRun.center_id))) == {center.id}


def test_of_two_centers_that_shared_a_name_the_one_of_that_day_is_meant() -> None:
    old, new = factories.create_center("본관"), factories.create_center("본관")
    old.names[0].valid_until = date(2018, 12, 31)
    new.names[0].valid_from = date(2019, 1, 1)
    db.session.commit()

    brought_in(csv_of({"교육장": "본관"}))

    assert past_run().center_id == new.id


def test_a_name_that_two_centers_have_at_once_is_refused() -> None:
    factories.create_center("본관")
    factories.create_center("본관")

    with pytest.raises(BadFile) as bad:
        brought_in(csv_of({"교육장": "본관"}))
    assert [fault.line for fault in bad.value.faults] == [2]


def test_the_room_is_the_one_that_was_open_on_the_day() -> None:
    center = factories.create_center("정보문화센터")
    factories.create_room(center, name="제1강의실", closed_on=date(2019, 4, 30))
    then = factories.create_room(center, name="제1강의실", opened_on=date(2019, 5, 1))

    imported = brought_in(csv_of({}))

    assert past_run().room_id == then.id
    assert imported.rooms == []


def test_the_same_file_again_changes_nothing() -> None:
    brought_in(OF_2019)
    events = count(Event)
    before = db.session.scalars(sa.select(PastRun.imported_at)).all()

    again = brought_in(OF_2019)

    assert (again.new, again.changed, again.unchanged) == (0, 0, 93)
    assert (again.centers, again.rooms) == ([], [])
    assert (count(PastRun), count(Event)) == (93, events)
    assert db.session.scalars(sa.select(PastRun.imported_at)).all() == before


def test_corrected_counts_replace_the_old_ones_which_stay_readable() -> None:
    brought_in(csv_of({}))

    imported = brought_in(csv_of({"수료인원": "16", "종료일": "2019-05-21"}))

    assert (imported.new, imported.changed, imported.unchanged) == (0, 1, 0)
    assert (past_run().completions, past_run().ends_on) == (16, date(2019, 5, 21))
    event = db.session.scalars(sa.select(Event).where(Event.verb == "correct_past_run")).one()
    assert event.subject_id == past_run().id
    assert event.detail == {
        "before": {"completions": 15, "ends_on": "2019-05-20"},
        "after": {"completions": 16, "ends_on": "2019-05-21"},
    }


def test_a_room_that_was_rebuilt_since_does_not_double_a_run() -> None:
    brought_in(csv_of({}))
    room = db.session.scalars(sa.select(Room)).one()
    room.closed_on = date(2019, 5, 1)
    room.opened_on = date(2019, 1, 1)
    center = db.session.get_one(Center, room.center_id)
    factories.create_room(center, name="제1강의실", opened_on=date(2019, 5, 2))

    assert brought_in(csv_of({})).unchanged == 1


def test_what_was_brought_in_is_recorded() -> None:
    brought_in(csv_of({}))
    event = db.session.scalars(sa.select(Event)).one()

    assert (event.verb, event.by_kind, event.subject) == ("import_past_runs", "system", "past_run")
    assert event.detail["source"] == "past-runs.csv"
    assert (event.detail["new"], event.detail["rooms"]) == (1, ["정보문화센터 제1강의실"])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"시작일": "2019-02-30"}, "시작일: ‘2019-02-30’은(는) 날짜가 아닙니다. 예: 2019-05-31"),
        ({"종료일": "5월 20일"}, "종료일: ‘5월 20일’은(는) 날짜가 아닙니다. 예: 2019-05-31"),
        ({"시작일": ""}, "시작일: ‘’은(는) 날짜가 아닙니다. 예: 2019-05-31"),
        ({"종료일": "2019-05-01"}, "종료일이 시작일보다 빠릅니다."),
        ({"수료인원": "21"}, "수료인원 21이(가) 수강인원 20보다 많습니다."),
        ({"신청인원": "19"}, "수강인원 20이(가) 신청인원 19보다 많습니다."),
        ({"정원": "19"}, "수강인원 20이(가) 정원 19보다 많습니다."),
        ({"수료인원": "-1"}, "수료인원: ‘-1’은(는) 0 이상의 수가 아닙니다."),
        ({"차시수": "여덟"}, "차시수: ‘여덟’은(는) 0 이상의 수가 아닙니다."),
        ({"정원": ""}, "정원: ‘’은(는) 0 이상의 수가 아닙니다."),
        (
            {"구분": "특강"},
            (
                "구분: ‘특강’은(는) 없는 값입니다."
                " 정규, 무료특강, 찾아가는 교육 가운데 하나를 적어 주세요."
            ),
        ),
        (
            {"대상": "주민"},
            "대상: ‘주민’은(는) 없는 값입니다. 구민, 직원 가운데 하나를 적어 주세요.",
        ),
        ({"강좌명": " "}, "강좌명: 비어 있습니다."),
        ({"강의실": "가" * 81}, "강의실: 80자까지 쓸 수 있습니다."),
    ],
)
def test_a_bad_line_is_named_with_its_number_and_why(line: dict[str, str], reason: str) -> None:
    assert faults(csv_of({}, {"강좌명": "엑셀"} | line)) == [(3, reason)]


@pytest.mark.parametrize("column", ["강좌명", "비고", "정원"])
def test_a_resident_registration_number_is_refused_and_never_repeated(column: str) -> None:
    (fault,) = faults(csv_of({column: "540301-1234567"}))

    assert fault[0] == 2
    assert "주민등록번호" in fault[1]
    assert "540301" not in fault[1]


def test_all_bad_lines_are_named_at_once_and_no_good_one_is_written() -> None:
    content = csv_of({"시작일": "x"}, {}, {"정원": "1", "수료인원": "30"}, {})

    assert [line for line, _reason in faults(content)] == [2, 4, 4, 5]
    assert faults(content)[-1] == (
        5,
        "3번째 줄과 강좌명, 교육장, 강의실, 시작일이 모두 같습니다.",
    )


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    content = csv_of({"비고": "두 줄\r\n비고"}) + b"\r\n" + csv_of({"강좌명": ""}).split(b"\r\n")[1]

    assert faults(content) == [(5, "강좌명: 비어 있습니다.")]


def test_two_names_of_one_center_are_one_key() -> None:
    center = factories.create_center("제2정보문화센터")
    db.session.add(
        CenterName(center_id=center.id, name="정보문화센터", valid_from=date(2019, 5, 2))
    )
    db.session.commit()

    with pytest.raises(BadFile) as bad:
        brought_in(csv_of({}, {"교육장": "제2정보문화센터"}))
    assert [fault.line for fault in bad.value.faults] == [3]


def test_a_missing_column_is_named() -> None:
    content = csv_of({}).replace("수료인원".encode(), "수료".encode()).replace("비고".encode(), b"")

    assert faults(content) == [(1, "수료인원, 비고 열이 없습니다.")]


def test_too_many_cells_are_named() -> None:
    assert faults(csv_of({}).rstrip() + b",x\r\n") == [
        (2, "칸이 열보다 많습니다. 쉼표가 든 글은 큰따옴표로 묶어 주세요.")
    ]


def test_too_few_cells_are_named() -> None:
    content = csv_of({}).splitlines()[0] + "\r\n엑셀,정보문화센터".encode()

    assert {line for line, _reason in faults(content)} == {2}


@pytest.mark.parametrize("content", [b"", b"\r\n", "강좌명,교육장\r\n".encode()])
def test_a_file_without_lines_is_refused(content: bytes) -> None:
    assert faults(content) == [(1, "강좌가 한 줄도 없습니다.")]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00a", b'"' + b"a" * 200_000])
def test_what_is_no_csv_file_is_refused(content: bytes) -> None:
    assert [line for line, _reason in faults(content)] == [1]


def test_the_command_says_what_came_in(runner: FlaskCliRunner, tmp_path: Path) -> None:
    file = tmp_path / "past-runs.csv"
    file.write_bytes(OF_2019)

    first = runner.invoke(args=["import", "past-runs", str(file)])
    again = runner.invoke(args=["import", "past-runs", str(file)])

    assert (first.exit_code, again.exit_code) == (0, 0)
    assert "새로 넣은 강좌 93개, 바뀐 강좌 0개, 그대로인 강좌 0개" in first.output
    assert "새로 만든 교육장: 제1정보문화센터, 제2정보문화센터, 정보문화센터" in first.output
    assert again.output == "새로 넣은 강좌 0개, 바뀐 강좌 0개, 그대로인 강좌 93개\n"


def test_the_command_names_the_bad_lines_and_fails(runner: FlaskCliRunner, tmp_path: Path) -> None:
    file = tmp_path / "past-runs.csv"
    file.write_bytes(csv_of({"정원": "x"}, {"시작일": "x"}))

    result = runner.invoke(args=["import", "past-runs", str(file)])

    assert result.exit_code == 1
    assert "2번째 줄: 정원" in result.output
    assert "3번째 줄: 시작일" in result.output
    assert "고칠 곳이 2군데 있어 아무것도 들여오지 않았습니다." in result.output
