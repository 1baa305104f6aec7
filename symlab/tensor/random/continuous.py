"""Draws from continuous distributions: quantiles of uniform numbers, so that a draw changes smoothly with parameters.

`size` is the shape of the draw, by default that of the parameters together; `rng` is a `RandomStream`, a key, or
the state of a generator of NumPy, which then draws.
"""

from __future__ import annotations

import math
from typing import Any

from symlab.core.ops.compare import gt, le, lt, switch
from symlab.core.ops.elementwise import abs as magnitude
from symlab.core.ops.elementwise import add, cast, exp, expm1, log, log1p, mul, neg, pow, sign, sqr, sqrt, sub, true_div
from symlab.core.ops.incomplete import betaincinv, gammaincinv
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.random import quantile
from symlab.core.ops.special import erfcinv
from symlab.core.ops.trigonometric import tan
from symlab.tensor.random.domains import surely
from symlab.tensor.random.draws import Draw, by_generator, drawn, scale_of
from symlab.tensor.random.sources import filled_to
from symlab.tensor.special import ndtr, ndtri

# fmt: off
__all__ = [
    "beta", "cauchy", "chisquare", "exgaussian", "exponential", "f", "gamma", "gengamma", "gumbel", "halfcauchy",
    "halfnormal", "invgamma", "laplace", "logistic", "lognormal", "normal", "pareto", "power", "random", "rayleigh",
    "standard_cauchy", "standard_exponential", "standard_gamma", "standard_normal", "standard_t", "t", "triangular",
    "truncated_normal", "truncexpon", "uniform", "vonmises", "wald", "weibull",
]
# fmt: on


def filled(value: Variable, draw: Draw) -> Variable:
    """A draw in its full shape."""
    return value if tuple(value.type.shape) == draw.sizes else filled_to(value, draw.sizes)


def moved(value: Any, draw: Draw) -> Variable:
    """loc + scale value, for the last two parameters."""
    loc, scale = draw.parameters[-2:]
    return filled(add(loc, mul(scale, value)), draw)


def standard(draw: Draw, part: int = 0, parts: int = 1) -> Variable:
    """Standard normal numbers."""
    return mul(erfcinv(mul(draw.inside(part, parts), 2)), -math.sqrt(2))  # type: ignore[no-any-return]


@by_generator
def uniform(low: Any = 0.0, high: Any = 1.0, size: Any = None, *, rng: Any, dtype: Any = "floatX") -> Variable:
    """Numbers in [low, high), all alike."""
    draw = drawn([low, high], size, rng, dtype)
    first, last = draw.parameters
    return filled(add(first, mul(sub(last, first), draw.uniform())), draw)


@by_generator
def random(size: Any = None, *, rng: Any, dtype: Any = "floatX") -> Variable:
    """Numbers in [0, 1), all alike."""
    return drawn([], size, rng, dtype).uniform()


@by_generator
def normal(loc: Any = 0.0, scale: Any = 1.0, size: Any = None, *, rng: Any, dtype: Any = "floatX") -> Variable:
    """Normal numbers with this mean and standard deviation."""
    draw = drawn([loc, scale], size, rng, dtype, scales=1)
    return moved(standard(draw), draw)


@by_generator
def standard_normal(size: Any = None, *, rng: Any, dtype: Any = "floatX") -> Variable:
    """Normal numbers with mean 0 and standard deviation 1."""
    return standard(drawn([], size, rng, dtype))


@by_generator
def halfnormal(loc: Any = 0.0, scale: Any = 1.0, size: Any = None, *, rng: Any, dtype: Any = "floatX") -> Variable:
    """loc and the magnitude of a normal number of mean 0."""
    draw = drawn([loc, scale], size, rng, dtype, scales=1)
    return moved(magnitude(standard(draw)), draw)


@by_generator
def lognormal(mean: Any = 0.0, sigma: Any = 1.0, size: Any = None, *, rng: Any, dtype: Any = "floatX") -> Variable:
    """Numbers whose logarithm is normal."""
    return exp(normal(mean, sigma, size, rng=rng, dtype=dtype))  # type: ignore[no-any-return]


@by_generator
def truncated_normal(
    loc: Any = 0.0,
    scale: Any = 1.0,
    low: Any = -2.0,
    high: Any = 2.0,
    size: Any = None,
    *,
    rng: Any,
    dtype: Any = "floatX",
) -> Variable:
    """Normal numbers of which only those in [low, high] standard deviations about the mean are kept."""
    draw = drawn([low, high, loc, scale], size, rng, dtype, scales=1)
    first, last = draw.parameters[:2]
    right = gt(first, 0)  # the tail on the right is that on the left, where probabilities are small and exact
    least, most = switch(right, neg(last), first), switch(right, neg(first), last)
    found = ndtri(add(ndtr(least), mul(draw.inside(), sub(ndtr(most), ndtr(least)))))
    return moved(switch(right, neg(found), found), draw)


@by_generator
def exponential(scale: Any = 1.0, size: Any = None, *, rng: Any, dtype: Any = "floatX") -> Variable:
    """Times between events, of this mean."""
    draw = drawn([scale], size, rng, dtype, scales=1)
    return filled(mul(neg(log(draw.inside())), draw.parameters[0]), draw)


@by_generator
def standard_exponential(size: Any = None, *, rng: Any, dtype: Any = "floatX") -> Variable:
    """Times between events, of mean 1."""
    return neg(log(drawn([], size, rng, dtype).inside()))  # type: ignore[no-any-return]


@by_generator
def truncexpon(
    b: Any = 1.0, loc: Any = 0.0, scale: Any = 1.0, size: Any = None, *, rng: Any, dtype: Any = "floatX"
) -> Variable:
    """loc + scale x, with exponential x of which only those below b are kept."""
    draw = drawn([b, loc, scale], size, rng, dtype, scales=1)
    return moved(neg(log1p(mul(draw.inside(), expm1(neg(draw.parameters[0]))))), draw)


@by_generator
def exgaussian(
    mu: Any = 0.0, sigma: Any = 1.0, nu: Any = 1.0, size: Any = None, *, rng: Any, dtype: Any = "floatX"
) -> Variable:
    """The sum of a normal number (mean mu, deviation sigma) and an exponential one (mean nu)."""
    draw = drawn([scale_of(as_variable(nu)), mu, sigma], size, rng, dtype, scales=1)
    return add(moved(standard(draw, 0, 2), draw), mul(neg(log(draw.inside(1, 2))), draw.parameters[0]))  # type: ignore[no-any-return]


@by_generator
def gumbel(loc: Any = 0.0, scale: Any = 1.0, size: Any = None, *, rng: Any, dtype: Any = "floatX") -> Variable:
    """The largest of many: the extreme value distribution of type I."""
    draw = drawn([loc, scale], size, rng, dtype, scales=1)
    return moved(neg(log(neg(log(draw.inside())))), draw)


@by_generator
def logistic(loc: Any = 0.0, scale: Any = 1.0, size: Any = None, *, rng: Any, dtype: Any = "floatX") -> Variable:
    """Numbers whose distribution function is the sigmoid."""
    draw = drawn([loc, scale], size, rng, dtype, scales=1)
    u = draw.inside()
    return moved(sub(log(u), log1p(neg(u))), draw)


@by_generator
def laplace(loc: Any = 0.0, scale: Any = 1.0, size: Any = None, *, rng: Any, dtype: Any = "floatX") -> Variable:
    """Exponential numbers on both sides of loc."""
    draw = drawn([loc, scale], size, rng, dtype, scales=1)
    middle = sub(draw.inside(), 0.5)
    return moved(neg(mul(sign(middle), log1p(mul(magnitude(middle), -2)))), draw)


@by_generator
def cauchy(loc: Any = 0.0, scale: Any = 1.0, size: Any = None, *, rng: Any, dtype: Any = "floatX") -> Variable:
    """The quotient of two normal numbers."""
    draw = drawn([loc, scale], size, rng, dtype, scales=1)
    return moved(tan(mul(sub(draw.inside(), 0.5), math.pi)), draw)


@by_generator
def standard_cauchy(size: Any = None, *, rng: Any, dtype: Any = "floatX") -> Variable:
    """The quotient of two normal numbers of mean 0 and deviation 1."""
    return cauchy(size=size, rng=rng, dtype=dtype)


@by_generator
def halfcauchy(loc: Any = 0.0, scale: Any = 1.0, size: Any = None, *, rng: Any, dtype: Any = "floatX") -> Variable:
    """loc and the magnitude of a Cauchy number."""
    draw = drawn([loc, scale], size, rng, dtype, scales=1)
    return moved(tan(mul(draw.inside(), math.pi / 2)), draw)


@by_generator
def pareto(b: Any, scale: Any = 1.0, size: Any = None, *, rng: Any, dtype: Any = "floatX") -> Variable:
    """Numbers above `scale` whose tail falls with the power b."""
    draw = drawn([b, scale], size, rng, dtype, scales=1)
    return filled(mul(draw.parameters[1], exp(neg(true_div(log(draw.inside()), draw.parameters[0])))), draw)


@by_generator
def power(a: Any, size: Any = None, *, rng: Any, dtype: Any = "floatX") -> Variable:
    """Numbers in (0, 1) with density a x^(a - 1)."""
    draw = drawn([a], size, rng, dtype)
    return filled(exp(true_div(log(draw.inside()), draw.parameters[0])), draw)


@by_generator
def rayleigh(scale: Any = 1.0, size: Any = None, *, rng: Any, dtype: Any = "floatX") -> Variable:
    """The length of a vector of two normal numbers."""
    draw = drawn([scale], size, rng, dtype, scales=1)
    return filled(mul(sqrt(mul(log(draw.inside()), -2)), draw.parameters[0]), draw)


@by_generator
def weibull(shape: Any, size: Any = None, *, rng: Any, dtype: Any = "floatX") -> Variable:
    """Exponential numbers to the power 1 / shape."""
    draw = drawn([shape], size, rng, dtype)
    return filled(pow(neg(log(draw.inside())), true_div(1, draw.parameters[0])), draw)


@by_generator
def triangular(left: Any, mode: Any, right: Any, size: Any = None, *, rng: Any, dtype: Any = "floatX") -> Variable:
    """Numbers in [left, right] whose density rises to `mode` and falls after it."""
    draw = drawn([left, mode, right], size, rng, dtype)
    first, middle, last = draw.parameters
    u, width = draw.inside(), surely(sub(last, first), "positive")
    rise, fall = (surely(part, "not negative") for part in (sub(middle, first), sub(last, middle)))
    low = add(first, sqrt(mul(mul(u, width), rise)))
    high = sub(last, sqrt(mul(mul(sub(1, u), width), fall)))
    return filled(switch(lt(mul(u, width), rise), low, high), draw)


@by_generator
def gamma(shape: Any, scale: Any = 1.0, size: Any = None, *, rng: Any, dtype: Any = "floatX") -> Variable:
    """The time of event number `shape`, with mean shape scale."""
    draw = drawn([shape, scale], size, rng, dtype, scales=1)
    return filled(mul(gammaincinv(draw.parameters[0], draw.inside()), draw.parameters[1]), draw)


@by_generator
def standard_gamma(shape: Any, size: Any = None, *, rng: Any, dtype: Any = "floatX") -> Variable:
    """The time of event number `shape`, where one is expected in a unit of time."""
    return gamma(shape, size=size, rng=rng, dtype=dtype)


@by_generator
def invgamma(shape: Any, scale: Any = 1.0, size: Any = None, *, rng: Any, dtype: Any = "floatX") -> Variable:
    """scale divided by a gamma number."""
    draw = drawn([shape, scale], size, rng, dtype, scales=1)
    return filled(true_div(draw.parameters[1], gammaincinv(draw.parameters[0], draw.inside())), draw)


@by_generator
def gengamma(
    alpha: Any = 1.0, p: Any = 1.0, lambd: Any = 1.0, size: Any = None, *, rng: Any, dtype: Any = "floatX"
) -> Variable:
    """lambd times a gamma number (shape alpha / p) to the power 1 / p."""
    draw = drawn([alpha, p, lambd], size, rng, dtype)
    shape, exponent, scale = draw.parameters
    root = pow(gammaincinv(true_div(shape, exponent), draw.inside()), true_div(1, exponent))
    return filled(mul(root, scale), draw)


@by_generator
def chisquare(df: Any, size: Any = None, *, rng: Any, dtype: Any = "floatX") -> Variable:
    """The sum of squares of df normal numbers."""
    draw = drawn([df], size, rng, dtype)
    return filled(mul(gammaincinv(mul(draw.parameters[0], 0.5), draw.inside()), 2), draw)


@by_generator
def beta(a: Any, b: Any, size: Any = None, *, rng: Any, dtype: Any = "floatX") -> Variable:
    """Numbers in [0, 1] with density proportional to x^(a - 1) (1 - x)^(b - 1)."""
    draw = drawn([a, b], size, rng, dtype)
    return filled(betaincinv(*draw.parameters, draw.inside()), draw)


@by_generator
def f(dfnum: Any, dfden: Any, size: Any = None, *, rng: Any, dtype: Any = "floatX") -> Variable:
    """The quotient of two means of squares of normal numbers."""
    draw = drawn([dfnum, dfden], size, rng, dtype)
    first, second = draw.parameters
    share = betaincinv(mul(first, 0.5), mul(second, 0.5), draw.inside())
    return filled(true_div(mul(second, share), mul(first, sub(1, share))), draw)


@by_generator
def t(df: Any, loc: Any = 0.0, scale: Any = 1.0, size: Any = None, *, rng: Any, dtype: Any = "floatX") -> Variable:
    """A normal number divided by the root of a mean of df squares of others."""
    draw = drawn([df, loc, scale], size, rng, dtype, scales=1)
    degrees = draw.parameters[0]
    squares = mul(gammaincinv(mul(degrees, 0.5), draw.inside(1, 2)), 2)
    return moved(mul(standard(draw, 0, 2), sqrt(true_div(degrees, squares))), draw)


@by_generator
def standard_t(df: Any, size: Any = None, *, rng: Any, dtype: Any = "floatX") -> Variable:
    """A normal number divided by the root of a mean of df squares of others, about 0."""
    return t(df, size=size, rng=rng, dtype=dtype)


@by_generator
def wald(mean: Any, scale: Any, size: Any = None, *, rng: Any, dtype: Any = "floatX") -> Variable:
    """When Brownian motion first reaches a level: inverse Gaussian numbers (Michael, Schucany and Haas 1976)."""
    draw = drawn([mean, scale], size, rng, dtype)
    middle, shape = draw.parameters
    part = mul(middle, sqr(standard(draw, 0, 2)))
    root = sqrt(mul(part, add(part, mul(shape, 4))))
    found = sub(middle, true_div(mul(mul(middle, part), 2), add(part, root)))
    chosen = le(draw.uniform(1, 2), true_div(middle, add(middle, found)))
    return filled(switch(chosen, found, true_div(sqr(middle), found)), draw)


@by_generator
def vonmises(mu: Any, kappa: Any, size: Any = None, *, rng: Any, dtype: Any = "floatX") -> Variable:
    """Angles about mu, in [-pi, pi], concentrated by kappa: the normal distribution of the circle."""
    draw = drawn([mu, kappa], size, rng, dtype)
    middle, kappa = draw.parameters
    inside = draw.source.inside(draw.sizes, "float64")
    full = filled_to(cast(kappa, dtype="float64"), draw.sizes)
    turn = quantile(inside, full, distribution="vonmises", dtype="float64")
    angle = add(middle, cast(turn, dtype=draw.dtype))
    return filled(sub(angle, mul(2 * math.pi, whole_turns(angle))), draw)


def whole_turns(angle: Variable) -> Variable:
    """How often an angle goes around."""
    from symlab.core.ops.rounding import round_half_to_even

    return round_half_to_even(true_div(angle, 2 * math.pi))  # type: ignore[no-any-return]
