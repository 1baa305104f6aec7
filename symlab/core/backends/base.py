"""What a back end is: it makes an executable from an interface and a trace."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

from symlab.core.ir.config import Config
from symlab.core.ir.expr import Expr

BACKENDS: Mapping[str, str] = MappingProxyType({"c": "symlab.core.backends.c.executable"})


@dataclass(frozen=True, eq=False)
class Interface:
    """How a compiled function is called: names of its inputs, shared variables by interned leaf, result layout."""

    names: tuple[str | None, ...]
    shared: Mapping[Expr, Any]
    layout: str  # 's'ingle, 'l'ist, 'n'one, 'd'ict
    keys: tuple[Any, ...]
    convert: Callable[..., tuple[Any, ...]]
    details: Any


class Executable(Protocol):
    """A compiled function."""

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


def available(wanted: str, config: Config) -> tuple[Backend | None, str | None]:
    """The back end for a mode, or None (the reference evaluator) with the reason where it was not asked for."""
    name = config.backend if wanted == "auto" else wanted
    if name == "reference":
        return None, None
    backend: Backend = importlib.import_module(BACKENDS["c" if name == "auto" else name]).BACKEND
    reason = backend.usable(config)
    return (None, reason) if reason else (backend, None)
