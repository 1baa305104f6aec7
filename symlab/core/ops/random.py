"""Random numbers: bits by counting, Theano's own generator, and quantiles that have no formula.

A draw has no hidden state. `philox` is a function of a key, a stream and a place, and gives the same bits on every back
end; Theano's generator takes its state as an operand and gives the next one as a result, as NumPy's do (`generators`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidValue, Misfit, TypeMismatch
from symlab.core.ir.op import Kind, Op
from symlab.core.ir.types import ArrayType, Shape, TupleType, array_type
from symlab.core.ops.declare import Casts, Dtypes, by_kind, common_dtype, declared, elementwise
from symlab.core.ops.generators import asked_sizes
from symlab.core.ops.shape import check_given, filled_in, static_sizes

Array = np.ndarray[Any, Any]
WORD = np.dtype(np.uint64)
HALF = np.uint64(0xFFFFFFFF)
SHIFT = np.uint64(32)

# Bits by counting


def philox_reference(key: Array, stream: Array, place: Array) -> Array:
    """Philox4x32 with ten rounds, in 64-bit words of which the lower half counts."""
    one = np.uint64(1)
    k0, k1 = key & HALF, key >> SHIFT
    c0, c1 = (place >> one) & HALF, place >> np.uint64(33)
    c2, c3 = stream & HALF, stream >> SHIFT
    for _ in range(10):
        first, second = np.uint64(0xD2511F53) * c0, np.uint64(0xCD9E8D57) * c2
        c0, c1, c2, c3 = (second >> SHIFT) ^ c1 ^ k0, second & HALF, (first >> SHIFT) ^ c3 ^ k1, first & HALF
        k0, k1 = (k0 + np.uint64(0x9E3779B9)) & HALF, (k1 + np.uint64(0xBB67AE85)) & HALF
    return np.asarray(np.where(place & one, c3 << SHIFT | c2, c1 << SHIFT | c0), WORD)


def words(dtypes: Dtypes) -> Casts:
    """Numbers of 64 bits, without sign."""
    if common_dtype([item for item in dtypes if isinstance(item, np.dtype)] or [WORD]) != WORD:
        raise Misfit("keys, streams and places are of dtype uint64", "T.cast(key, 'uint64')", kind=TypeMismatch)
    return (WORD,) * len(dtypes), WORD


philox = elementwise(
    "philox",
    doc="64 random bits: number `place` of a stream under a key (Philox4x32, ten rounds; Salmon and others 2011).",
    reference=philox_reference,
    dtypes=words,
    partials=(None, None, None),
    c=by_kind(u="sl_philox({0}, {1}, {2})"),
    latex=r"\operatorname{{philox}}\left({0},{1},{2}\right)",
)

# Quantiles without a formula


def same_shapes(sizes: Any, *shapes: Shape, **attributes: Any) -> Shape:
    """Those of the first operand."""
    return shapes[0]


def quantile_type(attributes: Mapping[str, Any], *operands: ArrayType) -> ArrayType:
    """The type of `quantile`: operands are floating-point numbers of one shape."""
    for place, item in enumerate(operands):
        if item.dtype != np.float64 or item.ndim != operands[0].ndim:
            raise Misfit(
                f"{{{place}}} is {item}, beside {operands[0]}: float64 is wanted, of one shape", kind=TypeMismatch
            )
    return array_type(attributes["dtype"], operands[0].shape)


def zipf_quantile(u: Array, a: Array) -> Array:
    """The least k whose tail, zeta(a, k + 1) / zeta(a), is 1 - u at most, by halving."""
    from scipy.special import zeta

    total, low, high = zeta(a, 1), np.zeros(u.shape, np.int64), np.ones(u.shape, np.int64)
    limit = np.int64(2**62)
    while (short := (zeta(a, high + 1.0) / total > 1 - u) & (high < limit)).any():
        low, high = np.where(short, high, low), np.where(short, high * 2, high)
    while ((high - low) > 1).any():
        middle = (low + high) // 2
        above = zeta(a, middle + 1.0) / total > 1 - u
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return high


def vonmises_quantile(u: Array, kappa: Array) -> Array:
    """The angle in [-pi, pi] by halving: SciPy's own takes milliseconds for each."""
    from scipy.stats import vonmises

    low, high = np.full(u.shape, -np.pi), np.full(u.shape, np.pi)
    for _ in range(54):
        middle = (low + high) / 2
        below = vonmises.cdf(middle, kappa) < u
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray((low + high) / 2)


QUANTILES: Mapping[str, Callable[..., Array]] = MappingProxyType({"zipf": zipf_quantile, "vonmises": vonmises_quantile})


def quantile_reference(*operands: Array, distribution: str, dtype: str) -> Array:
    """SciPy's, for one of its distributions, but where that is slow."""
    import scipy.stats

    if len({operand.shape for operand in operands}) != 1:
        raise ValueError(f"operands have shapes {[operand.shape for operand in operands]}, which must be equal")
    compute = QUANTILES.get(distribution) or getattr(scipy.stats, distribution).ppf
    found = np.asarray(compute(*operands), np.float64)
    if np.dtype(dtype).kind != "f" and not np.isfinite(found).all():
        raise ValueError(f"parameters of {distribution} are out of range")
    return np.asarray(found.astype(dtype)).reshape(operands[0].shape)


quantile: Op = declared(
    "quantile",
    Kind.CALL,
    doc="The quantile of a `distribution` of SciPy at probabilities (the first operand), given its parameters.",
    reference=quantile_reference,
    infer=quantile_type,
    extra=MappingProxyType({"sizes": same_shapes, "values": 0}),
)


def counts_type(attributes: Mapping[str, Any], u: ArrayType, n: ArrayType, p: ArrayType) -> ArrayType:
    """The type of `multinomial_quantile`."""
    for item in (u, p):
        if item.dtype != np.float64 or item.ndim != u.ndim or not u.ndim:
            raise Misfit(f"probabilities are float64 of one shape, not {item}", kind=TypeMismatch)
    if n.dtype != np.int64 or n.ndim != u.ndim - 1:
        raise Misfit(f"{{1}} is {n}, where an int64 for each row is wanted", kind=TypeMismatch)
    return array_type(np.int64, u.shape)


def counts_reference(u: Array, n: Array, p: Array) -> Array:
    """One class after another: of the trials that are left a binomial part, the last class having the rest."""
    import scipy.stats

    if np.any(p < 0) or np.any(p.sum(-1) > 1 + 1e-6) or np.any(n < 0):
        raise ValueError("probabilities must not be negative nor have a sum above 1, nor may the trials be negative")
    found, left = np.zeros(u.shape, np.int64), n.copy()
    rest = np.flip(np.cumsum(np.flip(p, -1), -1), -1)
    for place in range(u.shape[-1] - 1):
        share = np.divide(p[..., place], rest[..., place], out=np.zeros(n.shape), where=rest[..., place] > 0)
        part = np.asarray(scipy.stats.binom.ppf(u[..., place], left, np.minimum(share, 1)), np.int64)
        found[..., place] = np.where(left > 0, part, 0)
        left = left - found[..., place]
    if u.shape[-1]:
        found[..., -1] = left
    return found


multinomial_quantile: Op = declared(
    "multinomial_quantile",
    Kind.CALL,
    doc="How many of n trials fall into each class, from one probability for each class (the first operand).",
    reference=counts_reference,
    infer=counts_type,
    extra=MappingProxyType({"sizes": same_shapes, "values": 0}),
)

# MRG31k3p (L'Ecuyer and Touzin 2000): two recurrences of three numbers

MODULI = (2147483647, 2147462579)
SCALE = 4.656612873077392578125e-10  # 2^-31


def next_numbers(state: Array) -> tuple[Array, Array]:
    """The next states of all streams, and a number in (0, 1) from each."""
    x11, x12, x13, x21, x22, x23 = state.astype(np.int64).T
    first = ((x12 << 22) + (x13 << 7) + x13) % MODULI[0]
    second = ((x21 << 15) + (x23 << 15) + x23) % MODULI[1]
    difference = np.where(first <= second, first - second + MODULI[0], first - second)
    return np.stack([first, x11, x12, second, x21, x22], 1), difference * SCALE


def mrg_type(attributes: Mapping[str, Any], state: ArrayType, *given: ArrayType) -> TupleType:
    """The next states, and uniform numbers."""
    if state.dtype != np.int32 or state.ndim != 2 or state.shape[1] not in (6, None):
        raise Misfit(f"{{0}} is {state}, not the states of streams: rows of 6 numbers of int32", kind=TypeMismatch)
    check_given(attributes["shape"], given)
    if np.dtype(attributes["dtype"]).kind != "f":
        raise Misfit(f"uniform numbers are floating-point numbers, not {attributes['dtype']}", kind=InvalidValue)
    return TupleType((state, array_type(attributes["dtype"], static_sizes(attributes["shape"]))))


def mrg_reference(state: Array, *given: Array, shape: Sequence[Any], dtype: str) -> tuple[Array, Array]:
    """Numbers from each stream in turn; those that are not needed in the last turn are not drawn."""
    sizes = tuple(int(size) for size in filled_in(shape, given))
    count, streams = int(np.prod(sizes)), len(state)
    found = np.empty(count)
    state = state.astype(np.int64)
    for start in range(0, count, streams):
        taken = min(streams, count - start)
        state[:taken], found[start : start + taken] = next_numbers(state[:taken])
    return state.astype(np.int32), inside(found.reshape(sizes).astype(dtype))


def inside(numbers: Array) -> Array:
    """Numbers in (0, 1), of which none is rounded to an end: float16 has 1 for the last half of a thousandth."""
    last = np.nextafter(numbers.dtype.type(1), numbers.dtype.type(0))
    return np.clip(numbers, np.finfo(numbers.dtype).smallest_subnormal, last)


mrg_uniform: Op = declared(
    "mrg_uniform",
    Kind.CALL,
    doc="The next states of streams of MRG31k3p (L'Ecuyer and Touzin 2000), and uniform numbers from each in turn.",
    reference=mrg_reference,
    infer=mrg_type,
    extra=MappingProxyType({"sizes": asked_sizes, "values": 0}),
)
