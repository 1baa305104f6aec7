"""What a back end is: it makes an executable from an interface and a trace."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

from symlab.core.ir.config import Config
from symlab.core.ir.errors import ConfigError, message
from symlab.core.ir.expr import Expr

BACKENDS: Mapping[str, str] = MappingProxyType(
    {"c": "symlab.core.backends.c.executable", "cuda": "symlab.core.backends.cuda.executable"}
)


@dataclass(frozen=True, eq=False)
class Interface:
    """How a compiled function is called: names of its inputs, shared variables by interned leaf, result layout."""

    names: tuple[str | None, ...]
    shared: Mapping[Expr, Any]
    layout: str  # 's'ingle, 'l'ist, 'n'one, 'd'ict
    keys: tuple[Any, ...]
    convert: Callable[..., tuple[Any, ...]]
    details: Any

    def packed(self, arrays: list[Any]) -> Any:
        """Results in the layout that the user asked for."""
        match self.layout:
            case "s":
                return arrays[0]
            case "l":
                return arrays
            case "d":
                return dict(zip(self.keys, arrays, strict=True))
        return None


@dataclass(frozen=True, eq=False)
class Twin:
    """A compiled function whose shared variables are copies (`cells`), so that calling it changes nothing.

    One that is made to profile counts nanoseconds and calls of each of its steps.
    """

    front: Any
    cells: Mapping[Expr, Any]
    steps: tuple[Any, ...]
    counts: Any

    def reset(self, values: Mapping[Expr, Any]) -> None:
        """Give the shared variables these values."""
        for leaf, cell in self.cells.items():
            cell.set_value(values[leaf])


class Executable(Protocol):
    """A compiled function."""

    @property
    def converts(self) -> bool:
        """Whether `front` takes what users give and tells of the function; else it takes converted arrays."""

    @property
    def front(self) -> Any:
        """What the user calls."""

    @property
    def source(self) -> str:
        """The generated code."""

    def free(self) -> None:
        """Give back memory kept between calls."""


class Backend(Protocol):
    """Makes executables; `usable` says why not, where it cannot."""

    def usable(self, config: Config) -> str | None:
        """None where this back end works here, else the reason, as a sentence with a way out."""

    def build(self, interface: Interface, trace: Any, config: Config) -> tuple[Executable | None, str | None]:
        """The executable, or None and the reason why this graph runs on the reference evaluator."""

    def profiled_twin(self, interface: Interface, trace: Any, config: Config) -> Twin:
        """A twin of a function that this back end built, which counts the time of its steps."""


def chosen(wanted: str, config: Config) -> str:
    """The name of the back end for a mode: what it or the configuration asks for, on the configured device."""
    name = config.backend if wanted == "auto" else wanted
    if name == "reference" or config.device == "cpu":
        return "c" if name == "auto" else name
    reason = named("cuda").usable(config)
    if reason is None:
        return "cuda"
    if config.device == "cuda":
        raise ConfigError(message(f"there is no device to run on: {reason}", (), ["device='auto' or device='cpu'"]))
    return "c" if name == "auto" else name


def named(name: str) -> Backend:
    """The back end of this name, which loads when it is first asked for."""
    backend: Backend = importlib.import_module(BACKENDS[name]).BACKEND
    return backend


def available(wanted: str, config: Config) -> tuple[Backend | None, str | None]:
    """The back end for a mode, or None (the reference evaluator) with the reason where it was not asked for."""
    name = chosen(wanted, config)
    if name == "reference":
        return None, None
    backend = named(name)
    reason = backend.usable(config)
    return (None, reason) if reason else (backend, None)
