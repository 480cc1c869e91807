"""Files of past runs, as offices send them."""

from eduportal.demo import PAST_RUNS
from eduportal.shared.events import SYSTEM
from eduportal.statistics import actions
from eduportal.statistics.actions import Imported
from eduportal.statistics.past_runs import COLUMNS

OF_2019 = PAST_RUNS.read_bytes()
LINE = {
    "강좌명": "ITQ 한글",
    "교육장": "정보문화센터",
    "강의실": "제1강의실",
    "구분": "정규",
    "분야": "기초·활용",
    "대상": "구민",
    "시작일": "2019-05-02",
    "종료일": "2019-05-20",
    "차시수": "8",
    "교육시간": "16",
    "정원": "28",
    "신청인원": "25",
    "수강인원": "20",
    "수료인원": "15",
    "비고": "",
}


def csv_of(*lines: dict[str, str], encoding: str = "utf-8-sig") -> bytes:
    """A file with these lines, each a usual one but for what it says."""
    rows = [list(COLUMNS)] + [[(LINE | line)[name] for name in COLUMNS] for line in lines]
    return "".join(",".join(map(_quoted, row)) + "\r\n" for row in rows).encode(encoding)


def brought_in(content: bytes) -> Imported:
    """Bring a file in."""
    return actions.import_past_runs(SYSTEM, content, "past-runs.csv")


def _quoted(cell: str) -> str:
    return f'"{cell}"' if set(cell) & set(',"\r\n') else cell
