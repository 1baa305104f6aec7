"""What is refused when an expression is built, at which line, and what the error says."""

from __future__ import annotations

import math
import operator
import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symlab.tensor as T
from symlab.core.ir.errors import (
    InvalidValue,
    ShapeMismatch,
    SymbolicTruthError,
    SymlabError,
    TypeMismatch,
    UnknownName,
    message,
)
from symlab.core.ops import find

HERE = Path(__file__).name

x = T.dvector("x")
s = T.dscalar("s")
z = T.zvector("z")
i = T.ivector("i")
flags = T.tensor("flags", dtype="bool", shape=(None,))
w = T.tensor("w", dtype="float64", shape=(10, 784))
v = T.tensor("v", dtype="float64", shape=(768,))


def refused(kind: type[SymlabError], build: Callable[[], Any]) -> list[str]:
    """The lines of the error that `build` raises."""
    with pytest.raises(kind) as caught:
        build()
    return str(caught.value).splitlines()


def test_the_template() -> None:
    """The problem, a row for each operand with its type and its line, what to try."""
    lines = refused(ShapeMismatch, lambda: w + v)
    assert lines[0] == "add: axis -1 has size 784 in one operand and 768 in another"
    assert re.fullmatch(rf"  w   float64\[10, 784\]   built in {HERE}, line \d+", lines[1])
    assert re.fullmatch(rf"  v   float64\[768\]       built in {HERE}, line \d+", lines[2])
    assert lines[3:] == ["  try operands of equal sizes, or of size 1 where they should broadcast"]


def test_the_line_is_the_one_that_built_the_operand() -> None:
    first = T.dvector("first")  # the line below that of its origin is asked for
    number = first.origin.line if first.origin else 0
    assert Path(__file__).read_text().splitlines()[number - 1].strip().startswith("first = T.dvector")
    lines = refused(TypeMismatch, lambda: first & 1)
    assert lines[1].endswith(f"built in {HERE}, line {number}")


def test_sizes_that_meet_are_named_among_three() -> None:
    a, b, c = (T.tensor(name, shape=(size,)) for name, size in (("a", 1), ("b", 3), ("c", 4)))
    assert "size 3 in one operand and 4 in another" in refused(ShapeMismatch, lambda: T.switch(a > 0, b, c))[0]


@pytest.mark.parametrize(
    ("build", "problem"),
    [
        (lambda: x + "a", "add: 'a' is not made of numbers"),
        (lambda: "a" + x, "add: 'a' is not made of numbers"),
        (lambda: x * None, "mul: None is not made of numbers"),
        (lambda: T.mul(x, [1, "a"]), r"mul: \[1, 'a'\] is not made of numbers"),
        (lambda: x + {}, r"add: {} is not made of numbers"),
        (lambda: np.array(["a", "b"]) + x, r"add: array\(\['a', 'b'\].* is not made of numbers"),
        (lambda: z < 1, "lt: complex numbers have no order"),
        (lambda: T.maximum(z, x), "maximum: complex numbers have no order"),
        (lambda: T.sigmoid(z), "sigmoid: this function takes real numbers"),
        (lambda: T.cast(z, "float64"), "cast: complex128 to float64 drops the imaginary part"),
        (lambda: x & 1, "and: bits exist in booleans and integers only"),
        (lambda: flags - flags, "sub: booleans are not numbers here"),
        (lambda: -flags, "neg: booleans are not numbers here"),
        (lambda: i**-1, "pow: an integer to the power -1 is not an integer"),
        (lambda: T.exp(x, x), "exp takes 1 operand, and 2 were given"),
        (lambda: T.add(x), "add takes 2 operands, and 1 were given"),
        (lambda: T.exp(x, dtype="float32"), "exp has no option called 'dtype'"),
        (lambda: np.exp(x, where=flags), "exp has no option called 'where'"),
        (lambda: T.cast(x, "floot"), "'floot' is not a dtype"),
        (lambda: T.tensor("x", dtype="object"), "'object' is not a dtype of numbers"),
        (lambda: T.constant("a"), "'a' is not made of numbers"),
        (lambda: T.constant(2**70), "1180591620717411303424 does not fit into 64 bits"),
        (lambda: np.frexp(x), "np.frexp has no symbolic counterpart"),
        (lambda: np.lib.stride_tricks.sliding_window_view(x, 2), ".*sliding_window_view has no symbolic counterpart"),
        (lambda: np.hypot.accumulate(x), "np.hypot.accumulate has no symbolic counterpart"),
        (lambda: np.exp(x, out=np.ones(3)), "np.exp cannot write an expression into an array"),
        (lambda: operator.iadd(np.ones(3), x), "np.add cannot write an expression into an array"),
    ],
)
def test_types_that_are_refused(build: Callable[[], Any], problem: str) -> None:
    assert re.match(problem, refused(TypeMismatch, build)[0])


@pytest.mark.parametrize(
    ("build", "problem"),
    [
        (lambda: T.tensor("u", dtype="uint8") + 300, "add: 300 does not fit into uint8"),
        (lambda: T.constant(-1, dtype="uint8"), "-1 does not fit into uint8"),
        (lambda: T.tensor("x", shape=(-1,)), "-1 is not a size"),
        (lambda: T.tensor("x", shape=(2.5,)), "2.5 is not a size"),
        (lambda: T.matrix("m", shape=(3,)), r"2 axes are wanted, and shape \(3,\) has 1"),
        (lambda: T.as_tensor_variable(w, ndim=1), "1 axes are wanted, and the value has 2"),
        (lambda: T.round(x, mode="up"), "there is no mode 'up' of rounding"),
    ],
)
def test_values_that_are_refused(build: Callable[[], Any], problem: str) -> None:
    assert re.match(problem, refused(InvalidValue, build)[0])


def assign() -> None:
    x[0] = 1  # type: ignore[index]


def increment() -> None:
    y = x
    y[0] += 1  # type: ignore[index]


@pytest.mark.parametrize("change", [assign, increment])
def test_an_expression_is_not_changed(change: Callable[[], None]) -> None:
    lines = refused(TypeMismatch, change)
    assert lines[0] == "an expression cannot be changed"
    assert lines[1].startswith("  x   float64[?]   built in ")
    assert lines[2:] == [
        "  try x = T.set_subtensor(x[index], value)",
        "  try x = T.inc_subtensor(x[index], value) for +=",
    ]


def decide() -> None:
    if x > 0:
        raise AssertionError


@pytest.mark.parametrize(
    "build", [decide, lambda: x and 1, lambda: not x, lambda: 0 < x < 1, lambda: max(s, s + 1), lambda: sorted([s, -s])]
)
def test_an_expression_is_neither_true_nor_false(build: Callable[[], Any]) -> None:
    lines = refused(SymbolicTruthError, build)
    assert lines[0].endswith("is neither true nor false before the function is called")
    assert "T.switch(condition, a, b)" in lines[2]
    assert "T.maximum(a, b)" in lines[3]


def test_membership_needs_values() -> None:
    assert refused(SymbolicTruthError, lambda: 1 in x)[0] == "`in` needs values"


@pytest.mark.parametrize(
    ("build", "kind"),
    [
        (lambda: float(s), "float"),
        (lambda: int(s), "int"),
        (lambda: complex(s), "complex"),
        (lambda: range(s), "index"),  # type: ignore[call-overload]
        (lambda: [1, 2][s], "index"),  # type: ignore[call-overload]
        (lambda: math.sin(s), "float"),
    ],
)
def test_an_expression_is_not_a_python_number(build: Callable[[], Any], kind: str) -> None:
    assert refused(TypeMismatch, build)[0] == f"s has no value before the call, so it cannot become a Python {kind}"


@pytest.mark.parametrize("build", [lambda: np.array(x), lambda: np.asarray(x, float), lambda: np.array([x, x])])
def test_an_expression_is_not_an_array(build: Callable[[], Any]) -> None:
    lines = refused(TypeMismatch, build)
    assert lines[0] == "x has no values yet, so it cannot become a NumPy array"
    assert lines[2] == "  try x.eval({input: value}), or sl.function([input], x)"


def test_numpy_computes_with_sizes_that_are_symbolic() -> None:
    size = np.prod([*x.shape, 3])
    assert size.eval({x: [1.0, 2.0]}) == 6
    for build in (lambda: np.zeros((size, 2)), lambda: np.arange(size), lambda: [1, 2][size]):
        with pytest.raises(TypeMismatch, match="has no value before the call"):
            build()


def test_programs_keep_what_they_like_with_a_variable() -> None:
    made = T.exp(x)
    made.kept_shape = (3, None)
    assert pickle.loads(pickle.dumps(made)).kept_shape == (3, None)
    with pytest.raises(AttributeError, match="cannot be changed"):
        made.args = ()


@pytest.mark.parametrize("build", [lambda: len(x), lambda: list(x), lambda: len(s)])
def test_a_length_must_be_known(build: Callable[[], Any]) -> None:
    assert re.search(r"length", refused(TypeMismatch, build)[0])


def test_what_is_known_has_a_length() -> None:
    assert len(w) == 10
    assert len(list(w)) == 10


def test_structure_is_immutable() -> None:
    for name in ("op", "args", "attrs", "type"):
        with pytest.raises(AttributeError, match=f"{name} of an expression cannot be changed"):
            setattr(x, name, None)


def test_names_that_do_not_exist() -> None:
    lines = refused(UnknownName, lambda: find("ecp"))
    assert lines == ["there is no op called 'ecp'", "  did you mean 'exp'?"]


def test_errors_are_also_those_of_python() -> None:
    assert issubclass(ShapeMismatch, ValueError)
    assert issubclass(TypeMismatch, TypeError)
    assert issubclass(InvalidValue, ValueError)
    assert issubclass(UnknownName, KeyError)


def test_a_message_without_operands_is_one_line() -> None:
    assert message("a problem", (), ["", "this"]) == "a problem\n  try this"
