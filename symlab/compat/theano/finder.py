"""Modules under Theano's names, made when they are imported; their contents are looked up when they are used."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from symlab.compat.theano.tree import ABSENT, MODULES, Contents
from symlab.core.ir.errors import near_names
from symlab.core.seams import resolve


class TheanoFinder:
    """Finds every module of Theano's that symlab has; says of the others what to use."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """The spec of a module called theano or below it; None for all others."""
        if name.partition(".")[0] != "theano":
            return None
        for absent, advice in ABSENT.items():
            if name == absent or name.startswith(absent + "."):
                raise ModuleNotFoundError(f"symlab has no {name}: {advice}", name=name)
        if name not in MODULES:
            hint = near_names(name, MODULES)
            raise ModuleNotFoundError(f"symlab has no module for {name}{': ' + hint if hint else ''}", name=name)
        return ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """A module whose names are symlab's."""
        return TheanoModule(spec.name, MODULES[spec.name])

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing to run."""


class TheanoModule(ModuleType):
    """One module of Theano's tree."""

    def __init__(self, name: str, contents: Contents) -> None:
        super().__init__(name, contents.doc)
        self.__dict__["_contents"] = contents

    @property
    def __all__(self) -> list[str]:
        return [name for name in dir(self) if not name.startswith("_")]

    def __getattr__(self, name: str) -> Any:
        if name == self.__name__:  # Theano's package shows itself, and libraries write `from theano import theano`
            return self
        child = f"{self.__name__}.{name}"
        if name not in self._contents.names and child in MODULES:
            return importlib.import_module(child)
        found = looked_up(self._contents, name)
        if found is MISSING:
            hint = near_names(name, dir(self)) or "`symlab.tensor` and `symlab` have what there is under symlab's names"
            raise AttributeError(f"symlab has no {self.__name__}.{name}: {hint}")
        self.__dict__[name] = found
        return found

    def __setattr__(self, name: str, value: Any) -> None:
        """Set a name; a module that is imported does not hide the function of its name, as `theano.tensor.var`."""
        if not isinstance(value, ModuleType) or name not in self._contents.names:
            super().__setattr__(name, value)

    def __dir__(self) -> Sequence[str]:
        below = f"{self.__name__}."
        children = [name[len(below) :] for name in MODULES if name.startswith(below) and "." not in name[len(below) :]]
        return sorted({*self._contents.names, *public_names(self._contents), *children})


MISSING = object()


def looked_up(contents: Contents, name: str) -> Any:
    """The object that a module calls `name`, or MISSING."""
    if name in contents.names:
        target = contents.names[name]
        return resolve(target) if isinstance(target, str) else target
    if name.startswith("_"):
        return MISSING
    for source in contents.sources:
        found = getattr(importlib.import_module(source), name, MISSING)
        if found is not MISSING:
            return found
    return MISSING


def public_names(contents: Contents) -> Iterator[str]:
    """The public names of the modules that a module shows."""
    for source in contents.sources:
        yield from (name for name in dir(importlib.import_module(source)) if not name.startswith("_"))
