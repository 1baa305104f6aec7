"""Distributions that draw from a generator of NumPy, called as programs of Aesara's and PyTensor's kind call them.

`x = normal(0, 1, size=(3,), rng=rng)` with `rng = sl.shared(np.random.default_rng(5))` gives the numbers of that
generator; `x.owner.outputs` are its next state and `x`, and `updates={rng: next_rng}` lets it go on. Without `rng` a
draw starts from a new generator of its own. `return_next_rng=True` gives both.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from symlab.core.ir.errors import TypeMismatch, message
from symlab.core.ops.elementwise import cast, true_div
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.shape import Number, sizes_of
from symlab.tensor.arguments import size_from
from symlab.tensor.random import arrays, continuous, discrete
from symlab.tensor.random.op import RandomState, RandomVariable, default_rng
from symlab.tensor.random.states import as_state, draw_sizes, is_of_kind

# fmt: off
__all__ = [
    "RandomState", "bernoulli", "beta", "betabinom", "binomial", "categorical", "cauchy", "chisquare", "choice",
    "default_rng", "dirichlet", "exgaussian", "exponential", "f", "gamma", "gengamma", "geometric", "gumbel",
    "halfcauchy", "halfnormal", "hypergeometric", "integers", "invgamma", "laplace", "logistic", "lognormal",
    "logseries", "multinomial", "multivariate_normal", "nbinom", "negative_binomial", "normal", "pareto",
    "permutation", "poisson", "power", "randint", "random", "rayleigh", "shuffle", "shuffle_row_elements",
    "standard_cauchy", "standard_exponential", "standard_gamma", "standard_normal", "standard_t", "t", "triangular",
    "truncated_normal", "truncexpon", "uniform", "vonmises", "wald", "weibull", "zipf",
]
# fmt: on

OPTIONS = ("dtype", "name", "return_next_rng", "rng")  # what every draw takes beside its parameters and size
NEEDED: Any = inspect.Parameter.empty


class Distribution(RandomVariable):
    """A distribution of symlab's own; `parameters` are their names with their defaults."""

    def __init__(self, name: str, ndim_supp: int, cores: tuple[int, ...], dtype: Any, **parameters: Any) -> None:
        super().__init__(name, ndim_supp, cores, dtype)
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        told = {**parameters, "size": None}
        self.__signature__ = inspect.Signature([inspect.Parameter(n, kind, default=v) for n, v in told.items()])
        found = [getattr(module, name) for module in (continuous, discrete, arrays) if hasattr(module, name)]
        self.__doc__ = found[0].__doc__ if found else f"Numbers as `np.random.Generator.{name}` draws them."
        self.__name__ = name

    def __call__(self, *given: Any, **options: Any) -> Any:
        """A draw; see the module for `rng`, `size`, `dtype`, `name` and `return_next_rng`."""
        own = {key: options.pop(key) for key in list(options) if key not in OPTIONS}
        try:
            bound = self.__signature__.bind(*given, **own)
        except TypeError as error:
            raise TypeMismatch(message(f"{self.name}{self.__signature__}: {error}")) from None
        bound.apply_defaults()
        *parameters, size = bound.arguments.values()
        return super().__call__(*parameters, size=size, **options)

    def source(self) -> Any:
        """The draw of this name."""
        return self.name

    def __reduce__(self) -> Any:
        return by_name, (self.name,)


def known(name: str, dtype: Any = "floatX", cores: tuple[int, ...] = (), supp: int = 0, **parameters: Any) -> Any:
    """A distribution whose parameters are numbers, unless `cores` says how many axes they have."""
    return Distribution(name, supp, cores or (0,) * len(parameters), dtype, **parameters)


INT = "int64"
bernoulli = known("bernoulli", INT, p=NEEDED)
beta = known("beta", alpha=NEEDED, beta=NEEDED)
betabinom = known("betabinom", INT, n=NEEDED, a=NEEDED, b=NEEDED)
binomial = known("binomial", INT, n=NEEDED, p=NEEDED)
categorical = known("categorical", INT, (1,), p=NEEDED)
cauchy = known("cauchy", loc=0.0, scale=1.0)
chisquare = known("chisquare", df=NEEDED)
exgaussian = known("exgaussian", mu=0.0, sigma=1.0, nu=1.0)
exponential = known("exponential", scale=1.0)
f = known("f", dfn=1.0, dfd=1.0)
gengamma = known("gengamma", alpha=1.0, p=1.0, lambd=1.0)
geometric = known("geometric", INT, p=NEEDED)
gumbel = known("gumbel", loc=0.0, scale=1.0)
halfcauchy = known("halfcauchy", loc=0.0, scale=1.0)
halfnormal = known("halfnormal", loc=0.0, scale=1.0)
hypergeometric = known("hypergeometric", INT, ngood=NEEDED, nbad=NEEDED, nsample=NEEDED)
invgamma = known("invgamma", shape=NEEDED, scale=1.0)
laplace = known("laplace", loc=0.0, scale=1.0)
logistic = known("logistic", loc=0.0, scale=1.0)
lognormal = known("lognormal", mean=0.0, sigma=1.0)
logseries = known("logseries", INT, p=NEEDED)
nbinom = known("nbinom", INT, n=NEEDED, p=NEEDED)
negative_binomial = known("negative_binomial", INT, n=NEEDED, p=NEEDED)
normal = known("normal", loc=0.0, scale=1.0)
pareto = known("pareto", b=NEEDED, scale=1.0)
poisson = known("poisson", INT, lam=1.0)
power = known("power", a=NEEDED)
random = known("random")
rayleigh = known("rayleigh", scale=1.0)
standard_exponential = known("standard_exponential")
standard_gamma = known("standard_gamma", shape=NEEDED)
standard_normal = known("standard_normal")
standard_t = known("standard_t", df=NEEDED)
t = known("t", df=NEEDED, loc=0.0, scale=1.0)
triangular = known("triangular", left=NEEDED, mode=NEEDED, right=NEEDED)
truncated_normal = known("truncated_normal", loc=0.0, scale=1.0, low=-2.0, high=2.0)
truncexpon = known("truncexpon", b=NEEDED, loc=0.0, scale=1.0)
uniform = known("uniform", low=0.0, high=1.0)
vonmises = known("vonmises", mu=NEEDED, kappa=NEEDED)
wald = known("wald", mean=1.0, scale=1.0)
weibull = known("weibull", shape=NEEDED)
zipf = known("zipf", INT, a=NEEDED)
standard_cauchy = functools.partial(cauchy, 0.0, 1.0)
standard_cauchy.__name__ = "standard_cauchy"  # type: ignore[attr-defined]


class Gamma(Distribution):
    """Gamma numbers, whose second parameter is the rate here, or a scale that is named."""

    def __call__(self, shape: Any, rate: Any = None, scale: Any = None, size: Any = None, **options: Any) -> Any:
        """The time of event number `shape`: `gamma(shape, rate)` or `gamma(shape, scale=scale)`."""
        if rate is not None and scale is not None:
            raise TypeMismatch(message("gamma takes a rate or a scale, not both", (), ["scale=1 / rate"]))
        if rate is not None:
            scale = true_div(1.0, as_variable(rate))
        return super().__call__(shape, 1.0 if scale is None else scale, size, **options)


gamma = Gamma("gamma", 0, (0, 0), "floatX", shape=NEEDED, scale=1.0)


class WholeNumbers(Distribution):
    """Whole numbers in a range, by the method that generators of one kind have."""

    def __call__(self, low: Any, high: Any = None, size: Any = None, **options: Any) -> Any:
        """Whole numbers in [low, high), or in [0, low)."""
        low, high = (0, low) if high is None else (low, high)
        return super().__call__(low, high, size, **options)

    def make_node(self, rng: Any, size: Any, dtype: Any, *dist_params: Any) -> Any:
        """The node of a draw from a generator that has this method."""
        state, legacy = as_state(rng), self.name == "randint"
        if not is_of_kind(state, legacy):
            kind, other = ("Generator", "integers") if legacy else ("RandomState", "randint")
            raise TypeMismatch(message(f"{kind} has no method {self.name}", [("rng", state)], [other]))
        return super().make_node(state, size, dtype, *dist_params)


integers = WholeNumbers("integers", 0, (0, 0), INT, low=NEEDED, high=None)
randint = WholeNumbers("randint", 0, (0, 0), INT, low=NEEDED, high=None)


class MultivariateNormal(Distribution):
    """Vectors of normal numbers, of one number with mean 0 and variance 1 where nothing is told."""

    def __call__(self, mean: Any = None, cov: Any = None, size: Any = None, **options: Any) -> Any:
        """Vectors with these means and covariances (a matrix, or a stack of them)."""
        return super().__call__([0.0] if mean is None else mean, [[1.0]] if cov is None else cov, size, **options)

    def _supp_shape_from_params(self, dist_params: Any, **options: Any) -> tuple[Number, ...]:
        return sizes_of(dist_params[0])[-1:]  # type: ignore[no-any-return]


multivariate_normal = MultivariateNormal("multivariate_normal", 1, (1, 2), "floatX", mean=None, cov=None)
dirichlet = known("dirichlet", "floatX", (1,), 1, alphas=NEEDED)


class Multinomial(Distribution):
    """Counts, as many as there are probabilities."""

    def _supp_shape_from_params(self, dist_params: Any, **options: Any) -> tuple[Number, ...]:
        return sizes_of(dist_params[1])[-1:]  # type: ignore[no-any-return]


multinomial = Multinomial("multinomial", 1, (0, 1), INT, n=NEEDED, p=NEEDED)


class OfParts(Distribution):
    """Draws among the parts of an array, whose dtype and sizes are those of the array."""

    def trailing(self, operands: Any) -> int:
        """The axes of one part; of a permutation those of the whole array."""
        rank = operands[0].ndim
        return max(rank, 1) if self.name == "permutation" else max(rank - 1, 0)

    def _infer_shape(self, size: Any, dist_params: Any, param_shapes: Any = None) -> tuple[Number, ...]:
        first = as_variable(dist_params[0])
        whole = sizes_of(first) if first.ndim else (size_from(first),)
        return (*draw_sizes(size, [], ()), *(whole if self.name == "permutation" else whole[1:]))


class Choice(OfParts):
    """Parts of an array, or numbers before a number."""

    def __call__(self, a: Any, size: Any = None, replace: bool = True, p: Any = None, **options: Any) -> Any:
        """Parts of `a` along its first axis by probabilities p, each once at most unless `replace`."""
        a = as_variable(a)
        chances = [] if p is None else [cast(as_variable(p), dtype="float64")]
        kind = choice if replace else choice_without_replacement
        options = {"dtype": a.dtype if a.ndim else "int64", **options}
        return RandomVariable.__call__(kind, a, *chances, size=size, **options)


choice = Choice("choice", 0, (1, 1), None, a=NEEDED, replace=True, p=None)
choice_without_replacement = Choice("choice without replacement", 0, (1, 1), None, a=NEEDED, replace=False, p=None)


class Permutation(OfParts):
    """Orders of the parts of an array, or of the numbers before a number."""

    def __call__(self, x: Any, size: Any = None, **options: Any) -> Any:
        """The parts of `x`, or the numbers before it, in random order, as many times as `size` says."""
        x = as_variable(x)
        return RandomVariable.__call__(self, x, size=size, **{"dtype": x.dtype if x.ndim else "int64", **options})


permutation = Permutation("permutation", 1, (1,), None, x=NEEDED)


def shuffle(x: Any, axis: int = 0, *, rng: Any = None, **options: Any) -> Variable:
    """The parts of x along an axis in random order."""
    from symlab.tensor.indexing import take

    x = as_variable(x)
    return take(x, permutation(sizes_of(x)[axis], rng=rng, **options), axis=axis)


def shuffle_row_elements(x: Any, *, rng: Any = None, **options: Any) -> Variable:
    """The elements of each row in a random order of its own."""
    from symlab.tensor.indexing import take_along_axis

    x = as_variable(x)
    sizes = sizes_of(x)
    return take_along_axis(x, permutation(sizes[-1], size=sizes[:-1], rng=rng, **options), axis=-1)


NAMES: Mapping[str, Any] = MappingProxyType(
    {value.name: value for value in list(globals().values()) if isinstance(value, Distribution)}
)


def by_name(name: str) -> Any:
    """The distribution called so."""
    return NAMES[name]


def variable_of(attributes: Mapping[str, Any]) -> Any:
    """The distribution of a node that draws."""
    name = attributes["distribution"]
    return NAMES.get(name) or RandomVariable(name, attributes["trailing"], (), attributes["dtype"])
