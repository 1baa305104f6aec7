"""Theano's classes of ops, made and applied."""

from __future__ import annotations

import importlib
import pickle

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.compat.theano import classes
from symlab.compat.theano.kinds import Recognized
from symlab.core.ir.errors import RankMismatch, TypeMismatch

X = np.arange(6.0).reshape(2, 3)
V = np.array([3.0, 1.0, 2.0])
x, v = T.dmatrix("x"), T.dvector("v")

CASES = {
    "AdvancedIncSubtensor": (lambda c: c.AdvancedIncSubtensor()(v, 1.0, np.array([0, 0])), [5, 1, 2]),
    "AdvancedSubtensor": (lambda c: c.AdvancedSubtensor()(x, np.array([1, 0]), 2), [5, 2]),
    "Alloc": (lambda c: c.Alloc()(v, 2, 3), np.stack([V, V])),
    "AllocDiag": (lambda c: c.AllocDiag(1)(v), np.diag(V, 1)),
    "AllocEmpty": (lambda c: c.AllocEmpty("int8")(2, 3).shape, [2, 3]),
    "ARange": (lambda c: c.ARange("int32")(1, 7, 2), [1, 3, 5]),
    "Argmax": (lambda c: c.Argmax(1)(x), [2, 2]),
    "ArgSortOp": (lambda c: c.ArgSortOp("quicksort", None)(x, 0), [[0, 0, 0], [1, 1, 1]]),
    "Bartlett": (lambda c: c.Bartlett()(5), np.bartlett(5)),
    "BroadcastTo": (lambda c: c.BroadcastTo()(v, 2, 3), np.stack([V, V])),
    "Choose": (lambda c: c.Choose("clip")(T.constant([0, 5, 1]), x), [0, 4, 5]),
    "CumOp": (lambda c: c.CumOp(axis=1, mode="mul")(x), np.cumprod(X, 1)),
    "DiffOp": (lambda c: c.DiffOp(2)(v), np.diff(V, 2)),
    "DimShuffle": (lambda c: c.DimShuffle((False, False), [1, "x", 0])(x), X.T[:, None]),
    "Dot": (lambda c: c.Dot()(x, v), X @ V),
    "ExtractDiag": (lambda c: c.ExtractDiag(1)(x), np.diagonal(X, 1)),
    "Eye": (lambda c: c.Eye("float32")(2, 3, 1), np.eye(2, 3, 1)),
    "FillDiagonal": (lambda c: c.FillDiagonal()(x, 9.0), [[9, 1, 2], [3, 9, 5]]),
    "FillDiagonalOffset": (lambda c: c.FillDiagonalOffset()(x, 9.0, 1), [[0, 9, 2], [3, 4, 9]]),
    "Join": (lambda c: c.Join()(1, x, x), np.concatenate([X, X], 1)),
    "MakeVector": (lambda c: c.MakeVector("float64")(v[0], 2), [3, 2]),
    "Max": (lambda c: c.Max(0)(x), X.max(0)),
    "MaxAndArgmax": (lambda c: c.MaxAndArgmax((1,))(x)[1], X.argmax(1)),
    "Mean": (lambda c: c.Mean(1)(x), X.mean(1)),
    "Min": (lambda c: c.Min(0)(x), X.min(0)),
    "PermuteRowElements": (lambda c: c.PermuteRowElements()(v, np.array([2, 0, 1]), True), [1, 2, 3]),
    "Prod": (lambda c: c.Prod(axis=0)(x), X.prod(0)),
    "RavelMultiIndex": (lambda c: c.RavelMultiIndex()(T.constant([1, 0]), T.constant([2, 1]), (2, 3)), [5, 1]),
    "Rebroadcast": (lambda c: c.Rebroadcast((0, True))(x[:1]), X[:1]),
    "Repeat": (lambda c: c.Repeat(axis=0)(v, 2), np.repeat(V, 2)),
    "Reshape": (lambda c: c.Reshape(2)(v, (3, -1)), V[:, None]),
    "ScalarFromTensor": (lambda c: c.ScalarFromTensor()(v[0]), 3),
    "SearchsortedOp": (lambda c: c.SearchsortedOp(side="right")(T.sort(v), 2), 2),
    "Shape": (lambda c: c.Shape()(x), [2, 3]),
    "Shape_i": (lambda c: c.Shape_i(1)(x), 3),
    "SortOp": (lambda c: c.SortOp("mergesort", None)(v, 0), np.sort(V)),
    "SpecifyShape": (lambda c: c.SpecifyShape()(x, (2, 3)), X),
    "Split": (lambda c: c.Split(2)(v, 0, [1, 2])[1], V[1:]),
    "Sum": (lambda c: c.Sum(axis=[0])(x), X.sum(0)),
    "TensorFromScalar": (lambda c: c.TensorFromScalar()(v[0]), 3),
    "TopKOp": (lambda c: c.TopKOp(-1)(v, 2)[0], [3, 2]),
    "Tri": (lambda c: c.Tri("int8")(3), np.tri(3)),
    "Unbroadcast": (lambda c: c.Unbroadcast(0)(x), X),
    "Unique": (lambda c: c.Unique(return_counts=True, axis=0)(x)[1], [1, 1]),
    "UnravelIndex": (lambda c: c.UnravelIndex()(T.constant([4]), (2, 3))[1], [1]),
}


@pytest.mark.parametrize("name", CASES)
def test_what_a_class_makes_is_its_function(name):
    make, wanted = CASES[name]
    found = make(classes).eval({x: X, v: V} if name not in ("ARange", "Bartlett", "Eye", "Tri", "AllocEmpty") else {})
    np.testing.assert_allclose(found, wanted)


def test_every_class_is_tried():
    made = {name for name, found in vars(classes).items() if isinstance(found, Recognized)}
    assert made - CASES.keys() == {"IncSubtensor", "mrg_uniform"}


def test_ops_are_recognized():
    assert isinstance(T.sort(v).owner.op, classes.SortOp)
    assert not isinstance(T.sort(v).owner.op, classes.Join)
    f = sl.function([v], T.topk(v, 2))
    assert any(isinstance(node.op, classes.TopKOp) for node in f.maker.fgraph.toposort())
    assert isinstance(x.T.owner.op, classes.DimShuffle)
    assert isinstance(T.set_subtensor(v[:1], 0.0).owner.op, classes.IncSubtensor)
    drawn = sl.function([], T.rng_mrg.MRG_RandomStreams(1).uniform((2,)))
    assert any(isinstance(node.op, classes.mrg_uniform) for node in drawn.maker.fgraph.apply_nodes)
    made = classes.Reshape(2)
    assert isinstance(made, classes.Reshape)
    assert not isinstance(made, classes.Join)
    assert (made == classes.Reshape(ndim=2), made == classes.Reshape(3)) == (True, False)
    assert hash(classes.Sum(axis=[0])) == hash(classes.Sum(axis=(0,)))
    assert made.ndim == 2
    assert made.make_node(v, (3, 1)).op.name == "reshape"
    assert str(made) == "Reshape{ndim=2, name=None}"


def test_ops_survive_pickle():
    for made in (classes.Sum(axis=[0]), classes.Rebroadcast((0, True)), classes.Prod(0, no_zeros_in_input=True)):
        again = pickle.loads(pickle.dumps(made))
        assert again == made
        np.testing.assert_allclose(again(x[:1]).eval({x: X}), made(x[:1]).eval({x: X}))


def test_what_is_made_wrongly_is_refused():
    with pytest.raises(TypeMismatch, match="Reshape is not made with"):
        classes.Reshape(2, "name", 3)
    with pytest.raises(TypeMismatch, match="Sum is not made with"):
        classes.Sum(axes=0)
    with pytest.raises(RankMismatch, match="an array of 1 axes is wanted"):
        classes.DimShuffle((False,), (0,))(x)
    with pytest.raises(AttributeError, match="has no size"):
        _ = classes.Dot().size


def test_they_are_where_theano_keeps_them(theano):
    assert importlib.import_module("theano.tensor.elemwise").DimShuffle is classes.DimShuffle
    assert importlib.import_module("theano.tensor").Reshape is classes.Reshape
    assert importlib.import_module("theano.tensor.extra_ops").CumOp is classes.CumOp
    assert importlib.import_module("theano.tensor.sort").SortOp is classes.SortOp
    assert importlib.import_module("theano.tensor.inplace").exp_inplace is T.inplace.exp_inplace


def test_values_are_compared_without_a_type(theano):
    kind = theano.tensor.TensorType
    assert kind.values_eq_approx(np.ones(2), np.ones(2) + 1e-12)
    assert not kind.values_eq(np.ones(2), np.zeros(2))
    assert kind.may_share_memory(X, X[1:])


def test_switches_of_debugmode_change_nothing(theano):
    mode = theano.compile.get_default_mode()
    mode.check_isfinite = False
    assert mode.check_isfinite is False
    with pytest.raises(AttributeError, match="is not changed"):
        mode.pipeline = None
    assert theano.function([v], v * 2, mode=mode)(V).tolist() == [6, 2, 4]
    assert theano.compile.mode.get_mode("FAST_RUN").excluding("fusion").name == "FAST_RUN"
    assert sl.function([v], v, mode=theano.compile.get_mode(None))(V).tolist() == V.tolist()
