"""Rewrites as functions of one application."""

from __future__ import annotations

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import InvalidValue, TypeMismatch
from symlab.core.local import local_optimizer, register, rewritten, unregister


@pytest.fixture
def x():
    return T.dvector("x")


@local_optimizer([T.exp])
def exp_of_log(node):
    """The operand of a logarithm for its exponential."""
    owner = node.inputs[0].owner
    return [owner.inputs[0]] if owner is not None and owner.op == T.log else None


def test_a_rewrite_is_tried_everywhere_until_nothing_is_left(x):
    nested = T.exp(T.log(T.exp(T.log(x)))) + T.exp(x)
    (found,) = rewritten([nested], [exp_of_log])
    assert sl.graph.equal_computations([found], [x + T.exp(x)])
    (same,) = rewritten([T.sin(x)], [exp_of_log])
    assert same.owner.op == T.sin


def test_a_dict_names_what_is_replaced(x):
    whole, fraction = T.sin(x), T.cos(x)

    @local_optimizer(None)
    def swapped(node):
        return {whole: fraction} if node.op == T.sin else False

    (found,) = rewritten([whole + 1], [swapped])
    np.testing.assert_allclose(found.eval({x: [1.0]}), np.cos(1.0) + 1)


def test_a_registered_rewrite_is_tried_by_every_function(x):
    register(exp_of_log)
    try:
        f = sl.function([x], T.exp(T.log(x)) * 2, mode="FAST_COMPILE")
    finally:
        unregister("exp_of_log")
    assert [node.op.name for node in f.maker.fgraph.toposort()] == ["mul"]
    np.testing.assert_array_equal(f([-1.0]), [-2.0])
    assert np.isnan(sl.function([x], T.exp(T.log(x)), mode=sl.Mode(backend="reference").excluding("stabilize"))([-1.0]))


def test_one_of_several_results(x):
    first, second = sl.OpFromGraph([x], [x + 1, x + 2], name="pair")(x)

    @local_optimizer()
    def without_pair(node):
        return [node.inputs[0], node.inputs[0]] if node.nout == 2 else None

    found = rewritten([first * second], [without_pair])
    np.testing.assert_array_equal(found[0].eval({x: [3.0]}), [9.0])


def test_what_cannot_be_a_rewrite(x):
    @local_optimizer([T.sin])
    def around(node):
        return [T.sin(node.inputs[0])]

    with pytest.raises(InvalidValue, match="around find something to do after 100 rounds"):
        rewritten([T.sin(x)], [around])

    @local_optimizer([T.sin])
    def other_type(node):
        return [T.dmatrix()]

    with pytest.raises(TypeMismatch, match="cannot be replaced"):
        rewritten([T.sin(x)], [other_type])
    with pytest.raises(TypeMismatch, match="no rewrite of applications"):
        register(lambda node: None)
