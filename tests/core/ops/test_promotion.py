"""Which dtype an elementwise result has: against NumPy's own functions, and against the page that says so."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.backends.reference import evaluate
from symlab.core.ir.errors import InvalidValue, TypeMismatch
from symlab.core.ops import find
from tests.core.ops import samples
from tests.core.ops.samples import DTYPES

PAGE = Path(__file__).resolve().parents[3] / "docs" / "types.md"

# The ops that NumPy has too: most name its function as their meaning.
UFUNCS: dict[str, np.ufunc] = {
    **{name: op.reference for name, op in samples.ELEMENTWISE.items() if isinstance(op.reference, np.ufunc)},
    "pow": np.power,
    "conj": np.conjugate,
}
DIFFERENT = ("reciprocal", "fmod")  # floating point for integers too

ORDERED = ("maximum", "minimum", "lt", "le", "gt", "ge")


def differs(name: str, dtypes: tuple[str, ...]) -> bool:
    """Where symlab departs from NumPy on purpose; the page says why."""
    kinds = {np.dtype(dtype).kind for dtype in dtypes}
    if ("c" in kinds and name in ORDERED) or (kinds & set("bui") and name in DIFFERENT):
        return True  # complex numbers have no order here
    return name == "conj" and kinds == {"b"}  # NumPy makes it an integer


def symlab_dtype(name: str, dtypes: tuple[str, ...]) -> str:
    try:
        return str(find(name)(*(T.tensor(dtype=dtype) for dtype in dtypes)).dtype)
    except TypeMismatch:
        return "refused"


def numpy_dtype(name: str, dtypes: tuple[str, ...]) -> str:
    try:
        with np.errstate(all="ignore"):
            return str(UFUNCS[name](*(np.zeros(1, dtype) for dtype in dtypes)).dtype)
    except TypeError:
        return "refused"


@pytest.mark.parametrize("name", UFUNCS)
def test_results_have_the_dtypes_of_numpy(name: str) -> None:
    count = samples.arity(find(name))
    for dtypes in itertools.product(DTYPES, repeat=count):
        if not differs(name, dtypes):
            assert symlab_dtype(name, dtypes) == numpy_dtype(name, dtypes), dtypes


@pytest.mark.parametrize("name", [name for name, function in UFUNCS.items() if function.nin == 2])
def test_mixed_operands_have_the_values_of_numpy(name: str) -> None:
    """Casting first and computing then is what NumPy does."""
    op = find(name)
    for dtypes in itertools.product(DTYPES, repeat=2):
        if differs(name, dtypes) or symlab_dtype(name, dtypes) == "refused":
            continue
        generator, domains = samples.random(op), samples.domains(op)
        values = [
            samples.draw(generator, np.dtype(dtype), max(domain[0], 0.0), domain[1], (7,), False)
            for dtype, domain in zip(dtypes, domains, strict=True)
        ]
        made = samples.inputs(values)
        (found,) = evaluate([op(*made)], dict(zip(made, values, strict=True)))
        with np.errstate(all="ignore"):
            np.testing.assert_array_equal(found, UFUNCS[name](*values), str(dtypes))


@pytest.mark.parametrize("weak", [True, 2, 2.5, 1j], ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("dtype", DTYPES)
def test_python_numbers_are_weak(dtype: str, weak: Any) -> None:
    x, value = T.tensor("x", dtype=dtype, shape=(None,)), np.ones(2, dtype)
    assert (x + weak).dtype == (value + weak).dtype
    assert (weak * x).dtype == (weak * value).dtype
    assert evaluate([x + weak], {x: value})[0].tolist() == (value + weak).tolist()


WEAK_NUMBERS = [True, 2, -1, 2.5]


@pytest.mark.parametrize("name", ["true_div", "pow", "maximum", "logaddexp", "hypot", "arctan2", "copysign"])
@pytest.mark.parametrize("dtype", ["bool", "int8", "uint8", "int16", "float16", "float32"])
def test_python_numbers_in_functions_are_weak(dtype: str, name: str) -> None:
    x, value = T.tensor("x", dtype=dtype, shape=(None,)), np.ones(2, dtype)
    for number in WEAK_NUMBERS[: 4 if dtype[0] != "u" else 2]:
        assert find(name)(number, x).dtype == UFUNCS[name](number, value).dtype, number


def test_numpy_numbers_are_not_weak() -> None:
    x = T.fvector("x")
    assert (np.float64(2) * x).dtype == "float64"
    assert (x * np.float32(2)).dtype == "float32"
    assert (np.ones(3) + x).dtype == "float64"


def test_comparisons_hold_python_integers_of_any_size() -> None:
    x, value = T.tensor("x", dtype="uint8", shape=(None,)), np.array([0, 7, 255], np.uint8)
    for number in (-1, 300, 70000, 7):
        (found,) = evaluate([T.lt(x, number)], {x: value})
        assert found.tolist() == (value < number).tolist()


def test_a_python_integer_that_does_not_fit_is_refused() -> None:
    with pytest.raises(InvalidValue, match="300 does not fit into uint8"):
        T.tensor("x", dtype="uint8") + 300


def test_floatX_decides_what_has_no_dtype_of_its_own() -> None:
    with sl.configure(floatX="float32"):
        assert T.vector("x").dtype == "float32"
        assert T.dvector("x").dtype == "float64"
        assert (T.ivector("i") / T.ivector("j")).dtype == "float32"
        assert T.cast(T.ivector("i"), "floatX").dtype == "float32"
        assert T.exp(T.ivector("i")).dtype == "float64"
    assert T.vector("x").dtype == "float64"


# The page


def short(dtype: Any) -> str:
    """A dtype as the tables write it."""
    found = np.dtype(dtype)
    return "bool" if found.kind == "b" else f"{found.kind}{8 * found.itemsize}"


def table(corner: str, columns: list[str], rows: dict[str, list[str]]) -> str:
    """A Markdown table."""
    lines = [[corner, *columns], ["---"] * (len(columns) + 1), *([name, *cells] for name, cells in rows.items())]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def promotion_table() -> str:
    """The dtype of a sum for each pair of dtypes."""
    rows = {
        f"**{short(left)}**": [short((T.tensor(dtype=left) + T.tensor(dtype=right)).dtype) for right in DTYPES]
        for left in DTYPES
    }
    return table("", [short(dtype) for dtype in DTYPES], rows)


def weak_table() -> str:
    """The dtype of a sum with a Python number."""
    numbers = {"True": True, "2": 2, "2.5": 2.5, "1j": 1j}
    rows = {
        f"**{short(dtype)}**": [short((T.tensor(dtype=dtype) + number).dtype) for number in numbers.values()]
        for dtype in DTYPES
    }
    return table("", [f"`{name}`" for name in numbers], rows)


def unary(name: str, dtype: str) -> str:
    """The dtype of an op whose operands all have this one, a dash where it refuses them."""
    found = symlab_dtype(name, (dtype,) * samples.arity(find(name)))
    return "-" if found == "refused" else short(found)


RULES = (
    *("add", "sub", "true_div", "exp", "sigmoid", "erf", "jv", "sqr", "pow", "floor", "mod"),
    *("maximum", "abs", "lt", "eq", "isnan", "and", "left_shift", "switch", "angle", "complex"),
)


def rules_table() -> str:
    """One op of each rule."""
    rows = {f"**{short(dtype)}**": [unary(name, dtype) for name in RULES] for dtype in DTYPES}
    return table("", [f"`{name}`" for name in RULES], rows)


def ops_table() -> str:
    """The ops that follow each rule."""
    groups: dict[Any, list[str]] = {}
    for op in samples.ELEMENTWISE.values():
        groups.setdefault(op.dtypes, []).append(f"`{op.name}`")
    rows = {f"`{rule.__name__}`": [rule.__doc__.splitlines()[0], ", ".join(names)] for rule, names in groups.items()}
    return table("rule", ["what it says", "ops"], rows)


@pytest.mark.parametrize("made", [promotion_table, weak_table, rules_table, ops_table])
def test_the_page_has_the_table_of_the_code(made: Any) -> None:
    assert made() in PAGE.read_text(), f"docs/types.md should hold\n{made()}"


def test_each_rule_has_an_op_in_the_table() -> None:
    shown = {find(name).dtypes for name in RULES}
    assert {op.name for op in samples.ELEMENTWISE.values() if op.dtypes not in shown} <= {
        "cast",
        "conj",
        "neg",
        "philox",
    }
