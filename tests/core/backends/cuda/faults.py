"""Faults planted into generated kernels, one at a time, at each place where one may stand."""

from __future__ import annotations

import re
from collections.abc import Iterator

KERNELS = 'extern "C" __global__'
COUNT = r"\(?[\w*+ ]+\)?"  # a size: a number, a name, or a sum of products

# Each fault: what it is planted into, and what stands there instead.
FAULTS: dict[str, tuple[str, str]] = {
    "a barrier left out": (r"(?m)^\s*__syncthreads\(\);[^\n]*\n", ""),
    "one element too many": (rf"(for \(int64_t (?:i|j|block) = [^;]*; \w+ < {COUNT});", r"\1 + 1;"),
    "a part of a loop too long": (r"(for \(int64_t j = begin \+ lane; j < end);", r"\1 + 1;"),
    "one part of a loop too many": (r"(for \(int64_t c = lane; c < chunks);", r"\1 + 1;"),
    "one position too many": (rf"(const bool active = first \+ slot < {COUNT});", r"\1 + 1;"),
    "a tile beyond its matrix": (r"(row \+ wide < m|column \+ wide < n|first \+ deep < k)\b", r"\1 + 1"),
    "a result beyond its matrix": (r"(to_row|to_column) >= (m|n)\b", r"\1 > \2"),
    "a total without its last step": (r"(for \(int width = lanes / 2; width) > 0;", r"\1 > 1;"),
    "blocks that overlap": (r"\+= gridDim\.x \* \(int64_t\)(blockDim\.x|slots)", r"+= (int64_t)\1"),
    "blocks of a product that overlap": (r"block \+= gridDim\.x", "block += 1"),
    "all lanes write": (r"if \(active && lane == 0 && ", "if (active && "),
    "all threads write": (r"if \(blockIdx\.x \+ blockIdx\.y \+ threadIdx\.x \+ threadIdx\.y == 0\)", "if (true)"),
}
# The same for the look at indices, which is told by what it refuses.
OF_BOUNDS: dict[str, tuple[str, str]] = {
    "the size as an index": (r"at >= size", "at > size"),
    "one below the smallest index": (r"at < -size", "at < -size - 1"),
    "an index too many": (r"i < count;", "i < count + 1;"),
    "threads that do not wait": (r"atomicMin\(first, \(unsigned long long\)i\)", "*first = i"),
}


def planted(source: str, fault: tuple[str, str]) -> Iterator[str]:
    """The text with a fault, for each place where it may stand."""
    pattern, instead = fault
    for found in re.compile(pattern).finditer(source, source.index(KERNELS)):
        yield source[: found.start()] + found.expand(instead) + source[found.end() :]
