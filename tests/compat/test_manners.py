"""Where Theano and NumPy differ: sums, dtypes of small integers, casting policies, names that hide modules."""

from __future__ import annotations

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import ConfigError, TypeMismatch


@pytest.fixture(autouse=True)
def configuration():
    with sl.configure():
        yield


NEAR = np.array([1e8, 1, -1e8], np.float32)


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE", "DebugMode"])
def test_sums_of_single_precision_run_in_double(theano, mode):
    x, z = T.fvector("x"), T.vector("z", dtype="complex64")
    f = sl.function([x], [x.sum(), T.mean(x), T.prod(x / 2)], mode=mode)
    total, mean, product = f(NEAR)
    assert (total, mean) == (1, np.float32(1 / 3))
    assert product == np.float32(-0.125e16)
    assert {item.dtype.name for item in f(NEAR)} == {"float32"}
    assert sl.function([z], z.sum(), mode=mode)(NEAR * 1j) == 1j
    assert sl.function([x], T.sum(x, acc_dtype="float32"), mode=mode)(NEAR) == 0


def test_numpys_sums_are_left_as_they_are():
    x = T.fvector("x")
    assert sl.function([x], x.sum())(NEAR) == NEAR.sum() == 0
    assert sl.function([x], T.cumsum(x))(NEAR).tolist() == np.cumsum(NEAR).tolist()


def test_running_sums_stay_in_single_precision(theano):
    x = T.fvector("x")
    assert sl.function([x], T.cumsum(x))(NEAR).tolist() == np.cumsum(NEAR).tolist()


@pytest.mark.parametrize("function", [T.jv, T.iv, T.kv, T.ive, T.owens_t])
def test_special_functions_of_small_integers(theano, function):
    """Those that SciPy computes in single precision are, where Theano's manners hold."""
    small = T.tensor(dtype="uint8", shape=(None,))
    assert function(small, small).dtype == "float32"
    assert function(T.lvector(), small).dtype == "float64"
    with pytest.raises(TypeMismatch, match="takes real numbers"):
        function(T.zvector(), small)
    assert T.erf(small).dtype == T.gammaln(small).dtype == "float64"
    with sl.configure(manners="numpy"):
        assert function(small, small).dtype == "float64"


@pytest.mark.parametrize("function", [T.nnet.hard_sigmoid, T.nnet.ultra_fast_sigmoid, T.nnet.sigmoid])
def test_sigmoids_of_small_integers(theano, function):
    assert function(T.bvector()).dtype == "float32"
    assert function(T.ivector()).dtype == "float64"
    assert function(T.fvector()).dtype == "float32"


def test_a_casting_policy(theano):
    number = T.fscalar("number")
    assert T.arange(number).dtype == "float32"
    with theano.config.change_flags(cast_policy="numpy+floatX"):
        assert T.arange(number).dtype == T.constant(1.5).dtype == "float64"
        with theano.config.change_flags(floatX="float32"):
            assert T.arange(number).dtype == T.constant(1.5).dtype == "float32"
            assert T.arange(T.dscalar(), number).dtype == T.constant(np.float64(1.5)).dtype == "float64"
            assert T.arange(T.bscalar()).dtype == T.constant(1).dtype == "int64"
    with pytest.raises(ConfigError, match="cast_policy"):
        theano.config.cast_policy = "none"


def test_modules_do_not_hide_the_functions_of_their_names(theano):
    import theano.tensor.nnet.ctc
    import theano.tensor.sort
    import theano.tensor.var

    assert theano.tensor.var is T.var
    assert theano.tensor.sort is T.sort
    assert theano.tensor.nnet.ctc is T.nnet.ctc
    assert theano.tensor.subtensor.__name__ == "theano.tensor.subtensor"
    from theano.tensor.var import TensorVariable

    assert isinstance(T.dvector(), TensorVariable)


def test_types_of_single_numbers(theano):
    for kind in (theano.scalar.Scalar("int8"), theano.scalar.ScalarType("int8")):
        assert (kind().dtype, kind().ndim) == ("int8", 0)
    with pytest.raises(theano.scalar.ComplexError, match="complex numbers have no order"):
        T.zvector() % 5


def test_small_names(theano):
    x = T.dvector("x")
    assert theano.tensor.isnan_(x).eval({x: [1.0, np.nan]}).tolist() == [False, True]
    assert theano.tensor.isinf_(x).eval({x: [1.0, np.inf]}).tolist() == [False, True]
    assert theano.tensor.is_flat(x)
    assert not theano.tensor.is_flat(T.dmatrix())
    assert theano.tensor.is_flat(T.dmatrix(), ndim=2)
    assert theano.tensor.basic.make_vector(T.dscalar(), T.dscalar()).type.shape == (2,)
    assert T.inplace.jv_inplace(x, x).type == x.type
    assert theano.tensor.opt.MakeVector("float64")(T.dscalar()).ndim == 1


def test_ops_give_lists_on_demand(theano):
    x = T.ivector("x")
    several = theano.tensor.extra_ops.Unique(return_counts=True)(x, return_list=True)
    assert [item.eval({x: [3, 1, 3]}).tolist() for item in several] == [[1, 3], [1, 2]]
    single = theano.tensor.extra_ops.Unique()(x, return_list=True)
    assert isinstance(single, list)
    assert len(single) == 1


def test_numbers_that_an_op_takes_are_those_of_its_impl(theano):
    class Scaled(theano.scalar.ScalarOp):
        def impl(self, count, x):
            return count * x

        def grad(self, inputs, gradients):
            count, _ = inputs
            return [theano.gradient.grad_not_implemented(self, 0, count), gradients[0] * count]

    x = T.dscalar("x")
    op = theano.tensor.Elemwise(Scaled(theano.scalar.upgrade_to_float))
    assert op(2, x).eval({x: 1.5}) == 3
    with pytest.raises(TypeMismatch, match="takes 2 operands"):
        op(x)


def test_the_older_convolution_warns(theano):
    images, filters = T.dtensor4("images"), T.dtensor4("filters")
    with pytest.warns(DeprecationWarning, match="the older name of nnet.conv2d"):
        found = theano.tensor.nnet.conv.conv2d(images, filters)
    assert found.ndim == 4


def test_arguments_of_another_pattern_are_of_another_type(theano):
    row = T.row("row")
    f = theano.function([row], row * 2)
    with pytest.raises(TypeError, match=r"axis 0 of argument 1 .* must have size 1, and has 2"):
        f(np.ones((2, 3)))


def test_applications_without_a_default_result(theano):
    class Halves(theano.Op):
        def make_node(self, x):
            return theano.Apply(self, [x], [x.type(), x.type()])

        def perform(self, node, inputs, storage):
            storage[0][0], storage[1][0] = inputs[0] / 2, inputs[0] / 2

    node = Halves().make_node(T.dscalar("x"))
    with pytest.raises(AttributeError, match="has 2 results, and none of them is its default"):
        T.as_tensor_variable(node)


def test_test_values_are_asked_of_variables(theano):
    x = T.dscalar("x")
    x.tag.test_value = 3.0
    assert x.get_test_value() == 3
    assert T.constant(2).get_test_value() == 2
    with pytest.raises(AttributeError, match="has no test value"):
        T.dscalar("y").get_test_value()


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE", "DebugMode"])
def test_complex_numbers_compare_as_numpys(theano, mode):
    """By their real parts first; without Theano's manners they have no order."""
    first, second = np.array([1 + 1j, 2, 3 - 1j]), np.array([1 + 2j, 1 + 5j, 3 - 1j])
    a, b = T.zvectors("a", "b")
    f = sl.function([a, b], [T.maximum(a, b), T.minimum(a, b), a < b, a <= b, a > b, a >= b], mode=mode)
    compared = (np.maximum, np.minimum, np.less, np.less_equal, np.greater, np.greater_equal)
    for found, wanted in zip(f(first, second), compared, strict=True):
        np.testing.assert_array_equal(found, wanted(first, second))
    for refused in (lambda: T.clip(a, 0, 1), lambda: a % 2, lambda: T.sort(a), a.max):
        with pytest.raises(TypeMismatch, match="complex numbers have no order"):
            refused()
    with sl.configure(manners="numpy"), pytest.raises(TypeMismatch, match="complex numbers have no order"):
        _ = a < b


def test_means_of_integers_are_real(theano):
    x = T.imatrix("x")
    assert T.mean(x, dtype="int32").dtype == T.mean(x, dtype="bool").dtype == "float64"
    assert T.mean(x, dtype="float32").dtype == "float32"
    assert T.mean(x, dtype="int32").eval({x: [[1, 2]]}) == 1.5
    with sl.configure(manners="numpy"):
        assert T.mean(x, dtype="int32").dtype == "int32"


def test_ops_of_numbers_without_a_name(theano):
    class Twice(theano.scalar.UnaryScalarOp):
        def __init__(self):
            self.output_types_preference = theano.scalar.upgrade_to_float

        def impl(self, x):
            return 2 * x

    assert str(Twice()) == "Twice"
    assert Twice() == Twice()
    x = T.dscalar("x")
    assert Twice()(x).eval({x: 1.5}) == 3


def test_a_shared_list_without_elements_is_the_list(theano):
    s = theano.shared([])
    assert s.get_value() == []
    assert s.type == theano.gof.generic
    s.set_value([1, 2])
    assert s.get_value() == [1, 2]
    assert theano.shared([1.0]).dtype == "float64"


def test_a_shared_list_without_elements_is_an_array_elsewhere():
    assert sl.shared([]).type == T.dvector


def test_numbers_alone_have_the_dtypes_of_theano(theano):
    for number, dtype in [(1, "int8"), (-129, "int16"), (True, "int8"), (70_000, "int32"), (2**40, "int64")]:
        assert T.constant(number).dtype == T.as_tensor_variable(number).dtype == dtype
    assert T.constant(0.5).dtype == "float32"
    assert T.constant(0.1).dtype == T.as_tensor_variable(0.1).dtype == "float64"
    assert T.constant(0.5, dtype="float64").dtype == "float64"
    assert T.constant([1, 2]).dtype == "int64"
    with sl.configure(floatX="float32"):
        assert T.constant(0.1).dtype == T.as_tensor_variable(0.1).dtype == "float32"
        rate, power, weights = T.constant(0.1), T.as_tensor_variable(2), sl.shared(np.ones(2, np.float32))
        step = sl.function([], [], updates=[(weights, weights - rate * weights**power)])
        step()
        np.testing.assert_allclose(weights.get_value(), [0.9, 0.9], rtol=1e-6)
    with sl.configure(manners="numpy"):
        assert [T.constant(number).dtype for number in (1, 0.5)] == ["int64", "float64"]
