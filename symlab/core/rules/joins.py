"""Arrays one after the other: joined once, or not at all."""

from __future__ import annotations

from symlab.core.ir.expr import Expr
from symlab.core.ops.join import join
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import computed
from symlab.core.rules.shapes import ALL


@computed(join, exact=True, kinds=ALL, formula="join(join(x, y), z) -> join(x, y, z)",
          example=lambda x, y: join(join(x, y, axis=0), x, axis=0))  # fmt: skip
def join_of_join(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """What is joined step by step is joined at once; one array alone is that array."""
    if len(node.args) == 1:
        return node.args[0]
    parts: list[Expr] = []
    for arg in node.args:
        opened = arg.op is join and arg.attrs == node.attrs and arg not in builder.shared
        parts.extend(arg.args if opened else (arg,))
    return builder.make(join, tuple(parts), node.attrs) if len(parts) > len(node.args) else None


RULES = (join_of_join,)
