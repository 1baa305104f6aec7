"""What passes did beside their rules: normal form, operands replaced, association. Each is judged as a rewrite too.

A move says that a node became another because its operands had changed. So the old node over the new operands must mean
the same as the new node.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from symlab.core.ir.expr import Expr
from symlab.core.ir.op import CALL
from symlab.core.rewrite.analysis import Scope
from symlab.core.rewrite.driver import Event, Step
from symlab.core.rewrite.rule import Rule
from symlab.core.rewrite.trace import PassRecord, Trace

FAMILY = frozenset(["add", "sub", "mul", "true_div", "neg", "reciprocal"])  # what normal form opens into its user
DEEPEST = 40
Became = dict[Expr, Expr]


def moved_steps(trace: Trace) -> Iterator[Step]:
    """The moves of all passes that did more than to put operands in their places, as steps."""
    for record in trace.passes:
        yield from moves_of(record)


def moves_of(record: PassRecord) -> Iterator[Step]:
    """The moves of one pass."""
    rule = Rule(record.name, "Sums and products are opened, ordered and grouped again.", assuming=("real_algebra",))
    scopes: dict[Scope, Became] = defaultdict(dict)
    for event in record.events:
        became = scopes[event.scope]
        if not isinstance(event, Step):
            wanted = over_new_operands(event, became)
            if wanted is not None:
                yield Step(rule, event.scope, wanted, event.after, {})
        if event.before is not event.after:
            became[event.before] = event.after


def over_new_operands(event: Event, became: Became) -> Expr | None:
    """The old node over what its operands became; None where that is the new node."""
    before, after = event.before, event.after
    if before.op is CALL:
        return None  # its body is looked at in its own scope
    args = tuple([final(arg, became) for arg in before.args])
    if after.op is before.op and after.attrs == before.attrs and after.args == args:
        return None
    return renewed(before, became, DEEPEST)


def final(node: Expr, became: Became) -> Expr:
    """What a node became in the end."""
    seen = {node}
    while node in became and became[node] not in seen:
        node = became[node]
        seen.add(node)
    return node


def renewed(node: Expr, became: Became, depth: int) -> Expr:
    """A node over what its operands became; sums and products below it, which were opened into it, too."""
    args = []
    for arg in node.args:
        inside = arg not in became and arg.op.name in FAMILY and depth > 0
        args.append(renewed(arg, became, depth - 1) if inside else final(arg, became))
    return node if tuple(args) == node.args else Expr(node.op, tuple(args), node.attrs, node.type)
