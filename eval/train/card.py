"""The model card: what the reader is, what it was made from, how good it is, what it cannot do."""

from __future__ import annotations

from collections.abc import Mapping

from chatbot.reading.stored import ReaderConfig

_NAMES = {
    "drcd": "DRCD (zh-Hant)",
    "cmrc2018": "CMRC 2018 (zh-Hans)",
    "squad2_zh": "SQuAD 2.0 in Chinese",
    "squad2_en": "SQuAD 2.0 (English)",
    "squad2_pt": "SQuAD 2.0 in Portuguese",
    "faquad": "FaQuAD (pt)",
    "en>zh": "English question, Chinese passage",
    "pt>zh": "Portuguese question, Chinese passage",
    "written": "invented policy documents (four languages)",
    "policy": "invented policy sentences",
}

_HEAD = """# The reader

A cross-encoder of 21 million weights: multilingual-e5-small (MIT), its layers fine-tuned, its
word embeddings frozen, shared with the embedding model and not stored here. It reads a question
together with a passage and tells where the answer stands, which tokens are part of it, how likely
the passage answers, and how likely it is about what is asked. Matrices are stored as int8 with a
scale for each row. `reader.json` has the sizes, the checksum, the calibration and all figures.

## Data

| Set | Licence |
| --- | --- |
| DRCD, dev | CC BY-SA 3.0 |
| CMRC 2018, dev and trial | CC BY-SA 4.0 |
| SQuAD 2.0, parts of dev; Chinese and Portuguese by machine | CC BY-SA 4.0 |
| FaQuAD | CC BY 4.0 |
| invented policy documents and sentences of this project | that of the project |

About one article in seven of each set, and the invented documents of `decision`, were held back;
the figures below are of those alone. No text of the sets is in the weights' folder or the program.
The recipe is in `docs/reader.md`.

## Figures on what was held back

EM and F1 over characters in Chinese, over words otherwise. AUROC: the chance that the right passage
is held likelier to answer than the nearest wrong one that retrieval finds, than itself without the
answer, and (treacherous) the chance that an answerable question is held likelier than one that
annotators made unanswerable.

| Set | questions | EM | F1 | AUROC nearest | removed | treacherous |
| --- | --- | --- | --- | --- | --- | --- |
"""

_TAIL = """
Gap between stated and true share of answers (ECE), cross-fitted: {before} before calibration,
{after} after.

Trained for {steps} steps of 16 items, {minutes} minutes on two processor cores.

## Limits

- Spans are quotes: it cannot count, add, compare or conclude.
- It can be led astray by a question that differs in one word from one that is answered: see the
  column "treacherous". Whether a question is answered is therefore decided with other evidence too.
- Portuguese training data are machine translations; one answer in fourteen is cut within a word.
- It was trained on encyclopaedic and invented policy text; other kinds of text were not tried.
- Questions longer than 64 tokens are cut; passages are read in windows of 384 tokens.
"""


def card(config: ReaderConfig) -> str:
    """Return the card of a reader that has been validated and calibrated, in Markdown."""
    f, t = config.figures, config.training
    rows = [_row(name, key, f) for key, name in _NAMES.items() if f"{key}/f1" in f]
    tail = _TAIL.format(
        before=f"{f['calibration/answer-before']:.3f}",
        after=f"{f['calibration/answer']:.3f}",
        steps=f"{t.get('steps', 0):,}",
        minutes=round(t.get("seconds", 0) / 60),
    )
    return _HEAD + "".join(rows) + tail


def _row(name: str, key: str, figures: Mapping[str, float]) -> str:
    def shown(what: str, digits: int) -> str:
        value = figures.get(f"{key}/{what}")
        return "" if value is None else f"{value:.{digits}f}"

    cells = [
        f"{figures[f'{key}/n']:.0f}", shown("em", 1), shown("f1", 1),
        *(shown(f"auroc-{kind}", 3) for kind in ("nearest", "removed", "treachery")),
    ]  # fmt: skip
    return f"| {name} | {' | '.join(cells)} |\n"
