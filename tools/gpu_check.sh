#!/bin/sh
# On a machine with a GPU, offline, in less than ten minutes: install, the tests on the GPU, the figures.
#
#   tools/gpu_check.sh [FOLDER_OF_WHEELS]     (PYTHON and OUT may be set)
#
# NumPy, pytest and NVRTC are the machine's, or lie in the folder, as PyCUDA's wheel may: `pip download` fills it.
# $OUT (default: build/gpu) then holds tests.log, figures.json and check.json.
set -u
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
out=${OUT:-build/gpu}
wheels=${1:-}
mkdir -p "$out"
packages=$(mktemp -d)
trap 'rm -rf "$packages"' EXIT
export PYTHONPATH="$PWD:$packages" SYMLAB_CACHE_DIR="$packages/cache"
mkdir -m 700 "$SYMLAB_CACHE_DIR"

started=$(date +%s)
if [ -n "$wheels" ]; then
    timeout 200 "$python" -m pip install --quiet --no-index --no-deps --target "$packages" "$wheels"/*.whl || exit 1
fi
"$python" -m symlab doctor
reason=$("$python" -c 'from symlab.core.backends.cuda.driver import missing; print(missing() or "")') || exit 1
if [ -n "$reason" ]; then
    echo "gpu_check: $reason" >&2
    exit 1
fi
installed=$(date +%s)

timeout 200 "$python" -m pytest -q -p no:cacheprovider -m gpu tests/core/backends/cuda >"$out/tests.log" 2>&1
tests=$?
tail -n 25 "$out/tests.log"
tested=$(date +%s)

timeout 180 "$python" benchmarks/gpu.py --json "$out/figures.json"
figures=$?
finished=$(date +%s)

printf '{"tests": %d, "figures": %d, "seconds": {"install": %d, "tests": %d, "figures": %d}}\n' \
    "$tests" "$figures" $((installed - started)) $((tested - installed)) $((finished - tested)) | tee "$out/check.json"
[ "$tests" -eq 0 ] && [ "$figures" -eq 0 ]
