"""Draws of NumPy's generators: from a state the next one, and the numbers that NumPy or SciPy draw from it.

A draw changes no generator: its state is an operand, and the next one a result that a function may keep by an update.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from symlab.core.ir.errors import Misfit, TypeMismatch
from symlab.core.ir.op import Kind, Op
from symlab.core.ir.types import ArrayType, Shape, TupleType, array_type
from symlab.core.ops.declare import declared
from symlab.core.ops.generator_states import (
    WORD,
    GeneratorType,
    generator_of,
    is_state_type,
    state_words,
    words_in,
    working_generator,
)
from symlab.core.ops.shape import GIVEN, check_given, filled_in, static_sizes
from symlab.core.seams import seam

Array = np.ndarray[Any, Any]
Sizes = tuple[int, ...]

# Draws that are no method of NumPy's generators: each takes the generator, the parameters and `size`


def by_scipy(name: str, *places: int | float) -> Callable[..., Array]:
    """A distribution of SciPy: `places` are those of its parameters among those of the draw (a float is a value)."""

    def draw(generator: Any, *parameters: Array, size: Sizes) -> Array:
        import scipy.stats

        told = [parameters[place] if isinstance(place, int) else place for place in places]
        return np.asarray(getattr(scipy.stats, name).rvs(*told, size=size, random_state=generator))

    return draw


def between(generator: Any, low: Array, high: Array, size: Sizes, dtype: str = "int64") -> Array:
    """Whole numbers in [low, high), by the method that a generator has for them, in a dtype that has such numbers."""
    draw = generator.integers if isinstance(generator, np.random.Generator) else generator.randint
    return np.asarray(draw(low, high, size=size, dtype=dtype if np.dtype(dtype).kind in "biu" else "int64"))


def uniforms(generator: Any, low: Any = 0.0, high: Any = 1.0, *, size: Sizes, dtype: str = "float64") -> Array:
    """Numbers in [low, high) that no narrower dtype rounds up to `high`."""
    wide = np.asarray(generator.uniform(low, high, size=size))
    found, end = wide.astype(dtype), np.asarray(high).astype(dtype)
    if found.dtype.kind != "f" or found.dtype == wide.dtype:
        return found
    return np.where((wide < high) & (found >= end), np.nextafter(end, found.dtype.type(-np.inf)), found)


def permutations(generator: Any, x: Array, size: Sizes) -> Array:
    """The numbers before x, or the parts of an array x, in an order of its own for each place."""
    whole = x if x.ndim else int(x)
    found = [generator.permutation(whole) for _ in range(int(np.prod(size)))]
    return np.array(found, x.dtype if x.ndim else np.int64).reshape(*size, *(x.shape or (whole,)))


def rows(operands: Sequence[Array], cores: Sequence[int], size: Sizes) -> list[Array]:
    """Parameters of draws that are arrays, for each place of a draw."""
    fronts = [item.shape[: item.ndim - core] for item, core in zip(operands, cores, strict=True)]
    if any(fronts):
        ends = [item.shape[item.ndim - core :] for item, core in zip(operands, cores, strict=True)]
        return [np.broadcast_to(item, size + end) for item, end in zip(operands, ends, strict=True)]
    return list(operands)


def by_rows(name: str, cores: Sequence[int], lead: int, **options: Any) -> Callable[..., Array]:
    """A draw of arrays, whose parameters have so many axes; one after another where parameters have more.

    `lead` is the parameter whose last axis is that of the draw.
    """

    def draw(generator: Any, *parameters: Array, size: Sizes) -> Array:
        wide = [item.astype(np.float64) if core else item for item, core in zip(parameters, cores, strict=True)]
        given = rows(wide, cores, size)
        method = getattr(generator, name)
        if all(item.ndim == core for item, core in zip(given, cores, strict=True)):
            return np.asarray(method(*given, size=size, **options))
        found = np.empty(size + given[lead].shape[-1:])
        for place in np.ndindex(size):
            found[place] = method(*(item[place] for item in given), **options)
        return found

    return draw


def multinomials(generator: Any, n: Array, p: Array, size: Sizes) -> Array:
    """Counts of n trials; probabilities whose sum passes 1 by rounding are divided by it."""
    wide = p.astype(np.float64)
    shares = wide / np.maximum(wide.sum(-1, keepdims=True), 1.0)
    return by_rows("multinomial", (0, 1), 1)(generator, n, shares, size=size).astype(np.int64)


def classes(generator: Any, p: Array, size: Sizes) -> Array:
    """The number of a class: how many sums of the first probabilities lie below a uniform number."""
    (shares,) = rows([p], [1], size)
    chance = generator.uniform(size=size)
    return np.asarray((np.cumsum(shares, -1)[..., :-1] < chance[..., None]).sum(-1))


def choices(generator: Any, a: Array, *p: Array, size: Sizes, replace: bool = True) -> Array:
    """Parts of a, or numbers before it."""
    return np.asarray(generator.choice(a if a.ndim else int(a), size or None, replace, p[0] if p else None))


DRAWS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "bernoulli": lambda generator, p, size: generator.binomial(1, p, size=size),
        "betabinom": by_scipy("betabinom", 0, 1, 2),
        "categorical": classes,
        "cauchy": by_scipy("cauchy", 0, 1),
        "choice": choices,
        "choice without replacement": lambda *operands, size: choices(*operands, size=size, replace=False),
        "dirichlet": by_rows("dirichlet", (1,), 0),
        "exgaussian": lambda g, mu, sigma, nu, size: g.normal(mu, sigma, size=size) + g.exponential(nu, size=size),
        "gengamma": lambda g, alpha, p, lambd, size: by_scipy("gengamma", 0, 1, 0.0, 2)(
            g, alpha / p, p, lambd, size=size
        ),
        "gumbel": by_scipy("gumbel_r", 0, 1),
        "halfcauchy": by_scipy("halfcauchy", 0, 1),
        "halfnormal": by_scipy("halfnorm", 0, 1),
        "integers": between,
        "invgamma": by_scipy("invgamma", 0, 0.0, 1),
        "multinomial": multinomials,
        "multivariate_normal": by_rows("multivariate_normal", (1, 2), 0, check_valid="raise"),
        "nbinom": lambda generator, n, p, size: generator.negative_binomial(n, p, size=size),
        "pareto": by_scipy("pareto", 0, 0.0, 1),
        "permutation": permutations,
        "randint": between,
        "random": lambda generator, size, dtype="float64": uniforms(generator, size=size, dtype=dtype),
        "random_integers": lambda generator, low, high, size: between(generator, low, high + 1, size),
        "t": lambda generator, df, loc, scale, size: loc + scale * generator.standard_t(df, size=size),
        "truncated_normal": by_scipy("truncnorm", 2, 3, 0, 1),
        "truncexpon": by_scipy("truncexpon", 0, 1, 2),
        "uniform": uniforms,
    }
)
TYPED = frozenset(("integers", "randint", "random", "uniform"))  # draws that depend on the dtype


def draw_by_name(distribution: str) -> Callable[..., Any]:
    """The draw called so: of the table above, or the method of NumPy's generators."""
    return DRAWS.get(distribution) or (
        lambda generator, *operands, size: getattr(generator, distribution)(*operands, size=size)
    )


# The op


def draw_type(attributes: Mapping[str, Any], state: ArrayType, *operands: ArrayType) -> TupleType:
    """The next state, and the draw."""
    if not is_state_type(state):
        raise Misfit(f"{{0}} is {state}, not the state of a generator", kind=TypeMismatch)
    template = attributes["shape"]
    check_given(template, operands[: sum(entry == GIVEN for entry in template)])
    return TupleType((state, array_type(attributes["dtype"], static_sizes(template))))


def asked_sizes(sizes: Any, state: Shape, *operands: Shape, shape: Sequence[Any], **others: Any) -> tuple[Any, Any]:
    """Those of the state, and those that are asked for."""
    places = iter(range(1, 1 + len(operands)))
    return state, tuple(sizes.value(next(places)) if entry == GIVEN else entry for entry in shape)


def drawing(
    draw: Callable[..., Any], called: str, generator_in: Callable[[Array], Any] = generator_of
) -> Callable[..., tuple[Array, Array]]:
    """The reference of an op that draws; the last `trailing` axes are those of one draw."""

    def reference(
        state: Array, *operands: Array, shape: Sequence[Any], trailing: int, dtype: str
    ) -> tuple[Array, Array]:
        given = sum(entry == GIVEN for entry in shape)
        sizes = tuple(int(size) for size in filled_in(shape, operands[:given]))
        generator = generator_in(state)
        found = np.asarray(draw(generator, *operands[given:], size=sizes[: len(sizes) - trailing])).astype(dtype)
        if found.shape != sizes:
            raise ValueError(f"a draw of {called} has shape {found.shape}, where {sizes} was expected")
        return state_words(generator), found

    return reference


def draw_reference(state: Array, *operands: Array, distribution: str, **options: Any) -> tuple[Array, Array]:
    """What NumPy draws, or SciPy for distributions that NumPy's generators do not have."""
    draw = draw_by_name(distribution)
    draw = functools.partial(draw, dtype=options["dtype"]) if distribution in TYPED else draw
    return drawing(draw, distribution, working_generator)(state, *operands, **options)


def variable_of(attributes: Mapping[str, Any]) -> Any:
    """The random variable that programs know a draw by."""
    return seam("random.variable")(attributes)


DRAW_FACTS: Mapping[str, Any] = MappingProxyType({"sizes": asked_sizes, "values": 0})
numpy_draw: Op = declared(
    "numpy_draw",
    Kind.CALL,
    doc="The next state of a generator of NumPy and what it draws: array for array as Generator or RandomState does.",
    reference=draw_reference,
    infer=draw_type,
    extra=MappingProxyType({**DRAW_FACTS, "seen": variable_of}),
)


def seeded_reference(*seed: Array, legacy: bool) -> Array:
    """The state of a new generator."""
    value = None if not seed else int(seed[0]) if seed[0].size == 1 else seed[0]
    return state_words(np.random.RandomState(value) if legacy else np.random.default_rng(value))


def seeded_type(attributes: Mapping[str, Any], *seed: ArrayType) -> GeneratorType:
    """The type of a new generator, of which NumPy chooses the bits."""
    if len(seed) > 1 or any(item.dtype.kind not in "iu" for item in seed):
        raise Misfit(f"one seed of integers at most is wanted, not {', '.join(map(str, seed))}", kind=TypeMismatch)
    legacy = attributes["legacy"]
    return GeneratorType(WORD, (words_in("MT19937" if legacy else "PCG64", legacy),), legacy)


seeded: Op = declared(
    "seeded",
    Kind.CALL,
    doc="The state of a new generator of NumPy with this seed, a new one in each call without a seed.",
    reference=seeded_reference,
    infer=seeded_type,
    extra=MappingProxyType({"python": True}),
)
