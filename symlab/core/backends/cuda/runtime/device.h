/* What generated CUDA starts from, before the runtime that it shares with C: integers, halves, the words for functions.

   NVRTC has neither headers nor the compiler's built-in functions, so both are named here. Compiled with --fmad=false:
   products are fused where the text says so. */
#define SL_CUDA 1
#if defined(__CUDACC__)
#pragma nv_diag_suppress 177, 186 /* functions that a text does not need; unsigned numbers compared with 0 */
#endif

#if defined(__CUDACC_RTC__)
typedef signed char int8_t;
typedef short int16_t;
typedef int int32_t;
typedef long long int64_t;
typedef unsigned char uint8_t;
typedef unsigned short uint16_t;
typedef unsigned int uint32_t;
typedef unsigned long long uint64_t;
#define INT64_MIN (-9223372036854775807ll - 1)
#else
#include <stdint.h>
#endif

#define SL_INLINE static __device__ __forceinline__
#define SL_RARE static __device__ __noinline__
#define SL_HELPER static __device__ inline
#define SL_NEW(type) type

#define __builtin_memcpy memcpy
#define __builtin_expect(value, usual) (value)
#define __builtin_inf() sl_from_bits(0x7ff0000000000000ull)
#define __builtin_inff() sl_from_bitsf(0x7f800000u)
#define __builtin_nan(text) sl_from_bits(0x7ff8000000000000ull)
#define __builtin_nanf(text) sl_from_bitsf(0x7fc00000u)
#define __builtin_fabs fabs
#define __builtin_fabsf fabsf
#define __builtin_copysign copysign
#define __builtin_copysignf copysignf
#define __builtin_fma fma
#define __builtin_fmaf fmaf
#define __builtin_fmod fmod
#define __builtin_fmodf fmodf
#define __builtin_sqrt sqrt
#define __builtin_sqrtf sqrtf
#define __builtin_floor floor
#define __builtin_floorf floorf
#define __builtin_ceil ceil
#define __builtin_ceilf ceilf
#define __builtin_rint rint
#define __builtin_rintf rintf
#define __builtin_trunc trunc
#define __builtin_truncf truncf
#define __builtin_tan tan
#define __builtin_tgamma tgamma
#define __builtin_lgamma_r(x, sign) lgamma(x)

/* A float16 in memory, rounded to the nearest, halves to even; it is computed with in float32. */
struct sl_half {
    uint16_t bits;

    __device__ sl_half() {}

    __device__ sl_half(float value) {
        uint32_t all;
        memcpy(&all, &value, sizeof all);
        uint32_t size = all & 0x7fffffffu, found;
        if (size > 0x7f800000u) {
            found = 0x7e00u;
        } else if (size >= 0x47800000u) {
            found = 0x7c00u;
        } else if (size < 0x38800000u) {
            float shifted;
            memcpy(&shifted, &size, sizeof shifted);
            shifted += 0.5f; /* whose last bit is the smallest subnormal number */
            memcpy(&found, &shifted, sizeof found);
            found -= 0x3f000000u;
        } else {
            found = (size + 0xfffu + (size >> 13 & 1u) - 0x38000000u) >> 13;
        }
        bits = (uint16_t)(found | (all >> 16 & 0x8000u));
    }

    __device__ operator float() const {
        uint32_t size = bits & 0x7fffu, found = (size << 13) + 0x38000000u;
        if (size >= 0x7c00u) found = (size << 13) + 0x70000000u;
        float value;
        memcpy(&value, &found, sizeof value);
        if (size < 0x400u) value = (float)size * 0x1p-24f;
        return bits & 0x8000u ? -value : value;
    }
};

/* Complex numbers, which kernels move and make from real ones. */
template <class number> struct sl_complex {
    number real, imaginary;

    __device__ sl_complex() {}
    __device__ sl_complex(number real, number imaginary = 0) : real(real), imaginary(imaginary) {}
};

SL_INLINE int64_t sl_size_wrap(int64_t index, int64_t size) { return index < 0 ? index + size : index; }
