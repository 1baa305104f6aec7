/* Roots, rounding, signs, extrema and degrees in float64 and float32. */
#ifndef SL_ARITHMETIC_H
#define SL_ARITHMETIC_H

#include "bits.h"

SL_INLINE double sl_sqrt(double x) { return __builtin_sqrt(x); }
SL_INLINE float sl_sqrtf(float x) { return __builtin_sqrtf(x); }
SL_INLINE double sl_floor(double x) { return __builtin_floor(x); }
SL_INLINE float sl_floorf(float x) { return __builtin_floorf(x); }
SL_INLINE double sl_ceil(double x) { return __builtin_ceil(x); }
SL_INLINE float sl_ceilf(float x) { return __builtin_ceilf(x); }
SL_INLINE double sl_rint(double x) { return __builtin_rint(x); }
SL_INLINE float sl_rintf(float x) { return __builtin_rintf(x); }
SL_INLINE double sl_trunc(double x) { return __builtin_trunc(x); }
SL_INLINE float sl_truncf(float x) { return __builtin_truncf(x); }
SL_INLINE double sl_reciprocal(double x) { return 1.0 / x; }
SL_INLINE float sl_reciprocalf(float x) { return 1.0f / x; }

/* -1, 0 or 1, and nan for nan. */
SL_INLINE double sl_sign(double x) { return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : x == 0.0 ? 0.0 : x; }
SL_INLINE float sl_signf(float x) { return x > 0.0f ? 1.0f : x < 0.0f ? -1.0f : x == 0.0f ? 0.0f : x; }

/* The larger and the smaller of two numbers; nan if either is. */
SL_INLINE double sl_maximum(double a, double b) { return ((a >= b) | (a != a)) ? a : b; }
SL_INLINE float sl_maximumf(float a, float b) { return ((a >= b) | (a != a)) ? a : b; }
SL_INLINE double sl_minimum(double a, double b) { return ((a <= b) | (a != a)) ? a : b; }
SL_INLINE float sl_minimumf(float a, float b) { return ((a <= b) | (a != a)) ? a : b; }

/* Angles between degrees and radians. */
SL_INLINE double sl_deg2rad(double x) {
    return sl_pair_multiple(x, SL_NEW(sl_pair){0x1.1df46a2529d39p-6, 0x1.5c1d8becdd291p-62});
}

SL_INLINE double sl_rad2deg(double x) {
    return sl_pair_multiple(x, SL_NEW(sl_pair){0x1.ca5dc1a63c1f8p5, -0x1.1e7ab456405f9p-49});
}

SL_INLINE float sl_deg2radf(float x) { return (float)(x * 0x1.1df46a2529d39p-6); }
SL_INLINE float sl_rad2degf(float x) { return (float)(x * 0x1.ca5dc1a63c1f8p5); }

#endif
