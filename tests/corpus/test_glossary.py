"""The glossary and the thesaurus: the files, and how their terms are found in a text."""

from __future__ import annotations

import tomllib
from collections import Counter

import pytest

from corpus.errors import SettingsError
from corpus.fold import converter, fold
from corpus.glossary import load_lexicon, root
from corpus.load import load_folder
from corpus.settings import BUNDLED_GLOSSARY, BUNDLED_SOURCES, BUNDLED_THESAURUS

ENTRIES = tomllib.loads(BUNDLED_GLOSSARY.read_text("utf-8"))["entry"]
CONCEPTS = tomllib.loads(BUNDLED_THESAURUS.read_text("utf-8"))["concept"]
LANGUAGES = ("zh-Hant", "zh-Hans", "en", "pt")


@pytest.fixture(scope="module")
def lexicon():
    return load_lexicon(BUNDLED_GLOSSARY, BUNDLED_THESAURUS)


def found(lexicon, text, language="en"):
    """What is mentioned in a question: the words and the id, each once."""
    folded = fold(text)
    mentions = lexicon.question_mentions(text, folded, language)
    return [(folded[m.start : m.end], m.term.id) for m in mentions]


# The files


def test_entries_have_what_the_file_says_they_have():
    assert len(ENTRIES) > 600
    kinds = "agreement institution fund place country event programme zone concept currency".split()
    for entry in ENTRIES:
        assert set(entry) <= {"kind", *LANGUAGES, "aliases", "acronyms"}, entry
        assert entry["kind"] in kinds
        for name in (*(entry[lang] for lang in LANGUAGES), *entry.get("aliases", [])):
            assert name == name.strip() != ""


def test_every_simplified_name_is_the_traditional_one_converted():
    t2s = converter("t2s").convert
    assert [e["zh-Hant"] for e in ENTRIES if t2s(e["zh-Hant"]) != e["zh-Hans"]] == []
    assert [e["zh-Hant"] for e in ENTRIES if fold(e["zh-Hant"]) != fold(e["zh-Hans"])] == []


def test_no_name_stands_for_two_entries(lexicon):
    count = Counter(form for term in lexicon.terms if term.is_name for form in term.forms)
    assert [form for form, n in count.items() if n > 1] == []
    for language in LANGUAGES:
        assert len({fold(e[language]) for e in ENTRIES}) == len(ENTRIES)


def test_english_and_portuguese_names_are_no_chinese():
    for entry in ENTRIES:
        assert not any("\u2e80" <= c <= "\u9fff" for c in entry["en"] + entry["pt"]), entry


def test_acronyms_are_words_in_capitals_that_stand_for_one_entry():
    acronyms = [a for e in ENTRIES for a in e.get("acronyms", [])]
    assert len(set(acronyms)) == len(acronyms) > 4
    assert all(a.isascii() and a.isalpha() and a.isupper() and 2 <= len(a) <= 5 for a in acronyms)


def test_concepts(lexicon):
    assert len(CONCEPTS) > 700
    types = "quantity action thing quality person place time".split()
    ids = [c["id"] for c in CONCEPTS]
    assert len(set(ids)) == len(ids)
    for concept in CONCEPTS:
        assert set(concept) <= {"id", "type", "zh", "en", "pt", "broader"}
        assert concept["type"] in types
        assert concept["zh"] and concept["en"] and concept["pt"], concept["id"]
        assert set(concept.get("broader", [])) <= set(ids) - {concept["id"]}, concept["id"]
        assert all(w == w.lower() for w in (*concept["en"], *concept["pt"])), concept["id"]
    count = Counter(form for term in lexicon.terms if not term.is_name for form in term.forms)
    assert [form for form, n in count.items() if n > 2] == []


def test_closure(lexicon):
    share = lexicon.by_id["trade-share"]
    assert lexicon.closure([share]) == {"trade-share", "trade", "proportion"}
    assert lexicon.closure([]) == set()
    for term in lexicon.terms:
        assert term.id in lexicon.closure([term])


def test_the_dictionary_of_the_segmenter(lexicon):
    forms = set(lexicon.chinese_forms)
    assert {"粤港澳大湾区", "中葡论坛", "贸易总额"} <= forms
    assert all(fold(form) == form for form in forms)


def test_every_name_is_found_by_each_of_its_forms(lexicon):
    lost = [
        form
        for term in lexicon.terms
        if term.is_name
        for form in term.forms
        if [(m.term, m.start, m.end) for m in lexicon.mentions(form)] != [(term, 0, len(form))]
        and term not in {m.term for m in lexicon.mentions(form)}
    ]
    assert lost == []


# Mentions


MENTIONS = [
    (
        "zh-Hant",
        "中葡論壇部長級會議",
        "中葡论坛部长级会议",
        "name:中国-葡语国家经贸合作论坛(澳门)部长级会议",
    ),
    ("zh-Hans", "粤港澳大湾区有多大", "粤港澳大湾区", "name:粤港澳大湾区"),
    ("zh-Hant", "ＣＥＰＡ係咩", "cepa", "name:内地与澳门关于建立更紧密经贸关系的安排"),
    ("en", "Is it Forum Macao?", "forum macao", "name:中国-葡语国家经贸合作论坛(澳门)"),
    ("pt", "o Fórum de Macau", "fórum de macau", "name:中国-葡语国家经贸合作论坛(澳门)"),
    ("en", "the EU", "eu", "name:欧洲联盟"),
    ("pt", "a UE", "ue", "name:欧洲联盟"),
    ("pt", "a EU", "eu", "name:欧洲联盟"),
    ("en", "EU-Macao", "eu", "name:欧洲联盟"),
    ("en", "the US", "us", "name:美国"),
    ("pt", "os EUA", "eua", "name:美国"),
    ("en", "WHO experts", "who", "name:世界卫生组织"),
    ("en", "Brazil's", "brazil", "name:巴西"),
    ("en", "agreements", "agreements", "agreement"),
    ("en", "taxes", "taxes", "tax"),
    ("en", "created", "created", "establish"),
    ("en", "creating", "creating", "establish"),
    ("en", "invested", "invested", "investment"),
    ("pt", "trocas comerciais", "trocas comerciais", "trade-value"),
    ("pt", "patacas", "patacas", "name:澳门元"),
    ("pt", "acordos", "acordos", "agreement"),
    ("pt", "investiu", "investiu", "investment"),
    ("zh-Hant", "做生意", "做生意", "trade"),
]


@pytest.mark.parametrize(("language", "text", "words", "term"), MENTIONS)
def test_mentions(lexicon, language, text, words, term):
    assert (words, term) in found(lexicon, text, language)


@pytest.mark.parametrize(
    ("language", "text", "term"),
    [
        ("pt", "eu quero saber", "name:欧洲联盟"),
        ("pt", "Eu quero saber", "name:欧洲联盟"),
        ("en", "tell us", "name:美国"),
        ("en", "who joined", "name:世界卫生组织"),
        ("en", "Who joined", "name:世界卫生组织"),
        ("en", "the museum", "name:美国"),
        ("en", "neutral", "name:欧洲联盟"),
        ("en", "CEPAX", "name:内地与澳门关于建立更紧密经贸关系的安排"),
        ("en", "xCEPA", "name:内地与澳门关于建立更紧密经贸关系的安排"),
        ("en", "CEPA2", "name:内地与澳门关于建立更紧密经贸关系的安排"),
        ("pt", "museu", "name:欧洲联盟"),
    ],
)
def test_no_mentions(lexicon, language, text, term):
    assert term not in [name for _, name in found(lexicon, text, language)]


def test_the_longest_form_wins_and_all_mentions_sees_the_shorter(lexicon):
    text = fold("中葡合作發展基金")
    assert [text[m.start : m.end] for m in lexicon.mentions(text, folded=True)] == [text]
    inner = {text[m.start : m.end] for m in lexicon.all_mentions(text)}
    assert {text, fold("基金"), fold("合作")} <= inner


def test_mentions_do_not_overlap_and_name_each_term_once(lexicon):
    for document in load_folder(BUNDLED_SOURCES).documents:
        for text in (document.text, *("\n".join(t) for t in document.renditions.values())):
            folded = fold(text)
            mentions = lexicon.mentions(folded, folded=True)
            assert len(mentions) > 100
            spans = list(dict.fromkeys((m.start, m.end) for m in mentions))
            assert spans == sorted(spans)
            ends = [0, *(end for _, end in spans)]
            assert all(start >= end for (start, _), end in zip(spans, ends, strict=False))
            assert len({(m.term.id, m.start) for m in mentions}) == len(mentions)
            assert {(m.term.id, m.start, m.end) for m in mentions} <= {
                (m.term.id, m.start, m.end) for m in lexicon.all_mentions(folded)
            }


@pytest.mark.parametrize("text", ["", " ", "？", "xyzzy", "7", "é"])
def test_nothing_is_mentioned(lexicon, text):
    assert lexicon.mentions(text) == []


def test_roots_meet():
    assert len({root(w) for w in ("create", "created", "creating", "creates")}) == 1
    assert len({root(w) for w in ("investir", "investiu", "investido", "investimento")}) == 1
    assert root("trade") != root("tradition")
    assert root("goods") == "good"
    assert root("does") == "does"


# Bad files

ENTRY = '[[entry]]\nkind = "country"\nzh-Hant = "甲國"\nzh-Hans = "甲国"\nen = "A"\npt = "B"\n'
CONCEPT = '[[concept]]\nid = "x"\ntype = "thing"\nzh = ["某"]\nen = ["some"]\npt = ["algum"]\n'


def load(tmp_path, glossary=ENTRY, thesaurus=CONCEPT):
    paths = tmp_path / "glossary.toml", tmp_path / "thesaurus.toml"
    for path, text in zip(paths, (glossary, thesaurus), strict=True):
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_lexicon(*paths)


def test_small_files(tmp_path):
    lexicon = load(tmp_path)
    name, concept = lexicon.terms
    assert (name.id, name.kind, name.forms) == ("name:甲国", "country", ("甲国", "a", "b"))
    assert (concept.id, concept.names, concept.is_name) == ("x", {}, False)
    assert lexicon.vocabulary == {"en": {"a"}, "pt": {"b"}}
    assert load(tmp_path, "", "").terms == ()
    assert len(load_lexicon(tmp_path / "glossary.toml").terms) == 0


@pytest.mark.parametrize("missing", ["kind", *LANGUAGES])
def test_an_entry_that_lacks_something(tmp_path, missing):
    text = "\n".join(row for row in ENTRY.split("\n") if not row.startswith(f"{missing} ="))
    with pytest.raises(SettingsError, match=rf"glossary\.toml: entry lacks '{missing}'"):
        load(tmp_path, text)


@pytest.mark.parametrize("missing", ["id", "type", "zh", "en", "pt"])
def test_a_concept_that_lacks_something(tmp_path, missing):
    text = "\n".join(row for row in CONCEPT.split("\n") if not row.startswith(f"{missing} ="))
    with pytest.raises(SettingsError, match=rf"thesaurus\.toml: concept lacks '{missing}'"):
        load(tmp_path, ENTRY, text)


@pytest.mark.parametrize(
    ("glossary", "thesaurus", "words"),
    [
        (ENTRY + ENTRY, CONCEPT, ["glossary.toml", "name:甲国", "twice"]),
        (ENTRY, CONCEPT + CONCEPT, ["thesaurus.toml", "'x'", "twice"]),
        (ENTRY + 'aliases = "ABC"\n', CONCEPT, ["aliases", "list of texts", "'ABC'"]),
        (ENTRY + "aliases = [1]\n", CONCEPT, ["aliases", "list of texts"]),
        (ENTRY + 'acronyms = "US"\n', CONCEPT, ["acronyms", "list of texts"]),
        (ENTRY.replace('"A"', "5"), CONCEPT, ["en must be text", "5"]),
        (ENTRY.replace('"country"', "[]"), CONCEPT, ["kind must be text"]),
        (
            ENTRY,
            CONCEPT.replace('["某"]', '"某"'),
            ["zh must be a list of texts", "thesaurus.toml"],
        ),
        (ENTRY, CONCEPT + 'broader = "y"\n', ["broader must be a list of texts"]),
        ("entry = 5", CONCEPT, ["[[entry]]"]),
        ('entry = ["a"]', CONCEPT, ["[[entry]]"]),
        ("[[entry", CONCEPT, ["glossary.toml is not valid TOML"]),
        (ENTRY, b"\xff", ["thesaurus.toml is not valid TOML"]),
    ],
)
def test_bad_files(tmp_path, glossary, thesaurus, words):
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, glossary, thesaurus)
    for word in words:
        assert word in str(caught.value)


def test_missing_files(tmp_path):
    with pytest.raises(SettingsError, match=r"none\.toml cannot be read: No such file"):
        load_lexicon(tmp_path / "none.toml")
    with pytest.raises(SettingsError, match=r"none\.toml cannot be read"):
        load_lexicon(BUNDLED_GLOSSARY, tmp_path / "none.toml")
