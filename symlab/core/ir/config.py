"""Configuration: one frozen record, one table of keys, one reader of the environment.

`configure(...)` as a statement sets the value of the process; as `with` it overrides in that context. A function keeps
the configuration under which it was made.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, fields, replace
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any
from weakref import ref

from symlab.core.ir.errors import ConfigError, message, near_names

CHOICES: Mapping[str, tuple[str, ...]] = {
    "backend": ("auto", "c", "reference"),
    "device": ("cpu", "cuda", "auto"),
    "algebra": ("real", "floating"),
    "floatX": ("float16", "float32", "float64"),
    "compile": ("sync", "background"),
    "record": ("full", "names"),
    "compute_test_value": ("off", "ignore", "warn", "raise"),
    "manners": ("numpy", "theano"),
    "cast_policy": ("custom", "numpy+floatX"),
}

LEAST: Mapping[str, int] = {"threads": 1, "cache_size": 0, "release_gil_at": 0}


def _default_cache() -> str:
    return str(Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "symlab")


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting, its type and its default."""

    backend: str = "auto"
    device: str = "cpu"
    mode: str = "FAST_RUN"
    threads: int = 1
    algebra: str = "real"
    floatX: str = "float64"
    deterministic: bool = False
    reuse_outputs: bool = True
    release_gil_at: int = 20_000
    cache_dir: str = field(default_factory=_default_cache)
    cache_size: int = 2_000_000_000
    cc: str = ""
    cc_flags: str = ""
    compile: str = "sync"
    record: str = "full"
    rewrite_seconds: float = 60.0
    seed: int = 0
    on_unused_input: str = "raise"
    compute_test_value: str = "off"
    manners: str = "numpy"  # "theano": `if x:` is true, exp of int8 is float32, sums of float32 run in float64
    cast_policy: str = "custom"  # "numpy+floatX": arange as NumPy's, but of dtype floatX where none is asked for


KEYS: Mapping[str, type] = {item.name: type(getattr(Config(), item.name)) for item in fields(Config)}
_overrides: ContextVar[Config | ref[configure] | None] = ContextVar("symlab_config", default=None)


@dataclass
class _Process:
    """The value that holds where no context overrides it."""

    value: Config | None = None


_process = _Process()


def current() -> Config:
    """The configuration in force here."""
    override = _overrides.get()
    if override is not None and (override := overriding()) is not None:
        return override
    if _process.value is None:
        _process.value = _initial()
    return _process.value


def overriding() -> Config | None:
    """What holds in this context instead of the value of the process."""
    override = _overrides.get()
    if not isinstance(override, ref):
        return override
    waiting = override()
    if waiting is not None:
        waiting.settle()
    return None


def checked(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with values of the right type, or an error that names the key."""
    return {key: _checked_value(key, value) for key, value in settings.items()}


def _checked_value(key: str, value: Any) -> Any:
    if key not in KEYS:
        tries = [near_names(key, KEYS) or f"one of {', '.join(KEYS)}"]
        raise ConfigError(message(f"there is no setting called {key!r}", (), tries))
    kind = KEYS[key]
    if isinstance(value, Path):
        value = str(value)
    if kind is float and type(value) is int:
        value = float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ConfigError(message(f"{key} must be of type {kind.__name__}, and {value!r} is not"))
    if isinstance(value, int) and value < LEAST.get(key, value):
        raise ConfigError(message(f"{key} must be {LEAST[key]} or more, and is {value}", (), [f"{key}={LEAST[key]}"]))
    if key in CHOICES and value not in CHOICES[key]:
        raise ConfigError(message(f"{key} cannot be {value!r}", (), [f"one of {', '.join(CHOICES[key])}"]))
    return value


def _initial() -> Config:
    return replace(Config(), **checked({**_from_file(), **_from_environment()}))


@cache
def _from_file() -> dict[str, Any]:
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    path = folder / "symlab" / "config.toml"
    return tomllib.loads(path.read_text()) if path.is_file() else {}


def _from_environment() -> dict[str, Any]:
    names = {f"SYMLAB_{key.upper()}": key for key in KEYS}
    return {key: _parsed(key, os.environ[name]) for name, key in names.items() if name in os.environ}


def _parsed(key: str, text: str) -> Any:
    kind = KEYS[key]
    if kind is bool:
        lowered = text.strip().lower()
        if lowered in ("1", "true", "yes", "on"):
            return True
        if lowered in ("0", "false", "no", "off", ""):
            return False
        raise ConfigError(message(f"SYMLAB_{key.upper()} must be true or false, and is {text!r}"))
    try:
        return kind(text)
    except ValueError:
        problem = f"SYMLAB_{key.upper()} must be of type {kind.__name__}, and is {text!r}"
        raise ConfigError(message(problem)) from None


class configure:
    """Set values for the process (as a statement) or for a block (as `with`).

    Which of the two it is, is known after it is made: by then this context has asked for the configuration, or nothing
    holds the object any more (a statement), or has entered it. Until then no other thread sees the values.
    """

    def __init__(self, **settings: Any) -> None:
        self._waits = False  # a setting that is refused leaves an object that is nothing
        self._changes = checked(settings)
        self._before, self._outer = current(), overriding()
        self._after = replace(self._before, **self._changes)
        self._stated, self._waits = True, self._outer is None
        self._left: list[Config | ref[configure] | None] = []  # what held before each entering
        _overrides.set(ref(self) if self._waits else self._after)

    def settle(self) -> None:
        """Be a statement: the values hold for the process."""
        if self._waits:
            self._waits = False
            _process.value = self._after
            if isinstance(_overrides.get(), ref):  # not where this runs within the block of another thread
                _overrides.set(None)

    def __del__(self) -> None:
        if self._waits:
            self.settle()

    def __enter__(self) -> Config:
        if self._stated:
            self.take_back()
        self._left.append(overriding())
        _overrides.set(replace(current(), **self._changes))
        return current()

    def take_back(self) -> None:
        """Be no statement after all: what held before the object was made holds again."""
        if self._outer is None and not self._waits and _process.value is self._after:
            _process.value = self._before
        override = _overrides.get()
        if override is self._after or (isinstance(override, ref) and override() is self):
            _overrides.set(self._outer)
        self._stated = self._waits = False

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _overrides.set(self._left.pop())

    def __repr__(self) -> str:
        self.settle()
        changed = (key for key in KEYS if getattr(self._after, key) != getattr(self._before, key))
        return f"configure({', '.join(f'{key}={getattr(self._after, key)!r}' for key in changed)})"


class Settings:
    """Theano's writable names over the same configuration: `config.floatX = "float32"`."""

    def __getattr__(self, name: str) -> Any:
        if name not in KEYS:
            raise AttributeError(message(f"there is no setting called {name!r}", (), [near_names(name, KEYS)]))
        return getattr(current(), name)

    def __setattr__(self, name: str, value: Any) -> None:
        configure(**{name: value})

    def __dir__(self) -> Iterator[str]:
        return iter(KEYS)

    def __repr__(self) -> str:
        return repr(current())

    def change_flags(self, **settings: Any) -> configure:
        """`configure(...)` under Theano's name."""
        return configure(**settings)


config = Settings()
