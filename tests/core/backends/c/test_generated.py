"""The generated file: its text, its refusals, its profile, what it shares with other files, what sanitizers say."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from symlab.core.backends.c import build
from symlab.core.ir.config import configure
from symlab.core.ir.errors import InvalidIndex, InvalidValue, NodeError, ShapeMismatch
from symlab.core.ir.graph import Graph
from symlab.core.ir.op import Kind
from symlab.core.lower.facts import Problem
from symlab.core.ops import compare, create, gather, index, join, linalg, nn, reduce, rounding, shape, trigonometric
from symlab.core.ops import elementwise as e
from symlab.core.ops.declare import elementwise, floating
from symlab.core.ops.operators import Variable, constant
from tests.core.lower.harness import Refused, agree, call, compiled, reference, shared_variable, variable
from tests.processes import printed_under_hash_seeds

ROOT = Path(__file__).resolve().parents[4]
RNG = np.random.default_rng(11)


def refused(results: list[Variable], inputs: list[Variable], values: list[Any]) -> tuple[Problem, Exception]:
    """What a call is refused for, and the error for people."""
    binary = compiled(Graph.of(inputs, results))
    with pytest.raises(Refused) as found:
        call(binary, values)
    error = found.value.error
    return Problem(found.value.code), binary.explain(found.value.code, error[0], error[1:])


# Vectors


@pytest.mark.skipif(platform.machine() != "x86_64" or sys.platform != "linux", reason="functions for vectors are there")
@pytest.mark.parametrize("function", [trigonometric.sin, trigonometric.tan, lambda x: rounding.mod(x, constant(0.7))])
def test_a_function_that_a_choice_needs_is_computed_for_vectors(function: Any, tmp_path: Path) -> None:
    x = variable((None,))
    chosen = compare.switch(compare.gt(x, constant(0.0)), function(x), x * constant(1.25))
    with configure(cc_flags=f"-fopt-info-vec={tmp_path}/said"):
        agree(Graph.of([x], [chosen]), [np.linspace(-3, 3, 37)])
    assert re.search(r"\.0\.c:\d+:\d+: optimized: loop vectorized", (tmp_path / "said").read_text())


# Text

PROGRAM = """
from tests.core.lower.harness import lowered, variable, shared_variable
from symlab.core.backends.c.render import render
from symlab.core.backends.cuda.render import render as render_cuda
from symlab.core.ir.graph import Graph
from symlab.core.ops import elementwise as e, linalg, nn, reduce
x, y, w = variable((None, None)), variable((None, None)), shared_variable((None, None))
z = nn.softmax(linalg.dot(x, w) + y, axes=(1,))
cost = -reduce.sum(z * e.tanh(y) + e.log(z) * 3 + e.maximum(y, z), axes=(0, 1), keepdims=False)
program = lowered(Graph.of([x, y], [cost, z], {w: w - 0.1 * linalg.dot(x.dimshuffle(1, 0), z)}))
print(render(program).code, render(program, profile=True).source, render_cuda(program).code, program)
"""


@pytest.mark.slow
def test_text_is_the_same_in_every_process() -> None:
    assert len(printed_under_hash_seeds(PROGRAM)) > 2000


def test_lines_carry_their_nodes() -> None:
    x = variable((None,))
    binary = compiled(Graph.of([x], [e.exp(x) + 1]))
    line = next(line for line in binary.source.splitlines() if "sl_exp(" in line)
    assert re.search(r"/\* node \d+: exp  test_generated\.py, line \d+ \*/$", line)
    assert "/*" not in binary.code  # what is compiled does not depend on lines of the user's program


def test_equal_kernels_are_written_once() -> None:
    x, y = variable((None,)), variable((None, None))
    z = e.tanh(x)
    graph = Graph.of([x, y], [reduce.sum(z, axes=(0,), keepdims=False), e.exp(x) * 2, e.exp(y) * 2])
    binary = compiled(graph)
    assert binary.code.count("static void kernel") == 2
    assert binary.code.count("    kernel1(") + binary.code.count("    kernel0(") == 3


def test_numbers_are_exact() -> None:
    x = variable((), "float64")
    numbers = [0.1, -0.0, np.pi, 5e-324, np.inf, -np.inf, 1.7976931348623157e308, 1e22]
    graph = Graph.of([x], [compare.switch(x > 0, constant(number), x) for number in numbers])
    found = call(compiled(graph), [1.0])
    assert [np.float64(value).tobytes() for value in found] == [np.float64(number).tobytes() for number in numbers]
    integers = [constant(np.int64(value)) for value in (-(2**63), 2**63 - 1, -1)] + [constant(np.uint64(2**64 - 1))]
    found = call(compiled(Graph.of([], integers)), [])
    assert [int(value) for value in found] == [-(2**63), 2**63 - 1, -1, 2**64 - 1]


def test_arrays_are_passed_by_pointer() -> None:
    x = variable((None,))
    first, second = RNG.normal(size=40_000), RNG.normal(size=40_000)
    binaries = [compiled(Graph.of([x], [x + constant(array)])) for array in (first, second)]
    assert binaries[0].code == binaries[1].code
    assert len(binaries[0].code) < 3000
    zeros = np.zeros(40_000)
    assert binaries[0].library.path == binaries[1].library.path
    for binary, array in zip(binaries, (first, second)):
        np.testing.assert_array_equal(call(binary, [zeros])[0], array)


# Refusals


def test_sizes_that_differ() -> None:
    x, y = variable((None, 3)), variable((None, 3))
    found, error = refused([x + y], [x, y], [np.ones((2, 3)), np.ones((4, 3))])
    assert found is Problem.SIZES
    assert isinstance(error, ShapeMismatch)
    assert isinstance(error, NodeError)
    assert "axis 0 has size 2 in one operand and 4 in another" in str(error)
    assert "test_generated.py, line" in str(error)
    found, error = refused([x + y], [x, y], [np.ones((1, 3)), np.ones((4, 3))])
    assert "does not broadcast" in str(error)


def test_products_that_do_not_fit() -> None:
    x, y = variable((None, None)), variable((None, None))
    found, error = refused([linalg.dot(x, y)], [x, y], [np.ones((2, 3)), np.ones((4, 3))])
    assert found is Problem.SIZES
    assert "dot" in str(error)


def test_parts_that_do_not_exist() -> None:
    x, i = variable((None,)), variable((), "int64")
    picked = index.slice(x, i, index=("?",))
    found, error = refused([picked], [x, i], [np.ones(3), 3])
    assert found is Problem.INDEX
    assert isinstance(error, InvalidIndex)
    assert "index 3 is out of bounds for axis 0 with size 3" in str(error)
    assert refused([picked], [x, i], [np.ones(3), -4])[0] is Problem.INDEX
    assert refused([index.slice(x, index=(5,))], [x], [np.ones(5)])[0] is Problem.INDEX


@pytest.mark.parametrize("bad", [7, -8])
def test_index_arrays_out_of_bounds(bad: int) -> None:
    x, i = variable((None, None)), variable((None,), "int64")
    w = shared_variable((None, None))
    for result in (gather.take(x, i, axes=(0,)), gather.inc_take(x, constant(1.0), i, axes=(0,))):
        found, error = refused([result], [x, i], [np.ones((7, 2)), [0, bad, 1]])
        assert found is Problem.INDEX
        assert f"index {bad} is out of bounds for axis 0 with size 7" in str(error)
    binary = compiled(Graph.of([x, i], [], {w: gather.inc_take(w, x, i, axes=(0,))}))
    before = np.ones((7, 2))
    operand = before.copy()
    with pytest.raises(Refused):
        call(binary, [np.ones((3, 2)), [0, bad, 1], operand], in_place=True)
    np.testing.assert_array_equal(operand, before)


def test_shapes_that_hold_something_else() -> None:
    x, n = variable((None,)), variable((), "int64")
    reshaped = shape.reshape(x, n, shape=("?", 2))
    found, error = refused([reshaped], [x, n], [np.ones(5), 2])
    assert found is Problem.ELEMENTS
    assert "5 elements do not fill a shape of 4" in str(error)
    assert refused([shape.reshape(x, n, shape=("?", -1))], [x, n], [np.ones(5), 2])[0] is Problem.ELEMENTS
    found, error = refused([reshaped], [x, n], [np.ones(5), -2])
    assert found is Problem.NEGATIVE
    assert isinstance(error, InvalidValue)


def test_sizes_beyond_all_memory() -> None:
    n = variable((), "int64")
    filled = shape.broadcast_to(constant(1.0), n, n, n, shape=("?", "?", "?"))
    found, error = refused([filled * 2], [n], [2**40])
    assert found is Problem.TOO_LARGE
    assert "memory" in str(error)
    assert refused([filled * 2], [n], [-1])[0] is Problem.NEGATIVE


def test_extremes_of_nothing() -> None:
    x = variable((None, None))
    found, error = refused([reduce.max(x, axes=(1,), keepdims=False)], [x], [np.ones((3, 0))])
    assert found is Problem.EMPTY
    assert isinstance(error, InvalidValue)
    got = call(compiled(Graph.of([x], [reduce.max(x, axes=(1,), keepdims=False)])), [np.ones((0, 0))])
    assert got[0].shape == (0,)


def test_a_progression_without_a_step() -> None:
    n = variable((), "int64")
    steps = create.arange(n, bounds=(0, 5, "?"), dtype="int64")
    assert refused([steps], [n], [0])[0] is Problem.STEP


def failing(value: Any) -> Any:
    """A reference that fails for negative numbers."""
    if np.any(value < 0):
        raise ValueError("a negative number")
    return np.sqrt(value)


careful_root = elementwise("careful_root", doc="For tests.", reference=failing, dtypes=floating, partials=(None,))


def test_a_reference_that_fails() -> None:
    x = variable((None,))
    graph = Graph.of([x], [careful_root(x * 2) + 1])
    binary = compiled(graph)
    np.testing.assert_allclose(call(binary, [[2.0, 8.0]])[0], [3.0, 5.0])
    with pytest.raises(Refused) as found:
        call(binary, [[2.0, -8.0]])
    assert found.value.code == Problem.REFERENCE
    error = binary.explain(found.value.code, found.value.error[0], found.value.error[1:])
    assert isinstance(error, ValueError)
    assert isinstance(error, NodeError)
    assert re.match(r"careful_root \(built in test_generated\.py, line \d+\): a negative number", str(error))
    np.testing.assert_allclose(call(binary, [[2.0, 8.0]])[0], [3.0, 5.0])
    assert careful_root.kind is Kind.ELEMENTWISE


# Profile, unfused form


def many() -> tuple[Graph, list[Any]]:
    """A graph with every kind of step."""
    x, y, i = variable((None, None)), variable((None,)), variable((None,), "int64")
    w = shared_variable((None, None))
    z = nn.softmax(linalg.dot(x, w) + y, axes=(1,))
    picked = gather.take(e.log(z), i, axes=(0,))
    parts = join.join(picked, careful_root(z), axis=0)
    cost = reduce.sum(parts, axes=(0, 1), keepdims=False)
    new = w - 0.1 * linalg.dot(shape.dimshuffle(x, pattern=(1, 0)), z)
    values = [RNG.normal(size=(8, 5)), RNG.normal(size=4), [0, -1, 3], RNG.normal(size=(5, 4))]
    return Graph.of([x, y, i], [cost, z, index.slice(z, index=((None, None, -1), 0))], {w: new}), values


def test_the_profile_counts_every_step() -> None:
    graph, values = many()
    binary = compiled(graph, profile=True)
    plain = compiled(graph)
    for _ in range(3):
        found = call(binary, values)
    for got, want in zip(found, call(plain, values), strict=True):
        np.testing.assert_array_equal(got, want)
    assert binary.counts is not None
    nanoseconds, calls = binary.counts.reshape(-1, 2).T
    assert len(calls) == len(binary.program.steps)
    assert (calls == 3).all()
    assert (nanoseconds >= 0).all()
    assert nanoseconds.sum() > 0


def test_unfused_and_fused_are_equal_bit_for_bit() -> None:
    x, y = variable((None, None)), variable((None, None))
    z = e.tanh(x * 2 - y) / (1 + e.exp(-x)) + e.sqrt(e.abs(x * y))
    graph = Graph.of([x, y], [z, e.cast(z * 100, dtype="int32"), e.maximum(z, 0) * y])
    values = [RNG.normal(size=(50, 30)), RNG.normal(size=(50, 30))]
    fused, apart = compiled(graph), compiled(graph, together=False)
    assert len(apart.program.steps) > len(fused.program.steps) == 1
    for got, want in zip(call(fused, values), call(apart, values), strict=True):
        assert got.tobytes() == want.tobytes()


# The cache


def test_a_second_compilation_comes_from_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    graph, values = many()
    first = compiled(graph)

    def no_compiler(*args: Any, **options: Any) -> None:
        raise AssertionError("compiled again")

    monkeypatch.setattr(build, "find_compiler", lambda: Recorded(build_compiler(), no_compiler))
    second = compiled(graph)
    assert second.library.path == first.library.path
    np.testing.assert_array_equal(call(first, values)[1], call(second, values)[1])


def build_compiler() -> Any:
    from symlab.core.backends.c.compiler import find_compiler

    return find_compiler()


class Recorded:
    """A compiler whose runs are noticed."""

    def __init__(self, compiler: Any, compile: Any) -> None:
        self.identity, self.compile = compiler.identity, compile


def test_only_needed_headers_are_included() -> None:
    x = variable((None,))
    plain, _ = build.with_headers(compiled(Graph.of([x], [x + 1])).code)
    assert build.INCLUDED.findall(plain) == ["program.h"]
    used, texts = build.with_headers(compiled(Graph.of([x], [e.exp(x)])).code)
    assert "exponential.h" in build.INCLUDED.findall(used)
    assert len(texts) > len(build.INCLUDED.findall(used)) - 1


def test_units_share_functions_for_vectors() -> None:
    pair = [
        build.with_headers(f"double f(double x) {{ return {name}(sl_cos(x)); }}\n")[0] for name in ("sl_sin", "sl_tan")
    ]
    heads = [build.INCLUDED.findall(text.partition(build.ELSEWHERE)[0]) for text in build.sharing(pair)]
    assert sorted(name for names in heads for name in names if name != build.VECTOR_CALL) == [
        "trigonometric_cos.h", "trigonometric_sin.h", "trigonometric_tan.h"
    ]  # fmt: skip
    assert all(len(names) > 1 for names in heads)  # the work is divided
    alone = build.with_headers("double f(double x) { return sl_exp(x); }\n")[0]
    assert build.sharing([alone, alone]) == [alone, alone]
    assert build.sharing(pair[:1]) == pair[:1]


# Sanitizers

SANITIZED = """
import sys
import numpy as np
import pytest
from symlab.core.backends.c import build
build.THOROUGH = ()
build.FLAGS += ("-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined")
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "-W", "ignore", *sys.argv[1:]]))
"""


@pytest.mark.slow
def test_sanitizers_find_nothing() -> None:
    libraries = [
        subprocess.run(["gcc", f"-print-file-name={name}"], capture_output=True, text=True, check=True).stdout.strip()
        for name in ("libasan.so", "libubsan.so")
    ]
    if not all(os.path.isabs(path) for path in libraries):
        pytest.skip("gcc has no sanitizers")
    environment = {
        **os.environ, "LD_PRELOAD": " ".join(libraries), "ASAN_OPTIONS": "detect_leaks=0", "PYTHONPATH": str(ROOT),
        "PYTHONMALLOC": "malloc",
    }  # fmt: skip
    command = [sys.executable, "-c", SANITIZED, "tests/core/lower/test_structure_compiled.py", "-k", "fused"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]


def test_the_reference_agrees_on_everything_at_once() -> None:
    graph, values = many()
    binary = compiled(graph)
    for got, want in zip(call(binary, values), reference(graph, values, binary.program), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-12)
