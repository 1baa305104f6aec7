"""From C text to a loaded library, through the code cache."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType

from symlab.core.backends.c.compiler import cpu, find_compiler, library_suffix, missing
from symlab.core.backends.c.library import Library, load_library
from symlab.core.backends.c.render import LONG
from symlab.core.backends.cache import content_key, store
from symlab.core.ir.errors import CompileError

RUNTIME = Path(__file__).parent / "runtime"
FLAGS = (
    "-std=gnu11",
    "-fopenmp-simd",
    "-fno-math-errno",
    "-fno-trapping-math",
    "-ffp-contract=off",
    "-fwrapv",
    "-fno-strict-aliasing",
    "-fvisibility=default",
    "-w",
)
THOROUGH = ("-O2",)
QUICK = ("-O1", "-ftree-loop-vectorize")  # a third less time to compile, and loops nearly as fast
UNBRANCHED = ("-fno-tree-sink",)  # a call that is moved into the branch that needs it keeps its loop from vectors
INCLUDED = re.compile(r'^#include "([\w.]+)"', re.MULTILINE)
# Functions, and macros that define one: the first of our names that is followed by parameters or further arguments.
DEFINED = re.compile(r"^(?:(?:SL_INLINE|SL_RARE|SL_HELPER|static)\b|SL_\w+\().*?\b(sl_\w+)\s*[(,]", re.MULTILINE)
LIBRARY = re.compile(r"\b(?:fabs|fmod|copysign|round|signbit|isnan|isinf|isfinite)f?\(")
NAMED = re.compile(r"\bsl_\w+")
ATTRIBUTES = re.compile(r"\bSL_(?:INLINE|RARE)\b")  # which bits.h defines
VECTOR = re.compile(r"^SL_VECTOR_(?:double|float)\(", re.MULTILINE)
VECTOR_CALL = "vector_call.h"
VECTOR_FUNCTION = 8_000  # characters of a unit that take as long to compile as a function for vectors
ELSEWHERE = "#undef SL_VECTOR_FUNCTION\n#define SL_VECTOR_FUNCTION SL_VECTOR_ELSEWHERE\n"


def build_library(units: Sequence[str], flags: Sequence[str] = ()) -> Library:
    """The library of some translation units, compiled at the same time unless the cache has it."""
    compiler = find_compiler()
    if compiler is None:
        raise CompileError(missing())
    alone, headers = zip(*map(with_headers, units))
    texts = sharing(alone)
    speed = QUICK if sum(map(len, units)) > LONG else THOROUGH
    used = dict.fromkeys(text for found in headers for text in found)
    calls = UNBRANCHED if any(map(VECTOR.search, used)) else ()
    all_flags = (*FLAGS, *machine_flags(platform.machine()), *speed, *calls, *flags)
    key = content_key("kernel", [*texts, *used, *all_flags, compiler.identity, cpu()])

    def build(target: Path) -> None:
        sources = [target.with_suffix(f".{place}.c") for place in range(len(texts))]
        try:
            for source, text in zip(sources, texts, strict=True):
                source.write_text(text)
            compiler.compile(sources, target, [*all_flags, f"-I{RUNTIME}"], ["-lm"])
        finally:
            for source in sources:
                source.unlink(missing_ok=True)

    path = store(key, library_suffix(), build)
    try:
        return load_library(path)
    except CompileError:
        path.unlink(missing_ok=True)  # a broken entry, or one that has just been removed
    return load_library(store(key, library_suffix(), build))


def sharing(units: Sequence[str]) -> Sequence[str]:
    """Units that share the vector functions which any of them calls: each is defined in that which is shortest."""
    if len(units) == 1:
        return units
    shared = sorted({name for unit in units for name in included(INCLUDED.findall(unit)) if is_vector_function(name)})
    if not shared:
        return units
    lengths = [len(unit) for unit in units]
    defined = [[VECTOR_CALL] for _ in units]
    for name in shared:
        place = lengths.index(min(lengths))
        defined[place].append(name)
        lengths[place] += VECTOR_FUNCTION
    return [f"{includes(own)}{ELSEWHERE}{unit}" for own, unit in zip(defined, units, strict=True)]


def is_vector_function(name: str) -> bool:
    """Whether a header defines a function for vectors, which takes its time to compile."""
    return bool(VECTOR.search(runtime_texts()[name]))


def machine_flags(machine: str) -> tuple[str, ...]:
    """How to compile for this very processor, with its longest vectors."""
    if machine.lower() in ("x86_64", "amd64"):
        return "-march=native", "-mprefer-vector-width=512"
    return ("-mcpu=native",)


def with_headers(code: str) -> tuple[str, list[str]]:
    """The code with the runtime headers that it needs in front, and the texts of all of these."""
    homes = homes_of_functions()
    wanted = {homes[name] for name in NAMED.findall(code) if name in homes}
    wanted |= {"bits.h"} if ATTRIBUTES.search(code) else set()
    named = INCLUDED.findall(code)
    first = includes(sorted(wanted - set(named)))
    if LIBRARY.search(code):
        first = "#include <math.h>\n" + first
    texts = runtime_texts()
    return first + code, [texts[name] for name in included({*wanted, *named})]


def included(names: Iterable[str]) -> list[str]:
    """These headers and those that they include, in an order of its own."""
    texts = runtime_texts()
    found: dict[str, None] = {}
    waiting = sorted(names, reverse=True)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = None
            waiting += reversed(INCLUDED.findall(texts[name]))
    return list(found)


def includes(names: Iterable[str]) -> str:
    """The lines that include headers."""
    return "".join(f'#include "{name}"\n' for name in names)


@cache
def runtime_texts() -> Mapping[str, str]:
    """The runtime headers by name."""
    return MappingProxyType({path.name: path.read_text() for path in sorted(RUNTIME.glob("*.h"))})


@cache
def homes_of_functions() -> Mapping[str, str]:
    """Which header defines each function of the runtime."""
    return MappingProxyType(
        {name: header for header, text in runtime_texts().items() for name in DEFINED.findall(text)}
    )
