"""The report of a run and the comparison of runs in a real Chromium, opened from disk."""

from __future__ import annotations

import csv
import time

import pytest
from browser import CONTRAST
from make_run import NASTY_ANSWER, NASTY_QUESTION, make_run, write_pair

from eval.report import write_comparison, write_report
from eval.runs import read_run

pytestmark = pytest.mark.browser

WIDTHS = (390, 820, 1440)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("browser"), nasty=True)


@pytest.fixture(scope="module")
def report(run):
    return write_report(run)


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    root = tmp_path_factory.mktemp("compared")
    runs, comparison = write_pair(root, 120, nasty=True)
    return write_comparison(runs, root / "comparison.html", comparison), comparison


@pytest.fixture
def visit(chromium):
    """Open a file; in the end nothing else may have been asked for and nothing gone wrong."""
    opened, requests, errors = [], [], []

    def open_page(file, state="", width=1440, **how):
        context = chromium.new_context(viewport={"width": width, "height": 900}, **how)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("request", lambda r: requests.append((r.url.partition("#")[0], file.as_uri())))
        page.on("pageerror", lambda e: errors.append(str(e)))
        page.on("console", lambda m: errors.append(m.text) if m.type != "log" else None)
        page.on("dialog", lambda d: (errors.append(f"dialog: {d.message}"), d.dismiss()))
        opened.append(context)
        page.goto(file.as_uri() + (f"#{state}" if state else ""))
        return page

    yield open_page
    for context in opened:
        context.close()
    assert requests and all(url == file for url, file in requests)
    assert errors == []


def ids(page):
    return page.locator("#list .opener").all_inner_texts()


def column(page, name):
    """The texts of a column of the list by its heading's name."""
    place = page.eval_on_selector_all(
        "#list thead th", "(all, name) => all.findIndex((e) => e.dataset.name === name)", name
    )
    return page.eval_on_selector_all(
        "#list tbody tr.line", "(all, n) => all.map((e) => e.cells[n].innerText)", place
    )


def numbers(texts):
    return [float(text.replace(",", "")) for text in texts if text != "–"]


def sort_by(page, name):
    page.click(f'#list th[data-name="{name}"] button')
    return page.get_attribute(f'#list th[data-name="{name}"]', "aria-sort")


def test_the_failed_questions_stand_there_first(visit, report, run):
    rows = read_run(run).rows
    failed = [row["id"] for row in rows if row["failed"]]
    page = visit(report)
    assert ids(page) == failed[:100]
    assert f"of {len(failed)} questions, out of {len(rows)}" in page.inner_text("#count")
    page.check("input[value=all]")
    assert ids(page) == [row["id"] for row in rows][:100]
    assert page.inner_text("#where") == "page 1 of 2"
    page.click("#next")
    assert ids(page) == [row["id"] for row in rows][100:200]
    page.check("input[value=passed]")
    assert set(ids(page)).isdisjoint(failed)


def test_a_heading_sorts_the_list(visit, report, run):
    page = visit(report, "show=all")
    by_confidence = sorted(row["given"]["confidence"] for row in read_run(run).rows)
    assert sort_by(page, "confidence") == "descending"
    assert numbers(column(page, "confidence")) == pytest.approx(by_confidence[:-101:-1], abs=0.006)
    assert sort_by(page, "confidence") == "ascending"
    assert numbers(column(page, "confidence")) == pytest.approx(by_confidence[:100], abs=0.006)
    # By keyboard; the button keeps the focus though the table is drawn anew.
    page.focus('#list th[data-name="total"] button')
    page.keyboard.press("Enter")
    times = numbers(column(page, "total"))
    assert times == sorted(times, reverse=True) and len(set(times)) > 50
    page.keyboard.press("Enter")
    times = numbers(column(page, "total"))
    assert times == sorted(times)
    assert page.locator("#list th[aria-sort]").count() == 1
    # What has no rank comes last, both ways.
    for _ in range(2):
        sort_by(page, "rank")
        assert column(page, "rank")[0] != "–"
    sort_by(page, "id")
    assert ids(page) == sorted(ids(page))


def test_a_heading_sorts_a_table_of_groups(visit, report):
    page = visit(report)
    table = page.locator("table", has=page.locator("caption", has_text="By kind"))
    heading = table.locator("th[scope=col]", has_text="Questions")
    counts = "all => all.map((e) => Number(e.cells[1].innerText))"
    heading.locator("button").click()
    down = table.locator("tbody tr").evaluate_all(counts)
    assert heading.get_attribute("aria-sort") == "descending"
    heading.locator("button").click()
    up = table.locator("tbody tr").evaluate_all(counts)
    assert down == sorted(down, reverse=True) and up == sorted(up) and up != down
    recall = table.locator("th[scope=col]", has_text="Refusal recall")
    recall.locator("button").click()
    last = table.locator("tbody tr").last.locator("td", has_text="–")
    assert last.count() >= 1


def test_filters_take_out_what_does_not_fit_and_the_address_keeps_them(visit, report, run):
    rows = read_run(run).rows
    page = visit(report)
    page.check("input[value=all]")
    page.select_option("select[name=lang]", "pt")
    page.select_option("select[name=kind]", "figure")
    page.fill("input[name=q]", "COMERCIO")  # without accent, in capitals
    page.wait_for_url("**q=COMERCIO**")
    fitting = [
        row["id"]
        for row in rows
        if (row["lang"], row["kind"]) == ("pt", "figure")
        and "comércio" in (row["question"] + str(row["expected"]) + str(row["given"])).lower()
    ]
    portuguese = [r["id"] for r in rows if (r["lang"], r["kind"]) == ("pt", "figure")]
    assert ids(page) == fitting and 0 < len(fitting) < len(portuguese)
    sort_by(page, "confidence")
    page.locator(".opener").first.click()
    seen, first = ids(page), page.locator(".detail .asked").inner_text()
    again = visit(report, page.url.partition("#")[2])
    assert ids(again) == seen
    assert again.locator(".detail .asked").inner_text() == first
    assert again.input_value("input[name=q]") == "COMERCIO"
    assert again.input_value("select[name=lang]") == "pt"
    assert again.get_attribute('th[data-name="confidence"]', "aria-sort") == "descending"
    assert again.locator("#questions h2").bounding_box()["y"] < 900
    again.click("#clear")
    assert "#" not in again.url and again.input_value("select[name=lang]") == "*"
    again.fill("input[name=q]", "there is no such word")
    again.locator("#list .line").first.wait_for(state="detached")
    assert "No question" in again.inner_text("#count") and again.is_disabled("#export")


def test_a_group_leads_to_its_questions(visit, report, run):
    page = visit(report)
    table = page.locator("table", has=page.locator("caption", has_text="By trap"))
    table.get_by_role("link", name="wrong_year").click()
    assert set(column(page, "trap")) == {"wrong_year"}
    wanted = [row["id"] for row in read_run(run).rows if row["trap"] == "wrong_year"]
    assert ids(page) == wanted
    page.click("nav a[href='#latency']")  # goes there and leaves the filters alone
    assert "wrong_year" in page.url and ids(page) == wanted
    assert abs(page.locator("#latency").bounding_box()["y"]) < 900


def test_a_question_opens_by_keyboard_and_tells_everything(visit, report, run):
    row = next(r for r in read_run(run).rows if r["rank"] and r["given"]["quotes"] and r["failed"])
    page = visit(report)
    button = page.locator(".opener", has_text=row["id"])
    button.focus()
    page.keyboard.press("Enter")
    assert button.get_attribute("aria-expanded") == "true"
    sheet = page.locator(f"#{button.get_attribute('aria-controls')}")
    text = sheet.inner_text()
    confidence, section = row["given"]["confidence"], row["given"]["quotes"][0]["section"]
    for wanted in (row["why"], row["expected"]["passage"], section, f"{confidence:.3f}"):
        assert wanted in text
    assert all(answer in text for answer in row["expected"]["answers"])
    right = sheet.locator("tr.right")
    assert right.count() == 1 and right.locator("th").inner_text() == str(row["rank"])
    assert row["expected"]["passage"] in right.inner_text()
    assert sheet.locator("blockquote p").first.get_attribute("lang") in ("zh-Hant", "zh-Hans")
    assert sheet.locator(".asked").get_attribute("lang") == row["lang"]
    page.keyboard.press("Enter")
    assert page.locator(".detail").count() == 0


def test_markup_in_the_data_is_text(visit, report):
    page = visit(report)
    assert page.locator("#list .q").first.inner_text() == " ".join(NASTY_QUESTION.split())
    page.locator(".opener").first.click()
    assert NASTY_ANSWER in page.locator(".detail").inner_text()
    assert page.locator("main img, main script, main b b").count() == 0
    assert page.evaluate("document.scripts.length") == 2


def test_the_rows_shown_are_saved_as_csv(visit, report, run, tmp_path):
    page = visit(report, "show=all&lang=zh-Hant", accept_downloads=True)
    with page.expect_download() as saved:
        page.click("#export")
    saved.value.save_as(tmp_path / "q.csv")
    text = (tmp_path / "q.csv").read_bytes().decode("utf-8-sig")
    found = list(csv.DictReader(text.splitlines(keepends=True)))
    wanted = [row for row in read_run(run).rows if row["lang"] == "zh-Hant"]
    assert [line["id"] for line in found] == [row["id"] for row in wanted]
    for line, row in zip(found, wanted, strict=True):
        assert line["question"] == row["question"]
        assert line["answer"] == row["given"]["answer"]
        hit = row["values"]["answer_hit"]
        assert line["answer_hit"] == ("" if hit is None else str(int(hit)))
        assert float(line["ms_total"]) == pytest.approx(row["timings_ms"]["total"], rel=1e-4)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_pages_fit_and_can_be_read(visit, report, compared, width, scheme):
    for file in (report, compared[0]):
        page = visit(file, "show=all", width, color_scheme=scheme)
        page.evaluate("document.querySelectorAll('details').forEach((e) => { e.open = true; })")
        page.locator(".opener").first.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        ratio, text, *_ = page.evaluate(CONTRAST)
        assert ratio >= 4.5, text
        sheet = page.locator(".sheet").bounding_box()
        assert sheet["x"] >= 0 and sheet["x"] + sheet["width"] <= width


def test_ten_thousand_questions_do_not_stop_the_page(visit, tmp_path):
    report = write_report(make_run(tmp_path, questions=10_000))
    start = time.perf_counter()
    page = visit(report, "show=all")
    assert len(ids(page)) == 100
    opened = time.perf_counter() - start
    assert "of 10,000 questions" in page.inner_text("#count")
    took = page.evaluate(
        """() => { const start = performance.now();
        update({ q: "2022 貿易", sort: "-confidence" }); return performance.now() - start; }"""
    )
    assert 0 < len(ids(page)) <= 100
    assert opened < 20 and took < 3000  # many times what it takes


def test_the_comparison_shows_what_got_better_and_what_worse(visit, compared):
    page, comparison = visit(compared[0]), compared[1]
    assert f"of {len(comparison['better']) + len(comparison['worse'])} " in page.inner_text(
        "#count"
    )
    for change in ("better", "worse"):
        page.check(f"input[value={change}]")
        assert ids(page) == [pair["id"] for pair in comparison[change]][:100]
        assert all(change in text for text in column(page, "state"))
    pair = comparison["worse"][0]
    page.locator(".opener").first.click()
    one, other = page.locator(".beside > div").all()
    for side, row, letter in ((one, pair["a"], "A"), (other, pair["b"], "B")):
        text = side.inner_text()
        assert text.startswith(f"Run {letter}")
        assert row["given"]["status"] in text and row["why"] in text
        if row["given"]["answer"]:
            assert row["given"]["answer"] in text
    assert one.bounding_box()["x"] < other.bounding_box()["x"]


def test_a_comparison_of_three_runs_has_no_changed_questions(visit, run, tmp_path):
    page = visit(write_comparison([run, run, run], tmp_path / "three.html"))
    assert page.locator("#questions").is_hidden()
    assert page.locator("#figures thead th").all_inner_texts() == ["Measure", "A", "B", "C"]
