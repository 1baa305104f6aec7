/* Vector variants, by the names of the x86-64 vector ABI, of functions with a rare case that needs a branch.

   The compiler calls them for the lanes of a loop marked `#pragma omp simd`. Elsewhere than with gcc on x86-64 Linux such
   a function is an inline one with a branch, and a loop around it stays scalar. */
#ifndef SL_VECTOR_CALL_H
#define SL_VECTOR_CALL_H

#include "bits.h"

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__linux__)

#define SL_HIDDEN __attribute__((visibility("hidden")))
#define SL_VECTORS(number, lanes, bytes)                                                                               \
    typedef number sl_##number##lanes __attribute__((vector_size(bytes)));                                             \
    typedef union {                                                                                                    \
        sl_##number##lanes all;                                                                                        \
        number each[lanes];                                                                                            \
    } sl_##number##lanes##_lanes;

/* Which lanes are beyond the limit or nan: the sign bits of a comparison, or a mask. */
SL_VECTORS(double, 2, 16)
SL_VECTORS(float, 4, 16)
#define SL_WITHIN(x, limit) ((x <= limit) & (x >= -limit))
#define SL_BEYOND_double2(x, limit) (__builtin_ia32_movmskpd((sl_double2)SL_WITHIN(x, limit)) ^ 0x3)
#define SL_BEYOND_float4(x, limit) (__builtin_ia32_movmskps((sl_float4)SL_WITHIN(x, limit)) ^ 0xf)
#ifdef __AVX__
SL_VECTORS(double, 4, 32)
SL_VECTORS(float, 8, 32)
#define SL_BEYOND_double4(x, limit) (__builtin_ia32_movmskpd256((sl_double4)SL_WITHIN(x, limit)) ^ 0xf)
#define SL_BEYOND_float8(x, limit) (__builtin_ia32_movmskps256((sl_float8)SL_WITHIN(x, limit)) ^ 0xff)
#endif
#ifdef __AVX512F__
SL_VECTORS(double, 8, 64)
SL_VECTORS(float, 16, 64)
typedef long long sl_mask8 __attribute__((vector_size(64)));
typedef int sl_mask16 __attribute__((vector_size(64)));
#define SL_NOT_LESS_OR_EQUAL 6
#define SL_BEYOND_double8(x, limit)                                                                                    \
    __builtin_ia32_cmppd512_mask((sl_double8)((sl_mask8)x & INT64_MAX), (sl_double8){0} + limit,                       \
                                 SL_NOT_LESS_OR_EQUAL, -1, 4)
#define SL_BEYOND_float16(x, limit)                                                                                    \
    __builtin_ia32_cmpps512_mask((sl_float16)((sl_mask16)x & INT32_MAX), (sl_float16){0} + limit,                      \
                                 SL_NOT_LESS_OR_EQUAL, -1, 4)
#endif

/* One variant: `near` in all lanes, then `far` in those where |x| is beyond the limit or nan, in a function of its own
   so that the usual case needs no stack. */
#define SL_VECTOR_VARIANT(isa, lanes, name, near, far, limit, number)                                                  \
    SL_RARE sl_##number##lanes name##_rare_##lanes(sl_##number##lanes x, sl_##number##lanes usual) {                   \
        sl_##number##lanes##_lanes in = {x}, out = {usual};                                                            \
        for (int lane = 0; lane < lanes; ++lane)                                                                       \
            if (!(in.each[lane] <= limit && in.each[lane] >= -limit)) out.each[lane] = far(in.each[lane]);             \
        return out.all;                                                                                                \
    }                                                                                                                  \
    SL_HIDDEN sl_##number##lanes _ZGV##isa##N##lanes##v_##name(sl_##number##lanes x) {                                 \
        sl_##number##lanes##_lanes in = {x}, out;                                                                      \
        _Pragma("omp simd") for (int lane = 0; lane < lanes; ++lane) out.each[lane] = near(in.each[lane]);             \
        return __builtin_expect(SL_BEYOND_##number##lanes(x, limit), 0) ? name##_rare_##lanes(x, out.all) : out.all;       \
                                                                                                      \
    }

#define SL_VECTOR_ALIAS(name, number, lanes)                                                                           \
    SL_HIDDEN __attribute__((alias("_ZGVcN" #lanes "v_" #name)))                                                       \
    sl_##number##lanes _ZGVdN##lanes##v_##name(sl_##number##lanes x);

#ifdef __AVX512F__
#define SL_IF_AVX512(...) __VA_ARGS__
#else
#define SL_IF_AVX512(...)
#endif
#ifdef __AVX__
#define SL_IF_AVX(...) __VA_ARGS__
#else
#define SL_IF_AVX(...)
#endif

/* The scalar function goes by another name in C, since the compiler would make variants of its own from its body. */
#define SL_RARELY_BRANCHING(name, near, far, limit, number, two, four, eight)                                          \
    number name##_scalar(number x) __asm__(#name);                                                                     \
    SL_HIDDEN number name##_scalar(number x) { return x <= limit && x >= -limit ? near(x) : far(x); }                  \
    SL_VECTOR_VARIANT(b, two, name, near, far, limit, number)                                                          \
    SL_IF_AVX(SL_VECTOR_VARIANT(c, four, name, near, far, limit, number) SL_VECTOR_ALIAS(name, number, four))          \
    SL_IF_AVX512(SL_VECTOR_VARIANT(e, eight, name, near, far, limit, number))                                          \
    __attribute__((simd("notinbranch"), const, nothrow)) SL_HIDDEN number name(number x);

#else

#define SL_RARELY_BRANCHING(name, near, far, limit, number, two, four, eight)                                          \
    SL_INLINE number name(number x) { return x <= limit && x >= -limit ? near(x) : far(x); }

#endif

#define SL_RARELY_BRANCHING_double(name, near, far, limit)                                                             \
    SL_RARELY_BRANCHING(name, near, far, limit, double, 2, 4, 8)
#define SL_RARELY_BRANCHING_float(name, near, far, limit)                                                              \
    SL_RARELY_BRANCHING(name, near, far, limit, float, 4, 8, 16)

#endif
