"""Every elementwise op, by its record alone: meaning, dtypes, shapes, edges, derivatives."""

from __future__ import annotations

import pickle
import string
from typing import Any

import mpmath
import numpy as np
import pytest

import symlab.tensor as T
from symlab.core.backends.reference import evaluate
from symlab.core.ir.errors import TypeMismatch
from symlab.core.ir.op import Op
from symlab.core.ir.types import array_type
from symlab.core.ops.operators import constant, variable
from tests.core.ops import samples
from tests.core.ops.samples import ELEMENTWISE, applied, arity, exact_function, operands, rows, ulps

OPS = pytest.mark.parametrize("op", ELEMENTWISE.values(), ids=str)

# SciPy's functions with more than 4 ULP of error, and those with roots, which are measured with the unit of 1 there.
REFERENCE_ULPS = {
    "hyp2f1": 32,
    "log_ndtr": 8,
    "ive": 16,
    **dict.fromkeys(("erfc", "gamma", "polygamma", "gammainc", "gammaincc", "gammaincinv", "gammainccinv"), 32),
    **dict.fromkeys(("betaln", "gammaln_difference", "poisson_log_probability", "owens_t", "i0", "i1"), 32),
    **dict.fromkeys(("gammainc_slope", "betainc_slope_a", "betainc_slope_b", "hyp2f1_slope"), 64),
    **dict.fromkeys(("gammainc_curve", "betainc_curve_aa", "betainc_curve_ab", "betainc_curve_bb"), 64),
    **dict.fromkeys(("jv_slope", "ive_slope", "kve_slope"), 128),
    **dict.fromkeys(("betainc", "betaincinv", "jv", "iv", "kv", "kve"), 512),
}
HAVE_ROOTS = {
    "gammaln",
    "gammaln_difference",
    "poisson_log_probability",
    "psi",
    "polygamma",
    "betaln",
    "j0",
    "j1",
    "jv",
    "jv_slope",
    "ive_slope",
    "gammainc_curve",
    "betainc_curve_aa",
    "betainc_curve_ab",
    "betainc_curve_bb",
}


def result_dtype(op: Op, dtype: str) -> np.dtype[Any]:
    return applied(op, operands(op, dtype, (1,))).dtype


def with_exact_meaning(*dtypes: str) -> Any:
    """Each op that has a meaning in mpmath, with each of these dtypes that it takes."""
    pairs = [
        (op, dtype) for op in ELEMENTWISE.values() for dtype in dtypes if op.exact and dtype in samples.accepted(op)
    ]
    return pytest.mark.parametrize(("op", "dtype"), pairs, ids=str)


DIFFERENTIABLE = pytest.mark.parametrize(
    "op",
    [
        pytest.param(op, marks=pytest.mark.slow if op.name in samples.SLOWLY_EXACT else ())
        for op in ELEMENTWISE.values()
        if any(op.partials) and op.exact and "float64" in samples.accepted(op)
    ],
    ids=str,
)


# The record


@OPS
def test_the_record_is_whole(op: Op) -> None:
    assert op.doc.endswith((".", ")"))
    assert op.partials
    assert pickle.loads(pickle.dumps(op)) is op
    low, high = op.domain
    assert low < high


@OPS
def test_formulas_name_their_operands(op: Op) -> None:
    allowed = {str(place) for place in range(arity(op))}
    texts = [op.c] if isinstance(op.c, str) else list((op.c or {}).values())
    texts = [text if isinstance(text, str) else text(str, **samples.attributes(op, "float64")) for text in texts]
    for text in [*texts, op.latex or ""]:
        fields = {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}
        assert fields <= allowed | {"f", "t"}, text


@OPS
def test_floating_point_results_have_an_exact_meaning(op: Op) -> None:
    dtypes = [dtype for dtype in samples.FLOATS if dtype in samples.accepted(op)]
    if any(result_dtype(op, dtype).kind == "f" for dtype in dtypes) and op.name != "nextafter":
        assert op.exact is not None


# The meaning


@with_exact_meaning("float32", "float64")
def test_the_reference_is_near_the_exact_value(op: Op, dtype: str) -> None:
    values = operands(op, dtype)
    found = applied(op, values)
    exact = exact_function(op)
    floor = 1.0 if op.name in HAVE_ROOTS else 0.0
    with mpmath.workdps(40):
        for row, value in zip(rows(values), found.ravel(), strict=True):
            wanted = exact(*row)
            if found.dtype.kind == "c":
                parts = [(value.real, mpmath.re(wanted)), (value.imag, mpmath.im(wanted))]
                assert max(ulps(*part, value.real.dtype) for part in parts) <= 4, row
            elif found.dtype.kind == "f":
                assert ulps(value, wanted, found.dtype, floor) <= REFERENCE_ULPS.get(op.name, 4), (row, value, wanted)
            else:
                assert value == wanted, row


@with_exact_meaning("float16")
def test_float16_is_rounded_once(op: Op, dtype: str) -> None:
    """Computed in float32 or better, so that the result is off by less than one unit."""
    if result_dtype(op, dtype).kind != "f":
        return  # what is true or false is tested above
    values = operands(op, dtype)
    with mpmath.workdps(20):
        for row, value in zip(rows(values), applied(op, values).ravel(), strict=True):
            assert ulps(value, exact_function(op)(*row), value.dtype) <= 1, row


# Shapes


def some_dtype(op: Op) -> str:
    accepted = samples.accepted(op)
    return next(dtype for dtype in ("float64", "int64", "complex128", "uint64") if dtype in accepted)


@OPS
def test_shapes_broadcast(op: Op) -> None:
    values = operands(op, some_dtype(op), (3, 4))
    values = [value[:1] if place % 2 else value for place, value in enumerate(values)]
    values[-1] = values[-1][:, :1]
    found = applied(op, values)
    whole = applied(op, [np.array(array) for array in np.broadcast_arrays(*values)])
    np.testing.assert_array_equal(found, whole)


@OPS
def test_ranks_broadcast(op: Op) -> None:
    values = operands(op, some_dtype(op), (2, 3))
    values[-1] = values[-1][0, 0]
    shapes = [np.shape(value) for value in values]
    assert applied(op, [np.asarray(value) for value in values]).shape == np.broadcast_shapes(*shapes)


@OPS
def test_no_elements_no_axes_and_strides(op: Op) -> None:
    values = operands(op, some_dtype(op), (4, 6))
    found = applied(op, values)
    assert applied(op, [value[:0] for value in values]).shape == (0, 6)
    scalars = applied(op, [np.array(value[0, 0]) for value in values])
    assert scalars.shape == ()
    np.testing.assert_array_equal(scalars, found[0, 0])
    np.testing.assert_array_equal(applied(op, [value[::-2, ::3] for value in values]), found[::-2, ::3])
    np.testing.assert_array_equal(applied(op, [value.T for value in values]), found.T)


@OPS
def test_the_graph_knows_the_dtype_and_the_shape(op: Op) -> None:
    for dtype in samples.DTYPES:
        wanted = samples.operand_dtypes(op, dtype)
        if wanted is None:
            continue
        made = [variable(array_type(each, (5, None)), "x") for each in wanted]
        node = op(*made, **samples.attributes(op, dtype))
        assert node.type.shape == (5, None)
        assert applied(op, operands(op, dtype, (5, 2))).dtype == node.type.dtype


# Edges


@OPS
def test_edges_and_nan(op: Op) -> None:
    """No operand makes the reference fail; a nan goes through, but where a rule of the op says otherwise."""
    for dtype in ("float64", "float32"):
        if dtype not in samples.accepted(op):
            continue
        values = samples.edges(op, dtype)
        found = applied(op, values)
        if found.dtype.kind == "f" and op.name not in NAN_CAN_VANISH:
            poisoned = np.any([np.isnan(value) for value in values], axis=0)
            assert np.isnan(found[poisoned]).all()


# nan ** 0 and 1 ** nan are 1, hypot(inf, nan) is inf, the imaginary part of a real number is 0, `switch` takes one of
# its operands; SciPy has infinities at the poles of the others, whatever the other operand is.
NAN_CAN_VANISH = {"pow", "hypot", "switch", "copysign", "imag", "polygamma", "betaln", "kv", "kve"}


# Derivatives


@DIFFERENTIABLE
def test_partials_are_the_derivatives(op: Op) -> None:
    values = operands(op, "float64", (12,))
    made = samples.inputs(values)
    result = op(*made, **samples.attributes(op, "float64"))
    for place, partial in enumerate(op.partials):
        if partial is None:
            continue
        slope = partial(result, *made)
        slope = slope if isinstance(slope, T.Variable) else constant(slope)
        (found,) = evaluate([slope], dict(zip(made, values, strict=True)))
        wanted = [difference_quotient(op, row, place) for row in rows(values)]
        np.testing.assert_allclose(np.broadcast_to(found, (12,)), wanted, rtol=1e-12, atol=1e-14)


def difference_quotient(op: Op, row: tuple[Any, ...], place: int) -> float:
    """The derivative in one operand, by central differences with 60 digits."""
    function = exact_function(op)
    with mpmath.workdps(60):
        step = mpmath.mpf(10) ** -20

        def moved(by: Any) -> Any:
            return function(*row[:place], row[place] + by, *row[place + 1 :])

        return float((moved(step) - moved(-step)) / (2 * step))


# Arguments


@OPS
def test_the_number_of_operands_is_checked(op: Op) -> None:
    made = [variable(array_type(some_dtype(op), (None,)), "x")] * (arity(op) - 1)
    with pytest.raises(TypeMismatch, match=f"{op.name} takes {arity(op)} operand"):
        op(*made)


@OPS
def test_options_are_checked(op: Op) -> None:
    made = [variable(array_type(some_dtype(op), (None,)), "x")] * arity(op)
    with pytest.raises(TypeMismatch, match=f"{op.name} has no option called 'where'"):
        op(*made, where=True)
