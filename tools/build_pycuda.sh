#!/bin/sh
# Builds PyCUDA's wheel on a machine without a CUDA driver, once, and installs it: tools/build_pycuda.sh [PYTHON [FOLDER]],
# or copies it to a folder, to be installed elsewhere.
#
# PyCUDA is published as source alone, and links against the driver's library. So a stub of that library, with every
# function of its headers, stands in for it while it is built. The headers are the CUDA toolkit's where its nvcc is found,
# else those of NVIDIA's packages. The wheel is kept by the versions of PyCUDA, Python and CUDA.
set -eu
version=2026.1
cuda=13.0
python=${1:-python3}
folder=${2:-}
cache_root=${SYMLAB_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/symlab}

installed="import importlib.metadata as m; raise SystemExit(m.version('pycuda') != '$version')"
if [ -z "$folder" ] && "$python" -c "$installed" 2>/dev/null; then
    exit 0
fi
tag=$("$python" -c 'import sys; print("cp%d%d" % sys.version_info[:2])')
wheels=$cache_root/wheels/pycuda-$version-$tag-cuda$cuda

# The folder of cuda.h: of the toolkit around nvcc, or of packages installed beneath $1.
headers() {
    toolkit=""
    if command -v nvcc >/dev/null && nvcc --version | grep -q "release $cuda,"; then
        toolkit=$(nvcc --dryrun -E -x cu /dev/null 2>&1 | sed -n 's/^#\$ TOP=//p') # nvcc itself may be a script elsewhere
    fi
    if [ -n "$toolkit" ] && [ -f "$toolkit/include/cuda.h" ]; then
        echo "$toolkit/include"
        return
    fi
    "$python" -m pip install --quiet --no-deps --target "$1" "nvidia-cuda-runtime==$cuda.*" "nvidia-cuda-crt==$cuda.*" \
        "nvidia-cuda-cccl==$cuda.*" "nvidia-cuda-profiler-api==$cuda.*" >&2
    dirname "$(find "$1" -name cuda.h | head -n 1)"
}

# A library libcuda.so in $2 with every function that the headers in $1 declare; each says that there is no device.
stub() {
    mkdir -p "$2"
    for mode in "" -DCUDA_API_PER_THREAD_DEFAULT_STREAM -D__CUDA_API_VERSION_INTERNAL; do
        # shellcheck disable=SC2086
        printf '#include <cuda.h>\n#include <cudaProfiler.h>\n' | gcc -E -P $mode "-I$1" - >"$2/text"
        grep -oE '\bcu[A-Z][A-Za-z0-9_]* *\(' "$2/text"
    done | sed 's/ *(//' | sort -u >"$2/names"
    sed 's/.*/int &(void) { return 100; }/' "$2/names" >"$2/stub.c"
    gcc -shared -fPIC -w -Wl,-soname,libcuda.so.1 -o "$2/libcuda.so.1" "$2/stub.c"
    ln -sf libcuda.so.1 "$2/libcuda.so"
}

if ! ls "$wheels"/pycuda-*.whl >/dev/null 2>&1; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    include=$(headers "$work/headers")
    stub "$include" "$work/stub"
    mkdir -p "$work/home" "$work/wheels"
    cat >"$work/home/.aksetup-defaults.py" <<DEFAULTS
CUDA_ROOT = "$(dirname "$include")"
CUDA_INC_DIR = ["$include"]
CUDADRV_LIB_DIR = ["$work/stub"]
CUDADRV_LIBNAME = ["cuda"]
CUDART_LIB_DIR = []
CUDA_ENABLE_CURAND = False
CUDA_ENABLE_GL = False
CXXFLAGS = ["-g0", "-O1", "-w"]
DEFAULTS
    HOME=$work/home "$python" -m pip wheel --quiet --no-deps --wheel-dir "$work/wheels" "pycuda==$version"
    mkdir -p "$wheels"
    mv "$work"/wheels/pycuda-*.whl "$wheels/"
fi
if [ -n "$folder" ]; then
    mkdir -p "$folder"
    cp "$wheels"/pycuda-*.whl "$folder/"
else
    "$python" -m pip install --quiet "$wheels"/pycuda-*.whl
fi
