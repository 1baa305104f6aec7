"""Sums of products and quotients whose terms cancel once they are multiplied out and brought to one denominator.

Polynomials have rational coefficients, so that what cancels does so exactly. What is no arithmetic is a letter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import gcd, isfinite, lcm
from typing import NamedTuple

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import Op
from symlab.core.ops.compare import switch
from symlab.core.ops.elementwise import add, exp, expm1, mul, neg, pow, reciprocal, sqr, sqrt
from symlab.core.ops.exponential import exp2
from symlab.core.ops.special import gamma
from symlab.core.ops.trigonometric import cosh, hypot, sinh
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import computed
from symlab.core.rules.collect import NESTED, power_of, without
from symlab.core.rules.constants import is_number
from symlab.core.rules.sketches import DEPTH, MOST_POWER, MOST_TERMS, Sketches, TooLarge, base_and_power, sketched_sum

MOST_LEFT = 2  # terms of what is left: more may cancel where the sums that were multiplied out are small
NOTHING = 1e-9  # a coefficient that may be 0
ROOTS = (sqrt, hypot)
OVERFLOWING = (exp, exp2, expm1, sinh, cosh, gamma)  # whose products overflow where their quotients do not
LARGEST = 1 << 20  # numerators and denominators of coefficients
Monomial = frozenset[tuple[Expr, int]]
Polynomial = dict[Monomial, Fraction]
ONE: Monomial = frozenset()


def polynomial_of(node: Expr, depth: int = DEPTH) -> Polynomial:
    """A node as a polynomial in what is no sum, product or whole power, or lies too deep within them."""
    if node.op is neg and depth:
        return scaled(polynomial_of(node.args[0], depth - 1), -1)
    if node.op is add and depth:
        return total([polynomial_of(arg, depth - 1) for arg in node.args])
    if node.op is mul and depth:
        return product([polynomial_of(arg, depth - 1) for arg in node.args])
    if is_number(node):
        value = constant_value(node).item()
        if not isfinite(value):
            raise TooLarge
        return {ONE: Fraction(value)} if value else {}
    base, power = base_and_power(node)
    if power == 1 or not depth:
        return {frozenset([(node, 1)]): Fraction(1)}
    return product([polynomial_of(base, depth - 1)] * power)


def total(parts: Iterable[Polynomial]) -> Polynomial:
    """The sum of polynomials."""
    found: Polynomial = {}
    for part in parts:
        for monomial, value in part.items():
            found[monomial] = found.get(monomial, Fraction(0)) + value
    return {monomial: value for monomial, value in found.items() if value}


def product(parts: Sequence[Polynomial]) -> Polynomial:
    """The product of polynomials."""
    found: Polynomial = {ONE: Fraction(1)}
    for part in parts:
        if len(found) * len(part) > MOST_TERMS:
            raise TooLarge
        found = total({joined(a, b): x * y} for a, x in found.items() for b, y in part.items())
    return found


def joined(first: Monomial, second: Monomial) -> Monomial:
    """The product of two monomials."""
    powers = Counter(dict(first))
    powers.update(dict(second))
    if powers and max(powers.values()) > MOST_POWER:
        raise TooLarge
    return frozenset(powers.items())


def scaled(part: Polynomial, factor: int | Fraction) -> Polynomial:
    """A polynomial times a number."""
    return {monomial: value * factor for monomial, value in part.items()}


# Quotients


class Split(NamedTuple):
    """A term as a sign, factors, and what divides it, counted and as it stands."""

    sign: int
    factors: list[Expr]
    below: Counter[Expr]
    divisors: list[Expr]


def parts_of(term: Expr, depth: int = DEPTH) -> Split:
    """The sign of a term, its factors, and what it is divided by."""
    sign, factors, divisors, below = 1, list[Expr](), list[Expr](), Counter[Expr]()
    waiting = [(term, depth)]
    while waiting:
        part, left = waiting.pop()
        if left and part.op in (mul, neg):
            sign = -sign if part.op is neg else sign
            waiting.extend([(arg, left - 1) for arg in reversed(part.args)])
            continue
        base, power = base_and_power(part)
        if base.op is not reciprocal:
            factors.append(part)
            continue
        divisors.append(part)
        for divisor in base.args[0].args if base.args[0].op is mul else base.args:
            inside, inner_power = base_and_power(divisor)
            below[inside] += power * inner_power
    return Split(sign, factors, below, divisors)


def have_factor(terms: Iterable[Expr], op: Op) -> bool:
    """Whether one of several terms has the result of an op as a factor: a quick look before their parts are found."""
    waiting = [(term, DEPTH) for term in terms]
    while waiting:
        part, left = waiting.pop()
        if part.op is op:
            return True
        if left and part.op in (mul, neg):
            waiting.extend([(arg, left - 1) for arg in part.args])
    return False


def common_denominator(split: Sequence[Split]) -> Counter[Expr]:
    """What all terms can be divided by."""
    below: Counter[Expr] = Counter()
    for part in split:
        below |= part.below
    return below


def above_common(part: Split, below: Counter[Expr]) -> tuple[list[Expr], list[Expr]]:
    """What a term times what divides the sum is a product of: factors, and roots that are there squared."""
    if not below and len(set(part.factors)) == len(part.factors):
        return part.factors, []
    counts = Counter(part.factors) + (below - part.below)
    pairs = {root: count // 2 for root, count in counts.items() if root.op in ROOTS}
    squared = [root for root, count in pairs.items() for _ in range(count)]
    return list((counts - Counter(squared) - Counter(squared)).elements()), squared


def radicand(root: Expr) -> Polynomial:
    """The square of a root as a polynomial."""
    if root.op is sqrt:
        return polynomial_of(root.args[0], DEPTH)
    return total([product([polynomial_of(arg, DEPTH)] * 2) for arg in root.args])


def numerator(part: Split, below: Counter[Expr]) -> Polynomial:
    """A term times what divides the sum, multiplied out."""
    factors, squared = above_common(part, below)
    return scaled(product([*map(polynomial_of, factors), *map(radicand, squared)]), part.sign)


def without_factor(part: Split, factor: Expr) -> Split:
    """A term less one of its factors."""
    return part._replace(factors=without(part.factors, factor))


def by(first: Split, second: Split) -> Split:
    """The product of two terms."""
    below, divisors = first.below + second.below, [*first.divisors, *second.divisors]
    return Split(first.sign * second.sign, [*first.factors, *second.factors], below, divisors)


def cancel(first: Split, second: Split, rounding: float = 0.0) -> bool:
    """Whether the sum of two terms is 0, up to the rounding of their coefficients."""
    below = common_denominator((first, second))
    try:
        one, other = numerator(first, below), numerator(second, below)
    except TooLarge:
        return False
    return one.keys() == other.keys() and all(abs(one[key] + other[key]) <= rounding * abs(one[key]) for key in one)


def may_cancel(node: Expr) -> bool:
    """Whether something has a minus sign, and a term a sum as a factor, under a power or a fraction."""
    waiting = list(node.args)
    minus = hidden = False
    for _ in range(4 * NESTED):
        if not waiting or (minus and hidden):
            break
        part = waiting.pop()
        minus = minus or part.op is neg or (is_number(part) and bool(constant_value(part) < 0))
        inner = part.args if part.op in (sqr, reciprocal, pow, mul) else ()
        hidden = hidden or any(arg.op is add or arg.op in ROOTS for arg in inner)
        waiting += part.args if part.op in (neg, mul, reciprocal, sqr, pow, add) else ()
    return minus and hidden


def seems_to_cancel(split: Sequence[Split], below: Counter[Expr], sketches: Sketches) -> bool:
    """Whether a monomial of the numerators seems to vanish from their sum, and few others are left."""
    whole = sketched_sum([sketches.of_product(*above_common(part, below), part.sign) for part in split])
    left = sum(abs(value) >= NOTHING for value in whole.values())
    return left < len(whole) and left <= MOST_LEFT


@computed(
    add,
    among=(mul, reciprocal, sqr, pow, neg),
    assuming=("finite", "nonzero", "no_overflow"),
    accept=8,
    formula="1 / (x - y) - 1 / (x + y) -> 2 * y / ((x - y) * (x + y)), whatever cancels so",
    example=lambda x, y: 1 / (x - y) - 1 / (x + y),
)
def cancelled_fractions(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Products and quotients are nearly equal where what is left when they are multiplied out is small."""
    return brought_together(node, builder, facts)


def brought_together(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A sum over one denominator, if terms cancel in its numerator."""
    if len(node.args) > NESTED or not may_cancel(node):
        return None
    sketches = facts.kept(Sketches)
    split = [parts_of(term) for term in node.args]
    below = common_denominator(split)
    try:
        if not seems_to_cancel(split, below, sketches):
            return None
        numerators = [numerator(part, below) for part in split]
    except TooLarge:
        return None
    whole = total(numerators)
    gone = {monomial for part in numerators for monomial in part} - set(whole)
    if not gone or not 0 < len(whole) <= MOST_LEFT:
        return None
    overflowing = [base for base in letters_of(numerators) if base.op in OVERFLOWING]
    if overflowing and not is_share_of_sum(whole, overflowing, below):
        return None
    if max(max(abs(value.numerator), value.denominator) for value in whole.values()) > LARGEST:
        return None
    factors, below = over_roots(factored(whole, node, builder), below, builder)
    return builder.flat(mul, [*factors, *divided(below, builder)])


def over_roots(factors: list[Expr], below: Counter[Expr], builder: Builder) -> tuple[list[Expr], Counter[Expr]]:
    """Squares divided by the squares of roots as squares of quotients: the squares of a large root overflow."""
    left = Counter(below)
    for place, factor in enumerate(factors):
        root = next((base for base, power in left.items() if base.op in ROOTS and power > 1), None)
        if root is not None and factor.op is sqr:
            quotient = builder.flat(mul, (factor.args[0], builder.make(reciprocal, (root,))))
            factors[place] = builder.make(sqr, (quotient,))
            left[root] -= 2
    return factors, +left


def is_share_of_sum(whole: Polynomial, overflowing: Sequence[Expr], below: Counter[Expr]) -> bool:
    """Whether what is left has one exponential as a factor, and is divided by a sum with it: no part overflows then."""
    if len(whole) > 1 or len(overflowing) > 1 or overflowing[0].op is not exp:
        return False
    power = dict(next(iter(whole))).get(overflowing[0], 0)
    return power == 1 and any(base.op is add and overflowing[0] in base.args for base in below)


def letters_of(parts: Iterable[Polynomial]) -> set[Expr]:
    """What polynomials are made of."""
    return {base for part in parts for monomial in part for base, _ in monomial}


def divided(below: Counter[Expr], builder: Builder) -> list[Expr]:
    """The reciprocals of what a quotient is divided by; the cube of a root overflows long before its square."""
    powers: list[tuple[Expr, int]] = []
    for base, power in below.items():
        whole = power - power % 2 if base.op in ROOTS and power > 2 else 0
        powers += [(base, part) for part in (whole, power - whole) if part]
    return [builder.make(reciprocal, (power_of(base, power, builder),)) for base, power in powers]


def factored(whole: Polynomial, node: Expr, builder: Builder) -> list[Expr]:
    """A polynomial as what all of its terms share, and the rest."""
    shared = common(whole)
    content = Fraction(
        gcd(*[abs(value.numerator) for value in whole.values()]), lcm(*[value.denominator for value in whole.values()])
    )
    terms = [
        term_from(unshared(monomial, shared), value / content, node, builder)
        for monomial, value in sorted(whole.items(), key=lambda item: -len(item[0]))
    ]
    factors = [
        power_of(base, power, builder) for base, power in sorted(shared.items(), key=lambda item: item[0].digest)
    ]
    if content != 1:
        factors.insert(0, builder.constant(float(content), node))
    return [*factors, builder.flat(add, terms) if len(terms) > 1 else terms[0]]


def common(whole: Polynomial) -> Mapping[Expr, int]:
    """The letters that all monomials have, with their least powers."""
    powers = [dict(monomial) for monomial in whole]
    return {base: min(part[base] for part in powers) for base in powers[0] if all(base in part for part in powers)}


def unshared(monomial: Monomial, shared: Mapping[Expr, int]) -> dict[Expr, int]:
    """What is left of a monomial when what all share is taken away."""
    return {base: power - shared.get(base, 0) for base, power in monomial if power > shared.get(base, 0)}


def term_from(powers: Mapping[Expr, int], value: Fraction, node: Expr, builder: Builder) -> Expr:
    """A monomial with its coefficient as a node."""
    factors = [
        power_of(base, power, builder) for base, power in sorted(powers.items(), key=lambda item: item[0].digest)
    ]
    if abs(value) != 1 or not factors:
        factors.insert(0, builder.constant(float(abs(value)), node))
    size = builder.flat(mul, factors) if len(factors) > 1 else factors[0]
    return builder.make(neg, (size,)) if value < 0 else size


@computed(
    add,
    among=(switch,),
    assuming=("finite", "nonzero", "no_overflow"),
    accept=8,
    formula="x + switch(c, y, 0) -> switch(c, x + y, x), where terms of x + y cancel once they are multiplied out",
    example=lambda x, y: 1 / (1 + y) + switch(x > 1, -y / sqr(1 + y), 0),
)
def cancelled_where_chosen(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """The derivative of a root has a term that is left out where the root is 0, and that cancels with others."""
    masked = [arg for arg in node.args if arg.op is switch and is_number(arg.args[2]) and arg not in builder.shared]
    if len(masked) != 1 or constant_value(masked[0].args[2]) != 0 or masked[0].args[1].type != node.type:
        return None
    condition, term, _ = masked[0].args
    rest = [arg for arg in node.args if arg is not masked[0]]
    together = builder.flat(add, (*rest, term))
    cancelled = brought_together(together, builder, facts) if together.op is add else None
    if cancelled is None:
        return None
    return builder.make(switch, (condition, cancelled, builder.flat(add, rest)))


RULES = (cancelled_fractions, cancelled_where_chosen)
