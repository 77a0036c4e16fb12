"""Loading: what goes in, what is left out, and the reason that is given."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest

from corpus.errors import DocumentError
from corpus.load import LARGEST, load_document, load_folder, read_text

PAGE = "# 貿易\n\n- 內地是第二大貿易夥伴。\n- 歐盟是第一大。\n"
ENGLISH = "# Trade\n\n- The Mainland is second.\n- The European Union is first.\n"


@pytest.fixture
def folder(tmp_path):
    """Writes files (text in UTF-8, or bytes) below a folder and loads it."""

    def write_and_load(files):
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            data = content if isinstance(content, bytes) else content.encode()
            path.write_bytes(data)
        return load_folder(tmp_path)

    return write_and_load


def reasons(collection):
    """The names of the files left out, with the reasons."""
    return {s.path.rsplit("/", 1)[-1]: s.reason for s in collection.skipped}


def test_a_folder_of_documents(folder):
    found = folder(
        {
            "b.md": PAGE,
            "a.txt": "第一份文件說明了一件事情。",
            "sub/deep/c.markdown": ENGLISH,
            "sub/D.MD": "Um documento sobre o comércio em Macau.",
        }
    )
    assert found.skipped == ()
    shown = {d.doc_id: (d.source, d.language, d.title) for d in found.documents}
    assert shown == {
        "a": ("a.txt", "zh-Hant", "a"),
        "b": ("b.md", "zh-Hant", "貿易"),
        "sub/D": ("D.MD", "pt", "D"),
        "sub/deep/c": ("c.markdown", "en", "Trade"),
    }
    assert [d.doc_id for d in found.documents] == ["a", "b", "sub/D", "sub/deep/c"]
    b = found.documents[1]
    assert b.text == PAGE
    assert b.revision == hashlib.sha256(PAGE.encode()).hexdigest()[:16]
    assert (b.kind, b.period, b.as_of, b.url, b.renditions) == ("", "", None, None, {})
    assert b.lines == (1, 3, 4)
    assert len(b.blocks) == 3


def test_metadata(folder):
    found = folder(
        {
            "trade.zh-Hant.md": PAGE,
            "trade.toml": 'title = "對外貿易"\nlanguage = "zh-Hant"\nkind = "web page"\n'
            'period = "2022–2023"\nas_of = 2022-12-31\nurl = "https://www.example.org/trade"\n',
            "year.md": PAGE,
            "year.toml": "period = 2023\n",
        }
    )
    trade, year = found.documents
    assert (trade.title, trade.language, trade.kind) == ("對外貿易", "zh-Hant", "web page")
    assert (trade.period, trade.as_of) == ("2022–2023", date(2022, 12, 31))
    assert trade.url == "https://www.example.org/trade"
    assert (year.title, year.period) == ("貿易", "2023")
    assert found.skipped == ()


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ('titel = "x"', ["'titel'", "title"]),
        ("title = 5", ["title", "5"]),
        ("kind = []", ["kind", "[]"]),
        ("url = false", ["url", "False"]),
        ("language = 1", ["language", "1"]),
        ('language = "fr"', ["language", "'fr'", "zh-Hant"]),
        ('as_of = "2022"', ["as_of", "'2022'", "2022-12-31"]),
        ("as_of = 2022-12-31T00:00:00", ["as_of", "2022-12-31"]),
        ("period = [2022]", ["period", "[2022]"]),
        ("period = true", ["period", "True"]),
        ("title = ", ["not valid TOML"]),
        (b"title = '\xff'", ["not valid TOML"]),
    ],
)
def test_bad_metadata_leaves_the_document_out_and_names_file_and_key(folder, toml, words):
    found = folder({"a.toml": toml, "a.md": PAGE, "a.en.md": ENGLISH, "b.md": PAGE})
    assert [d.doc_id for d in found.documents] == ["b"]
    assert set(reasons(found)) == {"a.md", "a.en.md"}
    for reason in reasons(found).values():
        assert "a.toml" in reason
        for word in words:
            assert word in reason


def test_renditions(folder):
    found = folder({"a.zh-Hant.md": PAGE, "a.en.md": ENGLISH, "b.en.md": ENGLISH})
    a, b = found.documents
    assert (a.doc_id, a.language, a.source) == ("a", "zh-Hant", "a.zh-Hant.md")
    assert a.renditions == {
        "en": ("Trade", "The Mainland is second.", "The European Union is first.")
    }
    assert (b.doc_id, b.language, b.renditions) == ("b", "en", {})


def test_the_metadata_say_which_file_is_the_original(folder):
    (document,) = folder(
        {"a.zh-Hant.md": PAGE, "a.en.md": ENGLISH, "a.toml": 'language = "en"'}
    ).documents
    assert (document.language, document.source) == ("en", "a.en.md")
    assert set(document.renditions) == {"zh-Hant"}


def test_a_file_without_a_language_is_the_original(folder):
    (document,) = folder({"a.md": PAGE, "a.en.md": ENGLISH}).documents
    assert (document.language, document.source) == ("zh-Hant", "a.md")
    assert set(document.renditions) == {"en"}


def test_an_original_that_is_missing_is_said_to_be(folder):
    found = folder({"a.en.md": ENGLISH, "a.toml": 'language = "zh-Hant"'})
    assert found.documents == ()
    assert "no file is in zh-Hant" in reasons(found)["a.en.md"]


@pytest.mark.parametrize(
    ("rendition", "words"),
    [
        ("# Trade\n\n- One.\n", ["2 blocks", "3"]),
        ("# Trade\n\n- One.\n- Two.\n- Three.\n", ["4 blocks", "3"]),
        ("# Trade\n\nOne is here.\n\n- Two.\n", ["block 2", "One is here.", "item"]),
        ("## Trade\n\n- One.\n- Two.\n", ["block 1"]),
        ("# Trade\n\n- One.\n  - Two.\n", ["block 3"]),
        ("", ["0 blocks"]),
        (b"\x00\x01", ["not text"]),
    ],
)
def test_a_misaligned_rendition_is_left_out_and_the_document_stays(folder, rendition, words):
    found = folder({"a.zh-Hant.md": PAGE, "a.en.md": rendition, "a.pt.md": ENGLISH})
    (document,) = found.documents
    assert set(document.renditions) == {"pt"}
    assert set(reasons(found)) == {"a.en.md"}
    for word in ("a.en.md", *words):
        assert word in reasons(found)["a.en.md"]


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk", "gb2312"],
)
def test_encodings(folder, encoding):
    text = "# 贸易\n\n内地是澳门第二大贸易伙伴，CEPA自2004年起实施。\n"
    marks = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
    found = folder({"a.txt": marks.get(encoding, b"") + text.encode(encoding)})
    assert found.skipped == ()
    assert found.documents[0].text == text
    assert found.documents[0].language == "zh-Hans"


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
@pytest.mark.parametrize(
    "text", ["As relações entre Macau e a União Europeia são boas.", "O preço é baixo.", "acção"]
)
def test_accents_in_an_old_encoding_do_not_become_chinese(folder, encoding, text):
    found = folder({"a.txt": text.encode(encoding)})
    assert found.documents == ()
    assert "not text in UTF-8" in reasons(found)["a.txt"]


def test_files_that_are_no_text(folder):
    found = folder(
        {
            "binary.txt": bytes(range(256)) * 4,
            "image.txt": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
            "empty.md": b"",
            "blank.md": " \n\n\t\n",
            "comment.md": "<!-- nothing -->",
            "report.docx": b"PK\x03\x04",
            "Makefile": "all:",
            "good.md": PAGE,
        }
    )
    assert [d.doc_id for d in found.documents] == ["good"]
    why = reasons(found)
    assert set(why) == {
        *("binary.txt", "image.txt", "empty.md", "blank.md", "comment.md"),
        *("report.docx", "Makefile"),
    }
    for name in ("binary.txt", "image.txt"):
        assert why[name] == f"{name} is not text in UTF-8, UTF-16 or GB 18030"
    for name in ("empty.md", "blank.md", "comment.md"):
        assert why[name] == f"{name} holds no text"
    assert why["report.docx"].startswith(".docx file; read are .md")
    assert why["Makefile"].startswith("no file")


def test_hidden_files_are_not_seen(folder):
    found = folder(
        {".a.md": PAGE, "_b.md": PAGE, ".git/c.md": PAGE, "_x/y/d.md": PAGE, "e.md": PAGE}
    )
    assert [d.doc_id for d in found.documents] == ["e"]
    assert found.skipped == ()


def test_a_hidden_folder_above_does_not_hide_its_files(tmp_path):
    folder = tmp_path / ".hidden" / "_docs"
    folder.mkdir(parents=True)
    (folder / "a.md").write_text(PAGE, encoding="utf-8")
    assert [d.doc_id for d in load_folder(folder).documents] == ["a"]


def test_of_two_files_of_one_name_the_second_is_reported(folder):
    found = folder({"a.md": PAGE, "a.txt": "另一份文件。", "b/a.md": PAGE})
    assert [(d.doc_id, d.source) for d in found.documents] == [("a", "a.md"), ("b/a", "a.md")]
    assert list(reasons(found)) == ["a.txt"]
    assert "rename" in reasons(found)["a.txt"]


def test_every_file_is_in_a_document_or_reported(folder):
    files = {
        **{"a.md": PAGE, "a.txt": PAGE, "a.en.md": ENGLISH, "a.toml": 'language = "en"'},
        **{"b.en.md": ENGLISH, "b.en.txt": ENGLISH, "c.md": "", "d.pdf": b"%PDF"},
    }
    found = folder(files)
    used = {d.source for d in found.documents} | set(reasons(found))
    used |= {f"{d.doc_id}.{lang}.md" for d in found.documents for lang in d.renditions}
    assert used == {name for name in files if not name.endswith(".toml")}


def test_a_folder_that_is_none(tmp_path):
    with pytest.raises(DocumentError, match=r"nowhere is not a folder"):
        load_folder(tmp_path / "nowhere")
    file = tmp_path / "a.md"
    file.write_text(PAGE, encoding="utf-8")
    with pytest.raises(DocumentError, match=r"a\.md is not a folder"):
        load_folder(file)


def test_an_empty_folder(tmp_path):
    found = load_folder(tmp_path)
    assert (found.documents, found.skipped) == ((), ())


def test_a_file_that_is_gone_or_too_large(tmp_path):
    with pytest.raises(DocumentError, match=r"gone\.md cannot be read: No such file"):
        load_document("gone", [tmp_path / "gone.md"])
    large = tmp_path / "large.txt"
    with large.open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(DocumentError, match=r"large\.txt is larger than 20 MB"):
        read_text(large)
