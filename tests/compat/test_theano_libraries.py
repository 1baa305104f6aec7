"""What libraries written for Theano use beside its language: scalar ops of their own, helpers of tests, odd names."""

from __future__ import annotations

import functools
import importlib
import pickle

import numpy as np
import pytest
import scipy.sparse
import scipy.special

import symlab as sl
import symlab.tensor as T
from symlab.compat.theano.finder import looked_up
from symlab.compat.theano.scalars import BinaryScalarOp, UnaryScalarOp, upgrade_to_float
from symlab.compat.theano.tree import MODULES


@pytest.fixture(autouse=True)
def configuration():
    with sl.configure():
        yield


class ScaledBessel(UnaryScalarOp):
    """exp(-|x|) I0(x), with a function of arrays of that name."""

    nfunc_spec = ("scipy.special.i0e", 1, 1)

    def impl(self, x):
        return scipy.special.i0e(x)


class Softened(BinaryScalarOp):
    """x / (1 + y**2), number by number."""

    def impl(self, x, y):
        return float(x) / (1 + float(y) ** 2)

    def grad(self, inputs, gradients):
        x, y = inputs
        (g,) = gradients
        return g / (1 + y**2), -2 * g * x * y / (1 + y**2) ** 2


class Nameless(UnaryScalarOp):
    """An op with C code alone."""


def test_a_scalar_op_takes_arrays():
    x = T.fvector("x")
    f = sl.function([x], ScaledBessel(upgrade_to_float, name="i0e")(x) * 2)
    values = np.array([0.0, 1.0, -30.0], "float32")
    found = f(values)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, scipy.special.i0e(values) * 2, rtol=1e-6)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(f))(values), found)
    assert ScaledBessel(upgrade_to_float)(T.lvector()).dtype == "float64"


def test_derivatives_of_a_scalar_op():
    soften = Softened(upgrade_to_float, name="soften")
    x, y = T.dmatrix("x"), T.dvector("y")
    rng = np.random.default_rng(0)
    sl.verify_grad(soften, [rng.normal(size=(2, 3)), rng.normal(size=3)], rng=np.random.RandomState(0))
    a, b = rng.normal(size=(2, 3)), rng.normal(size=3)
    np.testing.assert_allclose(sl.function([x, y], soften(x, y))(a, b), a / (1 + b**2))
    with pytest.raises(sl.core.ir.errors.NullTypeGradError):
        sl.grad(ScaledBessel(upgrade_to_float)(x).sum(), x)


def test_a_scalar_op_without_impl():
    with pytest.raises(TypeError, match="no impl"):
        Nameless(upgrade_to_float)(T.dvector("x")).eval({"x": [2.0]})


def test_scalar_types_and_special_functions(theano):
    scalar = theano.scalar
    assert scalar.float64("x").type == T.dscalar
    x = T.dvector("x")
    gammaln = importlib.import_module("theano.scalar.basic_scipy").GammaLn(scalar.upgrade_to_float, name="gammaln")
    np.testing.assert_allclose(gammaln(x).eval({x: [3.0, 4.0]}), np.log([2.0, 6.0]))


def test_helpers_of_tests(theano, monkeypatch):
    helpers = importlib.import_module("theano.tests.unittest_tools")
    monkeypatch.setenv("THEANO_UNITTEST_SEED", "7")
    assert helpers.fetch_seed() == helpers.seed_rng() == 7
    assert helpers.fetch_seed(3) == 3
    assert np.random.rand() == np.random.RandomState(7).rand()
    helpers.verify_grad(T.tanh, [np.array([0.5, 1.0])])
    helpers.assert_allclose(np.float32(1), np.float32(1.000001))
    with pytest.raises(AssertionError):
        helpers.assert_allclose(1.0, 1.000002)
    case = helpers.InferShapeTester()
    case.setUp()
    x = T.dmatrix("x")
    case._compile_and_check([x], [T.dot(x, x.T)], [np.ones((2, 3))], theano.tensor.Dot)
    with pytest.raises(AssertionError, match="the shapes need"):
        case._compile_and_check([x], [x[T.nonzero(x[:, 0] > 0)[0]]], [np.ones((2, 3))], object)


def test_names_in_odd_places(theano):
    from theano import theano as again

    assert again.shared is theano.shared
    assert theano.tensor.Constant is theano.tensor.TensorConstant
    assert theano.tensor.Apply is theano.gof.Apply
    assert importlib.import_module("theano.sandbox.softsign").softsign is T.nnet.softsign


def test_classes_derived_from_the_variables(theano):
    """As PyMC3 makes its random variables: an output of an application is the variable that was made before it."""
    tensor = theano.tensor

    class Named(tensor.TensorVariable):
        def __init__(self, type=None, owner=None, index=None, name=None, data=None):
            super().__init__(data.type if type is None else type, owner, index, name)
            self.kept = 7
            if data is not None:
                theano.gof.Apply(theano.compile.view_op, inputs=[data], outputs=[self])

    x = T.dvector("x")
    free, observed = Named(T.dvector, name="free"), Named(name="observed", data=T.exp(x))
    assert isinstance(free, tensor.TensorVariable)
    assert isinstance(x, tensor.TensorVariable)
    assert isinstance(free, Named)
    assert not isinstance(x, Named)
    assert free.owner is None
    assert observed.owner.inputs[0].owner.op is T.exp
    f = sl.function([free, x], [free * observed, sl.grad((free * observed).sum(), x)])
    np.testing.assert_allclose(f([2.0], [1.0]), 2 * np.exp([[1.0], [1.0]]))
    again = sl.clone(observed * 2, replace={x: T.dvector("other")}).owner.inputs[0]
    assert (again.kept, again.name, type(again)) == (7, "observed", Named)


def test_flags_as_objects(theano):
    import copy

    flags = {flag.fullname: flag for flag in theano.configparser._config_var_list}
    assert flags["floatX"].__get__(True, None) == "float64"
    flags["floatX"].__set__(None, "float32")
    assert theano.config.floatX == "float32"
    assert copy.copy(theano.config).warn.round == flags["warn.round"].__get__(True, None)


def test_the_array_of_a_constant():
    assert T.constant([1.0, 2.0]).data.tolist() == T.constant([1.0, 2.0]).value.tolist() == [1.0, 2.0]
    with pytest.raises(AttributeError, match="constant"):
        _ = T.dvector("x").data


def test_a_variable_of_no_type(theano):
    """Tests of libraries make one to have an object that is a variable."""
    assert isinstance(theano.Variable("anything"), theano.Variable)


def test_an_expression_counts_as_there(theano):
    x = theano.tensor.dvector("x")
    assert x
    assert T.exp(x)
    with pytest.raises(TypeError, match="neither true nor false"):
        bool(x[0] > 0)


def test_an_expression_is_neither_true_nor_false_by_itself():
    with pytest.raises(TypeError, match="neither true nor false"):
        bool(T.dvector("x"))


def test_a_clone_keeps_its_test_values(theano):
    x, y = theano.tensor.dscalar("x"), theano.tensor.dscalar("y")
    x.tag.test_value = 2.0
    with theano.config.change_flags(compute_test_value="raise"):
        z = theano.clone(x * 3, replace={x: y})
    assert z.tag.test_value == 6


def test_real_functions_of_small_integers(theano):
    x = theano.tensor.bvector("x")
    assert theano.tensor.exp(x).dtype == "float32"
    assert theano.function([x], theano.tensor.exp(x))(np.array([3], "int8")).dtype == np.float32
    with sl.configure(manners="numpy"):
        assert T.exp(x).dtype == "float16"


def test_older_names_of_casts_and_comparisons() -> None:
    """`iround`, and the casts and comparisons of sparse matrices by their letters."""
    tensor, sparse = (functools.partial(looked_up, MODULES[f"theano.{name}"]) for name in ("tensor", "sparse"))
    x = tensor("dvector")("x")
    f = sl.function([x], [tensor("iround")(x), tensor("iround")(x, "half_away_from_zero")])
    even, away = f([0.4, 2.5, -1.5])
    assert (even.tolist(), away.tolist(), even.dtype) == ([0, 2, -2], [0, 3, -2], "int64")
    m, d = sparse("csr_matrix")("m"), tensor("dmatrix")("d")
    value = scipy.sparse.random(3, 3, 0.5, "csr", random_state=0)
    casts = sl.function([m], [sparse(f"{letter}cast")(m) for letter in "bwilfdcz"])(value)
    assert [item.dtype.char for item in casts] == list("bhilfdFD")
    less, equal = sparse("less_than_s_s")(m, m * 2.0), sparse("equal_s_d")(m, d)
    found = sl.function([m, d], [less, equal])(value, value.toarray())
    np.testing.assert_array_equal(found[0].toarray(), value.toarray() < 2 * value.toarray())
    assert np.asarray(found[1]).all()
