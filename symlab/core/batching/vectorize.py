"""`vectorize_graph` and `vectorize`: what was written for one array, for stacks of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from symlab.core.batching.masks import without_picking
from symlab.core.batching.rules import batched
from symlab.core.batching.stack import Operand, Unbatchable, core_rank
from symlab.core.ir.errors import InvalidValue, RankMismatch, TypeMismatch, message
from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.op import AS_WRITTEN, PROJECT
from symlab.core.ir.types import TupleType, array_type
from symlab.core.ops.inlined import opened
from symlab.core.ops.operators import Variable, as_variable, variable


def vectorize_graph(outputs: Any, replace: Mapping[Variable, Any]) -> Any:
    """`outputs` (one or a list) with the keys of `replace` replaced by stacks: variables with more axes in front.

    The axes in front broadcast as NumPy's do; nothing is computed twice that is the same for the whole stack. Errors:
    TypeMismatch for a replacement of another dtype or fewer axes, Unbatchable where shapes would differ in the stack.
    """
    roots = [outputs] if isinstance(outputs, Variable) else list(outputs)
    stacks: dict[Expr, Any] = {old: fitting(old, as_variable(new)) for old, new in replace.items()}
    inside = opened(roots, frozenset(stacks))
    try:
        found = stacked_roots(inside, stacks)
    except Unbatchable:
        in_place = without_picking(inside)
        if all(new is old for new, old in zip(in_place, inside, strict=True)):
            raise
        found = stacked_roots(in_place, stacks)
    return found[0] if isinstance(outputs, Variable) else found


def stacked_roots(roots: Sequence[Variable], stacks: Mapping[Expr, Any]) -> list[Any]:
    """Each root for stacks of what it is computed from."""
    done = dict(stacks)
    for node in toposort(roots, frozenset(done)):
        if node not in done:
            done[node] = for_stacks(node, [done[arg] for arg in node.args])
    return [done[root] for root in roots]


def fitting(old: Variable, new: Variable) -> Variable:
    """A replacement that has the dtype of what it replaces, and axes in front of its axes."""
    core = new.type.shape[new.ndim - old.ndim :] if new.ndim >= old.ndim else None
    clash = core is None or any(None not in (a, b) and a != b for a, b in zip(core, old.type.shape, strict=True))
    if clash or new.type.dtype != old.type.dtype:
        problem = f"{new!r} is no stack of what {old!r} is"
        tries = [f"{old.dtype} with axes in front of {old.ndim}"]
        raise TypeMismatch(message(problem, [("one", old), ("stack", new)], tries))
    return new


def for_stacks(node: Expr, args: Sequence[Any]) -> Any:
    """One node over what became of its operands."""
    if all(new is old for new, old in zip(args, node.args, strict=True)):
        return node
    if node.op is PROJECT:
        return args[0][node.attr("index")] if isinstance(args[0], tuple) else PROJECT(args[0], **node.attributes)
    if node.op is AS_WRITTEN:
        return Variable(AS_WRITTEN, tuple(args), (), args[0].type)
    if any(isinstance(arg.type, TupleType) for arg in node.args):
        raise TypeMismatch(message(f"{node.op.name} takes several results at once", [(node.op.name, node)]))
    return batched(node, [Operand(new, core_rank(old)) for new, old in zip(args, node.args, strict=True)])


Core = tuple[str, ...]
CORE = r"\(\s*((?:\w+\s*(?:,\s*\w+\s*)*)?)\)"
SIGNATURE = re.compile(rf"\s*{CORE}(?:\s*,\s*{CORE})*\s*->\s*{CORE}(?:\s*,\s*{CORE})*\s*")


def vectorize(function: Callable[..., Any], signature: str | None = None) -> Callable[..., Any]:
    """A function of expressions that applies `function` to stacks, as `numpy.vectorize` does, but without a loop.

    `signature` names the axes that each argument and each result has for one application, such as "(m,n),(n)->(m)";
    without one all arguments are scalars, and results what the function gives. Errors: InvalidValue for a signature
    that cannot be read or another number of results, RankMismatch for arguments with fewer axes than it says.
    """
    cores = cores_of(signature) if signature is not None else None

    def stacked(*arguments: Any) -> Any:
        nodes = [as_variable(argument) for argument in arguments]
        wanted = cores[0] if cores is not None else [()] * len(nodes)
        if len(wanted) != len(nodes):
            raise TypeMismatch(message(f"{signature} has {len(wanted)} arguments, and {len(nodes)} were given"))
        inputs = [one_of(node, core) for node, core in zip(nodes, wanted, strict=True)]
        results = function(*inputs)
        check_results(results, cores, signature)
        return vectorize_graph(results, dict(zip(inputs, nodes, strict=True)))

    return stacked


def cores_of(signature: str) -> tuple[list[Core], list[Core]]:
    """The axes of arguments and of results that a signature names."""
    if SIGNATURE.fullmatch(signature) is None:
        problem = f"the signature {signature!r} cannot be read"
        raise InvalidValue(message(problem, (), ["names of axes, such as '(m,n),(n)->(m)'"]))
    left, right = signature.split("->")
    return axes_in(left), axes_in(right)


def axes_in(text: str) -> list[Core]:
    """The names in each pair of brackets."""
    return [tuple(re.findall(r"\w+", core)) for core in re.findall(CORE, text)]


def one_of(stack: Variable, core: Core) -> Variable:
    """An input like one array of a stack."""
    if stack.ndim < len(core):
        problem = f"an argument has {stack.ndim} axes, and the signature names {len(core)}"
        raise RankMismatch(message(problem, [("argument", stack)]))
    return variable(array_type(stack.type.dtype, stack.type.shape[stack.ndim - len(core) :]), stack.name)


def check_results(results: Any, cores: tuple[list[Core], list[Core]] | None, signature: str | None) -> None:
    """Raise unless there are results, and they have the axes that the signature, if there is one, names."""
    if results is None:
        raise InvalidValue(message("the function gives no result", (), ["return x + 1"]))
    found = [results] if isinstance(results, Variable) else list(results)
    wanted = cores[1] if cores is not None else [("?",) * result.ndim for result in found]
    if len(wanted) != len(found):
        raise InvalidValue(message(f"{signature} has {len(wanted)} results, and the function gives {len(found)}"))
    for result, core in zip(found, wanted, strict=True):
        if result.ndim != len(core):
            problem = f"a result has {result.ndim} axes, and the signature {signature} names {len(core)}"
            raise RankMismatch(message(problem, [("result", result)]))
