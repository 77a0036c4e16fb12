"""The page without a browser: its HTML, its addresses, how its server starts and ends."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest
from program import QUESTION, ROOT, environment, guarded, start

from chatbot.web.chat_html import (
    EXAMPLES,
    answer_html,
    parts_of,
    refusal_html,
    start_html,
    turn_html,
)
from chatbot.web.head import index_page
from chatbot.web.server import listen
from chatbot.web.source_html import esc, source_html
from chatbot.web.strings import tables
from corpus.errors import InputError
from corpus.records import (
    LANGUAGES,
    Answer,
    Block,
    Citation,
    Document,
    Hit,
    Locator,
    Passage,
    Refusal,
)
from eval.bench.serve import example_events

NASTY = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "' onfocus='alert(1)",
    "[x](javascript:alert(1))",
    "${alert(1)}{{constructor}}",
    "</div></article><iframe src=//evil.example>",
    "&lt;b&gt;",
)
SPEAKING = {"src", "srcset", "srcdoc", "style", "action", "formaction", "background", "xlink:href"}


class Tree(HTMLParser):
    """The tags, attributes and text of HTML, as a browser would see them."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.text, self.marked, self._mark = [], [], "", "", 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        self._mark += tag == "mark"

    def handle_endtag(self, tag):
        self._mark -= tag == "mark"

    def handle_data(self, data):
        self.text += data
        if self._mark:
            self.marked += data


def harmless(html):
    tree = Tree(html)
    assert not {"script", "img", "iframe", "object", "form", "style", "b_"} & set(tree.tags)
    for name, value in tree.attributes:
        assert not name.startswith("on"), (name, value)
        assert name not in SPEAKING, (name, value)
        assert name != "href" or value.startswith("https://"), value
    return tree


def document(text, **more):
    lines = text.split("\n")
    blocks, at = [], 0
    for i, line in enumerate(lines):
        blocks.append(Block("heading" if i == 0 else "paragraph", at, at + len(line)))
        at += len(line) + 1
    return Document("d", lines[0], "zh-Hant", text, "rev1", tuple(blocks), "d.md", **more)


def cite(doc, quote, n=1, **more):
    start_ = doc.text.index(quote)
    return Citation(
        n=n, doc_id=doc.doc_id, title=doc.title, section=f"{doc.title} › 節", revision="rev1",
        quote=quote, start=start_, end=start_ + len(quote), passage_id="p",
        locator=Locator(line=7), as_of=date(2022, 12, 31), **more,
    )  # fmt: skip


def answered(doc, text, *citations, **more):
    return Answer(
        question="問", standalone_question="問", language="zh-Hant", status="answered", text=text,
        citations=citations, snapshot="snap-1", **more,
    )  # fmt: skip


@pytest.mark.parametrize("nasty", NASTY)
def test_whatever_is_written_is_shown_as_text(nasty):
    doc = document(f"題目{nasty}\n前文{nasty}\n引文{nasty}。\n後文{nasty}")
    quote = f"引文{nasty}。"
    cited = cite(doc, quote, rendition=f"quoted {nasty}", url=nasty)
    answer = answered(doc, f"短{nasty}\n{quote} [1]", cited, short_answer=f"短{nasty}")
    tree = harmless(answer_html(answer, {"d": doc}, 1))
    assert f"短{nasty}" in tree.text
    assert tree.marked == quote
    passage = Passage("p", "d", f"題{nasty}", "zh-Hant", "rev1", (f"節{nasty}",), nasty, 0, 1)
    refused = replace(
        answer,
        status="refused",
        text=f"沒有{nasty}",
        standalone_question=f"理解{nasty}",
        refusal=Refusal("not_found", f"欠{nasty}", (Hit(1, passage, 1.0),)),
    )
    tree = harmless(refusal_html(refused, {}, 2))
    for part in (f"沒有{nasty}", f"理解{nasty}", f"欠{nasty}", f"節{nasty}"):
        assert part in tree.text
    asked = harmless(turn_html(1, nasty, "en", "", busy=True))
    assert nasty in asked.text


def test_control_characters_do_not_reach_the_page():
    assert esc("a\x00b\u202ec\u2028d\ne") == "a b c d\ne"
    assert esc("全形\u3000空格") == "全形\u3000空格"


def test_a_source_shows_the_quote_in_its_surroundings():
    doc = document("題目\n一\n二\n三甲。三乙。三丙。\n四\n五\n六")
    cited = cite(doc, "三乙。", rendition="Three B.")
    tree = Tree(source_html(cited, doc, answered(doc, "三乙。 [1]", cited)))
    assert tree.marked == "三乙。"
    for shown in ("一", "二", "三甲。", "三丙。", "四", "五", "所述時間 2022-12-31", "第 7 行",
                  "rev1", "snap-1", "非正式譯文", "Three B."):  # fmt: skip
        assert shown in tree.text, shown
    assert "六" not in tree.text


def test_a_source_whose_document_changed_shows_only_its_quote():
    doc = document("題目\n一\n二")
    cited = cite(doc, "一")
    changed = document("題目\n別的\n二")
    for now in (changed, None):
        tree = Tree(source_html(cited, now, answered(doc, "一 [1]", cited)))
        assert tree.marked == "一"
        assert "別的" not in tree.text and "文件已更新" in tree.text


def test_statements_come_one_by_one_and_sources_last():
    doc = document("題目\n甲句。\n乙句。")
    answer = answered(
        doc, "短\n甲句。 [1]\n乙句。 [2]", cite(doc, "甲句。"), cite(doc, "乙句。", 2)
    )
    assert parts_of(answer) == ("短", ["甲句。 [1]", "乙句。 [2]"])
    texts = [Tree(answer_html(answer, {"d": doc}, 1, shown)).text for shown in range(3)]
    assert ["短" in t for t in texts] == [True] * 3
    assert ["甲句" in t for t in texts] == [False, True, True]
    assert ["乙句" in t for t in texts] == [False, False, True]
    assert "出處" not in texts[2]
    whole = Tree(answer_html(answer, {"d": doc}, 1))
    assert "出處" in whole.text
    buttons = [v for k, v in whole.attributes if k == "data-source"]
    assert buttons == ["s1-1", "s1-2", "s1-1", "s1-2"]
    assert {v for k, v in whole.attributes if k == "id"} == {"s1-1", "s1-2"}


def test_a_list_has_no_lead_and_a_number_in_the_text_is_no_citation():
    doc = document("題目\n甲見[9]。")
    listed = answered(doc, "- 甲\n- 乙 [1]", cite(doc, "甲見[9]。"), short_answer="甲、乙")
    assert parts_of(listed) == ("", ["- 甲", "- 乙 [1]"])
    assert Tree(answer_html(listed, {"d": doc}, 1, 2)).tags.count("li") == 2
    inside = Tree(answer_html(answered(doc, "甲見[9]。 [1]", cite(doc, "甲見[9]。")), {}, 1, 1))
    assert inside.tags.count("button") == 1 and "甲見[9]。" in inside.text


def test_parts_of_an_answer_say_their_language():
    doc = document("題目\n甲句在此。")
    answer = answered(doc, "Said so. [1]\n甲句在此。 [1]", cite(doc, "甲句在此。"))
    html = answer_html(replace(answer, language="en"), {"d": doc}, 1, 2)
    assert '<span lang="en">Said so.</span>' in html
    assert '<span lang="zh-Hant">甲句在此。</span>' in html


def test_every_text_is_there_in_four_languages():
    spoken = {language: tables(language) for language in LANGUAGES}
    keys = [
        {(table, key) for table, texts in of.items() for key in texts} for of in spoken.values()
    ]
    assert all(k == keys[0] for k in keys)
    for language, of in spoken.items():
        for table, texts in of.items():
            for key, text in texts.items():
                assert text.strip(), (language, table, key)
                named = re.findall(r"{\w+}", text)
                assert named == re.findall(r"{\w+}", spoken["zh-Hant"][table][key]), (language, key)


def test_the_start_shows_questions_in_four_languages():
    assert {language for language, _ in EXAMPLES} == set(LANGUAGES)
    html = start_html()
    for language, question in EXAMPLES:
        assert question in html, language


def test_examples_are_answered(pipeline):
    from chatbot.pipeline import Ask

    for language, question in EXAMPLES:
        answer = pipeline.invoke(Ask(question))
        assert (answer.status, answer.language) == ("answered", language), question
        assert answer.citations, question


def test_the_page_names_no_other_host():
    html = '<html lang="en"><head><meta property="og:url" content="https://x.example"/></head>'
    made = index_page(html)
    assert "x.example" not in made and 'lang="zh-Hant"' in made and "/ponte/chat.css" in made


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(url, path="/"):
    try:
        with urllib.request.urlopen(url + path, timeout=30) as answer:
            return answer.status, dict(answer.headers), answer.read().decode("utf-8")
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read().decode("utf-8")


def until(url, process, good, seconds=300):
    """Ask /healthz until `good(status, body)`, noting all that it said."""
    said, deadline = [], time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert process.poll() is None, process.stderr.read().decode("utf-8")
        try:
            status, _, body = get(url, "/healthz")
        except OSError:
            time.sleep(0.1)
            continue
        said.append((status, json.loads(body)))
        if good(status, said[-1][1]):
            return said
        time.sleep(0.1)
    raise AssertionError(f"not so within {seconds} s: {said[-1:]}")


@pytest.fixture(scope="module")
def served(settings, tmp_path_factory):
    """The real server, kept from the network, with an index to build first."""
    attempts = tmp_path_factory.mktemp("served") / "attempts"
    own = settings.with_(index=attempts.parent / "index")
    port = free_port()
    process = start(["serve", "--port", str(port)], guarded(own, attempts))
    url = f"http://127.0.0.1:{port}"
    began = time.monotonic()
    first = until(url, process, lambda status, body: True)
    listening = time.monotonic() - began
    page = get(url)
    said = first + until(url, process, lambda status, body: status == 200)
    yield url, process, said, page, listening, attempts
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_the_page_is_there_while_the_index_is_built(served):
    _, _, said, page, listening, _ = served
    assert listening < 20
    assert page[0] == 200 and "<title>Ponte</title>" in page[2]
    assert said[0][0] == 503 and said[0][1]["status"] == "loading"
    assert any(body["status"] == "indexing" and body["total"] > 0 for _, body in said)
    assert said[-1] == (200, {"status": "ok"})


def test_headers_forbid_other_hosts_and_handlers(served):
    url = served[0]
    for path in ("/", "/healthz", "/ponte/chat.js", "/config"):
        status, headers, _ = get(url, path)
        policy = headers["content-security-policy"]
        assert status == 200, path
        assert "default-src 'self'" in policy and "script-src-attr 'none'" in policy
        assert "connect-src 'self'" in policy and "http" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "server" not in headers


def test_what_the_page_does_not_need_is_closed(served):
    url = served[0]
    for path in ("/gradio_api/upload", "/gradio_api/runs", "/monitoring", "/docs", "/openapi.json",
                 "/ponte/chat.py", "/ponte/..%2Fapp.py"):  # fmt: skip
        assert get(url, path)[0] == 404, path
    info = json.loads(get(url, "/gradio_api/info")[2])
    assert info == {"named_endpoints": {}, "unnamed_endpoints": {}}


def test_a_taken_port_is_refused_at_once(served, settings):
    port = served[0].rpartition(":")[2]
    env = environment(settings)
    script = [sys.executable, str(ROOT / "app.py"), "--port", port]
    for command in (script, [sys.executable, "-m", "eval.cli", "serve", "--port", port]):
        ended = subprocess.run(command, env=env, capture_output=True, timeout=60, check=False)
        message = ended.stderr.decode("utf-8")
        assert ended.returncode == 2, message
        assert port in message and "PONTE_PORT" in message and "Traceback" not in message


def test_addresses_that_cannot_be_listened_on():
    for host, port in (("203.0.113.7", 7860), ("no.such.host.invalid", 7860), ("127.0.0.1", 70000)):
        with pytest.raises(InputError, match=host):
            listen(host, port)
    with listen("127.0.0.1", 0) as sock, pytest.raises(InputError):
        listen("127.0.0.1", sock.getsockname()[1])


def ask(url, question):
    """Ask as the page does when an example is clicked; gives every state of the conversation."""
    config = json.loads(get(url, "/config")[2])
    visitor = f"v{os.urandom(6).hex()}"
    messages = []
    for event in example_events(config):
        body = {
            "data": [None] * len(event["inputs"]),
            "event_data": {"question": question},
            "fn_index": event["id"],
            "session_hash": visitor,
        }
        join = urllib.request.Request(
            f"{url}/gradio_api/queue/join",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        urllib.request.urlopen(join, timeout=30).read()
        address = f"{url}/gradio_api/queue/data?session_hash={visitor}"
        with urllib.request.urlopen(address, timeout=120) as lines:
            for line in lines:
                if line.startswith(b"data:"):
                    messages.append(json.loads(line[5:]))
                    if messages[-1]["msg"] == "process_completed":
                        break
        assert messages[-1]["success"], messages[-1]
    return messages


def test_an_answer_comes_in_parts(served):
    url, _, _, _, _, attempts = served
    messages = ask(url, QUESTION)
    parts = [m for m in messages if m["msg"] == "process_generating"]
    assert len(parts) >= 4  # the sign, the steps, the short answer, the statement
    assert "progress" in parts[0]["output"]["data"][0]
    assert "460.2" in json.dumps(messages, ensure_ascii=False)
    assert not attempts.exists(), attempts.read_text(encoding="utf-8")


def test_an_overlong_question_and_an_odd_one_do_no_harm(served):
    for question in ("長" * 100_000, "\x00\u202e<b>", " "):
        assert ask(served[0], question)[-1]["success"], question[:9]


# Last: it ends the server.
def test_sigterm_ends_the_server_with_a_visitor_connected(served):
    url, process, *_ = served
    visitor = urllib.request.urlopen(f"{url}/gradio_api/heartbeat/abc", timeout=30)
    began = time.monotonic()
    process.terminate()
    code = process.wait(timeout=10)
    assert time.monotonic() - began < 10
    assert code in (0, -signal.SIGTERM)
    assert b"Traceback" not in process.stderr.read()
    visitor.close()


def test_sigterm_while_loading_ends_the_server(settings, tmp_path):
    port = free_port()
    own = settings.with_(index=tmp_path / "index")
    process = start(["serve", "--port", str(port)], environment(own))
    until(f"http://127.0.0.1:{port}", process, lambda status, body: True)
    process.terminate()
    assert process.wait(timeout=10) in (0, -signal.SIGTERM)
    process.communicate()


def test_a_server_that_cannot_load_ends_and_says_why(settings, tmp_path):
    own = settings.with_(index=tmp_path / "index")
    env = environment(own, PONTE_SOURCES=str(tmp_path / "no-such-folder"))
    process = start(["serve", "--port", str(free_port())], env)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 2, err.decode("utf-8")
    assert "no-such-folder" in err.decode("utf-8") and "Traceback" not in err.decode("utf-8")
