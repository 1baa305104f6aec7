"""The graph for people who walk it: owners, ancestors, order, equality, copies."""

from __future__ import annotations

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import InvalidValue, TypeMismatch
from symlab.core.walk import (
    ancestors,
    applys_between,
    clone_replace,
    equal_computations,
    explicit_graph_inputs,
    graph_inputs,
    graph_replace,
    io_toposort,
    is_same_graph,
    list_of_nodes,
    variables_between,
    walk,
)


def test_an_owner_leads_from_a_variable_to_its_operands(x, y):
    z = T.exp(x) * y
    assert z.owner.op is T.mul(x, y).owner.op
    assert z.owner.inputs[1] is y
    assert z.owner.inputs[0].owner.inputs == [x]
    assert z.owner.outputs == [z]
    assert z.owner.out is z
    assert (z.owner.nin, z.owner.nout) == (2, 1)
    assert z.owner == z.owner != T.exp(x).owner
    assert len({z.owner, z.owner}) == 1
    assert z.get_parents() == [z.owner]
    assert z.owner.get_parents() == z.owner.inputs
    assert x.get_parents() == []


@pytest.mark.parametrize("leaf", [T.dvector("x"), T.constant(1.0), sl.shared(1.0)])
def test_what_is_not_computed_has_no_owner(leaf):
    assert leaf.owner is None


def test_one_owner_computes_several_results():
    rows, columns = T.nonzero(T.dmatrix("m"))
    assert rows.owner == columns.owner
    assert rows.owner.nout == 2
    assert rows.owner.outputs[0] is rows
    assert columns.owner.outputs[1] is columns


def test_ancestors_and_inputs(x, y):
    shared = sl.shared(np.zeros(2), "s")
    inner = T.exp(x)
    z = inner * y + shared + 1
    found = list(ancestors(z))
    assert found[0] is z
    assert {x, y, shared, inner} < set(found)
    assert len(found) == len(set(found))
    assert x not in set(ancestors(z, blockers=[inner]))
    assert [node for node in graph_inputs([z]) if node.op is not T.constant(1).op] == [x, y, shared]
    assert explicit_graph_inputs(z) == [x, y]


def test_order_between_inputs_and_outputs(x, y):
    inner = T.exp(x)
    z = inner * y
    assert [item.out for item in io_toposort([x, y], [z])] == [inner, z]
    assert [item.out for item in io_toposort([inner, y], [z])] == [z]
    assert variables_between([inner], z) == [z, y, inner]
    assert applys_between([x, y], z) == list_of_nodes([x, y], [z]) == [z.owner, inner.owner]


def test_a_walk_goes_where_it_is_told(x, y):
    inner = T.exp(x)
    z = y * inner

    def operands(variable):
        return variable.owner.inputs if variable.owner else None

    assert list(walk([z], operands)) == [z, y, inner, x]
    assert list(walk([z], operands, bfs=False)) == [z, inner, x, y]
    told = list(walk([z], operands, return_children=True))
    assert told == [(z, [y, inner]), (y, None), (inner, [x]), (x, None)]
    assert list(walk([12, 6], lambda n: [n // 2, n // 2 - 1] if n > 1 else None, hash_fn=int)) == [12, 6, 5, 3, 2, 1, 0]


def test_variables_between_pass_over_several_results(x):
    values, vectors = T.nlinalg.eigh(T.outer(x, x))
    z = T.dot(vectors, values)
    found = variables_between([x], z)
    assert found[:3] == [z, values, vectors]
    assert found[-1] is x
    assert len(found) == len(set(found))
    assert [item.op.name for item in applys_between([x], z)].count("eigh") == 1


def test_a_long_chain_is_walked_without_recursion(x):
    z = x
    for _ in range(20_000):
        z = T.exp(z)
    assert sum(1 for _ in ancestors(z)) == 20_001
    assert len(io_toposort([x], z)) == 20_000
    assert is_same_graph(z, clone_replace(z))


def test_equal_computations(x, y):
    a, b = T.dvectors("a", "b")
    assert equal_computations([x * T.exp(y)], [x * T.exp(y)])
    assert not equal_computations([x * T.exp(y)], [a * T.exp(b)])
    assert equal_computations([x * T.exp(y)], [a * T.exp(b)], [x, y], [a, b])
    assert not equal_computations([x * T.exp(y)], [a * T.exp(b)], [x, y], [b, a])
    assert not equal_computations([x + y], [y + x])
    assert not equal_computations([x + 1], [x + 1.5])
    assert equal_computations([2, np.arange(3)], [T.constant(2), np.arange(3)])
    assert not equal_computations([x], [2])
    assert equal_computations([None, x], [None, x])
    assert not equal_computations([None, x], [x, None])
    with pytest.raises(InvalidValue, match="as many"):
        equal_computations([x], [x, x])
    assert not equal_computations([x], [T.fvector("f")], [x], [T.fvector("g")])


def test_is_same_graph(x, y):
    assert is_same_graph(x + y, x + y)
    assert not is_same_graph(x + y, x - y)
    assert is_same_graph(x + y, x + x, givens={y: x})


def test_copies_with_parts_replaced(x, y):
    z = T.exp(x) + y
    other = clone_replace(z, {x: 2 * y})
    assert explicit_graph_inputs(other) == [y]
    assert explicit_graph_inputs(z) == [x, y]
    assert clone_replace([z, x], {x: y})[1] is y
    assert set(clone_replace({"a": z}, [(x, y)])) == {"a"}
    assert np.allclose(other.eval({y: [1.0]}), np.exp(2.0) + 1)


def test_replacing_what_is_not_there(x, y):
    z, absent = T.exp(x), T.dvector("absent")
    with pytest.raises(InvalidValue, match="absent is not part of the outputs"):
        graph_replace(z, {absent: y})
    assert graph_replace(z, {absent: y}, strict=False) is z
    assert explicit_graph_inputs(graph_replace([z], {x: y})) == [y]


def test_clone_as_theano_has_it(x):
    z = x * 2
    narrow = T.fvector("narrow")
    with pytest.raises(TypeMismatch):
        sl.clone(z, {x: narrow})
    assert explicit_graph_inputs(sl.clone(z, {x: narrow}, strict=False)) == [narrow]
    apart = sl.clone(z, share_inputs=False)
    (own,) = explicit_graph_inputs(apart)
    assert own is not x
    assert (own.name, own.type) == (x.name, x.type)


# The compiled graph


def test_the_compiled_graph_has_one_application_per_kernel_or_call(x):
    m = T.dmatrix("m")
    f = sl.function([m, x], T.exp(T.dot(m, x)) + 1)
    graph = f.maker.fgraph
    first, second = graph.toposort()
    assert first.op.name == "dot"
    assert "exp" in second.op.name
    assert [str(value) for value in graph.inputs] == ["m", "x"]
    assert graph.outputs == second.outputs
    assert graph.outputs[0].owner is second
    assert second.inputs[0].owner is first
    assert graph.clients[graph.outputs[0]] == [("output", 0)]
    assert graph.clients[graph.inputs[1]] == [(first, 1)]
    assert set(graph.variables) >= {*graph.inputs, *graph.outputs}
    assert f.maker is f.maker
    assert f.maker.mode.name == "FAST_RUN"


def test_without_compiled_code_each_node_is_an_application(x):
    f = sl.function([x], T.exp(x) * 2, mode="FAST_COMPILE")
    assert [item.op.name for item in f.maker.fgraph.toposort()] == ["exp", "mul"]
    assert [str(value) for value in f.maker.fgraph.inputs] == ["x"]


def test_an_input_that_nothing_reads_is_there_all_the_same(x, y):
    f = sl.function([x, y], T.exp(y), on_unused_input="ignore")
    assert [str(value) for value in f.maker.fgraph.inputs] == ["x", "y"]


def test_updates_are_outputs_of_the_compiled_graph(x):
    s = sl.shared(np.zeros(3), "s")
    f = sl.function([x], [], updates={s: s + x})
    graph = f.maker.fgraph
    assert len(graph.outputs) == 1
    assert [str(value) for value in graph.inputs] == ["x", "s"]


def test_ancestors_come_before_their_operands(x, y):
    inner = T.exp(x)
    z = y * inner
    found = ancestors([z])
    assert list(found) == [z, y, inner, x]
    assert sl.graph.orphans_between([x], [z]) == [y]


def test_an_application_of_other_inputs(x, y):
    total = x + y
    narrow = T.tensor("narrow", dtype="float64", shape=(3,))
    made = total.owner.clone_with_new_inputs([narrow, y])
    assert made.op is total.owner.op
    assert made.outputs[0].type.shape == (3,)
    again = total.owner.clone()
    assert again != total.owner
    assert again.inputs == total.owner.inputs
    kept = (narrow + y).owner.clone_with_new_inputs([x, y])
    assert kept.outputs[0].type.shape == (3,)
    assert (narrow + y).owner.clone_with_new_inputs([x, y], strict=False).outputs[0].type.shape == (None,)


def test_copies_under_other_names(x, y):
    z = T.exp(x) * y
    (own,) = sl.graph.clone_replace([z], {y: x + 1}, rebuild_strict=True, copy_inputs_over=False)
    assert x not in sl.graph.graph_inputs([own])
    assert [leaf.name for leaf in sl.graph.explicit_graph_inputs([own])] == ["x"]
    wide = sl.clone(x * y, {x: T.lmatrix("m")}, strict=False)
    assert wide.ndim == 2
    matrix = T.dmatrix("w")
    f = sl.function([matrix, y], x * y, givens=[(x, matrix)], rebuild_strict=False)
    np.testing.assert_array_equal(f(np.ones((2, 3)), np.arange(3.0)), [[0, 1, 2]] * 2)
    with pytest.raises(TypeMismatch):
        sl.function([matrix, y], x * y, givens=[(x, matrix)])


def test_a_node_with_several_results_is_one_application(x, y):
    c = T.iscalar("c")
    f = sl.function([c, x, y], sl.ifelse.ifelse(c, [x, y], [y, x]), mode="FAST_COMPILE")
    graph = f.maker.fgraph
    (choice,) = [node for node in graph.toposort() if node.op.name == "ifelse"]
    assert choice.outputs == graph.outputs
    assert all(value.owner is choice for value in graph.outputs)


def test_names_are_found_without_their_modules():
    assert sl.clone_replace is clone_replace
    assert sl.graph_replace is sl.graph.graph_replace
    x = T.dvector("x")
    with pytest.raises(sl.errors.UnusedInputError):
        sl.function([x], 1)
