"""What the matrices of a node are, by its op and what those of its operands are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import Token, constant_value
from symlab.core.ir.op import CONSTANT, PROJECT, Op
from symlab.core.ops import compare, complexes, elementwise, exponential, passing, rounding, shape, special
from symlab.core.ops import trigonometric as trig
from symlab.core.ops.factorizations import cholesky, qr
from symlab.core.ops.gather import set_take
from symlab.core.ops.inverses import inv, pinv, solve, solve_triangular
from symlab.core.ops.join import join
from symlab.core.ops.linalg import dot, matmul
from symlab.core.ops.matrix_functions import expm
from symlab.core.ops.solutions import inv_definite, solve_definite
from symlab.core.ops.spectra import eigh, schur, svd
from symlab.core.rewrite.grids import is_identity_mask, triangles_of_mask
from symlab.core.rewrite.known import DIAGONAL, NOTHING, STATED, TRIANGLES, WHOLE, Known, zeros_in
from symlab.core.rewrite.layouts import (
    adjoint_operand,
    as_matrices,
    blocks_of,
    diagonal_vector,
    is_scalar,
    is_turned,
    is_zero,
    keeps_matrices,
    kronecker_factors,
)

Rule = Callable[[Any, Expr, Sequence[Known]], Known]  # of what finds properties (`Matrices`), a node and its operands


def elementwise_properties(matrices: Any, node: Expr, args: Sequence[Known]) -> Known:
    """Functions of symmetric matrices are symmetric, and those that are 0 at 0 keep zeros."""
    found, kept = WHOLE, Known.SQUARE | Known.SYMMETRIC | (TRIANGLES if node.op in ZERO_AT_ZERO else NOTHING)
    for arg, known in zip(node.args, args, strict=True):
        if not is_scalar(arg, node):
            found &= known if as_matrices(arg, node) else NOTHING
        elif node.op.flat or len(node.args) > 1:
            kept &= ~TRIANGLES
    return found & kept if node.type.dtype.kind in "fiu" else NOTHING


def opposite(matrices: Any, node: Expr, args: Sequence[Known]) -> Known:
    """What a change of sign keeps."""
    return args[0] & (TRIANGLES | Known.SYMMETRIC | Known.ORTHOGONAL | Known.SQUARE)


def product_of_elements(matrices: Any, node: Expr, args: Sequence[Known]) -> Known:
    """Zeros of one factor are zeros; what is positive definite stays so (Schur)."""
    found, zeros = WHOLE & ~Known.ORTHOGONAL, NOTHING
    for arg, known in zip(node.args, args, strict=True):
        if is_scalar(arg, node):
            found &= scale(matrices, arg)
        elif as_matrices(arg, node):
            zeros |= known & TRIANGLES
            found &= known | paired(node, arg)
        else:
            found = NOTHING
    return found & ~TRIANGLES | zeros


def paired(node: Expr, arg: Expr) -> Known:
    """What an operand gives with its transpose, which is there as often as it is."""
    other = adjoint_operand(arg)
    partners = [item for item in node.args if item is other or adjoint_operand(item) is arg]
    symmetric = len(partners) == node.args.count(arg) and len(set(partners)) == 1
    return Known.SYMMETRIC | Known.SQUARE if symmetric else NOTHING


def scale(matrices: Any, arg: Expr) -> Known:
    """What a factor leaves of a matrix."""
    if arg.type.dtype.kind == "c":
        return TRIANGLES | Known.SQUARE
    if matrices.positive(arg):
        return WHOLE
    if matrices.facts.not_negative(arg):
        return WHOLE & ~(Known.DEFINITE | Known.POSITIVE_DIAGONAL)
    return TRIANGLES | Known.SYMMETRIC | Known.SQUARE


def sum_of_elements(matrices: Any, node: Expr, args: Sequence[Known]) -> Known:
    """What all terms are; one positive definite term makes the sum so; x + x.T is symmetric."""
    found, definite = WHOLE & ~(Known.ORTHOGONAL | Known.DEFINITE | Known.POSITIVE_DIAGONAL), NOTHING
    for arg, known in zip(node.args, args, strict=True):
        if is_scalar(arg, node):
            lifts = matrices.facts.not_negative(arg)
            found &= Known.SQUARE | Known.SYMMETRIC | (Known.SEMIDEFINITE if lifts else NOTHING)
        elif as_matrices(arg, node):
            definite |= known & Known.DEFINITE
            found &= known | paired(node, arg)
        else:
            return NOTHING
    if all(Known.POSITIVE_DIAGONAL in known for known in args):
        found |= Known.POSITIVE_DIAGONAL
    return found | (definite if Known.SEMIDEFINITE in found else NOTHING)


def choice(matrices: Any, node: Expr, args: Sequence[Known]) -> Known:
    """A matrix of which a mask keeps a triangle."""
    mask, first, second = node.args
    if mask.type.ndim < 2 or not as_matrices(mask, node):
        if mask.type.ndim and not is_scalar(mask, node):
            return NOTHING
        whole = [known if as_matrices(arg, node) else NOTHING for arg, known in zip(node.args[1:], args[1:])]
        return whole[0] & whole[1]
    when, otherwise = triangles(mask)
    found = Known.SYMMETRIC & args[0] & args[1] & args[2]
    if is_zero(second):
        found |= when | (args[1] & TRIANGLES if as_matrices(first, node) else NOTHING)
    if is_zero(first):
        found |= otherwise | (args[2] & TRIANGLES if as_matrices(second, node) else NOTHING)
    return found


def triangles(mask: Expr) -> tuple[Known, Known]:
    """Where a mask is surely false, and where it is surely true: above the diagonal (LOWER), below it (UPPER)."""
    if mask.op is CONSTANT:
        return constant_triangles(mask)
    false, true = triangles_of_mask(mask)
    named = {"above": Known.LOWER, "below": Known.UPPER}
    return tuple(sum_of([named[place] for place in places]) for places in (false, true))  # type: ignore[return-value]


def constant_triangles(mask: Expr) -> tuple[Known, Known]:
    """The same of a mask whose values are known."""
    if isinstance(mask.attr("value"), Token) or mask.type.dtype.kind != "b":
        return NOTHING, NOTHING
    value = constant_value(mask)
    return zeros_in(value), zeros_in(~value)


def sum_of(parts: Sequence[Known]) -> Known:
    """All of several properties."""
    found = NOTHING
    for part in parts:
        found |= part
    return found


def comparison(matrices: Any, node: Expr, args: Sequence[Known]) -> Known:
    """A mask that is false in a triangle."""
    return triangles(node)[0]


def converted(matrices: Any, node: Expr, args: Sequence[Known]) -> Known:
    """A cast keeps what a matrix is; the identity is a mask of its diagonal."""
    source = node.args[0]
    if node.type.dtype.kind == "f" and source.type.dtype.kind == "b":
        return args[0] & TRIANGLES | (WHOLE if is_identity_mask(source) else NOTHING)
    widened = np.can_cast(source.type.dtype, node.type.dtype, "safe")
    return args[0] if widened else args[0] & (TRIANGLES | Known.SYMMETRIC | Known.SQUARE)


def moved(matrices: Any, node: Expr, args: Sequence[Known]) -> Known:
    """A transpose exchanges the triangles; other axes may move as they like."""
    if is_turned(node):
        return exchanged(args[0])
    return args[0] if keeps_matrices(node) else NOTHING


def exchanged(known: Known) -> Known:
    """The properties of the transpose."""
    found = known & ~TRIANGLES
    found |= Known.UPPER if Known.LOWER in known else NOTHING
    return found | (Known.LOWER if Known.UPPER in known else NOTHING)


def repeated(matrices: Any, node: Expr, args: Sequence[Known]) -> Known:
    """A stack of one matrix, or a matrix of zeros."""
    if is_zero(node):
        return TRIANGLES
    source = node.args[0].type.shape
    same = len(source) >= 2 and all(size != 1 for size in source[-2:])
    return args[0] if same else NOTHING


def as_operand(matrices: Any, node: Expr, args: Sequence[Known]) -> Known:
    """What its operand decides."""
    found: Known = args[0]
    return found


def stated(matrices: Any, node: Expr, args: Sequence[Known]) -> Known:
    """What the caller vouches for."""
    names = node.attr("structure", "").split()
    return args[0] | sum_of([STATED[name] for name in names])


def product(matrices: Any, node: Expr, args: Sequence[Known]) -> Known:
    """Triangles times triangles; x x' and x s x'."""
    first, second = node.args
    if first.type.ndim < 2 or second.type.ndim < 2:
        return NOTHING
    found = args[0] & args[1] & (TRIANGLES | Known.ORTHOGONAL)
    if found & TRIANGLES:
        found |= args[0] & args[1] & (Known.SQUARE | Known.POSITIVE_DIAGONAL)
    squared = first is second and Known.SYMMETRIC in args[0]
    if squared or first is adjoint_operand(second) or second is adjoint_operand(first):
        found |= Known.SEMIDEFINITE | (Known.DEFINITE if regular(args[0]) else NOTHING)
    return found | between_adjoints(matrices, first, second)


def between_adjoints(matrices: Any, first: Expr, second: Expr) -> Known:
    """x s x', which is what s is."""
    for inner, outer, place in ((first, second, 0), (second, first, 1)):
        if inner.op not in (dot, matmul) or any(arg.type.ndim < 2 for arg in inner.args):
            continue
        end, middle = inner.args[place], inner.args[1 - place]
        if end is adjoint_operand(outer) or outer is adjoint_operand(end):
            kept: Known = matrices.of(middle) & (Known.SYMMETRIC | Known.SEMIDEFINITE)
            sure = regular(matrices.of(end)) and Known.DEFINITE in matrices.of(middle)
            return kept | (Known.DEFINITE if sure else NOTHING)
    return NOTHING


def regular(known: Known) -> bool:
    """Whether a matrix surely has an inverse."""
    if Known.SQUARE not in known:
        return False
    return bool(known & (Known.DEFINITE | Known.ORTHOGONAL) or (known & TRIANGLES and Known.POSITIVE_DIAGONAL in known))


def inverted(matrices: Any, node: Expr, args: Sequence[Known]) -> Known:
    """An inverse is what its matrix is."""
    kept = args[0] & (TRIANGLES | Known.SYMMETRIC | Known.ORTHOGONAL | Known.DEFINITE)
    triangular = bool(args[0] & TRIANGLES)
    return kept | Known.SQUARE | (args[0] & Known.POSITIVE_DIAGONAL if triangular else NOTHING)


def solved(matrices: Any, node: Expr, args: Sequence[Known]) -> Known:
    """Triangles divided by triangles."""
    return args[0] & args[1] & TRIANGLES


def solved_by_triangle(matrices: Any, node: Expr, args: Sequence[Known]) -> Known:
    """Triangles divided by the triangle that is read."""
    return args[1] & (Known.LOWER if node.attr("lower") else Known.UPPER)


def exponential_of(matrices: Any, node: Expr, args: Sequence[Known]) -> Known:
    """The exponential of a triangle has exponentials on its diagonal, that of a symmetric matrix is definite."""
    definite = Known.DEFINITE if Known.SYMMETRIC in args[0] else NOTHING
    triangle = args[0] & TRIANGLES if node.type.dtype.kind == "f" else NOTHING
    return Known.SQUARE | triangle | definite | (Known.POSITIVE_DIAGONAL if triangle else NOTHING)


def factor(matrices: Any, node: Expr, args: Sequence[Known]) -> Known:
    """One of several results."""
    source, index = node.args[0], node.attr("index")
    rows, columns = node.type.shape[-2:]
    square = rows is not None and rows == columns
    whole = square or source.attr("full_matrices") is True or source.attr("mode") == "complete"
    if source.op is qr:
        return Known.UPPER if index == 1 else Known.ORTHOGONAL if whole else NOTHING
    if source.op is svd:
        return Known.ORTHOGONAL if whole and index != 1 else NOTHING
    if source.op is eigh or source.op is schur:
        upper = source.op is schur and node.type.dtype.kind == "c"
        return Known.ORTHOGONAL if index == 1 else Known.UPPER if upper and index == 0 else NOTHING
    return NOTHING


def scattered(matrices: Any, node: Expr, args: Sequence[Known]) -> Known:
    """A vector on the diagonal of zeros."""
    vector = diagonal_vector(node)
    if vector is None:
        return NOTHING
    return DIAGONAL | Known.SQUARE | (Known.POSITIVE_DIAGONAL if matrices.positive(vector) else NOTHING)


def joined(matrices: Any, node: Expr, args: Sequence[Known]) -> Known:
    """Square blocks on the diagonal of zeros."""
    blocks = blocks_of(node)
    if blocks is None:
        return NOTHING
    found = WHOLE
    for block in blocks:
        found &= matrices.of(block)
    return found if Known.SQUARE in found else NOTHING


def regrouped(matrices: Any, node: Expr, args: Sequence[Known]) -> Known:
    """The Kronecker product of matrices that are alike."""
    factors = kronecker_factors(node)
    if factors is None:
        return NOTHING
    found = matrices.of(factors[0]) & matrices.of(factors[1])
    return found if Known.SQUARE in found else NOTHING


ZERO_AT_ZERO = frozenset(
    {
        elementwise.abs, elementwise.sqr, elementwise.sqrt, elementwise.sign, elementwise.tanh, elementwise.expm1,
        elementwise.log1p, trig.sin, trig.tan, trig.arcsin, trig.arctan, trig.sinh, trig.arcsinh, trig.arctanh,
        exponential.cbrt, special.erf, rounding.floor, rounding.ceil, rounding.trunc,
    }
)  # fmt: skip

RULES: Mapping[Op, Rule] = MappingProxyType(
    {
        elementwise.add: sum_of_elements,
        elementwise.mul: product_of_elements,
        elementwise.neg: opposite,
        elementwise.cast: converted,
        complexes.conj: as_operand,
        compare.switch: choice,
        compare.ge: comparison,
        compare.gt: comparison,
        compare.le: comparison,
        compare.lt: comparison,
        compare.eq: comparison,
        shape.dimshuffle: moved,
        shape.broadcast_to: repeated,
        shape.reshape: regrouped,
        shape.specify_shape: as_operand,
        shape.unbroadcast: as_operand,
        passing.assume: stated,
        passing.copy: as_operand,
        passing.zero_grad: as_operand,
        passing.disconnected_grad: as_operand,
        dot: product,
        matmul: product,
        cholesky: lambda matrices, node, args: Known.SQUARE | Known.LOWER | Known.POSITIVE_DIAGONAL,
        inv: inverted,
        inv_definite: lambda matrices, node, args: Known.SQUARE | Known.DEFINITE,
        pinv: lambda matrices, node, args: args[0] & (Known.SYMMETRIC | Known.SEMIDEFINITE),
        solve: solved,
        solve_definite: solved,
        solve_triangular: solved_by_triangle,
        expm: exponential_of,
        PROJECT: factor,
        set_take: scattered,
        join: joined,
    }
)
