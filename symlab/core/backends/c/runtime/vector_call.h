/* Vector variants, by the names of the x86-64 vector ABI, of functions with a rare case that needs a branch.

   Such a function has a branch-free part `near`, which says nan where it does not know, and a part `far` for those
   elements. The compiler calls the variants for the lanes of a loop marked `#pragma omp simd`. Elsewhere than with
   gcc on x86-64 Linux the function is an inline one with a branch, and a loop around it stays scalar. The variants
   take time to compile, so each such function has a header of its own. */
#ifndef SL_VECTOR_CALL_H
#define SL_VECTOR_CALL_H

#include "bits.h"

#if defined(__GNUC__) && !defined(SL_CUDA) && !defined(__clang__) && defined(__x86_64__) && defined(__linux__)

#define SL_HIDDEN __attribute__((visibility("hidden")))
#define SL_VECTORS(number, lanes, bytes)                                                                               \
    typedef number sl_##number##lanes __attribute__((vector_size(bytes)));                                             \
    typedef union {                                                                                                    \
        sl_##number##lanes all;                                                                                        \
        number each[lanes];                                                                                            \
    } sl_##number##lanes##_lanes;

/* Whether a lane is nan: the sign bits of a comparison, or a mask. */
SL_VECTORS(double, 2, 16)
SL_VECTORS(float, 4, 16)
#define SL_ANY_NAN_sl_double2(x) __builtin_ia32_movmskpd((sl_double2)(x != x))
#define SL_ANY_NAN_sl_float4(x) __builtin_ia32_movmskps((sl_float4)(x != x))
#ifdef __AVX__
#define SL_IF_AVX(...) __VA_ARGS__
SL_VECTORS(double, 4, 32)
SL_VECTORS(float, 8, 32)
#define SL_ANY_NAN_sl_double4(x) __builtin_ia32_movmskpd256((sl_double4)(x != x))
#define SL_ANY_NAN_sl_float8(x) __builtin_ia32_movmskps256((sl_float8)(x != x))
#else
#define SL_IF_AVX(...)
#endif
#ifdef __AVX512F__
#define SL_IF_AVX512(...) __VA_ARGS__
#define SL_UNORDERED 3
SL_VECTORS(double, 8, 64)
SL_VECTORS(float, 16, 64)
#define SL_ANY_NAN_sl_double8(x) __builtin_ia32_cmppd512_mask(x, x, SL_UNORDERED, -1, 4)
#define SL_ANY_NAN_sl_float16(x) __builtin_ia32_cmpps512_mask(x, x, SL_UNORDERED, -1, 4)
#else
#define SL_IF_AVX512(...)
#endif

/* Parameters, arguments and lanes of functions of one and of two numbers. */
#define SL_PARAMETERS_v(type) type x
#define SL_PARAMETERS_vv(type) type x, type y
#define SL_ARGUMENTS_v x
#define SL_ARGUMENTS_vv x, y
#define SL_UNPACK_v(type) type##_lanes x_lanes = {x}
#define SL_UNPACK_vv(type) type##_lanes x_lanes = {x}, y_lanes = {y}
#define SL_LANE_v x_lanes.each[lane]
#define SL_LANE_vv x_lanes.each[lane], y_lanes.each[lane]

/* One variant. What is rare is a function of its own, so that the usual case needs no stack. */
#define SL_VECTOR_VARIANT(isa, lanes, arity, name, near, far, type)                                                    \
    SL_RARE type name##_rare_##lanes(SL_PARAMETERS_##arity(type), type usual) {                                        \
        SL_UNPACK_##arity(type);                                                                                       \
        type##_lanes out = {usual};                                                                                    \
        for (int lane = 0; lane < lanes; ++lane)                                                                       \
            if (out.each[lane] != out.each[lane]) out.each[lane] = far(SL_LANE_##arity);                               \
        return out.all;                                                                                                \
    }                                                                                                                  \
    SL_HIDDEN type _ZGV##isa##N##lanes##arity##_##name(SL_PARAMETERS_##arity(type)) {                                  \
        SL_UNPACK_##arity(type);                                                                                       \
        type##_lanes out;                                                                                              \
        _Pragma("omp simd") for (int lane = 0; lane < lanes; ++lane) out.each[lane] = near(SL_LANE_##arity);           \
        int rare = SL_ANY_NAN_##type(out.all);                                                                         \
        return __builtin_expect(rare, 0) ? name##_rare_##lanes(SL_ARGUMENTS_##arity, out.all) : out.all;               \
    }

#define SL_VECTOR_ALIAS(lanes, arity, name, type)                                                                      \
    SL_HIDDEN __attribute__((alias("_ZGVcN" #lanes #arity "_" #name)))                                                 \
    type _ZGVdN##lanes##arity##_##name(SL_PARAMETERS_##arity(type));

#define SL_VECTOR_DECLARED(arity, name, number)                                                                        \
    __attribute__((simd("notinbranch"), const, nothrow)) SL_HIDDEN number name(SL_PARAMETERS_##arity(number));

/* Of a program of several translation units one defines a function; the others let SL_VECTOR_FUNCTION be this. */
#define SL_VECTOR_ELSEWHERE(arity, name, near, far, number, two, four, eight) SL_VECTOR_DECLARED(arity, name, number)

/* The scalar function goes by another name in C, since the compiler would make variants of its own from its body. */
#define SL_VECTOR_HERE(arity, name, near, far, number, two, four, eight)                                               \
    number name##_scalar(SL_PARAMETERS_##arity(number)) __asm__(#name);                                                \
    SL_HIDDEN number name##_scalar(SL_PARAMETERS_##arity(number)) {                                                    \
        number usual = near(SL_ARGUMENTS_##arity);                                                                     \
        return usual == usual ? usual : far(SL_ARGUMENTS_##arity);                                                     \
    }                                                                                                                  \
    SL_VECTOR_VARIANT(b, two, arity, name, near, far, sl_##number##two)                                                \
    SL_IF_AVX(SL_VECTOR_VARIANT(c, four, arity, name, near, far, sl_##number##four))                                   \
    SL_IF_AVX(SL_VECTOR_ALIAS(four, arity, name, sl_##number##four))                                                   \
    SL_IF_AVX512(SL_VECTOR_VARIANT(e, eight, arity, name, near, far, sl_##number##eight))                              \
    SL_VECTOR_DECLARED(arity, name, number)

#else
#define SL_VECTOR_HERE(arity, name, near, far, number, two, four, eight)                                               \
    SL_INLINE number name(SL_PARAMETERS_##arity(number)) {                                                             \
        number usual = near(SL_ARGUMENTS_##arity);                                                                     \
        return __builtin_expect(usual == usual, 1) ? usual : far(SL_ARGUMENTS_##arity);                                \
    }
#define SL_VECTOR_ELSEWHERE SL_VECTOR_HERE
#define SL_PARAMETERS_v(type) type x
#define SL_PARAMETERS_vv(type) type x, type y
#define SL_ARGUMENTS_v x
#define SL_ARGUMENTS_vv x, y
#endif

#define SL_VECTOR_FUNCTION SL_VECTOR_HERE
#define SL_VECTOR_double(arity, name, near, far) SL_VECTOR_FUNCTION(arity, name, near, far, double, 2, 4, 8)
#define SL_VECTOR_float(arity, name, near, far) SL_VECTOR_FUNCTION(arity, name, near, far, float, 4, 8, 16)

#endif
