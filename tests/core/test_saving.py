"""Files of `save`: what comes back in this process and in a new one, and what is said of files that do not fit."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import InvalidValue, SavedFileError, TypeMismatch

A = np.array([1.0, 2.0, 3.0])


@pytest.fixture
def step():
    x, s = T.dvector("x"), sl.shared(np.ones(3), "s")
    cost = T.sum(T.exp(s * x))
    return sl.function([x], {"cost": cost}, updates={s: s - 0.1 * sl.grad(cost, s)}, name="step")


def in_a_new_process(program: str, *arguments: Path, **environment: str) -> str:
    command = [sys.executable, "-c", program, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **environment})
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


OPENS = """
import subprocess, sys
import symlab as sl
started = []
popen = subprocess.Popen
subprocess.Popen = lambda *given, **more: started.append(given) or popen(*given, **more)
step, s = sl.load(sys.argv[1])
print(step([1.0, 2.0, 3.0])["cost"], s.get_value().tolist(), len(started), step.source[:2] != "//")
"""


def test_a_new_process_runs_no_compiler(step, tmp_path):
    (s,) = step.get_shared()
    sl.save(tmp_path / "step.symlab", (step, s))
    cost = step(A)["cost"]
    expected = f"{cost} {s.get_value().tolist()} 0 True"
    assert in_a_new_process(OPENS, tmp_path / "step.symlab") == expected


@pytest.mark.slow
def test_a_new_process_without_a_cache_compiles(step, tmp_path):
    (s,) = step.get_shared()
    sl.save(tmp_path / "step.symlab", (step, s))
    found = in_a_new_process(OPENS, tmp_path / "step.symlab", SYMLAB_CACHE_DIR=str(tmp_path / "cache"))
    assert int(found.split()[-2]) > 0
    assert found.endswith("True")


def test_what_is_saved_comes_back(tmp_path):
    x, s = T.dmatrix("x"), sl.shared(A, "s")
    y = x * s
    sl.save(tmp_path / "file", {"parts": [x, s, y], "type": x.type, "mode": sl.Mode("FAST_RUN"), "numbers": A})
    found = sl.load(tmp_path / "file")
    u, t, z = found["parts"]
    assert (u.name, t.name, u.type, found["type"]) == ("x", "s", x.type, x.type)
    assert z.args == (u, z.args[1])
    assert found["mode"] == sl.Mode("FAST_RUN")
    np.testing.assert_array_equal(found["numbers"], A)
    np.testing.assert_array_equal(z.eval({u: np.ones((2, 3))}), np.ones((2, 3)) * A)


@pytest.mark.parametrize("twin", [copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_types_and_modes(twin):
    for value in (T.dmatrix("x").type, T.scalar("x").type, sl.Mode("FAST_RUN"), sl.In(T.dvector("x"), value=A)):
        assert repr(twin(value)) == repr(value)


def test_outputs_that_share_nodes_are_written_once():
    x = T.dvector("x")
    y = x
    for _ in range(300):
        y = T.tanh(y)
    one = len(pickle.dumps(sl.function([x], [y], mode="FAST_COMPILE")))
    ten = len(pickle.dumps(sl.function([x], [y * k for k in range(10)], mode="FAST_COMPILE")))
    assert ten < 1.5 * one


def test_a_file_is_replaced_whole(step, tmp_path):
    path = tmp_path / "step.symlab"
    sl.save(path, step)
    before = path.read_bytes()
    with pytest.raises(TypeMismatch, match="function cannot be saved"):
        sl.save(path, lambda: 0)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_other_files(tmp_path):
    path = tmp_path / "step.symlab"
    path.write_bytes(pickle.dumps(A))
    with pytest.raises(InvalidValue, match=r"step\.symlab is no file that sl\.save wrote\n  try pickle\.load"):
        sl.load(path)
    path.write_bytes(b"")
    with pytest.raises(InvalidValue, match="is no file"):
        sl.load(path)
    with pytest.raises(FileNotFoundError):
        sl.load(tmp_path / "nothing")


def test_files_of_other_versions(tmp_path):
    path = tmp_path / "file"
    sl.save(path, A)
    path.write_bytes(path.read_bytes().replace(b"symlab file 1 ", b"symlab file 9 ", 1))
    with pytest.raises(SavedFileError, match=r"has format 9, written by symlab .*, and symlab .* reads format 1"):
        sl.load(path)


@pytest.mark.parametrize("damage", [lambda content: content[:-1], lambda content: content[:-9] + b"x" + content[-8:]])
def test_damaged_files(tmp_path, damage):
    path = tmp_path / "file"
    sl.save(path, A)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(SavedFileError, match="is damaged"):
        sl.load(path)


def test_what_a_file_needs_is_missing(tmp_path):
    (tmp_path / "helper_of_a_file.py").write_text("class Kept:\n    pass\n")
    writes = "import sys; sys.path.insert(0, sys.argv[1]); import helper_of_a_file, symlab as sl\n"
    writes += "sl.save(sys.argv[1] + '/file', helper_of_a_file.Kept())"
    in_a_new_process(writes, tmp_path)
    with pytest.raises(SavedFileError, match="needs what is not there: No module named 'helper_of_a_file'"):
        sl.load(tmp_path / "file")
