"""Results over operands."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import RankMismatch


@pytest.mark.parametrize("name", T.inplace.UNARY)
def test_the_values_are_those_of_the_function(name: str) -> None:
    dtype = "int64" if name == "invert" else "float64"
    x = T.vector("x", dtype=dtype)
    values = np.array([1, 2, 1]).astype(dtype) / (1 if dtype == "int64" else 2)
    function = T.inplace.function_named(name)
    found = getattr(T.inplace, f"{name}_inplace")(x)
    assert found.dtype == dtype
    given = values.astype(dtype)
    np.testing.assert_allclose(found.eval({x: given}), function(x).eval({x: given}))
    assert given.tolist() == values.tolist()


@pytest.mark.parametrize("name", [*T.inplace.BINARY, *T.inplace.MORE])
def test_functions_of_several_operands(name: str) -> None:
    dtype = "int64" if name in ("and_", "or_", "xor") else "float64"
    count = {"betainc": 3, "hyp2f1": 4, "switch": 3}.get(name, 2)
    values = [np.array([2, 1, 3][place:] + [2, 1, 3][:place]).astype(dtype) for place in range(min(count, 3))]
    values += [np.full(3, 0.5)] * (count - 3)
    operands = [T.vector(f"x{place}", dtype=dtype) for place in range(count)]
    found = getattr(T.inplace, f"{name}_inplace")(*operands)
    assert found.type == operands[0].type
    given = dict(zip(operands, values, strict=True))
    wanted = T.cast(T.inplace.function_named(name)(*operands), dtype)
    np.testing.assert_allclose(
        sl.function(operands, found)(*values),
        sl.function(operands, wanted, on_unused_input="ignore")(*given.values()),
    )


def test_arguments_are_written_over_where_the_function_says_so() -> None:
    x, y = T.dmatrix("x"), T.dvector("y")
    total = T.inplace.add_inplace(x, y[None])
    a, b = np.ones((2, 3)), np.arange(3.0)
    assert sl.function([x, y], total)(a, b).tolist() == (a + b).tolist()
    assert a.tolist() == np.ones((2, 3)).tolist()
    for outputs in (total, [y * 2, total], {"total": total}):
        a = np.ones((2, 3))
        sl.function([x, y], outputs, accept_inplace=True)(a, y=b)
        assert a.tolist() == (np.ones((2, 3)) + b).tolist()
        assert b.tolist() == [0, 1, 2]
        for made in (lambda f: pickle.loads(pickle.dumps(f)), copy.copy, lambda f: f.copy(name="twin")):
            a = np.ones((2, 3))
            made(sl.function([x, y], outputs, accept_inplace=True))(a, y=b)
            assert a.tolist() == (np.ones((2, 3)) + b).tolist()


def test_the_dtype_is_that_of_the_operand() -> None:
    x = T.ivector("x")
    f = sl.function([x], T.inplace.true_div_inplace(x, 2), accept_inplace=True)
    a = np.array([5, 4], np.int32)
    assert f(a).dtype == np.int32
    assert a.tolist() == [2, 2]


def test_an_operand_of_less_axes_has_no_place() -> None:
    with pytest.raises(RankMismatch, match="does not go where"):
        T.inplace.mul_inplace(T.dvector(), T.dmatrix())
