"""A matrix product as a CUDA function: blocks of the result, whose operands pass through shared memory tile by tile.

Each of 16 x 16 threads keeps 4 x 4 elements of a 64 x 64 block in registers. Every element is summed in the order of
the inner axis, so that the result does not depend on how threads run.
"""

from __future__ import annotations

from dataclasses import dataclass

from symlab.core.backends.cuda.dialect import CUDA
from symlab.core.lower.program import Matrix, ProductCall
from symlab.core.lower.sizes import Size, Sizes, product

SIDE = 16  # threads along each side of a block
EACH = 4  # rows and columns of a thread
TILE = SIDE * EACH
DEPTH = 16  # of a tile along the inner axis

TEXT = """\
    __shared__ {kind} left[{depth}][{tile} + 1], right[{depth}][{tile} + 1];
    const int x = threadIdx.x, y = threadIdx.y, thread = y * {side} + x;
{factor}
    const int64_t rows = (m + {tile} - 1) / {tile}, columns = (n + {tile} - 1) / {tile};
    for (int64_t block = blockIdx.x; block < rows * columns * stack; block += gridDim.x) {{
        const int64_t row = block / columns % rows * {tile}, column = block % columns * {tile};
        int64_t rest = block / (rows * columns);
        const {kind} *a = a_start, *b = b_start;
        {kind} *c = c_start + rest * m * n;
{stacks}
        {total} sum[{each}][{each}] = {{}};
        for (int64_t first = 0; first < k; first += {depth}) {{
            for (int at = thread; at < {tile} * {depth}; at += {side} * {side}) {{
                const int deep = a1 == 1 ? at % {depth} : at / {tile}, wide = a1 == 1 ? at / {depth} : at % {tile};
                const bool inside = row + wide < m && first + deep < k;
                left[deep][wide] = inside ? a[(row + wide) * a0 + (first + deep) * a1] : ({kind})0;
            }}
            for (int at = thread; at < {tile} * {depth}; at += {side} * {side}) {{
                const int deep = b1 == 1 ? at / {tile} : at % {depth}, wide = b1 == 1 ? at % {tile} : at / {depth};
                const bool inside = column + wide < n && first + deep < k;
                right[deep][wide] = inside ? b[(first + deep) * b0 + (column + wide) * b1] : ({kind})0;
            }}
            __syncthreads();
            for (int deep = 0; deep < {depth}; deep++)
                for (int i = 0; i < {each}; i++)
                    for (int j = 0; j < {each}; j++)
                        sum[i][j] = {accumulated};
            __syncthreads();
        }}
        for (int i = 0; i < {each}; i++)
            for (int j = 0; j < {each}; j++) {{
                const int64_t to_row = row + y + i * {side}, to_column = column + x + j * {side};
                if (to_row >= m || to_column >= n) continue;
                {kind} *target = c + to_row * n + to_column;
                *target = {result};
            }}
    }}
"""


@dataclass(frozen=True)
class ProductFunction:
    """A product's name, text and arguments: pointers, then sizes."""

    name: str
    text: str
    pointers: tuple[tuple[int, Size], ...]
    sizes: Sizes


def product_function(step: ProductCall) -> ProductFunction:
    """The function for a product, which all of its dtype, number of stacks' axes and number of scalars share."""
    dtype = step.node.type.dtype
    kind = CUDA.in_memory(dtype)
    rank, scalars = len(step.stack), len(step.scalars)
    name = f"product_{dtype.name}_{rank}_{scalars}{'_added' if step.beta else ''}"
    total = kind if dtype.kind == "f" else "uint64_t" if dtype.kind in "iu" else "int"
    factor = " * ".join(["sign", *(f"*f{place}" for place in range(scalars))])
    scaled = "factor * sum[i][j]"
    add = "|" if dtype.kind == "b" else "+"
    pair = f"left[deep][y + i * {SIDE}]", f"right[deep][x + j * {SIDE}]"
    accumulated = f"sum[i][j] {add} {pair[0]} * {pair[1]}"
    if dtype.kind == "f":
        accumulated = f"fma{CUDA.suffix(dtype)}({pair[0]}, {pair[1]}, sum[i][j])"
    stacks = [
        f"        {{ const int64_t at = rest % s{axis}; rest /= s{axis}; a += at * sa{axis}; b += at * sb{axis}; }}"
        for axis in reversed(range(rank))
    ]
    text = TEXT.format(
        kind=kind, depth=DEPTH, tile=TILE, side=SIDE, each=EACH, total=total, accumulated=accumulated,
        factor=f"    const {kind} factor = ({kind})({factor});",
        stacks="\n".join(stacks),
        result=f"({kind})(*target {add} {scaled})" if step.beta else f"({kind})({scaled})",
    )  # fmt: skip
    parameters = [f"const {kind} *{pointer}" for pointer in ("a_start", "b_start")] + [f"{kind} *c_start"]
    parameters += [f"const {kind} *f{place}" for place in range(scalars)]
    sizes = ["m", "n", "k", "a0", "a1", "b0", "b1", "sign", "stack"]
    sizes += [f"{letter}{axis}" for axis in range(rank) for letter in ("s", "sa", "sb")]
    parameters += [f"int64_t {size}" for size in sizes]
    head = f'extern "C" __global__ void {name}({", ".join(parameters)}) {{\n'
    return ProductFunction(name, f"{head}{text}}}\n", pointers_of(step), sizes_of(step))


def pointers_of(step: ProductCall) -> tuple[tuple[int, Size], ...]:
    """Buffers and offsets of operands, result and scalars."""
    return (*(start(matrix) for matrix in (step.a, step.b, step.result)), *((number, 0) for number in step.scalars))


def start(matrix: Matrix) -> tuple[int, Size]:
    """Where a matrix begins."""
    return matrix.buffer, matrix.offset


def sizes_of(step: ProductCall) -> Sizes:
    """Sizes and strides in the order of the parameters."""
    rank = len(step.stack)
    found: list[Size] = [step.m, step.n, step.k, *step.a.strides[-2:], *step.b.strides[-2:], step.sign]
    found.append(product(step.stack))
    for axis in range(rank):
        found += [step.stack[axis], step.a.strides[axis], step.b.strides[axis]]
    return tuple(found)


def blocks_of(sizes: tuple[int, ...]) -> int:
    """How many blocks a product has."""
    m, n, stack = sizes[0], sizes[1], sizes[8]
    return -(-m // TILE) * -(-n // TILE) * stack
