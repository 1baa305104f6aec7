"""Parts of arrays: taken before what can be computed for the part alone, and read from what was just written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from symlab.core.ir.expr import Expr
from symlab.core.ir.op import Kind
from symlab.core.ops.elementwise import add, exp
from symlab.core.ops.gather import inc_take
from symlab.core.ops.index import WHOLE, inc_slice, set_slice
from symlab.core.ops.index import slice as slice_op
from symlab.core.ops.join import join, make_vector
from symlab.core.ops.linalg import dot
from symlab.core.ops.nn import log_softmax, softmax
from symlab.core.ops.shape import GIVEN, broadcast_to, dimshuffle, filled_like, with_new_axes
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.layouts import is_zero
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.parts import Entry, apart, composed, entries, lying_in, part
from symlab.core.rewrite.rule import computed
from symlab.core.rewrite.sorts import Matrix
from symlab.core.rules.shapes import ALL, FOLDS

WRITES = (set_slice, inc_slice)
ROWS = (softmax, log_softmax)


@computed(slice_op, of=(slice_op,), exact=True, kinds=ALL, formula="x[2:][3:] -> x[5:]",
          example=lambda x: slice_op(slice_op(x, index=((2, None, 1),)), index=((3, None, 1),)))  # fmt: skip
def slice_of_slice(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A part of a part is a part."""
    inner = node.args[0]
    following = iter(entries(node, node.args[1:]))
    wanted = []
    for entry in entries(inner, inner.args[1:]):
        found = composed(entry, next(following)) if isinstance(entry, tuple) else entry
        if found is None:
            return None
        wanted.append(found)
    return part(builder, inner.args[0], wanted)


# Reading and writing


def same_place(first: Expr, second: Expr) -> bool:
    """Whether two nodes read or write the same part."""
    return first.attr("index") == second.attr("index") and operands_of(first) == operands_of(second)


def operands_of(node: Expr) -> tuple[Expr, ...]:
    """The operands that an index was given."""
    return node.args[2:] if node.op in WRITES else node.args[1:]


def example_of_read(x: Any, y: Any) -> Any:
    """What was written, read."""
    index = ((2, 6, 1),)
    return slice_op(set_slice(x, slice_op(y, index=index), index=index), index=index)


@computed(slice_op, of=WRITES, exact=True, kinds=ALL, formula="set_subtensor(x[i], y)[i] -> y",
          example=example_of_read)  # fmt: skip
def read_of_write(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """What was just written need not be written to be read, nor what was written elsewhere."""
    write = node.args[0]
    x, value = write.args[:2]
    if same_place(node, write):
        old = builder.make(slice_op, (x, *node.args[1:]), node.attrs)
        if write.op is inc_slice:
            return builder.flat(add, (old, value))
        return value
    written, wanted = entries(write, write.args[2:]), entries(node, node.args[1:])
    elsewhere = any(apart(first, second) for first, second in zip(written, wanted, strict=True))
    return builder.make(slice_op, (x, *node.args[1:]), node.attrs) if elsewhere else None


def example_of_writes(x: Any, y: Any, z: Any) -> Any:
    """A part written twice."""
    index = ((2, 6, 1),)
    return set_slice(set_slice(x, slice_op(y, index=index), index=index), slice_op(z, index=index), index=index)


@computed(set_slice, of=WRITES, exact=True, kinds=ALL, example=example_of_writes,
          formula="set_subtensor(set_subtensor(x[i], y)[i], z) -> set_subtensor(x[i], z)")  # fmt: skip
def write_of_write(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Only what is written last is there."""
    inner = node.args[0]
    if not same_place(node, inner):
        return None
    return builder.make(set_slice, (inner.args[0], *node.args[1:]), node.attrs)


def example_of_increments(x: Any, y: Any, z: Any) -> Any:
    """A part incremented twice."""
    index = ((2, 6, 1),)
    return inc_slice(inc_slice(x, slice_op(y, index=index), index=index), slice_op(z, index=index), index=index)


@computed(inc_slice, of=WRITES, assuming="real_algebra", kinds="fciu", example=example_of_increments,
          formula="inc_subtensor(inc_subtensor(x[i], y)[i], z) -> inc_subtensor(x[i], y + z)")  # fmt: skip
def increment_of_write(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """What is written twice to one place is added before it is written."""
    inner = node.args[0]
    if not same_place(node, inner) or inner in builder.shared:
        return None
    total = builder.flat(add, (inner.args[1], node.args[1]))
    return builder.make(inner.op, (inner.args[0], total, *inner.args[2:]), inner.attrs)


@computed(set_slice, inc_slice, exact=True, kinds="fciu", formula="inc_subtensor(x[:], y) -> x + y",
          example=lambda x, y: inc_slice(x, y, index=(WHOLE,)))  # fmt: skip
def write_of_all(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """To write all of an array is to replace it, to increment all of it is to add."""
    if any(entry != WHOLE for entry in node.attr("index")):
        return None
    x, value = node.args
    return value if node.op is set_slice else builder.flat(add, (x, value))


# Parts of what other ops make


def example_of_join(x: Matrix, y: Matrix) -> Any:
    """A row of matrices above one another."""
    return slice_op(join(x, y, axis=0), index=(2, WHOLE))


@computed(slice_op, of=(join,), exact=True, kinds=ALL, formula="join(x, y)[2] -> x[2]", example=example_of_join)
def slice_of_join(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A part that lies in one of several arrays needs no joining."""
    joined, wanted = node.args[0], entries(node, node.args[1:])
    axis = joined.attr("axis")
    found = lying_in(wanted[axis], [arg.type.shape[axis] for arg in joined.args])
    if found is None:
        return None
    place, wanted[axis] = found
    return part(builder, joined.args[place], wanted)


@computed(slice_op, of=(make_vector,), exact=True, kinds=ALL, formula="stack([x, y])[1] -> y",
          example=lambda x, y: slice_op(
              make_vector(slice_op(x, index=(0,)), slice_op(y, index=(1,))), index=(1,)))  # fmt: skip
def slice_of_vector(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A number among numbers is that number."""
    (entry,), numbers = node.attr("index"), node.args[0].args
    return numbers[entry] if isinstance(entry, int) and -len(numbers) <= entry < len(numbers) else None


@computed(slice_op, of=(dimshuffle,), exact=True, kinds=ALL, formula="x.T[2] -> x[:, 2]",
          example=lambda x: slice_op(with_new_axes(x, [0], 2), index=(0, (2, 6, 1))))  # fmt: skip
def slice_of_dimshuffle(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A part is taken before axes are moved, where it may meet another one."""
    moved, wanted = node.args[0], entries(node, node.args[1:])
    x, pattern = moved.args[0], moved.attr("pattern")
    inner: list[Entry] = [0] * x.type.ndim  # an axis that is left out is of size 1
    axes: list[Any] = []
    for axis, entry in zip(pattern, wanted, strict=True):
        if axis == "x":
            if entry != WHOLE and entry not in (0, -1):
                return None
        else:
            inner[axis] = entry
        if isinstance(entry, tuple):
            axes.append(axis)
    taken = part(builder, x, inner)
    rest = [axis for axis, entry in enumerate(inner) if isinstance(entry, tuple)]
    order = tuple("x" if axis == "x" else rest.index(axis) for axis in axes)
    return taken if order == tuple(range(len(rest))) else builder.apply(dimshuffle, taken, pattern=order)


def example_of_fold(x: Matrix) -> Any:
    """One of several sums of rows."""
    return slice_op(FOLDS[0](x, axes=(1,), keepdims=False), index=(2,))


@computed(slice_op, of=(*FOLDS, *ROWS), kinds=ALL, formula="sum(x, axis=1)[2] -> sum(x[2])",
          example=example_of_fold)  # fmt: skip
def slice_of_fold(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Only the rows that are wanted are folded."""
    fold = node.args[0]
    if fold in builder.shared:
        return None
    folded, rank = fold.attr("axes"), fold.args[0].type.ndim
    following: Iterator[Entry] = iter(entries(node, node.args[1:]))
    keeps = fold.op in ROWS or fold.attr("keepdims")
    wanted = [WHOLE if axis in folded and not keeps else next(following) for axis in range(rank)]
    if any(wanted[axis] != WHOLE for axis in folded):
        return None
    places = [axis for axis in range(rank) if isinstance(wanted[axis], tuple)]
    axes = tuple(place for place, axis in enumerate(places) if axis in folded)
    attrs = tuple((name, axes if name == "axes" else value) for name, value in fold.attrs)
    return builder.make(fold.op, (part(builder, fold.args[0], wanted),), attrs)


def example_of_product(x: Matrix, y: Matrix) -> Any:
    """One row of a product."""
    return slice_op(dot(x, dimshuffle(y, pattern=(1, 0))), index=(2, WHOLE))


@computed(slice_op, of=(dot,), kinds="fciu", accept=32, formula="dot(x, y)[2] -> dot(x[2], y)",
          example=example_of_product)  # fmt: skip
def slice_of_dot(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Only the rows and columns that are wanted are multiplied."""
    product = node.args[0]
    if product in builder.shared:
        return None
    first, second = product.args
    wanted = entries(node, node.args[1:])
    rows, columns = wanted[: first.type.ndim - 1], wanted[first.type.ndim - 1 :]
    left = part(builder, first, [*rows, WHOLE])
    return builder.apply(dot, left, part(builder, second, [WHOLE, *columns]))


@computed(slice_op, of=(broadcast_to,), exact=True, kinds=ALL,
          formula="broadcast_to(x, (5, 6))[2] -> broadcast_to(x, 6)",
          example=lambda x: slice_op(broadcast_to(x, shape=(5, 48)), index=(2, WHOLE)))  # fmt: skip
def slice_of_broadcast(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A part of what is repeated is repeated as often as is wanted."""
    repeated = node.args[0]
    x, template = repeated.args[0], repeated.attr("shape")
    given, lead = iter(repeated.args[1:]), len(template) - repeated.args[0].type.ndim
    sizes: list[Any] = []
    inner: list[Entry] = []
    for axis, (size, entry) in enumerate(zip(template, entries(node, node.args[1:]), strict=True)):
        size = next(given) if size == GIVEN else size
        own = axis >= lead and x.type.shape[axis - lead] != 1
        if entry != WHOLE and not (isinstance(entry, int) and isinstance(size, int)):
            return None
        if entry == WHOLE:
            sizes.append(size)
        if axis >= lead:
            inner.append(entry if entry == WHOLE or own else 0)
    taken = part(builder, x, inner)
    wanted = tuple(GIVEN if isinstance(size, Expr) else size for size in sizes)
    if taken.type.shape == wanted:
        return taken
    return builder.apply(broadcast_to, taken, *[size for size in sizes if isinstance(size, Expr)], shape=wanted)


@computed(slice_op, kinds=ALL, formula="f(x, y)[2:5] -> f(x[2:5], y[2:5])",
          example=lambda x, y: slice_op(exp(x) * y, index=((2, 5, 1),)))  # fmt: skip
def slice_of_elementwise(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Only the elements that are wanted are computed."""
    inner = node.args[0]
    if inner.op.kind is not Kind.ELEMENTWISE or inner in builder.shared:
        return None
    wanted, sizes = entries(node, node.args[1:]), inner.type.shape
    return builder.remade(inner, tuple([part_of_operand(arg, wanted, sizes, builder) for arg in inner.args]))


def part_of_operand(arg: Expr, wanted: Sequence[Entry], sizes: Sequence[Any], builder: Builder) -> Expr:
    """The part of an operand that is broadcast against others; along an axis of size 1 it has one element."""
    lead = len(sizes) - arg.type.ndim
    own = [
        entry if size != 1 or whole == 1 else WHOLE if isinstance(entry, tuple) else 0
        for entry, size, whole in zip(wanted[lead:], arg.type.shape, sizes[lead:], strict=True)
    ]
    return part(builder, arg, own)


def example_of_sparse(x: Any, y: Any) -> Any:
    """Some elements increased, as gradients of parts add up."""
    return 2.0 * x + inc_slice(filled_like(x, 0), slice_op(y, index=((2, 5, 1),)), index=((2, 5, 1),))


@computed(add, among=(inc_slice, inc_take), kinds="fciu", assuming="real_algebra", example=example_of_sparse,
          formula="x + inc_subtensor(zeros[i], y) -> inc_subtensor(x[i], y)")  # fmt: skip
def sum_with_part(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Zeros of which a part is increased are added by increasing that part."""
    for term in node.args:
        if term.op not in (inc_slice, inc_take) or term in builder.shared or not is_zero(term.args[0]):
            continue
        others = list(node.args)
        others.remove(term)
        rest = others[0] if len(others) == 1 else builder.kept(node, others)
        if rest.type == term.type == node.type and not is_zero(rest):
            return builder.make(term.op, (rest, *term.args[1:]), term.attrs)
    return None


@computed(set_slice, inc_slice, exact=True, kinds=ALL, formula="set_subtensor(x[i], x[i]) -> x",
          example=lambda x: set_slice(x, slice_op(x, index=((2, 5, 1),)), index=((2, 5, 1),)))  # fmt: skip
def write_of_read(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """What is there already is not written."""
    x, value = node.args[:2]
    read = node.op is set_slice and value.op is slice_op and value.args[0] is x and same_place(node, value)
    return x if read else None


LATE = (slice_of_elementwise,)  # when formulas of whole arrays have been recognized
RULES = (
    sum_with_part,
    write_of_read,
    read_of_write,
    write_of_write,
    increment_of_write,
    write_of_all,
    slice_of_slice,
    slice_of_join,
    slice_of_vector,
    slice_of_dimshuffle,
    slice_of_fold,
    slice_of_dot,
    slice_of_broadcast,
)
