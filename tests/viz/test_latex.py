"""Expressions and rules as LaTeX: the text, and that every op's and every rule's is well formed."""

import re

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ops import OPS
from symlab.core.pipeline import DEFAULT
from symlab.viz.latex import binding_of, latex, latex_name, rule_latex, to_latex
from tests.viz.programs import softmax_regression

A, B, ALPHA = T.dscalar("a"), T.dscalar("b"), T.dscalar("alpha")
X, V = T.dmatrix("x"), T.dvector("v")
RULES = {rule.name: rule for rule in DEFAULT.rules}


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (T.log(1 + T.exp(V)), r"\log\left(1 + e^{v}\right)"),
        (T.exp(X) / T.exp(X).sum(axis=1, keepdims=True), r"\frac{e^{x}}{\sum_{1} e^{x}}"),
        ((A + B) ** 2, r"\left(a + b\right)^{2}"),
        (T.exp(A) ** 2, r"\left(e^{a}\right)^{2}"),
        (-(A + B) * 2, r"-\left(a + b\right) \cdot 2"),
        (A - (B - 1), r"a - \left(b - 1\right)"),
        (A + (-1.5), "a - 1.5"),
        (A * (-1.0), r"a\,\left(-1\right)"),
        (V.sum() + 1, r"\left(\sum v\right) + 1"),
        (2 * V.sum(), r"2\,\sum v"),
        (A + ALPHA * T.dscalar("x_12"), r"a + \alpha\,x_{12}"),
        (1e-5 * A, r"1 \cdot 10^{-5}\,a"),
        (X.T, r"x^{\top}"),
        (V[1:3], r"v_{\text{1:3}}"),
        (T.dot(X + 1, V), r"\left(x + 1\right)\,v"),
        (T.switch(A > 0, A, -A), r"\begin{cases}a&a > 0\\-a&\text{otherwise}\end{cases}"),
        (T.sqrt(A) / (1 - A), r"\frac{\sqrt{a}}{1 - a}"),
        (abs(A) + 1, r"\left|a\right| + 1"),
        (T.cast(A, "float32"), "a"),
        (T.maximum(A, 0), r"\operatorname{maximum}\left(a, 0\right)"),
        (A * np.inf, r"a\,\infty"),
    ],
)
def test_expressions(expression, text):
    assert to_latex(expression) == text


def test_a_notebook_shows_it_as_mathematics():
    formula = sl.viz.to_latex(T.log(1 + T.exp(V)))
    assert isinstance(formula, str)
    assert formula._repr_latex_() == r"$\displaystyle \log\left(1 + e^{v}\right)$"


def test_shared_parts_and_several_results_are_aligned():
    text = to_latex(softmax_regression())
    assert text.startswith(r"\begin{aligned}t_{0} &= ")
    assert r"\text{update of W}:\ " in text
    assert balanced(text)


def test_long_formulas_are_cut():
    y = V
    for _ in range(21_000):
        y = T.tanh(y) * y
    text = to_latex(y)
    assert r"\vdots" in text
    assert len(text) < 10_000


@pytest.mark.parametrize("name", sorted(RULES))
def test_every_rule_is_well_formed_and_has_two_different_sides(name):
    text = rule_latex(RULES[name])
    if RULES[name].left is None:
        assert text is None
        return
    assert balanced(text)
    left, right = text.split(r" \to ")
    assert left != right
    assert to_latex(RULES[name]) == text


@pytest.mark.parametrize("name", sorted(OPS))
def test_every_template_is_well_formed(name):
    op = OPS[name]
    count = max([len(op.partials), *(int(place) + 1 for place in re.findall(r"(?<!\{)\{(\d)\}", op.latex or ""))])
    operands = [("a + b", 6.0)] * max(count, 1)
    node = sl.core.ir.expr.Expr(op)
    text, binding = latex(node, operands)
    assert balanced(text)
    assert 0 < binding <= 10
    if op.latex:
        assert 0 < binding_of(op.latex) <= 10


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x", "x"),
        ("x1", "x_{1}"),
        ("W_12", "W_{12}"),
        ("theta_0", r"\theta_{0}"),
        ("gW", r"\mathit{gW}"),
        ("my_name", r"\mathit{my\_name}"),
        ("50%", r"\text{50\%}"),
        ("a}b", r"\text{a\}b}"),
        (r"\input{x}", r"\text{\backslash{}input\{x\}}"),
        ("$x$ & #1 ^~", r"\text{\$x\$ \& \#1 \hat{}\sim{}}"),
        ("日本", r"\mathit{日本}"),
    ],
)
def test_any_name_is_text(name, text):
    assert latex_name(name) == text
    assert balanced(text)


def balanced(text):
    """Whether braces, \\left and \\right, and environments close in order."""
    plain = re.sub(r"\\[{}]", "", text)
    depth = 0
    for sign in plain:
        depth += (sign == "{") - (sign == "}")
        if depth < 0:
            return False
    pairs = len(re.findall(r"\\left\b|\\left(?=[^a-z])", plain)) == len(
        re.findall(r"\\right\b|\\right(?=[^a-z])", plain)
    )
    return depth == 0 and pairs and plain.count(r"\begin") == plain.count(r"\end")
