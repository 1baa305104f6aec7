"""`theano.config`: Theano's flags, those that mean something to symlab in its own configuration."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from symlab.core.ir.config import configure, current
from symlab.core.ir.errors import ConfigError, near_names


def device(name: str) -> str:
    """symlab's word for one of Theano's devices."""
    return "cuda" if name.startswith(("cuda", "gpu", "opencl")) else "cpu"


def mode(name: str) -> str:
    """symlab's mode for one of Theano's."""
    return {"Mode": "FAST_RUN", "DEBUG_MODE": "DebugMode"}.get(name, name)


OWN: Mapping[str, tuple[str, Callable[[Any], Any]]] = MappingProxyType(
    {
        "cast_policy": ("cast_policy", str),
        "base_compiledir": ("cache_dir", str),
        "compiledir": ("cache_dir", str),
        "compute_test_value": ("compute_test_value", str),
        "cxx": ("cc", str),
        "device": ("device", device),
        "floatX": ("floatX", str),
        "mode": ("mode", mode),
        "on_unused_input": ("on_unused_input", str),
    }
)
# What these choose is not chosen here: the value is kept, so that a program can read what it wrote.
KEPT: Mapping[str, Any] = MappingProxyType(
    {
        "DebugMode.check_c": True, "DebugMode.check_finite": True, "DebugMode.check_preallocated_output": "",
        "DebugMode.check_py": True, "DebugMode.check_strides": 1, "DebugMode.patience": 10,
        "DebugMode.warn_input_not_reused": True, "NanGuardMode.action": "raise", "NanGuardMode.big_is_error": True,
        "NanGuardMode.inf_is_error": True, "NanGuardMode.nan_is_error": True, "allow_gc": True,
        "assert_no_cpu_op": "ignore", "blas.ldflags": "", "check_input": True,
        "compile.timeout": 900, "compile.wait": 5, "compute_test_value_opt": "off", "conv.assert_shape": False,
        "cycle_detection": "regular", "deterministic": "default", "dnn.conv.algo_bwd_data": "none",
        "dnn.conv.algo_bwd_filter": "none", "dnn.conv.algo_fwd": "small", "dnn.enabled": "auto",
        "enable_initial_driver_test": False, "exception_verbosity": "low", "experimental.unpickle_gpu_on_cpu": False,
        "force_device": False, "gcc.cxxflags": "", "gpuarray.preallocate": 0.0, "init_gpu_device": "",
        "int_division": "int", "lib.amdlibm": False, "lib.cnmem": 0.0, "linker": "cvm", "nocleanup": False,
        "on_opt_error": "warn", "openmp": False, "optimizer": "fast_run", "optimizer_excluding": "",
        "optimizer_including": "", "optimizer_profile": False, "optimizer_requiring": "", "optimizer_verbose": False,
        "pickle_test_value": True, "print_active_device": True, "print_test_value": False, "profile": False,
        "profile_memory": False, "profile_optimizer": False, "profiling.debugprint": False,
        "profiling.destination": "stderr", "profiling.ignore_first_call": False, "profiling.min_memory_size": 1024,
        "profiling.min_peak_memory": False, "profiling.n_apply": 20, "profiling.n_ops": 20,
        "profiling.output_line_width": 512, "profiling.time_thunks": True, "reoptimize_unpickled_function": True,
        "scan.allow_gc": False, "scan.allow_output_prealloc": True, "scan.debug": False, "tensor.cmp_sloppy": 0,
        "tensor.local_elemwise_fusion": True, "traceback.compile_limit": 0, "traceback.limit": 8,
        "unittests.rseed": "666", "unpickle_function": True, "warn.argmax_pushdown_bug": False,
        "warn.gemm_optimizer_bug": False, "warn.gpu_set_subtensor1": False, "warn.gpusum_01_011_0111_bug": False,
        "warn.ignore_bug_before": "0.9", "warn.inc_set_subtensor1": False, "warn.inc_subtensor1_opt": True,
        "warn.reduce_join": False, "warn.round": False, "warn.signal_conv2d_interface": False,
        "warn.subtensor_merge_bug": False, "warn.sum_div_dimshuffle_bug": False, "warn.sum_sum_bug": False,
        "warn.vm_gc_bug": False, "warn_float64": "ignore",
    }
)  # fmt: skip


class TheanoConfig:
    """The flags under one prefix; `config.warn.round` is the flag `warn.round`."""

    def __init__(self, kept: dict[str, Any], prefix: str = "") -> None:
        self.__dict__.update(_kept=kept, _prefix=prefix)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        flag = self._prefix + name
        if flag in OWN:
            return getattr(current(), OWN[flag][0])
        if flag in self._kept:
            return self._kept[flag]
        if any(known.startswith(flag + ".") for known in KEPT):
            return TheanoConfig(self._kept, flag + ".")
        raise AttributeError(f"Theano's configuration has no flag {flag!r} here{hint(flag)}")

    def __setattr__(self, name: str, value: Any) -> None:
        self.put(self._prefix + name, value)

    def put(self, flag: str, value: Any) -> None:
        """Set one flag by its whole name."""
        if flag in OWN:
            key, translate = OWN[flag]
            configure(**{key: translate(value)})
        elif flag in self._kept:
            self._kept[flag] = value
        else:
            raise ConfigError(f"Theano's configuration has no flag {flag!r} here{hint(flag)}")

    def knows(self, flag: str) -> bool:
        """Whether there is a flag of this whole name."""
        return flag in OWN or flag in self._kept

    def read_flags(self, text: str) -> None:
        """Set the flags of a text such as "floatX=float32,device=cpu", the form of THEANO_FLAGS.

        One that is not known is told of by a warning, as by Theano.
        """
        for part in filter(None, (part.strip() for part in text.split(","))):
            flag, equals, value = part.partition("=")
            if not equals:
                raise ConfigError(f"THEANO_FLAGS must be of the form flag=value,flag=value, and has {part!r}")
            name = flag.strip()
            if self.knows(name):
                self.put(name, parsed(value.strip(), KEPT.get(name, "")))
            else:
                warnings.warn(f"Theano's configuration has no flag {name!r} here{hint(name)}", stacklevel=2)

    @contextmanager
    def change_flags(self, **flags: Any) -> Iterator[None]:
        """Other values of flags within a `with` block or a decorated function."""
        unknown = [flag for flag in flags if flag not in OWN and flag not in self._kept]
        if unknown:
            raise ConfigError(f"Theano's configuration has no flag {unknown[0]!r} here{hint(unknown[0])}")
        kept = {flag: value for flag, value in flags.items() if flag not in OWN}
        before = {flag: self._kept[flag] for flag in kept}
        self._kept.update(kept)
        try:
            with configure(**{OWN[flag][0]: OWN[flag][1](value) for flag, value in flags.items() if flag in OWN}):
                yield
        finally:
            self._kept.update(before)


def parsed(text: str, default: Any) -> Any:
    """The value that a text stands for, of the type of the flag's default."""
    if isinstance(default, bool):
        return text.lower() in ("1", "true", "yes", "on")
    return type(default)(text)


def hint(flag: str) -> str:
    """What may be meant."""
    near = near_names(flag, [*OWN, *KEPT])
    return f": {near}" if near else ""


config = TheanoConfig(dict(KEPT))


class Flag:
    """One flag as an object, as libraries find them in `theano.configparser._config_var_list`."""

    def __init__(self, fullname: str) -> None:
        self.fullname = fullname

    def __get__(self, owner: Any, kind: Any = None) -> Any:
        return attrgetter(self.fullname)(config)

    def __set__(self, owner: Any, value: Any) -> None:
        config.put(self.fullname, value)


FLAGS = [Flag(name) for name in sorted({*OWN, *KEPT})]


def read_environment() -> None:
    """Set what THEANO_FLAGS says."""
    config.read_flags(os.environ.get("THEANO_FLAGS", ""))
