"""Functions that build expressions over variables of their own, which have no test values: those come afterwards."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

from symlab.core.ir import config
from symlab.core.seams import seam


def untested() -> AbstractContextManager[Any]:
    """Within this context no test value is computed."""
    is_on = config.current().compute_test_value != "off"
    return config.configure(compute_test_value="off") if is_on else nullcontext()


Builds = TypeVar("Builds", bound=Callable[..., Any])


def tested_after(build: Builds) -> Builds:
    """The function, within which no test value is computed; those of what it gives are computed at the end."""

    @functools.wraps(build)
    def built(*args: Any, **options: Any) -> Any:
        if config.current().compute_test_value == "off":
            return build(*args, **options)
        with config.configure(compute_test_value="off"):
            found = build(*args, **options)
        seam("build.test_values")(found)
        return found

    return built  # type: ignore[return-value]
