"""A typed expression rebuilt over other nodes, by identity and without recursion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symlab.core.ir import config
from symlab.core.ir.expr import toposort
from symlab.core.ops.operators import Variable, inferred


def replaced(roots: Sequence[Variable], replacements: Mapping[Variable, Variable]) -> list[Variable]:
    """`roots` with each key replaced by its value; a value is taken as it is, nothing is replaced inside it."""
    if not replacements:
        return list(roots)
    if config.current().compute_test_value != "off":
        with config.configure(compute_test_value="off"):  # copies keep the tags, with the test values that they have
            return replaced(roots, replacements)
    done: dict[Variable, Variable] = dict(replacements)
    for node in toposort(roots, frozenset(replacements)):
        if node in done:
            continue
        args = tuple(done[arg] for arg in node.args)  # type: ignore[index]
        done[node] = node if args == node.args else rebuilt(node, args)  # type: ignore[index,assignment,arg-type]
    return [done[root] for root in roots]


def rebuilt(node: Variable, args: tuple[Variable, ...]) -> Variable:
    """The same op over other operands, its type found anew; name, tag and origin are kept."""
    same = all(new.type == old.type for new, old in zip(args, node.args, strict=True))
    type = node.type if same or node.op.infer is None else inferred(node.op, node.attributes, args)
    made = node.__class__.of_parts(node.op, args, node.attrs, type)
    made.relabel(node.label())
    return made
