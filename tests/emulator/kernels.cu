/* Kernels with which the emulated device is tested: right ones, and some with a fault. */

extern "C" __global__ void doubled(double *out, const double *in, long long n) {
    for (long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x; i < n; i += gridDim.x * (long long)blockDim.x)
        out[i] = 2 * in[i];
}

extern "C" __global__ void overrun(double *out, const double *in, long long n) {
    for (long long i = threadIdx.x; i <= n; i += blockDim.x) out[i] = i < n ? 2 * in[i] : 0;
}

extern "C" __global__ void total(double *out, const double *in, long long n) {
    __shared__ double parts[128];
    double sum = 0;
    for (long long i = threadIdx.x; i < n; i += blockDim.x) sum += in[i];
    parts[threadIdx.x] = sum;
    for (int width = 64; width > 0; width /= 2) {
        __syncthreads();
        if (threadIdx.x < width) parts[threadIdx.x] += parts[threadIdx.x + width];
    }
    if (threadIdx.x == 0) out[0] = parts[0];
}

extern "C" __global__ void total_without_barrier(double *out, const double *in, long long n) {
    __shared__ double parts[128];
    double sum = 0;
    for (long long i = threadIdx.x; i < n; i += blockDim.x) sum += in[i];
    parts[threadIdx.x] = sum;
    for (int width = 64; width > 0; width /= 2)
        if (threadIdx.x < width) parts[threadIdx.x] += parts[threadIdx.x + width];
    if (threadIdx.x == 0) out[0] = parts[0];
}

extern "C" __global__ void divergent_barrier(double *out, const double *in, long long n) {
    if (threadIdx.x < 64) {
        __syncthreads();
        out[threadIdx.x] = 1;
    }
}

extern "C" __global__ void two_barriers(double *out, const double *in, long long n) {
    if (threadIdx.x < 64)
        __syncthreads();
    else
        __syncthreads();
}

extern "C" __global__ void total_of_warp(double *out, const double *in, long long n) {
    double sum = in[threadIdx.x];
    for (int by = 16; by > 0; by /= 2) sum += __shfl_down_sync(0xffffffffu, sum, by);
    if (threadIdx.x == 0) out[0] = sum;
}

extern "C" __global__ void half_a_mask(double *out, const double *in, long long n) {
    double sum = in[threadIdx.x];
    for (int by = 16; by > 0; by /= 2) sum += __shfl_down_sync(0x0000ffffu, sum, by);
    if (threadIdx.x == 0) out[0] = sum;
}

extern "C" __global__ void counted(double *out, const double *in, long long n) {
    atomicAdd(out, in[blockIdx.x * blockDim.x + threadIdx.x]);
}

extern "C" __global__ void counted_from_zero(double *out, const double *in, long long n) {
    if (threadIdx.x == 0) out[0] = 0;
    __syncthreads();
    atomicAdd(out, in[threadIdx.x]);
}

extern "C" __global__ void never_uploaded(double *out, const double *in, long long n) { out[threadIdx.x] += 1; }

extern "C" __global__ void never_shared(double *out, const double *in, long long n) {
    __shared__ double part[128];
    if (threadIdx.x > 0) part[threadIdx.x] = in[threadIdx.x];
    out[threadIdx.x] = part[threadIdx.x];
}

extern "C" __global__ void overtaken(double *out, const double *in, long long n) {
    __shared__ double part[128];
    part[threadIdx.x] = in[threadIdx.x];
    __syncthreads();
    const double other = part[127 - threadIdx.x];
    part[threadIdx.x] = other; /* which may not have been read yet */
}

extern "C" __global__ void unsynchronized(double *out, const double *in, long long n) {
    if (threadIdx.x == 0) out[0] = 0;
    __syncthreads();
    out[0] += in[threadIdx.x];
}

extern "C" __global__ void between_blocks(double *out, const double *in, long long n) { out[threadIdx.x] = in[threadIdx.x]; }

extern "C" __global__ void not_aligned(double *out, const double *in, long long n) {
    out[threadIdx.x] = *(const double *)((const char *)in + 4);
}

extern "C" __global__ void shared_by_warp(double *out, const double *in, long long n) {
    __shared__ double part[32];
    for (int by = 16; by > 0; by /= 2) {
        part[threadIdx.x] = by == 16 ? in[threadIdx.x] : part[threadIdx.x];
        __syncwarp();
        const double sum = part[threadIdx.x] + part[(threadIdx.x + by) % 32];
        __syncwarp();
        part[threadIdx.x] = sum;
        __syncwarp();
    }
    if (threadIdx.x == 0) out[0] = part[0];
}
