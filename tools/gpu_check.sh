#!/bin/sh
# Tests and benchmark on a machine with a GPU, offline, in one command of under ten minutes: tools/gpu_check.sh [OUT]
#
# What is missing of the Python packages is installed from ./wheels, where somebody put them before: PyCUDA's wheel from
# tools/build_pycuda.sh, and what pyproject.toml lists. Results: OUT/tests.log, OUT/benchmark.json, OUT/doctor.txt.
set -u
cd "$(dirname "$0")/.." || exit 1
out=${1:-gpu-results}
python=${PYTHON:-python3}
mkdir -p "$out"
PYTHONPATH=$PWD${PYTHONPATH:+:$PYTHONPATH}
export PYTHONPATH

if [ -d wheels ]; then
    "$python" -m pip install --quiet --no-index --find-links wheels --upgrade-strategy only-if-needed \
        numpy scipy cffi pytest pytest-timeout pycuda nvidia-cuda-nvrtc cuda-pathfinder || exit 2
fi
"$python" -m symlab doctor | tee "$out/doctor.txt"
timeout 300 "$python" -m pytest -q -m gpu -p no:cacheprovider tests/core/backends/cuda >"$out/tests.log" 2>&1
passed=$?
tail -n 15 "$out/tests.log"
timeout 240 "$python" -m benchmarks.gpu --json "$out/benchmark.json" || exit 4
exit $passed
