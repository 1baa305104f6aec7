"""How many blocks and threads a launch has: a function of sizes alone, so that results are the same on every device."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from symlab.core.backends.cuda.render import Launch
from symlab.core.backends.cuda.render_kernel import THREADS
from symlab.core.backends.cuda.render_product import SIDE, blocks_of
from symlab.core.lower.evaluate import SizeValues
from symlab.core.lower.kernel import Kernel, Store
from symlab.core.lower.sizes import product

MOST_BLOCKS = 1 << 16
FEWEST_BLOCKS = 512  # with fewer, long loops are cut into chunks
WANTED_BLOCKS = 1024
LEAST_EACH = 8  # elements that a thread of a chunk folds
SLOTS = 32  # positions side by side where memory runs along them: a warp reads one row


@dataclass(frozen=True)
class Grid:
    """Blocks and threads of one launch; of a kernel with loops, which of them it runs, cut into how many chunks."""

    blocks: tuple[int, int, int]
    threads: tuple[int, int, int]
    loops: tuple[int, int] | None = None
    parts: int = 0  # bytes of totals


def power_above(count: int) -> int:
    """The smallest power of two that is not below a number."""
    return 1 << max(count - 1, 0).bit_length()


def grids(launch: Launch, values: SizeValues) -> Iterator[Grid]:
    """The launches of a step."""
    if launch.kernel is None:
        yield from grids_of_routine(launch, values.all(launch.sizes))
        return
    kernel = launch.kernel
    positions = values.of(product(kernel.outer))
    loops = [values.of(product(stage.axes)) for stage in kernel.stages if stage.axes]
    if not positions:
        if any(isinstance(item, Store) for item in kernel.prologue):
            yield Grid((1, 1, 1), (1, 1, 1), (-1, 1) if loops else None)
    elif kernel.ordered:
        yield Grid((1, 1, 1), (1, 1, 1))
    elif not loops:
        yield over(positions)
    else:
        yield from grids_of_loops(launch, kernel, positions, loops)


def over(count: int) -> Grid:
    """Threads that take elements one by one."""
    threads = min(THREADS, max(32, power_above(count)))
    return Grid((min(-(-count // threads), MOST_BLOCKS), 1, 1), (threads, 1, 1))


def grids_of_routine(launch: Launch, sizes: tuple[int, ...]) -> Iterator[Grid]:
    """The launch of a product or of a look at indices."""
    if launch.name.startswith("bounds"):
        if sizes[0]:
            yield over(sizes[0])
    elif blocks_of(sizes):
        yield Grid((min(blocks_of(sizes), MOST_BLOCKS), 1, 1), (SIDE, SIDE, 1))


def grids_of_loops(launch: Launch, kernel: Kernel, positions: int, loops: list[int]) -> Iterator[Grid]:
    """One launch for all loops; or one for each loop and one for what follows, where only chunks fill the device."""
    longest = max(loops)
    if kernel.columns:
        slots = min(SLOTS, power_above(positions))
        lanes = min(THREADS // slots, power_above(longest))
    else:
        lanes = min(THREADS, power_above(longest))
        slots = 1
    slots = min(max(slots, THREADS // lanes), power_above(positions))
    blocks = min(-(-positions // slots), MOST_BLOCKS)
    threads = (slots, lanes, 1) if kernel.columns else (lanes, slots, 1)
    chunks = 1
    if launch.divisible and blocks < FEWEST_BLOCKS:
        chunks = max(1, min(longest // (lanes * LEAST_EACH), -(-WANTED_BLOCKS // blocks)))
    parts = 8 * launch.folds * positions * chunks
    if chunks == 1:
        yield Grid((blocks, 1, 1), threads, (-1, 1))
        return
    for number in range(len(loops)):
        yield Grid((blocks, chunks, 1), threads, (number, chunks), parts)
    yield Grid((blocks, 1, 1), threads, (len(loops), chunks), parts)
