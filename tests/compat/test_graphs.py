"""Graphs made by hand, rewrites of Theano's kind, and the kinds of ops and variables that programs name."""

from __future__ import annotations

import numpy as np
import pytest

import symlab as sl
import symlab.compat.theano as compat
from symlab.core.local import unregister


@pytest.fixture
def theano():
    compat.install()
    import theano

    yield theano
    compat.uninstall()


@pytest.fixture
def exp_of_log(theano):
    from theano.gof import local_optimizer

    @local_optimizer([theano.tensor.exp])
    def local_exp_log(node):
        owner = node.inputs[0].owner
        return [owner.inputs[0]] if owner is not None and owner.op == theano.tensor.log else False

    yield local_exp_log
    unregister("local_exp_log")
    unregister("mine")


def test_a_graph_by_hand_is_read_and_changed(theano):
    T = theano.tensor
    x, y = T.dvectors("x", "y")
    total = x + y
    graph = theano.gof.FunctionGraph([x, y], [T.exp(total) * total])
    assert [node.op.name for node in graph.toposort()] == ["add", "exp", "mul"]
    assert graph.inputs[0] is not x
    assert len(graph.apply_nodes) == 3
    (add, *_) = graph.toposort()
    assert add in graph
    assert {node.op.name for node, _ in graph.clients[add.out]} == {"exp", "mul"}
    assert graph.clients[graph.outputs[0]] == [("output", 0)]
    graph.replace_validate(add.out, graph.inputs[0], reason="shorter")
    f = theano.function(graph.inputs, graph.outputs, on_unused_input="ignore")
    np.testing.assert_allclose(f([1.0], [5.0])[0], np.exp(1.0))
    assert "exp" in theano.printing.debugprint(graph, file="str")
    assert graph.clone().outputs[0] is not graph.outputs[0]
    with pytest.raises(theano.gof.MissingInputError):
        theano.gof.FunctionGraph([x], [total])
    with pytest.raises(ValueError, match="has outputs"):
        theano.gof.FunctionGraph([x])


def test_without_copies_a_graph_is_that_of_the_expressions(theano):
    x = theano.tensor.dscalar("x")
    y = x * 2
    graph = theano.gof.FunctionGraph(outputs=[y], clone=False)
    assert graph.inputs == [x]
    assert graph.outputs == [y]
    assert graph.variables >= {x, y}


def test_rewriting_a_graph_by_hand(theano, exp_of_log):
    T = theano.tensor
    x = T.dvector("x")
    graph = theano.gof.FunctionGraph([x], [T.exp(T.log(x)) * 2])
    theano.gof.out2in(exp_of_log).optimize(graph)
    assert [node.op.name for node in graph.toposort()] == ["mul"]


def test_registered_rewrites_act_in_functions(theano, exp_of_log):
    T = theano.tensor
    x = T.dvector("x")
    T.opt.register_canonicalize("fast_compile")(exp_of_log)
    f = theano.function([x], T.exp(T.log(x)) * 2, mode="FAST_COMPILE")
    assert [node.op.name for node in f.maker.fgraph.toposort()] == ["mul"]
    unregister("fast_compile")
    theano.compile.mode.optdb.register("mine", theano.gof.TopoOptimizer(exp_of_log), 50, "fast_run")
    np.testing.assert_array_equal(theano.function([x], T.exp(T.log(x)))([-1.0]), [-1.0])


def test_copies_of_a_graph(theano):
    from theano.gof.graph import clone, orphans

    x, y = theano.tensor.dscalars("x", "y")
    z = x * y
    (new_x,), (copy,) = clone([x], [z])
    assert new_x is not x
    assert copy.owner.inputs == [new_x, y]
    (same,), (copy,) = clone([x], [z], copy_inputs=False)
    assert same is x
    assert copy is not z
    assert orphans([x], [z]) == [y]


def test_kinds_of_ops_are_recognized_and_made(theano):
    from theano.ifelse import IfElse

    T = theano.tensor
    c = T.iscalar("c")
    x, y = T.dvector("x"), T.dvector("y")
    op = IfElse(1)
    f = theano.function([c, x, y], op(c, x, y))
    np.testing.assert_array_equal(f(0, [1.0], [2.0, 3.0]), [2.0, 3.0])
    nodes = [node for node in f.maker.fgraph.toposort() if isinstance(node.op, IfElse)]
    assert len(nodes) == 1
    assert nodes[0].op == op
    assert op != T.exp
    assert len(IfElse(2)(c, x, y, y, x)) == 2
    with pytest.raises(ValueError, match="two branches of 1 values"):
        op(c, x)
    with pytest.raises(ValueError, match="at least one result"):
        IfElse(0)


def test_variables_are_recognized_and_made(theano):
    from theano.compile import SharedVariable
    from theano.gof import Variable, generic

    x = theano.tensor.dvector("x")
    assert isinstance(x, theano.Variable)
    made = Variable(x.type, None, None, name="made")
    assert (made.type, made.name, made.owner) == (x.type, "made", None)
    with pytest.raises(TypeError, match="outputs"):
        Variable(x.type, (x + 1).owner, 0)
    shared = SharedVariable(name="u", type=x.type, value=[1, 2], strict=False)
    assert isinstance(shared, SharedVariable)
    assert shared.get_value().tolist() == [1.0, 2.0]
    assert generic("g").type == generic
    with pytest.raises(TypeError):
        SharedVariable(name="u", type=x.type, value={}, strict=False)


def test_modes_know_no_mistake_in_the_names_of_rewrites(theano):
    from theano.compile.mode import FAST_RUN, get_mode

    x = theano.tensor.dscalar("x")
    for mode in (FAST_RUN, get_mode(None), get_mode("FAST_COMPILE")):
        changed = mode.excluding("inplace", "local_elemwise_fusion").including("scan")
        assert theano.function([x], x * 2, mode=changed)(3) == 6
    assert theano.function([x], x * 2, mode="DEBUG_MODE")(3) == 6
    assert isinstance(hash(get_mode("FAST_RUN")), int)
    assert isinstance(get_mode("DebugMode"), theano.compile.debugmode.DebugMode)
    assert not isinstance(FAST_RUN, theano.compile.debugmode.DebugMode)


def test_softmax_of_a_vector_is_a_row(theano):
    x = theano.tensor.dvector("x")
    row = theano.tensor.nnet.softmax(x)
    assert row.broadcastable == (True, False)
    np.testing.assert_allclose(row.eval({x: [0.0, 0.0]}), [[0.5, 0.5]])
    assert sl.tensor.nnet.softmax(x).ndim == 1


def test_a_variable_that_notes_its_op_has_the_op_of_its_application(theano):
    """As PyMC3 feeds batches: the variable of a derived class is told its op before it is the result of it."""

    class Batches(theano.Op):
        __props__ = ("source",)

        def __init__(self, source):
            self.source = source

        def make_node(self):
            return theano.Apply(self, [], [Fed(self, theano.tensor.dvector)])

        def perform(self, node, inputs, output_storage):
            output_storage[0][0] = next(self.source)

        def do_constant_folding(self, node):
            return False

    class Fed(theano.tensor.TensorVariable):
        def __init__(self, op, type, name=None):
            super().__init__(type=type, name=name)
            self.op = op

        def feed(self, source):
            self.op.source = source

    batches = Batches(iter([np.ones(2), np.full(2, 3.0)]))
    fed = batches()
    assert isinstance(fed, Fed)
    assert fed.op.source is batches.source
    f = theano.function([], fed * 2)
    assert f().tolist() == [2.0, 2.0]
    assert f().tolist() == [6.0, 6.0]


def test_ops_take_names_and_other_attributes(theano):
    """As theanets writes on the activations that it lists; symlab knows its ops by their own names."""
    T = theano.tensor
    x = T.dvector("x")
    before = T.tanh(x)
    for function in (T.tanh, T.nnet.sigmoid, T.nnet.softmax):
        function.name, function.params = "mine", ["W"]
        assert function.params == ["W"]
        vars(function).pop("params")
    assert before.owner.op == T.tanh(x).owner.op == T.tanh
    np.testing.assert_allclose(theano.function([x], T.tanh(x))([0.5]), np.tanh([0.5]))
    with pytest.raises(AttributeError):
        T.tanh.kind = None


def test_numbers_are_rounded_to_floatx_alone(theano):
    a, b = theano.tensor.fscalar("a"), theano.tensor.fscalar("b")
    f = theano.function([theano.In(a, allow_downcast=True), b], a + b)
    assert f(0.1, 0) == np.float32(0.1)
    with pytest.raises(TypeError):
        f(0, 0.1)
    with theano.config.change_flags(floatX="float32"):
        assert theano.function([a], a * 2)(0.1) == np.float32(0.2)


def test_ancestors_are_a_list(theano):
    x, y = theano.tensor.dvectors("x", "y")
    total = theano.tensor.exp(x) + y
    found = theano.gof.graph.ancestors([total])
    assert isinstance(found, list)
    assert len(found) == 4
    assert found[0] is total
    assert x not in theano.gof.graph.ancestors([total], blockers=[total.owner.inputs[0]])


def test_names_of_the_graph_are_in_the_package_itself(theano):
    x = theano.tensor.dvector("x")
    graph = theano.FunctionGraph([x], [theano.tensor.exp(x) + theano.tensor.constant(2.0)])
    constants = [item for item in theano.gof.graph.inputs(graph.outputs) if isinstance(item, theano.Constant)]
    assert [theano.get_scalar_constant_value(item) for item in constants] == [2.0]
    assert theano.generic is theano.gof.generic
