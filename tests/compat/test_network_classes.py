"""Theano's classes of ops make functions, and recognize the nodes of what was compiled."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from symlab.compat.theano import install, uninstall


@pytest.fixture
def theano():
    install()
    import theano

    yield theano
    uninstall()


def test_linear_algebra(theano):
    import theano.tensor as T
    from theano.tensor import nlinalg, slinalg

    x = T.dmatrix("x")
    value = np.array([[4.0, 1.0], [1.0, 3.0]])
    f = theano.function([x], [nlinalg.MatrixInverse()(x), slinalg.Cholesky(lower=True)(x)])
    for found, expected in zip(f(value), (np.linalg.inv(value), np.linalg.cholesky(value)), strict=True):
        np.testing.assert_allclose(found, expected)
    nodes = f.maker.fgraph.toposort()
    assert any(isinstance(node.op, nlinalg.MatrixInverse) for node in nodes)
    assert any(isinstance(node.op, slinalg.Cholesky) for node in nodes)
    assert not any(isinstance(node.op, nlinalg.Det) for node in nodes)
    solved = theano.function([x], slinalg.SolveTriangular(lower=True)(x, T.ones(2)))(value)
    np.testing.assert_allclose(solved, np.linalg.solve(np.tril(value), np.ones(2)))
    y = T.dvector("y")
    for function in (nlinalg.lstsq, nlinalg.lstsq()):
        found = theano.function([x, y], function(x, y, 1e-9)[0])(value, [1.0, 2.0])
        np.testing.assert_allclose(found, np.linalg.solve(value, [1.0, 2.0]))
    with pytest.raises(ValueError, match="recognized"):
        slinalg.Solve(assume_a="test")


def test_networks(theano):
    import theano.tensor as T
    from theano.tensor import nnet
    from theano.tensor.nnet.abstract_conv import AbstractConv2d
    from theano.tensor.nnet.neighbours import Images2Neibs

    x, w = T.dtensor4("x"), T.dtensor4("w")
    images, filters = np.random.default_rng(0).normal(size=(1, 2, 4, 4)), np.ones((3, 2, 2, 2))
    f = theano.function([x, w], AbstractConv2d(border_mode="valid")(x, w))
    assert f(images, filters).shape == (1, 3, 3, 3)
    assert any(isinstance(node.op, AbstractConv2d) for node in f.maker.fgraph.toposort())
    assert theano.function([x], Images2Neibs("valid")(x, (2, 2)))(images).shape == (8, 4)
    matrix, vector = T.dmatrix("m"), T.dvector("v")
    from theano.tensor.nnet.ctc import ConnectionistTemporalClassification, ctc, ctc_available

    assert ctc_available()
    assert ConnectionistTemporalClassification() is ctc
    column = theano.function([matrix], nnet.Prepend_scalar_constant_to_each_row(4.0)(matrix))(np.zeros((2, 2)))
    np.testing.assert_array_equal(column, [[4, 0, 0], [4, 0, 0]])
    chances = theano.function([vector], nnet.softmax(vector))([0.0, np.log(3)])
    np.testing.assert_allclose(chances, [[0.25, 0.75]])  # Theano's softmax of a vector is a matrix of one row
    np.testing.assert_allclose(theano.function([matrix], nnet.softmax_op(matrix))([[0.0, np.log(3)]]), chances)


def test_transforms_of_pairs(theano):
    import theano.tensor as T
    from theano.tensor import fft

    x = T.dmatrix("x")
    value = np.random.default_rng(0).normal(size=(2, 6))
    pairs = theano.function([x], fft.rfft(x))(value)
    np.testing.assert_allclose(pairs[..., 0] + 1j * pairs[..., 1], np.fft.rfft(value))
    back = theano.function([x], fft.irfft(fft.rfft(x)))(value)
    np.testing.assert_allclose(back, value)


def test_lists(theano):
    import theano.tensor as T
    from theano.typed_list import TypedListType
    from theano.typed_list.basic import Append, GetItem, Length

    items, item = TypedListType(T.dvector().type)("items"), T.dvector("item")
    longer = Append()(items, item)
    f = theano.function([items, item], [GetItem()(longer, 1), Length()(longer)])
    found, count = f([[1.0, 2.0]], [3.0])
    np.testing.assert_array_equal(found, [3.0])
    assert count == 2
    deep = TypedListType(T.dvector().type, 2)
    assert deep == TypedListType(TypedListType(TypedListType(T.dvector().type)))
    assert deep.get_depth() == 2
    assert len(items.type.filter([[1, 2], [3.5]])) == 2
    for wrong in (4, [4]):
        with pytest.raises(TypeError):
            items.type.filter(wrong)


@pytest.mark.slow
def test_sparse_matrices_and_draws(theano):
    import theano.tensor as T
    from theano import sparse
    from theano.sandbox import multinomial
    from theano.sparse.sandbox.sp2 import Binomial, poisson

    x, p, u = sparse.csr_matrix("x"), T.dmatrix("p"), T.dvector("u")
    value = sp.csr_matrix(np.array([[0.0, 2.0], [3.0, 0.0]]))
    stacked = theano.function([x], sparse.HStack(format="csr", dtype="float32")(x, x))(value)
    assert (stacked.shape, stacked.dtype) == ((2, 4), np.float32)
    np.testing.assert_array_equal(theano.function([x], sparse.SpSum(axis=0)(x))(value), [3, 2])
    assert theano.function([x], sparse.CSM("csc")(*sparse.csm_properties(sparse.transpose(x))))(value).shape == (2, 2)
    assert theano.function([x], poisson(x))(value).nnz == 2
    assert theano.function([], Binomial("csc", "float64")(3, 0.5, (2, 3)))().format == "csc"
    counts = theano.function([p, u], multinomial.MultinomialFromUniform("auto")(p, u, 2))([[0.5, 0.5]], [0.1, 0.9])
    np.testing.assert_array_equal(counts, [[1, 1]])
    assert theano.compile.get_mode("FAST_RUN").excluding("gpuarray") is not None
