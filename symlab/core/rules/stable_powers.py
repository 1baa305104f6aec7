"""Powers of numbers, 2^x or 10^x, as exponentials where those have a stable form, and logarithms of any powers."""

from __future__ import annotations

import math

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ops.compare import switch
from symlab.core.ops.elementwise import abs, add, exp, log, mul, neg, pow, reciprocal, sigmoid, sqr, sqrt
from symlab.core.ops.exponential import exp2
from symlab.core.ops.reduce import sum as sum_op
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import computed, rule
from symlab.core.rewrite.sorts import PositiveNumber
from symlab.core.rules.collect import NESTED
from symlab.core.rules.constants import is_number

DEPTH = 3  # signs, products and sums in which powers are looked for


def as_exponential(node: Expr, builder: Builder, depth: int = DEPTH) -> Expr:
    """A sum or product in which powers of numbers are exponentials."""
    base, exponent = base_of(node)
    if base is not None and exponent is not None:
        scaled = builder.flat(mul, (builder.constant(math.log(base), exponent), exponent))
        return builder.make(exp, (scaled,))
    if node.op in (add, mul, neg, sum_op) and depth and len(node.args) <= NESTED:
        args = tuple([as_exponential(arg, builder, depth - 1) for arg in node.args])
        return builder.make(node.op, args, node.attrs)
    return node


def base_of(node: Expr) -> tuple[float | None, Expr | None]:
    """The number of which a node is a power, and the exponent."""
    if node.op is exp2:
        return 2.0, node.args[0]
    if node.op is pow and is_number(node.args[0]) and not is_number(node.args[1]):
        value = constant_value(node.args[0]).item()
        return (value, node.args[1]) if 0 < value < math.inf and value != 1 else (None, None)
    return None, None


def holds_power(node: Expr, depth: int = DEPTH) -> bool:
    """Whether a term of a sum is a power of a number, as a factor."""
    if base_of(node)[0] is not None:
        return True
    nested = node.op in (add, mul, neg, sum_op) and depth and len(node.args) <= NESTED
    return bool(nested) and any(holds_power(arg, depth - 1) for arg in node.args)


@computed(
    log,
    among=(add, sum_op),
    accept=8,
    formula="log(2^x + 10^y) -> log(exp(x log 2) + exp(y log 10))",
    example=lambda x, y: log(exp2(x) + exp2(y)),
)
def log_of_powers(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Powers overflow or vanish where the logarithm of their sum does not."""
    return builder.make(log, (as_exponential(node.args[0], builder),)) if holds_power(node.args[0]) else None


@rule(accept=100)
def root_of_product_of_exps(*terms):
    """A product of exponentials overflows or vanishes where its root does not."""
    return sqrt(mul(*[exp(term) for term in terms])), exp(0.5 * add(*terms))


@rule(accept=8)
def power_of_square(x, c: PositiveNumber):
    """The square overflows or vanishes where a power of it does not, and its derivative is 0 * inf at 0."""
    return pow(sqr(x), c), pow(abs(x), 2 * c)


@rule(accept=200, serves="derivatives")
def sigmoid_of_power(c: PositiveNumber, x):
    """The power overflows, and the gradient is inf / inf, where the logistic function is nearly 0."""
    return reciprocal(1 + pow(c, x)), sigmoid(-(log(c) * x))


@rule(accept=200)
def sigmoid_of_power_of_two(x):
    """The power overflows, and the gradient is inf / inf, where the logistic function is nearly 0."""
    return reciprocal(1 + exp2(x)), sigmoid(-(math.log(2) * x))


@rule(assuming="no_overflow", accept=400)
def quotient_of_powers(c: PositiveNumber, x, y):
    """Powers overflow or vanish where their quotient does not."""
    return pow(c, x) * reciprocal(pow(c, y)), pow(c, x - y)


@rule(assuming="no_overflow", accept=200)
def quotient_of_powers_of_two(x, y):
    """Powers overflow or vanish where their quotient does not."""
    return exp2(x) * reciprocal(exp2(y)), exp2(x - y)


@rule(assuming="no_overflow", accept=200, serves="logarithms of sums")
def square_of_exp(x):
    """An exponential of the double is better than the square of one."""
    return sqr(exp(x)), exp(2 * x)


@computed(
    pow,
    of=(exp,),
    assuming="no_overflow",
    accept=400,
    formula="exp(x) ** 3 -> exp(3 * x), and so for every number",
    example=lambda x: pow(exp(x), 3),
)
def power_of_exp(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """An exponential of the multiple is better than a power of one."""
    base, exponent = node.args
    if not is_number(exponent):
        return None
    return builder.make(exp, (builder.flat(mul, (exponent, base.args[0])),))


@rule
def log_of_power(c: PositiveNumber, x):
    """A power overflows or vanishes where its logarithm does not."""
    return log(pow(c, x)), log(c) * x


def is_variable(x, n):
    """Whether neither the base nor the exponent is a number."""
    return not is_number(x) and not is_number(n)


@rule(when=is_variable)
def log_of_any_power(x, n):
    """A power overflows or vanishes where its logarithm does not."""
    above = x > 0
    return log(pow(x, n)), switch(above, n * log(switch(above, x, 1)), log(pow(switch(above, 1, x), n)))


@rule(when=is_variable)
def log_of_scaled_power(x, n, *factors):
    """A power overflows or vanishes where the logarithm of its product does not."""
    product = mul(pow(x, n), *factors)
    regular = (abs(product) > 1e-30) & (abs(product) < 1e30)
    above = (x > 0) & ~regular
    far = n * log(switch(above, x, 1)) + log(switch(above, mul(*factors), 1))
    return log(mul(pow(x, n), *factors)), switch(above, far, log(switch(above, 1, product)))


RULES = (
    root_of_product_of_exps,
    power_of_square,
    log_of_powers,
    sigmoid_of_power,
    sigmoid_of_power_of_two,
    quotient_of_powers,
    quotient_of_powers_of_two,
    square_of_exp,
    power_of_exp,
    log_of_power,
)
LATE = (log_of_any_power, log_of_scaled_power)
