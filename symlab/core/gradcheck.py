"""Gradients against differences: whether the derivatives of an expression are those of its values."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from symlab.core.autodiff import grad
from symlab.core.backends.reference import evaluate
from symlab.core.ir.errors import GradientError, TypeMismatch, message
from symlab.core.ir.expr import Expr
from symlab.core.ir.types import array_type
from symlab.core.ops import reduce
from symlab.core.ops.elementwise import cast, mul
from symlab.core.ops.operators import Variable, constant, variable
from symlab.core.seams import seam

Array = np.ndarray[Any, Any]
Function = Callable[..., Any]

TOLERANCE: Mapping[str, float] = {"float64": 1e-6, "float32": 1e-3, "float16": 5e-2}
STEP = 2.0**-11  # a power of two, so that x + h and x - h are h apart exactly
FINE = 2.0**-9  # of the step, where a step may have crossed a place at which the derivative jumps
MANY = 4000  # values from which on they are computed by compiled code


def gradcheck(
    function: Function,
    point: Sequence[Any],
    *,
    rng: np.random.Generator | None = None,
    step: float = STEP,
    tolerance: float | None = None,
) -> float:
    """Compare the gradient of an expression with central differences of fourth order; return the largest error.

    `function` makes one expression of as many variables as there are arrays in `point`. Its elements are weighted with
    random numbers, so that one gradient checks all of them. Differences are taken in float64, whatever the dtype of
    the point; integers are held fixed. Where they differ from the gradient they are taken again with a finer step, as
    a step may change the order of elements or cross a kink. An error is relative to the larger of 1 and the number
    itself; one above `tolerance` (1e-6, 1e-3 or 5e-2 by dtype) raises a GradientError.
    """
    rng = rng or np.random.default_rng(0)
    arrays = [np.asarray(value) for value in point]
    narrow = [array.dtype for array in arrays if array.dtype.kind == "f"]
    if not narrow:
        raise TypeMismatch(message("a point of floating-point numbers is needed to differentiate at"))
    found, wide = gradients(function, arrays, rng)
    limit = TOLERANCE.get(min(narrow, key=lambda dtype: dtype.itemsize).name, 1e-6) if tolerance is None else tolerance
    worst = 0.0
    for place, array in enumerate(arrays):
        if array.dtype.kind == "f":
            expected = differences(wide, arrays, place, step)
            if largest(errors_of(found[place], expected))[0] > limit:
                expected = nearer(found[place], expected, differences(wide, arrays, place, step * FINE))
            worst = max(worst, compared(found[place], expected, place, limit))
    return worst


def verify_grad(
    fun: Function,
    pt: Sequence[Any],
    n_tests: int = 2,
    rng: Any = None,
    eps: float | None = None,
    abs_tol: float | None = None,
    rel_tol: float | None = None,
    **options: Any,
) -> None:
    """`gradcheck` with Theano's name and arguments: with `n_tests` weightings; the larger tolerance counts."""
    for name in options:
        if name not in ("out_type", "mode", "cast_to_output_type", "no_debug_ref"):
            raise TypeMismatch(message(f"verify_grad has no option called {name!r}"))
    generator = rng if isinstance(rng, np.random.Generator) else np.random.default_rng(0)
    given = [tolerance for tolerance in (abs_tol, rel_tol) if tolerance is not None]
    for _ in range(n_tests):
        gradcheck(fun, pt, rng=generator, step=eps or STEP, tolerance=max(given) if given else None)


class NumericGradient:
    """The gradient of a function of arrays, whose result is one number, by differences: `gf`, in the form of `pt`.

    `pt` is an array or a list of them; `eps` is the step, 2^-11 if nothing is said. `type_eps` has it by dtype.
    """

    type_eps: ClassVar[Mapping[str, float]] = MappingProxyType(dict.fromkeys(("float64", "float32", "float16"), STEP))

    def __init__(self, f: Callable[..., Any], pt: Any, eps: float | None = None, out_type: Any = None) -> None:
        arrays = [widened(np.array(item)) for item in (pt if isinstance(pt, (list, tuple)) else [pt])]
        several = [
            differences(lambda given: float(f(*given)), arrays, place, eps or STEP) for place in range(len(arrays))
        ]
        self.gf: Any = several if isinstance(pt, (list, tuple)) else several[0]

    @staticmethod
    def abs_rel_err(a: Any, b: Any) -> tuple[Array, Array]:
        """The absolute errors between two arrays, and those relative to the sum of their magnitudes."""
        first, second = np.asarray(a), np.asarray(b)
        apart = np.abs(first - second)
        return apart, apart / np.maximum(np.abs(first) + np.abs(second), 1e-8)

    def abs_rel_errors(self, g_pt: Any) -> list[tuple[Array, Array]]:
        """Both errors of gradients found in another way, one after another."""
        pairs = zip(self.listed(g_pt), self.listed(self.gf), strict=True)
        return [self.abs_rel_err(found, expected) for found, expected in pairs]

    def max_err(self, g_pt: Any, abs_tol: float, rel_tol: float) -> tuple[int, int, float, float]:
        """Where the tolerances are exceeded most: the argument, the place in it, and both errors there."""
        errors = self.abs_rel_errors(g_pt)
        excess = [np.minimum(absolute / abs_tol, relative / rel_tol).ravel() for absolute, relative in errors]
        argument = int(np.argmax([part.max(initial=0.0) for part in excess]))
        place = int(np.argmax(excess[argument]))
        absolute, relative = errors[argument]
        return argument, place, float(absolute.ravel()[place]), float(relative.ravel()[place])

    @staticmethod
    def listed(gradients: Any) -> list[Any]:
        """One gradient or several as a list."""
        return list(gradients) if isinstance(gradients, (list, tuple)) else [gradients]


def gradients(
    function: Function, arrays: Sequence[Array], rng: np.random.Generator
) -> tuple[list[Array | None], Callable[[Sequence[Array]], float]]:
    """The gradients of the weighted sum of a function's elements, and that sum as a function in float64.

    The function is called once, and may draw numbers, unless there are arrays to widen.
    """
    variables = inputs_like(arrays)
    output = function(*variables)
    values: dict[Expr, Any] = dict(zip(variables, arrays, strict=True))
    weights = rng.standard_normal(np.shape(evaluate([output], values)[0]))
    varying = [variable for variable in variables if variable.type.dtype.kind == "f"]
    cost = weighted(output, weights)
    slopes = grad(cost, varying, disconnected_inputs="ignore")
    computed = dict(zip(varying, evaluate(slopes, values), strict=True))
    wide = variables
    if any(array.dtype != widened(array).dtype for array in arrays):
        wide = inputs_like([widened(array) for array in arrays])
        cost = weighted(function(*wide), weights)

    if 4 * sum(array.size for array in arrays) > MANY:
        compiled = seam("function")(wide, cost, on_unused_input="ignore")
        return [computed.get(variable) for variable in variables], lambda point: float(compiled(*point))

    def compute(point: Sequence[Array]) -> float:
        values: dict[Expr, Any] = dict(zip(wide, point, strict=True))
        return float(evaluate([cost], values)[0])

    return [computed.get(variable) for variable in variables], compute


def inputs_like(arrays: Sequence[Array]) -> list[Variable]:
    """One input for each array, of its dtype and shape."""
    return [variable(array_type(array.dtype, array.shape), f"x{place}") for place, array in enumerate(arrays)]


def widened(array: Array) -> Array:
    """Floating-point numbers in float64."""
    return array.astype(np.float64) if array.dtype.kind == "f" else array


def weighted(output: Variable, weights: Array) -> Variable:
    """The sum of the elements, each times its weight."""
    products = mul(cast(output, dtype="float64"), constant(weights))
    return reduce.sum(products, axes=tuple(range(output.ndim)), keepdims=False)  # type: ignore[no-any-return]


def differences(compute: Callable[[Sequence[Array]], float], arrays: Sequence[Array], place: int, step: float) -> Array:
    """The derivatives with respect to the elements of one array, from four values each."""
    point = [widened(array).copy() for array in arrays]
    varied = point[place]
    result = np.zeros(varied.shape)
    for index in np.ndindex(varied.shape):
        middle = float(varied[index])
        size = step * 2.0 ** math.ceil(math.log2(max(1.0, abs(middle))))
        near, far = (central(compute, point, varied, index, times * size) for times in (1, 2))
        varied[index] = middle
        result[index] = (4 * near - far) / 3
    return result


def central(
    compute: Callable[[Sequence[Array]], float],
    point: Sequence[Array],
    varied: Array,
    index: tuple[int, ...],
    size: float,
) -> float:
    """The slope between two points at a distance of `size` on both sides; `varied` is put back."""
    middle = varied[index]
    varied[index] = middle + size
    above, right = compute(point), varied[index]
    varied[index] = middle - size
    below, left = compute(point), varied[index]
    varied[index] = middle
    return float((above - below) / (right - left))


def slopes_of(found: Array | None, expected: Array) -> Array:
    """A gradient in float64; without one, zeros."""
    return np.zeros(expected.shape) if found is None else found.astype(np.float64)


def errors_of(found: Array | None, expected: Array) -> Array:
    """How far the elements of a gradient are from others, relative to the larger of 1 and the numbers; inf for nan."""
    slopes = slopes_of(found, expected)
    errors = np.abs(slopes - expected) / np.maximum(1.0, np.maximum(np.abs(slopes), np.abs(expected)))
    return np.where(np.isnan(errors), np.inf, errors)


def largest(errors: Array) -> tuple[float, tuple[Any, ...]]:
    """The largest error and its place; 0 where there are none."""
    if not errors.size:
        return 0.0, ()
    index = np.unravel_index(np.argmax(errors), errors.shape)
    return float(errors[index]), index


def nearer(found: Array | None, *several: Array) -> Array:
    """Of several differences for each element the one that is nearest to the gradient."""
    errors = np.stack([errors_of(found, expected) for expected in several])
    return np.take_along_axis(np.stack(several), np.argmin(errors, 0)[np.newaxis], 0)[0]  # type: ignore[no-any-return]


def compared(found: Array | None, expected: Array, place: int, limit: float) -> float:
    """The largest error of one gradient, or a GradientError if it is above the limit."""
    error, index = largest(errors_of(found, expected))
    if not error <= limit:
        slopes = slopes_of(found, expected)
        where = f"argument {place}" + f", element {tuple(map(int, index))}" * bool(index)
        numbers = f"the gradient is {slopes[index]!r}, the difference quotient {expected[index]!r}"
        raise GradientError(message(f"{where}: {numbers}; the error {error:.3g} is above {limit:.3g}"))
    return error
