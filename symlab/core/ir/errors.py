"""One family of errors, one template: what is wrong, the operands and where they were built, what to try."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np


class SymlabError(Exception):
    """The base of every error that symlab raises on purpose."""


class ShapeMismatch(SymlabError, ValueError):
    """Shapes that do not fit together."""


class TypeMismatch(SymlabError, TypeError):
    """A dtype, rank or kind of argument that does not fit."""


class InvalidValue(SymlabError, ValueError):
    """An argument whose value is not allowed."""


class RankMismatch(ShapeMismatch, TypeMismatch):
    """Arrays whose numbers of axes do not fit together: shapes as well as kinds of arrays."""


class NotAsDeclared(RankMismatch, AssertionError):
    """An array whose sizes are not those that were declared."""


class WrongSize(InvalidValue, TypeMismatch):
    """An argument whose size along an axis is not the one of its variable: its type does not fit."""


class NoDefaultResult(InvalidValue, AttributeError):
    """An application of several results that is used as if it were one."""


class InvalidIndex(SymlabError, IndexError):
    """An index or axis out of bounds."""


class InvalidIndexType(InvalidIndex, TypeMismatch):
    """An index that is not made of integers or booleans."""


class InvalidAxis(InvalidIndex, np.exceptions.AxisError):
    """An axis that an array does not have: NumPy's AxisError, which is of an index and of a value."""


class InvalidSize(TypeMismatch, ValueError):
    """A size that is no integer, or a shape whose length is not known."""


class NotNumeric(TypeMismatch, ValueError):
    """Text where numbers belong: NumPy calls it a wrong value, Python a wrong type."""


class NotScalarConstantError(SymlabError, ValueError):
    """An expression whose value is not one number known before a call."""


class EmptyConstantError(NotScalarConstantError):
    """A constant of no elements, of which none has a value."""


class OutputKeyError(TypeMismatch, AssertionError):
    """A key of a dict of outputs that is no string."""


class GivenInput(InvalidValue, RuntimeError):
    """An input of a function that `givens` replaces."""


class UnsupportedLoop(InvalidValue, RuntimeError):
    """A loop that cannot have what was asked of it, such as checkpoints where steps read far back."""


class UnknownName(SymlabError, KeyError):
    """A name that nothing has; the message says which are near."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class MissingInputError(SymlabError, ValueError):
    """A variable that an output needs and that is neither an input nor given."""


class UnusedInputError(SymlabError, ValueError):
    """An input of a function that no output needs."""


class WrongInput(MissingInputError, UnusedInputError):
    """A variable that an output needs is missing, and another one is an input for nothing."""


class RepeatedInput(InvalidValue, UnusedInputError):
    """A variable that is an input of a function twice: one of the two is not needed."""


class DisconnectedInputError(SymlabError, ValueError):
    """A variable that a cost does not depend on."""


class NullTypeGradError(SymlabError, TypeError):
    """A gradient that is not defined."""


class GradientError(SymlabError, ArithmeticError):
    """A gradient that differs from finite differences."""


class ConfigError(SymlabError, ValueError):
    """A configuration key or value that does not exist."""


class CompileError(SymlabError, RuntimeError):
    """The system compiler refused generated code, or there is no compiler."""


class NodeError(SymlabError, RuntimeError):
    """A node failed while compiled code ran."""


class DeviceError(SymlabError, RuntimeError):
    """A device could not do what it was asked."""


class SymbolicTruthError(SymlabError, TypeError):
    """A symbolic expression was used where Python needs a value."""


class SavedFileError(SymlabError, RuntimeError):
    """A file of `save` that is damaged, or of another format."""


class CacheError(SymlabError, RuntimeError):
    """The code cache cannot be used."""


class RewriteError(SymlabError, RuntimeError):
    """A rule is written wrongly."""


class DebugModeError(SymlabError, AssertionError):
    """DebugMode found a rewrite or a kernel that is wrong."""


class InvalidNumber(SymlabError, ArithmeticError, AssertionError):
    """NanGuardMode found a nan, an infinity or a number that is too big."""


class Misfit(Exception):
    """Raised by an op's type rule; whoever builds the node adds the operands and raises `kind`."""

    def __init__(self, problem: str, *tries: str, kind: type[SymlabError] = ShapeMismatch) -> None:
        super().__init__(problem)
        self.problem, self.tries, self.kind = problem, tries, kind


def message(problem: str, operands: Iterable[tuple[str, Any]] = (), tries: Iterable[str] = ()) -> str:
    """The text of an error: the problem, a line for each operand with its type and origin, a line for each way out."""
    rows = [operand_row(name, node) for name, node in operands]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(2)]
    lines = [problem]
    lines += [f"  {name:<{widths[0]}}   {kind:<{widths[1]}}   {place}".rstrip() for name, kind, place in rows]
    lines += [f"  {text}" if text.startswith("did you mean") else f"  try {text}" for text in tries if text]
    return "\n".join(lines)


def check_keywords(function: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Raise for a keyword that a function does not have, as Python does."""
    for name in given:
        if name not in known:
            hint = near_names(name, known)
            raise TypeMismatch(message(f"{function} has no option {name!r}", (), [hint] if hint else ()))


def no_axis(axis: int, rank: int) -> tuple[str, str]:
    """What is said of an axis that an array of this rank does not have, and what to try."""
    if not rank:
        return f"there is no axis {axis}: a scalar has none", "no axis"
    axes = "1 axis" if rank == 1 else f"{rank} axes"
    return f"there is no axis {axis}: the array has {axes}", f"an axis from {-rank} to {rank - 1}"


def operand_row(name: str, node: Any) -> tuple[str, str, str]:
    """What the template says of one operand: its name, its type, where it was built."""
    origin = getattr(node, "origin", None)
    kind = str(getattr(node, "type", None) or type(node).__name__)
    return name, kind, f"built in {origin}" if origin else ""


def near_names(name: str, names: Iterable[str]) -> str:
    """ "did you mean ...?" where a known name is near, else the empty string."""
    import difflib

    found = difflib.get_close_matches(name, list(names), n=3)
    return f"did you mean {' or '.join(repr(match) for match in found)}?" if found else ""
