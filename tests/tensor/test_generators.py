"""Draws from generators of NumPy: their numbers, their states, and how programs of PyTensor's kind write them."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest
import scipy.stats as stats

import symlab as sl
import symlab.tensor as T
from symlab.core.generators import RandomGeneratorSharedVariable, RandomStateSharedVariable
from symlab.core.ir.errors import DisconnectedInputError, InvalidValue, ShapeMismatch, TypeMismatch
from symlab.core.ops.generator_states import generator_of, state_words
from symlab.tensor.random import basic
from symlab.tensor.random.type import (
    RandomGeneratorType,
    RandomStateType,
    RandomType,
    random_generator_type,
    random_state_type,
)
from symlab.tensor.random.utils import RandomStream, broadcast_params, normalize_size_param

R = T.random
LOC = np.array([1.0, -2.0, 0.5])
MEAN, COV = np.array([1.0, -2.0]), np.array([[2.0, 0.6], [0.6, 0.5]])
P = np.array([0.2, 0.5, 0.3])
MAKERS = {"Generator": np.random.default_rng, "RandomState": np.random.RandomState}

# Of each distribution the arguments, and what NumPy or SciPy is asked for the same numbers
NUMPY: dict[str, tuple[tuple[Any, ...], Any]] = {
    "beta": ((0.6, 2.0), lambda g, n: g.beta(0.6, 2.0, n)),
    "binomial": ((9, 0.3), lambda g, n: g.binomial(9, 0.3, n)),
    "bernoulli": ((0.3,), lambda g, n: g.binomial(1, 0.3, n)),
    "chisquare": ((3.5,), lambda g, n: g.chisquare(3.5, n)),
    "exgaussian": ((1.0, 0.5, 2.0), lambda g, n: g.normal(1.0, 0.5, n) + g.exponential(2.0, n)),
    "exponential": ((2.0,), lambda g, n: g.exponential(2.0, n)),
    "f": ((3.0, 5.0), lambda g, n: g.f(3.0, 5.0, n)),
    "gamma": ((0.7, 0.5), lambda g, n: g.gamma(0.7, 2.0, n)),
    "geometric": ((0.3,), lambda g, n: g.geometric(0.3, n)),
    "hypergeometric": ((7, 9, 6), lambda g, n: g.hypergeometric(7, 9, 6, n)),
    "laplace": ((1.0, 2.0), lambda g, n: g.laplace(1.0, 2.0, n)),
    "logistic": ((1.0, 2.0), lambda g, n: g.logistic(1.0, 2.0, n)),
    "lognormal": ((0.5, 0.7), lambda g, n: g.lognormal(0.5, 0.7, n)),
    "logseries": ((0.7,), lambda g, n: g.logseries(0.7, n)),
    "nbinom": ((3, 0.4), lambda g, n: g.negative_binomial(3, 0.4, n)),
    "negative_binomial": ((3, 0.4), lambda g, n: g.negative_binomial(3, 0.4, n)),
    "normal": ((1.0, 2.0), lambda g, n: g.normal(1.0, 2.0, n)),
    "poisson": ((4.5,), lambda g, n: g.poisson(4.5, n)),
    "power": ((2.5,), lambda g, n: g.power(2.5, n)),
    "random": ((), lambda g, n: g.random(n)),
    "rayleigh": ((2.0,), lambda g, n: g.rayleigh(2.0, n)),
    "standard_exponential": ((), lambda g, n: g.standard_exponential(n)),
    "standard_gamma": ((2.5,), lambda g, n: g.standard_gamma(2.5, n)),
    "standard_normal": ((), lambda g, n: g.standard_normal(n)),
    "standard_t": ((4.0,), lambda g, n: g.standard_t(4.0, n)),
    "t": ((4.0, 1.0, 2.0), lambda g, n: 1.0 + 2.0 * g.standard_t(4.0, n)),
    "triangular": ((-1.0, 0.5, 2.0), lambda g, n: g.triangular(-1.0, 0.5, 2.0, n)),
    "uniform": ((-1.0, 3.0), lambda g, n: g.uniform(-1.0, 3.0, n)),
    "vonmises": ((0.5, 2.0), lambda g, n: g.vonmises(0.5, 2.0, n)),
    "wald": ((2.0, 3.0), lambda g, n: g.wald(2.0, 3.0, n)),
    "weibull": ((1.5,), lambda g, n: g.weibull(1.5, n)),
    "zipf": ((3.0,), lambda g, n: g.zipf(3.0, n)),
    "betabinom": ((9, 1.5, 2.0), lambda g, n: stats.betabinom.rvs(9, 1.5, 2.0, size=n, random_state=g)),
    "cauchy": ((1.0, 2.0), lambda g, n: stats.cauchy.rvs(1.0, 2.0, size=n, random_state=g)),
    "gengamma": ((1.5, 2.0, 3.0), lambda g, n: stats.gengamma.rvs(0.75, 2.0, scale=3.0, size=n, random_state=g)),
    "gumbel": ((1.0, 2.0), lambda g, n: stats.gumbel_r.rvs(1.0, 2.0, size=n, random_state=g)),
    "halfcauchy": ((1.0, 2.0), lambda g, n: stats.halfcauchy.rvs(1.0, 2.0, size=n, random_state=g)),
    "halfnormal": ((1.0, 2.0), lambda g, n: stats.halfnorm.rvs(1.0, 2.0, size=n, random_state=g)),
    "invgamma": ((2.5, 2.0), lambda g, n: stats.invgamma.rvs(2.5, scale=2.0, size=n, random_state=g)),
    "pareto": ((2.5, 2.0), lambda g, n: stats.pareto.rvs(2.5, scale=2.0, size=n, random_state=g)),
    "standard_cauchy": ((), lambda g, n: stats.cauchy.rvs(size=n, random_state=g)),
    "truncated_normal": (
        (1.0, 2.0, -1.0, 3.0), lambda g, n: stats.truncnorm.rvs(-1.0, 3.0, 1.0, 2.0, size=n, random_state=g),
    ),
    "truncexpon": ((1.5, 1.0, 2.0), lambda g, n: stats.truncexpon.rvs(1.5, 1.0, 2.0, size=n, random_state=g)),
}  # fmt: skip
ARRAYS: dict[str, tuple[tuple[Any, ...], Any]] = {
    "choice": ((np.array([2.0, 3.0, 5.0]),), lambda g, n: g.choice([2.0, 3.0, 5.0], n)),
    "dirichlet": ((np.array([1.0, 2.0, 3.0]),), lambda g, n: g.dirichlet([1.0, 2.0, 3.0], n)),
    "multinomial": ((7, P), lambda g, n: g.multinomial(7, P, n)),
    "multivariate_normal": ((MEAN, COV), lambda g, n: g.multivariate_normal(MEAN, COV, n)),
    "permutation": ((5,), lambda g, n: np.reshape([g.permutation(5) for _ in range(6)], (*n, 5))),
    "categorical": ((P,), lambda g, n: np.searchsorted(np.cumsum(P), g.uniform(size=n))),
}


def shared_of(kind: str, seed: int = 5) -> Any:
    return sl.shared(MAKERS[kind](seed))


def test_every_distribution_of_both_kinds_gives_the_numbers_of_numpy() -> None:
    cases = {**NUMPY, **ARRAYS}
    assert {*cases, "integers", "randint", "shuffle", "shuffle_row_elements", "RandomState", "default_rng"} == {
        *basic.__all__
    }
    for kind, make in MAKERS.items():
        draws = [getattr(basic, name)(*told, size=(2, 3), rng=shared_of(kind)) for name, (told, _) in cases.items()]
        for found, (name, (_, numpy)) in zip(sl.function([], draws)(), cases.items(), strict=True):
            np.testing.assert_array_equal(found, numpy(make(5), (2, 3)), err_msg=f"{name}, {kind}")


def test_whole_numbers_by_the_method_that_a_generator_has() -> None:
    found = sl.function([], [
        R.integers(-2, 5, size=4, rng=shared_of("Generator")), R.randint(-2, 5, size=4, rng=shared_of("RandomState")),
        R.integers(6, rng=shared_of("Generator")),
    ])()  # fmt: skip
    np.testing.assert_array_equal(found[0], np.random.default_rng(5).integers(-2, 5, 4))
    np.testing.assert_array_equal(found[1], np.random.RandomState(5).randint(-2, 5, 4))
    assert found[2] == np.random.default_rng(5).integers(6)
    with pytest.raises(TypeMismatch, match=r"RandomState has no method integers(.|\n)*randint"):
        R.integers(3, rng=shared_of("RandomState"))
    with pytest.raises(TypeMismatch, match="Generator has no method randint"):
        R.randint(3, rng=shared_of("Generator"))


@pytest.mark.parametrize("bits", ["MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64"])
def test_a_state_is_a_generator_again(bits: str) -> None:
    """Of every kind of bits, with half a word or a normal number left over."""
    generator = np.random.Generator(getattr(np.random, bits)(3))
    generator.integers(10, dtype=np.int32)
    old = np.random.RandomState(getattr(np.random, bits)(3))
    old.normal()
    for made in (generator, old):
        again = generator_of(state_words(made))
        assert type(again) is type(made)
        words = state_words(made)
        np.testing.assert_array_equal(again.normal(size=3), made.normal(size=3))
        assert not np.array_equal(state_words(made), words)
        np.testing.assert_array_equal(state_words(again), state_words(made))
    with pytest.raises(ValueError, match="not the state"):
        generator_of(np.arange(5, dtype=np.uint32))


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE", "DebugMode"])
@pytest.mark.parametrize("kind", MAKERS)
def test_a_state_moves_on_by_updates_alone(kind: str, mode: str) -> None:
    rng = shared_of(kind)
    draw = R.normal(0, 1, size=(3,), rng=rng)
    following, draw = draw.owner.outputs
    still, moving = sl.function([], draw, mode=mode), sl.function([], draw * 1, updates={rng: following}, mode=mode)
    generator = MAKERS[kind](5)
    first, second = generator.normal(size=3), generator.normal(size=3)
    np.testing.assert_array_equal(still(), first)
    np.testing.assert_array_equal(moving(), first)
    np.testing.assert_array_equal(still(), second)
    assert rng.get_value().normal() == second[0]
    rng.set_value(MAKERS[kind](5))
    np.testing.assert_array_equal(moving(), first)
    rng.set_value(seed=5)
    np.testing.assert_array_equal(still(), first)


def test_a_shared_generator_is_a_copy_unless_it_is_borrowed() -> None:
    given = np.random.default_rng(1)
    own, borrowed = sl.shared(given), sl.shared(given, borrow=True)
    assert own.get_value(borrow=True) is not given
    assert borrowed.get_value(borrow=True) is given
    assert borrowed.container.storage[0] is given
    assert borrowed.get_value() is not given
    f = sl.function([], R.uniform(rng=own))
    before = f()
    given.uniform()
    assert f() == before
    assert isinstance(own, RandomGeneratorSharedVariable)
    assert str(own).startswith("RandomGeneratorSharedVariable(")
    assert isinstance(sl.shared(np.random.RandomState(1)), RandomStateSharedVariable)
    for wrong in (3, "PCG64", np.zeros(4)):
        with pytest.raises((TypeMismatch, ValueError)):
            own.set_value(wrong)
    with pytest.raises(InvalidValue, match="not both"):
        own.set_value(given, seed=3)


def test_a_default_update_and_copies_of_functions_and_variables() -> None:
    rng = R.shared_rng(seed=5, name="rng")
    following, draw = rng.normal(0, 1, size=2)
    rng.default_update = following
    f = sl.function([], draw)
    generator = np.random.default_rng(5)
    np.testing.assert_array_equal(f(), generator.normal(size=2))
    expected = generator.normal(size=2)
    other = copy.deepcopy(rng)
    for made in (pickle.loads(pickle.dumps(f)), copy.deepcopy(f)):
        np.testing.assert_array_equal(made(), expected)
    np.testing.assert_array_equal(f(), expected)
    np.testing.assert_array_equal(other.get_value().normal(size=2), expected)
    with pytest.raises(AttributeError, match="normal"):
        rng.nomal
    with pytest.raises(InvalidValue, match="one of them"):
        R.shared_rng()


def test_generators_go_in_and_come_out() -> None:
    rng = R.rng("rng")
    following, draw = basic.normal(size=2, rng=rng, return_next_rng=True)
    f = sl.function([rng], [following, draw])
    generator = np.random.default_rng(8)
    moved, first = f(np.random.default_rng(8))
    np.testing.assert_array_equal(first, generator.normal(size=2))
    assert isinstance(moved, np.random.Generator)
    np.testing.assert_array_equal(f(moved)[1], generator.normal(size=2))
    assert moved.normal() != generator.normal()  # a call changes no generator that it is given
    named = sl.function([rng], {"state": following, "draw": draw})(np.random.default_rng(8))
    np.testing.assert_array_equal(named["draw"], first)
    assert named["state"].normal() == np.random.default_rng(8).normal(size=3)[2]
    alone = sl.function([rng], following)
    assert isinstance(alone(np.random.default_rng(8)), np.random.Generator)
    kept = sl.function([sl.In(rng, value=np.random.default_rng(8), update=following, mutable=True)], draw)
    np.testing.assert_array_equal(kept(), first)
    assert kept[rng].normal() == np.random.default_rng(8).normal(size=3)[2]
    with pytest.raises((TypeMismatch, ValueError)):
        f(3)


def test_generators_made_in_the_expression() -> None:
    seed = T.lscalar("seed")
    state = R.default_rng(seed)
    made, draw = sl.function([seed], [state, R.normal(rng=state)])(3)
    assert random_generator_type.values_eq(made, np.random.default_rng(3))
    assert draw == np.random.default_rng(3).normal()
    fresh = sl.function([], [R.RandomState(), R.RandomState(4)])
    old, seeded = fresh()
    assert isinstance(old, np.random.RandomState)
    assert not random_state_type.values_eq(old, fresh()[0])
    assert random_state_type.values_eq(seeded, np.random.RandomState(4))


@pytest.mark.parametrize("kind", MAKERS)
def test_draws_in_loops(kind: str) -> None:
    rng = shared_of(kind)

    def carried(state: Any) -> Any:
        return basic.normal(rng=state, return_next_rng=True)

    def updated() -> Any:
        following, draw = basic.normal(rng=rng, return_next_rng=True)
        return draw, {rng: following}

    states, _ = sl.scan(carried, outputs_info=[rng, None], n_steps=3)
    draws, updates = sl.scan(updated, n_steps=3)
    f = sl.function([], [states[1], draws], updates=updates)
    generator = MAKERS[kind](5)
    for place in range(2):
        one, other = f()
        wanted = generator.normal(size=3)
        np.testing.assert_array_equal(other, wanted, err_msg=str(place))
        np.testing.assert_array_equal(one, wanted)


def test_sizes_and_parameters() -> None:
    n, size, loc, rng = T.lscalar("n"), T.lvector("size"), T.dvector("loc"), shared_of("Generator")
    draws = [
        R.normal(0, 1, size=(n, 2), rng=rng), R.normal(loc, 1, rng=rng), R.normal(loc, [[1.0], [2.0]], rng=rng),
        R.normal(loc, 1, size=(4, n + 1), rng=rng), R.normal(0, 1, size=T.specify_shape(size, (2,)), rng=rng),
        R.normal(0, 1, size=[], rng=rng), R.normal(0, 1, size=T.stack([n]), dtype="float32", rng=rng),
    ]  # fmt: skip
    found = sl.function([n, size, loc], draws)(2, [3, 1], LOC)
    assert [item.shape for item in found] == [(2, 2), (3,), (2, 3), (4, 3), (3, 1), (), (2,)]
    assert found[-1].dtype == np.float32
    np.testing.assert_array_equal(found[1], np.random.default_rng(5).normal(LOC, 1))
    np.testing.assert_array_equal(found[3], np.random.default_rng(5).normal(LOC, 1, size=(4, 3)))
    assert R.normal(np.zeros((1, 3)), [[1.0], [2.0]], rng=rng).type.shape == (2, 3)
    assert R.normal(0, 1, size=T.constant([1, 4]), rng=rng).type.shape == (1, 4)
    assert R.normal(0, 1, size=T.stack([T.constant(1), n, T.constant(1)]), rng=rng).type.shape == (1, None, 1)
    with pytest.raises(ShapeMismatch, match="`size` has 1"):
        R.normal(T.dmatrix(), size=3, rng=rng)
    with pytest.raises(ValueError, match="broadcast"):
        sl.function([loc], R.normal(loc, 1, size=2, rng=rng))(LOC)
    with pytest.raises(ValueError, match="scale"):
        sl.function([loc], R.normal(0, loc, rng=rng))(LOC)


def test_parameters_in_stacks() -> None:
    """One draw after another where a distribution of arrays has parameters of more axes."""
    rng, means, n = shared_of("Generator"), np.array([[0.0, 0.0], [10.0, 20.0], [5.0, 5.0]]), np.array([4, 9])
    shares, rows = np.array([[0.2, 0.8], [1.0, 0.0]]), np.array([[1.0, 9.0], [9.0, 1.0]])
    x = np.arange(12).reshape(4, 3)
    found = sl.function([], [
        R.multivariate_normal(means, COV, rng=rng), R.multivariate_normal(means[0], COV, size=(2, 3), rng=rng),
        R.multinomial(n, shares, size=(3, 2), rng=rng), R.dirichlet(rows, rng=rng), R.categorical(shares, rng=rng),
        R.choice(x, 2, replace=False, rng=rng), R.permutation(x, rng=rng), R.choice(7, (2, 2), rng=rng),
        R.choice(x, p=[0.0, 0.0, 1.0, 0.0], rng=rng), R.shuffle_row_elements(x, rng=rng), R.shuffle(x, 1, rng=rng),
    ])()  # fmt: skip
    generator = np.random.default_rng(5)
    np.testing.assert_array_equal(found[0], [generator.multivariate_normal(mean, COV) for mean in means])
    assert found[1].shape == (2, 3, 2)
    generator = np.random.default_rng(5)
    wanted = [[generator.multinomial(*pair) for pair in zip(n, shares, strict=True)] for _ in range(3)]
    np.testing.assert_array_equal(found[2], wanted)
    generator = np.random.default_rng(5)
    np.testing.assert_array_equal(found[3], [generator.dirichlet(row) for row in rows])
    chance = np.random.default_rng(5).uniform(size=2)
    np.testing.assert_array_equal(found[4], [int(chance[0] > 0.2), 0])
    np.testing.assert_array_equal(found[5], np.random.default_rng(5).choice(x, 2, replace=False))
    np.testing.assert_array_equal(found[6], np.random.default_rng(5).permutation(x))
    np.testing.assert_array_equal(found[7], np.random.default_rng(5).choice(7, (2, 2)))
    np.testing.assert_array_equal(found[8], x[2])
    np.testing.assert_array_equal(np.sort(found[9], 1), x)
    np.testing.assert_array_equal(found[10][:, np.argsort(found[10][0])], x)
    with pytest.raises(ValueError):
        sl.function([], R.multivariate_normal(MEAN, -COV, rng=rng))()


def test_the_words_of_symlab_and_those_of_pytensor_for_gamma() -> None:
    rng = shared_of("Generator")
    found = sl.function([], [
        basic.gamma(2.0, 4.0, rng=rng), R.gamma(2.0, scale=0.25, rng=rng), basic.gamma(2.0, rng=rng),
        basic.gamma(2.0, scale=0.25, rng=rng),
    ])()  # fmt: skip
    assert found[0] == found[1] == found[3] == np.random.default_rng(5).gamma(2.0, 0.25)
    assert found[2] == np.random.default_rng(5).gamma(2.0)
    with pytest.raises(TypeMismatch, match="say which"):
        R.gamma(2.0, 4.0, rng=rng)
    with pytest.raises(TypeMismatch, match="not both"):
        basic.gamma(2.0, 4.0, scale=1.0)


def test_nodes_of_draws_as_programs_walk_them() -> None:
    rng, loc = shared_of("Generator"), T.dvector("loc")
    draw = R.normal(loc, 2.0, size=(2, loc.shape[0]), rng=rng)
    node = draw.owner
    assert node.op is basic.normal
    assert node.inputs[0] is rng is node.op.rng_param(node)
    assert node.op.dist_params(node)[0] is loc
    assert len(node.op.size_param(node)) == 2
    assert node.outputs[1] is draw
    assert isinstance(node.outputs[0].type, RandomType)
    following, named = R.normal(loc, 2.0, rng=rng, name="sample", return_next_rng=True)
    assert isinstance(following.type, RandomType)
    assert named.name == "sample"
    assert pickle.loads(pickle.dumps(draw)).owner.op is basic.normal
    with pytest.raises(DisconnectedInputError, match="passes no gradient"):
        T.grad(draw.sum(), loc)
    assert basic.normal(0, 1).owner.inputs[0].get_value().normal() != basic.normal(0, 1).owner.inputs[0]
    for wrong in (np.random.default_rng(3), 3.5, "generator"):
        with pytest.raises(TypeMismatch):
            basic.normal(0, 1, rng=wrong)
    with pytest.raises(TypeMismatch, match="locc"):
        basic.normal(locc=3.0, rng=rng)


class Doubled(R.RandomVariable):
    """Twice a uniform number, and a."""

    name = "doubled"
    ndim_supp = 0
    ndims_params = (0,)
    dtype = "floatX"

    @classmethod
    def rng_fn(cls, rng: Any, a: Any, size: Any) -> Any:
        return a + 2 * rng.random(size)


class Scaled(R.RandomVariable):
    """Normal vectors of these deviations."""

    name = "scaled"
    signature = "(n)->(n)"
    dtype = "float64"

    @classmethod
    def rng_fn(cls, rng: Any, scales: Any, size: Any) -> Any:
        return scales * rng.normal(size=(*(size or ()), scales.shape[-1]))


def test_distributions_that_a_program_writes() -> None:
    doubled, scaled, named = Doubled(), Scaled(), R.RandomVariable("rayleigh", 0, [0], "float32")
    assert doubled == Doubled()
    rng = shared_of("Generator")
    several = [
        doubled(LOC, rng=rng),
        scaled(LOC, size=(4,), rng=rng),
        named(2.0, size=3, rng=rng),
        scaled(LOC, rng=rng),
    ]
    f = sl.function([], several)
    for made in (f, pickle.loads(pickle.dumps(f))):
        found = made()
        np.testing.assert_array_equal(found[0], LOC + 2 * np.random.default_rng(5).random(3))
        np.testing.assert_array_equal(found[1], LOC * np.random.default_rng(5).normal(size=(4, 3)))
        np.testing.assert_array_equal(found[2], np.random.default_rng(5).rayleigh(2.0, 3).astype("float32"))
        assert found[3].shape == (3,)
    assert several[0].owner.op is doubled
    for wrong in (lambda: R.RandomVariable("normal", 0, 0, "float64"), lambda: R.RandomVariable("x", 0, [0])(1.0)):
        with pytest.raises(TypeMismatch):
            wrong()


@pytest.mark.parametrize("kind", MAKERS)
def test_streams_of_generators(kind: str) -> None:
    """Each draw has a generator seeded by a child of the stream's seed."""
    constructor = np.random.RandomState if kind == "RandomState" else np.random.default_rng
    stream = RandomStream(234, rng_ctor=constructor)
    draws = [stream.uniform(-1, 1, size=(2, 2)), stream.normal(size=3), stream.gen(basic.poisson, 4.0, size=2)]
    f = sl.function([], draws)
    made = [np.random.RandomState(np.random.MT19937(seed)) if kind == "RandomState" else np.random.default_rng(seed)
            for seed in np.random.SeedSequence(234).spawn(3)]  # fmt: skip
    for _ in range(2):
        uniform, normal, poisson = f()
        np.testing.assert_array_equal(uniform, made[0].uniform(-1, 1, (2, 2)))
        np.testing.assert_array_equal(normal, made[1].normal(size=3))
        np.testing.assert_array_equal(poisson, made[2].poisson(4.0, 2))
    still = sl.function([], draws[0], no_default_updates=True)
    np.testing.assert_array_equal(still(), still())
    stream.seed()
    np.testing.assert_array_equal(f()[1], first_of_second(constructor))
    assert [state for state, _ in stream.updates()] == [state for state, _ in stream.state_updates]
    with pytest.raises(InvalidValue, match="rng"):
        stream.normal(rng=sl.shared(np.random.default_rng(1)))
    with pytest.raises(AttributeError, match="uniform"):
        stream.unifrom
    with pytest.raises(AttributeError):
        RandomStream(namespace=np).ndarray


def first_of_second(constructor: Any) -> Any:
    """The first normal numbers of the second child of seed 234."""
    seed = np.random.SeedSequence(234).spawn(2)[1]
    made = np.random.RandomState(np.random.MT19937(seed)) if constructor is np.random.RandomState else constructor(seed)
    return made.normal(size=3)


def test_helpers_for_parameters() -> None:
    mean, cov = np.array([1, 2, 3]), np.stack([np.eye(3), 2 * np.eye(3)])
    for found, wanted in zip(broadcast_params([mean, cov], [1, 2]), (np.stack([mean, mean]), cov), strict=True):
        np.testing.assert_array_equal(found, wanted)
    x = T.dvector("x")
    one, other = sl.function([x], broadcast_params([x, cov], [1, 2]))(mean)
    np.testing.assert_array_equal(one, np.stack([mean, mean]))
    np.testing.assert_array_equal(other, cov)
    assert normalize_size_param(None).type.shape == (0,)
    assert normalize_size_param((2, T.lscalar())).type.shape == (2,)


def test_types_of_generators() -> None:
    for type, make in ((random_generator_type, np.random.default_rng), (random_state_type, np.random.RandomState)):
        made = make(3)
        assert type.filter(made) is made
        assert type == pickle.loads(pickle.dumps(type))
        assert type.values_eq(made, make(3))
        assert not type.values_eq(made, make(4))
        told = made.get_state(legacy=False) if type is random_state_type else made.bit_generator.state
        assert type.is_valid_value(told, strict=False)
        assert not type.is_valid_value(told)
        for wrong in ({}, {**told, "state": {}}, 3, None):
            assert not type.is_valid_value(wrong, strict=False)
        assert type.may_share_memory(made, made)
        assert not type.may_share_memory(made, make(3))
        assert isinstance(type("x").type, RandomType)
        assert isinstance(sl.shared(made).type, RandomStateType if type is random_state_type else RandomGeneratorType)
    assert RandomStateType() is random_state_type
    assert repr(random_state_type) == "RandomStateType"
    assert not isinstance(random_state_type("x").type, RandomGeneratorType)


def test_what_is_no_generator_is_refused_where_one_is_an_input() -> None:
    """Generators of the other kind, numbers, states of the other kind; the dict of a state is taken."""
    rng, legacy = T.random.rng("rng"), random_state_type("legacy")
    f = sl.function([rng], basic.normal(0.0, 1.0, rng=rng, size=(2,)), name="f")
    g = sl.function([legacy], basic.normal(0.0, 1.0, rng=legacy, size=(2,)))
    one, other = np.random.default_rng(4), np.random.RandomState(4)
    np.testing.assert_array_equal(f(one.bit_generator.state), f(one))
    np.testing.assert_array_equal(g(other.get_state(legacy=False)), g(other))
    for bad, word in ((other, "a RandomState"), (3, "of type int"), ({}, "of type dict"), (np.arange(4), "ndarray")):
        with pytest.raises(TypeMismatch, match=rf"\(rng\) of f must be a Generator of NumPy, and is {word}|ndarray"):
            f(bad)
    with pytest.raises(TypeMismatch, match="must be a RandomState of NumPy, and is a Generator"):
        g(one)


@pytest.mark.parametrize("dtype", ["int8", "uint16", "int32", "bool", "float32"])
def test_whole_numbers_in_a_narrow_dtype(dtype: str) -> None:
    """Those that NumPy draws in this dtype, which refuses bounds beyond it."""
    drawn = "int64" if dtype == "float32" else dtype
    for made, name in ((np.random.default_rng, "integers"), (np.random.RandomState, "randint")):
        draw = getattr(basic, name)
        found = sl.function([], draw(0, 2, size=(9,), rng=sl.shared(made(1)), dtype=dtype))()
        np.testing.assert_array_equal(found, getattr(made(1), name)(0, 2, size=(9,), dtype=drawn))
        assert found.dtype == dtype
    if dtype == "int8":
        with pytest.raises(ValueError, match="out of bounds for int8"):
            sl.function([], basic.integers(0, 300, size=(9,), rng=sl.shared(np.random.default_rng(1)), dtype=dtype))()


def test_the_error_of_a_gradient_through_a_generator_says_the_way_out() -> None:
    """NumPy's numbers are not differentiated; a RandomStream's are."""
    mean = T.dscalar("mean")
    with pytest.raises(DisconnectedInputError, match=r"T\.random\.RandomStream\(seed\), which are differentiated"):
        T.grad(basic.normal(mean, 1.0, rng=sl.shared(np.random.default_rng(1))), mean)


def test_draws_one_after_another_as_methods():
    """Of an input, of the states that follow, and of a shared generator."""
    rng, shared_rng = R.rng("rng"), R.shared_rng(seed=8)
    for start in (rng, shared_rng):
        following, first = start.normal(1, 2, size=(3,))
        last, second = following.integers(0, 10, size=(4,))
        final, third = last.choice(5, size=(2,))
        assert isinstance(final, type(following))
        f = sl.function([start] if start is rng else [], [final, first, second, third])
        state, *found = f(np.random.default_rng(8)) if start is rng else f()
        same = np.random.default_rng(8)
        for value, wanted in zip(
            found, (same.normal(1, 2, 3), same.integers(0, 10, 4), same.choice(5, 2)), strict=True
        ):
            np.testing.assert_array_equal(value, wanted)
        assert state.normal() == same.normal()
    with pytest.raises(AttributeError, match="a generator has no norml: did you mean 'normal'"):
        rng.norml
    with pytest.raises(TypeMismatch, match="5 is no generator of NumPy"):
        R.shared_rng(5)
    copied = pickle.loads(pickle.dumps(rng))
    assert copied.normal(0, 1)[1].ndim == 0
