"""One factorization for all that needs it: systems with one matrix or its transpose, its determinant and logarithm."""

from __future__ import annotations

from collections.abc import Sequence

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import Graph
from symlab.core.ir.op import PROJECT
from symlab.core.ir.types import ArrayType
from symlab.core.ops import reduce
from symlab.core.ops.compare import neq, switch
from symlab.core.ops.elementwise import abs, cast, log, mul, sign
from symlab.core.ops.factorizations import lu_factor
from symlab.core.ops.inverses import det, slogdet, solve
from symlab.core.ops.solutions import definite_factor, log_det_definite, lu_solve, solve_definite
from symlab.core.rewrite.building import counted, diagonal_taken, size_at
from symlab.core.rewrite.layouts import adjoint_operand
from symlab.core.rewrite.normal import Builder, Moves, make_builder

SYSTEMS = (solve, solve_definite)
DEFINITE = (solve_definite, log_det_definite)
NEEDING = (*SYSTEMS, det, slogdet, log_det_definite)
SMALLEST = 48  # rows from which a factorization costs more than one call more


def share_factors(graph: Graph) -> Graph | tuple[Graph, Moves]:
    """The graph in which what would be factored more than once is factored once."""
    nodes = graph.nodes()
    matrices = {matrix for matrix, users in users_of(nodes).items() if pays(matrix, users)}
    if not matrices:
        return graph
    walk = Sharing(make_builder(graph, nodes), matrices, nodes)
    done: dict[Expr, Expr] = {}
    moves: Moves = []
    for node in nodes:
        after = done[node] = walk.shared(node, tuple([done[arg] for arg in node.args]))
        if after is not node and isinstance(node.type, ArrayType):
            moves.append(((), node, after))
    return graph.with_roots([done[root] for root in graph.roots]), moves


def users_of(nodes: Sequence[Expr]) -> dict[Expr, list[Expr]]:
    """For each matrix the nodes that would factor it."""
    users: dict[Expr, list[Expr]] = {}
    for node in nodes:
        if node.op in NEEDING:
            users.setdefault(factored(node)[0], []).append(node)
    return users


def factored(node: Expr) -> tuple[Expr, bool]:
    """The matrix that a node factors, and whether it is taken as its transpose."""
    inner = adjoint_operand(node.args[0]) if node.op is solve else None
    return (node.args[0], False) if inner is None else (inner, True)


def pays(matrix: Expr, users: Sequence[Expr]) -> bool:
    """Whether a matrix may be large, and is factored often enough: Cholesky's factors are had for half the price."""
    often = len(users) > (2 if any(user.op in DEFINITE for user in users) else 1)
    return often and all(size is None or size >= SMALLEST for size in matrix.type.shape[-2:])


class Sharing:
    """The walk of `share_factors`."""

    def __init__(self, builder: Builder, matrices: set[Expr], nodes: Sequence[Expr]) -> None:
        self.builder, self.matrices = builder, matrices
        self.definite = {node.args[0] for node in nodes if node.op in DEFINITE}

    def shared(self, node: Expr, args: tuple[Expr, ...]) -> Expr:
        """A node over operands that are done."""
        source = node.args[0] if node.op is PROJECT and node.args[0].op is slogdet else node
        if source.op in NEEDING and isinstance(node.type, ArrayType) and factored(source)[0] in self.matrices:
            return self.by_factors(node, source, args)
        if args == node.args:
            return node
        return self.builder.remade(node, args)

    def by_factors(self, node: Expr, source: Expr, args: tuple[Expr, ...]) -> Expr:
        """A solution, a determinant, its sign or its logarithm from the factors of a matrix."""
        builder = self.builder
        matrix, adjoint = factored(source)
        done = args[0].args[0] if source is not node else args[0]  # `slogdet` itself stays as it is
        if adjoint:
            done = adjoint_operand(done) or done
        both = builder.apply(definite_factor if matrix in self.definite else lu_factor, done)
        factors, pivots = (builder.apply(PROJECT, both, index=place) for place in (0, 1))
        if node.op in SYSTEMS:
            return builder.apply(lu_solve, factors, args[1], pivots, adjoint=adjoint)
        diagonal = diagonal_taken(factors, builder, square=True)
        if node.op is log_det_definite or (source is not node and node.attr("index") == 1):
            return self.folded(reduce.sum, builder.apply(log, builder.apply(abs, diagonal)))
        turns = self.folded(reduce.prod, self.exchanges(pivots, diagonal))
        product = self.folded(reduce.prod, diagonal if node.op is det else builder.apply(sign, diagonal))
        return builder.flat(mul, (product, turns))

    def exchanges(self, pivots: Expr, diagonal: Expr) -> Expr:
        """-1 for each row that was exchanged for another, 1 for the others."""
        builder = self.builder
        places = builder.apply(cast, counted(size_at(pivots, pivots.type.ndim - 1, builder), builder), dtype="int32")
        one, other = (builder.constant(number, diagonal) for number in (1, -1))
        return builder.apply(switch, builder.apply(neq, pivots, places), other, one)

    def folded(self, op: object, values: Expr) -> Expr:
        """Numbers of the last axis in one."""
        return self.builder.apply(op, values, axes=(values.type.ndim - 1,), keepdims=False)  # type: ignore[arg-type]
