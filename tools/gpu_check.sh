#!/bin/sh
# Tests and benchmark on a machine with a GPU, offline, in one command of under ten minutes: tools/gpu_check.sh [OUT]
#
# What is missing of the Python packages is installed from ./wheels. `tools/gpu_check.sh --wheels [PYTHON]` fills it on
# a machine with a network and the same version of Python; numpy, scipy and nvidia_cuda_nvrtc are large, and may be left
# out where the machine with the GPU has them. Results: OUT/tests.log, OUT/benchmark.json, OUT/doctor.txt.
set -u
cd "$(dirname "$0")/.." || exit 1
packages="numpy scipy cffi hypothesis mpmath pytest pytest-timeout pycuda nvidia-cuda-nvrtc==13.0.* cuda-pathfinder"

if [ "${1:-}" = --wheels ]; then
    python=${2:-python3}
    # shellcheck disable=SC2086
    tools/build_pycuda.sh "$python" wheels &&
        "$python" -m pip wheel --quiet --find-links wheels --wheel-dir wheels $packages
    exit
fi
out=${1:-gpu-results}
python=${PYTHON:-python3}
mkdir -p "$out"
PYTHONPATH=$PWD${PYTHONPATH:+:$PYTHONPATH}
export PYTHONPATH

# Whether the packages of this Python belong to the operating system, whose pip installs none.
managed() {
    "$python" -c 'import os, sys, sysconfig
mark = os.path.join(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED")
raise SystemExit(not (sys.prefix == sys.base_prefix and os.path.exists(mark)))'
}

if [ -d wheels ]; then
    installer=$python
    if managed; then
        "$python" -m venv --system-site-packages --without-pip "$out/venv" || exit 2
        python=$out/venv/bin/python
    fi
    # shellcheck disable=SC2086
    "$installer" -m pip --python "$python" install --quiet --no-index --find-links wheels \
        --upgrade-strategy only-if-needed $packages || exit 2
fi
"$python" -m symlab doctor | tee "$out/doctor.txt"
timeout 300 "$python" -m pytest -q -m gpu -p no:cacheprovider tests/core/backends/cuda >"$out/tests.log" 2>&1
passed=$?
tail -n 15 "$out/tests.log"
timeout 240 "$python" -m benchmarks.gpu --json "$out/benchmark.json" || exit 4
exit $passed
