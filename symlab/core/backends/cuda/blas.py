"""Matrix products by cublasLt, where its library is found: never less exact than the dtype, tf32 is not used.

cublasLt counts along columns: it sees every matrix of ours as its transpose, so the product is made of b, then a.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from symlab.core.ir.errors import CompileError, message

COMPUTE = {"float32": 68, "float64": 70}  # CUBLAS_COMPUTE_32F, CUBLAS_COMPUTE_64F
DATA = {"float32": 0, "float64": 1}  # CUDA_R_32F, CUDA_R_64F
TURN_FIRST, TURN_SECOND, MOST_WORKSPACE = 3, 4, 1  # attributes of products and of preferences
ALIGNMENTS = (5, 6, 7, 8)  # further preferences: of both operands, of what is added, of the result
WORKSPACE = 32 << 20
MOST_ALIGNED = 256  # bytes; the library supposes as many unless it is told of fewer
DECLARATIONS = """
typedef struct { uint64_t algorithm[8]; size_t workspace; int state; float waves; int reserved[4]; } found_t;
int cublasLtCreate(void **);
int cublasLtMatmulDescCreate(void **, int, int);
int cublasLtMatmulDescSetAttribute(void *, int, const void *, size_t);
int cublasLtMatmulDescDestroy(void *);
int cublasLtMatrixLayoutCreate(void **, int, uint64_t, uint64_t, int64_t);
int cublasLtMatrixLayoutDestroy(void *);
int cublasLtMatmulPreferenceCreate(void **);
int cublasLtMatmulPreferenceSetAttribute(void *, int, const void *, size_t);
int cublasLtMatmulPreferenceDestroy(void *);
int cublasLtMatmulAlgoGetHeuristic(void *, void *, void *, void *, void *, void *, void *, int, found_t *, int *);
int cublasLtMatmul(void *, void *, const void *, const void *, void *, const void *, void *, const void *,
                   const void *, void *, void *, void *, const void *, void *, size_t, void *);
"""

Aligned = tuple[int, int, int]  # bytes, of a, b and the result


@dataclass(frozen=True)
class Seen:
    """A matrix as cublasLt sees it: its columns lie one after another in memory; and whether to turn it."""

    rows: int
    columns: int
    leading: int
    turned: bool


def seen(rows: int, columns: int, along_rows: int, along_columns: int) -> Seen | None:
    """How the transpose of a matrix with these strides is seen; None if neither its rows nor its columns are whole."""
    if along_columns == 1 and (along_rows >= columns or rows == 1):
        return Seen(columns, rows, max(along_rows, columns), False)
    if along_rows == 1 and (along_columns >= rows or columns == 1):
        return Seen(rows, columns, max(along_columns, rows), True)
    return None


def alignment(address: int) -> int:
    """The bytes to which an address is aligned, as far as it matters."""
    return min(address & -address, MOST_ALIGNED)


@dataclass(frozen=True)
class Library:
    """cublasLt, its handle, and the function that allocates on the device."""

    ffi: Any
    calls: Any
    handle: Any
    workspace: Any

    def made(self, name: str, *arguments: Any) -> Any:
        """What a function with this name creates."""
        found = self.ffi.new("void **")
        check(getattr(self.calls, f"cublasLt{name}Create")(found, *arguments))
        return found[0]

    def set(self, name: str, target: Any, key: int, kind: str, value: int) -> None:
        """Set an attribute."""
        number = self.ffi.new(f"{kind} *", value)
        check(getattr(self.calls, f"cublasLt{name}SetAttribute")(target, key, number, self.ffi.sizeof(kind)))


def check(status: int) -> None:
    """Raise if a call did not succeed."""
    if status:
        raise CompileError(message(f"cublasLt gave status {status}"))


class Multiplication:
    """The product of matrices of certain sizes, with the algorithm that cublasLt recommends for them.

    `aligned` are the bytes to which a, b and the result are: views may begin anywhere.
    """

    def __init__(
        self, library: Library, dtype: str, sizes: tuple[int, int], second: Seen, first: Seen, aligned: Aligned
    ) -> None:
        self.library, self.dtype = library, dtype
        (m, n), kind = sizes, DATA[dtype]
        self.layouts: list[Any] = []
        self.product = library.made("MatmulDesc", COMPUTE[dtype], kind)
        library.set("MatmulDesc", self.product, TURN_FIRST, "int32_t", int(second.turned))
        library.set("MatmulDesc", self.product, TURN_SECOND, "int32_t", int(first.turned))
        result = Seen(n, m, n, False)
        self.layouts = [
            library.made("MatrixLayout", kind, item.rows, item.columns, item.leading)
            for item in (second, first, result)
        ]
        self.found = self.recommended(aligned)

    def recommended(self, aligned: Aligned) -> Any:
        """The algorithm for these sizes, None if the library has none."""
        library = self.library
        preference = library.made("MatmulPreference")
        library.set("MatmulPreference", preference, MOST_WORKSPACE, "uint64_t", WORKSPACE)
        a, b, written = aligned
        for key, value in zip(ALIGNMENTS, (b, a, written, written)):
            library.set("MatmulPreference", preference, key, "uint32_t", value)
        found, count = library.ffi.new("found_t *"), library.ffi.new("int *")
        second, first, result = self.layouts
        status = library.calls.cublasLtMatmulAlgoGetHeuristic(
            library.handle, self.product, second, first, result, result, preference, 1, found, count
        )
        library.calls.cublasLtMatmulPreferenceDestroy(preference)
        return found if status == 0 and count[0] else None

    def __call__(self, a: int, b: int, result: int, alpha: float, beta: float) -> None:
        """result = alpha a b + beta result, on the device's default stream."""
        library, ffi = self.library, self.library.ffi
        kind = "float *" if self.dtype == "float32" else "double *"
        second, first, layout = self.layouts
        pointers = [ffi.cast("void *", address) for address in (b, a, result)]
        check(
            library.calls.cublasLtMatmul(
                library.handle, self.product, ffi.new(kind, alpha), pointers[0], second, pointers[1], first,
                ffi.new(kind, beta), pointers[2], layout, pointers[2], layout, self.found,
                ffi.cast("void *", int(library.workspace)), WORKSPACE, ffi.NULL,
            )
        )  # fmt: skip

    def __del__(self) -> None:
        if not hasattr(self, "product"):
            return
        for layout in self.layouts:
            self.library.calls.cublasLtMatrixLayoutDestroy(layout)
        self.library.calls.cublasLtMatmulDescDestroy(self.product)


@cache
def interface() -> tuple[Any, Any] | None:
    """The library and how it is called, if it is found."""
    if importlib.util.find_spec("cuda") is None or importlib.util.find_spec("cuda.pathfinder") is None:
        return None
    pathfinder: Any = import_module("cuda.pathfinder")
    try:
        found = pathfinder.load_nvidia_dynamic_lib("cublasLt")
    except pathfinder.DynamicLibNotFoundError:
        return None
    ffi = import_module("cffi").FFI()
    ffi.cdef(DECLARATIONS)
    return ffi, ffi.dlopen(found.abs_path)


@cache
def library_for(device: Any) -> Library | None:
    """cublasLt on a device; None where it is not found or does not start there."""
    found = interface()
    if found is None:
        return None
    ffi, calls = found
    handle = ffi.new("void **")
    if calls.cublasLtCreate(handle):
        return None
    return Library(ffi, calls, handle[0], device.alloc(WORKSPACE))


def multiplication(device: Any, dtype: str, sizes: tuple[int, ...], aligned: Aligned) -> Multiplication | None:
    """The product of these sizes and strides (m, n, k, a's, b's, sign, stack), if cublasLt can carry it out."""
    m, n, k, a0, a1, b0, b1, _, stack = sizes[:9]
    if dtype not in DATA or stack != 1 or not (m and n and k):
        return None
    first, second = seen(m, k, a0, a1), seen(k, n, b0, b1)
    library = library_for(device)
    if library is None or first is None or second is None:
        return None
    made = Multiplication(library, dtype, (m, n), second, first, aligned)
    return None if made.found is None else made
