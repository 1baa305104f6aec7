"""Variables that many tests of functions begin with."""

from __future__ import annotations

import pytest

import symlab.tensor as T


@pytest.fixture
def x():
    return T.dvector("x")


@pytest.fixture
def y():
    return T.dvector("y")
