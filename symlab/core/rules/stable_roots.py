"""Roots, squares and powers that neither overflow nor cancel, and their logarithms."""

from __future__ import annotations

import math
from fractions import Fraction

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ops.compare import eq, isfinite, lt, switch
from symlab.core.ops.elementwise import abs, add, expm1, log, log1p, mul, pow, reciprocal, sqr, sqrt
from symlab.core.ops.exponential import exp2
from symlab.core.ops.reduce import sum
from symlab.core.ops.trigonometric import arccosh, arcsinh, arctanh, hypot
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import computed, rule
from symlab.core.rewrite.sorts import Attributes, EvenNumber, OddNumber, Positive, Scale
from symlab.core.rules.constants import is_number
from symlab.core.rules.stable_rows import plain

LOG_2 = math.log(2)


# Differences of roots


@rule
def root_less_one(x):
    """sqrt(1 + x) is nearly 1 where x is small."""
    return sqrt(1 + x) - 1, switch(eq(x, math.inf), math.inf, x / (1 + sqrt(1 + x)))


@rule(accept=8)
def reciprocal_root_less_one(x):
    """1 / sqrt(1 + x) is nearly 1 where x is small."""
    return reciprocal(sqrt(1 + x)) - 1, expm1(-0.5 * log1p(x))


@rule
def hypot_less_one(x):
    """sqrt(1 + x^2) is nearly 1 where x is small, and x^2 overflows before it."""
    size = hypot(1, x)
    return hypot(1, x) - 1, switch(eq(size, math.inf), size, x * (x / (1 + size)))


# Sums of squares


@rule(assuming="no_overflow")
def hypot_of_squares(*terms):
    """Squares overflow or vanish where the root of their sum does not."""
    return sqrt(add(*[sqr(term) for term in terms])), hypot(*terms)


@computed(
    sqrt,
    among=(add,),
    assuming="no_overflow",
    accept=8,
    formula="sqrt(c x^2 + y^2) -> hypot(sqrt(c) x, y), for numbers c > 0",
    example=lambda x, y: sqrt(3 * sqr(x) + sqr(y)),
)
def hypot_of_scaled_squares(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Squares overflow or vanish where the root of their sum does not."""
    roots = roots_of_terms(node.args[0], builder)
    return None if roots is None else builder.flat(hypot, roots)


@computed(
    log,
    among=(add,),
    assuming="no_overflow",
    accept=32,
    formula="log(c x^2 + y^2) -> 2 log(hypot(sqrt(c) x, y)), for numbers c > 0",
    example=lambda x, y: log(3 * sqr(x) + sqr(y)),
)
def log_of_scaled_squares(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Squares overflow or vanish where the logarithm of their sum does not."""
    roots = roots_of_terms(node.args[0], builder)
    if roots is None or len(roots) > 2:
        return None
    return builder.flat(mul, (builder.constant(2, node), builder.make(log, (builder.flat(hypot, roots),))))


def roots_of_terms(total: Expr, builder: Builder) -> list[Expr] | None:
    """The roots of terms that are squares times numbers, of which one at least is not 1; None if they are others."""
    found = []
    for term in total.args:
        if is_number(term) and 0 < constant_value(term) < math.inf:
            found.append(builder.constant(math.sqrt(constant_value(term)), term))
            continue
        factors = term.args if term.op is mul else (term,)
        numbers = [arg for arg in factors if is_number(arg)]
        squares = [arg for arg in factors if arg.op is sqr]
        if len(numbers) + len(squares) != len(factors) or len(factors) > 2 or len(squares) != 1:
            return None
        if any(not 0 < constant_value(arg) < math.inf for arg in numbers):
            return None
        scales = [builder.constant(math.sqrt(constant_value(arg)), arg) for arg in numbers]
        found.append(builder.flat(mul, (*scales, squares[0].args[0])))
    scaled = [term for term in total.args if term.op is mul or (is_number(term) and constant_value(term) != 1)]
    return found if scaled and not all(map(is_number, total.args)) else None


@rule
def hypot_of_one(x):
    """A square overflows or vanishes where the root of the sum does not."""
    return sqrt(1 + sqr(x)), hypot(1, x)


@rule
def log_of_squares(x, y):
    """Squares overflow or vanish where the logarithm of their sum does not."""
    return log(sqr(x) + sqr(y)), 2 * log(hypot(x, y))


# Products and quotients of squares


@rule
def share_of_square(x, y):
    """Squares overflow or vanish where the share of one in their sum does not."""
    return sqr(x) * reciprocal(sqr(x) + sqr(y)), sqr(x / hypot(x, y))


@rule(accept=8)
def product_by_sum_of_squares(x, y):
    """Products and squares overflow or vanish where the quotient of a product by their sum does not."""
    size = hypot(x, y)
    return x * y * reciprocal(sqr(x) + sqr(y)), (x / size) * (y / size)


@rule(when=plain)
def root_of_product_of_sums(x, y, axis: Attributes):
    """The product of two sums of squares overflows or vanishes before that of their roots does."""
    first, second = sum(sqr(x), attributes=axis), sum(sqr(y), attributes=axis)
    return sqrt(first * second), sqrt(first) * sqrt(second)


@rule(assuming="no_overflow")
def square_of_quotient(x, y):
    """Squares overflow or vanish where their quotient does not."""
    return sqr(x) * reciprocal(sqr(y)), sqr(x / y)


# Logarithms of powers


@rule(serves="derivatives")
def log_of_sqrt(x):
    """A root near 1 drops low digits, and the logarithm needs none."""
    return log(sqrt(x)), 0.5 * log(x)


@rule
def log_of_sqr(x):
    """A square overflows or vanishes where its logarithm does not."""
    return log(sqr(x)), 2 * log(abs(x))


@rule
def log_of_odd_pow(x, n: OddNumber):
    """A power overflows or vanishes where its logarithm does not."""
    return log(pow(x, n)), n * log(x)


@rule
def log_of_pow(x: Positive, n):
    """A power overflows or vanishes where its logarithm does not."""
    return log(pow(x, n)), n * log(x)


@rule
def log_of_even_pow(x, n: EvenNumber):
    """A power overflows or vanishes where its logarithm does not."""
    return log(pow(x, n)), n * log(abs(x))


# Powers near 1


@rule
def pow_of_one_plus_less_one(x, n):
    """1 + x drops the low digits of a small x, and its power is nearly 1."""
    near = isfinite(n) & ((abs(x) < 0.25) | (abs(n * log1p(x)) < 1))
    small = expm1(switch(near, n * log1p(x), 0))
    return pow(1 + x, n) - 1, switch(near, small, pow(switch(near, 1, 1 + x), n) - 1)


@rule
def pow_less_one(x, n):
    """A power is nearly 1 where its base is, or its exponent is small."""
    near = abs(n * log(x)) < 1
    return pow(x, n) - 1, switch(near, expm1(switch(near, n * log(x), 0)), switch(near, 1, pow(x, n)) - 1)


@rule(when=plain)
def root_of_scaled_sum(w: Scale, x, axis: Attributes):
    """The root of a mean of squares is that of their sum, which can be scaled."""
    return sqrt(w * sum(sqr(x), attributes=axis)), sqrt(w) * sqrt(sum(sqr(x), attributes=axis))


@rule
def exp2_less_one(x):
    """A power of 2 is nearly 1 where its exponent is small."""
    near = abs(x) < 1
    return exp2(x) - 1, switch(near, expm1(LOG_2 * x), switch(near, 1, exp2(x)) - 1)


# Inverse hyperbolic functions


@rule
def arctanh_of_quotient(x):
    """(1 + x) / (1 - x) is nearly 1 where x is small."""
    return log((1 + x) / (1 - x)), 2 * arctanh(x)


@rule
def arcsinh_of_log(x):
    """x + sqrt(x^2 + 1) cancels where x is negative, is nearly 1 where x is small, and overflows."""
    return log(x + hypot(1, x)), arcsinh(x)


@rule
def arcsinh_of_opposite_log(x):
    """sqrt(x^2 + 1) - x cancels where x is large, is nearly 1 where x is small, and overflows."""
    return log(hypot(1, x) - x), -arcsinh(x)


@rule
def arccosh_of_log(x):
    """x^2 overflows where its root does not."""
    return log(x + sqrt(sqr(x) - 1)), arccosh(x)


@rule
def arccosh_of_factored_log(x):
    """x^2 overflows where its root does not."""
    return log(x + sqrt((x - 1) * (x + 1))), arccosh(x)


@rule
def arccosh_of_two_roots(x):
    """The product of two roots is that of a square that overflows."""
    return log(x + sqrt(x - 1) * sqrt(x + 1)), arccosh(x)


@rule
def hypot_of_reciprocal(x):
    """A square overflows or vanishes where the root of the sum does not."""
    return sqrt(1 + reciprocal(sqr(x))), hypot(1, reciprocal(x))


def is_real(x):
    """Whether a number is real."""
    return x.type.dtype.kind != "c"


@rule(when=is_real)
def size_of_one_plus_less_one(x):
    """1 + x drops the low digits of a small x."""
    return abs(1 + x) - 1, switch(x > -1, x, -2 - x)


@rule(serves="derivatives")
def root_less_one_by_x(x):
    """x over x is 0 / 0 at 0, and the terms of its derivative cancel near it."""
    root = reciprocal(1 + sqrt(1 + x))
    return switch(eq(x, math.inf), math.inf, x * root) * reciprocal(x), root


@computed(
    add,
    among=(sqrt,),
    formula="sqrt(4 + x) - 2 -> x / (sqrt(4 + x) + 2), and so for every number and its root",
    example=lambda x: sqrt(4 + x) - 2,
)
def root_less_root_of_number(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """The root of a number and a small x is nearly that of the number."""
    root, number = node.args[:2] if node.args[0].op is sqrt else node.args[1::-1]
    inner = root.args[0] if len(node.args) == 2 and root.op is sqrt and is_number(number) else None
    if inner is None or inner.op is not add or len(inner.args) != 2:
        return None
    square, x = inner.args if is_number(inner.args[0]) else inner.args[::-1]
    value = constant_value(number).item()
    if not is_number(square) or value >= 0 or value == -1 or constant_value(square).item() != value * value:
        return None
    finite = builder.apply(eq, x, builder.constant(math.inf, x))
    total = builder.flat(add, (root, builder.constant(-value, x)))
    quotient = builder.flat(mul, (x, builder.make(reciprocal, (total,))))
    return builder.make(switch, (finite, builder.constant(math.inf, x), quotient))


@computed(
    add,
    among=(hypot,),
    formula="hypot(2, x) - 2 -> x * (x / (hypot(2, x) + 2)), and so for every number whose square is a float",
    example=lambda x: hypot(2, x) - 2,
)
def hypot_less_number(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """sqrt(4 + x^2) is nearly 2 where x is small."""
    root, number = node.args[:2] if node.args[0].op is hypot else node.args[1::-1]
    if len(node.args) != 2 or root.op is not hypot or len(root.args) != 2 or not is_number(number):
        return None
    side, x = root.args if is_number(root.args[0]) else root.args[::-1]
    value = constant_value(number).item()
    if not is_number(side) or value >= 0 or value == -1 or constant_value(side).item() != -value:
        return None
    if Fraction(value * value) != Fraction(value) ** 2:
        return None  # it may be a root that was rounded
    finite = builder.apply(lt, root, builder.constant(math.inf, root))
    total = builder.flat(add, (root, builder.constant(-value, root)))
    quotient = builder.flat(mul, (x, builder.flat(mul, (x, builder.make(reciprocal, (total,))))))
    return builder.make(switch, (finite, quotient, root))


@rule
def log_of_hypot_less_log(x, y):
    """hypot(x, y) is nearly x where y is small."""
    near = (x > 0) & (abs(y) < x)
    base = switch(near, x, 1)
    part = switch(near, y, 0)
    far = log(hypot(switch(near, 1, x), y)) - log(switch(near, 1, x))
    return log(hypot(x, y)) - log(x), switch(near, 0.5 * log1p(sqr(part / base)), far)


@rule
def root_of_even_power(x, n: EvenNumber):
    """A power overflows or vanishes where its root does not."""
    return sqrt(pow(x, n)), pow(abs(x), n / 2)


@rule
def share_of_square_with_one(x):
    """The square overflows where its share is nearly 1."""
    return sqr(x) * reciprocal(1 + sqr(x)), sqr(x / hypot(1, x))


@rule(when=is_real)
def log_of_size_of_one_plus(x):
    """1 + x drops the low digits of a small x."""
    above = x > -1
    return log(abs(1 + x)), log1p(switch(above, x, -2 - x))


RULES = (
    log_of_sqrt,
    size_of_one_plus_less_one,
    root_less_one_by_x,
    root_less_root_of_number,
    hypot_less_number,
    log_of_hypot_less_log,
    root_of_even_power,
    share_of_square_with_one,
    log_of_size_of_one_plus,
    reciprocal_root_less_one,
    hypot_less_one,
    root_less_one,
    hypot_of_one,
    hypot_of_reciprocal,
    hypot_of_squares,
    hypot_of_scaled_squares,
    log_of_scaled_squares,
    arcsinh_of_log,
    arcsinh_of_opposite_log,
    arccosh_of_log,
    arccosh_of_factored_log,
    arccosh_of_two_roots,
    arctanh_of_quotient,
    log_of_squares,
    share_of_square,
    product_by_sum_of_squares,
    root_of_product_of_sums,
    square_of_quotient,
    log_of_sqr,
    log_of_odd_pow,
    log_of_pow,
    log_of_even_pow,
    pow_of_one_plus_less_one,
    pow_less_one,
    root_of_scaled_sum,
    exp2_less_one,
)
