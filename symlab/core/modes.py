"""Modes: which passes run, on which back end, watched by whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from symlab.core.ir.config import current
from symlab.core.ir.errors import ConfigError, message, near_names
from symlab.core.pipeline import DEFAULT, FAST_COMPILE, Pipeline
from symlab.core.rewrite.rule import Rule


@dataclass(frozen=True)
class Mode:
    """A pipeline, a back end ("auto": C where there is a compiler) and the seam of the mode's checks, if any."""

    name: str = "custom"
    pipeline: Pipeline = field(default_factory=lambda: DEFAULT)
    backend: str = "auto"
    check: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def including(self, *names: str) -> Mode:
        """The mode with these passes or rules of the default pipeline added."""
        return replace(self, pipeline=self.pipeline.including(*names))

    def with_rules(self, *rules: Rule, into: str = "stabilize") -> Mode:
        """The mode with more rules in one of its passes, tried before the pass's own."""
        return replace(self, pipeline=self.pipeline.with_rules(*rules, into=into))

    def excluding(self, *names: str) -> Mode:
        """The mode without these passes or rules."""
        return replace(self, pipeline=self.pipeline.excluding(*names))


MODES: Mapping[str, Mode] = MappingProxyType(
    {
        "FAST_RUN": Mode("FAST_RUN", DEFAULT),
        "FAST_COMPILE": Mode("FAST_COMPILE", FAST_COMPILE, "reference"),
        "DebugMode": Mode("DebugMode", DEFAULT, "auto", "debug.DebugMode"),
        "NanGuardMode": Mode("NanGuardMode", DEFAULT, "auto", "debug.NanGuardMode"),
    }
)
MONITORED_LOOPS = Mode("MonitorMode", DEFAULT.before("fuse"), "reference", "debug.MonitorMode")  # they alone are told


ALIASES: Mapping[str, str] = MappingProxyType({"DebugMode": "debug_mode", "FAST_RUN": "mode"})  # Theano's


def as_mode(mode: Mode | str | None) -> Mode:
    """The mode, the one of that name, or the configured one; DEBUG_MODE, as Theano writes it, is DebugMode."""
    if isinstance(mode, Mode):
        return mode
    wanted = str(current().mode if mode is None else mode)
    for name, known in MODES.items():
        if wanted.lower() in (name.lower(), ALIASES.get(name)):
            return known
    tries = [near_names(wanted, MODES) or f"one of {', '.join(MODES)}"]
    raise ConfigError(message(f"there is no mode called {mode!r}", (), tries))
