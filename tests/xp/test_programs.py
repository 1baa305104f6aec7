"""How operations run: by symlab's ops, at first evaluated, later compiled, with the same results."""

from __future__ import annotations

import inspect
from collections import Counter

import numpy as np
import pytest

import symlab as sl
import symlab.xp as xp
from symlab.core.backends.base import available
from symlab.core.ir import config
from symlab.xp import programs
from symlab.xp.tables import BINARY, UNARY


@pytest.fixture
def counted(monkeypatch):
    """How often each program ran, and how many nodes they have."""
    calls = Counter()
    run = programs.Program.__call__

    def counting(program, arrays):
        calls["programs"] += 1
        calls["nodes"] += program.nodes
        return run(program, arrays)

    monkeypatch.setattr(programs.Program, "__call__", counting)
    return calls


@pytest.fixture
def soon(monkeypatch):
    """Programs are compiled at their first call, and forgotten after the test."""
    programs.program_for.cache_clear()
    monkeypatch.setattr(programs, "WORTH", 0)
    yield
    programs.program_for.cache_clear()


def arguments_for(name):
    """Operands on which a function does something."""
    matrix, vector = xp.asarray([[4.0, 1.0], [1.0, 3.0]]), xp.asarray([2.0, 1.0])
    flags, numbers, complexes = xp.asarray([True, False]), xp.asarray([1, 2]), xp.asarray([1j, 2])
    special = {
        "arange": (3,), "linspace": (0, 1, 3), "eye": (2,), "full": (2, 1.0), "meshgrid": (vector, vector),
        "astype": (vector, xp.float32), "broadcast_to": (vector, (3, 2)), "broadcast_arrays": (vector, matrix),
        "concat": ([vector, vector],), "stack": ([vector, vector],), "expand_dims": (vector,),
        "moveaxis": (matrix, 0, 1), "permute_dims": (matrix, (1, 0)), "repeat": (vector, 2),
        "reshape": (matrix, (4,)), "roll": (vector, 1), "squeeze": (matrix[:1, ...], 0), "tile": (vector, (2,)),
        "take": (vector, numbers[:1]), "take_along_axis": (vector, numbers - 1), "where": (flags, vector, vector),
        "full_like": (vector, 2.0), "searchsorted": (xp.sort(vector), vector), "isin": (numbers, numbers),
        "clip": (vector, 0.0, 1.0), "matrix_power": (matrix, 3), "vecdot": (vector, vector),
        "cross": (xp.ones(3), xp.ones(3)), "fftfreq": (4,), "rfftfreq": (4,), "outer": (vector, vector),
        "logical_not": (flags,), "bitwise_invert": (numbers,), "imag": (complexes,),
    }  # fmt: skip
    if name in special:
        return special[name]
    kinds = {name: kinds for table in (UNARY, BINARY) for kinds, names in table.items() for name in names}
    operand = {"boolean": flags, "integer": numbers, "integer or boolean": numbers}.get(kinds.get(name), vector)
    if name in {name for names in BINARY.values() for name in names}:
        return operand, operand
    if name in ("zeros", "ones", "empty"):
        return (3,)
    if name in ("matmul", "tensordot", "solve"):
        return matrix, matrix
    if name in ("fft", "ifft", "irfft", "hfft", "fftn", "ifftn", "irfftn"):
        return (complexes,)
    is_matrix = name in xp.linalg.__all__ or name in ("tril", "triu", "matrix_transpose")
    return (matrix if is_matrix else operand,)


FROM_OUTSIDE = {"asarray", "from_dlpack"}  # bring values in
ABOUT_TYPES = {"broadcast_shapes", "can_cast", "isdtype", "result_type"}
FUNCTIONS = [
    (space, name)
    for space, module in (("", xp), ("linalg", xp.linalg), ("fft", xp.fft))
    for name in getattr(module, "__all__", [key for key in dir(module) if not key.startswith("_")])
    if inspect.isfunction(getattr(module, name)) and name not in FROM_OUTSIDE | ABOUT_TYPES
]


@pytest.mark.parametrize(("space", "name"), FUNCTIONS)
def test_every_function_is_run_by_ops(space, name, counted):
    function = getattr(getattr(xp, space) if space else xp, name)
    arguments = arguments_for(name)
    counted.clear()
    results = function(*arguments)
    assert counted["programs"] >= 1
    assert counted["nodes"] >= 1 or name == "positive"
    assert all(isinstance(part, xp.Array) for part in (results if isinstance(results, tuple) else (results,)))


def test_the_functions_are_all_there():
    assert len(FUNCTIONS) > 160


def test_operators_and_indices_are_run_by_ops(counted):
    x, steps = xp.asarray([1.0, 2.0, 3.0]), 0
    for call in (
        lambda: x + 1, lambda: 2 * x, lambda: x @ x, lambda: -x, lambda: x < 2, lambda: x[0], lambda: x[1:],
        lambda: x[x > 1], lambda: x.__setitem__(0, 5.0), lambda: abs(x), lambda: x[:, None].mT,
    ):  # fmt: skip
        call()
        assert counted["programs"] > steps
        steps = counted["programs"]


def test_programs_are_kept_by_type_and_not_by_size_or_value():
    programs.program_for.cache_clear()
    for size in (2, 5, 9):
        for value in (0.5, 1.5):
            x = xp.full(size, value)
            xp.exp(x) + value
            x[size - 1]
            xp.reshape(x, (size, 1))
    assert programs.program_for.cache_info().currsize == 5  # full, exp, add, taken, reshaped
    xp.exp(xp.ones(3, dtype=xp.float32))
    assert programs.program_for.cache_info().currsize == 7


def test_a_program_is_compiled_when_it_has_worked_enough(monkeypatch):
    if available("auto", config.current())[0] is None:
        pytest.skip("there is no compiler")
    programs.program_for.cache_clear()
    monkeypatch.setattr(programs, "WORTH", 3 * programs.CALL)
    x = xp.asarray(np.linspace(0.1, 1, 7))
    found = [np.asarray(xp.exp(x)) for _ in range(5)]
    program = programs.program_for(sl.tensor.exp, (), ((xp.float64, (None,)),))
    assert program.compiled is not None
    for later in found[1:]:
        np.testing.assert_allclose(later, found[0], rtol=4e-16)
    assert not any(np.shares_memory(found[-1], other) for other in found[:-1])
    np.testing.assert_allclose(np.asarray(xp.exp(xp.zeros(0))), np.zeros(0))
    programs.program_for.cache_clear()


def test_compiled_programs_give_what_the_evaluator_gives(soon):
    matrix, row = xp.asarray([[4.0, 1.0], [1.0, 3.0]]), xp.asarray([3, 1, 2])
    calls = {
        "sum": lambda: xp.sum(matrix, axis=0),
        "solve": lambda: xp.linalg.solve(matrix, matrix),
        "sort": lambda: xp.sort(row, descending=True),
        "unique": lambda: xp.unique_all(row),
        "mask": lambda: row[row > 1],
        "var": lambda: xp.var(matrix, correction=1),
        "view": lambda: xp.reshape(matrix, (4,)),
        "cast": lambda: xp.astype(row, xp.float32),
    }
    for name, call in calls.items():
        first, second = call(), call()  # evaluated, then compiled
        parts = [(first, second)] if isinstance(first, xp.Array) else list(zip(first, second, strict=True))
        for one, other in parts:
            assert one.dtype == other.dtype
            np.testing.assert_allclose(np.asarray(one), np.asarray(other), rtol=1e-14, err_msg=name)


def test_without_a_compiler_the_evaluator_stays(soon):
    with sl.configure(backend="reference"):
        x = xp.asarray([1.0, 2.0])
        for _ in range(3):
            assert float((x + x)[1]) == 4.0
    program = programs.program_for(sl.tensor.add, (), ((xp.float64, (None,)),) * 2)
    assert program.compiled is None
