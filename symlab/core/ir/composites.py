"""`function`, `grad` and `clone` for values made of several variables: they are taken apart and put together."""

from __future__ import annotations

import functools
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from typing import Any

from symlab.core.ir.composite import Composite
from symlab.core.ir.errors import MissingInputError, TypeMismatch, message
from symlab.core.ir.expr import Expr, leaves

Make = Callable[..., Any]


def listed(value: Any) -> list[Any]:
    """The values of one, of a list, of a dict or of nothing."""
    if value is None:
        return []
    if isinstance(value, Mapping):
        return list(value.values())
    return list(value) if isinstance(value, (list, tuple)) else [value]


def pairs(value: Any) -> list[tuple[Any, Any]]:
    """The pairs of `updates` or `givens`, as far as this is a mapping or a list of them."""
    if isinstance(value, Mapping):
        return list(value.items())
    entries = value if isinstance(value, (list, tuple)) else ()
    return [(entry[0], entry[1]) for entry in entries if isinstance(entry, (list, tuple)) and len(entry) == 2]


def expression_of(item: Any) -> Any:
    """What an input or output is without its options."""
    return getattr(item, "variable", item)


def parts_of(values: Iterable[Any]) -> list[Any]:
    """Values with the parts of composites in their place."""
    return [part for value in values for part in (value.parts if isinstance(value, Composite) else (value,))]


def paired_parts(value: Any) -> list[Any]:
    """Pairs of composites as pairs of their parts; what is no pair stays, for `function` to refuse."""
    entries = pairs(value)
    if isinstance(value, (list, tuple)) and len(entries) != len(value):
        return list(value)
    found: list[Any] = []
    for key, new in entries:
        if isinstance(key, Composite):
            found += zip(key.parts, key.as_this(new).parts, strict=True)
        else:
            found.append((key, new))
    return found


def put_together(likes: Sequence[Any], results: Iterable[Any], value: bool) -> list[Any]:
    """One result for each of `likes`: composites from as many as they have parts, as a value or as an expression."""
    following, found = iter(results), []
    for like in likes:
        if isinstance(like, Composite):
            parts = [next(following) for _ in like.parts]
            found.append(like.value_of(parts) if value else like.with_parts(parts))
        else:
            found.append(next(following))
    return found


def shaped_as(outputs: Any, found: list[Any]) -> Any:
    """Results in the form in which outputs were given."""
    if isinstance(outputs, Mapping):
        return dict(zip(outputs, found, strict=True))
    if outputs is None:
        return None
    return found if isinstance(outputs, (list, tuple)) else found[0]


def function_of_composites(make: Make) -> Make:
    """`function`, whose inputs, outputs, updates and givens may be composites."""

    @functools.wraps(make)
    def function(
        inputs: Any,
        outputs: Any = None,
        mode: Any = None,
        updates: Any = None,
        givens: Any = None,
        *rest: Any,
        **options: Any,
    ) -> Any:
        given = listed(inputs)
        updates, givens = (list(item) if isinstance(item, Iterator) else item for item in (updates, givens))
        concerned = [*map(expression_of, given), *map(expression_of, listed(outputs))]
        concerned += [key for key, _ in (*pairs(updates), *pairs(givens))]
        if not any(isinstance(item, Composite) for item in concerned):
            return make(inputs, outputs, mode, updates, givens, *rest, **options)
        results = [expression_of(item) if holds(item) else item for item in listed(outputs)]
        flat_outputs, changes, given_pairs = parts_of(results), paired_parts(updates), paired_parts(givens)
        read = [*map(expression_of, flat_outputs), *(new for _, new in (*pairs(changes), *pairs(given_pairs)))]
        needed = set(leaves(node for node in read if isinstance(node, Expr)))
        asked = [Asked(item, needed) for item in given]
        flat_inputs = [part for item in asked for part in item.parts]
        flat = make(flat_inputs, flat_outputs, mode, changes, given_pairs, *rest, **options)
        return CompositeFunction(flat, asked, outputs, results)

    return function


def holds(item: Any) -> bool:
    """Whether an input or output is a composite, with options or without."""
    return isinstance(expression_of(item), Composite)


class Asked:
    """One input as the user named it: its name, its default, and which parts the flat function takes."""

    def __init__(self, item: Any, needed: Container[Any]) -> None:
        self.like = expression_of(item)
        self.name: str | None = getattr(item, "name", None)
        self.is_composite = isinstance(self.like, Composite)
        self.default = getattr(item, "value", None) if self.is_composite else None
        whole = self.like.parts if self.is_composite else (item,)
        used = [place for place, part in enumerate(whole) if part in needed] if self.is_composite else []
        self.places = used or list(range(len(whole)))  # without a use, the flat function tells that
        self.parts = [whole[place] for place in self.places]

    def arrays(self, value: Any) -> list[Any]:
        """What the flat function takes for a value."""
        if not self.is_composite:
            return [value]
        arrays = self.like.arrays_of(value)
        return [arrays[place] for place in self.places]


class CompositeFunction:
    """A compiled function that takes composites apart and puts its results together; all else is that of `flat`."""

    def __init__(self, flat: Any, asked: Sequence[Asked], outputs: Any, results: Sequence[Any]) -> None:
        self.flat, self.asked, self.outputs, self.results = flat, tuple(asked), outputs, tuple(results)

    def __call__(self, *args: Any, **named: Any) -> Any:
        """The results for these arguments, in the layout of the outputs."""
        flat_args, flat_named = self.flattened(args, named)
        found = self.flat(*flat_args, **flat_named)
        return shaped_as(self.outputs, put_together(self.results, found, value=True))

    def flattened(self, args: Sequence[Any], named: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """The arguments of the flat function: by position as long as there are values, by name after that."""
        if len(args) > len(self.asked):
            raise TypeMismatch(message(f"{len(self.asked)} inputs are wanted, and {len(args)} values were given"))
        left, flat_args = dict(named), list[Any]()
        for place, item in enumerate(self.asked):
            if place < len(args):
                value = args[place]
            elif item.name is not None and item.name in left:
                value = left.pop(item.name)
            elif item.default is not None:
                value = item.default
            elif item.is_composite:
                raise MissingInputError(message(f"{item.name or f'input {place + 1}'} has no value"))
            else:
                self.check_plain(place)
                return flat_args, left
            flat_args += item.arrays(value)
        return flat_args, left

    def check_plain(self, place: int) -> None:
        """The inputs after one that is left out to its default are given by name, which composites cannot be."""
        late = [item.name for item in self.asked[place:] if item.is_composite]
        if late:
            raise MissingInputError(
                message(f"{late[0]} comes after an input without a value", (), ["a value for both"])
            )

    def __getattr__(self, name: str) -> Any:
        if name == "flat":  # not there yet: a copy or a pickle is being made
            raise AttributeError(name)
        return getattr(self.flat, name)

    def __repr__(self) -> str:
        return repr(self.flat)


def grad_of_composites(differentiate: Make) -> Make:
    """`grad`, whose `wrt` may be composites, or a list with composites in it."""

    @functools.wraps(differentiate)
    def grad(cost: Any, wrt: Any, *rest: Any, **options: Any) -> Any:
        variables = listed(wrt)
        if not any(isinstance(item, Composite) for item in variables):
            return differentiate(cost, wrt, *rest, **options)
        inner = [item.differentiable if isinstance(item, Composite) else item for item in variables]
        found = differentiate(cost, inner, *rest, **options)
        made = [
            like.gradient(part) if isinstance(like, Composite) else part
            for like, part in zip(variables, found, strict=True)
        ]
        return made if isinstance(wrt, (list, tuple)) else made[0]

    return grad


def clone_of_composites(copy: Make) -> Make:
    """`clone`, of composites and with composites replaced."""

    @functools.wraps(copy)
    def clone(output: Any, replace: Any = None, **options: Any) -> Any:
        outputs = listed(output)
        concerned = [*outputs, *(key for key, _ in pairs(replace))]
        if not any(isinstance(item, Composite) for item in concerned):
            return copy(output, replace, **options)
        found = copy(parts_of(outputs), paired_parts(replace), **options)
        return shaped_as(output, put_together(outputs, found, value=False))

    return clone
