"""Theano's module tree: real modules, the same objects, and words about what is missing."""

from __future__ import annotations

import importlib
import pickle
import sys

import numpy as np
import pytest

import symlab as sl
import symlab.compat.theano as compat
import symlab.tensor
from symlab.compat.theano.finder import MISSING, looked_up, public_names
from symlab.compat.theano.settings import KEPT, OWN, config
from symlab.compat.theano.tree import ABSENT, MODULES
from symlab.core.ir.config import current
from symlab.core.ir.errors import ConfigError


@pytest.fixture(autouse=True)
def configuration():
    with sl.configure():
        yield


def test_nothing_is_installed_unless_asked():
    assert "theano" not in sys.modules
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("theano")


@pytest.mark.parametrize("name", MODULES)
def test_every_name_of_the_tree_leads_somewhere(name):
    contents = MODULES[name]
    for known in (*contents.names, *public_names(contents)):
        assert looked_up(contents, known) is not MISSING


@pytest.mark.parametrize("name", MODULES)
def test_every_module_can_be_imported(theano, name):
    module = importlib.import_module(name)
    assert sys.modules[name] is module
    assert module.__doc__
    assert dir(module)


def test_the_same_objects_under_both_names(theano):
    from theano import function, shared
    from theano.tensor import dmatrix, exp
    from theano.tensor.nnet import sigmoid

    assert (function, shared, exp) == (sl.function, sl.shared, symlab.tensor.exp)
    assert sigmoid is symlab.tensor.nnet.sigmoid
    x = dmatrix("x")
    assert np.array_equal(function([x], exp(x))(np.zeros((1, 2))), np.ones((1, 2)))


def test_installing_twice_is_installing_once(theano):
    compat.install()
    assert importlib.import_module("theano") is theano
    compat.uninstall()
    assert "theano" not in sys.modules


def test_star_import(theano):
    names = {}
    exec("from theano.tensor import *", names)
    assert names["tanh"] is symlab.tensor.tanh


@pytest.mark.parametrize("name", ABSENT)
def test_modules_of_the_gpu_are_import_errors_as_clients_expect(theano, name):
    with pytest.raises(ImportError, match="symlab has no theano"):
        importlib.import_module(name)


def test_what_is_missing_says_what_there_is(theano):
    with pytest.raises(AttributeError, match="did you mean 'softmax'"):
        _ = theano.tensor.sofmax
    with pytest.raises(ImportError, match=r"theano\.tensor\.nnet"):
        importlib.import_module("theano.tensor.nnett")


def test_kinds_of_objects(theano):
    T = theano.tensor
    x, s, c = T.matrix("x"), theano.shared(1.0), T.constant(2.0)
    assert isinstance(x, T.TensorVariable)
    assert isinstance(s, theano.compile.SharedVariable)
    assert isinstance(c, T.TensorConstant)
    assert not isinstance(x, T.TensorConstant)
    assert isinstance(x, T.TensorVariable)
    assert not isinstance(c, T.TensorVariable)
    assert not isinstance(theano.shared(1.0), T.TensorVariable)
    assert isinstance(x.type, T.TensorType)
    assert isinstance(T.exp(x).owner.op, T.Elemwise)
    assert not isinstance(T.dot(x, x).owner.op, T.Elemwise)
    assert isinstance(T.dot(x, x).owner.op, T.Dot)
    assert isinstance(x.T.owner.op, T.DimShuffle)
    assert isinstance(x[0].owner.op, T.Subtensor)
    assert T.TensorType("float32", (False, True))("v").broadcastable == (False, True)
    assert np.array_equal(T.TensorConstant(T.dvector().type, [1, 2]).eval(), [1.0, 2.0])
    assert T.Elemwise(theano.scalar.exp, name="exp") is T.exp
    with pytest.raises(TypeError, match="Subtensor is a kind of op"):
        T.Subtensor()


def test_a_compiled_graph_can_be_searched_for_elementwise_work(theano):
    x = theano.tensor.vector("x")
    f = theano.function([x], theano.tensor.exp(x) * 2)
    assert any(isinstance(node.op, theano.tensor.Elemwise) for node in f.maker.fgraph.toposort())


def test_small_functions(theano):
    assert theano.scalar.upcast("int8", "float32") == "float32"
    assert theano.compile.mode.get_default_mode().name == "FAST_RUN"
    assert theano.compile.mode.get_mode("FAST_COMPILE").name == "FAST_COMPILE"
    assert theano.version()[0] == theano.__version__
    assert theano.dot is sl.dot is theano.tensor.dot
    x = theano.tensor.vector("x")
    inputs, outputs = theano.gof.graph.clone([x], [x * 2])
    assert inputs[0] is not x
    assert np.array_equal(theano.function(inputs, outputs)([1.0])[0], [2.0])
    mode = theano.compile.nanguardmode.NanGuardMode(nan_is_error=True, inf_is_error=False)
    assert isinstance(mode, theano.compile.nanguardmode.NanGuardMode)
    with pytest.raises(ArithmeticError):
        theano.function([x], theano.tensor.log(x), mode=mode)([-1.0])


@pytest.mark.parametrize(
    "options", [{"linker": "vm"}, {"linker": "py", "optimizer": None}, {"optimizer": "fast_compile"}]
)
def test_modes_by_linker_and_optimizer(theano, options):
    x = theano.tensor.vector("x")
    mode = theano.Mode(**options)
    assert isinstance(mode, theano.compile.mode.Mode)
    assert isinstance(theano.compile.mode.get_default_mode(), theano.Mode)
    for given in (mode, theano.compile.mode.get_default_mode()):
        other = given.excluding("fusion", "inplace").including("local_remove_all_assert")
        assert theano.function([x], x * 2, mode=other)([3.0])[0] == 6.0


def test_ordered_updates(theano):
    w, b = theano.shared(1.0, "w"), theano.shared(5.0, "b")
    first = theano.OrderedUpdates([(w, w + 1)])
    both = first + {b: b * 2}
    assert list(both) == [w, b]
    assert list(first) == [w]
    assert theano.updates.OrderedUpdates is theano.OrderedUpdates
    theano.function([], updates=both)()
    assert (w.get_value(), b.get_value()) == (2.0, 10.0)
    with pytest.raises(KeyError, match="two updates"):
        both.update({w: w + 2})
    with pytest.raises(TypeError, match="only shared variables"):
        both[theano.tensor.scalar("x")] = 1


def test_places_of_inputs(theano):
    x, s = theano.tensor.dscalar("x"), theano.tensor.dscalar("s")
    for given in ([theano.In(x, value=1.0)], [theano.In(x, value=1.0), theano.In(s, value=0.0, update=s + x)]):
        f = theano.function(given, x * 2)
        f.value[x] = 3.0
        assert f.container["x"].value == f.value["x"] == 3.0
        f.container[x].value = 4.0
        assert f() == 8.0
        with pytest.raises(TypeError, match="no input called 'y'"):
            f.container["y"]


# Configuration


def test_flags_that_mean_something_are_symlabs_own(theano):
    theano.config.floatX = "float32"
    assert current().floatX == "float32"
    assert theano.tensor.matrix().dtype == "float32"
    theano.config.mode = "DEBUG_MODE"
    assert current().mode == "DebugMode"
    with theano.config.change_flags(compute_test_value="raise"):
        assert current().compute_test_value == "raise"
    assert current().compute_test_value == "off"


def test_other_flags_keep_what_is_written(theano):
    assert theano.config.warn.round is False
    theano.config.warn.round = True
    assert theano.config.warn.round is True
    theano.config.warn.round = KEPT["warn.round"]


def test_unknown_flags_are_errors(theano):
    with pytest.raises(AttributeError, match="did you mean 'floatX'"):
        _ = theano.config.flotX
    with pytest.raises(ConfigError, match=r"no flag 'warn\.rund'"):
        theano.config.warn.rund = 1


@pytest.mark.parametrize(("name", "expected"), [("cpu", "cpu"), ("cuda0", "cuda"), ("gpu", "cuda")])
def test_devices(name, expected):
    assert OWN["device"][1](name) == expected


def test_flags_of_the_environment(monkeypatch):
    monkeypatch.setenv("THEANO_FLAGS", "floatX=float32, optimizer=fast_compile,openmp=True")
    compat.install()
    try:
        assert current().floatX == "float32"
        assert config.optimizer == "fast_compile"
        assert config.openmp is True
        with pytest.raises(ConfigError, match="flag=value"):
            config.read_flags("floatX")
        with pytest.warns(UserWarning, match=r"no flag 'profiling\.n_aply'.*n_apply"):
            config.read_flags("profiling.n_aply=3,profiling.n_apply=3")
        assert config.profiling.n_apply == 3
    finally:
        compat.uninstall()
        config.optimizer, config.openmp = KEPT["optimizer"], KEPT["openmp"]
        config.profiling.n_apply = KEPT["profiling.n_apply"]


def test_flags_of_a_block_and_of_a_function(theano):
    flags = {"floatX": "float32", "compute_test_value": "off", "exception_verbosity": "high"}
    with theano.configparser.change_flags({"floatX": "float32"}):
        assert theano.config.floatX == "float32"
    for change in (theano.change_flags, theano.configparser.change_flags, theano.config.change_flags):
        with change(**flags):
            assert theano.tensor.vector().dtype == "float32"
            assert theano.config.exception_verbosity == "high"
        assert theano.tensor.vector().dtype == "float64"
        assert theano.config.exception_verbosity == "low"
        assert change(floatX="float32")(lambda: theano.config.floatX)() == "float32"
        with pytest.raises(ConfigError), change(nonsense=1):
            pass


def test_a_mode_that_tells_of_every_node(theano, capsys):
    from theano.compile.monitormode import MonitorMode, detect_nan

    told = []

    def before(i, node, fn):
        told.append((i, str(node.op.name), [value[0] for value in fn.inputs]))

    def after(fgraph, i, node, fn):
        assert fgraph.toposort()[i] is node
        told.append((i, float(fn.outputs[0][0])))

    x, n = theano.tensor.dscalar("x"), theano.shared(0.0)
    mode = MonitorMode(pre_func=before, post_func=after).excluding("local_elemwise_fusion", "inplace")
    f = theano.function([x], theano.tensor.exp(x) * 5, updates=[(n, n + x)], mode=mode)
    assert float(f(0.0)) == 5.0
    assert told[0] == (0, "exp", [0.0])
    assert told[1] == (0, 1.0)
    assert ("mul" in {item[1] for item in told}) and (len(told) == 6)
    f(2.0)
    assert n.get_value() == 2.0
    assert isinstance(mode, theano.compile.MonitorMode)

    def stop(i, node, fn):
        raise RuntimeError("enough")

    g = theano.function([x], x * 2, updates=[(n, n + 1)], mode=MonitorMode(pre_func=stop))
    with pytest.raises(RuntimeError, match="enough"):
        g(1.0)
    assert n.get_value() == 2.0
    theano.function([x], theano.tensor.log(x) + x, mode=MonitorMode(post_func=detect_nan))(-1.0)
    printed = capsys.readouterr().out
    assert printed.startswith("*** nan found ***\nlog [A]")
    assert "inputs:  [array(-1.)]\noutputs: [array(nan)]" in printed.replace("np.float64(nan)", "array(nan)")


def test_choices_are_lazy_where_nodes_are_told_of(theano):
    seen = []
    c, x = theano.tensor.lscalar("c"), theano.tensor.dscalar("x")
    mode = theano.compile.MonitorMode(lambda i, node, fn: seen.append(node.op.name))
    f = theano.function([c, x], theano.ifelse.ifelse(c, theano.tensor.exp(x), theano.tensor.sin(x)), mode=mode)
    assert float(f(1, 0.0)) == 1.0
    assert "exp" in seen
    assert "sin" not in seen


def test_what_a_function_is_made_of_is_written_to_a_file(theano, tmp_path):
    x, w = theano.tensor.dvector("x"), theano.shared(np.ones(2), name="w")
    path = tmp_path / "dumped.pkl"
    theano.function_dump(str(path), [x], [x * w, w.sum()], updates=[(w, w + x)], mode="FAST_COMPILE")
    f = theano.function(**pickle.loads(path.read_bytes()))
    np.testing.assert_array_equal(f([1.0, 2.0])[0], [1.0, 2.0])
    assert float(f([0.0, 0.0])[1]) == 5.0
    np.testing.assert_array_equal(w.get_value(), [1.0, 1.0])
    with pytest.raises(TypeError, match="no option 'update'"):
        theano.function_dump(str(path), [x], x, update=[])


def test_pages_and_short_texts_of_graphs(theano, tmp_path, capsys):
    from theano.d3viz import d3viz
    from theano.printing import debugprint, min_informative_str

    a, b, c = theano.tensor.dmatrices("a", "b", "c")
    d = a + b
    d.name = "d"
    total = d * (c + a)
    assert min_informative_str(total * total) == ("A. mul\n B. mul\n  C. d\n  D. add\n   E. c\n   F. a\n <B>")
    d3viz(theano.function([a, b, c], total), tmp_path / "page.html")
    assert "<html" in (tmp_path / "page.html").read_text()
    debugprint(total.owner)
    debugprint(theano.function([a, b, c], total, mode="FAST_COMPILE").maker.fgraph.toposort()[0])
    assert capsys.readouterr().out.startswith("mul [A]\n├─ add 'd' [B]")


def test_derivatives_by_differences(theano):
    from theano.gradient import DisconnectedType, NullType, numeric_grad

    found = numeric_grad(lambda a, b: (a**2 * b).sum(), [np.ones(3), np.arange(3.0)])
    np.testing.assert_allclose(found.gf, [[0.0, 2.0, 4.0], [1.0, 1.0, 1.0]], atol=1e-9)
    assert found.max_err([np.array([0.0, 2.0, 5.0]), np.ones(3)], 0.1, 0.1)[:2] == (0, 2)
    np.testing.assert_allclose(numeric_grad.abs_rel_err(1.0, 3.0), (2.0, 0.5))
    assert float(numeric_grad(lambda x: x**3, 2.0).gf) == pytest.approx(12.0)
    x = theano.tensor.dscalar("x")
    assert isinstance(theano.gradient.grad_undefined(None, 0, x, "no").type, NullType)
    assert isinstance(DisconnectedType()().type, DisconnectedType)


def test_an_op_that_turns_gradients_around(theano):
    from theano.compile import ViewOp
    from theano.gof import OpRemove
    from theano.gof.utils import hashtype
    from theano.tensor.opt import register_canonicalize

    class Reversed(ViewOp):
        def __init__(self, factor):
            self.factor = factor

        def __eq__(self, other):
            return type(self) is type(other) and self.factor == other.factor

        def __hash__(self):
            return hashtype(self) ^ hash(self.factor)

        def grad(self, inputs, output_gradients):
            return [-self.factor * output_gradients[0]]

    reverse = Reversed(3.0)
    register_canonicalize(OpRemove(reverse), name="local_remove_reversed")
    x = theano.tensor.dmatrix("x")
    cost = (reverse(x) ** 2).sum()
    f = theano.function([x], [cost, theano.tensor.grad(cost, x)])
    found = f([[1.0, 2.0]])
    assert float(found[0]) == 5.0
    np.testing.assert_array_equal(found[1], [[-6.0, -12.0]])
    with pytest.raises(TypeError, match="no rewrite of applications"):
        register_canonicalize(lambda node: None)


def test_the_container_of_a_shared_variable(theano):
    s, x = theano.shared(1.0, name="s"), theano.tensor.dscalar("x")
    s.container.value = 4.0
    assert float(s.get_value()) == float(s.container.storage[0]) == 4.0
    f = theano.function([theano.In(x, value=s.container, update=x + 1)], x)
    f()
    assert float(s.get_value()) == 5.0


def test_clones_of_variables(theano):
    x = theano.tensor.dvector("x")
    y = x * 2
    y.name, y.tag.note = "y", "kept"
    found = y.clone()
    assert (found.name, found.tag.note, found.owner, found.type) == ("y", "kept", None, y.type)
    assert x.clone("other").name == "other"
    np.testing.assert_array_equal(theano.function([found], found + 1)([1.0]), [2.0])
    constant = theano.tensor.constant(3.0)
    assert constant.clone() is not constant
    assert float(constant.clone().eval()) == 3.0
    with pytest.raises(TypeError, match="a shared variable has a value of its own"):
        theano.shared(1.0).clone()


@pytest.mark.parametrize(("alpha", "at_zero"), [(0, 0.5), (0.2, 0.6)])
def test_the_derivative_of_relu_at_zero_is_theanos(theano, alpha, at_zero):
    """Biases start at zero and images have black borders: what flows there decides how a network learns."""
    x = theano.tensor.fvector("x")
    y = theano.tensor.nnet.relu(x, alpha)
    slope = theano.function([x], [y, theano.grad(y.sum(), x)])
    found = slope([-2.0, 0.0, 3.0])
    assert [item.dtype for item in found] == ["float32", "float32"]
    np.testing.assert_allclose(found[0], [-2 * alpha, 0, 3], rtol=1e-6)
    np.testing.assert_allclose(found[1], [alpha, at_zero, 1], rtol=1e-6)
