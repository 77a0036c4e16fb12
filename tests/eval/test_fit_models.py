"""The fitted models: what a fit may and may not do, and that serving judges as fitting does."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import chatbot.logistic
from chatbot.logistic import coefficients, linear, sigmoid
from eval.cross_validate import Tried, cross_validate, figures
from eval.fit_models import (
    CERTAIN,
    DECIDE_PRIOR,
    RANK_PRIOR,
    SHORT_PRIOR,
    SPAN_PRIOR,
    fit,
    fit_models,
    judged,
)
from eval.fit_weights import DOCUMENTS, cases, resources_for

PRIORS = {"rank": RANK_PRIOR, "decide": DECIDE_PRIOR, "span": SPAN_PRIOR, "short": SHORT_PRIOR}
STORED = json.loads((Path(chatbot.logistic.__file__).with_name("weights.json")).read_text())


@pytest.fixture(scope="module")
def drawn():
    """Rows of two features and labels drawn from a logistic model: weights 1.5 and -1, bias 0.5."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(4000, 2))
    y = (rng.random(4000) < 1 / (1 + np.exp(-(x @ [1.5, -1.0] + 0.5)))).astype(float)
    return [{"a": float(a), "b": float(b)} for a, b in x], y, np.ones(4000)


def test_a_fit_finds_the_weights_that_made_the_labels(drawn):
    found = fit(*drawn, {"a": 1.0, "b": -0.1}, strength=0.1)
    assert found == pytest.approx({"a": 1.5, "b": -1.0, "bias": 0.5}, abs=0.15)


def test_a_strong_prior_holds(drawn):
    found = fit(*drawn, {"a": 0.3, "b": -2.0}, strength=1e6)
    assert (found["a"], found["b"]) == pytest.approx((0.3, -2.0), abs=0.01)


def test_no_coefficient_takes_the_other_sign_than_its_prior(drawn):
    found = fit(*drawn, {"a": -0.5, "b": -0.5}, strength=0.1)
    assert found["a"] == 0 and found["b"] < -0.5
    assert fit(*drawn, {"a": 0.0, "b": 0.0}, strength=0.1)["b"] < -0.5  # a prior of 0 takes either


def test_a_bound_holds_whatever_the_labels_say(drawn):
    found = fit(*drawn, {"a": 1.0, "b": -2.0}, strength=0.1, most={"b": -1.7})
    assert found["b"] == -1.7 and found["a"] > 1


@pytest.mark.parametrize("kind", ["network", "rules"])
def test_the_stored_coefficients_obey_the_priors(kind):
    models = {name: m for name, m in STORED[kind].items() if name != "threshold"}
    assert set(models) == ({*PRIORS} if kind == "network" else {"rank", "decide"})
    for name, weights in models.items():
        for feature, value in weights.items():
            if feature != "bias":
                prior = PRIORS[name][feature]
                assert value * prior >= 0, (name, feature)
        if name in ("span", "short"):
            assert set(weights) == {*PRIORS[name], "bias"}
        if kind == "rules":
            assert not any(feature.startswith(("net_", "span_")) for feature in weights)
    assert all(models["decide"][name] <= most for name, most in CERTAIN.items())
    assert 0 < STORED[kind]["threshold"] < 1


@pytest.fixture(scope="module")
def found(settings, tmp_path_factory):
    """The cases of a few questions of an invented document."""
    resources = resources_for(settings, DOCUMENTS, network=True)
    file = min(DOCUMENTS.glob("*.jsonl"))
    lines = file.read_text(encoding="utf-8").splitlines()
    few = tmp_path_factory.mktemp("few") / file.name
    few.write_text("\n".join(lines[:: len(lines) // 24]) + "\n", encoding="utf-8")
    return cases(few, resources)


def test_cases_tell_which_passage_and_which_span_answer(found):
    assert len(found) >= 24
    for case in found:
        assert any(case.gold) <= case.answerable
        for reading, gold, right in zip(case.readings, case.gold, case.right, strict=True):
            assert len(right) == (len(reading.proposals) if gold else 0)
    answerable = [c for c in found if c.answerable]
    assert sum(any(c.gold) for c in answerable) >= 0.8 * len(answerable)
    assert any(any(any(r) for r in c.right) for c in answerable)


def test_a_case_is_judged_as_the_program_judges_it(found):
    weights = coefficients(with_network=True)
    models = {name: getattr(weights, name) for name in PRIORS}
    for case in found:
        again, p = judged(case, models)
        assert [r.hit.passage.passage_id for r in again.readings] == [
            r.hit.passage.passage_id for r in case.readings
        ]
        assert p == pytest.approx(case.readings[0].answerability, abs=1e-9)
        first = again.readings[0]
        assert first.features == pytest.approx(case.readings[0].features)
        if again.told[0] is not None:
            sure = linear(first.features, weights.short) >= 0
            assert (first.short is not None) == sure


def test_cross_validation_judges_each_case_by_models_that_did_not_see_its_group(found):
    fits = []

    def numbered(train):
        """Models of which each says another probability, whatever it judges."""
        fits.append({c.group for c in train})
        return {**fit_models(train), "decide": {"bias": float(len(fits))}}

    tried = cross_validate({"few": found}, numbered)["few"]
    assert [t.case.query for t in tried] == [c.query for c in found]
    for t in tried:
        (without,) = (i for i, groups in enumerate(fits) if t.case.group not in groups)
        assert t.answers == sigmoid(without + 1)


def test_figures_of_judged_cases(found):
    one = replace(found[0], answerable=True, gold=(True,), told=(True,))
    cases_ = [
        Tried(one, answers=0.9, short=0.9),
        Tried(replace(one, gold=(False,), told=(None,)), answers=0.3, short=0.9),
        Tried(replace(one, told=(False,)), answers=0.8, short=0.4),
        Tried(replace(one, answerable=False, gold=(False,), told=(None,)), answers=0.4, short=0),
        Tried(replace(one, answerable=False, gold=(False,), told=(None,)), answers=0.6, short=0),
    ]
    told = figures(cases_, threshold=0.5)
    assert told["refused"] == 0.5 and told["falsely"] == pytest.approx(1 / 3)
    assert told["auroc"] == pytest.approx(4 / 6)
    assert told["first"] == 1  # where no passage that answers was found, none can be first
    assert (told["span"], told["given"], told["right"]) == (0.5, 0.5, 1)
    assert all(np.isnan(v) for v in figures([], 0.5).values())
