"""The Python half of a call, for the tests of the call path: names, conversion, errors in words, and the test kernels.

Two variables of the environment put other builds under the same tests, mutants and sanitized ones; a third says after
how many seconds a thread that does not end is taken for a deadlock.
"""

from __future__ import annotations

import inspect
import os
import re
import threading
import time
import traceback
from pathlib import Path
from typing import Any

import numpy as np

from symlab.core.backends.c.callobject import call_object, load_extension
from symlab.core.backends.c.compiler import find_compiler
from symlab.core.backends.c.library import load_library
from symlab.core.backends.cache import content_key, store
from symlab.core.ir.errors import NodeError

HERE = Path(__file__).parent
EXTENSION, KERNELS = "CALLPATH_EXTENSION", "CALLPATH_KERNELS"
PATIENCE = float(os.environ.get("CALLPATH_PATIENCE", "120"))
SYMBOLS = re.compile(r"\b(\w+_(?:plan|run|commit))\(")


SOURCE = HERE / "callpath_kernels.c"


def built_kernels() -> Path:
    """The compiled test kernels."""
    if KERNELS in os.environ:
        return Path(os.environ[KERNELS])
    compiler = find_compiler()
    key = content_key("kernels", [SOURCE.read_bytes(), compiler.identity])
    return store(key, ".so", lambda target: compiler.compile([SOURCE], target, ["-O3", "-march=native"]))


extension = load_extension(Path(os.environ[EXTENSION])) if EXTENSION in os.environ else call_object()[0]
library = load_library(built_kernels(), [*SYMBOLS.findall(SOURCE.read_text()), "gate"])
gate = library.table("gate", np.int64, 3)
CompiledCall, SharedCell = extension.CompiledCall, extension.SharedCell

DOUBLE, INT64 = np.dtype("f8").num, np.dtype("i8").num
V, S, N = (DOUBLE, (-1,)), (DOUBLE, ()), (INT64, ())
EIGHT = (DOUBLE, (8,))
ONE = (DOUBLE, (1,))
BIG = 1 << 18
DTYPES = {np.dtype(letter).num: letter for letter in "?bBhHiIlLqQefdFD"}


class SlowPath:
    """`convert` and `explain` of one function; runs only when the fast path declines."""

    def __init__(self, names: list[str], inputs: Any, cells: Any, messages: Any) -> None:
        self.inputs, self.cells, self.messages, self.calls = inputs, cells, messages, 0
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        self.signature = inspect.Signature([inspect.Parameter(name, kind) for name in names])

    def convert(self, args: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[Any, ...]:
        self.calls += 1
        for position, (cell, number, sizes) in enumerate(self.cells):
            check(f"shared variable {position}", cell.get_value(borrow=True), number, sizes, exact=True)
        given = self.signature.bind(*args, **keywords).arguments
        return tuple(check(name, given[name], *spec) for name, spec in zip(given, self.inputs, strict=True))

    def explain(self, code: int, node: int, values: tuple[int, ...], sizes: tuple[int, ...]) -> Exception:
        text, where = self.messages.get(node, ("code {code}, values {values}", "?"))
        return NodeError(f"node {node} ({where}): " + text.format(*values, code=code, values=values))


def check(name: str, value: Any, number: int, sizes: tuple[int, ...], exact: bool = False) -> Any:
    """The value as the fast path takes it, or an error that says what is wrong with it."""
    wanted, array = np.dtype(DTYPES[number]), np.asarray(value)
    is_python = isinstance(value, (int, float, complex, list)) and not isinstance(value, np.generic)
    if array.dtype != wanted and (exact or not np.can_cast(array.dtype, wanted, "same_kind" if is_python else "safe")):
        raise TypeError(f"{name} must be {wanted}, and is {array.dtype}")
    if array.ndim != len(sizes):
        raise TypeError(f"{name} must have {len(sizes)} dimensions, and has {array.ndim}: shape {array.shape}")
    for axis, (size, known) in enumerate(zip(array.shape, sizes, strict=True)):
        if known not in (-1, size):
            raise ValueError(f"axis {axis} of {name} must have size {known}, and has {size}: shape {array.shape}")
    if exact and not (array.flags.c_contiguous and array.flags.aligned and array.dtype.isnative):
        raise TypeError(f"{name} is no longer aligned, native and C-contiguous: its flags were changed after borrowing")
    fits = array.flags.c_contiguous and array.flags.aligned and array.dtype.num == number and array.dtype.isnative
    return array if fits else np.array(value if is_python else array, wanted, order="C")


def function(run, names="", inputs=(), cells=(), outputs=(), updates=(), plan=None, commit=None, messages=(), **others):
    """A compiled function over one of the test kernels, by the kernels' names."""
    names = names.split() if isinstance(names, str) else names
    slow = SlowPath([name for name in names if isinstance(name, str)], inputs, cells, dict(messages))
    result = "s" if len(outputs) == 1 else "t" if outputs else "n"
    addresses = {"run": library.address(run), "plan": library.address(plan), "commit": library.address(commit)}
    operands = {"inputs": inputs, "cells": cells, "outputs": outputs, "updates": updates, "names": names}
    python = {"convert": slow.convert, "explain": slow.explain, "details": slow, "owner": library}
    given = {"result": result, "release_gil_at": 20_000, "reuse_outputs": True, **addresses, **python}
    given.update((key, tuple(value)) for key, value in operands.items())
    return CompiledCall(**{**given, **others})


LENGTHS = ("add cannot combine lengths {} and {}; try arrays of one length", "cell 3, line 1")


def add(**others):
    """x + y on vectors."""
    given = {"names": "x y", "inputs": [V, V], "outputs": [V], "plan": "add_plan", "messages": {7: LENGTHS}, **others}
    return function(**{"run": "add_run", **given})


def add0(**others):
    """a + b on numbers."""
    return function("add0_run", **{"names": "a b", "inputs": [S, S], "outputs": [S], **others})


def weights(n):
    """Cells W[n] and k, as a function takes them and by themselves."""
    W, k = SharedCell(np.zeros(n)), SharedCell(np.array(0.0))
    return [(W, *V), (k, *S)], W, k


def trainer(cells, in_place):
    """W becomes k + 1 everywhere and k becomes k + 1, at one moment."""
    run, commit = ("train2_run", "train2_commit") if in_place else ("train_run", None)
    return function(run, cells=cells, updates=[(0, in_place), (1, False)], plan="train_plan", commit=commit)


def predictor(cells):
    """Copies of W and k, read at one moment."""
    return function("predict_run", cells=cells, outputs=[V, S], plan="predict_plan")


def momentum(**others):
    """A step of gradient descent: five inputs, two updates, one output."""
    cells = [(SharedCell(np.zeros(8)), *EIGHT), (SharedCell(np.zeros(8)), *EIGHT)]
    return function("step_run", "x y t r d", [EIGHT] * 3 + [S] * 2, cells, [S], [(0, False), (1, False)], **others)


def failing(cells):
    """Writes half of its new values, then finds its index out of bounds."""
    messages = {42: ("index {} is out of bounds for size {}", "cell 9, line 2")}
    return function("fail_run", "i", [N], cells, [S], [(0, False), (1, False)], "fail_plan", messages=messages)


def dozer(**others):
    """Copies of an array and a number after a halt without the GIL, three results."""
    return function("doze_run", "x how", [V, S], (), [V, S, S], (), "doze_plan", **others)


def tarrier(cells):
    """A trainer in place that halts before it commits, and halfway through that."""
    return function("tarry_run", "a b", [S, S], cells, (), [(0, True), (1, False)], "tarry_plan", "tarry_commit")


def gazer(cells):
    """A reader that halts halfway."""
    return function("gaze_run", "how", [S], cells, [V, S], (), "gaze_plan")


def napper(cell, operand=S):
    """Adds 1 to a cell of one number after a halt without the GIL."""
    return function("nap_run", "how", [S], [(cell, *operand)], [], [(0, False)], "nap_plan")


class Paused:
    """A thread whose kernel has come to its pause; it goes on when the block ends, or a little later by itself."""

    def __init__(self, work, *args, by_itself=False):
        self.thread = threading.Thread(target=work, args=args)
        self.timer = threading.Timer(0.15 if by_itself else PATIENCE, self.go_on)

    def go_on(self):
        gate[1] = gate[0]

    def __enter__(self):
        before = int(gate[0])
        self.thread.start()
        while gate[0] == before:
            time.sleep(0.001)
        self.timer.start()

    def __exit__(self, *_):
        self.timer.cancel()
        self.go_on()
        self.thread.join()


def together(*work):
    """Run each in a thread of its own until all have ended; the first error is raised here."""
    errors = []

    def guarded(one):
        try:
            one()
        except BaseException:  # noqa: BLE001
            errors.append(traceback.format_exc())

    threads = [threading.Thread(target=guarded, args=(one,), daemon=True) for one in work]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + PATIENCE
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    assert not any(thread.is_alive() for thread in threads), "deadlock"
    assert not errors, errors[0]
