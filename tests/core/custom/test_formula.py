"""`sl.custom.elementwise`: a formula of scalars, in C and CUDA as symlab's own."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.backends.cuda.render import render
from symlab.core.ir.errors import InvalidValue, NullTypeGradError, TypeMismatch
from symlab.core.ir.graph import Graph
from symlab.core.pipeline import DEFAULT, run

X = np.linspace(-2, 2, 9)


def squash_reference(x):
    return x / (1 + np.abs(x))


def squash_slope(y, x):
    return 1 / (1 + abs(x)) ** 2


squash = sl.custom.elementwise(
    "squash", reference=squash_reference, c="({0} / (1 + fabs{f}({0})))", derivative=squash_slope
)
HELPERS = """SL_INLINE double bent_at(double x, double y) {
    return x < 0 ? x * y : sl_exp(x);
}"""
bent = sl.custom.elementwise(
    "bent",
    reference=lambda x, y: np.where(x < 0, x * y, np.exp(x)),
    c="bent_at({0}, {1})",
    helpers=HELPERS,
    derivative=(lambda r, x, y: T.switch(x < 0, y, T.exp(x)), lambda r, x, y: T.switch(x < 0, x, 0)),
)


def test_it_joins_kernels():
    x = T.dvector("x")
    f = sl.function([x], T.exp(squash(x) * 2))
    np.testing.assert_allclose(f(X), np.exp(squash_reference(X) * 2))
    assert len(f.program.steps) == 1
    assert "fabs(v" in f.source


def test_operands_broadcast_and_are_cast():
    m, v = T.fmatrix("m"), T.frow("v")
    result = bent(m, v)
    assert result.dtype == "float32"
    assert squash(T.ivector("i")).dtype == "float64"
    f = sl.function([m, v], result)
    a, b = np.arange(-3.0, 3).reshape(2, 3).astype("float32"), np.ones((1, 3), "float32")
    np.testing.assert_allclose(f(a, b), np.where(a < 0, a * b, np.exp(a)), rtol=1e-6)


def test_helpers_are_compiled_once_and_in_loops_too():
    x = T.dscalar("x")
    steps, _ = sl.scan(lambda s: bent(s, 0.5), outputs_info=x, n_steps=2)
    f = sl.function([x], [steps[-1], bent(x, 3.0)])
    assert not f.notes
    assert f.source.count("double bent_at(") == 1
    np.testing.assert_allclose(f(-4.0), [-1, -12])


def test_cuda_has_a_text_of_its_own():
    doubled = sl.custom.elementwise("doubled", reference=lambda x: 2 * x, c="({0} * 2)", cuda="__dadd_rn({0}, {0})")
    x = T.dvector("x")
    text = render(run(DEFAULT.for_device(), Graph.of([x], [doubled(x), bent(x, 2.0)])).program).code
    assert "__dadd_rn(v" in text
    assert "* 2)" not in text
    assert text.index("SL_INLINE double bent_at") < text.index("= bent_at(")
    assert "* 2)" in sl.function([x], doubled(x)).source


def test_without_c_the_reference_is_called():
    halved = sl.custom.elementwise("halved", reference=lambda x: x / 2, operands=1)
    x = T.dvector("x")
    f = sl.function([x], T.exp(halved(x)))
    np.testing.assert_allclose(f(X), np.exp(X / 2))
    assert not f.notes


def test_derivatives():
    sl.verify_grad(squash, [X + 0.1])
    sl.verify_grad(bent, [X + 0.1, X[::-1]])
    x = T.dvector("x")
    np.testing.assert_allclose(sl.function([x], sl.Rop(squash(x), x, T.ones(9)))(X), 1 / (1 + abs(X)) ** 2)
    flat = sl.custom.elementwise("flat", reference=np.floor, c="floor{f}({0})")
    with pytest.raises(NullTypeGradError, match="derivative of flat"):
        sl.grad(flat(x).sum(), x)


def test_texts_and_counts_are_checked():
    make = sl.custom.elementwise
    with pytest.raises(InvalidValue, match=r"names \{1\}"):
        make("one", reference=np.exp, c="exp({1})", operands=1)
    with pytest.raises(TypeMismatch, match="cannot be read"):
        make("open", reference=np.exp, c="exp({0)", operands=1)
    with pytest.raises(InvalidValue, match="has 2 operands, and 1 derivatives"):
        make("two", reference=np.add, c="{0} + {1}", operands=2, derivative=lambda r, x, y: 1)
    with pytest.raises(InvalidValue, match="did you mean 'floating'"):
        make("typed", reference=np.exp, c="exp({0})", dtypes="float")
    x = T.dvector("x")
    with pytest.raises(TypeMismatch, match="squash takes 1 operand, and 2 were given"):
        squash(x, x)


def test_a_text_for_each_kind():
    half = sl.custom.elementwise(
        "half", reference=lambda x: x // 2 if x.dtype.kind == "i" else x / 2, c={"i": "({0} >> 1)", "f": "({0} / 2)"},
        dtypes="same",
    )  # fmt: skip
    i, x = T.lvector("i"), T.dvector("x")
    f = sl.function([i, x], [half(i), half(x)])
    assert ">> 1" in f.source
    np.testing.assert_array_equal(f(np.array([5, -3]), X[:2])[0], [2, -2])


def test_pickles():
    assert pickle.loads(pickle.dumps(squash)) is squash
    local = sl.custom.elementwise("local", reference=squash_reference, c="({0} + 0)", derivative=squash_slope)
    again = pickle.loads(pickle.dumps(local))
    assert again.c == local.c
    assert again.recipe == local.recipe


def test_helpers_that_call_nothing_of_symlabs():
    text = "SL_INLINE double one_more(double x) {\n    return x + 1;\n}"
    op = sl.custom.elementwise("one_more", reference=lambda x: x + 1, c="one_more({0})", helpers=text)
    x = T.dvector("x")
    assert np.array_equal(sl.function([x], op(x))(np.arange(3.0)), [1.0, 2.0, 3.0])
