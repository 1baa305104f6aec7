"""Rules as typed expressions, their values in floating point and exactly, and errors in units in the last place."""

from __future__ import annotations

import functools
import inspect
import itertools
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import mpmath
import numpy as np

from symlab.core.backends.reference import evaluate
from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT, WILD, Kind, resolved
from symlab.core.ir.types import array_type
from symlab.core.ops import nn
from symlab.core.ops.elementwise import abs, maximum
from symlab.core.ops.operators import AttributeVariable, Variable, constant, variable
from symlab.core.ops.special import erfc, erfcx
from symlab.core.rewrite.pattern import AttributePart
from symlab.core.rewrite.rule import Rule
from symlab.core.rewrite.sorts import Real, Sort
from symlab.debug.exact import PLAIN, is_huge
from symlab.debug.matrices import MATRICES

DIGITS = 60
ROWS, COLUMNS = 6, 8
COUNT = ROWS * COLUMNS
AXES = [
    (("axes", axes), ("keepdims", keepdims))
    for axes, keepdims in itertools.product([(1,), (0,), (0, 1)], [True, False])
]


@dataclass
class Instance:
    """A rule over typed inputs with samples: both sides, the inputs, their values."""

    rule: Rule
    left: Variable
    right: Variable | None
    values: dict[Variable, np.ndarray[Any, Any]]


def generator_of(rule: Rule) -> np.random.Generator:
    """The same random numbers for a rule on every machine."""
    return np.random.default_rng(zlib.crc32(rule.name.encode()))


def instances(rule: Rule, dtype: str) -> Iterator[Instance]:
    """The rule over inputs of a dtype: once, or for each choice of the attributes of its reductions."""
    names = attribute_names(rule)
    if not names:
        yield instance(rule, dtype, {})
        return
    for choice in attribute_choices(rule):
        yield instance(rule, dtype, choice)


def neighbours(example: Instance) -> Instance | None:
    """The same rule where variables of one sort are nearly equal, and some of them equal; None if each has its own."""
    random, values = generator_of(example.rule), dict(example.values)
    kinds: dict[Any, list[Variable]] = {}
    for node, value in values.items():
        sort = example.rule.sorts.get(str(node.name))
        if sort is not None and value.dtype.kind == "f":
            kinds.setdefault(sort.samples, []).append(node)
    for first, *others in kinds.values():
        for node in others:
            values[node] = (values[first] * ratios(random, values[first].shape)).astype(values[first].dtype)
    return replace(example, values=values) if any(len(nodes) > 1 for nodes in kinds.values()) else None


def large_and_small(example: Instance) -> Instance | None:
    """The same rule where some real variables are very large and others very small, without overflow."""
    random, values = generator_of(example.rule), dict(example.values)
    for node, value in example.values.items():
        sort = example.rule.sorts.get(str(node.name))
        if sort is Real and value.dtype.kind == "f":
            decades = 8 if value.dtype.itemsize == 4 else 15
            values[node] = (value * 10.0 ** random.choice([-decades, 0, decades], value.shape)).astype(value.dtype)
    return replace(example, values=values) if any(values[node] is not example.values[node] for node in values) else None


def ratios(random: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """Numbers near 1, some nearer than others, and a few that are 1."""
    count = int(np.prod(shape))
    found = 1 + random.choice([-1, 1], count) * 10.0 ** random.uniform(-7, -0.5, count)
    found[-max(1, count // 10) :] = 1
    return np.asarray(found.reshape(shape))


def attribute_names(rule: Rule) -> list[str]:
    """The variables that stand for attributes."""
    return [name for name, sort in rule.sorts.items() if sort.name == "attributes"]


def attribute_choices(rule: Rule) -> Iterator[dict[str, Any]]:
    """What the attributes may be: axes of a reduction, of a row function, places of an index."""
    choices: dict[str, list[Any]] = {}
    for node in toposort([rule.left]):
        if node.attrs and isinstance(node.attrs[0][1], AttributeVariable):
            choices[node.attrs[0][1].name] = list(attributes_for(node))
    for values in itertools.product(*choices.values()):
        choice = dict(zip(choices, values))
        names = list(inspect.signature(rule.when).parameters) if rule.when else []
        if not names or not choice.keys() >= set(names) or rule.when(*[choice[name] for name in names]):
            yield choice


def count_power(rule: Rule, name: str, attributes: Mapping[str, Any]) -> float | None:
    """What a variable stands for that must be a power of the number of elements that a rule sums."""
    power = rule.options.get("counts", {}).get(name)
    if power is None:
        return None
    axes = next(dict(value)["axes"] for value in attributes.values())
    return float(np.prod([(ROWS, COLUMNS)[axis] for axis in axes])) ** -power


def attributes_for(node: Expr) -> Iterator[Any]:
    """The attributes with which an op is tested."""
    if node.op.name in ("softmax", "log_softmax"):
        yield from ((("axes", (1,)),), (("axes", (0,)),))
    elif node.op.name == "slice":
        yield (("index", ((None, None, 1), 2)),)
    elif node.op.name in ("cumsum", "logcumsumexp"):
        yield from ((("axis", 1),), (("axis", 0),))
    elif node.op.name == "take":
        yield (("axes", (1,)),)
    else:
        yield from AXES


def instance(rule: Rule, dtype: str, attributes: Mapping[str, Any]) -> Instance:
    """The rule over typed inputs, with samples of their sorts."""
    random, values, made = generator_of(rule), {}, {}
    for name, sort in rule.sorts.items():
        if sort.name == "attributes":
            continue
        repeat = 3 if name in rule.sequences and not is_tail(rule, name) else 1
        power = count_power(rule, name, attributes)
        found = (
            [sample_variable(sort, name, dtype, random, bool(attributes), values) for _ in range(repeat)]
            if power is None
            else [constant(np.array(power, dtype))]
        )
        made[name] = tuple(found) if name in rule.sequences else found[0]
    for name in rule.sequences:
        if is_tail(rule, name):
            made[name] = (constant(np.array([0, 3, 1])),) if "take" in rule.formula else ()
    left = typed(rule.left, made, attributes)
    return Instance(rule, left, typed(rule.right, made, attributes, dtype), values)


def is_tail(rule: Rule, name: str) -> bool:
    """Whether a sequence stands for places of an index."""
    return any(
        node.op.kind is not Kind.ELEMENTWISE and any(getattr(arg, "name", None) == name for arg in node.args)
        for node in toposort([rule.left])
    )


def sample_variable(
    sort: Sort, name: str, dtype: str, random: np.random.Generator, matrix: bool, values: dict[Variable, Any]
) -> Variable:
    """An input (or a constant) of a sort, and its samples."""
    samples = sort.samples(random, COUNT)
    if sort.ndim == 0:
        return constant(samples[0].astype(dtype))
    kind = "bool" if samples.dtype == bool else dtype
    shape = (ROWS, COLUMNS) if matrix or sort.ndim == 2 else (COUNT,)
    made = variable(array_type(kind, shape), name)
    values[made] = samples.astype(kind).reshape(shape)
    return made


def typed(formula: Expr, variables: Mapping[str, Any], attributes: Mapping[str, Any], dtype: str = "") -> Any:
    """A formula of a rule as a typed expression."""
    made: dict[Expr, Any] = {}
    for node in toposort([formula]):
        if node.op is WILD:
            made[node] = variables[node.name]
        elif node.op is CONSTANT:
            made[node] = constant_value(node).item()
        else:
            args = [made[arg] for arg in node.args]
            if dtype and node.op.name == "switch":  # numbers to choose from take the dtype of the node replaced
                args[1:] = [
                    constant(np.array(arg, dtype)) if isinstance(arg, (int, float)) else arg for arg in args[1:]
                ]
            made[node] = applied(node, args, typed_attributes(node, attributes))
    return made[formula]


def typed_attributes(node: Expr, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of a node of a formula."""
    if node.attrs and isinstance(node.attrs[0][1], AttributeVariable):
        return dict(attributes[node.attrs[0][1].name])
    return {
        name: dict(attributes[value.whole])[value.name] if isinstance(value, AttributePart) else value
        for name, value in node.attrs
    }


def applied(node: Expr, args: Sequence[Any], attributes: dict[str, Any]) -> Any:
    """An op over operands, sequences among them spread, folded or mapped as in the right sides of rules."""
    sequences = [arg for arg in args if isinstance(arg, tuple)]
    if not sequences:
        return node.op(*args, **attributes)
    operands = [item for arg in args for item in (arg if isinstance(arg, tuple) else (arg,))]
    if node.op.kind is not Kind.ELEMENTWISE:
        return node.op(*operands, **attributes)
    if node.op.flat or len(args) < len(node.op.partials):
        return functools.reduce(node.op, operands)
    columns = [arg if isinstance(arg, tuple) else (arg,) * len(sequences[0]) for arg in args]
    return tuple(node.op(*column, **attributes) for column in zip(*columns))


def example_of(rule: Rule, dtype: str) -> Instance:
    """The expression to which a computed rule says that it applies, over inputs with samples."""
    random, values, made = generator_of(rule), {}, []
    for parameter in inspect.signature(rule.example, eval_str=True).parameters.values():
        sort = parameter.annotation if isinstance(parameter.annotation, Sort) else Real
        made.append(sample_variable(sort, parameter.name, dtype, random, False, values))
    return Instance(rule, rule.example(*made), None, values)


# Values


def exact_value(root: Variable, values: Mapping[Variable, np.ndarray[Any, Any]]) -> np.ndarray[Any, Any]:
    """The value of a typed expression to 30 digits at least, as an array of mpmath numbers; nan where it has none.

    60 digits are enough but where nearly equal numbers are subtracted: then more are taken until two results agree.
    """
    before = value_at(DIGITS, root, values)
    for digits in (4 * DIGITS, 16 * DIGITS):
        after = value_at(digits, root, values)
        if all(agree(a, b) for a, b in zip(before.ravel(), after.ravel())):
            return after
        before = after
    return before


def agree(first: Any, second: Any) -> bool:
    """Whether two results at different precisions are the same to 30 digits."""
    if mpmath.isnan(second) or mpmath.isinf(second):
        return True
    return bool(mpmath.fabs(first - second) <= mpmath.fabs(second) * mpmath.mpf(10) ** -30)


def value_at(digits: int, root: Variable, values: Mapping[Variable, np.ndarray[Any, Any]]) -> np.ndarray[Any, Any]:
    """The value of a typed expression with so many digits throughout."""
    with mpmath.workdps(digits):
        known: dict[Expr, Any] = {node: as_exact(value) for node, value in values.items()}
        for node in toposort([root], frozenset(values)):
            if node not in known:
                args = [known[arg] for arg in node.args]
                known[node] = as_exact(constant_value(node)) if node.op is CONSTANT else exact(node, args)
        return np.broadcast_to(known[root], known[root].shape)


def as_exact(array: Any) -> np.ndarray[Any, Any]:
    """Floats as mpmath's numbers, truth values and integers as they are."""
    array = np.asarray(array)
    return np.frompyfunc(mpmath.mpf, 1, 1)(array.astype(object)) if array.dtype.kind == "f" else array


def exact(node: Expr, args: Sequence[Any]) -> Any:
    """One node on exact operands; nan where a formula has no value, or an operand is too large to be worked with."""
    if node.op in (nn.softmax, nn.log_softmax, nn.logsumexp, nn.negative_entropy):
        return exact_row(node, args[0])
    if node.op.name == "cumsum":
        return np.cumsum(args[0], axis=node.attr("axis"))
    if node.op.kind is not Kind.ELEMENTWISE:
        found = MATRICES.get(node.op.name, node.op.compute)(*args, **node.attributes)
        return found if isinstance(found, tuple) else np.asarray(found)
    if all(item.type.dtype.kind in "biu" for item in (node, *node.args)):  # exact as they are
        operands = [np.asarray(arg, item.type.dtype) for item, arg in zip(node.args, args)]
        return np.asarray(node.op.compute(*operands, **node.attributes))
    formula = resolved(node.op.exact)

    def at_one_place(*operands: Any) -> Any:
        if node.op.name not in PLAIN and any(map(is_huge, operands)):
            return mpmath.nan
        try:
            return formula(*operands, **node.attributes)
        except (ValueError, ZeroDivisionError, OverflowError, TypeError, mpmath.libmp.NoConvergence):
            return mpmath.nan

    return np.asarray(np.frompyfunc(at_one_place, len(args), 1)(*args), object)


def exact_row(node: Expr, x: Any) -> Any:
    """The functions of rows, from their definitions."""
    powers = np.frompyfunc(mpmath.exp, 1, 1)(x)
    total = np.sum(powers, axis=node.attr("axes"), keepdims=True)
    if node.op is nn.softmax:
        return powers / total
    logarithm = np.frompyfunc(mpmath.log, 1, 1)
    if node.op is nn.negative_entropy:
        shares = powers / total
        return np.asarray(np.sum(shares * logarithm(shares), axis=node.attr("axes"), keepdims=node.attr("keepdims")))
    if node.op is nn.log_softmax:
        return logarithm(powers / total)
    result = logarithm(total)
    return np.asarray(result if node.attr("keepdims") else np.squeeze(result, node.attr("axes")))


def errors(found: np.ndarray[Any, Any], truth: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The distance of each element from the truth, in units in the last place; nan where there is no truth."""
    info = np.finfo(found.dtype)
    largest = mpmath.mpf(float(info.max))
    result = np.empty(found.size)
    with mpmath.workdps(DIGITS):
        for place, (value, wanted) in enumerate(zip(found.ravel(), np.ravel(truth), strict=True)):
            result[place] = error_of(float(value), wanted, largest, info)
    return result


def error_of(value: float, wanted: Any, largest: Any, info: Any) -> float:
    """The error of one number."""
    if isinstance(wanted, mpmath.mpc) or mpmath.isnan(wanted):
        return float("nan")
    if mpmath.isinf(wanted) or mpmath.fabs(wanted) > largest * (1 + mpmath.mpf(2) ** (-info.nmant - 2)):
        return 0.0 if np.isinf(value) and (value > 0) == (wanted > 0) else float("inf")
    if not np.isfinite(value):
        return float("inf")
    size = max(mpmath.fabs(wanted), mpmath.mpf(float(info.tiny)))
    unit = mpmath.mpf(2) ** (int(mpmath.floor(mpmath.log(size, 2))) - info.nmant)
    return float(mpmath.fabs(mpmath.mpf(value) - wanted) / unit)


def intermediates(root: Variable, values: Mapping[Variable, np.ndarray[Any, Any]]) -> list[np.ndarray[Any, Any]]:
    """The values of all nodes below a root that broadcast to its shape."""
    seen: list[np.ndarray[Any, Any]] = []
    (result,) = evaluate([root], values, lambda node, value: seen.append(np.asarray(value)))
    return [value for value in seen if value.shape == result.shape]


# Forms in which a rule must fire

SHOWN = {  # expressions of which it is known that they are of a sort
    "positive": erfcx,
    "not negative": lambda x: maximum(x, 0),
    "negative": lambda x: -erfcx(x),
    "between 0 and 1": lambda x: erfc(abs(x)),
}
Build = Callable[[Rule, dict[str, Any], dict[str, Any]], Any]


def inputs_for(
    rule: Rule, attributes: Mapping[str, Any], dtype: str, shapes: Sequence[tuple[int, ...]]
) -> dict[str, Any]:
    """Something for each variable of a rule: inputs, expressions of the right sort, constants, places of an index."""
    made: dict[str, Any] = {}
    random, following = generator_of(rule), itertools.cycle(shapes)
    for name, sort in rule.sorts.items():
        if sort.name == "attributes":
            continue
        repeat = 3 if name in rule.sequences else 1
        power = count_power(rule, name, attributes)
        found = (
            tuple(one_for(sort, f"{name}{place}", dtype, next(following), random) for place in range(repeat))
            if power is None
            else (power,)
        )
        made[name] = found if name in rule.sequences else found[0]
    for name in rule.sequences:
        if is_tail(rule, name):
            made[name] = (constant(np.array([0, 3, 1])),) if "take" in rule.formula else ()
    return made


def one_for(sort: Sort, name: str, dtype: str, shape: tuple[int, ...], random: np.random.Generator) -> Any:
    """An expression of a sort."""
    if sort.ndim == 0:
        return float(sort.samples(random, COUNT)[0])
    if sort.name == "truth value":
        return variable(array_type("bool", shape), name)
    found = variable(array_type(dtype, shape), name)
    return SHOWN[sort.name](found) if sort.name in SHOWN else found


def permuted(root: Variable) -> Variable:
    """The expression with the operands of sums and products in the opposite order."""
    made: dict[Expr, Any] = {}
    for node in toposort([root]):
        if node.args:
            args = [made[arg] for arg in node.args]
            made[node] = node.op(*(args[::-1] if node.op.flat else args), **node.attributes)
        else:
            made[node] = node
    return made[root]
