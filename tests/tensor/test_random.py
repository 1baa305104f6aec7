"""Random numbers: the published bits, the same on both evaluators; distributions against SciPy's; Theano's streams."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest
import scipy.stats as stats

import symlab as sl
import symlab.tensor as T
from symlab.core.backends.reference import evaluate
from symlab.core.gradcheck import gradcheck
from symlab.core.ir.errors import InvalidValue, ShapeMismatch, TypeMismatch
from symlab.core.ops.random import philox
from symlab.tensor import rng_mrg
from symlab.tensor.random import RandomStream
from symlab.tensor.random.streams import RandomStream as Same
from symlab.tensor.rng_mrg import MRG_RandomStreams
from symlab.tensor.shared_randomstreams import RandomStreams

R = T.random
COUNT = 6_000
LEAST = 1e-3  # of the tests below about one in a thousand seeds gives less

# Bits

ANSWERS = [  # of Random123: key, counter, bits
    ((0, 0), (0, 0, 0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((2**32 - 1,) * 2, (2**32 - 1,) * 4, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0xA4093822, 0x299F31D0),
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


def rounds(key: tuple[int, int], counter: tuple[int, ...]) -> tuple[int, ...]:
    """Philox4x32-10 in Python's integers."""
    (k0, k1), (c0, c1, c2, c3) = key, counter
    for _ in range(10):
        first, second = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = second >> 32 ^ c1 ^ k0, second % 2**32, first >> 32 ^ c3 ^ k1, first % 2**32
        k0, k1 = (k0 + 0x9E3779B9) % 2**32, (k1 + 0xBB67AE85) % 2**32
    return c0, c1, c2, c3


@pytest.mark.parametrize(("key", "counter", "bits"), ANSWERS)
def test_the_published_answers(key: Any, counter: Any, bits: Any) -> None:
    assert rounds(key, counter) == bits


def test_both_evaluators_give_the_published_bits() -> None:
    rng = np.random.default_rng(0)
    key, stream, place = rng.integers(0, 2**64, (3, 300), dtype=np.uint64)
    made = [T.vector(name, dtype="uint64") for name in ("key", "stream", "place")]
    node = philox(*made)
    wanted = []
    for k, s, p in zip(key.tolist(), stream.tolist(), place.tolist(), strict=True):
        counter = (p >> 1) % 2**32, p >> 33, s % 2**32, s >> 32
        words = rounds((k % 2**32, k >> 32), counter)
        wanted.append(words[2 * (p % 2)] | words[2 * (p % 2) + 1] << 32)
    for found in (
        sl.function(made, node)(key, stream, place),
        evaluate([node], dict(zip(made, (key, stream, place))))[0],
    ):
        assert found.tolist() == wanted


# Distributions: parameters, and SciPy's

CONTINUOUS: dict[str, tuple[tuple[Any, ...], Any]] = {
    "uniform": ((-1.0, 3.0), stats.uniform(-1, 4)),
    "random": ((), stats.uniform()),
    "standard_normal": ((), stats.norm()),
    "standard_exponential": ((), stats.expon()),
    "standard_cauchy": ((), stats.cauchy()),
    "standard_gamma": ((2.5,), stats.gamma(2.5)),
    "standard_t": ((4.0,), stats.t(4)),
    "normal": ((1.0, 2.0), stats.norm(1, 2)),
    "halfnormal": ((1.0, 2.0), stats.halfnorm(1, 2)),
    "lognormal": ((0.5, 0.7), stats.lognorm(0.7, scale=np.exp(0.5))),
    "truncated_normal": ((1.0, 2.0, 3.0, 4.0), stats.truncnorm(3, 4, 1, 2)),
    "exponential": ((2.0,), stats.expon(scale=2)),
    "truncexpon": ((1.5, 1.0, 2.0), stats.truncexpon(1.5, 1, 2)),
    "exgaussian": ((1.0, 0.5, 2.0), stats.exponnorm(4, 1, 0.5)),
    "gumbel": ((1.0, 2.0), stats.gumbel_r(1, 2)),
    "logistic": ((1.0, 2.0), stats.logistic(1, 2)),
    "laplace": ((1.0, 2.0), stats.laplace(1, 2)),
    "cauchy": ((1.0, 2.0), stats.cauchy(1, 2)),
    "halfcauchy": ((1.0, 2.0), stats.halfcauchy(1, 2)),
    "pareto": ((2.5, 2.0), stats.pareto(2.5, scale=2)),
    "power": ((2.5,), stats.powerlaw(2.5)),
    "rayleigh": ((2.0,), stats.rayleigh(scale=2)),
    "weibull": ((1.5,), stats.weibull_min(1.5)),
    "triangular": ((-1.0, 0.5, 2.0), stats.triang(0.5, -1, 3)),
    "gamma": ((0.7, 2.0), stats.gamma(0.7, scale=2)),
    "invgamma": ((2.5, 2.0), stats.invgamma(2.5, scale=2)),
    "gengamma": ((1.5, 2.0, 3.0), stats.gengamma(0.75, 2, scale=3)),
    "chisquare": ((3.5,), stats.chi2(3.5)),
    "beta": ((0.6, 2.0), stats.beta(0.6, 2)),
    "f": ((3.0, 5.0), stats.f(3, 5)),
    "t": ((4.0, 1.0, 2.0), stats.t(4, 1, 2)),
    "wald": ((2.0, 3.0), stats.invgauss(2 / 3, scale=3)),
    "vonmises": ((0.5, 2.0), stats.vonmises(2.0, 0.5)),
}
DISCRETE: dict[str, tuple[tuple[Any, ...], Any]] = {
    "integers": ((-2, 5), stats.randint(-2, 5)),
    "randint": ((6,), stats.randint(0, 6)),
    "nbinom": ((2, 0.3), stats.nbinom(2, 0.3)),
    "bernoulli": ((0.3,), stats.bernoulli(0.3)),
    "binomial": ((9, 0.3), stats.binom(9, 0.3)),
    "negative_binomial": ((3, 0.4), stats.nbinom(3, 0.4)),
    "betabinom": ((9, 1.5, 2.0), stats.betabinom(9, 1.5, 2)),
    "poisson": ((4.5,), stats.poisson(4.5)),
    "geometric": ((0.3,), stats.geom(0.3)),
    "hypergeometric": ((7, 9, 6), stats.hypergeom(16, 7, 6)),
    "zipf": ((3.0,), stats.zipf(3.0)),
    "logseries": ((0.7,), stats.logser(0.7)),
    "categorical": (([0.2, 0.5, 0.3],), stats.rv_discrete(values=([0, 1, 2], [0.2, 0.5, 0.3]))),
}


ELSEWHERE = {  # draws of arrays, whose parts are tested below
    "choice", "dirichlet", "multinomial", "multivariate_normal", "permutation", "shuffle", "shuffle_row_elements",
}  # fmt: skip


def test_every_distribution_is_compared_with_its_law() -> None:
    modules = R.continuous, R.discrete, R.arrays
    known = {name for module in modules for name in module.__all__}
    assert known == {*CONTINUOUS, *DISCRETE, *ELSEWHERE}


@pytest.fixture(scope="module")
def draws() -> dict[tuple[str, str], Any]:
    """One draw from every distribution, all from one function."""
    made: dict[tuple[str, str], Any] = {}
    for dtype in ("float64", "float32"):
        rng = RandomStream(5)
        for name, (parameters, _) in CONTINUOUS.items():
            made[name, dtype] = getattr(rng, name)(*parameters, size=COUNT, dtype=dtype)
    rng = RandomStream(6)
    for name, (parameters, _) in DISCRETE.items():
        made[name, "int64"] = getattr(rng, name)(*parameters, size=(COUNT // 2, 2))
    return dict(zip(made, sl.function([], list(made.values()))(), strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", CONTINUOUS)
def test_continuous_distributions(name: str, dtype: str, draws: Any) -> None:
    found = draws[name, dtype]
    assert (found.dtype, found.shape) == (np.dtype(dtype), (COUNT,))
    assert np.isfinite(found).all()
    assert stats.kstest(found, CONTINUOUS[name][1].cdf).pvalue > LEAST


@pytest.mark.parametrize("name", DISCRETE)
def test_discrete_distributions(name: str, draws: Any) -> None:
    found, expected = draws[name, "int64"], DISCRETE[name][1]
    assert (found.dtype, found.shape) == (np.dtype("int64"), (COUNT // 2, 2))
    values, counts = np.unique(found, return_counts=True)
    wanted = expected.pmf(values) * COUNT
    kept = wanted > 5
    rest = COUNT - wanted[kept].sum()
    observed, predicted = counts[kept], wanted[kept]
    if rest > 5:
        observed, predicted = np.append(observed, COUNT - observed.sum()), np.append(predicted, rest)
    assert abs(predicted.sum() - COUNT) < 6
    assert stats.chisquare(observed, predicted * observed.sum() / predicted.sum()).pvalue > LEAST


def test_compiled_and_reference_draws_are_the_same_bits() -> None:
    bits = [RandomStream(1).uniform(size=(3, 5)), RandomStream(1).integers(100, size=7), RandomStream(1).permutation(9)]
    for node in bits:
        fast, slow = (
            sl.function([], node, mode=mode, no_default_updates=True)() for mode in ("FAST_RUN", "FAST_COMPILE")
        )
        np.testing.assert_array_equal(fast, slow)


def test_seeds_streams_and_calls() -> None:
    first, second, other = RandomStream(1), RandomStream(1), RandomStream(2)
    a, b, c, d = first.normal(size=9), first.normal(size=9), second.normal(size=9), other.normal(size=9)
    f = sl.function([], [a, b, c, d])
    one, two = f(), f()
    np.testing.assert_array_equal(one[0], one[2])
    everything = np.concatenate([*one[:2], one[3], *two[:2]])
    assert len(np.unique(everything)) == everything.size
    first.seed(1)
    np.testing.assert_array_equal(f()[:2], one[:2])
    assert len(first.updates()) == 2
    assert first.state_updates == first.updates()
    np.testing.assert_array_equal(
        sl.function([], RandomStream(1).gen(R.normal, 1.0, 2.0, size=9))(),
        sl.function([], RandomStream(1).normal(1.0, 2.0, size=9))(),
    )
    with pytest.raises(TypeMismatch, match=r"utils\.RandomStream"):
        first.gen(R.basic.normal)
    still = sl.function([], a, no_default_updates=True)
    np.testing.assert_array_equal(still(), still())
    assert RandomStream is Same


def test_keys_are_explicit() -> None:
    key = T.scalar("key", dtype="uint64")
    draw = R.normal(size=(4,), rng=key)
    f = sl.function([key], [draw, R.normal(size=(4,), rng=R.fold_in(key, 3)), R.split(key, 3)])
    first, folded, keys = f(7)
    np.testing.assert_array_equal(first, f(7)[0])
    assert not np.array_equal(first, folded)
    assert not np.array_equal(first, f(8)[0])
    assert len(set(keys.tolist())) == 3
    np.testing.assert_array_equal(
        sl.function([], R.uniform(size=2, rng=R.key(3)))(), sl.function([], R.uniform(size=2, rng=R.key(3)))()
    )
    for options in ({"rng": None}, {}):
        with pytest.raises(TypeMismatch, match=r"needs `rng`(.|\n)*basic\.normal"):
            R.normal(**options)


def test_parameters_broadcast() -> None:
    loc, scale = T.dvector("loc"), T.dcol("scale")
    rng = RandomStream(3)
    found = sl.function(
        [loc, scale], [rng.normal(loc, scale), rng.poisson(loc), rng.normal(loc, size=(5, loc.shape[0]))]
    )
    normal, poisson, sized = found([0.0, 100.0], [[1e-3], [1e-3], [1e-3]])
    assert (normal.shape, poisson.shape, sized.shape) == ((3, 2), (2,), (5, 2))
    np.testing.assert_allclose(normal, np.broadcast_to([0.0, 100.0], (3, 2)), atol=0.1)
    with pytest.raises(ShapeMismatch):
        rng.normal(T.dmatrix(), size=3)


def test_draws_change_smoothly_with_their_parameters() -> None:
    for name, parameters in [
        ("normal", (1.0, 2.0)),
        ("exponential", (2.0,)),
        ("gumbel", (1.0, 2.0)),
        ("weibull", (1.5,)),
    ]:
        gradcheck(lambda *p, name=name: getattr(R, name)(*p, size=5, rng=R.key(1)), [np.array(p) for p in parameters])


# Arrays


DRAWS = (
    lambda size: R.normal(size=size, rng=R.key(1)),
    MRG_RandomStreams(1).binomial,
    lambda size: R.poisson(size=size, rng=sl.shared(np.random.default_rng(1))),
)


@pytest.mark.parametrize("draw", DRAWS)
def test_a_negative_size_is_refused(draw: Any) -> None:
    with pytest.raises(InvalidValue, match=r"\(2, -1\) is below 0"):
        draw((2, -1))


def test_orders_and_choices() -> None:
    rng = RandomStream(7)
    x = np.arange(12).reshape(4, 3)
    several = sl.function([], [
        rng.permutation(6, size=3000), rng.permutation(x), rng.shuffle(x, axis=1), rng.shuffle_row_elements(x),
        rng.choice(5, size=(2, 4)), rng.choice(np.array([2.0, 3.0, 5.0]), size=3, replace=False),
        rng.choice(4, size=(3000,), p=[0.1, 0.2, 0.3, 0.4]),
        rng.choice(4, size=2, replace=False, p=[0.5, 0.5, 0.0, 0.0]),
    ])()  # fmt: skip
    orders, rows, columns, elements, places, once, weighted, two = several
    np.testing.assert_array_equal(np.sort(orders, 1), np.broadcast_to(np.arange(6), (3000, 6)))
    for place in range(6):
        assert stats.chisquare(np.bincount(orders[:, place])).pvalue > LEAST
    np.testing.assert_array_equal(rows[np.argsort(rows[:, 0])], x)
    np.testing.assert_array_equal(columns[:, np.argsort(columns[0])], x)
    np.testing.assert_array_equal(np.sort(elements, 1), x)
    assert places.shape == (2, 4)
    assert set(places.ravel()) <= set(range(5))
    assert sorted(once) == [2.0, 3.0, 5.0]
    assert stats.chisquare(np.bincount(weighted), np.array([0.1, 0.2, 0.3, 0.4]) * 3000).pvalue > LEAST
    assert sorted(two) == [0, 1]
    with pytest.raises(InvalidValue):
        rng.choice(3, size=4, replace=False)


def test_vectors() -> None:
    rng = RandomStream(7)
    mean, cov = np.array([1.0, -2.0]), np.array([[2.0, 0.6], [0.6, 0.5]])
    normal, shares, counts = sl.function([], [
        rng.multivariate_normal(mean, cov, size=COUNT), rng.dirichlet([1.0, 2.0, 3.0], size=COUNT),
        rng.multinomial(10, [0.2, 0.5, 0.3], size=COUNT),
    ])()  # fmt: skip
    np.testing.assert_allclose(normal.mean(0), mean, atol=0.05)
    np.testing.assert_allclose(np.cov(normal.T), cov, atol=0.1)
    apart = np.einsum("ni,ij,nj->n", normal - mean, np.linalg.inv(cov), normal - mean)
    assert stats.kstest(apart, stats.chi2(2).cdf).pvalue > LEAST
    np.testing.assert_allclose(shares.sum(1), 1)
    assert stats.kstest(shares[:, 0], stats.beta(1, 5).cdf).pvalue > LEAST
    np.testing.assert_array_equal(counts.sum(1), 10)
    for place, p in enumerate([0.2, 0.5, 0.3]):
        wanted = stats.binom(10, p).pmf(np.arange(11)) * COUNT
        observed = np.bincount(counts[:, place], minlength=11)
        kept = wanted > 5
        assert stats.chisquare(observed[kept], wanted[kept] * observed[kept].sum() / wanted[kept].sum()).pvalue > LEAST


# Theano's streams


def test_seeded_streams_give_the_numbers_of_numpys_generator() -> None:
    streams = RandomStreams(234)
    p = [0.2, 0.3, 0.5]
    draws = [
        streams.uniform((2, 2)), streams.normal((3,), 1.0, 2.0), streams.binomial((4,), 5, 0.3),
        streams.poisson((3,), 4.0),
        streams.random_integers((5,), 1, 6), streams.choice((4,), 10), streams.permutation((2,), 5),
        streams.multinomial((3,), 7, p), streams.choice((3,), 5, replace=False), streams.uniform(low=np.zeros(3)),
    ]  # fmt: skip
    seeds = np.random.RandomState(234)
    numpys = [np.random.RandomState(int(seeds.randint(2**30))) for _ in draws]
    calls = [
        lambda g: g.uniform(size=(2, 2)), lambda g: g.normal(1.0, 2.0, 3), lambda g: g.binomial(5, 0.3, 4),
        lambda g: g.poisson(4.0, 3), lambda g: g.randint(1, 7, 5), lambda g: g.choice(10, 4),
        lambda g: [g.permutation(5), g.permutation(5)], lambda g: [g.multinomial(7, p) for _ in range(3)],
        lambda g: g.choice(5, 3, False), lambda g: g.uniform(np.zeros(3)),
    ]  # fmt: skip
    f = sl.function([], draws)
    for _ in range(2):
        for found, call, generator in zip(f(), calls, numpys, strict=True):
            np.testing.assert_array_equal(found, call(generator))


def test_theanos_streams_are_seeded_anew_and_can_stand_still() -> None:
    streams = RandomStreams(seed=9)
    draw = streams.uniform((3,))
    f, still = sl.function([], draw), sl.function([], draw, no_default_updates=True)
    before = f()
    np.testing.assert_array_equal(still(), still())
    assert not np.array_equal(f(), before)
    streams.seed()
    seeds = np.random.RandomState(9)
    np.testing.assert_array_equal(f(), np.random.RandomState(int(seeds.randint(2**30))).uniform(size=3))
    x = np.arange(12).reshape(3, 4)
    np.testing.assert_array_equal(np.sort(sl.function([], streams.shuffle_row_elements(x))(), 1), x)


def test_jumps_of_the_recurrences_are_the_published_ones() -> None:
    first, second = rng_mrg.jumps(72)
    assert first[0] == (1516919229, 758510237, 499121365)
    assert second[0] == (1228857673, 1496414766, 954677935)
    assert rng_mrg.jumps(134)[0][0] == (1702500920, 1849582496, 1656874625)


def test_mrg_streams() -> None:
    streams = MRG_RandomStreams(seed=1234)
    p = np.array([[0.2, 0.3, 0.5], [0.7, 0.3, 0.0]] * 500)
    draws = [
        streams.uniform((COUNT,)), streams.normal((COUNT + 1,), 1.0, 2.0),
        streams.binomial((100, 50), p=0.3, dtype="float32"),
        streams.multinomial(pvals=p), streams.choice(2, p=p[:4], replace=False), streams.truncated_normal((COUNT,)),
    ]  # fmt: skip
    f = sl.function([], draws)
    uniform, normal, binomial, classes, pairs, truncated = f()
    assert stats.kstest(uniform, stats.uniform.cdf).pvalue > LEAST
    assert stats.kstest(normal, stats.norm(1, 2).cdf).pvalue > LEAST
    assert abs(truncated).max() < 2 / rng_mrg.DEVIATION_WITHIN_TWO
    assert abs(truncated.std() - 1) < 0.02  # Theano's has the deviation that is asked for, and cuts beyond
    assert stats.kstest(truncated * rng_mrg.DEVIATION_WITHIN_TWO, stats.truncnorm(-2, 2).cdf).pvalue > LEAST
    assert binomial.dtype == np.float32
    assert abs(binomial.mean() - 0.3) < 0.02
    np.testing.assert_array_equal(classes.sum(1), 1)
    assert stats.chisquare(classes[::2].sum(0), p[0] * 500).pvalue > LEAST
    assert (pairs[:, 0] != pairs[:, 1]).all()
    assert not np.array_equal(f()[0], uniform)
    streams.seed(1234)
    assert sl.function([], MRG_RandomStreams(1234).uniform((COUNT,)))()[0] == f()[0][0]
    for wrong in (0, 2**31, [0] * 6, [1, 2]):
        with pytest.raises(InvalidValue):
            MRG_RandomStreams(wrong)
    with pytest.raises(InvalidValue):
        streams.binomial((3,), n=2)
    with pytest.raises(TypeMismatch):
        streams.multinomial(pvals=[0.5, 0.5])


def test_mrg_streams_have_theanos_numbers_for_sizes_that_are_known() -> None:
    """What Theano 1.0.5 gives: of these draws it computes the sizes, and takes as many streams as of unknown ones."""
    streams = MRG_RandomStreams(42)
    draws = [
        streams.normal((9,)), streams.uniform((20,)), streams.truncated_normal((9,)), streams.normal((8,), nstreams=2),
        streams.multinomial(pvals=np.ones((30, 3)) / 3),
        streams.choice(size=2, p=np.ones((12, 5)) / 5, replace=False),
    ]  # fmt: skip
    f = sl.function([], draws)
    first, second = f(), f()
    wanted = [
        [-2.22415778, 0.37689538, -0.52695894], [0.45789975, 0.44562204, 0.16668684],
        [0.5617855, 0.12263724, 2.05359313], [0.76365603, -0.44442641, -0.80260557],
    ]  # fmt: skip
    for found, values in zip(first, wanted, strict=False):
        np.testing.assert_allclose(found[:3], values, atol=1e-8)
    assert first[5].ravel().tolist() == [4, 1, 3, 0, 0, 2, 2, 0, 4, 1, 1, 2, 1, 2, 0, 1, 1, 4, 1, 2, 4, 3, 0, 4]
    classes = [2, 2, 0, 1, 0, 1, 2, 0, 1, 1, 1, 2, 2, 0, 2, 2, 2, 2, 1, 0, 1, 0, 1, 0, 2, 2, 0, 0, 2, 2]
    assert second[4].argmax(axis=1).tolist() == classes


def test_many_streams_are_one_after_another() -> None:
    streams, again = MRG_RandomStreams(7), MRG_RandomStreams(7)
    state, wanted = list(again.rstate), []
    for _ in range(11):
        wanted.append(state)
        state = rng_mrg.moved_on(state, 72)
    np.testing.assert_array_equal(streams.substreams(11), wanted)


# The state of a stream by hand, in Theano's words


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE", "NanGuardMode"])
def test_the_state_of_a_draw_is_read_seeded_and_set(mode):
    stream = RandomStreams(234)
    draw = stream.uniform((2, 2))
    f = sl.function([], draw, mode=mode)
    np.testing.assert_allclose(f(), [[0.12672381, 0.97091597], [0.13989098, 0.88754825]], atol=1e-8)  # Theano's
    state = draw.rng.get_value().get_state()
    first = f()
    generator = draw.rng.get_value(borrow=True)
    generator.set_state(state)
    draw.rng.set_value(generator, borrow=True)
    np.testing.assert_array_equal(f(), first)
    generator.seed(902340)
    draw.rng.set_value(generator, borrow=True)
    np.testing.assert_array_equal(f(), np.random.RandomState(902340).uniform(size=(2, 2)))


def test_states_are_copied_from_one_function_to_another():
    streams = [RandomStreams(seed) for seed in (1, 2)]
    f, g = (sl.function([], stream.normal((3,))) for stream in streams)
    f()
    for one, other in zip(streams[0].state_updates, streams[1].state_updates, strict=True):
        other[0].set_value(one[0].get_value())
    np.testing.assert_array_equal(f(), g())


def test_a_draw_keeps_its_state_through_copies():
    draw = RandomStreams(3).uniform((2,))
    for found in (pickle.loads(pickle.dumps(draw)), copy.deepcopy(draw)):
        assert found.rng is not draw.rng
        expected = draw.rng.get_value().uniform(size=2)
        np.testing.assert_array_equal(sl.function([], found)(), expected)
    state, following = draw.update
    assert state is draw.rng
    assert following is draw.rng.default_update


def test_a_generator_is_the_value_of_shared_variables_and_inputs():
    state = sl.shared(np.random.RandomState(5))
    assert state.get_value().uniform() == np.random.RandomState(5).uniform()
    words = T.raw_random.random_state_type("words")
    following, draw = T.raw_random.uniform(words, (4,))
    f = sl.function([sl.In(words, value=np.random.RandomState(7), update=following, mutable=True)], draw)
    generator = np.random.RandomState(7)
    for _ in range(2):
        np.testing.assert_array_equal(f(), generator.uniform(size=4))


@pytest.mark.parametrize("name", ["normal", "laplace", "gumbel", "exponential", "halfcauchy", "gamma", "t"])
def test_a_negative_scale_is_refused(name: str) -> None:
    """At once where it is known, else at the call; 0 is a scale."""
    draw = getattr(T.random, name)
    before = {"exponential": (), "gamma": (2.0,), "t": (3.0, 0.0)}.get(name, (0.0,))
    with pytest.raises(ValueError, match="not negative"):
        draw(*before, -1.0, rng=RandomStream(0))
    scale = T.dvector("scale")
    f = sl.function([scale], draw(*before, scale, rng=RandomStream(0)))
    assert np.isfinite(f([0.0, 2.0])).all()
    with pytest.raises(ValueError, match="negative"):
        f([1.0, -2.0])


def test_choices_without_replacement_by_uniform_numbers() -> None:
    """Class after class where the sum of what is left passes the number."""
    p, u, n = T.fmatrix("p"), T.fvector("u"), T.iscalar("n")
    f = sl.function([p, u, n], rng_mrg.choice_from_uniform(p, u, n))
    chances = np.array([[0.25, 0.5, 0.25]], np.float32)
    np.testing.assert_array_equal(f(chances, np.array([0.3, 0.6, 0.9], np.float32), 3), [[1, 2, 0]])
    with pytest.raises(ValueError, match="different ones"):
        f(chances, np.zeros(4, np.float32), 4)
    with pytest.raises(ValueError, match="among 1 of 3"):
        f(np.array([[0, 1, 0]], np.float32), np.zeros(2, np.float32), 2)
    with pytest.raises(ValueError, match="take 2 numbers"):
        f(chances, np.zeros(3, np.float32), 2)
    stream = MRG_RandomStreams(12345)
    drawn = sl.function([p, n], stream.choice(size=n, p=p, replace=False))(np.full((2, 6), 1 / 6, np.float32), 4)
    assert drawn.shape == (2, 4)
    assert all(len(set(row)) == 4 for row in drawn)
    counts = sl.function([p, u], rng_mrg.multinomial_from_uniform(p, u, 3))
    np.testing.assert_array_equal(counts(chances, np.array([0.1, 0.3, 0.9], np.float32)), [[1, 1, 1]])


def test_draws_of_theanos_streams_are_reached_by_their_state() -> None:
    streams = RandomStreams(3)
    draw = streams.uniform((2, 2))
    f = sl.function([], draw)
    generator = np.random.RandomState(9)
    streams[draw.rng] = np.random.RandomState(9)
    np.testing.assert_array_equal(f(), generator.uniform(size=(2, 2)))
    np.testing.assert_array_equal(streams[draw.rng].uniform(size=3), generator.uniform(size=3))
    with pytest.raises(KeyError):
        streams[sl.shared(np.zeros(3))]


def test_sizes_of_theanos_draws() -> None:
    from symlab.tensor import raw_random

    state = raw_random.random_state_type("state")
    generator = np.random.RandomState(4)
    chances = T.tensor("chances", dtype="float64", shape=(1, None, None))
    _, counts = raw_random.multinomial(state, size=(10, 1, -1), n=9, pvals=chances)
    value = np.array([[[0.1, 0.9], [0.2, 0.8], [0.3, 0.7]]])
    assert sl.function([state, chances], counts)(generator, value).shape == (10, 1, 3, 2)
    shape = T.lvector("shape")
    f = sl.function([state, shape], raw_random.uniform(state, shape, ndim=2)[1])
    assert f(generator, [2, 3]).shape == (2, 3)
    for wrong in ([4], [4, 3, 4]):
        with pytest.raises(ValueError):
            f(generator, wrong)
    assert sl.function([state], raw_random.uniform(state, ndim=2)[1])(generator).shape == (1, 1)
    _, chosen = raw_random.choice(state, (3, 2), 10, True, 0)
    np.testing.assert_array_equal(sl.function([state], chosen)(np.random.RandomState(4)),
                                  np.random.RandomState(4).choice(10, (3, 2)))  # fmt: skip


def test_draws_of_a_stream_have_names() -> None:
    stream = sl.tensor.random.RandomStream(5)
    rate = stream.gamma(1.0, 2.0, name="rate")
    assert rate.name == "rate"
    assert stream.poisson(rate, size=(3,), name="count").name == "count"
    assert stream.normal(size=(2,)).name is None


def test_how_many_streams_a_draw_has() -> None:
    found = [rng_mrg.guess_n_streams(size) for size in ((2, 3), (4, 9), (10**4, 10**4), (T.lscalar(), 2), T.lvector())]
    assert found == [6, 6, 15360, 15360, 15360]
    state = MRG_RandomStreams(1)
    state.uniform((4, 9))
    assert state.state_updates[0][0].get_value().shape == (6, 6)
    rows = MRG_RandomStreams(1).get_substream_rstates(6)
    np.testing.assert_array_equal(rows, state.state_updates[0][0].get_value())


def test_numbers_of_mrg_streams_are_never_0_nor_1() -> None:
    found = sl.function([], MRG_RandomStreams(1).uniform((100_000,), dtype="float16"))()
    assert found.min() > 0
    assert found.max() == np.float16(0.9995)  # the last one below 1


def test_functions_that_draw_in_theanos_words() -> None:
    from symlab.tensor.raw_random import RandomFunction, permutation_helper, random_state_type

    state, size, low = random_state_type("state"), T.lvector("size"), T.dvector("low")
    uniform, named = RandomFunction(np.random.RandomState.uniform, T.dvector), RandomFunction("uniform", T.dvector)
    following, numbers = uniform(state, (4,), 0.0, 2.0)
    orders = RandomFunction(permutation_helper, T.imatrix, ndim_added=1)(state, (3,), 8)[1]
    f = sl.function([state, size, low], [following, numbers, named(state, size, low, 9.0)[1], orders,
                                         named(state, (), low, 9.0)[1]])  # fmt: skip
    for made in (f, pickle.loads(pickle.dumps(f))):
        moved, one, two, three, four = made(np.random.RandomState(5), [3], [1.0, 2.0, 3.0])
        generator = np.random.RandomState(5)
        np.testing.assert_array_equal(one, generator.uniform(0, 2, 4))
        assert random_state_type.values_eq(moved, generator)
        np.testing.assert_array_equal(two, np.random.RandomState(5).uniform([1.0, 2.0, 3.0], 9.0))
        np.testing.assert_array_equal(two, four)
        generator = np.random.RandomState(5)
        np.testing.assert_array_equal(three, [generator.permutation(8) for _ in range(3)])
    assert orders.dtype == "int32"
    assert (uniform.destroy_map, RandomFunction("uniform", T.dvector, inplace=True).destroy_map) == ({}, {0: [0]})
    assert uniform == RandomFunction(np.random.RandomState.uniform, T.dvector) != named
    for added in (0, 2):
        wrong = RandomFunction(permutation_helper, T.imatrix, ndim_added=added)(state, (3,), 8)[1]
        with pytest.raises(ValueError, match="axes"):
            sl.function([state], wrong)(np.random.RandomState(5))
    with pytest.raises(TypeMismatch, match="ndim=2"):
        T.raw_random.permutation(state, None, 5, ndim=2)


def test_what_whole_numbers_refuse() -> None:
    """Bounds in the wrong order, too far apart, or beyond the dtype; real numbers of a dtype of whole ones."""
    stream = RandomStream(1)
    for bounds, text in (((5, 5), "low must be below high"), ((-(2**63), 2**63 - 1), "at most 2\\^53")):
        with pytest.raises(ValueError, match=text):
            stream.integers(*bounds)
    with pytest.raises(ValueError, match="beyond int8"):
        stream.integers(0, 300, dtype="int8")
    drawn = sl.function([], stream.integers(-128, 128, size=(2000,), dtype="int8"))()
    assert (drawn.min(), drawn.max()) == (-128, 127)
    with pytest.raises(TypeError, match="real numbers has no dtype int8"):
        stream.normal(5.7, 1.9, (4,), dtype="int8")


def test_mrg_streams_of_nothing() -> None:
    assert sl.function([], MRG_RandomStreams(5).uniform((0,)))().shape == (0,)


@pytest.mark.parametrize(
    ("name", "parameters", "text"),
    [
        ("geometric", (0.0,), "p of geometric is above 0 and at most 1"),
        ("zipf", (0.5,), "a of zipf is above 1"),
        ("logseries", (1.5,), "p of logseries is at least 0 and below 1"),
        ("bernoulli", (1.5,), "p of bernoulli is between 0 and 1"),
        ("binomial", (3, [0.5, -0.1]), "p of binomial is between 0 and 1"),
        ("poisson", (-1.0,), "lam of poisson is not below 0"),
        ("vonmises", (0.0, -1.0), "kappa of vonmises is not below 0"),
        ("triangular", (0.0, 5.0, 1.0), "mode of triangular lies between"),
        ("weibull", (-1.0,), "shape of weibull is above 0"),
        ("power", (-1.0,), "a of power is above 0"),
        ("pareto", (-1.0,), "b of pareto is above 0"),
        ("gamma", (-1.0,), "shape of gamma is above 0"),
        ("beta", (-1.0, 2.0), "a of beta is above 0"),
        ("dirichlet", ([-1.0, 2.0],), "alpha of dirichlet is above 0"),
        ("wald", (-1.0, 1.0), "mean of wald is above 0"),
        ("standard_t", (-1.0,), "df of standard_t is above 0"),
        ("chisquare", (-2.0,), "df of chisquare is above 0"),
        ("categorical", ([0.0, 0.0],), "p of categorical has weights"),
    ],
)
def test_parameters_outside_of_their_domain(name: str, parameters: tuple[Any, ...], text: str) -> None:
    """Known ones are refused when the draw is written; NumPy refuses the same."""
    with pytest.raises(InvalidValue, match=text):
        getattr(RandomStream(1), name)(*parameters)


def test_the_older_name_of_choices_without_replacement() -> None:
    """It says that it is one, as Theano's does, and draws the same numbers."""
    chances = T.constant(np.full((2, 4), 0.25, np.float32))
    with pytest.warns(DeprecationWarning, match="older name of choice"):
        older = MRG_RandomStreams(3).multinomial_wo_replacement(n=3, pvals=chances)
    newer = MRG_RandomStreams(3).choice(size=3, replace=False, p=chances)
    np.testing.assert_array_equal(*sl.function([], [older, newer])())


def test_mrg_streams_count_as_theano_where_sizes_are_numpys_numbers() -> None:
    """Theano on Python 3 counts by Python's numbers alone, and has all streams for others: other numbers are drawn."""
    assert rng_mrg.guess_n_streams((np.int64(6), 2)) == rng_mrg.MOST_STREAMS
    size = (np.int64(6), 2)
    for draw, other in (("uniform", {}), ("binomial", {"p": 0.4, "dtype": "float64"})):
        stream = MRG_RandomStreams(3)
        found = sl.function([], getattr(stream, draw)(size=size, **other))()
        assert stream.updates()[0][0].get_value().shape == (rng_mrg.MOST_STREAMS, 6)
        alike = getattr(MRG_RandomStreams(3), draw)(size=size, nstreams=rng_mrg.MOST_STREAMS, **other)
        assert np.array_equal(found, sl.function([], alike)())


@pytest.mark.parametrize("name", ["uniform", "normal", "truncated_normal", "binomial"])
def test_misspelled_options_of_mrg_streams_are_refused(name: str) -> None:
    stream = MRG_RandomStreams(3)
    assert getattr(stream, name)(size=(2,), target="cpu").ndim == 1
    with pytest.raises(TypeMismatch, match=f"{name} has no option called 'nstream'"):
        getattr(stream, name)(size=(2,), nstream=7)
