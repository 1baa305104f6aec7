"""Parameters of distributions that only the call knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ops.agreement import DOMAINS, within
from symlab.core.rewrite.analysis import bounds_of
from symlab.core.walk import ancestors
from symlab.tensor.random import RandomStream

S = T.dscalar("s")
BAD: tuple[tuple[str, Callable[..., tuple[Any, ...]], float], ...] = (
    ("gamma", lambda s: (s, 1.0), -1.0),
    ("invgamma", lambda s: (s, 1.0), -1.0),
    ("gengamma", lambda s: (1.0, s, 1.0), 0.0),
    ("beta", lambda s: (2.0, s), 0.0),
    ("bernoulli", lambda s: (s,), 1.5),
    ("geometric", lambda s: (s,), 0.0),
    ("zipf", lambda s: (s,), 1.0),
    ("logseries", lambda s: (s,), 1.0),
    ("pareto", lambda s: (s,), -1.0),
    ("power", lambda s: (s,), 0.0),
    ("weibull", lambda s: (s,), -1.0),
    ("chisquare", lambda s: (s,), -1.0),
    ("f", lambda s: (1.0, s), -1.0),
    ("standard_t", lambda s: (s,), -1.0),
    ("wald", lambda s: (s, 1.0), -1.0),
    ("vonmises", lambda s: (0.0, s), -1.0),
    ("truncexpon", lambda s: (s,), -1.0),
    ("dirichlet", lambda s: (T.stack([s, 1.0]),), -1.0),
    ("triangular", lambda s: (0.0, s, 1.0), 2.0),
    ("triangular", lambda s: (s, 1.0, 1.0), 1.0),
    ("integers", lambda s: (s,), 0.0),
    ("integers", lambda s: (5, s), 5.0),
    ("poisson", lambda s: (s,), -1.0),
    ("binomial", lambda s: (3, s), 1.5),
)


@pytest.mark.parametrize(("mode", "cases"), [("FAST_RUN", BAD[::8]), ("FAST_COMPILE", BAD)])
def test_what_a_call_refuses(mode: str, cases: Any) -> None:
    """What NumPy refuses, in the words of a ValueError; good values pass."""
    for name, parameters, bad in cases:
        draw = getattr(RandomStream(1), name)(*parameters(S), size=(3,))
        with pytest.raises(ValueError, match=r"no element may|out of range"):
            sl.function([S], draw, mode=mode)(bad)
    f = sl.function([S], RandomStream(1).gamma(S, size=(3,)), mode=mode)
    assert f(2.0).min() > 0
    with pytest.raises(ValueError, match="no element may be 0 or below, and nan is among them"):
        f(np.nan)


def test_an_expression_that_shows_its_range_is_not_looked_at() -> None:
    """Nothing is computed in vain where a sigmoid or an exponential is the parameter, nor twice for one parameter."""
    stream = RandomStream(1)
    shown = stream.bernoulli(T.nnet.sigmoid(S)), stream.normal(0.0, T.exp(S)), stream.gamma(T.sqr(S) + 1)
    assert not [node for node in ancestors(shown) if node.op is within]
    looked_at = [node for node in ancestors([stream.standard_gamma(S)]) if node.op is within]
    assert [node.attr("domain") for node in looked_at] == ["positive"]


def test_gradients_pass_and_the_domains_are_intervals() -> None:
    value = T.grad(RandomStream(1).exponential(S), S)
    assert sl.function([S], value)(2.0) > 0
    for test, _ in DOMAINS.values():
        inside = np.asarray(test(np.linspace(-3, 3, 601)))
        assert np.abs(np.diff(inside.astype(int))).sum() <= 2


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_uniform_numbers_stay_below_1(dtype: str) -> None:
    """A float16 has no number between 0.9995 and 1: what lies there must not become 1."""
    generator, legacy = (sl.shared(made(3)) for made in (np.random.default_rng, np.random.RandomState))
    theano = T.shared_randomstreams.RandomStreams(3)
    draws = [
        RandomStream(1).uniform(size=(50_000,), dtype=dtype),
        RandomStream(1).random(size=(50_000,), dtype=dtype),
        T.random.basic.uniform(size=(50_000,), rng=generator, dtype=dtype),
        T.random.basic.random(size=(50_000,), rng=generator, dtype=dtype),
        T.random.basic.uniform(-1.0, 1.0, size=(50_000,), rng=legacy, dtype=dtype),
        theano.uniform(size=(50_000,), dtype=dtype),
    ]
    for found in sl.function([], draws)():
        assert found.dtype == dtype
        assert found.max() < 1
        assert found.max() > 0.999


def test_parameters_that_are_missing_or_too_many() -> None:
    """The error names the distribution; what has a default for programs of PyTensor has it for streams too."""
    stream = RandomStream(1)
    with pytest.raises(TypeError, match="gamma: missing a required argument: 'shape'"):
        stream.gamma()
    with pytest.raises(TypeError, match="normal: got an unexpected keyword argument 'sigma'"):
        stream.normal(sigma=2.0)
    assert sl.function([], stream.gengamma(size=(3,)))().min() > 0


def test_a_long_chain_of_draws_is_built_op_by_op(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each draw looks at the last few ops of its scale, however long the expression behind them is."""
    from symlab.tensor.random import domains

    asked = []
    monkeypatch.setattr(domains, "bounds_of", lambda *told: asked.append(told) or bounds_of(*told))
    stream, y = RandomStream(1), S
    for _ in range(50):
        y = stream.normal(0.0, abs(y) + 1.0)
    assert len(asked) <= 50 * 2**domains.DEEPEST
    assert not [node for node in ancestors([y]) if node.op is within]
