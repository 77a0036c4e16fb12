"""The page in a real Chromium, at the widths of a desk and of a phone."""

from __future__ import annotations

import json
import re

import pytest
from browser import CONTRAST
from program import environment, start
from test_page import free_port, until

from index.snapshot import open_current

pytestmark = pytest.mark.browser

WIDTHS = {"desk": (1440, 900), "phone": (390, 844)}
FIGURE = "2022年澳門與歐盟的商品貿易總額是多少？"
UNKNOWN = "澳門2025年的失業率是多少？"
NASTY = '<img src=x onerror="window.hit=1"><script>window.hit=1</script> CEPA是什麼？'
BOX = "#ponte-box textarea"


@pytest.fixture(scope="module")
def site(chromium, settings, tmp_path_factory):
    """The real server over an index that it builds itself; what the page says meanwhile."""
    own = settings.with_(index=tmp_path_factory.mktemp("browser") / "index")
    port = free_port()
    process = start(["serve", "--port", str(port)], environment(own))
    url = f"http://127.0.0.1:{port}"
    until(url, process, lambda status, body: True)
    page = chromium.new_page(locale="zh-TW")
    page.goto(url)
    page.wait_for_selector("#ponte-status:not([hidden])", timeout=30_000)
    waiting = page.inner_text("#ponte-status")
    page.fill(BOX, FIGURE)
    page.press(BOX, "Enter")
    page.wait_for_selector("#turn-1[aria-busy] .progress", timeout=30_000)
    early = page.inner_text("#turn-1 .progress")
    until(url, process, lambda status, body: status == 200)
    page.wait_for_selector("#turn-1:not([aria-busy]) .short", timeout=60_000)
    answered = page.inner_text("#turn-1 .short")
    page.close()
    yield url, own, (waiting, early, answered)
    process.terminate()
    process.communicate()


@pytest.fixture
def visit(site, chromium, request):
    """Open the page as a visitor would; in the end nothing may have gone wrong or elsewhere."""
    opened, requests, errors = [], [], []

    def open_page(width="desk", **how):
        w, h = WIDTHS[width]
        how = {"locale": "zh-TW", "viewport": {"width": w, "height": h}} | how
        context = chromium.new_context(**how)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("request", lambda r: requests.append(r.url))
        page.on("pageerror", lambda e: errors.append(str(e)))
        page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
        page.on("dialog", lambda d: (errors.append(f"dialog: {d.message}"), d.dismiss()))
        opened.append(context)
        page.goto(site[0])
        page.wait_for_selector(".start")
        page.wait_for_selector("#ponte-status", state="hidden")
        return page

    yield open_page
    for context in opened:
        context.close()
    assert requests
    outside = [u for u in requests if not u.startswith((site[0], "data:", f"blob:{site[0]}"))]
    assert outside == []
    assert errors == []


def ask(page, question, press=True):
    number = page.locator(".turn").count() + 1
    page.fill(BOX, question)
    page.press(BOX, "Enter") if press else page.click("#ponte-send")
    page.wait_for_selector(f"#turn-{number}:not([aria-busy])", timeout=60_000)
    return page.locator(f"#turn-{number}")


def no_sideways_scroll(page):
    wide, shown = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= shown


def test_a_question_asked_while_loading_is_answered_in_the_end(site):
    waiting, early, answered = site[2]
    assert re.search("正在載入模型|正在建立文件索引", waiting)
    assert "正在載入文件" in early
    assert "460.2" in answered


@pytest.mark.parametrize("width", WIDTHS)
def test_answer_and_its_source(visit, site, width):
    page = visit(width)
    assert page.title().startswith("Ponte")
    no_sideways_scroll(page)
    turn = ask(page, FIGURE)
    assert "460.2億" in turn.locator(".short").inner_text()
    assert turn.locator(".answer").get_attribute("lang") == "zh-Hant"
    assert page.locator(".panel").is_hidden()
    turn.locator(".cite").first.click()
    panel = page.locator("#ponte-source .panel")
    panel.wait_for(state="visible")
    marked = panel.locator("mark").inner_text()
    assert "460.2億澳門元" in marked
    document = open_current(site[1].index).documents["regional-cooperation"]
    assert marked in document.text
    around = panel.locator(".passage").inner_text()
    assert len(around) > 2 * len(marked)
    facts = panel.inner_text()
    assert "所述時間 2022-12-31" in facts and re.search(r"第 \d+ 行", facts)
    assert document.title in facts and document.revision in facts
    no_sideways_scroll(page)
    # Both at one moment: the page may still be scrolling.
    answer, source = page.evaluate(
        "['.answer', '.panel'].map(s => document.querySelector(s).getBoundingClientRect().toJSON())"
    )
    if width == "desk":
        assert source["left"] >= answer["right"]
    else:
        assert source["top"] >= answer["bottom"]
        assert abs(source["left"] - answer["left"]) < 2
    page.wait_for_timeout(700)  # until the page has scrolled to it
    mark = panel.locator("mark").bounding_box()
    assert 0 <= mark["y"] < page.viewport_size["height"]
    panel.locator(".close").click()
    panel.wait_for(state="hidden")


def test_sources_open_and_close_by_keyboard(visit):
    page = visit()
    turn = ask(page, FIGURE)
    cite = turn.locator(".cite").first
    # Backwards from the box: over the list of sources to the number in the text.
    page.focus(BOX)
    for _ in range(6):
        page.keyboard.press("Shift+Tab")
        if cite.evaluate("e => e === document.activeElement"):
            break
    assert cite.evaluate("e => e === document.activeElement")
    assert cite.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.locator(".panel").wait_for(state="visible")
    assert page.evaluate("document.activeElement.closest('.panel') !== null")
    assert cite.get_attribute("aria-expanded") == "true"
    page.keyboard.press("Escape")
    page.locator(".panel").wait_for(state="hidden")
    assert cite.evaluate("e => e === document.activeElement")
    assert cite.get_attribute("aria-expanded") is None


@pytest.mark.parametrize("width", WIDTHS)
def test_a_refusal_looks_different(visit, width):
    page = visit(width)
    answer = ask(page, FIGURE).locator(".answer")
    turn = ask(page, UNKNOWN)
    refusal = turn.locator(".refusal")
    assert refusal.locator(".verdict").inner_text() == "文件中沒有答案"
    assert refusal.locator(".verdict svg").is_visible()
    assert "2025年" in refusal.inner_text()
    assert turn.locator(".answer").count() == 0
    color = "e => getComputedStyle(e).backgroundColor"
    assert refusal.evaluate(color) != answer.evaluate(color)
    assert "並非答案" in refusal.inner_text()
    refusal.locator(".nearest button").first.click()
    page.locator(".panel").wait_for(state="visible")
    assert page.locator(".panel mark").count() >= 1
    no_sideways_scroll(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_markup_in_a_question_is_text(visit, width):
    page = visit(width)
    turn = ask(page, NASTY)
    assert NASTY in turn.locator(".asked").inner_text()
    assert page.locator(".turn img, .turn script").count() == 0
    ask(page, "${window.hit=1}{{hit}} [x](javascript:window.hit=1)")
    page.wait_for_timeout(300)
    assert page.evaluate("window.hit") is None
    no_sideways_scroll(page)


def test_example_button_clear_and_button(visit):
    page = visit()
    example = page.locator(".example").first
    question = example.inner_text()
    example.click()
    page.wait_for_selector("#turn-1:not([aria-busy]) .short")
    assert page.locator("#turn-1 .asked").inner_text().endswith(question)
    ask(page, UNKNOWN, press=False)
    assert page.locator(".turn").count() == 2
    assert page.input_value(BOX) == ""
    page.click("#ponte-clear")
    page.wait_for_selector(".start")
    assert page.locator(".turn").count() == 0


def test_an_answer_comes_in_step_by_step_and_can_be_stopped(visit):
    page = visit()
    page.evaluate(
        """() => { window.seen = []; new MutationObserver(() => {
        const t = document.querySelector('#turn-1'); if (!t) return;
        window.seen.push([t.hasAttribute('aria-busy'), !!t.querySelector('.progress'),
          t.querySelectorAll('.statement').length, !!t.querySelector('.sources')]); })
        .observe(document.querySelector('#ponte-thread'), {subtree: true, childList: true}); }"""
    )
    ask(page, "什麼是粵港澳大灣區？")
    seen = page.evaluate("window.seen")
    assert seen[0][1] and seen[0][0]
    counts = [s[2] for s in seen]
    assert counts == sorted(counts) and len(set(counts)) >= 3
    assert not any(s[3] for s in seen if s[0])
    assert seen[-1][3]
    page.fill(BOX, "什麼是CEPA？")
    page.press(BOX, "Enter")
    page.locator("#ponte-stop").wait_for(state="visible")
    page.click("#ponte-stop")
    page.wait_for_selector("#turn-2:not([aria-busy])")
    assert "已停止" in page.inner_text("#turn-2")
    assert page.locator("#ponte-send").is_visible()
    assert "460.2" in ask(page, FIGURE).inner_text()


@pytest.mark.parametrize(
    ("locale", "language", "heading"),
    [
        ("zh-CN", "zh-Hans", "查找澳门区域合作的官方资料"),
        ("zh-HK", "zh-Hant", "查找澳門區域合作的官方資料"),
        ("en-GB", "en", "Find what the official documents say"),
        ("pt-PT", "pt", "Saiba o que dizem os documentos oficiais"),
        ("fr-FR", "zh-Hant", "查找澳門區域合作的官方資料"),
    ],
)
def test_the_page_speaks_the_browsers_language(visit, locale, language, heading):
    page = visit("phone", locale=locale)
    assert page.inner_text(".start h2") == heading
    assert page.evaluate("document.documentElement.lang") == language
    no_sideways_scroll(page)
    page.click("button[data-language=pt]")
    assert page.inner_text("#ponte-send") == "Perguntar"
    page.reload()
    page.wait_for_selector(".start")
    assert page.inner_text(".start h2") == "Saiba o que dizem os documentos oficiais"


def test_an_answer_in_portuguese_is_marked_as_a_translation(visit):
    page = visit()
    turn = ask(page, "Onde fica o Secretariado Permanente do Fórum de Macau?")
    assert turn.locator(".answer").get_attribute("lang") == "pt"
    assert "tradução não oficial" in turn.inner_text()
    turn.locator(".cite").first.click()
    panel = page.locator(".panel-body")
    assert panel.locator(".rendition").get_attribute("lang") == "pt"
    assert panel.locator(".passage").get_attribute("lang") == "zh-Hant"
    assert "論壇常設秘書處" in panel.locator("mark").inner_text()


def test_return_in_an_input_method_does_not_send(visit):
    page = visit()
    page.fill(BOX, "澳門")
    page.evaluate(
        """box => { const how = {key: 'Enter', code: 'Enter', bubbles: true, cancelable: true,
        isComposing: true, keyCode: 229}; for (const kind of ['keydown', 'keypress', 'keyup'])
        document.querySelector(box).dispatchEvent(new KeyboardEvent(kind, how)); }""",
        BOX,
    )
    page.wait_for_timeout(500)
    assert page.locator(".turn").count() == 0
    page.fill(BOX, "   ")
    page.press(BOX, "Enter")
    page.wait_for_timeout(500)
    assert page.locator(".turn").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_is_enough(visit, scheme):
    page = visit(color_scheme=scheme)
    dark = page.evaluate("getComputedStyle(document.body).colorScheme")
    assert page.evaluate(CONTRAST)[0] >= 4.5, json.dumps(page.evaluate(CONTRAST))
    ask(page, FIGURE).locator(".cite").first.click()
    page.wait_for_timeout(300)
    assert page.evaluate(CONTRAST)[0] >= 4.5, (dark, page.evaluate(CONTRAST))
    ask(page, UNKNOWN)
    page.wait_for_timeout(300)
    assert page.evaluate(CONTRAST)[0] >= 4.5, (dark, page.evaluate(CONTRAST))
