"""Records to JSON and back."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.records import Block, Document, Passage
from index.serial import from_line, to_line, to_plain


@settings(max_examples=60, deadline=None)
@given(st.from_type(Document))
def test_documents_round_trip(document):
    line = to_line(document)
    assert "\n" not in line
    assert from_line(Document, line) == document
    assert from_line(Document, line.encode()) == document


@settings(max_examples=60, deadline=None)
@given(st.from_type(Passage))
def test_passages_round_trip(passage):
    assert from_line(Passage, to_line(passage)) == passage


def test_defaults_are_left_out_and_text_is_not_escaped():
    assert to_plain(Block("item", 1, 2)) == {"kind": "item", "start": 1, "end": 2}
    assert "澳門" in to_line(Block("item", 1, 2, marker="澳門"))


@pytest.mark.parametrize("line", ["", "[", "[]", "3", '{"kind": "item"}', '{"unknown": 1}'])
def test_other_lines_are_refused(line):
    with pytest.raises(ValueError):
        from_line(Block, line)


def test_optional_numbers_and_nested_tuples():
    @dataclass(frozen=True)
    class Nested:
        number: float | None
        pairs: tuple[tuple[int, ...], ...]

    Nested.__annotations__ = {"number": float | None, "pairs": tuple[tuple[int, ...], ...]}
    for value in (Nested(None, ((1, 2), ())), Nested(1.5, ())):
        assert from_line(Nested, to_line(value)) == value
