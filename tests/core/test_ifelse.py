"""`ifelse`: values, laziness, gradients, several results, inside loops and inside each other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.backends.c.staged import StagedExecutable
from symlab.core.ir.errors import InvalidValue, TypeMismatch
from symlab.core.lower.memory import Program
from symlab.core.lower.program import LoopCall

ifelse = sl.ifelse


@pytest.fixture(params=["FAST_RUN", "FAST_COMPILE"])
def mode(request: Any) -> str:
    return str(request.param)


def compiled(inputs: Any, outputs: Any, mode: str) -> Any:
    """The function, which in FAST_RUN must be compiled."""
    made = sl.function(inputs, outputs, mode=mode)
    assert mode == "FAST_COMPILE" or isinstance(made.trace.program, Program)
    return made


def test_values(mode: str) -> None:
    c, x = T.lscalar("c"), T.dvector("x")
    f = compiled([c, x], ifelse(c > 0, T.exp(x), x * 2), mode)
    values = np.array([0.0, 1.0, -2.0])
    np.testing.assert_allclose(f(1, values), np.exp(values))
    np.testing.assert_allclose(f(0, values), values * 2)


def test_the_other_branch_is_not_computed(mode: str) -> None:
    c, x, place = T.lscalar("c"), T.dvector("x"), T.lvector("place")
    f = compiled([c, x, place], ifelse(c, T.sum(x), T.sum(x[place])), mode)
    assert f(1, [1.0, 2.0], [7]) == 3.0
    with pytest.raises(IndexError):
        f(0, [1.0, 2.0], [7])


def test_several_results_and_shared_work(mode: str) -> None:
    c, x, y = T.dscalar("c"), T.dvector("x"), T.dvector("y")
    shared = T.tanh(x)
    first, second = ifelse(c, [shared + 1, T.sum(y)], [shared * y.sum(), T.prod(x)])
    f = compiled([c, x, y], [first, second, shared], mode)
    a, b = np.array([0.5, 2.0]), np.array([1.0, 3.0])
    for given, wanted in [(1.0, (np.tanh(a) + 1, 4.0)), (0.0, (np.tanh(a) * 4, 1.0))]:
        found = f(given, a, b)
        np.testing.assert_allclose(found[0], wanted[0])
        np.testing.assert_allclose(found[1], wanted[1])


def test_gradients(mode: str) -> None:
    c, x = T.lscalar("c"), T.dvector("x")
    cost = T.sum(ifelse(c, x**2, T.sin(x)) * 3)
    f = compiled([c, x], [sl.grad(cost, x), sl.Rop(cost, x, T.ones_like(x))], mode)
    values = np.array([0.3, 1.5])
    for given, wanted in [(1, 6 * values), (0, 3 * np.cos(values))]:
        found = f(given, values)
        np.testing.assert_allclose(found[0], wanted)
        np.testing.assert_allclose(found[1], wanted.sum())


def test_within_each_other_and_within_loops(mode: str) -> None:
    x = T.dvector("x")

    def step(row: Any, h: Any) -> Any:
        return ifelse(row > 0, ifelse(row > 1, h + 10, h + row), h * 0.5)

    states, _ = sl.scan(step, sequences=x, outputs_info=T.constant(1.0))
    f = compiled([x], [states, sl.grad(states[-1], x)], mode)
    found = f([0.5, 2.0, -1.0, 0.25])
    np.testing.assert_allclose(found[0], [1.5, 11.5, 5.75, 6.0])
    np.testing.assert_allclose(found[1], [0.5, 0.0, 0.0, 1.0])


def test_a_loop_within_a_branch(mode: str) -> None:
    c, x = T.lscalar("c"), T.dvector("x")
    total = sl.reduce(lambda row, h: h + row, x, 0.0)[0]
    f = compiled([c, x], ifelse(c, total, T.constant(-1.0)), mode)
    assert f(1, [1.0, 2.0]) == 3.0
    assert f(0, [1.0, 2.0]) == -1.0


def test_branches_of_different_shapes() -> None:
    c, x, y = T.lscalar("c"), T.dvector("x"), T.dvector("y")
    f = sl.function([c, x, y], ifelse(c, x, y) * 2)
    assert isinstance(f.executable, StagedExecutable)
    np.testing.assert_allclose(f(1, [1.0], [1.0, 2.0]), [2.0])
    np.testing.assert_allclose(f(0, [1.0], [1.0, 2.0]), [2.0, 4.0])


def test_errors() -> None:
    x = T.dvector("x")
    with pytest.raises(TypeMismatch, match="scalar"):
        ifelse(x > 0, x, x)
    with pytest.raises(TypeMismatch, match="ranks"):
        ifelse(T.lscalar(), x, T.sum(x))
    with pytest.raises(InvalidValue, match="2 and 1"):
        ifelse(T.lscalar(), [x, x], [x])


def test_functions_of_operands(mode: str) -> None:
    x, y = T.dvector("x"), T.dscalar("y")
    pair = sl.cond(y > 0, lambda a, b: (a * b, T.sum(a)), lambda a, b: (a, b), x, y)
    assert isinstance(pair, tuple)
    f = sl.function([x, y], [*pair, *sl.grad(T.sum(pair[0]), [x, y])], mode=mode)
    given = np.array([1.0, 2.0])
    for found, expected in zip(f(given, 3.0), [given * 3, 3, [3, 3], 3], strict=True):
        np.testing.assert_array_equal(found, expected)
    for found, expected in zip(f(given, -1.0), [given, -1, [1, 1], 0], strict=True):
        np.testing.assert_array_equal(found, expected)
    assert isinstance(sl.cond(y > 0, T.exp, T.log, x), type(x))


def test_a_branch_that_is_not_taken_has_the_gradient_0(mode: str) -> None:
    """Of the branch that is not taken the derivative may be infinite."""
    c, x = T.lscalar("c"), T.dvector("x")
    cost = ifelse(c, T.sum(T.log(x)), T.sum(x * T.exp(x)))
    first = sl.grad(cost, x)
    f = compiled([c, x], [first, sl.grad(T.sum(first), x)], mode)
    values = np.array([-1.0, 0.0])
    found = f(0, values)
    np.testing.assert_allclose(found, [(1 + values) * np.exp(values), (2 + values) * np.exp(values)])
    np.testing.assert_allclose(f(2, [2.0, 4.0]), [[0.5, 0.25], [-0.25, -0.0625]])


# The derivative of a branch


def network(x: Any, weights: Any) -> Any:
    h = x
    for _ in range(3):
        h = T.tanh(T.dot(h, weights))
    return T.sum(h**2)


def test_the_derivative_of_the_other_branch_is_not_computed(mode: str) -> None:
    c, x, y, place = T.lscalar("c"), T.dvector("x"), T.dvector("y"), T.lvector("place")
    cost = ifelse(c, T.sum(x**2), T.sum((x * y)[place] ** 2)) * 3
    f = compiled([c, x, y, place], [sl.grad(cost, x), sl.grad(cost, y)], mode)
    found = f(1, [1.0, 2.0], [1.0, 2.0], [7])
    np.testing.assert_array_equal(found, [[6.0, 12.0], [0.0, 0.0]])
    with pytest.raises(IndexError):
        f(0, [1.0, 2.0], [1.0, 2.0], [7])


@pytest.mark.slow
def test_work_of_a_branch_is_shared_by_its_derivatives() -> None:
    c, x, weights, bias = T.lscalar("c"), T.dmatrix("x"), T.dmatrix("weights"), T.dvector("bias")
    wrt = [x, weights, bias]

    def products(cost: Any) -> int:
        f = compiled([c, *wrt], [cost, *sl.grad(cost, wrt)], "FAST_RUN")
        return str(f.trace.program).count("product b")

    plain = network(x + bias, weights)
    assert products(ifelse(c, plain, T.sum(x))) == products(plain + 0 * c) == 9
    assert products(ifelse(c, T.sum(x), plain)) == 9


@pytest.mark.slow
@pytest.mark.parametrize("taken", [True, False])
def test_the_derivatives_of_choices_by_one_condition_are_those_without_a_choice(mode: str, taken: bool) -> None:
    c, x, weights, s = T.lscalar("c"), T.dmatrix("x"), T.dmatrix("weights"), T.dscalar("s")
    first, second = ifelse(c, [network(x, weights), s**2], [T.exp(s) * T.sum(x), network(x * s, weights)])
    cost = first * second + ifelse(c, T.sum(x * s), network(weights, x))
    chosen = {True: network(x, weights) * s**2 + T.sum(x * s)}
    chosen[False] = T.exp(s) * T.sum(x) * network(x * s, weights) + network(weights, x)
    wrt = [x, weights, s]
    slopes, wanted = sl.grad(cost, wrt), sl.grad(chosen[taken], wrt)
    again, wanted_again = (sl.grad(sum(T.sum(T.sin(g)) for g in item), wrt) for item in (slopes, wanted))
    f = compiled([c, *wrt], [*slopes, *again], mode)
    g = sl.function(wrt, [*wanted, *wanted_again], mode=mode)
    rng = np.random.default_rng(3)
    values = (rng.normal(size=(3, 3)), rng.normal(size=(3, 3)), 0.7)
    for found, correct in zip(f(taken, *values), g(*values), strict=True):
        np.testing.assert_allclose(found, correct, rtol=1e-9)


def test_branches_within_branches_have_lazy_derivatives(mode: str) -> None:
    a, b, x, place = T.lscalar("a"), T.lscalar("b"), T.dvector("x"), T.lvector("place")
    inner = ifelse(b, T.sum(T.exp(x)), T.sum(x[place] ** 2))
    cost = ifelse(a, inner * 2, T.sum(x[place] ** 3))
    f = compiled([a, b, x, place], sl.grad(cost, x), mode)
    np.testing.assert_allclose(f(1, 1, [0.0, 1.0], [9]), 2 * np.exp([0.0, 1.0]))
    np.testing.assert_allclose(f(1, 0, [0.0, 1.0], [1]), [0.0, 4.0])
    np.testing.assert_allclose(f(0, 1, [0.0, 2.0], [1]), [0.0, 12.0])
    for given in ((1, 0), (0, 0), (0, 1)):
        with pytest.raises(IndexError):
            f(*given, [0.0, 1.0], [9])


# Many choices


@pytest.mark.slow
def test_a_chain_of_choices_compiles_in_linear_time() -> None:
    c, x = T.lscalar("c"), T.dvector("x")
    found = x
    for number in range(40):  # each doubled the time when both branches had what they share to themselves
        found = ifelse(c > number, found * 2, found + 1)
    f = compiled([c, x], [found, sl.grad(T.sum(found), x)], "FAST_RUN")
    loops = [step for step in f.trace.program.steps if isinstance(step, LoopCall)]
    assert len(loops) == 4 * 40
    assert not any(isinstance(step, LoopCall) for loop in loops for step in loop.body.steps)
    np.testing.assert_array_equal(f(2, [1.0]), [[4.0 + 38], [4.0]])


@pytest.mark.slow
@pytest.mark.parametrize("depth", [30, 200])
def test_choices_within_choices(depth: int) -> None:
    c, x = T.lscalar("c"), T.dvector("x")
    found = x
    for number in range(depth):
        found = ifelse(c > number, found + 1, x * number)
    f = sl.function([c, x], found)
    assert isinstance(f.trace.program, Program)
    np.testing.assert_array_equal(f(depth, [1.0]), [1.0 + depth])
    np.testing.assert_array_equal(f(0, [1.0]), [depth - 1.0])


def test_what_both_branches_need_is_computed_before_the_choice(mode: str) -> None:
    a, b, x, place = T.lscalar("a"), T.lscalar("b"), T.dvector("x"), T.lvector("place")
    part = T.sum(x[place])
    inner = ifelse(b, part * 2, T.sum(x))
    f = compiled([a, b, x, place], ifelse(a, inner + 1, part - 1), mode)
    np.testing.assert_array_equal(f(1, 1, [3.0], [0]), 7.0)
    np.testing.assert_array_equal(f(1, 0, [3.0], [9]), 4.0)
    np.testing.assert_array_equal(f(0, 0, [3.0], [0]), 2.0)
    for given in ((1, 1), (0, 1), (0, 0)):
        with pytest.raises(IndexError):
            f(*given, [3.0], [9])


def test_sparse_matrices_are_values_of_branches(mode: str) -> None:
    import scipy.sparse

    import symlab.sparse as sparse

    c, x = T.lscalar("c"), T.dmatrix("x")
    a, b = sparse.csr_matrix("a"), sparse.csr_matrix("b")
    chosen, dense = ifelse(c, [a, x], [b, 2 * x], name="chosen")
    assert isinstance(chosen, sparse.SparseVariable)
    assert chosen.format == "csr"
    product = sparse.dot(chosen, x)
    f = sl.function([c, a, b, x], [chosen, dense, product, T.grad(product.sum(), a)], mode=mode)
    first = scipy.sparse.csr_matrix([[0.0, 2.0], [3.0, 0.0]])
    second = scipy.sparse.csr_matrix([[5.0, 0.0], [0.0, 0.0]])
    values = np.array([[1.0, 2.0], [3.0, 4.0]])
    for choice, wanted, slope in [(1, first, [[0.0, 7.0], [3.0, 0.0]]), (0, second, [[0.0, 0.0], [0.0, 0.0]])]:
        found = f(choice, first, second, values)
        assert found[0].toarray().tolist() == wanted.toarray().tolist()
        assert found[1].tolist() == (values if choice else 2 * values).tolist()
        np.testing.assert_allclose(found[2], wanted @ values)
        assert found[3].toarray().tolist() == slope


def test_sparse_and_dense_branches_do_not_match() -> None:
    import symlab.sparse as sparse

    c, x, a = T.lscalar("c"), T.dmatrix("x"), sparse.csr_matrix("a")
    for one, other in [(a, x), (x, a), (a, sparse.csc_matrix("b"))]:
        with pytest.raises(TypeMismatch, match="kinds of the branches of ifelse do not match"):
            ifelse(c, one, other)


def test_branches_of_two_dtypes_are_promoted_but_under_theanos_manners() -> None:
    c, x, n = T.lscalar("c"), T.dvector("x"), T.lvector("n")
    assert ifelse(c, x, n).dtype == "float64"
    with sl.configure(manners="theano"), pytest.raises(TypeMismatch, match="dtypes of the branches"):
        ifelse(c, x, n)


def test_derivatives_of_a_choice_of_which_no_value_is_wanted(mode: str) -> None:
    """The Jacobian needs what the branches compute on the way, and not their values."""
    c, x, y = T.lscalar("c"), T.dvector("x"), T.dvector("y")
    chosen = ifelse(c, T.sort(x)[::-1].cumsum(), T.maximum(x, y))
    f = compiled([c, x, y], [sl.jacobian(chosen, x), sl.Rop(chosen, x, y)], mode)
    values, others = np.array([2.0, 1.0, 3.0]), np.array([1.0, 2.0, 2.5])
    found = f(1, values, others)
    order = np.argsort(values)[::-1]
    wanted = np.tril(np.ones((3, 3)))[:, np.argsort(order)]
    np.testing.assert_allclose(found[0], wanted)
    np.testing.assert_allclose(found[1], wanted @ others)
    np.testing.assert_allclose(f(0, values, others)[0], np.diag([1.0, 0.0, 1.0]))
