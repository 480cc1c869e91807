"""A published draw, drawn once more by the reader's own browser."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask, Response, render_template_string
from playwright.sync_api import Browser, Page

from eduportal.booking.rules.draw_file import Document, drawn, verify, write
from eduportal.booking.rules.draw_terms import Commitment, Entry, OfficeSecret, Share, Terms
from eduportal.shared.db import db
from eduportal.shared.guard import public
from tests import factories
from tests.booking.draws import LOTTERY, NUMBERS, SECRET, random_document
from tests.conftest import disposed, portal_on
from tests.e2e.test_new_office import findings as axe_findings
from tests.e2e.test_story import PHONE, served

SAME = "이 화면에서 다시 계산한 결과가 발표와 같습니다."
TERMS = Terms("첫걸음", "마감", 3, 2, ("F",), (Share("R", 1),), (Share("P", 1),))
ENTRIES = [Entry("A1", "F"), Entry("A2", "R"), *(Entry(f"B{n}", lots=n) for n in range(1, 8))]
RIGHT = drawn(Commitment(TERMS, LOTTERY), ENTRIES, NUMBERS)
PAGE = """
{% extends "base.html" %}
{% from "booking/draw_check.html" import draw_check, draw_promise, draw_results %}
{% block title %}결과{% endblock %}
{% block styles %}<link rel="stylesheet" href="/static/css/draw.css">{% endblock %}
{% block scripts %}<script type="module" src="/static/js/draw.js"></script>{% endblock %}
{% block main %}
<h1>결과</h1>
{{ draw_promise(document.commitment, document.commitment_hash, document.list_hash, document.value) }}
{{ draw_check("/a-draw.json") }}
{{ draw_results(document) }}
{% endblock %}
"""
# What each file's findings are, by the script that the page itself runs.
FOUND = """
async (texts) => {
  const { findings } = await import(document.querySelector("script[type=module]").src);
  return Promise.all(texts.map((text) => findings(JSON.parse(text))));
}
"""


class Site:
    """A portal with a page about a draw, whose file the test can exchange."""

    def __init__(self, url: str, app: Flask) -> None:
        self.url, self.app = url, app
        self.file = write(RIGHT)


@pytest.fixture
def site(blank: Callable[[str], str], tmp_path: Path) -> Iterator[Site]:
    """Served as itself, with its policy about scripts."""
    app = portal_on(blank("sqlite"), tmp_path / "instance", WTF_CSRF_ENABLED=True)
    made = Site("", app)
    app.add_url_rule(
        "/a-draw", "a_draw", public(lambda: render_template_string(PAGE, document=RIGHT))
    )
    app.add_url_rule(
        "/a-draw.json",
        "a_draw_file",
        public(lambda: Response(made.file, mimetype="application/json")),
    )
    with disposed(app), app.app_context():
        db.create_all()
        factories.create_office()
        with served(app) as made.url:
            yield made
        db.session.remove()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A phone; whatever the console complains of fails the test."""
    context = browser.new_context(locale="ko-KR", viewport=PHONE)  # type: ignore[arg-type]
    context.set_default_timeout(10_000)
    opened = context.new_page()
    complaints: list[str] = []
    opened.on(
        "console", lambda line: complaints.append(line.text) if line.type == "error" else None
    )
    yield opened
    context.close()
    assert complaints == []


def test_the_page_comes_to_the_same_and_marks_one_s_own_ticket(site: Site, page: Page) -> None:
    own = RIGHT.result[1]
    page.goto(f"{site.url}/a-draw#ticket-{own.ticket}")

    page.get_by_text(SAME).wait_for()

    assert f"내 추첨 번호 {own.ticket}: 확정 2번" in page.inner_text("main")
    assert page.locator("tr.draw-own").get_attribute("data-ticket") == own.ticket
    assert RIGHT.list_hash in page.inner_text("main")
    axe_findings(page)
    page.evaluate("location.hash = '#ticket-NOBODY'")
    page.get_by_text("추첨 번호(NOBODY)는 이 추첨의 명단에 없습니다.").wait_for()
    assert page.locator("tr.draw-own").count() == 0


def test_the_page_says_what_differs(site: Site, page: Page) -> None:
    first = RIGHT.result[0]
    site.file = site.file.replace(
        f'"ticket": "{first.ticket}",\n   "rank"', '"ticket": "X",\n   "rank"'
    )

    page.goto(f"{site.url}/a-draw")

    page.get_by_text("발표와 다릅니다").wait_for()
    shown = page.locator("[data-draw-findings] li").all_inner_texts()
    assert f"추첨 번호({first.ticket})가 명단에는 있으나 결과에 없습니다." in shown
    assert "추첨 번호(X)가 결과에는 있으나 명단에 없습니다." in shown


def test_a_file_that_is_no_draw_is_refused(site: Site, page: Page) -> None:
    for wrong in ("", "[]", '{"version": "eduportal-draw-2"}', '{"version": "eduportal-draw-1"}'):
        site.file = wrong
        page.goto(f"{site.url}/a-draw")
        page.get_by_text("추첨 파일이 아닙니다").wait_for()


def test_a_browser_that_may_not_compute_says_so(site: Site, page: Page) -> None:
    page.add_init_script("Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined })")

    page.goto(f"{site.url}/a-draw")

    page.get_by_text("https로 시작하는 주소에서만").wait_for()


def test_anybody_picks_a_file_and_sees_it_drawn_again(
    site: Site,
    page: Page,
    tmp_path: Path,
) -> None:
    file = tmp_path / "draw.json"
    file.write_text(write(RIGHT), encoding="utf-8")
    page.goto(f"{site.url}/draws/check")
    axe_findings(page)

    page.get_by_label("추첨 파일").set_input_files(file)

    page.get_by_text(SAME).wait_for()
    assert page.locator("[data-draw-list]").inner_text() == RIGHT.list_hash
    assert page.locator("[data-draw-commitment]").inner_text() == RIGHT.commitment_hash
    axe_findings(page)


def test_without_script_the_table_is_there_and_says_what_to_do(site: Site) -> None:
    client = site.app.test_client()

    answer = client.get("/a-draw").text

    assert "자바스크립트를 켜 주세요" in answer
    assert all(f'id="ticket-{one.ticket}"' in answer for one in RIGHT.result)


def test_the_browser_and_python_agree_on_every_draw(site: Site, page: Page) -> None:
    documents = [random_document(seed) for seed in range(60)]
    page.goto(f"{site.url}/draws/check")

    found = page.evaluate(FOUND, [write(document) for document in documents])

    assert found == [[] for _document in documents]


@pytest.mark.parametrize(
    "document", [RIGHT, drawn(Commitment(TERMS, OfficeSecret.of(SECRET)), ENTRIES, SECRET)]
)
def test_the_browser_and_python_agree_on_what_is_wrong(
    site: Site,
    page: Page,
    document: Document,
) -> None:
    page.goto(f"{site.url}/draws/check")

    found = page.evaluate(FOUND, [json.dumps(forged) for forged in forgeries(document)])

    assert verify(document) == []
    assert [bool(sentences) for sentences in found] == [True] * len(found)


def forgeries(document: Document) -> Iterator[object]:
    """A file with one thing changed, for each thing that counts."""
    for way, value in (
        (("commitment", "terms", "capacity"), 4),
        (("commitment", "terms", "run"), "다른 강좌"),
        (("commitment", "sha256"), "0" * 64),
        (("list", "sha256"), "0" * 64),
        (("list", "entries", 0, "lots"), 5),
        (("value",), "1,2,3,4,5,6"),
        (("value",), "3, 7,11,19,31,40"),
        (("result", 0, "outcome"), "waiting"),
        (("result", 0, "rank"), 99),
        (("result", 0, "via"), "friend"),
    ):
        plain = json.loads(write(document))
        place = plain
        for name in way[:-1]:
            place = place[name]
        place[way[-1]] = value
        yield plain
    for name in ("entries", "result"):
        plain = json.loads(write(document))
        rows = plain["list"]["entries"] if name == "entries" else plain["result"]
        rows.append(rows[0])
        yield plain
