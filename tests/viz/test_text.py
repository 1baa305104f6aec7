"""Formulas and trees as text: what they say, that Python reads formulas back, and that long ones are cut."""

import io
import time

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.backends.reference import evaluate
from symlab.core.ir.errors import InvalidValue, TypeMismatch
from tests.viz.programs import softmax_regression

A, B, C = (T.dscalar(name) for name in "abc")
X, V = T.dmatrix("x"), T.dvector("v")


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (A + B * C, "a + b * c"),
        ((A + B) * C, "(a + b) * c"),
        (A - (B - C), "a - (b - c)"),
        (A - B - C, "a - b - c"),
        (A / (B / C), "a / (b / c)"),
        (-(A + B), "-(a + b)"),
        ((-A) ** B, "(-a) ** b"),
        (A ** (B**C), "a ** b ** c"),
        ((A**B) ** C, "(a ** b) ** c"),
        (T.exp(A) > 1, "exp(a) > 1.0"),
        (~(A > B) & (B > C), "~(a > b) & (b > c)"),
        (V[1:], "v[1:]"),
        (X[0, ::-1], "x[0, ::-1]"),
        ((X + 1).T, "(x + 1.0).T"),
        (X.sum(axis=1), "sum(x, axes=(1,))"),
        (X.sum(axis=1, keepdims=True), "sum(x, axes=(1,), keepdims=True)"),
        (T.log(1 + T.exp(V)), "log(1.0 + exp(v))"),
        (V + np.array([1.0, 2.0]), "v + [1., 2.]"),
        (V + np.zeros(1000), "v + array[1000]"),
        (T.cast(A, "float32") * np.float32(0.1), "cast(a, dtype=float32) * 0.1"),
    ],
)
def test_formulas(expression, text):
    assert sl.pp(expression) == text
    assert repr(expression) == text


def test_formulas_of_scalars_are_python():
    generator = np.random.default_rng(0)
    operators = [lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / b, lambda a, b: -a]
    for _ in range(200):
        parts = [A, B, C]
        for _ in range(6):
            left, right = (parts[place] for place in generator.integers(0, len(parts), 2))
            parts.append(operators[generator.integers(0, len(operators))](left, right))
        values = {A: np.float64(1.3), B: np.float64(-0.7), C: np.float64(2.9)}
        names = {leaf.name: value for leaf, value in values.items()}
        *lines, last = sl.pp(parts[-1]).splitlines()
        with np.errstate(all="ignore"):
            exec("\n".join(lines), names)
            found, (wanted,) = eval(last, names), evaluate([parts[-1]], values)
        assert found == wanted or np.isnan(found)
        assert np.isnan(found) == np.isnan(wanted)


def test_shared_parts_are_named_once():
    y = T.exp(V)
    assert sl.pp(y / y.sum()) == "t0 = exp(v)\nt0 / sum(t0, axes=(0,))"
    y.name = "weights"
    assert sl.pp(y / y.sum()) == "weights = exp(v)\nweights / sum(weights, axes=(0,))"
    z = T.tanh(V) + T.tanh(V).sum()
    z.name = "v"  # the name of a leaf is taken
    assert sl.pp(z * z) == "t0 = tanh(v) + sum(tanh(v), axes=(0,))\nt0 * t0"


def test_functions_show_the_optimized_graph_with_labels():
    w = sl.shared(np.ones(3), "w")
    f = sl.function([V], {"loss": T.log(1 + T.exp(V)).sum()}, updates=[(w, w * 0.5)])
    assert sl.pp(f) == "loss: sum(softplus(v), axes=(0,))\nupdate of w: w * 0.5"
    tree = sl.debugprint(f, file="str").splitlines()
    assert tree[0] == "sum{axes=(0,)} [A] (loss)"
    assert tree[1] == "└─ softplus [B]"
    assert tree[2] == "   └─ v [C]"
    assert tree[3] == "mul [D] (update of w)"


def test_a_tree_says_what_theanos_does():
    y = T.exp(X).sum(axis=0)
    y.name = "total"
    text = sl.debugprint(y / y, print_type=True, file="str")
    assert text.splitlines() == [
        "true_div [A] <float64[?]>",
        "├─ sum{axes=(0,)} 'total' [B] <float64[?]>",
        "│  └─ exp [C] <float64[?, ?]>",
        "│     └─ x [D] <float64[?, ?]>",
        "└─ sum{axes=(0,)} 'total' [B] <float64[?]> ...",
    ]


def test_options_of_a_tree():
    y = T.exp(T.tanh(X))
    assert sl.debugprint(y, depth=1, file="str").splitlines() == ["exp [A]", "└─ tanh [B]"]
    assert sl.debugprint(y, ids="int", file="str").startswith("exp [0]\n└─ tanh [1]")
    assert sl.debugprint(y, ids="", file="str").startswith("exp\n└─ tanh")
    y.args[0].name = "inner"
    assert sl.debugprint(y, stop_on_name=True, file="str").splitlines() == ["exp [A]", "└─ tanh 'inner' [B]"]
    with pytest.raises(InvalidValue, match="ids cannot be 'letters'"):
        sl.debugprint(y, ids="letters")


def test_a_tree_is_printed_where_it_is_told_to(capsys):
    assert sl.debugprint(A + B) is None
    assert capsys.readouterr().out == "add [A]\n├─ a [B]\n└─ b [C]\n"
    file = io.StringIO()
    sl.debugprint([A + B, A], file=file)
    assert file.getvalue() == "add [A]\n├─ a [B]\n└─ b [C]\na [B]\n"


def test_a_closed_function_is_spelled_out():
    y = sl.as_written(A + B - A)
    assert "as_written[p0 + p1 - p0](a, b)" in sl.pp(sl.function([A, B], y, mode="FAST_COMPILE"))


@pytest.mark.parametrize("value", [3, "text", None, np.ones(3), [1, 2]])
def test_what_has_no_graph_is_an_error(value):
    for show in (sl.pp, sl.debugprint):
        with pytest.raises(TypeMismatch, match="has no graph to show"):
            show(value)


def chain(length):
    y = V
    for place in range(length):
        y = T.tanh(y) * 1.5 + V if place % 3 else T.exp(y)
    return y


@pytest.mark.slow
def test_long_chains_are_printed_in_linear_time_and_cut():
    seconds = {}
    for length in (3_000, 21_000):
        y = chain(length)
        taken = []
        for _ in range(3):
            start = time.process_time()
            texts = sl.pp(y), sl.debugprint(y, file="str", longest=10**6), repr(y)
            taken.append(time.process_time() - start)
        seconds[length] = min(taken)
        assert texts[0].count("\n") <= 201
        assert "more lines ..." in texts[0]
        assert texts[1].count("\n") > length
        assert len(texts[2]) <= 60
    assert seconds[21_000] < 16 * seconds[3_000]
    assert max(map(len, texts[1].splitlines())) < 200
    assert sl.debugprint(y, file="str").endswith("... cut after 2000 lines ...")


def test_a_sum_of_two_thousand_inputs_is_printed():
    inputs = [T.dscalar(f"a{place}") for place in range(2000)]
    total = sum(inputs[1:], inputs[0])
    assert "a1999" in sl.pp(total)
    f = sl.function(inputs, total, mode="FAST_COMPILE")
    assert sl.pp(f)
    assert repr(total) == "... + a1996 + a1997 + a1998 + a1999"


def test_a_training_step_prints_short():
    text = sl.pp(softmax_regression())
    assert text.count("\n") < 40
    assert "update of W: " in text
    assert max(map(len, text.splitlines())) < 160


def test_options_of_other_libraries():
    x = T.dvector("x")
    y = T.exp(x) + x
    assert sl.debugprint(y, file="str", id_type="int") == sl.debugprint(y, file="str", ids="int")
    assert f"[{id(x)}]" in sl.debugprint(y, file="str", ids="id")
    assert sl.debugprint(y, file="str", print_op_info=True, done={}) == sl.debugprint(y, file="str")
    with pytest.raises(TypeMismatch, match="debugprint has no option 'print_tipe'"):
        sl.debugprint(y, print_tipe=True)
