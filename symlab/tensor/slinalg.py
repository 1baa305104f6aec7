"""Linear algebra under the names of Theano's `tensor.slinalg`; the functions are those of `T.linalg`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symlab.core.ir.errors import InvalidValue, message
from symlab.core.ops.operators import Variable
from symlab.tensor.linalg import (
    block_diag,
    cho_solve,
    cholesky,
    eigvalsh,
    expm,
    kron,
    lu,
    lu_factor,
    lu_solve,
    ordqz,
    qz,
    schur,
    solve,
    solve_continuous_lyapunov,
    solve_discrete_are,
    solve_discrete_lyapunov,
    solve_sylvester,
    solve_triangular,
)

# fmt: off
__all__ = [
    "Cholesky", "CholeskySolve", "Eigvalsh", "Expm",
    "Solve", "SolveTriangular", "block_diag", "cho_solve", "cholesky", "eigvalsh", "expm", "kron", "lu",
    "lu_factor", "lu_solve", "ordqz", "qz", "schur", "solve", "solve_continuous_lyapunov", "solve_discrete_are",
    "solve_discrete_lyapunov",
    "solve_lower_triangular", "solve_sylvester", "solve_symmetric", "solve_triangular", "solve_upper_triangular",
]
# fmt: on

Function = Callable[..., Variable]
STRUCTURES = ("general", "symmetric", "lower_triangular", "upper_triangular")


def solve_lower_triangular(a: Any, b: Any) -> Variable:
    """The x with a x = b, of whose a the lower half is read."""
    return solve_triangular(a, b, lower=True)


def solve_upper_triangular(a: Any, b: Any) -> Variable:
    """The x with a x = b, of whose a the upper half is read."""
    return solve_triangular(a, b, lower=False)


def solve_symmetric(a: Any, b: Any) -> Variable:
    """The x with a x = b, of whose symmetric a the upper half is read."""
    return solve(a, b, assume_a="sym")


# Theano's classes, each of which makes a function


def Cholesky(lower: bool = True, on_error: str = "raise") -> Function:
    """The function that gives a triangular factor; what is not positive definite raises, or gives nan."""
    return lambda x: cholesky(x, lower, on_error=on_error)


def CholeskySolve(lower: bool = True, check_finite: bool = True, **options: Any) -> Function:
    """The function that solves equations with a triangular factor of their matrix."""
    return lambda c, b: cho_solve((c, lower), b, **options)


def SolveTriangular(lower: bool = False, trans: int = 0, unit_diagonal: bool = False, **options: Any) -> Function:
    """The function that solves triangular equations."""
    return lambda a, b: solve_triangular(a, b, lower=lower, trans=trans, unit_diagonal=unit_diagonal)


def Solve(A_structure: str = "general", lower: bool = False, **options: Any) -> Function:
    """The function that solves equations with a matrix of this structure, or of that which `assume_a` names."""
    if "assume_a" in options:
        kind = options.pop("assume_a")
        if kind not in ("gen", "sym", "her", "pos"):
            raise InvalidValue(message(f"{kind!r} is not a recognized matrix structure", (), ["'gen', 'sym' or 'pos'"]))
        return lambda a, b: solve(a, b, assume_a=kind, lower=lower, **options)
    if A_structure not in STRUCTURES:
        raise InvalidValue(message(f"there is no structure {A_structure!r}", (), [", ".join(STRUCTURES)]))
    if A_structure.endswith("triangular"):
        return lambda a, b: solve_triangular(a, b, lower=A_structure.startswith("lower"))
    return lambda a, b: solve(a, b, assume_a=A_structure, lower=lower)


def Eigvalsh(lower: bool = True) -> Function:
    """The function that gives eigenvalues of Hermitian matrices."""
    return lambda a, b=None: eigvalsh(a, b, lower=lower)


def Expm() -> Function:
    """The function that gives exponentials of matrices."""
    return expm
