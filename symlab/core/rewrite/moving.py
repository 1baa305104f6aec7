"""Products out of loops: of rows with a matrix that no step changes there is one before the loop, or one after it.

A step that computes `dot(row, w)` reads all of `w` for few numbers; one product of all rows reads it once. What moves
before a loop is made of rows and constants alone; what moves behind it is read by no step, and is made of values that
are kept anyway. A step that multiplies many rows at once loses nothing, and finds its result in the cache: its product
stays. So does that of a loop of which the last state alone is wanted: it would need memory for every step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from symlab.core.ir.expr import Expr, Lambda, toposort
from symlab.core.ir.graph import Graph, Table
from symlab.core.ir.op import PARAM, PROJECT
from symlab.core.ir.types import ArrayType, TupleType
from symlab.core.ops.linalg import dot
from symlab.core.ops.loop import BUNDLE, SCAN, Loop, scan_type
from symlab.core.ops.shape import size_of
from symlab.core.rewrite.lifting import Lifting, liftable
from symlab.core.rewrite.merging import substituted
from symlab.core.rewrite.normal import Moves

MOST_ROWS = 2  # of a matrix whose product with another one costs less for all steps at once


def move_products(graph: Graph) -> Graph | tuple[Graph, Moves]:
    """The graph in which loops make no products that can be made for all steps at once."""
    moves: Moves = []
    roots = moved(graph.table, graph.roots, moves)
    return (graph.with_roots(roots), moves) if moves else graph


def moved(table: Table, roots: Sequence[Expr], moves: Moves) -> Sequence[Expr]:
    """The roots with products moved out of all loops below; `moves` collects what became of which node."""
    order = toposort(roots)
    if not any(node.op is SCAN for node in order):
        return roots
    done: dict[Expr, Expr] = {}
    loops: dict[Expr, Moving] = {}
    keeping = {node.args[0] for node in order if node.op is PROJECT and is_kept_row(node)}
    for node in order:
        if node.op is PROJECT and node.args[0] in loops:
            after = loops[node.args[0]].result(node.attr("index"))
        else:
            args = tuple([done[arg] for arg in node.args])
            after = node if args == node.args else table.intern(node.op, args, node.attrs, node.type)
            if node.op is SCAN:
                loops[node] = Moving(table, after, node in keeping)
                after = loops[node].node
        done[node] = after
        if after is not node and isinstance(node.type, ArrayType):
            moves.append(((), node, after))
    return [done[root] for root in roots]


def is_kept_row(node: Expr) -> bool:
    """Whether a result of a loop has a row for each step."""
    loop = node.args[0]
    return loop.op is SCAN and node.attr("index") >= loop.attr("states") and node.type.ndim > 1


class Moving:
    """One loop without the products that are moved out of it; `keeping` says that it keeps rows of all steps anyway."""

    def __init__(self, table: Table, node: Expr, keeping: bool) -> None:
        self.table, self.loop, self.node = table, Loop(node), node
        self.items = moved(table, self.loop.body.body.args, [])
        self.states, first = self.loop.states, self.loop.states + self.loop.sequences
        self.rows: dict[Expr, Expr] = dict(self.loop.pairs[self.states : first])
        self.constants: dict[Expr, Expr] = dict(self.loop.pairs[first:])
        self.kept = list(self.items[self.states :])  # the outputs of the new loop
        self.whole = self.loop.steps is self.loop.length and not self.loop.until and not self.loop.body.exact
        if self.whole and keeping and node.attr("known") not in (0, 1):
            self.move()
        if (*self.items[: self.states], *self.kept) != self.loop.body.body.args or len(self.rows) > self.loop.sequences:
            self.node = self.made()

    def move(self) -> None:
        """Find the products that are moved, and make those before the loop."""
        can = liftable(self.items, self.rows, self.constants)
        lifting = Lifting(self.table, self.rows, self.constants)
        told = self.tells_steps()
        for part in self.topmost(can):
            array = lifting.array(part)
            self.rows[part] = lifting.shaped(array, part.type.with_shape((None, *part.type.shape)))
        there = {*self.items[: self.states], *(self.rows if told else ())}
        others = [item for item in dict.fromkeys(self.kept) if item not in there]
        after = self.leaving(others)
        kept = [item for item in others if item not in after]
        self.kept = kept if kept or self.states else self.kept[:1]  # a loop gives something, and checks its sizes

    def tells_steps(self) -> bool:
        """Whether every sequence is seen to have as many rows as there are steps."""
        known, length = self.loop.node.attr("known"), self.loop.length
        return all(
            (length.op is size_of and length.args[0] is array and length.attr("axis") == 0)
            or (known is not None and known == array.type.shape[0])
            for array in self.rows.values()
        )

    def topmost(self, can: Mapping[Expr, bool]) -> Iterator[Expr]:
        """The products that can be made before the loop and that are no parts of others of their kind."""
        waiting, seen = list(self.items), set(self.loop.params)
        while waiting:
            part = waiting.pop()
            if part in seen:
                continue
            seen.add(part)
            if can.get(part) and pays(part, can):
                yield part
            else:
                waiting += part.args

    def leaving(self, outputs: Sequence[Expr]) -> set[Expr]:
        """The outputs that are made of products of what is kept, of which no step reads one."""
        stop = frozenset((*self.rows, *self.loop.params))
        parts = {item: set(toposort([item], stop)) for item in outputs}
        with_products = [item for item in outputs if any(part.op is dot and part not in stop for part in parts[item])]
        known = {*self.rows, *self.items[: self.states], *(item for item in outputs if item not in with_products)}
        can = liftable(with_products, known, self.constants)
        found = set()
        for output in with_products:
            own = {part for part in toposort([output], known) if part.op is dot and part not in known}
            few = all(pays(part, can) for part in own)
            others = toposort([item for item in self.items if item is not output], stop)
            if can.get(output) and own and few and own.isdisjoint(others):
                found.add(output)
        return found

    def made(self) -> Expr:
        """The loop without them."""
        loop, results = self.loop, (*self.items[: self.states], *self.kept)
        used = set(toposort(results, frozenset(self.rows)))
        pairs = list(loop.pairs[: self.states])
        pairs += [pair for source in (self.rows, self.constants) for pair in source.items() if pair[0] in used]
        params = {
            old: self.table.intern(PARAM, (), (("index", place),), old.type) for place, (old, _) in enumerate(pairs)
        }
        body = substituted(self.table, results, params, loop.body.exact)
        bundle = self.table.intern(BUNDLE, tuple(body), (), TupleType(tuple(item.type for item in body)))
        attributes = {
            **loop.node.attributes, "body": Lambda(tuple(params.values()), bundle, loop.body.exact),
            "sequences": sum(old in self.rows for old, _ in pairs),
        }  # fmt: skip
        operands = (*(array for _, array in pairs), *loop.node.args[-2:])
        return self.table.intern(SCAN, operands, tuple(sorted(attributes.items())), scan_type(attributes))

    def result(self, index: int) -> Expr:
        """What stands for a result of the loop."""
        place = index - self.states
        if not self.whole or self.node is self.loop.node or place < self.states:
            return self.projected(index)
        return self.history(self.items[place], self.loop.node.type.items[index])

    def projected(self, index: int) -> Expr:
        """A result of the new loop."""
        return self.table.intern(PROJECT, (self.node,), (("index", index),), self.node.type.items[index])

    def history(self, item: Expr, type: ArrayType) -> Expr:
        """The values of an output in all steps."""
        firsts = self.items[: self.states]
        if item in firsts:
            return self.projected(self.states + firsts.index(item))
        if item in self.kept:
            return self.projected(2 * self.states + self.kept.index(item))
        known = {item: self.projected(self.states + place) for place, item in enumerate((*firsts, *self.kept))}
        lifting = Lifting(self.table, {**known, **self.rows}, self.constants)
        return lifting.shaped(lifting.array(item), type)


def pays(node: Expr, can: Mapping[Expr, bool]) -> bool:
    """Whether a node is a product that takes less time for all steps at once: that of a vector, or of few rows."""
    if node.op is not dot:
        return False
    moving = node.args[0] if can.get(node.args[0]) else node.args[1]
    rows = moving.type.shape[0] if moving.type.ndim == 2 else 1
    return rows is not None and rows <= MOST_ROWS
