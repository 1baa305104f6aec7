"""The normal form in which rules meet a graph, and the builder that keeps it.

A difference is a sum with `neg`, a quotient a product with `reciprocal`; sums and products have any number of operands,
ordered by digest, and are opened into their only user. `Table.written` remembers how each was written, so that
`association` gives it back where no rule acted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from operator import attrgetter
from typing import Any

from symlab.core.ir.expr import Attributes, Expr, Lambda, toposort
from symlab.core.ir.graph import Graph, Table, constant_value, with_body
from symlab.core.ir.op import CONSTANT, Kind, Op
from symlab.core.ir.types import Type
from symlab.core.ops.elementwise import add, mul, neg, reciprocal, sub, true_div
from symlab.core.ops.shape import size_of

WIDEST = 16  # operands up to which a sum made during a pass is opened into its user
MOST_OPERANDS = 128  # of a sum that normal form opens
INVERSE: Mapping[Op, Op] = {add: neg, mul: reciprocal}  # how an operand of a flat op is taken back
SHORT: Mapping[Op, tuple[Op, Op]] = {sub: (add, neg), true_div: (mul, reciprocal)}
FAMILY: Mapping[Op, Op] = {add: add, sub: add, mul: mul, true_div: mul}
Written = tuple[Expr | None, ...]  # operands, and None where the last two are combined
Moves = list[tuple[tuple[Expr, ...], Expr, Expr]]
by_digest = attrgetter("digest")


class Builder:
    """Makes nodes in normal form, in the table of one compilation; an `exact` builder makes them as written."""

    def __init__(self, table: Table, shared: Iterable[Expr] = (), widest: int = WIDEST, exact: bool = False) -> None:
        self.table, self.shared, self.widest, self.exact = table, set(shared), widest, exact

    def make(self, op: Op, args: tuple[Expr, ...], attrs: Attributes = (), type: Type | None = None) -> Expr:
        """The node of `op` over `args`, its type inferred anew."""
        if not self.exact:
            if op in SHORT:
                flat, inverse = SHORT[op]
                return self.flat(flat, (args[0], self.make(inverse, args[1:])))
            if op.flat:
                return self.flat(op, args)
        return self.table.intern(op, args, attrs, inferred(op, args, attrs, type))

    def apply(self, op: Op, *args: Expr, **attributes: Any) -> Expr:
        """As `make`, spelled as a call."""
        return self.make(op, args, tuple(sorted(attributes.items())))

    def constant(self, value: Any, like: Expr | Any) -> Expr:
        """A constant of the dtype of a node (or of this dtype)."""
        return self.table.constant(value, like.type.dtype if isinstance(like, Expr) else like)

    def flat(self, op: Op, args: Sequence[Expr], written: Written | None = None) -> Expr:
        """A sum or product of operands, as it was `written`; nested ones that nothing else uses are opened."""
        if len(args) == 1:
            return args[0]
        if self.exact:
            return reduce(lambda first, second: self.make(op, (first, second)), args)
        operands: list[Expr] = []
        for arg in args:
            opened = self.opened(op, arg)
            operands.extend((arg,) if opened is None else opened)
        operands.sort(key=by_digest)
        types = dict.fromkeys([arg.type for arg in operands])
        assert op.infer is not None
        type = op.infer({}, *types, *types) if len(types) == 1 else op.infer({}, *types)
        node = self.table.intern(op, tuple(operands), (), type)
        # Two operands in the order of digests need no entry; others are shown and computed as they were written.
        if (len(operands) > 2 or operands[0] is not args[0]) and node not in self.table.written:
            self.table.written[node] = self.spelled(op, left_fold(args) if written is None else written)
        return node

    def opposite(self, node: Expr) -> Expr:
        """The negative of a node in its plainest form: that of each term of a short sum, of a number, of a negative."""
        if node.op is neg:
            return node.args[0]
        if node.op is CONSTANT and not node.type.shape:
            return self.table.constant(-constant_value(node))
        if node.op is add and self.is_open(node):
            written = self.table.written.get(node)
            flipped = {arg: self.opposite(arg) for arg in node.args}
            if written is not None:
                written = tuple([None if item is None else flipped[item] for item in written])
            return self.flat(add, [flipped[arg] for arg in node.args], written)
        return self.make(neg, (node,))

    def opened(self, op: Op, arg: Expr) -> Sequence[Expr] | None:
        """The operands that stand for `arg` in a sum (product): those of a nested one, each taken back below `neg`."""
        if arg.op is op:
            return arg.args if self.is_open(arg) else None
        inverse = INVERSE.get(op)
        if inverse is not None and arg.op is inverse and arg not in self.shared:
            inner = arg.args[0]
            if inner.op is op and self.is_open(inner):
                return [self.make(inverse, (item,)) for item in inner.args]
        return None

    def is_open(self, node: Expr) -> bool:
        """Whether nothing else uses a nested sum, and it is short."""
        return node not in self.shared and len(node.args) <= self.widest

    def spelled(self, op: Op, written: Iterable[Expr | None]) -> Written:
        """How a sum was written, with the writing of nested ones in their places."""
        items: list[Expr | None] = []
        for item in written:
            if item is None or (opened := self.opened(op, item)) is None:
                items.append(item)
            elif item.op is op:
                items.extend(self.table.written.get(item) or left_fold(opened))
            else:
                inner = self.table.written.get(item.args[0]) or left_fold(item.args[0].args)
                inverse = item.op
                items.extend(None if leaf is None else self.make(inverse, (leaf,)) for leaf in inner)
        return tuple(items)

    def remade(self, node: Expr, args: tuple[Expr, ...]) -> Expr:
        """`node` over other operands, in the same places."""
        if node.op.flat and not self.exact:
            written = self.table.written.get(node)
            if written is not None:
                changed = dict(zip(node.args, args))
                written = tuple([None if item is None else changed.get(item, item) for item in written])
            return self.flat(node.op, args, written)
        return self.make(node.op, args, node.attrs, node.type)

    def acted(self, node: Expr, result: Expr, rest: tuple[Expr, ...]) -> Expr:
        """The sum (product) `node` in which `result` stands for all operands but `rest`, where the first of them was.

        Of equal operands the first are gone: those that stay keep their places.
        """
        gone = Counter(node.args)
        gone.subtract(rest)
        written: list[Expr | None] = []
        placed = False
        for item in self.table.written.get(node) or left_fold(node.args):
            if item is not None and gone[item] > 0:
                gone[item] -= 1
                item, placed = (node if placed else result), True  # `node` is none of its operands: it is left out
            written.append(item)
        operands = (result, *rest)
        return self.flat(node.op, operands, tidy(tuple(written), operands))

    def as_written(self, node: Expr) -> Sequence[Expr]:
        """The operands of a sum (product) in the order in which they were written."""
        written = self.table.written.get(node)
        return node.args if written is None else [item for item in written if item is not None]

    def kept(self, node: Expr, operands: Sequence[Expr]) -> Expr:
        """The sum (product) `node` with other operands, those that stay grouped as they were written."""
        written = self.table.written.get(node)
        return self.flat(node.op, operands, None if written is None else tidy(written, operands))


def inferred(op: Op, args: Sequence[Expr], attrs: Attributes, type: Type | None) -> Type | None:
    """The type of a node over these operands."""
    if op.infer is None:
        return type
    return op.infer(dict(attrs), *[arg.type for arg in args])


def left_fold(operands: Sequence[Expr]) -> Written:
    """Operands written as Python reads them: from left to right."""
    items: list[Expr | None] = [operands[0]]
    for operand in operands[1:]:
        items += (operand, None)
    return tuple(items)


def tidy(written: Written, operands: Sequence[Expr]) -> Written:
    """The part of a writing that has operands, and then the operands that it lacks."""
    left = Counter(operands)
    items: list[Expr | None] = []
    present: list[bool] = []
    for item in written:
        if item is not None:
            found = left[item] > 0
            if found:
                left[item] -= 1
                items.append(item)
            present.append(found)
        else:
            second, first = present.pop(), present.pop()
            if first and second:
                items.append(None)
            present.append(first or second)
    started = any(present)
    items += [None] * (sum(present) - 1)
    for item in left.elements():
        items += (item, None) if started else (item,)
        started = True
    return tuple(items)


def usage(nodes: Iterable[Expr], roots: Sequence[Expr]) -> Counter[Expr]:
    """How many operand places (or roots) each node fills."""
    count = Counter(roots)
    found = count.get
    for node in nodes:
        for arg in node.args:
            count[arg] = found(arg, 0) + 1
    return count


def make_builder(graph: Graph, nodes: Sequence[Expr] | None = None) -> Builder:
    """The builder of one pass: it keeps apart the sums that several nodes use; what asks for a size uses no value."""
    return Builder(graph.table, used_by_several(graph.nodes() if nodes is None else nodes, graph.roots))


def used_by_several(nodes: Iterable[Expr], roots: Sequence[Expr]) -> Iterator[Expr]:
    """The nodes whose values several others use, or that are results besides."""
    used = usage((node for node in nodes if node.op is not size_of), roots)
    return (node for node, count in used.items() if count > 1)


def normal_form(graph: Graph, nodes: Sequence[Expr] | None = None) -> tuple[Graph, Moves]:
    """The graph in normal form (itself if it is), and what became of each node: (scope, before, after)."""
    moves: Moves = []
    done = Normalizing(graph.table, moves).scope((), graph.roots, graph.nodes() if nodes is None else nodes)
    roots = [done[root] for root in graph.roots]
    return (graph.with_roots(roots), moves) if moves else (graph, moves)


class Normalizing:
    """The walk of `normal_form`, scope by scope."""

    def __init__(self, table: Table, moves: Moves) -> None:
        self.builder = Builder(table, widest=0)
        self.moves = moves
        self.bodies: dict[bytes, Lambda] = {}

    def scope(self, path: tuple[Expr, ...], roots: Sequence[Expr], nodes: Sequence[Expr]) -> dict[Expr, Expr]:
        """What each of the nodes below `roots` becomes."""
        absorbed = absorbed_nodes(nodes, usage(nodes, roots))
        done: dict[Expr, Expr] = {}
        for node in nodes:
            if node in absorbed:
                continue
            after = done[node] = self.normal(path, node, absorbed, done)
            if after is not node:
                self.moves.append((path, node, after))
        return done

    def normal(self, path: tuple[Expr, ...], node: Expr, absorbed: set[Expr], done: dict[Expr, Expr]) -> Expr:
        """One node over operands in normal form."""
        if node.op in FAMILY:
            return self.gathered(FAMILY[node.op], node, absorbed, done)
        if not node.args:
            return node
        args = tuple([done[arg] for arg in node.args])
        attrs, function = node.attrs, node.attr("body") if node.op.kind is Kind.CONTROL else None
        if function is not None and not function.exact:
            attrs = with_body(attrs, self.body((*path, node), function))
        return node if args == node.args and attrs == node.attrs else self.builder.make(node.op, args, attrs, node.type)

    def body(self, path: tuple[Expr, ...], function: Lambda) -> Lambda:
        """A closed function with its body in normal form."""
        found = self.bodies.get(function.digest)
        if found is None:
            after = self.scope(path, [function.body], toposort([function.body]))[function.body]
            same = after is function.body
            found = function if same else Lambda(function.params, after, function.exact)
            self.bodies[function.digest] = found
        return found

    def gathered(self, op: Op, node: Expr, absorbed: set[Expr], done: dict[Expr, Expr]) -> Expr:
        """A sum (product) with the absorbed ones below it opened."""
        builder = self.builder
        if absorbed.isdisjoint(node.args):
            args = tuple([done[arg] for arg in node.args])
            return node if node.op is op and args == node.args else builder.remade(node, args)
        inverse = INVERSE[op]
        written: list[Expr | None] = [
            item if item is None else builder.make(inverse, (done[item[0]],)) if item[1] else done[item[0]]
            for item in spelled_out(node, absorbed, builder.table.written)
        ]
        operands = [item for item in written if item is not None]
        return builder.flat(op, operands, tuple(written))


def absorbed_nodes(nodes: Iterable[Expr], used: Mapping[Expr, int]) -> set[Expr]:
    """Sums (products) used once, by a sum (product), perhaps through `neg` (`reciprocal`): only these are opened.

    Where more than `MOST_OPERANDS` would come together the others stay nodes of their own: a step on an operand costs
    as much as the sum is wide, and the gradient of a long chain is one product. Leaves, which have no steps, do not
    count.
    """
    absorbed: set[Expr] = set()
    widths: dict[Expr, int] = {}
    for node in nodes:
        family = FAMILY.get(node.op)
        if family is None:
            continue
        width = sum(arg.op.kind is not Kind.LEAF for arg in node.args)
        for arg in node.args:
            inner = opened_by(arg, family, used)
            added = widths[inner] - 1 if inner is not None else 0
            if inner is not None and width + added <= MOST_OPERANDS:
                absorbed.update((arg, inner))
                width += added
        widths[node] = width
    return absorbed


def opened_by(arg: Expr, family: Op, used: Mapping[Expr, int]) -> Expr | None:
    """The sum (product) that an operand is, perhaps taken back, if nothing else uses it."""
    inner = arg if FAMILY.get(arg.op) is family else arg.args[0] if arg.op is INVERSE[family] else None
    if inner is None or FAMILY.get(inner.op) is not family or used[arg] != 1 or used[inner] != 1:
        return None
    return inner


def spelled_out(root: Expr, absorbed: set[Expr], known: Mapping[Expr, Written]) -> list[tuple[Expr, bool] | None]:
    """The operands below a sum as they were written, each with whether it is taken back; None combines the last two."""
    items: list[tuple[Expr, bool] | None] = []
    stack: list[tuple[Expr, bool] | None] = [(root, False)]
    while stack:
        entry = stack.pop()
        if entry is None or not (entry[0] is root or entry[0] in absorbed):
            items.append(entry)
            continue
        node, back = entry
        if node.op in SHORT:
            stack += (None, (node.args[1], not back), (node.args[0], back))
        elif len(node.args) == 1:
            stack.append((node.args[0], not back))
        else:
            written = known.get(node) or left_fold(node.args)
            stack += [item if item is None else (item, back) for item in reversed(written)]
    return items
