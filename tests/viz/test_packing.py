"""Packed traces: the same after unpacking, small, and read alike by Python and TypeScript."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symlab.tensor as T
from symlab.core.ir.errors import InvalidValue
from symlab.core.pipeline import DEFAULT
from symlab.viz.display import View
from symlab.viz.packing import Reader, Writer, pack, unpack
from symlab.viz.protocol import MIME, replay, to_json
from tests.viz.programs import random_trace, softplus

DATA = Path(__file__).resolve().parents[1] / "data"
LETTERS_A_STEP = 114


@given(st.lists(st.integers(-(2**52), 2**52)))
def test_numbers_come_back(values):
    writer = Writer()
    writer.add(*values)
    reader = Reader(writer.text(), "nodes")
    assert [reader.next() for _ in values] == values


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6), size=st.integers(5, 60), closed=st.booleans())
def test_a_trace_comes_back(seed, size, closed):
    told = to_json(random_trace(seed, size, closed=closed))
    packed = json.loads(json.dumps(pack(told)))
    assert isinstance(packed["nodes"], str)
    assert isinstance(packed["steps"], str)
    assert unpack(packed) == json.loads(json.dumps(told))
    assert replay(packed) == replay(told)


def test_what_is_written_out_stays_so():
    told = to_json(softplus())
    assert unpack(told) == told


def test_the_packed_fixture_shared_with_typescript():
    told = json.loads((DATA / "trace_v1.json").read_text())
    packed = json.loads((DATA / "trace_v1_packed.json").read_text())
    made = pack(told)
    assert {name: made[name] for name in packed} == packed


def test_a_step_takes_few_letters():
    told = to_json(random_trace(1, 400, DEFAULT.upto("associate")))
    assert len(told["steps"]) > 100
    assert len(pack(told)["steps"]) < LETTERS_A_STEP * len(told["steps"])


@pytest.mark.parametrize(("text", "words"), [("AA=", "no base64"), ("Ag==", "end too early"), ("", "end too early")])
def test_what_is_broken_is_refused(text, words):
    told = to_json(T.exp(T.dvector("x")))
    with pytest.raises(InvalidValue, match=words):
        unpack({**told, "nodes": text})


def test_what_travels_is_packed():
    view = View(softplus())
    assert isinstance(view.to_json()["steps"], list)
    assert isinstance(view._repr_mimebundle_()[MIME]["steps"], str)
    assert isinstance(view.widget.trace["steps"], str)
    assert f'"steps":"{pack(view.trace)["steps"]}"' in view.to_html()
