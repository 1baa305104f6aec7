"""Products of matrices: what scales them, in which order they are formed, and which are none."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from symlab.core.ir.expr import Expr
from symlab.core.ops import reduce
from symlab.core.ops.elementwise import add, cast, mul, neg
from symlab.core.ops.linalg import dot, matmul
from symlab.core.ops.shape import GIVEN, broadcast_to, dimshuffle
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.building import size_at, times, turned
from symlab.core.rewrite.layouts import is_turned, is_zero
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import computed
from symlab.core.rewrite.sorts import Matrix
from symlab.core.rules.linalg import MANY, TURN

NUMBERS = "fci"

# Examples


def scalar_of(x: Any) -> Any:
    """One number of a matrix."""
    return reduce.max(x, axes=(0, 1), keepdims=False)


def example_of_scaled(x: Matrix) -> Any:
    """A product of a scaled matrix."""
    return dot(scalar_of(x) * x, dimshuffle(x, pattern=TURN))


def example_of_chain(x: Matrix) -> Any:
    """A product of two matrices and a vector."""
    return dot(dot(x, dimshuffle(x, pattern=TURN)), reduce.max(x, axes=(1,), keepdims=False))


def example_of_outer(x: Matrix) -> Any:
    """A column times a row."""
    column, row = reduce.max(x, axes=(1,), keepdims=True), reduce.max(x, axes=(0,), keepdims=True)
    return dot(column, row)


def example_of_zeros(x: Matrix) -> Any:
    """A product with zeros, of whole numbers."""
    whole = cast(x, dtype="int64")
    return whole + dot(broadcast_to(0 * scalar_of(whole), shape=(6, 6)), whole)


def example_of_terms(x: Matrix) -> Any:
    """Two products with one matrix."""
    other = dimshuffle(x, pattern=TURN)
    return dot(x, other) + dot(x, abs(other))


def example_of_turned(x: Matrix) -> Any:
    """The transpose of a product with a transpose."""
    return dimshuffle(dot(dimshuffle(x, pattern=TURN), abs(x)), pattern=TURN)


# Rules


def without_scale(node: Expr, builder: Builder) -> tuple[Expr, list[Expr], bool] | None:
    """A matrix without its sign and the numbers that scale it, those numbers, and whether the sign was negative."""
    if node in builder.shared:
        return None
    if node.op is neg:
        return node.args[0], [], True
    if node.op is not mul:
        return None
    scales = [arg for arg in node.args if not arg.type.ndim]
    rest = [arg for arg in node.args if arg.type.ndim]
    inner = builder.kept(node, rest) if scales and rest else None
    return None if inner is None or inner.type != node.type else (inner, scales, False)


@computed(dot, matmul, among=(neg, mul), kinds=NUMBERS, assuming="real_algebra", accept=MANY,
          formula="(c * a) @ b -> c * (a @ b)", example=example_of_scaled)  # fmt: skip
def scale_of_product(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A number that scales a matrix scales the product as well, which a call of BLAS does by itself."""
    for place, arg in enumerate(node.args):
        found = without_scale(arg, builder)
        if found is None:
            continue
        inner, scales, negative = found
        args = (inner, node.args[1]) if place == 0 else (node.args[0], inner)
        product = builder.make(node.op, args, node.attrs)
        return builder.make(neg, (product,)) if negative else builder.flat(mul, (*scales, product))
    return None


@computed(dot, among=(dot,), kinds=NUMBERS, assuming="real_algebra", accept=MANY,
          formula="(a @ b) @ x -> a @ (b @ x)", example=example_of_chain)  # fmt: skip
def order_of_products(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A chain of products is formed in the order that takes the fewest multiplications."""
    first, second = node.args
    if first.op is dot and first not in builder.shared and min(arg.type.ndim for arg in first.args) == 2:
        a, b, c = *first.args, second
        if second.type.ndim == 1 or is_cheaper(a, b, c, from_right=True):
            return builder.apply(dot, a, builder.apply(dot, b, c))
    if second.op is dot and second not in builder.shared and min(arg.type.ndim for arg in second.args) == 2:
        a, b, c = first, *second.args
        if first.type.ndim == 1 or is_cheaper(a, b, c, from_right=False):
            return builder.apply(dot, builder.apply(dot, a, b), c)
    return None


def is_cheaper(a: Expr, b: Expr, c: Expr, from_right: bool) -> bool:
    """Whether a chain of three matrices of known sizes costs less from that side."""
    sizes = (*a.type.shape, *b.type.shape, *c.type.shape)
    if None in sizes or len(sizes) != 6:
        return False
    m, k, _, n, _, p = (size or 0 for size in sizes)
    left, right = m * k * n + m * n * p, k * n * p + m * k * p
    return right < left if from_right else left < right


@computed(dot, matmul, kinds=NUMBERS, formula="column @ row -> column * row", example=example_of_outer)
def product_of_column_and_row(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A column times a row has one product for each element, which is formed where it is used."""
    first, second = node.args
    single = first.type.ndim > 1 and second.type.ndim > 1 and first.type.shape[-1] == 1 == second.type.shape[-2]
    return builder.flat(mul, (first, second)) if single else None


@computed(dot, matmul, kinds=NUMBERS, assuming="finite", formula="0 @ b -> 0", example=example_of_zeros)
def product_with_zeros(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Zeros times anything are zeros."""
    if not any(is_zero(arg) for arg in node.args):
        return None
    if node.op is matmul and any(size is None for size in node.type.shape[:-2]):
        return None
    sizes = [size_at(node, axis, builder) for axis in range(node.type.ndim)]
    given = [size for size in sizes if isinstance(size, Expr)]
    shape = tuple(GIVEN if isinstance(size, Expr) else size for size in sizes)
    return builder.apply(broadcast_to, builder.constant(0, node), *given, shape=shape)


@computed(add, among=(dot, neg), kinds=NUMBERS, assuming="real_algebra", accept=MANY,
          formula="a @ b + a @ c -> a @ (b + c)", example=example_of_terms)  # fmt: skip
def products_of_sum(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Two products with one matrix are one product with a sum."""
    terms = [(arg, *product_in(arg, builder)) for arg in node.args if product_in(arg, builder)[0] is not None]
    for (one, first, back), (other, second, other_back) in combinations(terms, 2):
        assert first is not None and second is not None
        for place in (0, 1):
            same, left, right = first.args[place], first.args[1 - place], second.args[1 - place]
            if second.args[place] is not same or left.type != right.type or same.type.ndim < 2:
                continue
            parts = [builder.make(neg, (part,)) if sign else part for part, sign in ((left, back), (right, other_back))]
            total = builder.flat(add, parts)
            product = builder.apply(dot, *((same, total) if place == 0 else (total, same)))
            rest = list(node.args)
            rest.remove(one)
            rest.remove(other)
            return builder.acted(node, product, tuple(rest)) if rest else product
    return None


def product_in(term: Expr, builder: Builder) -> tuple[Expr | None, bool]:
    """The product that a term is, if nothing else needs it, and whether it is subtracted."""
    inner = term.args[0] if term.op is neg else term
    found = inner.op is dot and inner not in builder.shared and term not in builder.shared
    return (inner if found else None), term.op is neg


@computed(dimshuffle, among=(dot,), kinds=NUMBERS, formula="(a @ b).T -> b.T @ a.T", accept=MANY,
          example=example_of_turned)  # fmt: skip
def transposed_product(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A library reads transposes as they lie, and what it writes may be added to without another copy."""
    product = node.args[0]
    if not is_turned(node) or product in builder.shared or any(arg.type.ndim != 2 for arg in product.args):
        return None
    first, second = product.args
    return times(turned(second, builder), turned(first, builder), builder)


RULES = (
    product_of_column_and_row,
    product_with_zeros,
    scale_of_product,
    order_of_products,
    products_of_sum,
    transposed_product,
)
