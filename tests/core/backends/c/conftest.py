"""The call path's test kernels and the Python half of a call, as one fixture."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from types import ModuleType

import pytest

from symlab.core.backends.c.callobject import call_object


@pytest.fixture(scope="session")
def calls() -> ModuleType:
    """The module slowpath.py, which builds the extension and the kernels."""
    if "CALLPATH_EXTENSION" not in os.environ:
        extension, reason = call_object()
        if extension is None:
            pytest.skip(reason)
    spec = importlib.util.spec_from_file_location("callpath_slowpath", Path(__file__).parent / "slowpath.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
