/* Rounding, signs, extrema, degrees, and division with remainder as Python and NumPy have it, in float64 and float32. */
#ifndef SL_ARITHMETIC_H
#define SL_ARITHMETIC_H

#include "vector_call.h"

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
SL_INLINE double sl_maximum(double a, double b) { return (a >= b) | (a != a) ? a : b; }
SL_INLINE float sl_maximumf(float a, float b) { return (a >= b) | (a != a) ? a : b; }
SL_INLINE double sl_minimum(double a, double b) { return (a <= b) | (a != a) ? a : b; }
SL_INLINE float sl_minimumf(float a, float b) { return (a <= b) | (a != a) ? a : b; }

/* Angles between degrees and radians. */
SL_INLINE double sl_deg2rad(double x) {
    sl_pair degree = {0x1.1df46a2529d39p-6, sl_fabs(x) < SL_INFINITY ? 0x1.5c1d8becdd291p-62 : 0.0};
    return sl_pair_multiple(x, degree);
}

SL_INLINE double sl_rad2deg(double x) {
    sl_pair radian = {0x1.ca5dc1a63c1f8p5, sl_fabs(x) < SL_INFINITY ? -0x1.1e7ab456405f9p-49 : 0.0};
    return sl_pair_multiple(x, radian);
}

SL_INLINE float sl_deg2radf(float x) { return (float)(x * 0x1.1df46a2529d39p-6); }
SL_INLINE float sl_rad2degf(float x) { return (float)(x * 0x1.ca5dc1a63c1f8p5); }

/* a - b trunc(a / b), exactly, where the quotient is below 2^51, and nan elsewhere. The rounded quotient may have reached
   the next integer: then the remainder has the wrong sign, and is put back by one b. */
typedef struct {
    double quotient, remainder;
} sl_division;

SL_INLINE sl_division sl_divide(double a, double b) {
    double ratio = a / b, whole = __builtin_trunc(ratio), product = whole * b;
    double remainder = (a - product) - sl_product_tail(whole, b, product);
    int beyond = ((remainder < 0.0) & (a > 0.0)) | ((remainder > 0.0) & (a < 0.0));
    remainder += beyond ? sl_copysign(b, a) : 0.0;
    whole -= beyond ? sl_copysign(1.0, ratio) : 0.0;
    return (sl_division){whole, sl_fabs(ratio) < 0x1p51 ? remainder : SL_NAN};
}

/* The remainder has the sign of the divisor. */
SL_INLINE double sl_near_mod(double a, double b) {
    double remainder = sl_divide(a, b).remainder;
    int other_sign = (remainder < 0.0) != (b < 0.0);
    return remainder == 0.0 ? sl_copysign(0.0, b) : other_sign ? remainder + b : remainder;
}

SL_RARE double sl_far_mod(double a, double b) {
    double remainder = __builtin_fmod(a, b);
    if (b == 0.0) return remainder;
    if (remainder == 0.0) return sl_copysign(0.0, b);
    return (remainder < 0.0) != (b < 0.0) ? remainder + b : remainder;
}

SL_INLINE double sl_near_floor_divide(double a, double b) {
    sl_division division = sl_divide(a, b);
    double remainder = division.remainder;
    int down = (remainder != 0.0) & ((remainder < 0.0) != (b < 0.0));
    double result = division.quotient - (down ? 1.0 : 0.0);
    result = result == 0.0 ? sl_copysign(0.0, a / b) : result;
    return remainder == remainder ? result : SL_NAN;
}

SL_RARE double sl_far_floor_divide(double a, double b) {
    if (b == 0.0) return a / b;
    double remainder = __builtin_fmod(a, b), quotient = (a - remainder) / b;
    if (remainder != 0.0 && (remainder < 0.0) != (b < 0.0)) quotient -= 1.0;
    if (quotient == 0.0) return sl_copysign(0.0, a / b);
    double floor = __builtin_floor(quotient);
    return quotient - floor > 0.5 ? floor + 1.0 : floor;
}

/* The same in float32, where a product with a quotient below 2^28 is exact in float64. */
typedef struct {
    float quotient, remainder;
} sl_divisionf;

SL_INLINE sl_divisionf sl_dividef(float a, float b) {
    double ratio = (double)a / b, whole = __builtin_trunc(ratio), remainder = a - whole * b;
    return (sl_divisionf){(float)whole, (float)(sl_fabs(ratio) < 0x1p24 ? remainder : SL_NAN)};
}

SL_INLINE float sl_near_modf(float a, float b) {
    float remainder = sl_dividef(a, b).remainder;
    int other_sign = (remainder < 0.0f) != (b < 0.0f);
    return remainder == 0.0f ? sl_copysignf(0.0f, b) : other_sign ? remainder + b : remainder;
}

SL_RARE float sl_far_modf(float a, float b) {
    float remainder = __builtin_fmodf(a, b);
    if (b == 0.0f) return remainder;
    if (remainder == 0.0f) return sl_copysignf(0.0f, b);
    return (remainder < 0.0f) != (b < 0.0f) ? remainder + b : remainder;
}

SL_INLINE float sl_near_floor_dividef(float a, float b) {
    sl_divisionf division = sl_dividef(a, b);
    float remainder = division.remainder;
    int down = (remainder != 0.0f) & ((remainder < 0.0f) != (b < 0.0f));
    float result = division.quotient - (down ? 1.0f : 0.0f);
    result = result == 0.0f ? sl_copysignf(0.0f, a / b) : result;
    return remainder == remainder ? result : (float)SL_NAN;
}

SL_RARE float sl_far_floor_dividef(float a, float b) {
    if (b == 0.0f) return a / b;
    float remainder = __builtin_fmodf(a, b), quotient = (a - remainder) / b;
    if (remainder != 0.0f && (remainder < 0.0f) != (b < 0.0f)) quotient -= 1.0f;
    if (quotient == 0.0f) return sl_copysignf(0.0f, a / b);
    float floor = __builtin_floorf(quotient);
    return quotient - floor > 0.5f ? floor + 1.0f : floor;
}

#ifdef SL_CALLS_sl_mod
SL_VECTOR_double(vv, sl_mod, sl_near_mod, sl_far_mod)
#else
SL_SCALAR_double(vv, sl_mod, sl_near_mod, sl_far_mod)
#endif

#ifdef SL_CALLS_sl_floor_divide
SL_VECTOR_double(vv, sl_floor_divide, sl_near_floor_divide, sl_far_floor_divide)
#else
SL_SCALAR_double(vv, sl_floor_divide, sl_near_floor_divide, sl_far_floor_divide)
#endif

#ifdef SL_CALLS_sl_modf
SL_VECTOR_float(vv, sl_modf, sl_near_modf, sl_far_modf)
#else
SL_SCALAR_float(vv, sl_modf, sl_near_modf, sl_far_modf)
#endif

#ifdef SL_CALLS_sl_floor_dividef
SL_VECTOR_float(vv, sl_floor_dividef, sl_near_floor_dividef, sl_far_floor_dividef)
#else
SL_SCALAR_float(vv, sl_floor_dividef, sl_near_floor_dividef, sl_far_floor_dividef)
#endif

#endif
