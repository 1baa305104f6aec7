"""A program written for `theano.sparse`."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

import symlab as sl
import symlab.tensor as T
from symlab import sparse
from symlab.compat.theano import install, uninstall
from symlab.core.ir.errors import ShapeMismatch


@pytest.fixture
def theano():
    install()
    import theano

    yield theano
    uninstall()


def test_a_program_for_theano(theano):
    import theano.tensor as T
    from theano import sparse

    x, y = sparse.csr_matrix("x", dtype="float64"), T.dvector("y")
    w = theano.shared(np.zeros(4), "w")
    z = sparse.structured_dot(x, w)
    cost = T.mean(T.sqr(z - y))
    train = theano.function([x, y], cost, updates=[(w, w - 0.5 * T.grad(cost, w))])
    draw = np.random.default_rng(0)
    value = sp.random(50, 4, 0.5, "csr", random_state=0)
    truth = draw.normal(size=4)
    costs = [float(train(value, value @ truth)) for _ in range(300)]
    assert costs[-1] < 1e-3 * costs[0]
    np.testing.assert_allclose(w.get_value(), truth, atol=0.1)
    data, indices, indptr, shape = sparse.csm_properties(x)
    doubled = theano.function([x], sparse.CSR(data * 2, indices, indptr, shape))(value)
    assert abs(doubled - 2 * value).max() == 0
    assert isinstance(sparse.basic.sp_sum(x, axis=0), T.TensorVariable)
    assert sparse.type.SparseType("csc", "float32")("c").dtype == "float32"


def test_what_programs_ask_of_values_and_variables(theano):
    import theano.tensor as T
    from theano.sparse import basic

    sparse, dense = basic.csr_matrix("x"), T.dmatrix()
    assert basic._is_sparse_variable(sparse)
    assert not basic._is_sparse_variable(dense)
    assert basic._is_dense_variable(dense)
    assert not basic._is_dense_variable(sparse)
    assert basic._is_sparse(sp.csr_matrix((2, 2)))
    assert basic._is_dense(np.ones(2))
    with pytest.raises(TypeError, match="a variable is wanted, not ndarray"):
        basic._is_sparse_variable(np.ones(2))


def test_memory_of_values(theano):
    from theano.sparse import SparseType

    a, b = sp.random(3, 4, 0.5, "csr"), sp.random(3, 4, 0.5, "csr")
    assert SparseType.may_share_memory(a, a)
    assert SparseType.may_share_memory(a.transpose(), a)
    assert SparseType.may_share_memory(a, a.data[1:])
    assert not SparseType.may_share_memory(a, b)
    assert not SparseType.may_share_memory(a, a.copy())
    assert not SparseType.may_share_memory(a, "a")


@pytest.mark.parametrize("name", ["equal", "not_equal", "less_than", "less_equal", "greater_than", "greater_equal"])
def test_comparisons_named_by_their_operands(name):
    x = sp.csr_matrix([[1.0, 0, 2], [0, 0, 3]])
    y = sp.csr_matrix([[1.0, 1, 0], [0, 4, 3]])
    wanted = getattr(np, name.removesuffix("_than"))(x.toarray(), y.toarray())
    a, b, d = sparse.csr_matrix("a", "float64", (2, None)), sparse.csr_matrix("b"), T.matrix("d")
    both = sl.function([a, b], getattr(sparse, f"{name}_s_s")(a, b))(x, y)
    assert np.array_equal(both.toarray(), wanted)
    assert np.array_equal(sl.function([a, d], getattr(sparse, f"{name}_s_d")(a, d))(x, y.toarray()), wanted)
    with pytest.raises(ShapeMismatch, match="and not"):
        sl.function([a], sparse.conjugate(a))(x.T)
    assert np.array_equal(sparse.sign(sparse.as_sparse_variable(-x)).eval().toarray(), -np.sign(x.toarray()))
